//===- TensorAttention.h - attention of prompts on tensor cores ---*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef LLMC_LIB_LOWER_NVPTX_TENSORATTENTION_H
#define LLMC_LIB_LOWER_NVPTX_TENSORATTENTION_H

#include "DeviceTiler.h"

namespace llmc {

/// Attention of rows of prompts, which may be rounded; nothing where they may not, or
/// where there is no code for the op's cache.
std::optional<DeviceTiler> getTensorAttention(mlir::llm::AttentionOp op);

} // namespace llmc

#endif // LLMC_LIB_LOWER_NVPTX_TENSORATTENTION_H
