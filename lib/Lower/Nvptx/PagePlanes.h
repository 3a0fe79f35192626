//===- PagePlanes.h - a page of the cache, for tensor cores -------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A head's keys [channel, 64 slots] and values [64 slots, channel] of a page, as halves
// in the memory of the block. Halves of the cache are copied as they lie, ahead
// (cp.async); codes become bf16 on the way, of which nothing is lost, and their scales
// lie beside them.
//
// A line's 16 bytes are moved by its number, so that eight lines are in different banks.
//===----------------------------------------------------------------------===//
#ifndef LLMC_LIB_LOWER_NVPTX_PAGEPLANES_H
#define LLMC_LIB_LOWER_NVPTX_PAGEPLANES_H

#include "../Cpu/CachePages.h"

namespace llmc {

class PagePlanes {
public:
  using Value = mlir::Value;

  /// Lines of 16-byte pieces from byte `first` on.
  struct Plane {
    Plane(int64_t lines, int64_t elements, int64_t first);
    int64_t bytes() const;

    int64_t lines, pieces;
    int64_t mask; // of a line's number: a piece lies at its own number ^ that
    int64_t first;
  };

  /// Takes memory of the block, whose threads are `threads`.
  PagePlanes(TileBuilder &b, mlir::llm::KVType kv, Value cache,
             int64_t threads);

  const PageLayout layout;
  const Plane keys, values;
  mlir::Type element; // f16 or bf16, of both

  /// A cache of halves or of codes of 8 bits, and whole tiles of mma.sync.
  static bool handles(mlir::llm::KVType kv);

  /// Of a head whose keys begin at element `head` of a page: starts the copy of its keys;
  /// of its values, with lines from `end` on as zeros; and reads positions and scales of
  /// its slots. They are there when copies were committed and waited for, and threads
  /// have met.
  void copyKeys(Value page, Value head);
  void copyValues(Value page, Value head, Value end);
  void readSlots(Value page, Value head, Value slotPositions);

  /// i32 of slot `slot`.
  Value getPosition(Value slot);
  /// f32 that products with a slot's key, and with its value, are to be multiplied by;
  /// null without scales.
  Value getKeyScale(Value slot);
  Value getValueScale(Value slot);

  /// Columns of 16 lines from `line` on: two times eight, from piece `piece` on, as
  /// the second operand of mma.sync; `lane` of the warp.
  llvm::SmallVector<Value> loadTile(const Plane &plane, int64_t line,
                                    int64_t piece, Value lane);

private:
  Value placeOf(const Plane &plane, Value line, Value piece);
  void copyPlane(const Plane &plane, Value page, Value from, Value end);
  void widen(Value page, Value from, Value to, Value exists);

  TileBuilder &b;
  Value cache;
  const int64_t threads;
  Value memory, positions, keyScales, valueScales;
};

} // namespace llmc

#endif // LLMC_LIB_LOWER_NVPTX_PAGEPLANES_H
