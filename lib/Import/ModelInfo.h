//===- ModelInfo.h - the module's llm.model attribute -----------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMC_LIB_IMPORT_MODELINFO_H
#define LLMC_LIB_IMPORT_MODELINFO_H

#include "Source.h"

#include "mlir/IR/BuiltinOps.h"

namespace llmc {

/// Sizes that no value can exceed without the file being wrong; they also keep
/// every product of two of them inside int64.
struct Limits {
  static constexpr int64_t layers = 1024;
  static constexpr int64_t hidden = 1 << 20;
  static constexpr int64_t feedForward = 1 << 22;
  static constexpr int64_t heads = 1 << 12;
  static constexpr int64_t headDim = 1 << 12;
  static constexpr int64_t vocabulary = 1 << 24;
  static constexpr int64_t context = INT32_MAX;
};

/// Entries of `llm.model`: text for people, numbers for the runtime's contract.
struct ModelInfo {
  int64_t layers, hidden, feedForward, heads, kvHeads, headDim;
  int64_t vocabulary, context;
  bool tiedHead;
};

/// Sets `llm.model` = {architecture, name, format, context_length, vocabulary,
/// layers, embedding_length, feed_forward_length, heads, kv_heads, head_dim,
/// tied_embeddings, and license where the model names one}. `sampling` comes to
/// it where the files have defaults (SamplingDefaults.h).
void setModelInfo(mlir::ModuleOp module, const Source &source,
                  const ModelInfo &info);

} // namespace llmc

#endif // LLMC_LIB_IMPORT_MODELINFO_H
