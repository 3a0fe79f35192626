//===- BFloat16Attention.h - attention with products of bf16 ------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// VDPBF16PS adds two products of bf16 to each lane, so keys lie in pairs of their
// dimensions and values in pairs of slots. Pages are copied in this form once for
// all queries of a tile; the cache keeps its own.
//===----------------------------------------------------------------------===//
#ifndef LLMC_LIB_LOWER_CPU_BFLOAT16ATTENTION_H
#define LLMC_LIB_LOWER_CPU_BFLOAT16ATTENTION_H

#include "AttentionPart.h"

namespace llmc {

class Isa;

class BFloat16Attention : public AttentionPart {
public:
  /// Whether both may, and the op attends to a cache whose keys and values fill vectors;
  /// where keys lie in rows only tiles are worth it.
  static bool handles(mlir::llm::AttentionOp op, const Isa &isa);
  /// Pages whose copies stay near.
  static int64_t getMostPages(const PageLayout &layout);

  /// Allocates copies of `pages` pages and of the queries of a tile.
  BFloat16Attention(TileBuilder &b, const KernelArgs &args,
                    mlir::llm::AttentionOp op, int64_t mostQueries,
                    int64_t pages, int64_t tileQueries);

  /// The query goes to place `number` of the tile's; and where the first of the
  /// next item's is, which follow each other.
  void copyQuery(const Query &query, mlir::Value number);
  void setFirst(mlir::Value number) { firstQuery = number; }
  /// Keys and values of the item's head go to the page's place.
  void copyPage(const Page &page, mlir::Value kvHead);

  mlir::Value keepPowers(int64_t index, const Page &page,
                         llvm::ArrayRef<mlir::Value> powers,
                         mlir::Value sum) override;
  bool keepsNaN() const override { return false; }

protected:
  llvm::SmallVector<mlir::Value> multiplyKeys(const Page &page) override;
  llvm::SmallVector<mlir::Value> addValues(const Page &page, mlir::Value first,
                                           mlir::Value end, int64_t channel,
                                           mlir::ValueRange start,
                                           bool mayHide) override;

  /// Channels of the value in `slot`: of codes their numbers.
  mlir::Value scaleValue(mlir::Value value, const Page &page, mlir::Value slot);
  /// What is copied of a vector of values.
  virtual mlir::Value takeValues(mlir::Value values) { return values; }
  /// Where the pairs of probabilities of query `index` go: memory and a line of it.
  virtual std::pair<mlir::Value, mlir::Value> getPairLine(int64_t index) {
    return {probabilityPairs, b.index(index)};
  }

private:
  void copyKeys(const Page &page);
  void copyKeyRows(const Page &page);
  void copyValues(const Page &page);
  mlir::Value loadKeys(const Page &page, mlir::Value slot, mlir::Value dim);
  mlir::Value addProducts(mlir::Value sum, mlir::Value a, mlir::Value b);
  mlir::Value loadPairs(mlir::Value copies, mlir::ValueRange at);
  mlir::Value spreadPair(mlir::Value copies, mlir::ValueRange at);
  mlir::Value seesPair(int64_t index, const Page &page, mlir::Value pair);

protected:
  // Pairs of bf16, the first in the low half of an i32: of a query's dimensions
  // [tileQueries, Dk / 2], of keys' [pages, Dk / 2, 64], of values' slots
  // [pages, 32, Dv], of probabilities' [mostQueries, pages * 32].
  mlir::Value queryPairs, keyPairs, valuePairs, probabilityPairs;
  mlir::Value firstQuery; // of the item
};

} // namespace llmc

#endif // LLMC_LIB_LOWER_CPU_BFLOAT16ATTENTION_H
