//===- FloatFormat.h - the float types that passes convert to ---*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef LLMC_OPTIMIZE_FLOATFORMAT_H
#define LLMC_OPTIMIZE_FLOATFORMAT_H

#include "llmc/Support/Choice.h"

#include "mlir/IR/BuiltinTypes.h"

namespace llmc {

enum class FloatFormat { f32, f16, bf16 };

llvm::ArrayRef<Choice<FloatFormat>> getChoices(FloatFormat);
mlir::FloatType getFloatType(mlir::MLIRContext *context, FloatFormat format);

} // namespace llmc

#endif // LLMC_OPTIMIZE_FLOATFORMAT_H
