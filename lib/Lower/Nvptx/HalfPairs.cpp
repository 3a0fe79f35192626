//===- HalfPairs.cpp - kept pairs of 2:4, in shared memory ------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A panel of a stage, [output row, kept k] bf16, then [row g of 8, 16 k, half] words of
// 16 bits: what is kept of row g + 8 half and 16 of the 32 k. Half the numbers are made, stored and
// loaded of those that a dense panel has; tensor cores multiply 32 k at once.
//===----------------------------------------------------------------------===//
#include "HalfWeights.h"
#include "TensorCores.h"
#include "WeightFragments.h"

using namespace mlir;
using namespace mlir::llm;

namespace llmc {

/// Where indices lie in a track, of a row g, and of 16 k.
static constexpr int64_t keptBytes = HalfWeights::trackBytes / 2;
static constexpr int64_t indexBytes = 4, rowIndexBytes = 2 * indexBytes;
static constexpr int64_t halfRows = HalfWeights::panelRows / 2;
static_assert(keptBytes + halfRows * rowIndexBytes <= HalfWeights::trackBytes);

/// 16 numbers in 8 words, then the word of indices of the 32 k. Groups are a multiple of these.
SmallVector<Value> HalfWeights::loadPairs(const PanelProduct &operand,
                                          const Line &line, Value step) {
  return choosePhase(operand, step, [&](Value firstGroup, int64_t phase) {
    SmallVector<Value> floats;
    Value patterns;
    forGroups(operand, line, firstGroup, phase, [&](const PartOfGroup &part) {
      assert(part.end - part.begin == depth && "a part of one group");
      GridStrip::Scales scales = part.strip.loadScales(part.group);
      for (int64_t k = part.begin; k < part.end; k += 8)
        addFloats(part, part.strip.loadKeptCodes(part.group, k / 8), scales,
                  floats);
      patterns = part.strip.loadPatterns(part.group, part.begin / 4);
    });
    SmallVector<Value> words = toBFloatPairs(b, floats);
    words.push_back(toSparseIndices(
        b, vector::ExtractOp::create(b, patterns, ArrayRef<int64_t>{0})));
    return words;
  });
}

void HalfWeights::storePairs(ArrayRef<Value> loaded, const Line &line,
                             Value stage) {
  Value at = b.addIndex(stage, b.mulIndex(line.track, trackBytes));
  ArrayRef<Value> numbers = loaded.drop_back();
  for (int64_t half : {0, 1})
    storePiece(numbers.slice(4 * half, 4),
               b.addIndex(at, placeOfHalf(b, line.row, b.index(half))));
  Value own =
      b.addIndex(b.mulIndex(b.remIndex(line.row, halfRows), rowIndexBytes),
                 b.mulIndex(b.divIndex(line.row, halfRows), indexBytes / 2));
  Value halves =
      vector::BitCastOp::create(b, b.bytes(4), b.broadcast(loaded.back(), 1));
  for (int64_t part : {0, 1})
    vector::StoreOp::create(
        b,
        vector::ExtractStridedSliceOp::create(
            b, halves, ArrayRef<int64_t>{2 * part}, ArrayRef<int64_t>{2},
            ArrayRef<int64_t>{1}),
        memory, b.addIndex(b.addIndex(at, own), keptBytes + part * indexBytes),
        /*nontemporal=*/false, llvm::MaybeAlign(2));
}

SmallVector<Value> HalfWeights::getSparseOperand(Value stage, Value track,
                                                 Value lane) {
  // Lane 8 i + j names line j of matrix i: output rows 8 (i % 2), kept k 8 (i / 2).
  Value at = b.addIndex(stage, b.mulIndex(track, trackBytes));
  Value place =
      placeOfHalf(b, b.remIndex(lane, panelRows), b.divIndex(lane, panelRows));
  return loadLines(b, memory, b.addIndex(at, place), b.getBF16Type());
}

Value HalfWeights::getIndices(Value stage, Value track, Value lane) {
  Value second = b.remIndex(b.divIndex(lane, 2), 2);
  Value at =
      b.addIndex(stage, b.mulIndex(b.addIndex(track, second), trackBytes));
  Value own = b.addIndex(b.mulIndex(b.divIndex(lane, 4), rowIndexBytes),
                         b.mulIndex(b.remIndex(lane, 2), indexBytes));
  return b.loadBytesAs(memory, {b.addIndex(b.addIndex(at, own), keptBytes)},
                       b.getI32Type());
}

} // namespace llmc
