//===- IntegerBFloat16.cpp - bf16 is the integer of its bits ----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where nothing computes with bf16, as after its extension and rounding have become
// shifts, LLVM still knows that values are floats: it turns what chooses between two
// around a bitcast, finds no instruction that chooses between bf16, and calls a
// function of a support library that is not there. An i16 it can choose. Only the
// instructions that compute with bf16 are given it, cast where they are called.
//===----------------------------------------------------------------------===//
#include "llmc/Lower/Passes.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/AttrTypeSubElements.h"
#include "mlir/IR/Builders.h"

namespace llmc {
#define GEN_PASS_DEF_INTEGERBFLOAT16
#include "llmc/Lower/Passes.h.inc"

using namespace mlir;

namespace {

struct IntegerBFloat16 : impl::IntegerBFloat16Base<IntegerBFloat16> {
  void runOnOperation() override {
    if (getOperation()
            ->walk([](Operation *op) {
              return computesWithBF16(op) ? WalkResult::interrupt()
                                          : WalkResult::advance();
            })
            .wasInterrupted())
      return;
    AttrTypeReplacer replacer;
    Type integer = IntegerType::get(&getContext(), 16);
    replacer.addReplacement([=](BFloat16Type) { return integer; });
    replacer.addReplacement([=](FloatAttr number) -> std::optional<Attribute> {
      if (!number.getType().isBF16())
        return std::nullopt;
      return IntegerAttr::get(integer, number.getValue().bitcastToAPInt());
    });
    replacer.addReplacement(
        [=](DenseElementsAttr elements) -> std::optional<Attribute> {
          if (!elements.getElementType().isBF16())
            return std::nullopt;
          return elements.bitcast(integer);
        });
    SmallVector<std::pair<LLVM::CallIntrinsicOp, FunctionType>> calls;
    getOperation().walk([&](LLVM::CallIntrinsicOp call) {
      if (hasBF16(call->getOperandTypes()) || hasBF16(call->getResultTypes()))
        calls.push_back(
            {call, FunctionType::get(&getContext(), call->getOperandTypes(),
                                     call->getResultTypes())});
    });
    // Weights stand beside the code, and say of which floats their bytes are.
    for (Operation &op : *getOperation().getBody())
      if (isa<LLVM::LLVMDialect>(op.getDialect()))
        replacer.recursivelyReplaceElementsIn(&op, /*replaceAttrs=*/true,
                                              /*replaceLocs=*/false,
                                              /*replaceTypes=*/true);
    for (auto [call, type] : calls)
      castAround(call, type);
  }

  /// Gives the call back the types that its instruction has.
  static void castAround(LLVM::CallIntrinsicOp call, FunctionType type) {
    OpBuilder builder(call);
    auto cast = [&](Value value, Type to) -> Value {
      return LLVM::BitcastOp::create(builder, call.getLoc(), to, value);
    };
    for (auto [operand, own] :
         llvm::zip(call->getOpOperands(), type.getInputs()))
      if (operand.get().getType() != own)
        operand.set(cast(operand.get(), own));
    builder.setInsertionPointAfter(call);
    for (auto [result, own] : llvm::zip(call->getResults(), type.getResults()))
      if (Type integer = result.getType(); integer != own) {
        result.setType(own);
        Value outside = cast(result, integer);
        result.replaceAllUsesExcept(outside, outside.getDefiningOp());
      }
  }

  static bool hasBF16(TypeRange types) {
    return llvm::any_of(
        types, [](Type type) { return getElementTypeOrSelf(type).isBF16(); });
  }

  /// Ops that take or give bf16 and do more than move it.
  static bool computesWithBF16(Operation *op) {
    if (!hasBF16(op->getOperandTypes()) && !hasBF16(op->getResultTypes()))
      return false;
    return !isa<LLVM::LoadOp, LLVM::StoreOp, LLVM::MaskedLoadOp,
                LLVM::MaskedStoreOp, LLVM::SelectOp, LLVM::BitcastOp,
                LLVM::ConstantOp, LLVM::ZeroOp, LLVM::PoisonOp, LLVM::UndefOp,
                LLVM::InsertElementOp, LLVM::ExtractElementOp,
                LLVM::ShuffleVectorOp, LLVM::InsertValueOp,
                LLVM::ExtractValueOp, LLVM::BrOp, LLVM::CondBrOp,
                LLVM::CallIntrinsicOp>(op);
  }
};

} // namespace
} // namespace llmc
