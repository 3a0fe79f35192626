//===- LoadedProgram.h - compiled code in this process ----------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the compiler wants to know of a model it finds out by running it: the model
// is compiled as any other, and the shared object is loaded here.
//===----------------------------------------------------------------------===//
#ifndef LLMC_LIB_DRIVER_LOADEDPROGRAM_H
#define LLMC_LIB_DRIVER_LOADEDPROGRAM_H

#include "llmc/Driver/Compiler.h"
#include "llmrt/Artifact.h"

namespace llmc {

/// What the runtime says of a call.
inline llvm::Error toError(const llmrt::Status &status) {
  return status ? llvm::Error::success()
                : llvm::createStringError(status.message());
}

class LoadedProgram {
public:
  /// The model of a compiler that has lowered it, with its weights.
  static llvm::Expected<LoadedProgram> load(Compiler &compiler);
  /// A module without weights, from the optimize stage on.
  static llvm::Expected<LoadedProgram> load(mlir::ModuleOp module,
                                            const CompileOptions &options,
                                            llvm::ArrayRef<std::string> isas);
  /// The code of a module that is lowered, without its weights.
  static llvm::Expected<LoadedProgram> loadCode(mlir::ModuleOp lowered);
  LoadedProgram(LoadedProgram &&other) noexcept;
  LoadedProgram &operator=(LoadedProgram &&) = delete;
  ~LoadedProgram();

  const LlmrtModel &model() const { return *code; }
  std::span<const uint8_t> weights() const;

private:
  LoadedProgram() = default;
  llvm::Error open(llvm::StringRef path);

  void *library = nullptr;
  const LlmrtModel *code = nullptr;
  std::optional<llmrt::Artifact> artifact; // mapped, though its name is gone
};

} // namespace llmc

#endif // LLMC_LIB_DRIVER_LOADEDPROGRAM_H
