//===- HalfTile.cpp - what products of rows of prompts in bf16 share --------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "HalfTile.h"
#include "TensorCores.h"
#include "Threads.h"

using namespace mlir;
using namespace mlir::llm;

namespace llmc {

constexpr int64_t panelRows = HalfWeights::panelRows;
constexpr int64_t sumStride = 20; // f32 of an output row, of a row

int64_t HalfShape::sumBytes() const {
  return 4 * (tracks * rows * sumStride + rows);
}

Value HalfShape::countTiles(TileBuilder &b, Value count) const {
  return b.divIndex(b.addIndex(count, rows - 1), rows);
}

int64_t HalfShape::countColumns(KernelOp kernel) const {
  auto products = llvm::to_vector(kernel.getBody().front().getOps<LinearOp>());
  auto weight = cast<PackedType>(products[0].getWeight().getType());
  return llvm::divideCeil(
      countPanels(weight),
      HalfWeights::countPanels(static_cast<int64_t>(products.size()), tracks));
}

HalfTile::HalfTile(TileBuilder &b, const KernelArgs &args, HalfShape shape)
    : b(b), args(args), shape(shape), kernel(b, args, /*isOfPrompts=*/true),
      panels(HalfWeights::countPanels(
          static_cast<int64_t>(kernel.products.size()), shape.tracks)),
      steps(kernel.weight.getCols() / HalfWeights::depth) {}

Value HalfTile::isBelow(Value index, Value end) {
  return b.compare(arith::CmpIPredicate::ult, index, end);
}

void HalfTile::run(llvm::function_ref<void()> body) {
  rows = b.dim(args.results[0], 0);
  Value tiles = shape.countTiles(b, rows);
  // Blocks that run at once have the same panels.
  firstRow =
      b.mulIndex(Value(arith::RemUIOp::create(b, b.worker, tiles)), shape.rows);
  firstPanel =
      b.mulIndex(Value(arith::DivUIOp::create(b, b.worker, tiles)), panels);
  warp = b.divIndex(b.thread, warpThreads);
  lane = b.remIndex(b.thread, warpThreads);
  b.when(kernel.isAnyMine(firstRow, shape.rows, rows), body);
}

/// 16 bytes of a thread and as many rows as there are threads for.
void HalfTile::copyRows(Value step, Value to) {
  constexpr int64_t pieces = HalfWeights::lineBytes / 16;
  int64_t atOnce = shape.countThreads() / pieces;
  Value x = kernel.operands[0].x;
  int64_t rowBytes = cast<MemRefType>(x.getType()).getDimSize(1);
  Value line = b.divIndex(b.thread, pieces);
  Value piece = b.remIndex(b.thread, pieces);
  Value byte = b.addIndex(b.mulIndex(step, HalfWeights::lineBytes),
                          b.mulIndex(piece, 16));
  for (int64_t at = 0; at < shape.rows; at += atOnce) {
    Value row = arith::MinUIOp::create(
        b, b.addIndex(b.addIndex(firstRow, line), at), b.addIndex(rows, -1));
    copyAhead(
        b, x, b.addIndex(b.mulIndex(row, rowBytes), byte), memory,
        b.addIndex(to, HalfWeights::placeOf(b, b.addIndex(line, at), piece)),
        /*bytes=*/16);
  }
}

/// [track, row, output row], then flags. Rows 2 apart are 8 banks apart.
int64_t HalfTile::getSumOffset(int64_t tracks, int64_t rows,
                               int64_t inPanel) const {
  return (tracks * shape.rows + rows) * sumStride + inPanel;
}

Value HalfTile::placeOfSum(Value track, Value row, Value inPanel) {
  return b.addIndex(
      b.mulIndex(track, getSumOffset(1, 0, 0)),
      b.addIndex(b.mulIndex(row, getSumOffset(0, 1, 0)), inPanel));
}

void HalfTile::finish(llvm::function_ref<void(Value)> store) {
  auto type = MemRefType::get(
      {shape.sumBytes() / 4}, b.getF32Type(), MemRefLayoutAttrInterface(),
      cast<MemRefType>(memory.getType()).getMemorySpace());
  Value place =
      memref::ViewOp::create(b, type, memory, b.index(0), ValueRange());
  store(place);
  int64_t flags = shape.sumBytes() / 4 - shape.rows;
  b.when(isBelow(b.thread, b.index(shape.rows)), [&] {
    Value row = b.addIndex(firstRow, b.thread);
    Value isPrompt = b.both(isBelow(row, rows), kernel.isMine(row));
    b.store(b.select(isPrompt, b.f32(1), b.f32(0)), place,
            b.addIndex(b.thread, flags));
  });
  b.meetThreads();
  int64_t perRow = panels * panelRows;
  b.loop(b.thread, b.index(shape.rows * perRow), shape.countThreads(),
         [&](Value i) {
           Value inPanel = b.remIndex(i, panelRows);
           Value mine = b.remIndex(b.divIndex(i, panelRows), panels);
           Value inTile = b.divIndex(i, perRow);
           Value panel = b.addIndex(firstPanel, mine);
           Value isPrompt =
               b.compare(arith::CmpFPredicate::OGT,
                         b.load(place, b.addIndex(inTile, flags)), b.f32(0));
           Value exists = isBelow(panel, b.index(countPanels(kernel.weight)));
           b.when(b.both(isPrompt, exists), [&] {
             kernel.finish(b.addIndex(firstRow, inTile),
                           b.addIndex(b.mulIndex(panel, panelRows), inPanel),
                           [&](int64_t product) {
                             Value track = b.addIndex(mine, product * panels);
                             return b.load(place,
                                           placeOfSum(track, inTile, inPanel));
                           });
           });
         });
}

} // namespace llmc
