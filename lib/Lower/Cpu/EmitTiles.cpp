//===- EmitTiles.cpp - tile ops become instructions -------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Emitters of llm.tile.dot by kind of operands:
//   int8 rows x integer grid    integer dot per group, then one fma per scale
//   f32 rows x integer grid     weights are dequantised in registers, once for all rows
//   f32 rows x floats           weights are widened, once for all rows
//   f32 rows x codes of floats  the same, a scale is a factor of its group's sums
//   f32 rows x sparse rows      x is gathered for each entry
// Of panels of blocks only what is there is multiplied, with x at its columns.
//===----------------------------------------------------------------------===//
#include "BlockColumns.h"
#include "FloatCodeStrip.h"
#include "Isa.h"
#include "PanelLoads.h"
#include "Prefetch.h"
#include "SparseProduct.h"

#include "dialects/llm/ActRow.h"
#include "dialects/llm/SparseRows.h"
#include "llmc/Lower/Passes.h"

#include <numeric>
#include <vector>

namespace llmc {
#define GEN_PASS_DEF_EMITTILES
#include "llmc/Lower/Passes.h.inc"

using namespace mlir;
using namespace mlir::llm;

namespace {

class DotEmitter {
public:
  DotEmitter(TileBuilder &b, const Isa &isa, TileDotOp op)
      : b(b), isa(isa), op(op), weight(cast<PackedType>(op.getWeightType())),
        drawing(getGridPanel(weight)), rows(op.getRows()),
        strips(op.getStrips()), lanes(op.getLanes()),
        panelRows(getPanelRows(weight)), block(op.getBlock()),
        sums(op.getAccs()) {
    if (op.getInputType())
      input = cast<PackedType>(*op.getInputType());
  }

  void run() {
    const bool isSparse = areSparseRows(weight.getEncoding());
    auto codes = dyn_cast<FloatCodesAttr>(weight.getEncoding());
    auto blocks = getFloatBlocks(weight);
    if (!drawing && !isSparse && !codes && !blocks)
      prefetchFloats(b, op);
    SmallVector<Strip> all;
    for (int64_t s = 0; s < strips; ++s) {
      int64_t first = op.getLane() + s * lanes; // row after the panel's first
      all.push_back(
          {s, b.addIndex(op.getPanel(), first / panelRows), first % panelRows});
    }
    if (drawing && hasIntegerRows() && !drawing->kept.hasBlocks())
      if (auto phases = startPhases())
        return dotInPhases(all, *phases);
    if (drawing)
      dotBlock(all);
    else if (isSparse)
      dotEntries(all);
    else if (codes)
      dotFloatCodes(all, codes);
    else if (blocks)
      dotFloatBlocks(all, *blocks);
    else
      dotFloats(all);
    op.replaceAllUsesWith(sums);
    op.erase();
  }

private:
  bool hasIntegerRows() const {
    return input && llvm::isa<Int8ActEncodingAttr>(input.getEncoding());
  }

  /// Output rows `lane` .. `lane` + lanes of a panel; their sums are sums[index].
  struct Strip {
    int64_t index;
    Value panel;
    int64_t lane;
  };

  /// Of each batch row x of each column of a unit of blocks.
  using UnitRows = SmallVector<SmallVector<Value>>;

  Value laneOf(const Strip &strip) {
    Value lane = b.index(strip.lane);
    return op.getThread() ? b.addIndex(op.getThread(), lane) : lane;
  }

  Value &sum(int64_t row, const Strip &strip) {
    return sums[row * strips + strip.index];
  }

  //===--- integer grids ----------------------------------------------------===//

  std::vector<GridStrip> startBlock(ArrayRef<Strip> all) {
    std::vector<GridStrip> loads;
    for (const Strip &strip : all)
      loads.emplace_back(b, *drawing, op.getW(), strip.panel, block,
                         laneOf(strip), lanes);
    return loads;
  }

  using Loads = MutableArrayRef<GridStrip>;

