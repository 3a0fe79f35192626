//===- AttentionPart.h - attention of some queries to some pages --*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The softmax is kept online (arXiv:2205.14135): what has been seen of the cache is
// a state per query, its maximum, its sum and its result, and the states of two
// parts merge to that of both.
//===----------------------------------------------------------------------===//
#ifndef LLMC_LIB_LOWER_ATTENTIONPART_H
#define LLMC_LIB_LOWER_ATTENTIONPART_H

#include "CachePages.h"

namespace llmc {

/// Whether all lanes of the vectors of conditions are set.
mlir::Value areAllSet(TileBuilder &b, llvm::ArrayRef<mlir::Value> conditions);

/// Attention of a tile of queries, which share a kv head, to a part of the pages.
/// Lanes of a score are slots, lanes of a result are channels.
class AttentionPart {
public:
  /// At most `mostQueries`, whose probabilities of `pages` pages pass through memory.
  AttentionPart(TileBuilder &b, const KernelArgs &args,
                mlir::llm::AttentionOp op, int64_t mostQueries,
                int64_t pages = 1);
  virtual ~AttentionPart() = default;

  struct Query {
    mlir::Value row, head; // index
  };
  /// What is attended: queries in ascending order of their rows.
  struct Item {
    llvm::SmallVector<Query> queries;
    mlir::Value kvHead;
  };
  /// `heads` query heads of `row` from `firstHead` on.
  void begin(mlir::Value row, mlir::Value firstHead, mlir::Value kvHead,
             int64_t heads);
  void begin(Item item);
  const Item &getItem() const { return item; }
  int64_t count() const { return item.queries.size(); }

  /// The first block that the first query sees: later rows see none before it.
  mlir::Value getFirstBlock();

  /// The state after blocks [first, end) alone, as far as they are in reach; block 0
  /// has seen the sink, a key without a value, before all others. Lines of the next
  /// block are fetched beside those that are read, behind the last one those of block
  /// `behind`; null fetches none.
  llvm::SmallVector<mlir::Value> attend(mlir::Value first, mlir::Value end,
                                        mlir::Value behind);

  //===--- one page -----------------------------------------------------------===//

  /// The page is block `block` of the sequence, and number `place` of those whose
  /// probabilities are kept.
  struct Page {
    mlir::Value number, block, place; // index
    mlir::Value
        whole; // whether every query sees every slot, i1; null: nobody knows
  };
  /// Per query so many vectors of scores, and which of them it may see.
  llvm::SmallVector<mlir::Value> score(const Page &page);
  llvm::SmallVector<mlir::Value> mask(const Page &page);
  /// Whether a score is a product of query and key times the scale, and no more; and
  /// these products.
  bool isPlain() {
    return op.getSoftcap().isZero() && !op.getSlopes() &&
           op.getScale().convertToDouble() > 0;
  }
  llvm::SmallVector<mlir::Value> multiply(const Page &page) {
    return multiplyKeys(page);
  }
  /// Keeps 2^powers as the probabilities of a query, for `accumulate`: as many as in a
  /// page, powers that are not above 0. Returns `sum` and theirs, lane by lane.
  virtual mlir::Value keepPowers(int64_t index, const Page &page,
                                 llvm::ArrayRef<mlir::Value> powers,
                                 mlir::Value sum);
  /// Whether a power that is NaN makes the sum so.
  virtual bool keepsNaN() const { return true; }
  /// result += probability * value over the slots of the page.
  void accumulate(const Page &page, llvm::MutableArrayRef<mlir::Value> state);

  //===--- states -------------------------------------------------------------===//

  /// The result of query `index` in its state goes to where the op gives it.
  void storeResult(int64_t index, mlir::ValueRange state);

  /// The positions of the page's slots, in vectors.
  llvm::SmallVector<mlir::Value> loadPositions(mlir::Value page);

  /// Of no keys.
  llvm::SmallVector<mlir::Value> emptyState();
  /// Of what was seen before `next` and of `next`, in this order.
  llvm::SmallVector<mlir::Value> merge(mlir::ValueRange before,
                                       mlir::ValueRange next);

