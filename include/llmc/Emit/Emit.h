//===- Emit.h - LLVM dialect to object, link, artifact ----------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef LLMC_EMIT_EMIT_H
#define LLMC_EMIT_EMIT_H

#include "llmc/Weights/WeightStore.h"

#include "mlir/IR/BuiltinOps.h"

#include <functional>

namespace llmc {

enum class ObjectKind { llvmIR, assembly, object };

/// Translates a module in the LLVM dialect (functions carry their own
/// target-features) to `kind`, for x86-64, after the few passes that kernels need.
llvm::Expected<llvm::SmallVector<char, 0>> emitObject(mlir::ModuleOp module,
                                                      ObjectKind kind);

/// The same code for the linker, an object for each instruction set, made at the same
/// time by the threads of the module's context.
llvm::Expected<std::vector<llvm::SmallVector<char, 0>>>
emitObjects(mlir::ModuleOp module);

/// PTX of a module of kernels, whose name is that of its GPU (sm_80).
llvm::Expected<std::string> emitPtx(mlir::ModuleOp device);

/// The machine code of a GPU (sm_90a), an ELF file, by ptxas: that of LLMC_PTXAS, of
/// PATH or of a CUDA Toolkit. Fails where there is none, and with what it says.
llvm::Expected<std::string> assembleCubin(llvm::StringRef ptx,
                                          llvm::StringRef gpu);

enum class LinkKind { executable, shared };

/// Links the objects with the prelinked runtime into `path`, in process.
/// `shared` makes a library that exports llmrt_model and llmrt.h. `name` is that
/// of the output in messages; empty: the path.
llvm::Error linkProgram(llvm::ArrayRef<llvm::SmallVector<char, 0>> objects,
                        LinkKind kind, llvm::StringRef path,
                        llvm::StringRef name = {});

struct ArtifactInputs {
  mlir::ModuleOp planned; // after llm-plan-memory: weights carry offsets
  const WeightStore *weights;
  std::string tokenizer; // serializeTokenizer(), or empty
  /// JSON about the model; asked when the weights stand in the file.
  std::function<llvm::Expected<std::string>()> info;
  std::string name; // of the output in messages; empty: the path
  std::vector<std::string> deviceCode =
      {}; // PTX or cubin, in the order of device variants
};

/// Bytes of the weight section: the end of the last planned weight, rounded up
/// to
/// 64. Fails on a weight without a place and on weights that overlap.
llvm::Expected<uint64_t> getWeightSectionBytes(mlir::ModuleOp planned);

/// Appends the sections of abi.h to the executable at `path`, streaming weight
/// by weight. `progress` hears (bytes done, bytes in all).
llvm::Error
appendSections(llvm::StringRef path, const ArtifactInputs &inputs,
               llvm::function_ref<void(uint64_t, uint64_t)> progress);

} // namespace llmc

#endif // LLMC_EMIT_EMIT_H