  /// From 0 up to `end`; where the body adds up, `sums` go on.
  void loop(Value end, int64_t step, bool addsUp,
            llvm::function_ref<void(Value)> body) {
    if (!addsUp)
      return b.loop(b.index(0), end, step, body);
    sums =
        b.loop(b.index(0), end, step, sums, [&](Value i, ValueRange carried) {
          sums.assign(carried.begin(), carried.end());
          body(i);
          return sums;
        });
  }

  /// `body` for every group of the block, unit by unit; a block of one needs no loop.
  void forEachGroup(ArrayRef<Strip> all, bool addsUp,
                    llvm::function_ref<void(Loads, GroupOfUnit)> body) {
    std::vector<GridStrip> loads = startBlock(all);
    const int64_t unit = drawing->getUnitGroups();
    auto takeUnit = [&](Value first) {
      for (int64_t number = 0; number < unit; ++number)
        body(loads, {first, number});
    };
    if (drawing->grid.getGroups() == 1)
      return takeUnit(b.index(0));
    loop(b.index(drawing->grid.getGroups()), unit, addsUp, takeUnit);
  }

  void dotBlock(ArrayRef<Strip> all) {
    int64_t head = drawing->getCodesOffset(), bytes = drawing->getGroupBytes();
    const bool isOne = drawing->grid.getGroups() == 1;
    prefetchBytes(b, op, block, b.index(0), isOne ? head + bytes : head);
    forEachGroup(all, /*addsUp=*/true, [&](Loads loads, GroupOfUnit group) {
      if (!isOne && group.number == 0)
        prefetchBytes(b, op, block,
                      b.addIndex(b.mulIndex(group.unit, bytes), head),
                      drawing->getUnitGroups() * bytes);
      if (hasIntegerRows())
        return withTile(loads, group, [&](const IntegerTile &tile) {
          addScaled(loads, group, isa.dot(b, tile));
        });
      for (const Strip &strip : all)
        dotDequantised(loads[strip.index], group, strip);
    });
  }

  /// Of the row's groups, the one that is `group` of this block.
  Value getGroupOfRow(GroupOfUnit group) {
    int64_t groups = drawing->grid.getGroups();
    return b.addIndex(b.addIndex(b.mulIndex(block, groups), group.unit),
                      group.number);
  }

  /// Of a batch row, bytes; rows lie one behind the other.
  int64_t getRowBytes() {
    auto type = cast<MemRefType>(op.getX().getType());
    assert(type.getLayout().isIdentity() && type.getRank() == 2 &&
           "quantised rows have no heads");
    return type.getDimSize(1);
  }

  /// A pointer to byte `at` + `offset` of the first batch row.
  Value getAddress(Value at, int64_t offset) {
    Value row = b.mulIndex(op.getRow(), getRowBytes());
    return b.addressOf(op.getX(), b.addIndex(row, b.addIndex(at, offset)));
  }

  /// The products of one group, of which `body` chooses how they are made.
  void withTile(Loads loads, GroupOfUnit group,
                llvm::function_ref<void(const IntegerTile &)> body) {
    ActRow act(input);
    Value inRow = getGroupOfRow(group);
    Value first = b.mulIndex(inRow, drawing->grid.group);
    // Each plane of a row's codes is a row of its own until the sums are floats.
    int64_t planes = act.getPlanes();
    auto codes = [&](int64_t s, int64_t j) {
      return loads[s].loadCodes(group, j);
    };
    const bool hasBlocks = drawing->kept.hasBlocks();
    auto word = [&](int64_t r, int64_t s, int64_t j) {
      int64_t codes = act.getCodesOffset(r % planes);
      if (hasBlocks)
        return BlockColumns(b, loads[s])
            .loadWord(group, j, first, [&](Value at, Type type) {
              return loadX(r / planes, at, codes, type);
            });
      return loadX(r / planes, first, codes + 4 * j, b.getI32Type());
    };
    SmallVector<Value> kept; // sums of what is multiplied
    auto total = [&](int64_t r, int64_t s, int64_t factor) -> Value {
      if (hasBlocks && kept.empty())
        kept = addWords(b, isa, shapeTile(), word);
      if (hasBlocks)
        return multiplySum(b, kept[r * strips + s], factor);
      Value sum = loadX(r / planes, b.mulIndex(inRow, 4),
                        act.getSumsOffset(r % planes), b.getI32Type());
      return arith::MulIOp::create(b, sum, b.constant(b.getI32Type(), factor));
    };
    auto address = [&](int64_t plane, int64_t k) {
      return getAddress(first, act.getCodesOffset(plane) + k);
    };
    IntegerTile tile = shapeTile();
    tile.codes = codes;
    tile.word = word;
    tile.total = total;
    tile.address = address;
    body(tile);
  }