  /// Of no keys but the sinks, which have no values and are seen before all others.
  llvm::SmallVector<mlir::Value> startState();

  /// Places in a state: per query its maximum, its sum and its result in vectors of
  /// `width` channels.
  int64_t maximumOf(int64_t query) const { return query * (2 + chunks()); }
  int64_t sumOf(int64_t query) const { return maximumOf(query) + 1; }
  int64_t resultOf(int64_t query) const { return maximumOf(query) + 2; }
  int64_t chunks() const { return layout.channels / width; }

  const PageLayout layout;
  const int64_t width;

  /// Slots per vector of scores, and such vectors in a page.
  static constexpr int64_t lanes = 16;
  static constexpr int64_t vectors = pageTokens / lanes;
  /// Below every score; finite, so differences are numbers.
  static constexpr double lowest = -3.0e38;

protected:
  /// How many of `count` vectors of so many f32 each query sums at once: their sums,
  /// a multiplier per query and what is loaded stay in registers.
  int64_t countTogether(int64_t count, int64_t vectorLanes) const;

  /// q . k of the page's slots: per query so many vectors.
  virtual llvm::SmallVector<mlir::Value> multiplyKeys(const Page &page);
  /// `start` + probability * value over the slots [first, end) of the page, of some
  /// vectors of channels from `channel` on, per query one behind the other. `mayHide`:
  /// not every query sees every slot.
  virtual llvm::SmallVector<mlir::Value>
  addValues(const Page &page, mlir::Value first, mlir::Value end,
            int64_t channel, mlir::ValueRange start, bool mayHide);
  /// Of a cache of codes: the scales of 16 keys from `slot` on, and of one value.
  mlir::Value loadKeyScales(mlir::Value page, mlir::Value slot);
  mlir::Value loadValueScale(mlir::Value page, mlir::Value slot);
  /// Whether query `index` sees slot `slot` of the page.
  mlir::Value sees(int64_t index, const Page &page, mlir::Value slot);

  TileBuilder &b;
  const KernelArgs &args;
  mlir::llm::AttentionOp op;
  mlir::llm::TargetAttr target;
  mlir::Value query, cache, probabilities;
  Item item;
  mlir::Value keys; // of the item's head in a page, index

private:
  mlir::Value seesAll(const Page &page);
  void prefetch(mlir::Value first, int64_t count);
  llvm::SmallVector<mlir::Value> loadPerHead(mlir::Value numbers);
  llvm::SmallVector<mlir::Value> multiplyColumns(mlir::Value page);
  llvm::SmallVector<mlir::Value> multiplyRows(mlir::Value page);
  llvm::SmallVector<mlir::Value>
  multiplySlots(mlir::Value page, mlir::Value firstKey, int64_t count);
  void addSlopes(int64_t index, llvm::ArrayRef<mlir::Value> positions,
                 llvm::MutableArrayRef<mlir::Value> scores);
  llvm::SmallVector<mlir::Value> mask(int64_t index,
                                      llvm::ArrayRef<mlir::Value> positions);
  void soften(int64_t index, const Page &page,
              llvm::ArrayRef<mlir::Value> scores,
              llvm::ArrayRef<mlir::Value> allowed,
              llvm::MutableArrayRef<mlir::Value> state);
  void keepProbabilities(int64_t index, const Page &page,
                         llvm::ArrayRef<mlir::Value> values);
  void addSlots(const Page &page, mlir::Value first, mlir::Value end,
                bool mayHide, llvm::MutableArrayRef<mlir::Value> state);
  mlir::Value countUsed(mlir::Value slot, mlir::Value block);
  bool isOneRow() const;

  // Per query: what its row is, and the slope of its head.
  llvm::SmallVector<mlir::Value> slots, positions; // index, i32
  llvm::SmallVector<mlir::Value> reaches; // how far back it sees, i32; or null
  llvm::SmallVector<mlir::Value> slopes;  // none without
  mlir::Value nextPage; // what is fetched beside the page that is read, or null
};

} // namespace llmc

#endif // LLMC_LIB_LOWER_ATTENTIONPART_H
