//===- RawMemory.cpp - memrefs over bare addresses --------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "RawMemory.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

using namespace mlir;

namespace llmc {

Value wrapAddress(ImplicitLocOpBuilder &b, Value address, MemRefType type) {
  assert(type.getRank() == 1 && "memory is a run of elements");
  Type pointer = LLVM::LLVMPointerType::get(b.getContext());
  Type i64 = b.getI64Type();
  if (address.getType() != pointer)
    address = LLVM::IntToPtrOp::create(b, pointer, address);
  auto one = LLVM::LLVMArrayType::get(i64, 1);
  auto descriptorType = LLVM::LLVMStructType::getLiteral(
      b.getContext(), {pointer, pointer, i64, one, one});
  auto constant = [&](int64_t value) -> Value {
    return LLVM::ConstantOp::create(b, i64, b.getI64IntegerAttr(value));
  };
  Value descriptor = LLVM::PoisonOp::create(b, descriptorType);
  auto insert = [&](Value value, ArrayRef<int64_t> at) {
    descriptor = LLVM::InsertValueOp::create(b, descriptor, value, at);
  };
  insert(address, {0});
  insert(address, {1});
  insert(constant(0), {2});
  insert(constant(INT64_MAX), {3, 0});
  insert(constant(1), {4, 0});
  return UnrealizedConversionCastOp::create(b, type, descriptor).getResult(0);
}

} // namespace llmc
