//===- TileEmbed.cpp - rows of a table --------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The table of a tied model is one copy, packed in panels for the head: a row is
// one lane of its panel, so embedding gathers it.
//===----------------------------------------------------------------------===//
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
      if (auto grid = type.getEncoding().getAffineGrid())
        return gatherGrid(*grid, id, row);
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
    Value panel = b.divIndex(id, panelRows), lane = b.remIndex(id, panelRows);
    b.loop(b.index(0), b.index(columns), 1, [&](Value column) {
      Value x = b.load(table, {panel, column, lane});
      if (!x.getType().isF32())
        x = arith::ExtFOp::create(b, b.getF32Type(), x);
      b.store(x, result, {row, column});
    });
  }

  /// Per group of 32 k: the lane's scale and minimum, then 4 codes at a time.
  void gatherGrid(AffineGrid grid, Value id, Value row) {
    Value panel = b.divIndex(id, panelRows), lane = b.remIndex(id, panelRows);
    Value half = b.mulIndex(lane, 2), word = b.mulIndex(lane, 4);
    int64_t head = panelRows * (grid.hasMin ? 4 : 2);
    b.loop(b.index(0), b.index(columns / gridGroup), 1, [&](Value group) {
      auto loadHalf = [&](int64_t offset) {
        Value at[] = {panel, group, b.addIndex(half, offset)};
        Value x = b.loadBytesAs(table, at, VectorType::get(1, b.getF16Type()));
        return Value(arith::ExtFOp::create(b, b.f32s(1), x));
      };
      Value scale = spread(loadHalf(0));
      Value min = grid.hasMin ? spread(loadHalf(2 * panelRows)) : Value();
      Value first = b.mulIndex(group, gridGroup);
      int64_t step = grid.bits == 4 ? 8 : 4; // k per 64-byte vector of codes
      for (int64_t k = 0; k < gridGroup; k += step) {
        Value at[] = {panel, group,
                      b.addIndex(word, head + k / step * 4 * panelRows)};
        Value codes = b.loadBytesAs(table, at, b.bytes(4));
        for (int64_t part = 0; part < step; part += 4) {
          Value values = dequantise(grid, codes, part != 0, scale, min);
          b.storeVector(values, result, {row, b.addIndex(first, k + part)});
        }
      }
    });
  }

  Value spread(Value one) {
    return b.broadcast(vector::ExtractOp::create(b, one, ArrayRef<int64_t>{0}),
                       4);
  }

  /// scale * (code - zero) + min of 4 codes, in the low or the high nibble.
  Value dequantise(AffineGrid grid, Value codes, bool high, Value scale,
                   Value min) {
    Value wide = arith::ExtUIOp::create(b, b.i32s(4), codes);
    if (high)
      wide = arith::ShRUIOp::create(b, wide, b.constant(wide.getType(), 4));
    if (grid.bits == 4)
      wide = arith::AndIOp::create(b, wide, b.constant(wide.getType(), 15));
    if (grid.zero)
      wide =
          arith::SubIOp::create(b, wide, b.constant(wide.getType(), grid.zero));
    Value value = b.mul(arith::SIToFPOp::create(b, b.f32s(4), wide), scale);
    return min ? b.add(value, min) : value;
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
