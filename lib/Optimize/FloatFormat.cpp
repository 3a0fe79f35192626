//===- FloatFormat.cpp - the float types that passes convert to -----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "llmc/Optimize/FloatFormat.h"

using namespace llmc;

llvm::ArrayRef<Choice<FloatFormat>> llmc::getChoices(FloatFormat) {
  static const Choice<FloatFormat> choices[] = {{"f32", FloatFormat::f32},
                                                {"f16", FloatFormat::f16},
                                                {"bf16", FloatFormat::bf16}};
  return choices;
}

mlir::FloatType llmc::getFloatType(mlir::MLIRContext *context,
                                   FloatFormat format) {
  switch (format) {
  case FloatFormat::f32:
    return mlir::Float32Type::get(context);
  case FloatFormat::f16:
    return mlir::Float16Type::get(context);
  case FloatFormat::bf16:
    return mlir::BFloat16Type::get(context);
  }
  llvm_unreachable("every format is a type");
}