  /// A tile without operands.
  IntegerTile shapeTile() {
    const Grid &grid = drawing->grid;
    int64_t planes = ActRow(input).getPlanes();
    return {rows * planes,
            strips,
            lanes,
            grid.getByteBits(),
            grid.getByteZero(),
            drawing->getProductVectors(),
            /*codes=*/nullptr,
            /*word=*/nullptr,
            /*total=*/nullptr,
            planes,
            getRowBytes(),
            /*address=*/nullptr};
  }

  /// Of batch row `r` of the tile the bytes from `at` + `offset` on.
  Value loadX(int64_t r, Value at, int64_t offset, Type type) {
    Value place[] = {b.addIndex(op.getRow(), r), b.addIndex(at, offset)};
    return b.loadBytesAs(op.getX(), place, type);
  }

  /// sums += scale of the weights * scale of the row * product; and the minimum.
  void addScaled(Loads loads, GroupOfUnit group, ArrayRef<Value> products) {
    ActRow act(input);
    int64_t planes = act.getPlanes();
    Value quarter = b.mulIndex(getGroupOfRow(group), 4);
    auto loadScale = [&](int64_t r, int64_t offset) {
      return b.broadcast(loadX(r, quarter, offset, b.getF32Type()), lanes);
    };
    for (int64_t s = 0; s < strips; ++s) {
      GridStrip::Scales scales = loads[s].loadScales(group);
      for (int64_t r = 0; r < rows; ++r) {
        int64_t at = r * strips + s;
        auto product = [&](int64_t plane) -> Value {
          return arith::SIToFPOp::create(
              b, b.f32s(lanes), products[(r * planes + plane) * strips + s]);
        };
        Value exact = product(0);
        if (planes == 2)
          exact = b.fma(
              product(1),
              b.constant(b.f32s(lanes), 1.0 / Int8ActEncodingAttr::fineSteps),
              exact);
        Value both = b.mul(scales.scale, loadScale(r, act.getScalesOffset()));
        sums[at] = b.fma(exact, both, sums[at]);
        if (scales.min)
          sums[at] = b.fma(scales.min, loadScale(r, act.getScaledSumsOffset()),
                           sums[at]);
      }
    }
  }

  //===--- in phases ----------------------------------------------------------===//

  /// Blocks of k whose codes and products the first cache has room for.
  int64_t countTogether() {
    constexpr int64_t nearBytes = 24 << 10;
    IntegerTile tile = shapeTile();
    int64_t bytes = tile.strips * lanes * 4 * (tile.quads + tile.rows);
    return std::clamp<int64_t>(nearBytes / (bytes * drawing->grid.getGroups()),
                               1, 32);
  }

  std::unique_ptr<IntegerPhases> startPhases() {
    return isa.startPhases(b, shapeTile(),
                           countTogether() * drawing->grid.getGroups());
  }

  /// The loop over blocks that the op is all of, or null.
  scf::ForOp getLoop() {
    auto loop = dyn_cast<scf::ForOp>(op->getParentOp());
    bool isAll = loop && llvm::hasNItems(*loop.getBody(), 2) &&
                 loop.getInductionVar() == op.getBlock() &&
                 isConstantIntValue(loop.getStep(), 1) &&
                 llvm::equal(loop.getRegionIterArgs(), op.getAccs()) &&
                 llvm::equal(loop.getYieldedValues(), op.getResults());
    return isAll ? loop : scf::ForOp();
  }

