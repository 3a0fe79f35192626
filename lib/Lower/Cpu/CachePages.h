//===- CachePages.h - where kernels find keys and values ----------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A page holds 64 slots of every layer and head. Keys are stored [Dk, 64] so that
// lanes of a score are slots, values [64, Dv] so that lanes of a result are
// channels. Where a value is the beginning of its key (latent attention,
// arXiv:2405.04434), rows [64, Dk] serve both: lanes of a score are channels, and
// their sum costs little beside hundreds of them. Behind codes of 8 bits lie their
// scales, [64] f32 of the keys and [64] of the values.
//===----------------------------------------------------------------------===//
#ifndef LLMC_LIB_LOWER_CPU_CACHEPAGES_H
#define LLMC_LIB_LOWER_CPU_CACHEPAGES_H

#include "llmc/Lower/Cpu/TileBuilder.h"

#include "dialects/llm/AttentionParts.h"
#include "llmrt/abi.h"

namespace llmc {

constexpr int64_t pageTokens = LLMRT_PAGE_TOKENS;

/// Where a layer's head lies in a page.
struct PageLayout {
  explicit PageLayout(mlir::llm::KVType kv)
      : heads(kv.getHeads()), keyDim(kv.getKeyDim()),
        valueDim(kv.getValueDim()), channels(kv.getValueChannels()),
        headElements(kv.getHeadBytes() / kv.getElementBytes()),
        hasScales(kv.hasScales()) {}
  int64_t heads, keyDim;
  int64_t valueDim;     // 0: the first channels of the keys
  int64_t channels;     // of a value
  int64_t headElements; // of a slot: its key, its value and their scales
  bool hasScales;       // elements are codes

  /// Element of a page where keys of (layer, head) begin.
  mlir::Value keys(TileBuilder &b, mlir::Value layer, mlir::Value head) const {
    mlir::Value slot = b.addIndex(b.mulIndex(layer, heads), head);
    return b.mulIndex(slot, headElements * pageTokens);
  }
  mlir::Value values(TileBuilder &b, mlir::Value keys) const {
    return valueDim ? b.addIndex(keys, keyDim * pageTokens) : keys;
  }
  /// Byte of a page of codes where the scale of slot `slot` lies.
  mlir::Value keyScale(TileBuilder &b, mlir::Value keys,
                       mlir::Value slot) const {
    mlir::Value first = b.addIndex(keys, (keyDim + valueDim) * pageTokens);
    return b.addIndex(first, b.mulIndex(slot, 4));
  }
  mlir::Value valueScale(TileBuilder &b, mlir::Value keys,
                         mlir::Value slot) const {
    return b.addIndex(keyScale(b, keys, slot), valueDim ? pageTokens * 4 : 0);
  }
  /// Elements from one slot's value to the next one's.
  int64_t valueStride() const { return valueDim ? valueDim : keyDim; }
};

/// The page that holds block `block` of the row's sequence.
inline mlir::Value lookUpPage(TileBuilder &b, const BatchArgs &batch,
                              mlir::Value row, mlir::Value block) {
  mlir::Value sequence = b.toIndex(b.load(batch.sequences, row));
  mlir::Value first = b.mulIndex(sequence, batch.blocksPerSequence);
  return b.toIndex(b.load(batch.blockTable, b.addIndex(first, block)));
}

/// How far back a row at `position` (i32) sees: its window, or the beginning of its
/// chunk; null without a limit.
mlir::Value getReach(TileBuilder &b, mlir::llm::AttentionOp op,
                     mlir::Value position);

/// The first block (index) that a row in `slot` sees; those before it may have no
/// page. 0 where `reach` is null.
mlir::Value getFirstBlock(TileBuilder &b, mlir::Value slot, mlir::Value reach);

/// The pages of a row, in parts of `size` = 2^`shift` pages; index.
struct RowParts {
  mlir::Value pages, shift, size, count;
};
/// Those of a row in `slot`: of nothing else, so its bits depend on nothing else.
RowParts cutRow(TileBuilder &b, mlir::Value slot,
                const mlir::llm::attention::Parts &parts);

} // namespace llmc

#endif // LLMC_LIB_LOWER_CPU_CACHEPAGES_H
