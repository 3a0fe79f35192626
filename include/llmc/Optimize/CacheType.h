//===- CacheType.h - what a KV cache may hold -------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMC_OPTIMIZE_CACHETYPE_H
#define LLMC_OPTIMIZE_CACHETYPE_H

#include "llmc/Support/Choice.h"

#include "mlir/IR/Types.h"

namespace llmc {

/// i8: codes with a scale for each key and value of a head. Automatic is no choice
/// of a pass: the driver resolves it.
enum class CacheType { automatic, f32, f16, bf16, i8 };

llvm::ArrayRef<Choice<CacheType>> getChoices(CacheType);
/// The element type of `!llm.kv`.
mlir::Type getElementType(mlir::MLIRContext *context, CacheType type);

} // namespace llmc

#endif // LLMC_OPTIMIZE_CACHETYPE_H
