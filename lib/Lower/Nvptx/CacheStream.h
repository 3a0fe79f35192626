//===- CacheStream.h - pages on their way to a warp ---------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A head's keys and values of a page lie one behind the other, so a warp reads a page as
// one stream of chunks, some channels of keys each, then some slots of values. Chunks
// are copied ahead to a ring of the block's memory that is the warp's own: what is
// under way takes no registers, and nobody waits for other warps.
//
//   in flight, per warp: ahead * 2 KB while a chunk is used
//===----------------------------------------------------------------------===//
#ifndef LLMC_LIB_LOWER_NVPTX_CACHESTREAM_H
#define LLMC_LIB_LOWER_NVPTX_CACHESTREAM_H

#include "../Cpu/CachePages.h"

namespace llmc {

class CacheStream {
public:
  using Value = mlir::Value;

  static constexpr int64_t stages = 4, stageBytes = 2048;
  static constexpr int64_t ringBytes = stages * stageBytes;

  /// Whether lines of keys and values fill whole chunks of copies.
  static bool fits(mlir::llm::KVType kv);

  /// `ring` is memory of the block in bytes, of which this warp's part begins at byte
  /// `first`; `keys` is where the head's keys begin in a page, in elements.
  CacheStream(TileBuilder &b, mlir::llm::KVType kv, Value cache, Value keys,
              Value ring, Value first, Value lane);

  /// Keys lie in chunks of some channels, [channel, 64 slots], values in chunks of
  /// some slots, [slot, channels]: lines of so many elements.
  struct Chunks {
    int64_t lines, lineBytes, count;
    int64_t copyBytes; // of one copy: 16, or less where lines are odd
    int64_t bytes() const { return lines * lineBytes; }
  };
  const Chunks keys, values;

  /// Starts the first chunks of `page`.
  void begin(Value page);
  /// Chunk `index` of the current page: `position` counts this warp's chunks from the
  /// beginning. It is there when this returns, its place in the ring the result, in
  /// bytes; a chunk further ahead, of this page or of `next`, is under way then.
  /// `hasNext`: whether `next` is a page.
  Value take(Value position, Value index, Value page, Value next,
             Value hasNext);
  int64_t chunksPerPage() const { return keys.count + values.count; }

  /// `count` elements at byte `at` of the ring, as f32: of codes these, without scales.
  Value load(Value at, int64_t count);

private:
  void copy(Value page, Value index, Value position);
  void copyChunk(const Chunks &chunks, Value page, Value byte, Value to);
  int64_t getAhead() const;

  TileBuilder &b;
  mlir::Type element;
  Value cache, firstByte; // of the head in a page
  Value ring, first, lane;
  int64_t elementBytes, pageBytes;
};

} // namespace llmc

#endif // LLMC_LIB_LOWER_NVPTX_CACHESTREAM_H
