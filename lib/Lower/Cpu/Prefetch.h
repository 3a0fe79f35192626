//===- Prefetch.h - lines of weights that are multiplied next ----*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Of the panels that follow those of a tile: the hardware does not follow two streams that
// end every few kilobytes. Nothing where the op is not to fetch.
//===----------------------------------------------------------------------===//
#ifndef LLMC_LIB_LOWER_CPU_PREFETCH_H
#define LLMC_LIB_LOWER_CPU_PREFETCH_H

#include "llmc/Lower/Cpu/TileBuilder.h"

namespace llmc {

/// Of panels [panels, blocks, bytes] `count` bytes of `block` from byte `first` on.
void prefetchBytes(TileBuilder &b, mlir::llm::TileDotOp op, mlir::Value block,
                   mlir::Value first, int64_t count);
/// Which of how many passes over the same groups.
struct Phase {
  int64_t number, count;
};
/// For group `number` of those in `count` blocks from `first` on, of `groups` each, its
/// share of these blocks. Phases fetch one behind the other: the hardware follows, and
/// memory that rests in one phase is what the others wait for.
void prefetchShare(TileBuilder &b, mlir::llm::TileDotOp op, Phase phase,
                   int64_t groups, mlir::Value first, mlir::Value count,
                   mlir::Value number);
/// Of panels of floats the tile's block of k.
void prefetchFloats(TileBuilder &b, mlir::llm::TileDotOp op);

} // namespace llmc

#endif // LLMC_LIB_LOWER_CPU_PREFETCH_H
