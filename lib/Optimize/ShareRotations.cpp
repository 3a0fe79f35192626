//===- ShareRotations.cpp - rope angles are computed once per step ----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// All layers rotate by the same angles: R/2 cosines and sines per row, which
// cost more than the rotations themselves.
//===----------------------------------------------------------------------===//
#include "llmc/Optimize/Passes.h"
#include "llmc/Support/Explain.h"

namespace llmc {
#define GEN_PASS_DEF_SHAREROTATIONS
#include "llmc/Optimize/Passes.h.inc"

using namespace mlir;
using namespace mlir::llm;

namespace {

/// What a rotation is computed from; parameters count by symbol, not by value.
using RotationKey = std::tuple<const void *, const void *, const void *>;

RotationKey getKey(RopeOp rope) {
  const void *inv = rope.getInv().getAsOpaquePointer();
  if (auto param = rope.getInv().getDefiningOp<ParamOp>())
    if (!param.getIndex())
      inv = param.getWeightAttr().getAsOpaquePointer();
  const void *positions = rope.getPositions().getAsOpaquePointer();
  if (auto projection = rope.getPositions().getDefiningOp<BatchPositionsOp>())
    positions = projection.getBatch().getAsOpaquePointer();
  return {inv, positions, rope.getMscaleAttr().getAsOpaquePointer()};
}

struct ShareRotations : impl::ShareRotationsBase<ShareRotations> {
  void runOnOperation() override {
    std::map<RotationKey, Value> rotations;
    SmallVector<RopeOp> ropes;
    getOperation().walk([&](RopeOp rope) { ropes.push_back(rope); });
    for (RopeOp rope : ropes) {
      Value &rotation = rotations[getKey(rope)];
      if (!rotation)
        rotation = createRotation(rope);
      OpBuilder builder(rope);
      auto rotate = RotateOp::create(builder, rope.getLoc(), rope.getType(),
                                     rope.getPairing(), rope.getInput(),
                                     rotation, rope.getStart());
      rope.replaceAllUsesWith(rotate.getResult());
      rope.erase();
    }
    if (!ropes.empty())
      applied(getOperation(), getArgument(), [&] {
        return std::to_string(ropes.size()) + " ropes share " +
               std::to_string(rotations.size()) + " rotations";
      });
  }

  /// Placed where the positions are known, before the layers: inside the first
  /// layer it would make that layer differ from the others.
  Value createRotation(RopeOp rope) {
    OpBuilder builder(&getContext());
    builder.setInsertionPointAfterValue(rope.getPositions());
    Value frequencies = rope.getInv();
    if (auto param = frequencies.getDefiningOp<ParamOp>())
      frequencies = builder.clone(*param)->getResult(0);
    else
      builder.setInsertionPoint(rope);
    auto inv = cast<RankedTensorType>(rope.getInv().getType());
    int64_t rows =
        cast<RankedTensorType>(rope.getPositions().getType()).getDimSize(0);
    auto type = RankedTensorType::get({rows, 2 * inv.getShape().back()},
                                      builder.getF32Type());
    return RotationOp::create(builder, rope.getLoc(), type, rope.getPositions(),
                              frequencies, rope.getMscale());
  }
};

} // namespace
} // namespace llmc
