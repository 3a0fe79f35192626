//===- DeviceScores.h - from a product with a key to its score ---*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the kernels of attention on a device have in common, whoever multiplied.
//===----------------------------------------------------------------------===//
#ifndef LLMC_LIB_LOWER_NVPTX_DEVICESCORES_H
#define LLMC_LIB_LOWER_NVPTX_DEVICESCORES_H

#include "llmc/Lower/Cpu/TileBuilder.h"

namespace llmc {

/// Whether a slot of position `theirs` is no further back than `reach` (i32).
inline mlir::Value isInReach(TileBuilder &b, mlir::Value position,
                             mlir::Value theirs, mlir::Value reach) {
  using namespace mlir;
  Value distance = arith::SubIOp::create(b, position, theirs);
  return b.compare(arith::CmpIPredicate::sle, distance, reach);
}

/// Whether a row at `position` sees a slot of position `theirs` (i32): none after it, and
/// none further back than `reach`, if that is not null.
inline mlir::Value isVisible(TileBuilder &b, mlir::Value position,
                             mlir::Value theirs, mlir::Value reach) {
  using namespace mlir;
  Value visible = b.compare(arith::CmpIPredicate::sle, theirs, position);
  return reach ? b.both(visible, isInReach(b, position, theirs, reach))
               : visible;
}

/// Scale, cap and slope (null: none) of the product of a row at `position` with a key of
/// position `theirs`.
inline mlir::Value finishScore(TileBuilder &b, mlir::llm::AttentionOp op,
                               mlir::Value product, mlir::Value slope,
                               mlir::Value position, mlir::Value theirs) {
  using namespace mlir;
  Value score = b.mul(product, b.f32(op.getScale().convertToDouble()));
  if (double softcap = op.getSoftcap().convertToDouble()) {
    Value cap = b.f32(softcap);
    score = b.mul(math::TanhOp::create(b, b.div(score, cap)), cap);
  }
  if (!slope)
    return score;
  Value distance = arith::SubIOp::create(b, theirs, position);
  return b.fma(slope, arith::SIToFPOp::create(b, b.getF32Type(), distance),
               score);
}

} // namespace llmc

#endif // LLMC_LIB_LOWER_NVPTX_DEVICESCORES_H