  /// In place of the op, or of the loop that it is all of.
  void dotInPhases(ArrayRef<Strip> all, IntegerPhases &products) {
    scf::ForOp loop = getLoop();
    Operation *whole = loop ? loop.getOperation() : op.getOperation();
    Value begin = op.getBlock(), end;
    if (loop) {
      b.setInsertionPoint(loop);
      begin = loop.getLowerBound();
      end = loop.getUpperBound();
      sums.assign(loop.getInitArgs().begin(), loop.getInitArgs().end());
    } else {
      end = b.addIndex(begin, 1);
    }
    const int64_t most = countTogether();
    sums = b.loop(begin, end, most, sums, [&](Value first, ValueRange carried) {
      sums.assign(carried.begin(), carried.end());
      Value count = arith::MinUIOp::create(
          b, arith::SubIOp::create(b, end, first), b.index(most));
      auto each = [&](int64_t phase, auto body) {
        forEachBlock(all, phase, first, count, body);
      };
      each(0, [&](Loads, GroupOfUnit, const IntegerTile &tile, Value number) {
        products.unpack(tile, number);
      });
      each(1, [&](Loads, GroupOfUnit, const IntegerTile &tile, Value number) {
        products.multiply(tile, number);
      });
      each(2, [&](Loads loads, GroupOfUnit group, const IntegerTile &tile,
                  Value number) {
        addScaled(loads, group, products.load(tile, number));
      });
      return sums;
    });
    whole->replaceAllUsesWith(sums);
    whole->erase();
  }

  /// One phase: `body` for the tile of every group of `count` blocks from `first` on, and
  /// its number among them. The last phase adds up.
  void forEachBlock(
      ArrayRef<Strip> all, int64_t phase, Value first, Value count,
      llvm::function_ref<void(Loads, GroupOfUnit, const IntegerTile &, Value)>
          body) {
    constexpr int64_t phases = 3;
    const bool addsUp = phase == phases - 1;
    loop(count, 1, addsUp, [&](Value i) {
      block = b.addIndex(first, i);
      Value before = b.mulIndex(i, drawing->grid.getGroups());
      forEachGroup(all, addsUp, [&](Loads loads, GroupOfUnit group) {
        Value number = b.addIndex(b.addIndex(before, group.unit), group.number);
        prefetchShare(b, op, {phase, phases}, drawing->grid.getGroups(), first,
                      count, number);
        withTile(loads, group, [&](const IntegerTile &tile) {
          body(loads, group, tile, number);
        });
      });
    });
  }

  void dotDequantised(GridStrip &load, GroupOfUnit group, const Strip &strip) {
    const Grid &grid = drawing->grid;
    GridStrip::Scales scales = load.loadScales(group);
    Value first = b.mulIndex(getGroupOfRow(group), grid.group);
    const KeptBlocks &kept = drawing->kept;
    UnitRows x;
    for (int64_t k = 0; k < 4 * drawing->getProductVectors(); ++k) {
      Value value = load.loadFloats(group, k, scales);
      if (!kept.hasBlocks()) {
        addProducts(value, b.addIndex(first, k), strip);
        continue;
      }
      int64_t unit = k / kept.cols;
      if (k % kept.cols == 0)
        x = loadUnit(kept, strip, load.placeNumber(group, unit), 1,
                     b.addIndex(first, drawing->getFirstColumn(unit)));
      addUnit(value, x, k % kept.cols, strip);
    }
  }

  //===--- blocks of floats ---------------------------------------------------===//

  /// The number of the first band's block is at `place`.
  UnitRows loadUnit(const KeptBlocks &kept, const Strip &strip,
                    ArrayRef<Value> place, int64_t size, Value first) {
    BlockColumns columns(b, kept, laneOf(strip), lanes);
    SmallVector<Value> at = columns.load(op.getW(), place, size, first);
    UnitRows x;
    for (int64_t r = 0; r < rows; ++r)
      x.push_back(columns.loadFloats(
          at, [&](Value k, int64_t count) { return loadFloats(r, k, count); }));
    return x;
  }

