//===- PromptAttention.h - attention of a prompt's rows -----------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A prompt brings many rows of one sequence, which see nearly the same keys. A tile
// of them walks over the pages once, and every key that is loaded serves as many
// queries as have room in registers (arXiv:2307.08691).
//
//   for tile of rows, kv head, query heads of it in this worker's share
//     for some pages up to the slot of the tile's last row
//       with bf16: keys and values are copied in pairs
//       for block of the tile's queries             with tiles: see BFloat16TileAttention.h
//         for page: scores and masks                to memory, and the maximum
//         probabilities                             online softmax
//         for page: result += probabilities * values
//     result / sum
//
// A query's result depends on its own row alone: what it does not see adds nothing.
//===----------------------------------------------------------------------===//
#ifndef LLMC_LIB_LOWER_CPU_PROMPTATTENTION_H
#define LLMC_LIB_LOWER_CPU_PROMPTATTENTION_H

#include "BFloat16TileAttention.h"

#include <memory>

namespace llmc {

class PromptAttention {
public:
  /// Whether there is code for the op: where keys lie in rows only in tiles.
  static bool handles(mlir::llm::AttentionOp op, const Isa &isa);

  /// Allocates what a tile needs.
  PromptAttention(TileBuilder &b, const KernelArgs &args,
                  mlir::llm::AttentionOp op);

  /// Cuts so many rows of one prompt into items, and counts these.
  mlir::Value cut(mlir::Value rows);
  /// Attends item `item` of the rows [first, first + rows) that were cut.
  void attend(mlir::Value item, mlir::Value first, mlir::Value rows);

private:
  void findReach(mlir::Value rows);
  mlir::Value isWhole(mlir::Value page);
  void forEachBlock(mlir::Value begin, mlir::Value end,
                    llvm::function_ref<void(mlir::Value)> body);
  void forEachBlock(llvm::function_ref<void(mlir::Value)> body);
  void startStates();
  void copyQueries();
  /// Pages that a query sees at once: of the blocks from `block` on those numbered
  /// [begin, end), which are in reach.
  struct Pages {
    mlir::Value block, begin, end;
  };
  void attendPages(const Pages &pages);
  void attendBlock(const Pages &pages);
  void attendGroup(const Pages &pages, mlir::Value first);
  llvm::SmallVector<mlir::Value> softenBlock(const Pages &pages);
  void softenInMemory(const Pages &pages);
  llvm::SmallVector<mlir::Value> keepScores(const Pages &pages);
  llvm::SmallVector<mlir::Value> keepScores(mlir::Value place,
                                            llvm::ArrayRef<mlir::Value> values,
                                            llvm::ArrayRef<mlir::Value> allowed,
                                            mlir::ValueRange found);
  mlir::Value soften(int64_t index, mlir::Value most, const Pages &pages,
                     mlir::Value &maximum, mlir::Value &sum);
  mlir::Value getScoreLine(int64_t index);
  llvm::SmallVector<mlir::Value> loadStates();
  void storeStates(mlir::ValueRange state);
  AttentionPart::Query getQuery(mlir::Value number);
  AttentionPart::Page getPage(const Pages &pages, mlir::Value place);

  TileBuilder &b;
  const KernelArgs &args;
  mlir::llm::AttentionOp op;
  int64_t kvHeads, group;  // query heads of a kv head
  int64_t heads, mostRows; // of a tile: heads divides group
  int64_t perTile;         // items of its rows
  int64_t mostPages;       // that a query sees at once
  std::unique_ptr<AttentionPart> part;
  BFloat16Attention *narrow = nullptr;    // the part, if it is one
  BFloat16TileAttention *tiles = nullptr; // the same
  int64_t stateSize;                      // f32 of a query's state
  mlir::Value states;                     // [queries of a tile, stateSize] f32
  // [queries of a block, or of a group of tiles, mostPages * 64] f32; of plain
  // attention, products without their scale.
  mlir::Value scores;

  mlir::Value tileRows; // index

  // Of the item, whose queries are numbered row by row: index.
  mlir::Value firstRow, count, firstHead, kvHead;
  mlir::Value firstQuery; // of the block
  // What all rows of the item see: positions from the first to the last, i32. The
  // first is null without a window.
  mlir::Value allFirst, allLast;
  mlir::Value firstInReach; // block of some row's, index
};

} // namespace llmc

#endif // LLMC_LIB_LOWER_CPU_PROMPTATTENTION_H
