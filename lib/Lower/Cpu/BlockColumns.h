//===- BlockColumns.h - what kept blocks are multiplied with ------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Of a panel that holds some blocks (dialects/llm/BlockPanel.h), the numbers of x at their
// columns, lane by lane: one for all lanes of a band. Those of blocks of 4 columns are
// neighbours, loaded at once.
//===----------------------------------------------------------------------===//
#ifndef LLMC_LIB_LOWER_CPU_BLOCKCOLUMNS_H
#define LLMC_LIB_LOWER_CPU_BLOCKCOLUMNS_H

#include "PanelLoads.h"

#include "dialects/llm/BlockPanel.h"

namespace llmc {

/// `lanes` rows of a panel from `lane` on, which lie in one band or are whole ones.
class BlockColumns {
public:
  using Value = mlir::Value;

  BlockColumns(TileBuilder &b, const mlir::llm::KeptBlocks &kept, Value lane,
               int64_t lanes);
  /// Those of a strip of codes.
  BlockColumns(TileBuilder &b, GridStrip &strip);

  /// Of a unit the first column of each band's block. The first band's number is in the
  /// `size` bytes at `at`, the column of block 0 is `first`.
  llvm::SmallVector<Value> load(Value matrix, llvm::ArrayRef<Value> at,
                                int64_t size, Value first);
  /// Of a unit x of each column, as vectors of f32. `loadRow` loads so many from a column
  /// on, one as a scalar.
  llvm::SmallVector<Value>
  loadFloats(llvm::ArrayRef<Value> columns,
             llvm::function_ref<Value(Value column, int64_t count)> loadRow);
  /// 4 codes of a row that vector `j` of a group's codes is multiplied with: an i32, or a
  /// vector with one for each lane. `loadRow` loads such a type from the code of column `at`
  /// on; `first` is the group's.
  Value loadWord(GroupOfUnit group, int64_t j, Value first,
                 llvm::function_ref<Value(Value at, mlir::Type type)> loadRow);

private:
  Value loadQuads(llvm::ArrayRef<Value> columns,
                  llvm::function_ref<Value(Value, mlir::Type)> loadRow);
  Value shuffleWord(Value numbers, Value bytes);
  /// Of each lane's band the number `index` of `perBand`.
  Value spread(Value values, int64_t perBand, int64_t index);

  TileBuilder &b;
  mlir::llm::KeptBlocks kept;
  int64_t lanes, bands;
  Value firstBand;
  GridStrip *strip = nullptr; // of codes
};

/// The sums of the words that a tile's codes are multiplied with, as `Isa::dot` gives
/// products: those with ones.
llvm::SmallVector<mlir::Value>
addWords(TileBuilder &b, const Isa &isa, IntegerTile tile,
         llvm::function_ref<mlir::Value(int64_t r, int64_t s, int64_t j)> word);
/// `factor` times such a sum, as `IntegerTile::total` has it.
mlir::Value multiplySum(TileBuilder &b, mlir::Value sum, int64_t factor);

} // namespace llmc

#endif // LLMC_LIB_LOWER_CPU_BLOCKCOLUMNS_H