  /// sums of the strip += weights * x of column `c` of a unit.
  void addUnit(Value weights, const UnitRows &x, int64_t c,
               const Strip &strip) {
    for (int64_t r = 0; r < rows; ++r)
      sum(r, strip) = b.fma(weights, x[r][c], sum(r, strip));
  }

  void dotFloatBlocks(ArrayRef<Strip> all, const FloatBlocks &blocks) {
    auto type = cast<FloatEncodingAttr>(weight.getEncoding()).getType();
    const int64_t count = getTileUnits(blocks);
    Value first = b.mulIndex(op.getBlock(), count);
    for (int64_t i = 0; i < count; ++i) {
      Value unit = b.addIndex(first, i);
      for (const Strip &strip : all) {
        Value number[] = {strip.panel, placeNumber(b, blocks, unit)};
        UnitRows x = loadUnit(blocks.kept, strip, number, 2, b.index(0));
        Value lane = b.mulIndex(laneOf(strip), blocks.floatBytes);
        for (int64_t c = 0; c < blocks.kept.cols; ++c) {
          Value place[] = {strip.panel,
                           b.addIndex(placeColumn(b, blocks, unit, c), lane)};
          addUnit(loadFloatsAs(b, op.getW(), place, type, lanes), x, c, strip);
        }
      }
    }
  }

  //===--- floats -------------------------------------------------------------===//

  /// Strip by strip of each k: an x that was spread over a register serves all.
  void dotFloats(ArrayRef<Strip> all) {
    int64_t depth = getTileDepth(weight);
    Value first = b.mulIndex(op.getBlock(), depth);
    for (int64_t i = 0; i < depth; ++i) {
      Value k = b.addIndex(first, i);
      for (const Strip &strip : all) {
        Value at[] = {strip.panel, k, laneOf(strip)};
        addProducts(b.loadF32s(op.getW(), at, lanes), k, strip);
      }
    }
  }

  //===--- codes of floats ----------------------------------------------------===//

  /// The sum of a tile, which has one scale, then that of all. Each goes in two chains
  /// that hide the latency of an fma where one row takes one panel; with more rows the
  /// order is the same, so a row's result is.
  void dotFloatCodes(ArrayRef<Strip> all, FloatCodesAttr codes) {
    const int64_t depth = getTileDepth(weight),
                  pieces = codes.getGroup() / depth;
    Value group = op.getBlock(), begin = b.index(0);
    if (pieces > 1) {
      begin = b.mulIndex(b.remIndex(group, pieces), depth);
      group = b.divIndex(group, pieces);
    }
    SmallVector<FloatCodeStrip> loads;
    for (const Strip &strip : all)
      loads.emplace_back(b, codes, panelRows, op.getW(), strip.panel, group,
                         laneOf(strip), lanes);
    SmallVector<Value> whole = sums;
    const size_t count = sums.size();
    sums.assign(2 * count, b.constant(b.f32s(lanes), 0));
    const int64_t step = std::gcd<int64_t>(depth, 32);
    sums = b.loop(b.index(0), b.index(depth), step, sums,
                  [&](Value first, ValueRange carried) {
                    sums.assign(carried.begin(), carried.end());
                    dotCodes(loads, b.addIndex(begin, first), step, all);
                    return sums;
                  });
    for (const Strip &strip : all) {
      Value scale = loads[strip.index].loadScale();
      for (int64_t r = 0; r < rows; ++r) {
        int64_t at = r * strips + strip.index;
        whole[at] = b.fma(b.add(sums[at], sums[count + at]), scale, whole[at]);
      }
    }
    sums = whole;
  }

  void keepSumsInOrder() {
    SmallVector<Value *> running;
    for (Value &sum : sums)
      running.push_back(&sum);
    keepInOrder(b, running);
  }

