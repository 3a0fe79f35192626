//===- HalfWeights.cpp - panels as bf16 in shared memory --------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "HalfWeights.h"
#include "TensorCores.h"

#include "../Cpu/FloatCodeStrip.h"

#include <numeric>

using namespace mlir;
using namespace mlir::llm;

namespace llmc {

/// What copies and loads of ldmatrix are of.
static constexpr int64_t pieceBytes = 16;

int64_t HalfWeights::countPanels(int64_t products, int64_t tracks) {
  assert(products <= int64_t(mostProducts) && "others have no tiles");
  return llvm::alignDown(tracks / products, tracks / int64_t(mostProducts));
}

Value HalfWeights::placeOf(TileBuilder &b, Value line, Value piece) {
  Value moved = arith::XOrIOp::create(
      b, piece, Value(b.remIndex(b.divIndex(line, 2), 4)));
  return b.addIndex(b.mulIndex(line, lineBytes), b.mulIndex(moved, pieceBytes));
}

static bool isBFloat(const PanelProduct &operand) {
  return cast<MemRefType>(operand.w.getType()).getElementType().isBF16();
}

bool HalfWeights::isTwoOfFour(PackedType weight) {
  return cast<PanelsLayoutAttr>(weight.getLayout()).isTwoOfFour();
}

HalfWeights::HalfWeights(TileBuilder &b, ArrayRef<PanelProduct> operands,
                         int64_t tracks, Value firstPanel, Value memory)
    : b(b), operands(operands), tracks(tracks),
      panels(countPanels(static_cast<int64_t>(operands.size()), tracks)),
      copies(llvm::all_of(operands, isBFloat)),
      isSparse(llvm::all_of(operands,
                            [](const PanelProduct &operand) {
                              return isTwoOfFour(operand.weight);
                            })),
      firstPanel(firstPanel), memory(memory) {}

Value HalfWeights::getPanel(Value inBlock) {
  int64_t last = llmc::countPanels(operands[0].weight) - 1;
  return arith::MinUIOp::create(b, b.addIndex(firstPanel, inBlock),
                                b.index(last));
}

//===----------------------------------------------------------------------===//
// Copies
//===----------------------------------------------------------------------===//

Value HalfWeights::placeOfHalf(TileBuilder &b, Value line, Value half) {
  Value moved =
      arith::XOrIOp::create(b, half, Value(b.remIndex(b.divIndex(line, 4), 2)));
  return b.addIndex(b.mulIndex(line, copiedLineBytes),
                    b.mulIndex(moved, pieceBytes));
}

void HalfWeights::copy(Value step, Value stage) {
  if (!isCopied())
    return;
  constexpr int64_t pieces = trackBytes / pieceBytes;
  int64_t atOnce = tracks / int64_t(mostProducts);
  static_assert(
      pieces == panelRows * int64_t(mostProducts),
      "a quarter of the tracks has as many pieces as there are threads");
  Value piece = b.remIndex(b.thread, pieces);
  Value place = placeOfHalf(b, b.divIndex(piece, 2), b.remIndex(piece, 2));
  for (int64_t track = 0; track < tracks; track += atOnce) {
    // Tracks behind the last product's are its last ones once more.
    size_t product = std::min<size_t>(track / panels, operands.size() - 1);
    const PanelProduct &operand = operands[product];
    Value own = b.divIndex(b.thread, pieces);
    Value from = b.mulIndex(getPanel(b.addIndex(own, track % panels)),
                            operand.weight.getCols() * 2 * panelRows);
    from = b.addIndex(from, b.addIndex(b.mulIndex(step, trackBytes),
                                       b.mulIndex(piece, pieceBytes)));
    Value to = b.addIndex(
        stage,
        b.addIndex(b.mulIndex(b.addIndex(own, track), trackBytes), place));
    copyAhead(b, operand.w, from, memory, to, pieceBytes);
  }
}

SmallVector<Value> HalfWeights::getOperand(Value stage, Value track,
                                           int64_t half, Value lane) {
  // Lane 8 i + j names line j of matrix i: output rows 8 (i % 2), k 8 (i / 2).
  Value line = b.remIndex(lane, 8), high = b.divIndex(lane, 16);
  Value upper = b.remIndex(b.divIndex(lane, 8), 2);
  Value at = b.addIndex(stage, b.mulIndex(track, trackBytes));
  if (isCopied()) {
    Value k = b.addIndex(b.addIndex(line, b.mulIndex(high, 8)), 16 * half);
    return loadColumns(b, memory, b.addIndex(at, placeOfHalf(b, k, upper)),
                       b.getBF16Type());
  }
  Value row = b.addIndex(line, b.mulIndex(upper, 8));
  return loadLines(b, memory,
                   b.addIndex(at, placeOf(b, row, b.addIndex(high, 2 * half))),
                   b.getBF16Type());
}

//===----------------------------------------------------------------------===//
// What becomes bf16
//===----------------------------------------------------------------------===//

/// Two floats as a word.
static Value pair(TileBuilder &b, Value low, Value high) {
  auto scalar = [&](Value x) -> Value {
    return isa<VectorType>(x.getType())
               ? vector::ExtractOp::create(b, x, ArrayRef<int64_t>{0})
               : x;
  };
  Value both = vector::FromElementsOp::create(
      b, b.f32s(2), ValueRange{scalar(low), scalar(high)});
  both = arith::TruncFOp::create(b, VectorType::get(2, b.getBF16Type()), both);
  return vector::ExtractOp::create(
      b, Value(vector::BitCastOp::create(b, b.i32s(1), both)),
      ArrayRef<int64_t>{0});
}

SmallVector<Value> toBFloatPairs(TileBuilder &b, ArrayRef<Value> floats) {
  SmallVector<Value> words;
  for (size_t i = 0; i < floats.size(); i += 2)
    words.push_back(pair(b, floats[i], floats[i + 1]));
  return words;
}

/// What `body` gives for the number that `index` is, below `count`.
static SmallVector<Value>
chooseOf(TileBuilder &b, Value index, int64_t count,
         llvm::function_ref<SmallVector<Value>(int64_t)> body,
         int64_t first = 0) {
  if (first + 1 == count)
    return body(first);
  return b.choose(
      b.compare(arith::CmpIPredicate::eq, index, b.index(first)),
      [&] { return body(first); },
      [&] { return chooseOf(b, index, count, body, first + 1); });
}

SmallVector<Value> HalfWeights::chooseProduct(Value track, Body body) {
  return chooseOf(b, b.divIndex(track, panels),
                  static_cast<int64_t>(operands.size()), body);
}

HalfWeights::Line HalfWeights::getLine() {
  Value track = b.divIndex(b.thread, panelRows);
  return {track, getPanel(b.remIndex(track, panels)),
          b.remIndex(b.thread, panelRows)};
}

SmallVector<Value> HalfWeights::load(Value step) {
  if (isCopied())
    return {};
  Line line = getLine();
  return chooseProduct(line.track, [&](int64_t product) {
    return loadLine(operands[product], line, step);
  });
}

void HalfWeights::storePiece(ArrayRef<Value> words, Value to) {
  auto count = static_cast<int64_t>(words.size());
  Value piece =
      vector::FromElementsOp::create(b, b.i32s(count), ValueRange(words));
  vector::StoreOp::create(
      b, vector::BitCastOp::create(b, b.bytes(4 * count), piece), memory, to,
      /*nontemporal=*/false, llvm::MaybeAlign(4 * count));
}

void HalfWeights::store(ArrayRef<Value> loaded, Value stage) {
  if (loaded.empty())
    return;
  constexpr int64_t words = pieceBytes / 4;
  Line line = getLine();
  if (areSparse())
    return storePairs(loaded, line, stage);
  Value at = b.addIndex(stage, b.mulIndex(line.track, trackBytes));
  for (size_t i = 0; i < loaded.size(); i += words)
    storePiece(
        loaded.slice(i, words),
        b.addIndex(at, placeOf(b, line.row,
                               b.index(static_cast<int64_t>(i) / words))));
}

SmallVector<Value> HalfWeights::loadLine(const PanelProduct &operand,
                                         const Line &line, Value step) {
  if (isPlaced(operand))
    return SmallVector<Value>(depth / 2, b.constant(b.getI32Type(), 0));
  if (areSparse())
    return loadPairs(operand, line, step);
  if (auto codes = dyn_cast<FloatCodesAttr>(operand.weight.getEncoding()))
    return loadFloatCodes(operand, codes, line, step);
  return operand.weight.getEncoding().getGrid()
             ? loadGrid(operand, line, step)
             : loadFloats(operand, line, step);
}

SmallVector<Value> HalfWeights::loadFloats(const PanelProduct &operand,
                                           const Line &line, Value step) {
  SmallVector<Value> floats;
  for (int64_t i = 0; i < depth; ++i) {
    Value k = b.addIndex(b.mulIndex(step, depth), i);
    floats.push_back(
        b.loadF32s(operand.w, {line.panel, k, line.row}, /*lanes=*/1));
  }
  return toBFloatPairs(b, floats);
}

SmallVector<Value> HalfWeights::loadFloatCodes(const PanelProduct &operand,
                                               FloatCodesAttr codes,
                                               const Line &line, Value step) {
  constexpr int64_t together = 16; // groups are multiples of it
  SmallVector<Value> floats;
  for (int64_t i = 0; i < depth; i += together) {
    Value k = b.addIndex(b.mulIndex(step, depth), i);
    FloatCodeStrip strip(b, codes, panelRows, operand.w, line.panel,
                         b.divIndex(k, codes.getGroup()), line.row,
                         /*lanes=*/1);
    Value scale = strip.loadScale();
    Value inGroup = b.remIndex(k, codes.getGroup());
    for (int64_t j = 0; j < together; j += strip.countPerLoad())
      for (Value each : strip.load(b.addIndex(inGroup, j)))
        floats.push_back(b.mul(each, scale));
  }
  return toBFloatPairs(b, floats);
}

/// Where the 32 k stand among groups is one of a few phases, which decide which codes
/// share words: one where a group is 32 k, or two are.
SmallVector<Value> HalfWeights::choosePhase(const PanelProduct &operand,
                                            Value step, PhaseBody body) {
  GridPanel drawing = *getGridPanel(operand.weight);
  int64_t unit = drawing.getUnitGroups() * drawing.grid.group;
  int64_t phases = std::lcm(unit, depth) / depth;
  Value firstGroup =
      b.mulIndex(b.divIndex(step, phases), phases * depth / drawing.grid.group);
  return chooseOf(b, b.remIndex(step, phases), phases,
                  [&](int64_t phase) { return body(firstGroup, phase); });
}

void HalfWeights::forGroups(
    const PanelProduct &operand, const Line &line, Value firstGroup,
    int64_t phase, llvm::function_ref<void(const PartOfGroup &)> body) {
  GridPanel drawing = *getGridPanel(operand.weight);
  const Grid &grid = drawing.grid;
  const int64_t begin = phase * depth, end = begin + depth;
  for (int64_t k = begin; k < end;) {
    int64_t number = k / grid.group, inGroup = k % grid.group;
    int64_t inUnit = number % drawing.getUnitGroups();
    Value inRow = b.addIndex(firstGroup, number - inUnit);
    GridStrip strip(b, drawing, operand.w, line.panel,
                    b.divIndex(inRow, grid.getGroups()), line.row,
                    /*lanes=*/1);
    int64_t count = std::min(grid.group - inGroup, end - k);
    body({strip,
          {b.remIndex(inRow, grid.getGroups()), inUnit},
          inGroup,
          inGroup + count,
          k - begin});
    k += count;
  }
}

SmallVector<Value> HalfWeights::loadGrid(const PanelProduct &operand,
                                         const Line &line, Value step) {
  return choosePhase(operand, step, [&](Value firstGroup, int64_t phase) {
    SmallVector<Value> floats;
    forGroups(operand, line, firstGroup, phase,
              [&](const PartOfGroup &part) { addFloats(part, floats); });
    return toBFloatPairs(b, floats);
  });
}

void HalfWeights::addFloats(const PartOfGroup &part,
                            SmallVector<Value> &floats) {
  GridStrip::Scales scales = part.strip.loadScales(part.group);
  for (int64_t k = part.begin; k < part.end; k += 4)
    addFloats(part, part.strip.loadCodes(part.group, k / 4), scales, floats);
}

/// Four codes.
void HalfWeights::addFloats(const PartOfGroup &part, Value codes,
                            const GridStrip::Scales &scales,
                            SmallVector<Value> &floats) {
  const Grid &grid = part.strip.getDrawing().grid;
  for (int64_t i = 0; i < 4; ++i) {
    Value code = arith::ExtUIOp::create(
        b, b.getI32Type(),
        Value(vector::ExtractOp::create(b, codes, ArrayRef<int64_t>{i})));
    Value value =
        b.sub(b.broadcast(arith::UIToFPOp::create(b, b.getF32Type(), code), 1),
              b.constant(b.f32s(1), static_cast<double>(grid.getByteZero())));
    floats.push_back(scales.min ? b.fma(value, scales.scale, scales.min)
                                : b.mul(value, scales.scale));
  }
}

} // namespace llmc
