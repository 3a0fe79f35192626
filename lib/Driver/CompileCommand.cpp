//===- CompileCommand.cpp - llmc compile, llmc import ---------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Stops after the stage asked for and writes what it left: IR, assembly, an
// object, or the program.
//===----------------------------------------------------------------------===//
#include "Report.h"
#include "llmc/Driver/Commands.h"
#include "llmc/Driver/Compiler.h"
#include "llmc/Emit/Emit.h"
#include "llmc/Emit/PendingFile.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/raw_ostream.h"

using namespace llmc;

namespace {

/// Where the result goes: a file, claimed before the work begins so that a bad
/// name costs no minute, or stdout.
class Destination {
public:
  static llvm::Expected<Destination> open(llvm::StringRef output,
                                          llvm::StringRef model);
  llvm::Error write(llvm::StringRef contents);
  PendingFile &getFile() { return *file; }

private:
  std::optional<PendingFile> file; // none: stdout
};

} // namespace

llvm::Expected<Destination> Destination::open(llvm::StringRef output,
                                              llvm::StringRef model) {
  Destination destination;
  if (output.empty() || output == "-")
    return destination;
  if (llvm::sys::fs::equivalent(output, model))
    return llvm::createStringError(
        "cannot write '" + output +
        "': it is the model itself: give another name with -o");
  auto file = PendingFile::create(output);
  if (!file)
    return file.takeError();
  destination.file.emplace(std::move(*file));
  return destination;
}

llvm::Error Destination::write(llvm::StringRef contents) {
  if (file) {
    if (llvm::Error error = file->write(contents))
      return error;
    return file->commit();
  }
  llvm::outs() << contents;
  llvm::outs().flush();
  std::error_code code = llvm::outs().error();
  llvm::outs().clear_error();
  return code ? llvm::createStringError(code, "cannot write to stdout: " +
                                                  code.message())
              : llvm::Error::success();
}

static std::string printModule(mlir::ModuleOp module) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  module.print(stream);
  stream << "\n";
  return text;
}

static llvm::Error writeCode(Compiler &compiler, const CompileCommand &command,
                             Destination &destination) {
  ObjectKind kind = command.emit == EmitKind::llvm       ? ObjectKind::llvmIR
                    : command.emit == EmitKind::assembly ? ObjectKind::assembly
                                                         : ObjectKind::object;
  auto bytes = emitObject(compiler.getModule(), kind);
  if (!bytes)
    return bytes.takeError();
  return destination.write(llvm::StringRef(bytes->data(), bytes->size()));
}

llvm::Error llmc::runCompile(const CompileCommand &command) {
  auto destination = Destination::open(command.output, command.model);
  if (!destination)
    return destination.takeError();
  Progress progress(!command.quiet);
  Compiler compiler([&](Stage stage) { progress.startStage(stage); });
  if (command.explain)
    compiler.explain();
  if (llvm::Error error = compiler.import(command.model, command.options))
    return error;
  Stage last = command.stopAfter.value_or(Stage::lower);
  if (llvm::Error error = compiler.runUntil(std::min(last, Stage::lower)))
    return error;
  if (command.emit == EmitKind::mlir || command.stopAfter)
    return destination->write(printModule(compiler.getModule()));
  progress.startStage(Stage::emit);
  if (command.emit != EmitKind::exe && command.emit != EmitKind::so)
    return writeCode(compiler, command, *destination);
  if (llvm::Error error = emitProgram(
          compiler, command.emit, command.output, destination->getFile(),
          [&](uint64_t done, uint64_t all) { progress.showBytes(done, all); }))
    return error;
  progress.finish();
  if (!command.quiet)
    printSummary(llvm::errs(), compiler, command.output, progress.seconds());
  return llvm::Error::success();
}

llvm::Error llmc::runImport(const ImportCommand &command) {
  auto destination = Destination::open(command.output, command.model);
  if (!destination)
    return destination.takeError();
  Compiler compiler;
  if (llvm::Error error = compiler.import(command.model, {}))
    return error;
  return destination->write(printModule(compiler.getModule()));
}
