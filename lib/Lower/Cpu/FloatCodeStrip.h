//===- FloatCodeStrip.h - loads of a kernel from codes of floats --*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMC_LIB_LOWER_CPU_FLOATCODESTRIP_H
#define LLMC_LIB_LOWER_CPU_FLOATCODESTRIP_H

#include "Isa.h"

#include "dialects/llm/FloatCodes.h"

namespace llmc {

/// `lanes` consecutive rows of one panel in one group. A code becomes an f32 without
/// its scale: that is a factor of the group's sum.
class FloatCodeStrip {
public:
  using Value = mlir::Value;

  /// `matrix` is [panels, groups, bytes of a group]; the strip begins at row `lane`.
  FloatCodeStrip(TileBuilder &b, mlir::llm::FloatCodesAttr codes,
                 int64_t panelRows, Value matrix, Value panel, Value group,
                 Value lane, int64_t lanes)
      : codes(codes), group(group), b(b), drawing(codes, panelRows),
        matrix(matrix), panel(panel), lane(lane), lanes(lanes) {}

  const mlir::llm::FloatCodesAttr codes;
  const Value group;

  /// How many k a load is of: those that share bytes, or a register.
  int64_t countPerLoad() const;
  /// Bytes of a panel that hold the codes of so many k.
  int64_t countBytes(int64_t k) const {
    return k / drawing.perByte * drawing.rows;
  }
  int64_t getCodesOffset() const { return drawing.getCodesOffset(); }
  /// What the floats of each row are to be multiplied with.
  Value loadScale();
  /// Of so many k from `first` on, a multiple of their number, the floats of each row.
  llvm::SmallVector<Value, 2> load(Value first);

private:
  Value toHalves(Value bytes);

  TileBuilder &b;
  mlir::llm::FloatCodePanel drawing;
  Value matrix, panel, lane;
  int64_t lanes;
};

} // namespace llmc

#endif // LLMC_LIB_LOWER_CPU_FLOATCODESTRIP_H
