//===- Import.h - a model's files become llm IR -----------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef LLMC_IMPORT_IMPORT_H
#define LLMC_IMPORT_IMPORT_H

#include "llmc/Weights/Files.h"
#include "llmc/Weights/WeightStore.h"
#include "llmrt/TokenizerModel.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

#include <optional>

namespace llmc {

/// A model as IR, with the tensors it names and its tokenizer if it has one.
struct ImportedModel {
  mlir::OwningOpRef<mlir::ModuleOp> module;
  WeightStore weights;
  std::optional<llmrt::TokenizerModel> tokenizer;
  /// What keeps a program that completes text from its tokenizer; a function of
  /// tensors has no use for one. Empty: nothing does.
  std::string unreadableTokenizer;
  std::vector<std::string> files; // that it was read from
  FileWatch watch;                // over them, and whatever is read later
  /// What was read otherwise than the files say, or will not work in the
  /// program: one sentence each, with file and place.
  std::vector<std::string> warnings;
  std::vector<std::string> textWarnings; // of what functions have no use for
};

struct ImportOptions {
  /// A name of `tokenizer.ggml.pre` that counts instead of the file's own.
  std::string preTokenizer;
  /// Positions that the program will have; 0: as many as the model. Frequencies of
  /// LongRoPE depend on them.
  int64_t maxContext = 0;
};

/// Imports a GGUF file or a Hugging Face folder, told apart by content. The
/// module holds `@step` and the weights, verified; layers are unrolled, KV is
/// f32. Fails with one message that names file, place and cause.
llvm::Expected<ImportedModel> importModel(llvm::StringRef path,
                                          mlir::MLIRContext &context,
                                          const ImportOptions &options = {});

} // namespace llmc

#endif // LLMC_IMPORT_IMPORT_H
