//===- HalfBlocks.cpp - kept blocks of a panel, in shared memory ------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Of panels of which some blocks are there a thread's line of 32 k is zeros, into which
// it stores what its output row has of these k: tensor cores multiply the zeros too. Codes
// say by their place in which few columns they lie. Floats may lie anywhere, in rising
// order: a thread carries how many units are behind it.
//===----------------------------------------------------------------------===//
#include "HalfWeights.h"

#include "../Cpu/BlockColumns.h"

using namespace mlir;
using namespace mlir::llm;

namespace llmc {

bool HalfWeights::isPlaced(const PanelProduct &operand) {
  return cast<PanelsLayoutAttr>(operand.weight.getLayout()).hasBlocks();
}

Value HalfWeights::place(Value step, Value stage, Value unit) {
  if (llvm::none_of(operands, isPlaced))
    return unit;
  Line line = getLine();
  Value to = b.addIndex(stage, b.mulIndex(line.track, trackBytes));
  auto placeLine = [&](int64_t product) -> SmallVector<Value> {
    const PanelProduct &operand = operands[product];
    if (!isPlaced(operand))
      return {unit};
    if (std::optional<FloatBlocks> blocks = getFloatBlocks(operand.weight))
      return {placeFloats(*blocks, operand, line, step, to, unit)};
    return placeCodes(operand, line, step, to), SmallVector<Value>{unit};
  };
  return chooseProduct(line.track, placeLine)[0];
}

/// Numbers of neighbouring columns, the first of which is `column` of 32, in the line of
/// a panel at byte `to`.
void HalfWeights::storeNumbers(ArrayRef<Value> floats, Value row, Value column,
                               Value to) {
  constexpr int64_t perPiece = 8;
  auto count = static_cast<int64_t>(floats.size());
  auto scalars = llvm::map_to_vector(floats, [&](Value x) -> Value {
    return vector::ExtractOp::create(b, x, ArrayRef<int64_t>{0});
  });
  Value numbers =
      vector::FromElementsOp::create(b, b.f32s(count), ValueRange(scalars));
  numbers = arith::TruncFOp::create(b, VectorType::get(count, b.getBF16Type()),
                                    numbers);
  Value at = b.addIndex(to, placeOf(b, row, b.divIndex(column, perPiece)));
  at = b.addIndex(at, b.mulIndex(b.remIndex(column, perPiece), 2));
  vector::StoreOp::create(
      b, vector::BitCastOp::create(b, b.bytes(2 * count), numbers), memory, at,
      /*nontemporal=*/false, llvm::MaybeAlign(2 * count));
}

/// From `unit` on, up to the first that lies behind the 32 k.
Value HalfWeights::placeFloats(const FloatBlocks &blocks,
                               const PanelProduct &operand, const Line &line,
                               Value step, Value to, Value unit) {
  auto encoding = cast<FloatEncodingAttr>(operand.weight.getEncoding());
  BlockColumns columns(b, blocks.kept, line.row, /*lanes=*/1);
  Value first = b.mulIndex(step, depth), end = b.addIndex(first, depth);
  auto getColumn = [&](Value unit) -> Value {
    Value at[] = {line.panel, placeNumber(b, blocks, unit)};
    return columns.load(operand.w, at, /*size=*/2, b.index(0))[0];
  };
  auto isHere = [&](Value unit) -> Value {
    Value known = arith::MinUIOp::create(b, unit, b.index(blocks.units - 1));
    return b.both(
        b.compare(arith::CmpIPredicate::ult, unit, b.index(blocks.units)),
        b.compare(arith::CmpIPredicate::ult, getColumn(known), end));
  };
  auto placeUnit = [&](Value unit) {
    SmallVector<Value> floats;
    for (int64_t c = 0; c < blocks.kept.cols; ++c) {
      Value at = b.addIndex(placeColumn(b, blocks, unit, c),
                            b.mulIndex(line.row, blocks.floatBytes));
      floats.push_back(loadFloatsAs(b, operand.w, {line.panel, at},
                                    encoding.getType(), /*lanes=*/1));
    }
    Value column = arith::SubIOp::create(b, getColumn(unit), first);
    storeNumbers(floats, line.row, column, to);
  };
  auto loop = scf::WhileOp::create(
      b, TypeRange(b.getIndexType()), ValueRange(unit),
      [&](OpBuilder &, Location, ValueRange at) {
        scf::ConditionOp::create(b, isHere(at[0]), at);
      },
      [&](OpBuilder &, Location, ValueRange at) {
        placeUnit(at[0]);
        scf::YieldOp::create(b, ValueRange(b.addIndex(at[0], 1)));
      });
  return loop.getResult(0);
}

void HalfWeights::placeCodes(const PanelProduct &operand, const Line &line,
                             Value step, Value to) {
  choosePhase(operand, step, [&](Value firstGroup, int64_t phase) {
    forGroups(operand, line, firstGroup, phase,
              [&](const PartOfGroup &part) { placeGroup(part, line, to); });
    return SmallVector<Value>();
  });
}

void HalfWeights::placeGroup(const PartOfGroup &part, const Line &line,
                             Value to) {
  GridStrip &strip = part.strip;
  const GridPanel &drawing = strip.getDrawing();
  const KeptBlocks &kept = drawing.kept;
  GridStrip::Scales scales = strip.loadScales(part.group);
  BlockColumns columns(b, strip);
  int64_t units = kept.countUnits(drawing.grid.group);
  for (int64_t unit = 0; unit < units; ++unit) {
    int64_t first = drawing.getFirstColumn(unit);
    int64_t behind = first + kept.of * kept.cols;
    if (behind <= part.begin || first >= part.end)
      continue;
    Value inGroup =
        columns.load(strip.getMatrix(), strip.placeNumber(part.group, unit),
                     /*size=*/1, b.index(first))[0];
    Value inPart = b.addIndex(inGroup, -part.begin); // or very large
    auto store = [&] {
      SmallVector<Value> floats;
      for (int64_t c = 0; c < kept.cols; ++c)
        floats.push_back(
            strip.loadFloats(part.group, unit * kept.cols + c, scales));
      storeNumbers(floats, line.row, b.addIndex(inPart, part.place), to);
    };
    if (first >= part.begin && behind <= part.end)
      store();
    else
      b.when(b.compare(arith::CmpIPredicate::ult, inPart,
                       b.index(part.end - part.begin)),
             store);
  }
}

} // namespace llmc
