//===- DecodeAttention.h - generated rows and their cache ---------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef LLMC_LIB_LOWER_NVPTX_DECODEATTENTION_H
#define LLMC_LIB_LOWER_NVPTX_DECODEATTENTION_H

#include "DeviceTiler.h"

#include "dialects/llm/AttentionParts.h"

namespace llmc {

/// Attention of the rows that were generated, none of prompts; nothing where there is no
/// code for the op's cache.
std::optional<DeviceTiler> getDecodeAttention(mlir::llm::AttentionOp op);

/// Threads of a block that clears the counters of one range, and its code: they are 0
/// before the step's first attention, and each one leaves them so.
constexpr int64_t clearThreads =
    mlir::llm::attention::onDevice.counterBytes / 4;
void clearCounters(TileBuilder &b, mlir::Value scratch);

} // namespace llmc

#endif // LLMC_LIB_LOWER_NVPTX_DECODEATTENTION_H
