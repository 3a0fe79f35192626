//===- AttentionPart.h - attention of one row to some pages -------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The softmax is kept online (arXiv:2205.14135): what has been seen of the cache is
// a state per query head, its maximum, its sum and its result, and the states of
// two parts merge to that of both.
//===----------------------------------------------------------------------===//
#ifndef LLMC_LIB_LOWER_ATTENTIONPART_H
#define LLMC_LIB_LOWER_ATTENTIONPART_H

#include "CachePages.h"

namespace llmc {

/// Attention of a tile of query heads, which share a kv head, to a part of the
/// pages. Lanes of a score are slots, lanes of a result are channels.
class AttentionPart {
public:
  /// Allocates what one page's probabilities need, for at most `mostHeads`.
  AttentionPart(TileBuilder &b, const KernelArgs &args,
                mlir::llm::AttentionOp op, int64_t mostHeads);

  /// What is attended: `heads` query heads of `row` from `firstHead` on.
  struct Item {
    mlir::Value row, firstHead, kvHead;
    int64_t heads;
  };
  void begin(const Item &item);
  const Item &getItem() const { return item; }

  /// The state after blocks [first, end) alone; block 0 has seen the sink, a key
  /// without a value, before all others. Lines of the next block are fetched beside
  /// those that are read, behind the last one those of block `behind`; null fetches
  /// none.
  llvm::SmallVector<mlir::Value> attend(mlir::Value first, mlir::Value end,
                                        mlir::Value behind);

  /// Of no keys.
  llvm::SmallVector<mlir::Value> emptyState();
  /// Of what was seen before `next` and of `next`, in this order.
  llvm::SmallVector<mlir::Value> merge(mlir::ValueRange before,
                                       mlir::ValueRange next);

  /// Places in a state: per head its maximum, its sum and its result in vectors of
  /// `width` channels.
  int64_t maximumOf(int64_t head) const { return head * (2 + chunks()); }
  int64_t sumOf(int64_t head) const { return maximumOf(head) + 1; }
  int64_t resultOf(int64_t head) const { return maximumOf(head) + 2; }
  int64_t chunks() const { return layout.channels / width; }

  const PageLayout layout;
  const int64_t width;

private:
  llvm::SmallVector<mlir::Value> startState(mlir::Value first);
  mlir::Value isInReach(mlir::Value page);
  void seePage(mlir::Value block, mlir::Value page,
               llvm::MutableArrayRef<mlir::Value> state);
  void prefetch(mlir::Value first, int64_t count);
  llvm::SmallVector<mlir::Value> loadPerHead(mlir::Value numbers);
  int64_t vectors() const;
  int64_t countTogether(int64_t count, int64_t vectorLanes) const;
  llvm::SmallVector<mlir::Value> score(mlir::Value page);
  llvm::SmallVector<mlir::Value> scoreColumns(mlir::Value page);
  llvm::SmallVector<mlir::Value> scoreRows(mlir::Value page);
  llvm::SmallVector<mlir::Value>
  scoreSlots(mlir::Value page, mlir::Value firstKey, int64_t count);
  llvm::SmallVector<mlir::Value> loadPositions(mlir::Value page);
  void addSlopes(llvm::ArrayRef<mlir::Value> positions,
                 llvm::MutableArrayRef<mlir::Value> scores);
  llvm::SmallVector<mlir::Value> mask(llvm::ArrayRef<mlir::Value> positions);
  void soften(int64_t head, llvm::MutableArrayRef<mlir::Value> scores,
              llvm::ArrayRef<mlir::Value> allowed,
              llvm::MutableArrayRef<mlir::Value> state);
  void accumulate(mlir::Value page, mlir::Value limit,
                  llvm::MutableArrayRef<mlir::Value> state);
  llvm::SmallVector<mlir::Value> accumulateChunks(mlir::Value page,
                                                  mlir::Value values,
                                                  mlir::Value limit,
                                                  mlir::ValueRange start);
  mlir::Value isInReach(mlir::Value page, mlir::Value slot);

  TileBuilder &b;
  const KernelArgs &args;
  mlir::llm::AttentionOp op;
  mlir::llm::TargetAttr target;
  mlir::Value query, cache, probabilities;

  // Of the item.
  Item item;
  mlir::Value slot, position, keys; // index, i32, index
  mlir::Value reach; // how far back the row sees, i32; null without a limit
  llvm::SmallVector<mlir::Value> slopes; // per head; none without
  mlir::Value nextPage; // what is fetched beside the page that is read, or null
};

} // namespace llmc

#endif // LLMC_LIB_LOWER_ATTENTIONPART_H
