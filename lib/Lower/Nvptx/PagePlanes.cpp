//===- PagePlanes.cpp - a page of the cache, for tensor cores ---------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "PagePlanes.h"
#include "TensorCores.h"
#include "Threads.h"

using namespace mlir;
using namespace mlir::llm;

namespace llmc {

static constexpr int64_t halfBytes = 2, pieceBytes = 16;
static constexpr int64_t inPiece = pieceBytes / halfBytes;

PagePlanes::Plane::Plane(int64_t lines, int64_t elements, int64_t first)
    : lines(lines), pieces(elements / inPiece),
      mask(std::min<int64_t>(pieces & -pieces, 8) - 1), first(first) {}

int64_t PagePlanes::Plane::bytes() const { return lines * pieces * pieceBytes; }

bool PagePlanes::handles(KVType kv) {
  constexpr int64_t depth = 16;
  PageLayout layout(kv);
  return (layout.hasScales || kv.getElementBytes() == halfBytes) &&
         layout.valueDim && layout.keyDim % depth == 0 &&
         layout.valueDim % depth == 0;
}

PagePlanes::PagePlanes(TileBuilder &b, KVType kv, Value cache, int64_t threads)
    : layout(kv), keys(layout.keyDim, pageTokens, 0),
      values(pageTokens, layout.valueDim, keys.bytes()),
      element(layout.hasScales ? Type(b.getBF16Type()) : kv.getElementType()),
      b(b), cache(cache), threads(threads) {
  memory = allocateShared(b, {keys.bytes() + values.bytes()}, b.getI8Type());
  positions = allocateShared(b, {pageTokens}, b.getI32Type());
  if (layout.hasScales)
    for (Value *scales : {&keyScales, &valueScales})
      *scales = allocateShared(b, {pageTokens}, b.getF32Type());
}

//===----------------------------------------------------------------------===//
// Copies
//===----------------------------------------------------------------------===//

Value PagePlanes::placeOf(const Plane &plane, Value line, Value piece) {
  Value moved = arith::XOrIOp::create(
      b, piece, Value(arith::AndIOp::create(b, line, b.index(plane.mask))));
  Value number = b.addIndex(b.mulIndex(line, plane.pieces), moved);
  return b.addIndex(b.mulIndex(number, pieceBytes), plane.first);
}

/// Every piece of a plane that begins at element `from` of a page; `end` is null where all
/// lines are there.
void PagePlanes::copyPlane(const Plane &plane, Value page, Value from,
                           Value end) {
  int64_t pageBytes =
      cast<MemRefType>(cache.getType()).getShape().back() * halfBytes;
  int64_t count = plane.lines * plane.pieces;
  b.loop(b.thread, b.index(count), threads, [&](Value i) {
    Value line = b.divIndex(i, plane.pieces);
    Value to = placeOf(plane, line, b.remIndex(i, plane.pieces));
    Value at = b.addIndex(from, b.mulIndex(i, inPiece)), exists;
    if (end)
      exists = b.compare(arith::CmpIPredicate::ult, line, end);
    if (layout.hasScales)
      return widen(page, at, to, exists);
    Value byte =
        b.addIndex(b.mulIndex(page, pageBytes), b.mulIndex(at, halfBytes));
    if (end)
      copyOrClear(b, cache, byte, memory, to, exists);
    else
      copyAhead(b, cache, byte, memory, to, pieceBytes);
  });
}

/// The codes of a piece.
void PagePlanes::widen(Value page, Value from, Value to, Value exists) {
  Value codes =
      vector::LoadOp::create(b, b.bytes(inPiece), cache, ValueRange{page, from},
                             /*nontemporal=*/false, llvm::MaybeAlign(inPiece));
  Value numbers = arith::SIToFPOp::create(b, b.f32s(inPiece), codes);
  if (exists)
    numbers = b.select(exists, numbers, b.constant(b.f32s(inPiece), 0));
  Value halves =
      arith::TruncFOp::create(b, VectorType::get(inPiece, element), numbers);
  vector::StoreOp::create(
      b, vector::BitCastOp::create(b, b.bytes(pieceBytes), halves), memory, to,
      /*nontemporal=*/false, llvm::MaybeAlign(pieceBytes));
}

void PagePlanes::copyKeys(Value page, Value head) {
  copyPlane(keys, page, head, /*end=*/{});
}

void PagePlanes::copyValues(Value page, Value head, Value end) {
  copyPlane(values, page, layout.values(b, head), end);
}

void PagePlanes::readSlots(Value page, Value head, Value slotPositions) {
  Value isMine =
      b.compare(arith::CmpIPredicate::ult, b.thread, b.index(pageTokens));
  b.when(isMine, [&] {
    Value at = b.addIndex(b.mulIndex(page, pageTokens), b.thread);
    b.store(b.load(slotPositions, at), positions, b.thread);
    if (!layout.hasScales)
      return;
    auto read = [&](Value byte, Value scales) {
      b.store(b.loadBytesAs(cache, {page, byte}, b.getF32Type()), scales,
              b.thread);
    };
    read(layout.keyScale(b, head, b.thread), keyScales);
    read(layout.valueScale(b, head, b.thread), valueScales);
  });
}

//===----------------------------------------------------------------------===//
// What is there
//===----------------------------------------------------------------------===//

Value PagePlanes::getPosition(Value slot) { return b.load(positions, slot); }

Value PagePlanes::getKeyScale(Value slot) {
  return keyScales ? b.load(keyScales, slot) : Value();
}

Value PagePlanes::getValueScale(Value slot) {
  return valueScales ? b.load(valueScales, slot) : Value();
}

SmallVector<Value> PagePlanes::loadTile(const Plane &plane, int64_t line,
                                        int64_t piece, Value lane) {
  Value matrix = b.divIndex(lane, 8);
  Value inTile =
      b.addIndex(b.mulIndex(b.remIndex(matrix, 2), 8), b.remIndex(lane, 8));
  Value at = placeOf(plane, b.addIndex(inTile, line),
                     b.addIndex(b.divIndex(matrix, 2), piece));
  return loadColumns(b, memory, at, element);
}

} // namespace llmc
