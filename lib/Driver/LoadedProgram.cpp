//===- LoadedProgram.cpp - compiled code in this process ------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "LoadedProgram.h"

#include "llmc/Driver/Pipelines.h"
#include "llmc/Emit/Emit.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FileUtilities.h"

#include <dlfcn.h>

using namespace llmc;

LoadedProgram::LoadedProgram(LoadedProgram &&other) noexcept
    : library(std::exchange(other.library, nullptr)), code(other.code),
      artifact(std::move(other.artifact)) {}

LoadedProgram::~LoadedProgram() {
  if (library)
    ::dlclose(library);
}

std::span<const uint8_t> LoadedProgram::weights() const {
  return artifact ? artifact->section(LLMRT_SECTION_WEIGHTS)
                  : std::span<const uint8_t>();
}

/// The name of a file that does not live longer than `remover`.
static llvm::Expected<std::string> makeName(llvm::FileRemover &remover) {
  llvm::SmallString<128> path;
  if (std::error_code code =
          llvm::sys::fs::createTemporaryFile("llmc", "so", path))
    return llvm::createStringError(
        code, "cannot make a temporary file: " + code.message() +
                  ": TMPDIR names another folder");
  remover.setFile(path);
  return path.str().str();
}

llvm::Error LoadedProgram::open(llvm::StringRef path) {
  library = ::dlopen(path.str().c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!library)
    return llvm::createStringError(std::string("cannot load what was made: ") +
                                   ::dlerror());
  code = static_cast<const LlmrtModel *>(::dlsym(library, "llmrt_model"));
  return code ? llvm::Error::success()
              : llvm::createStringError("internal error: the object that was "
                                        "made has no llmrt_model");
}

llvm::Expected<LoadedProgram> LoadedProgram::load(Compiler &compiler) {
  llvm::FileRemover remover;
  auto path = makeName(remover);
  if (!path)
    return path.takeError();
  auto file = PendingFile::create(*path);
  if (!file)
    return file.takeError();
  if (llvm::Error error =
          emitProgram(compiler, EmitKind::so, *path, *file, nullptr))
    return error;
  LoadedProgram program;
  if (llvm::Error error = program.open(*path))
    return error;
  auto artifact = llmrt::Artifact::open(*path);
  if (!artifact)
    return llvm::createStringError(artifact.message());
  program.artifact.emplace(std::move(*artifact));
  return program;
}

llvm::Expected<LoadedProgram>
LoadedProgram::load(mlir::ModuleOp module, const CompileOptions &options,
                    llvm::ArrayRef<std::string> isas) {
  for (Stage stage : {Stage::optimize, Stage::schedule, Stage::lower})
    if (llvm::Error error = runStage(stage, module, options, isas))
      return error;
  return loadCode(module);
}

llvm::Expected<LoadedProgram> LoadedProgram::loadCode(mlir::ModuleOp lowered) {
  auto objects = emitObjects(lowered);
  if (!objects)
    return objects.takeError();
  llvm::FileRemover remover;
  auto path = makeName(remover);
  if (!path)
    return path.takeError();
  if (llvm::Error error = linkProgram(*objects, LinkKind::shared, *path))
    return error;
  LoadedProgram program;
  if (llvm::Error error = program.open(*path))
    return error;
  return program;
}
