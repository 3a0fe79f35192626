//===- WeightFragments.h - a panel's codes for tensor cores -------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The 16 output rows of a panel are the rows of mma.sync's first operand. Which k
// stand where is free as long as both operands agree, so a lane takes the two quads
// of k that lie in the same word of the panel where codes are packed:
//
//   lane 4g+t of a warp has output rows g and g+8, and of every 32 k (a step) the
//   k = 8t .. 8t+7; of 16 k, where groups have no more, k = 4t .. 4t+3.
//
// Of 2:4 a step's 16 codes are those of 32 k, as they lie in the panel. Which they are is
// said by words of 32 k of a row, whose numbers of pairs become mma.sp's indices in registers:
//
//   lane 4g+2s+h has the word of row g+8h and of step s of two
//===----------------------------------------------------------------------===//
#ifndef LLMC_LIB_LOWER_NVPTX_WEIGHTFRAGMENTS_H
#define LLMC_LIB_LOWER_NVPTX_WEIGHTFRAGMENTS_H

#include "../Cpu/PanelLoads.h"

namespace llmc {

/// 8 numbers of `keptOfFour`, 4 bits each, as the columns that are kept, 2 bits each, first ones
/// below: what mma.sp asks for.
mlir::Value toSparseIndices(TileBuilder &b, mlir::Value patterns);

class WeightFragments {
public:
  using Value = mlir::Value;

  /// Whether panels of this weight are made of such steps.
  static bool fits(mlir::llm::PackedType weight);

  /// `lane` is the thread's number in its warp.
  WeightFragments(TileBuilder &b, const mlir::llm::GridPanel &drawing,
                  Value matrix, Value panel, Value lane);

  bool areSparse() const { return drawing.kept.isTwoOfFour(); }
  /// Steps that are multiplied at once.
  int64_t countTogether() const {
    return areSparse() && getSteps() % 2 == 0 ? 2 : 1;
  }
  /// k of one step, and how many steps a group has.
  int64_t getDepth() const { return areSparse() ? 32 : 16 * quads; }
  int64_t getSteps() const { return drawing.grid.group / getDepth(); }

  /// Group `group` of the rows as it lies in memory: asked for early, unpacked late, as
  /// group `index`.
  llvm::SmallVector<Value> load(Value group);

  struct Group {
    llvm::SmallVector<llvm::SmallVector<Value>> codes; // of each step
    llvm::SmallVector<Value> indices; // of each two steps, of 2:4
    Value scales[2], mins[2];         // of rows g and g+8; mins may be null
  };
  Group unpack(Value index, mlir::ValueRange loaded);

  /// A word of a column is 4 of so many k, those of the lane's t.
  static constexpr int64_t columnDepth = 16;
  /// The group times 8 rows: sums 2 * half + i are of row 2t+i and output row g + 8 * half, exact, as
  /// floats. `columns` gives so many words of row g from step `step` on.
  using Columns =
      llvm::function_ref<llvm::SmallVector<Value>(int64_t step, int64_t words)>;
  llvm::SmallVector<Value> multiply(const Group &group, Columns columns);
  /// Adds the group to such sums: what it is times each plane of 8 rows, scales of rows 2t and 2t+1,
  /// and, of grids with a minimum, sums of these.
  void addScaled(const Group &group,
                 llvm::ArrayRef<llvm::SmallVector<Value>> products,
                 llvm::ArrayRef<Value> scales, llvm::ArrayRef<Value> rowSums,
                 llvm::MutableArrayRef<Value> sums);

private:
  /// Whether codes are signed once they are unpacked.
  bool isSigned() const { return drawing.grid.getByteZero() != 0; }
  double getStart() const;
  Value toFloat(Value sum);
  Value getQuad(Value inBlock);
  Value loadWord(Value block, Value inBlock, int64_t half, int64_t plane,
                 int64_t step, int64_t word);
  llvm::SmallVector<Value> loadPatterns(Value block, Value inBlock);
  int64_t countWords(int64_t plane) const;
  Value toBytes(Value codes);

  TileBuilder &b;
  const mlir::llm::GridPanel &drawing;
  llvm::SmallVector<mlir::llm::CodePlane, 3> planes;
  Value matrix, panel;
  int64_t quads;                  // of a lane in a step
  Value lane, rows[2], firstQuad; // of this lane
};

} // namespace llmc

#endif // LLMC_LIB_LOWER_NVPTX_WEIGHTFRAGMENTS_H
