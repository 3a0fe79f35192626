//===- CacheStream.cpp - pages on their way to a warp -----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "CacheStream.h"
#include "TensorCores.h"
#include "Threads.h"

using namespace mlir;
using namespace mlir::llm;

namespace llmc {

/// Bytes of one copy, where chunks of so many bytes lie behind one another.
static int64_t getCopyBytes(int64_t chunkBytes) {
  return std::min<int64_t>(16, chunkBytes & -chunkBytes);
}

/// As many channels as divide their number: no chunk is a part of one.
static CacheStream::Chunks cutKeys(const PageLayout &layout, int64_t bytes) {
  int64_t lineBytes = pageTokens * bytes;
  int64_t lines = CacheStream::stageBytes / lineBytes;
  while (layout.keyDim % lines)
    --lines;
  return {lines, lineBytes, layout.keyDim / lines,
          getCopyBytes(lines * lineBytes)};
}

static CacheStream::Chunks cutValues(const PageLayout &layout, int64_t bytes) {
  int64_t lineBytes = layout.valueDim * bytes;
  int64_t lines = pageTokens;
  while (lines > 1 && lines * lineBytes > CacheStream::stageBytes)
    lines /= 2;
  return {lines, lineBytes, pageTokens / lines,
          getCopyBytes(lines * lineBytes)};
}

bool CacheStream::fits(KVType kv) {
  PageLayout layout(kv);
  if (!layout.valueDim)
    return false;
  Chunks values = cutValues(layout, kv.getElementBytes());
  return values.bytes() <= stageBytes && values.copyBytes >= 4;
}

CacheStream::CacheStream(TileBuilder &b, KVType kv, Value cache, Value keysAt,
                         Value ring, Value first, Value lane)
    : keys(cutKeys(PageLayout(kv), kv.getElementBytes())),
      values(cutValues(PageLayout(kv), kv.getElementBytes())), b(b),
      element(kv.getElementType()), cache(cache), ring(ring), first(first),
      lane(lane), elementBytes(kv.getElementBytes()) {
  assert(fits(kv) && "whole chunks of copies");
  firstByte = b.mulIndex(keysAt, elementBytes);
  pageBytes =
      cast<MemRefType>(cache.getType()).getShape().back() * elementBytes;
}

/// Chunks beyond the one that is used. The ring has room for it, and pages may have
/// fewer.
int64_t CacheStream::getAhead() const {
  return std::min(stages - 1, chunksPerPage());
}

void CacheStream::begin(Value page) {
  for (int64_t index = 0; index < getAhead(); ++index) {
    copy(page, b.index(index), b.index(index));
    commitCopies(b);
  }
}

Value CacheStream::take(Value position, Value index, Value page, Value next,
                        Value hasNext) {
  waitForCopies(b, getAhead() - 1);
  meetWarp(b); // all have waited, and nobody uses the chunk before
  Value ahead = b.addIndex(index, getAhead());
  Value isBehind =
      b.compare(arith::CmpIPredicate::uge, ahead, b.index(chunksPerPage()));
  Value inNext = arith::SubIOp::create(b, ahead, b.index(chunksPerPage()));
  Value exists = arith::OrIOp::create(b, b.negate(isBehind), hasNext);
  b.when(exists, [&] {
    copy(b.select(isBehind, next, page), b.select(isBehind, inNext, ahead),
         b.addIndex(position, getAhead()));
  });
  commitCopies(b);
  return b.addIndex(first,
                    b.mulIndex(b.remIndex(position, stages), stageBytes));
}

void CacheStream::copy(Value page, Value index, Value position) {
  Value from = b.addIndex(b.mulIndex(page, pageBytes), firstByte);
  Value to =
      b.addIndex(first, b.mulIndex(b.remIndex(position, stages), stageBytes));
  if (keys.bytes() == values.bytes())
    return copyChunk(keys, from, b.mulIndex(index, keys.bytes()), to);
  auto branch = scf::IfOp::create(
      b, b.compare(arith::CmpIPredicate::ult, index, b.index(keys.count)),
      /*withElseRegion=*/true);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(branch.thenBlock());
  copyChunk(keys, from, b.mulIndex(index, keys.bytes()), to);
  b.setInsertionPointToStart(branch.elseBlock());
  Value value = arith::SubIOp::create(b, index, b.index(keys.count));
  copyChunk(
      values, from,
      b.addIndex(b.mulIndex(value, values.bytes()), keys.count * keys.bytes()),
      to);
}

void CacheStream::copyChunk(const Chunks &chunks, Value page, Value byte,
                            Value to) {
  Value from = b.addIndex(page, byte);
  int64_t copies = chunks.bytes() / chunks.copyBytes;
  for (int64_t at = 0; at < copies; at += warpThreads) {
    Value mine = b.addIndex(lane, at);
    auto copy = [&] {
      Value offset = b.mulIndex(mine, chunks.copyBytes);
      copyAhead(b, cache, b.addIndex(from, offset), ring,
                b.addIndex(to, offset), chunks.copyBytes);
    };
    if (at + warpThreads <= copies)
      copy();
    else
      b.when(b.compare(arith::CmpIPredicate::ult, mine, b.index(copies)), copy);
  }
}

Value CacheStream::load(Value at, int64_t count) {
  int64_t bytes = count * elementBytes;
  Value raw = vector::LoadOp::create(b, b.bytes(bytes), ring, at,
                                     /*nontemporal=*/false,
                                     llvm::MaybeAlign(bytes & -bytes));
  Value loaded =
      vector::BitCastOp::create(b, VectorType::get(count, element), raw);
  if (element.isInteger())
    return arith::SIToFPOp::create(b, b.f32s(count), loaded);
  return element.isF32()
             ? loaded
             : Value(arith::ExtFOp::create(b, b.f32s(count), loaded));
}

} // namespace llmc
