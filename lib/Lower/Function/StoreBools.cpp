//===- StoreBools.cpp - a bool in memory is a byte ------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Memory holds a bool in a byte, a vector of bools has a bit for each: loops whose
// lanes are bools could not load them. As bytes they are elements as any other.
//===----------------------------------------------------------------------===//
#include "llmc/Lower/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"

namespace llmc {
#define GEN_PASS_DEF_STOREBOOLS
#include "llmc/Lower/Passes.h.inc"

using namespace mlir;

namespace {

bool isBools(Type type) {
  auto memref = dyn_cast<MemRefType>(type);
  return memref && memref.getElementType().isInteger(1);
}

void makeBytes(Value value) {
  if (!isBools(value.getType()))
    return;
  auto type = cast<MemRefType>(value.getType());
  value.setType(MemRefType::Builder(type).setElementType(
      IntegerType::get(type.getContext(), 8)));
}

/// `byte` becomes an i8; what reads it gets the bool.
void readByte(OpBuilder &b, Value byte) {
  byte.setType(b.getI8Type());
  Value zero = arith::ConstantIntOp::create(b, byte.getLoc(), 0, 8);
  auto isTrue = arith::CmpIOp::create(b, byte.getLoc(),
                                      arith::CmpIPredicate::ne, byte, zero);
  byte.replaceAllUsesExcept(isTrue, isTrue);
}

Value writeByte(OpBuilder &b, Value isTrue) {
  return arith::ExtUIOp::create(b, isTrue.getLoc(), b.getI8Type(), isTrue);
}

void readAndWriteBytes(linalg::GenericOp op) {
  OpBuilder b(op.getContext());
  b.setInsertionPointToStart(op.getBody());
  for (OpOperand &operand : op->getOpOperands())
    if (isBools(operand.get().getType()))
      readByte(b, op.getMatchingBlockArgument(&operand));
  Operation *yield = op.getBody()->getTerminator();
  b.setInsertionPoint(yield);
  for (auto [result, output] :
       llvm::zip(yield->getOpOperands(), op.getDpsInits()))
    if (isBools(output.getType()))
      result.set(writeByte(b, result.get()));
}

void makeBytes(memref::GlobalOp global) {
  if (!isBools(global.getType()))
    return;
  Type byte = IntegerType::get(global.getContext(), 8);
  global.setType(MemRefType::Builder(global.getType()).setElementType(byte));
  auto bools = dyn_cast_or_null<DenseIntElementsAttr>(
      global.getInitialValue().value_or(Attribute()));
  if (bools)
    global.setInitialValueAttr(bools.mapValues(
        byte, [](const APInt &isTrue) { return isTrue.zext(8); }));
}

struct StoreBools : impl::StoreBoolsBase<StoreBools> {
  void runOnOperation() override {
    // First what reads and writes elements: it goes by the old types.
    getOperation().walk([](Operation *op) {
      OpBuilder b(op);
      if (auto generic = dyn_cast<linalg::GenericOp>(op))
        return readAndWriteBytes(generic);
      if (auto store = dyn_cast<memref::StoreOp>(op);
          store && isBools(store.getMemRefType()))
        return store.getValueMutable().set(writeByte(b, store.getValue()));
      if (auto load = dyn_cast<memref::LoadOp>(op);
          load && isBools(load.getMemRefType())) {
        b.setInsertionPointAfter(load);
        readByte(b, load.getResult());
      }
    });
    getOperation().walk([](Operation *op) {
      if (auto global = dyn_cast<memref::GlobalOp>(op))
        makeBytes(global);
      for (Value result : op->getResults())
        makeBytes(result);
      for (Region &region : op->getRegions())
        for (Block &block : region)
          for (Value argument : block.getArguments())
            makeBytes(argument);
    });
  }
};

} // namespace
} // namespace llmc