  /// The `count` k of a group from `first` on, even ones in the first chain.
  void dotCodes(MutableArrayRef<FloatCodeStrip> loads, Value first,
                int64_t count, ArrayRef<Strip> all) {
    const FloatCodeStrip &one = loads.front();
    Value group = one.group;
    Value before = b.mulIndex(group, one.codes.getGroup());
    prefetchBytes(b, op, group, // scales lie before the codes
                  b.mulIndex(first, one.countBytes(count) / count),
                  one.getCodesOffset() + one.countBytes(count));
    const bool isDevice = isa.getTarget(b.getContext()).isDevice();
    for (int64_t i = 0; i < count; i += one.countPerLoad()) {
      if (i && i % 2 == 0 && !isDevice)
        keepSumsInOrder();
      Value k = b.addIndex(first, i);
      for (const Strip &strip : all)
        for (auto [c, floats] : llvm::enumerate(loads[strip.index].load(k)))
          addProducts(floats, b.addIndex(b.addIndex(before, k), c), strip,
                      (i + c) % 2 * sums.size() / 2);
    }
  }

  void dotEntries(ArrayRef<Strip> all) {
    SmallVector<SparseStrip> loads;
    for (const Strip &strip : all)
      loads.push_back({strip.panel, laneOf(strip)});
    dotSparseRows(b, op, loads, sums);
  }

  /// Of batch row `r` of the tile `count` f32 from column `k` on; one as a scalar. A device's
  /// rows of prompts may be a view of bf16.
  Value loadFloats(int64_t r, Value k, int64_t count) {
    Value row = b.addIndex(op.getRow(), r);
    Type type = count == 1 ? Type(b.getF32Type()) : b.f32s(count);
    if (input)
      return b.loadBytesAs(op.getX(), {row, b.mulIndex(k, 4)}, type);
    if (count == 1 && getElementTypeOrSelf(op.getX()).isF32())
      return b.load(op.getX(), {row, k});
    Value floats = b.loadF32s(op.getX(), {row, k}, count);
    return count == 1 ? Value(vector::ExtractOp::create(b, floats,
                                                        ArrayRef<int64_t>{0}))
                      : floats;
  }

  /// sums of the strip += weights[k] * x[., k]; `first` is the chain's first sum.
  void addProducts(Value weights, Value k, const Strip &strip,
                   int64_t first = 0) {
    for (int64_t r = 0; r < rows; ++r) {
      Value x = loadFloats(r, k, 1);
      Value &sum = sums[first + r * strips + strip.index];
      sum = b.fma(weights, b.broadcast(x, lanes), sum);
    }
  }

  TileBuilder &b;
  const Isa &isa;
  TileDotOp op;
  PackedType weight, input;         // input is null where x is f32
  std::optional<GridPanel> drawing; // of an integer grid
  int64_t rows, strips, lanes, panelRows;
  Value block; // that is multiplied
  SmallVector<Value> sums;
};

struct EmitTiles : impl::EmitTilesBase<EmitTiles> {
  void runOnOperation() override {
    WalkResult result = getOperation().walk([&](func::FuncOp function) {
      TargetAttr target = getTarget(function);
      const Isa *isa = target ? findIsa(target.getIsa()) : nullptr;
      if (isa) {
        emit(function, *isa);
        return WalkResult::advance();
      }
      function.emitError("llm-emit-tiles: needs a target of a known "
                         "instruction set: run llm-clone-targets first");
      return WalkResult::interrupt();
    });
    if (result.wasInterrupted())
      signalPassFailure();
  }

  void emit(func::FuncOp function, const Isa &isa) {
    OpBuilder builder(function);
    // What launches a device's kernels is code of the host.
    bool onHost = isa.getTarget(&getContext()).isDevice() &&
                  function->getParentOp() == getOperation();
    function->setAttr("target_cpu",
                      builder.getStringAttr(onHost ? "x86-64" : isa.getCpu()));
    function->setAttr("target_features", LLVM::TargetFeaturesAttr::get(
                                             &getContext(), isa.getFeatures()));
    SmallVector<TileDotOp> all; // some take the loop around them along
    function.walk([&](TileDotOp op) { all.push_back(op); });
    for (TileDotOp op : all) {
      TileBuilder b(op.getLoc(), &getContext());
      b.setInsertionPoint(op);
      b.function = function;
      DotEmitter(b, isa, op).run();
    }
  }
};

} // namespace
} // namespace llmc
