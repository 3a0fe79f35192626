//===- PanelPairs.h - panels as pairs of bf16 ---------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What tiles of bf16 multiply, made of a weight's panels once for many rows:
//
//   line of k and k+1, for all panels side by side
//     | 16 rows of one x (w[row, k], w[row, k+1]) | those of the next |
//===----------------------------------------------------------------------===//
#ifndef LLMC_LIB_LOWER_CPU_PANELPAIRS_H
#define LLMC_LIB_LOWER_CPU_PANELPAIRS_H

#include "FloatCodeStrip.h"
#include "PanelLoads.h"
#include "PanelProduct.h"

namespace llmc {

class PanelPairs {
public:
  using Value = mlir::Value;
  static constexpr int64_t stepDepth = 32; // k of a step
  static constexpr int64_t stepLines = 16; // of a step
  static constexpr int64_t lineBytes = 64; // of a panel

  /// Steps that are whole blocks of the weight: what is unpacked is a multiple.
  static int64_t getWholeSteps(mlir::llm::PackedType weight);

  /// `lines` are bytes for `panels` panels of a weight that becomes bf16
  /// (`becomesBFloats`), with rows of whole steps.
  PanelPairs(TileBuilder &b, const PanelProduct &operands, int64_t panels,
             Value lines);

  /// `steps` steps from `step` on, of the panels from `panel` on.
  void unpack(Value panel, Value step, Value steps);

private:
  void clear(Value line, Value count, int64_t index);
  llvm::SmallVector<Value> pairUnit(llvm::ArrayRef<Value> floats);
  void placeBand(int64_t band, int64_t bands, Value column,
                 llvm::ArrayRef<Value> pairs, int64_t index);
  void unpackFloatBlocks(const mlir::llm::FloatBlocks &blocks, Value panel,
                         Value step, Value steps, int64_t index);
  void placeCodes(GridStrip &strip, GroupOfUnit group, int64_t quad, Value line,
                  llvm::ArrayRef<Value> floats, int64_t index);
  void unpackGrid(Value panel, Value block, int64_t index, Value line);
  void unpackGroup(GridStrip &strip, int64_t index, GroupOfUnit group,
                   Value line);
  void unpackFloats(Value panel, Value block, int64_t index, Value line);
  void unpackFloatCodes(mlir::llm::FloatCodesAttr codes, Value panel,
                        Value block, int64_t index, Value line);
  void store(Value pairs, Value line, int64_t index);

  TileBuilder &b;
  PanelProduct operands;
  std::optional<mlir::llm::GridPanel> drawing; // of an integer grid
  int64_t panels;
  Value lines;
};

} // namespace llmc

#endif // LLMC_LIB_LOWER_CPU_PANELPAIRS_H
