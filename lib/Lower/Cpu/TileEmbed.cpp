//===- TileEmbed.cpp - rows of a table --------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The table of a tied model is one copy, packed in panels for the head: a row is
// one lane of its panel, so embedding gathers it.
//===----------------------------------------------------------------------===//
#include "FloatCodeStrip.h"
#include "PanelLoads.h"
#include "Tilers.h"

using namespace mlir;
using namespace mlir::llm;

namespace llmc {

namespace {

class EmbedTiler {
public:
  EmbedTiler(TileBuilder &b, const KernelArgs &args, EmbedOp embed)
      : b(b), table(args.get(embed.getTable())), ids(args.get(embed.getIds())),
        result(args.results[0]),
        type(dyn_cast<PackedType>(embed.getTable().getType())),
        columns(getMatrixShape(embed.getTable().getType()).back()) {}

  void run() {
    auto [begin, end] = b.share(b.dim(result, 0));
    b.loop(begin, end, 1, [&](Value row) {
      Value id = b.toIndex(b.load(ids, row));
      if (!type)
        return copyRow(id, row);
      if (auto drawing = getGridPanel(type))
        return gatherGrid(*drawing, id, row);
      if (auto codes = dyn_cast<FloatCodesAttr>(type.getEncoding()))
        return gatherCodes(codes, id, row);
      gatherFloats(id, row);
    });
  }

private:
  /// The table is activations: a selection of rows.
  void copyRow(Value id, Value row) {
    int64_t lanes = getLanes(columns);
    b.loop(b.index(0), b.index(columns), lanes, [&](Value column) {
      b.storeVector(b.loadF32s(table, {id, column}, lanes), result,
                    {row, column});
    });
  }

  void gatherFloats(Value id, Value row) {
    int64_t panelRows = getPanelRows(type);
    Value panel = b.divIndex(id, panelRows), lane = b.remIndex(id, panelRows);
    b.loop(b.index(0), b.index(columns), 1, [&](Value column) {
      Value x = b.load(table, {panel, column, lane});
      if (!x.getType().isF32())
        x = arith::ExtFOp::create(b, b.getF32Type(), x);
      b.store(x, result, {row, column});
    });
  }

  void gatherCodes(FloatCodesAttr codes, Value id, Value row) {
    int64_t panelRows = getPanelRows(type), group = codes.getGroup();
    Value panel = b.divIndex(id, panelRows), lane = b.remIndex(id, panelRows);
    b.loop(b.index(0), b.index(columns / group), 1, [&](Value block) {
      FloatCodeStrip strip(b, codes, panelRows, table, panel, block, lane,
                           /*lanes=*/1);
      Value scale = strip.loadScale(), first = b.mulIndex(block, group);
      b.loop(b.index(0), b.index(group), strip.countPerLoad(), [&](Value k) {
        for (auto [i, value] : llvm::enumerate(strip.load(k)))
          b.storeVector(b.mul(value, scale), result,
                        {row, b.addIndex(b.addIndex(first, k), i)});
      });
    });
  }

  /// The lane of its panel, block by block and group by group.
  void gatherGrid(const GridPanel &drawing, Value id, Value row) {
    const Grid &grid = drawing.grid;
    Value panel = b.divIndex(id, drawing.rows);
    Value lane = b.remIndex(id, drawing.rows);
    b.loop(b.index(0), b.index(columns / grid.getBlock()), 1, [&](Value block) {
      GridStrip strip(b, drawing, table, panel, block, lane, /*lanes=*/1);
      Value before = b.mulIndex(block, grid.getBlock());
      const int64_t unit = drawing.getUnitGroups();
      b.loop(b.index(0), b.index(grid.getGroups()), unit, [&](Value first) {
        Value column = b.addIndex(before, b.mulIndex(first, grid.group));
        for (int64_t number = 0; number < unit; ++number)
          gatherGroup(grid, strip, {first, number}, row,
                      b.addIndex(column, number * grid.group));
      });
    });
  }

  void gatherGroup(const Grid &grid, GridStrip &strip, GroupOfUnit group,
                   Value row, Value column) {
    GridStrip::Scales scales = strip.loadScales(group);
    for (int64_t i = 0; i < grid.group / 4; ++i)
      b.storeVector(dequantise(grid, strip.loadCodes(group, i), scales), result,
                    {row, b.addIndex(column, 4 * i)});
  }

  /// scale * (byte - zero) + min of 4 bytes.
  Value dequantise(const Grid &grid, Value codes, GridStrip::Scales scales) {
    auto spread = [&](Value one) {
      return b.broadcast(
          vector::ExtractOp::create(b, one, ArrayRef<int64_t>{0}), 4);
    };
    Value wide = arith::ExtUIOp::create(b, b.i32s(4), codes);
    if (int64_t zero = grid.getByteZero())
      wide = arith::SubIOp::create(b, wide, b.constant(wide.getType(), zero));
    Value value = b.mul(arith::SIToFPOp::create(b, b.f32s(4), wide),
                        spread(scales.scale));
    return scales.min ? b.add(value, spread(scales.min)) : value;
  }

  TileBuilder &b;
  Value table, ids, result;
  PackedType type;
  int64_t columns;
};

} // namespace

namespace {
struct TileEmbed : CpuTilerOpInterface::ExternalModel<TileEmbed, EmbedOp> {
  void tile(Operation *op, TileBuilder &b, const KernelArgs &args) const {
    EmbedTiler(b, args, cast<EmbedOp>(op)).run();
  }
};
} // namespace

void attachEmbedTiler(MLIRContext *context) {
  EmbedOp::attachInterface<TileEmbed>(*context);
}

} // namespace llmc
