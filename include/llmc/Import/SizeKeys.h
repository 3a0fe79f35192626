//===- SizeKeys.h - what a model's sizes are called -------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Importers read sizes by these names, and who writes a smaller model changes them.
//===----------------------------------------------------------------------===//
#ifndef LLMC_IMPORT_SIZEKEYS_H
#define LLMC_IMPORT_SIZEKEYS_H

#include "llvm/ADT/StringRef.h"

namespace llmc {

/// One size in the module's `llm.model`, in a folder's config.json (names with | between,
/// of which a config has one) and in a GGUF file behind the architecture.
struct SizeKey {
  llvm::StringLiteral fact, folder, gguf;
};

inline constexpr SizeKey layersKey = {
    "layers", "num_hidden_layers|n_layer|n_layers", "block_count"};
inline constexpr SizeKey headsKey = {
    "heads", "num_attention_heads|n_head|n_heads", "attention.head_count"};
inline constexpr SizeKey kvHeadsKey = {"kv_heads", "num_key_value_heads",
                                       "attention.head_count_kv"};
inline constexpr SizeKey headDimKey = {"head_dim", "head_dim",
                                       "attention.key_length"};
inline constexpr SizeKey feedForwardKey = {
    "feed_forward_length", "intermediate_size|n_inner|ffn_dim|ffn_hidden_size",
    "feed_forward_length"};

} // namespace llmc

#endif // LLMC_IMPORT_SIZEKEYS_H
