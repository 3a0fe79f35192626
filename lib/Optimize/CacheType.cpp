//===- CacheType.cpp - what a KV cache may hold ---------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "llmc/Optimize/CacheType.h"

#include "mlir/IR/Builders.h"

using namespace llmc;

llvm::ArrayRef<Choice<CacheType>> llmc::getChoices(CacheType) {
  static const Choice<CacheType> choices[] = {{"f32", CacheType::f32},
                                              {"f16", CacheType::f16},
                                              {"bf16", CacheType::bf16},
                                              {"i8", CacheType::i8}};
  return choices;
}

mlir::Type llmc::getElementType(mlir::MLIRContext *context, CacheType type) {
  mlir::Builder builder(context);
  switch (type) {
  case CacheType::f32:
    return builder.getF32Type();
  case CacheType::f16:
    return builder.getF16Type();
  case CacheType::bf16:
    return builder.getBF16Type();
  case CacheType::i8:
    return builder.getI8Type();
  case CacheType::automatic:
    break;
  }
  llvm_unreachable("automatic is resolved before");
}
