//===- Cubin.cpp - PTX to a GPU's machine code ------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// By NVIDIA's ptxas, which is no part of llmc: who has it spares a program the time
// in which the driver compiles PTX.
//===----------------------------------------------------------------------===//
#include "llmc/Emit/Emit.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FileUtilities.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Program.h"

using namespace llmc;

static llvm::Expected<std::string> findAssembler() {
  if (const char *path = std::getenv("LLMC_PTXAS"))
    return std::string(path);
  llvm::SmallVector<std::string> folders = {"/usr/local/cuda/bin"};
  for (const char *name : {"CUDA_HOME", "CUDA_PATH"})
    if (const char *toolkit = std::getenv(name))
      folders.push_back(std::string(toolkit) + "/bin");
  if (auto path = llvm::sys::findProgramByName("ptxas"))
    return *path;
  if (auto path = llvm::sys::findProgramByName(
          "ptxas", llvm::to_vector_of<llvm::StringRef>(folders)))
    return *path;
  return llvm::createStringError(
      "machine code for GPUs is made by ptxas, which is not in PATH, in "
      "CUDA_HOME or in " +
      folders.front() +
      ": install NVIDIA's CUDA Toolkit or PyPI's nvidia-cuda-nvcc, or give its "
      "path in LLMC_PTXAS; PTX needs none");
}

static std::string readAll(llvm::StringRef path) {
  auto file = llvm::MemoryBuffer::getFile(path);
  return file ? (*file)->getBuffer().str() : std::string();
}

llvm::Expected<std::string> llmc::assembleCubin(llvm::StringRef ptx,
                                                llvm::StringRef gpu) {
  auto assembler = findAssembler();
  if (!assembler)
    return assembler.takeError();
  static constexpr llvm::StringLiteral kinds[] = {"ptx", "cubin", "log"};
  llvm::SmallString<128> paths[std::size(kinds)];
  llvm::FileRemover removers[std::size(kinds)];
  for (auto [path, kind, remover] : llvm::zip(paths, kinds, removers)) {
    if (std::error_code error =
            llvm::sys::fs::createTemporaryFile("llmc", kind, path))
      return llvm::createStringError(error, "no temporary file for ptxas");
    remover.setFile(path);
  }
  std::error_code error;
  llvm::raw_fd_ostream text(paths[0], error);
  text << ptx;
  text.close();
  if (text.has_error())
    return llvm::createStringError(text.error(), "cannot write " + paths[0]);
  std::optional<llvm::StringRef> streams[] = {"", paths[2].str(),
                                              paths[2].str()};
  std::string architecture = ("-arch=" + gpu).str(), failed;
  int status = llvm::sys::ExecuteAndWait(
      *assembler, {*assembler, architecture, paths[0], "-o", paths[1]},
      /*Env=*/std::nullopt, streams, /*SecondsToWait=*/0, /*MemoryLimit=*/0,
      &failed);
  if (status != 0)
    return llvm::createStringError(
        *assembler + " for " + gpu + ": " +
        (failed.empty() ? llvm::StringRef(readAll(paths[2])).rtrim().str()
                        : failed));
  return readAll(paths[1]);
}
