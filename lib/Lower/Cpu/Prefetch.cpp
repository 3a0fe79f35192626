//===- Prefetch.cpp - lines of weights that are multiplied next -------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Prefetch.h"

#include "PanelLoads.h"

using namespace mlir;
using namespace mlir::llm;

namespace llmc {

/// `lines` lines of each panel. Many rows are long at one, so the second cache is near
/// enough, and only the first rows of a batch fetch it: what is behind finds it there,
/// and so do the strips of a panel behind its first.
static void
prefetch(TileBuilder &b, TileDotOp op, int64_t lines,
         llvm::function_ref<SmallVector<Value>(Value, int64_t)> place) {
  if (!op.getPrefetch() || op.getLane() != 0)
    return;
  const int64_t panels =
      llvm::divideCeil(op.getStrips() * op.getLanes(),
                       getPanelRows(cast<PackedType>(op.getWeightType())));
  const unsigned hint = op.getRows() == 1 ? 3 : 2;
  auto fetch = [&] {
    for (int64_t u = 0; u < panels; ++u) {
      Value panel = b.addIndex(op.getPanel(), panels + u);
      for (int64_t line = 0; line < lines; ++line)
        memref::PrefetchOp::create(b, op.getW(), place(panel, line),
                                   /*isWrite=*/false, hint,
                                   /*isDataCache=*/true);
    }
  };
  if (op.getRows() == 1)
    return fetch();
  b.when(
      b.compare(arith::CmpIPredicate::ult, op.getRow(), b.index(op.getRows())),
      fetch);
}

void prefetchBytes(TileBuilder &b, TileDotOp op, Value block, Value first,
                   int64_t count) {
  prefetch(b, op, llvm::divideCeil(count, 64), [&](Value panel, int64_t line) {
    Value byte = b.addIndex(first, 64 * line);
    return SmallVector<Value>{panel, block, byte};
  });
}

void prefetchShare(TileBuilder &b, TileDotOp op, Phase phase, int64_t groups,
                   Value first, Value count, Value number) {
  auto type = cast<MemRefType>(op.getW().getType());
  int64_t share = llvm::divideCeil(type.getDimSize(2), groups * phase.count);
  Value before = b.addIndex(b.mulIndex(count, phase.number * groups), number);
  prefetchBytes(b, op, first, b.mulIndex(before, share), share);
}

void prefetchFloats(TileBuilder &b, TileDotOp op) {
  auto weight = cast<PackedType>(op.getWeightType());
  auto type = cast<MemRefType>(op.getW().getType());
  int64_t depth = getTileDepth(weight), panelRows = getPanelRows(weight);
  int64_t perLine = 64 / (type.getElementTypeBitWidth() / 8);
  int64_t lines = llvm::divideCeil(depth * panelRows, perLine);
  prefetch(b, op, lines, [&](Value panel, int64_t line) {
    Value k = b.addIndex(b.mulIndex(op.getBlock(), depth),
                         line * perLine / panelRows);
    return SmallVector<Value>{panel, k, b.index(0)};
  });
}

} // namespace llmc
