//===- WarpAttention.h - a row's pages, dealt out to warps --------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//   warp = every fourth page
//     scores: thread = two slots; online softmax (arXiv:2205.14135)
//     result += probabilities * values: thread = some channels
//===----------------------------------------------------------------------===//
#ifndef LLMC_LIB_LOWER_NVPTX_WARPATTENTION_H
#define LLMC_LIB_LOWER_NVPTX_WARPATTENTION_H

#include "CacheStream.h"

namespace llmc {

/// Query heads of a block, which share what it reads.
struct HeadTile {
  explicit HeadTile(mlir::llm::AttentionOp op);
  int64_t group;        // query heads of a kv head
  int64_t heads, count; // of a tile, the last of a group may have fewer; tiles
  int64_t perGroup;     // tiles
  int64_t padded;       // heads to a power of two: what is loaded at once

  /// Those of a tile, index.
  struct Heads {
    mlir::Value kvHead, first, last;
    /// The group's last tile may have fewer heads: the others are its last one.
    mlir::Value get(TileBuilder &b, mlir::Value inTile) const;
  };
  /// Of tile `number` of a row.
  Heads find(TileBuilder &b, mlir::Value number) const;
};

class WarpAttention {
public:
  using Value = mlir::Value;

  static constexpr int64_t warps = 4;
  static constexpr int64_t ringWords = CacheStream::ringBytes / 4;
  /// Below every score; finite, so differences are numbers.
  static constexpr double lowest = -3.0e38;

  WarpAttention(TileBuilder &b, const KernelArgs &args,
                mlir::llm::AttentionOp op, const HeadTile &tile);
  /// What the block needs of shared memory, and the heads that it has.
  void allocate(const HeadTile::Heads &heads);

  void beginRow(Value row);
  Value getSlot() const { return slot; }
  Value getFirstBlock() { return llmc::getFirstBlock(b, slot, reach); }
  /// The row's queries go to shared memory.
  void copyQueries();
  /// The blocks [first, end). Each warp's states are in shared memory then, `ringWords`
  /// behind one another, when the threads have met.
  void attend(Value first, Value end);
  Value getStates() const { return states; }

private:
  int64_t getWidth();
  int64_t getQueryDim() const;
  Value getHead(int64_t inTile) { return heads.get(b, b.index(inTile)); }
  int64_t maximumOf(int64_t head) const { return head * (2 + chunks); }
  int64_t resultOf(int64_t head) const { return maximumOf(head) + 2; }
  llvm::SmallVector<Value> attendPages(Value first, Value end);
  llvm::SmallVector<Value> attendPage(Value block, Value end,
                                      mlir::ValueRange carried);
  Value take(Value index);
  void loadScales();
  llvm::SmallVector<Value> multiplyKeys();
  Value loadHeads(Value from, Value at);
  Value extract(Value vector, int64_t lane);
  Value soften(Value block, llvm::SmallVector<Value> scores,
               llvm::MutableArrayRef<Value> state);
  void softenHead(int64_t h, Value scores, llvm::ArrayRef<Value> theirs,
                  llvm::ArrayRef<Value> allowed,
                  llvm::MutableArrayRef<Value> state,
                  llvm::MutableArrayRef<llvm::SmallVector<Value>> kept);
  Value scoreOf(int64_t h, Value product, Value theirs);
  Value countHidden(llvm::ArrayRef<Value> inReach);
  void addValues(Value block, Value hidden, llvm::MutableArrayRef<Value> state);
  llvm::SmallVector<Value> addSlot(Value at, Value first, Value line,
                                   mlir::ValueRange sums);
  Value getChannel(int64_t c);
  void storeState(mlir::ValueRange state);

  TileBuilder &b;
  const KernelArgs &args;
  mlir::llm::AttentionOp op;
  const PageLayout layout;
  const HeadTile &tile;
  int64_t stateSize, width, chunks; // channels loaded at once, and how often
  HeadTile::Heads heads;
  Value warp, lane;
  Value ring, states, query, probabilities; // shared memory
  Value row, position, slot, reach;
  CacheStream *stream = nullptr;
  Value page, next, hasNext, firstChunk; // of the page: see CacheStream
  Value firstElement;                    // of the head in a page
  Value keyScales,
      valueScales; // of this thread's two slots; null without codes
};

} // namespace llmc

#endif // LLMC_LIB_LOWER_NVPTX_WARPATTENTION_H
