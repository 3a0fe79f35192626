//===- Decompose.h - contributed operators in standard ones -----*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMC_LIB_RAISE_DECOMPOSE_H
#define LLMC_LIB_RAISE_DECOMPOSE_H

#include "dialects/onnx/Create.h"

namespace llmc {

/// Writes what an op computes with other ops, and replaces it. Returns why it is
/// not written, or "".
using Decomposition = std::string (*)(mlir::onnx::GraphWriter &writer,
                                      mlir::Operation *op);

// Attention (DecomposeAttention.cpp).
std::string decomposeAttention(mlir::onnx::GraphWriter &, mlir::Operation *);
std::string decomposeGroupQueryAttention(mlir::onnx::GraphWriter &,
                                         mlir::Operation *);
std::string decomposeMultiHeadAttention(mlir::onnx::GraphWriter &,
                                        mlir::Operation *);

// Products of codes (DecomposeProducts.cpp).
bool isScaledCodesProduct(mlir::Operation *op);
std::string decomposeScaledCodesProduct(mlir::onnx::GraphWriter &,
                                        mlir::Operation *);

} // namespace llmc

#endif // LLMC_LIB_RAISE_DECOMPOSE_H
