//===- BFloat16TileAttention.h - attention in tiles of bf16 -------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where tiles of bf16 are multiplied, a group of a prompt's queries meets some pages at
// once: both products go through memory, softmax between them query by query.
//
//   scores of the group = queries * keys
//   for queries of a block: masks, softmax            probabilities to memory
//   results of the group += probabilities * values    what is not seen has none
//
// Zero times a value is zero only if that is finite: values that are not are copied as
// zeros, and added to those that see them.
//===----------------------------------------------------------------------===//
#ifndef LLMC_LIB_LOWER_CPU_BFLOAT16TILEATTENTION_H
#define LLMC_LIB_LOWER_CPU_BFLOAT16TILEATTENTION_H

#include "BFloat16Attention.h"

namespace llmc {

class BFloat16TileAttention : public BFloat16Attention {
public:
  /// Queries of a group: whole tiles, and whole blocks of six.
  static constexpr int64_t groupQueries = 96;

  using BFloat16Attention::BFloat16Attention;
  /// What has to lie in memory besides.
  void allocate(int64_t pages);

  /// Of some pages no value is known yet to be infinite or no number.
  void startPages();
  /// The group of the queries [first, first + rows) of the tile, `rows` whole tiles of
  /// 16 of them, and the pages that lie at [begin, end).
  void multiplyGroup(mlir::Value first, mlir::Value rows, mlir::Value begin,
                     mlir::Value end);
  /// The products [groupQueries, pages * 64], and the line of query `index` of a block.
  mlir::Value getProducts() { return products; }
  mlir::Value getLine(int64_t index);
  /// states[q, 0 .. channels) += probabilities * values of the group.
  void addGroup(mlir::Value rows, mlir::Value begin, mlir::Value end,
                mlir::Value states);
  /// Whether some value was not finite; and adds these to what sees them, of a block
  /// and a page.
  mlir::Value hasOthers();
  void addOthers(const Page &page, mlir::Value states);

protected:
  llvm::SmallVector<mlir::Value> multiplyKeys(const Page &page) override;
  mlir::Value takeValues(mlir::Value values) override;
  std::pair<mlir::Value, mlir::Value> getPairLine(int64_t index) override {
    return {groupPairs, getLine(index)};
  }

private:
  mlir::Value isOther(mlir::Value values);

  // [groupQueries, pages * 64] f32; pairs [groupQueries, pages * 32] i32; [16] i32: not
  // zero in some lane if a value was not finite.
  mlir::Value products, groupPairs, others;
  mlir::Value firstOfGroup;
};

} // namespace llmc

#endif // LLMC_LIB_LOWER_CPU_BFLOAT16TILEATTENTION_H
