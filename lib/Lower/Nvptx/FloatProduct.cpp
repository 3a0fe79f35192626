//===- FloatProduct.cpp - rows of f32 times floats, on tensor cores ---------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//   block = 8 rows (of many, 32) x a panel of each product, or two of one
//     warp = an eighth of k
//       weights: a ring of units of 1 KB, copied ahead (cp.async), for itself alone
//       rows: from memory to registers, a unit ahead
//       sums += weights * low of rows, then weights * high          mma.sync m16n8k8
//     the warps' sums are added in order; epilogue, store
//
// Output rows are the first operand, so eight rows cost what one does. Weights of f16 and
// bf16 are floats of 11 bits (tf32) as they are; rows, and weights of f32, are two of these
// (`splitFloat`): no row is rounded to fewer bits than products of f32 are.
//
// A unit is lines of k, 16 output rows each. Of every 16 k, a lane takes four neighbours: they are one
// load of a row, and since both operands agree which k stands where, no weight moves. A
// lane's output rows are neighbours too. A unit's pieces of 32 bytes are moved by the four
// that k is in, which puts those that a warp loads at once into different banks.
//===----------------------------------------------------------------------===//
#include "DeviceProduct.h"
#include "TensorCores.h"
#include "Threads.h"

#include "../Cpu/PanelLoads.h"

using namespace mlir;
using namespace mlir::llm;

namespace llmc {

namespace {

constexpr int64_t warps = 8, threads = warps * warpThreads;
constexpr int64_t columnRows = 8; // rows of one mma.sync
constexpr int64_t panelRows = 16;
constexpr int64_t perColumns = 4; // sums of a thread
constexpr int64_t unitBytes = 1024, pieceBytes = 32;
constexpr int64_t copyBytes = 16, requestBytes = warpThreads * copyBytes;
/// What a block may have of shared memory, and a warp of that.
constexpr int64_t ringBytes = 48 * 1024 / warps;
/// k that a lane loads of a row at once, and those of all lanes.
constexpr int64_t quad = 4, stepDepth = 16;

/// How a panel's weights lie in a unit.
struct Unit {
  explicit Unit(Type element)
      : element(cast<FloatType>(element)), bytes(this->element.getWidth() / 8),
        depth(unitBytes / (panelRows * bytes)) {}
  int64_t getSteps() const { return depth / stepDepth; }
  int64_t getPieces() const { return panelRows * bytes / pieceBytes; } // of a k

  FloatType element;
  int64_t bytes, depth; // of an element; k
};

class FloatTiler {
public:
  FloatTiler(TileBuilder &b, const KernelArgs &args, int64_t columns,
             int64_t panels)
      : b(b), args(args), kernel(b, args), columns(columns), panels(panels),
        tracks(panels * static_cast<int64_t>(kernel.products.size())),
        unit(cast<MemRefType>(kernel.operands[0].w.getType()).getElementType()),
        stages(ringBytes / (tracks * unitBytes)), cols(kernel.weight.getCols()),
        units(llvm::divideCeil(cols, unit.depth)) {}

  void run() {
    rows = b.dim(args.results[0], 0);
    int64_t groups = countPanels(kernel.weight) / panels;
    firstPanel = b.mulIndex(b.remIndex(b.worker, groups), panels);
    firstRow = b.mulIndex(b.divIndex(b.worker, groups), columns * columnRows);
    warp = b.divIndex(b.thread, warpThreads);
    lane = b.remIndex(b.thread, warpThreads);
    quarter = b.remIndex(lane, 4);
    findPlaces();
    memory = allocateShared(b, {warps * ringBytes}, b.getI8Type());
    if (!DeviceProduct::hasPrompts(args.kernel))
      return compute();
    b.when(kernel.isAnyMine(firstRow, columns * columnRows, rows),
           [&] { compute(); });
    awaitLaunches(b); // blocks that have nothing as well
  }

private:
  void compute() {
    SmallVector<Value> sums = multiply();
    b.meetThreads(); // nobody's copies or loads are left
    storeSums(sums);
    b.meetThreads();
    finish();
  }

  //===--- weights on their way to shared memory --------------------------------===//

  Value getSlot(Value number) {
    return b.addIndex(b.mulIndex(warp, ringBytes),
                      b.mulIndex(number, tracks * unitBytes));
  }

  /// Panel `track` of this block, in its product's weights.
  const PanelProduct &getOperand(int64_t track) const {
    return kernel.operands[track / panels];
  }
  Value getPanel(int64_t track) {
    return b.addIndex(firstPanel, track % panels);
  }

  /// The piece of k `k` that holds byte `byte` of its line, moved.
  Value placeOf(Value k, Value piece) {
    Value number = b.addIndex(b.mulIndex(k, unit.getPieces()), piece);
    Value four = b.remIndex(b.divIndex(k, quad), 4);
    return b.mulIndex(Value(arith::XOrIOp::create(b, number, four)),
                      pieceBytes);
  }

  /// What depends on the lane alone: where in a unit it copies to, of each 512 bytes, and
  /// where it finds its output rows of its four k.
  void findPlaces() {
    int64_t lineBytes = panelRows * unit.bytes;
    auto find = [&](Value k, Value inLine) {
      return b.addIndex(placeOf(k, b.divIndex(inLine, pieceBytes)),
                        b.remIndex(inLine, pieceBytes));
    };
    for (int64_t at = 0; at < unitBytes; at += requestBytes) {
      Value byte = b.addIndex(b.mulIndex(lane, copyBytes), at);
      copyPlaces.push_back(
          find(b.divIndex(byte, lineBytes), b.remIndex(byte, lineBytes)));
    }
    Value own = b.mulIndex(b.divIndex(lane, 4), 2 * unit.bytes);
    for (int64_t i = 0; i < quad; ++i)
      weightPlaces.push_back(
          find(b.addIndex(b.mulIndex(quarter, quad), i), own));
  }

  /// Unit `number` of each track to slot `slot` of the ring.
  void copyUnit(Value number, Value slot) {
    int64_t lineBytes = panelRows * unit.bytes, panelBytes = cols * lineBytes;
    for (int64_t track = 0; track < tracks; ++track) {
      Value from = b.addIndex(b.mulIndex(getPanel(track), panelBytes),
                              b.mulIndex(number, unitBytes));
      Value to = b.addIndex(getSlot(slot), track * unitBytes);
      for (auto [i, inUnit] : llvm::enumerate(copyPlaces)) {
        Value byte = b.addIndex(b.mulIndex(lane, copyBytes),
                                static_cast<int64_t>(i) * requestBytes);
        Value place = b.addIndex(to, inUnit);
        if (cols % unit.depth == 0) {
          copyAhead(b, getOperand(track).w, b.addIndex(from, byte), memory,
                    place, copyBytes);
          continue;
        }
        Value k = b.addIndex(b.mulIndex(number, unit.depth),
                             b.divIndex(byte, lineBytes));
        Value exists = isBelow(k, b.index(cols));
        copyOrClear(b, getOperand(track).w,
                    b.select(exists, b.addIndex(from, byte), b.index(0)),
                    memory, place, exists);
      }
    }
  }

  Value isBelow(Value index, Value end) {
    return b.compare(arith::CmpIPredicate::ult, index, end);
  }

  //===--- sums over k ------------------------------------------------------------===//

  int64_t countSums() const { return tracks * columns * perColumns; }
  bool loadsAhead() const { return columns == 1; }

  SmallVector<Value> multiply() {
    Value begin = b.divIndex(b.mulIndex(warp, units), warps);
    Value end = b.divIndex(b.mulIndex(b.addIndex(warp, 1), units), warps);
    int64_t ahead = stages - 1;
    for (int64_t i = 0; i < ahead; ++i) {
      Value number = b.addIndex(begin, i);
      b.when(isBelow(number, end), [&] { copyUnit(number, b.index(i)); });
      commitCopies(b);
    }
    awaitLaunches(b);
    SmallVector<Value> state = {b.index(0), b.index(ahead)};
    state.append(countSums(), b.f32(0));
    if (loadsAhead())
      llvm::append_range(state, loadRows(begin));
    state = b.loop(begin, end, 1, state, [&](Value number, ValueRange carried) {
      waitForCopies(b, ahead - 1);
      meetWarp(b); // all have waited, and nobody reads the unit before
      Value next = b.addIndex(number, ahead);
      b.when(isBelow(next, end), [&] { copyUnit(next, carried[1]); });
      commitCopies(b);
      SmallVector<Value> all = {getNext(carried[0]), getNext(carried[1])};
      SmallVector<Value> sums(carried.slice(2, countSums()));
      SmallVector<Value> x =
          loadsAhead() ? SmallVector<Value>(carried.drop_front(2 + countSums()))
                       : loadRows(number);
      SmallVector<Value> xNext;
      if (loadsAhead())
        xNext = loadRows(b.addIndex(number, 1));
      addUnit(getSlot(carried[0]), x, sums);
      llvm::append_range(all, sums);
      llvm::append_range(all, xNext);
      return all;
    });
    return SmallVector<Value>(ArrayRef(state).slice(2, countSums()));
  }

  /// The slot behind this one.
  Value getNext(Value slot) {
    Value next = b.addIndex(slot, 1);
    Value isEnd = b.compare(arith::CmpIPredicate::eq, next, b.index(stages));
    return b.select(isEnd, b.index(0), next);
  }

  /// Of each 8 rows and 16 k of a unit four neighbours, as vectors. What does not exist is
  /// the last row, and zero where it is k.
  SmallVector<Value> loadRows(Value number) {
    SmallVector<Value> loaded;
    Value x = kernel.operands[0].x;
    bool isBytes = kernel.operands[0].input != nullptr;
    for (int64_t c = 0; c < columns; ++c)
      for (int64_t step = 0; step < unit.getSteps(); ++step) {
        Value row = b.addIndex(b.addIndex(firstRow, b.divIndex(lane, 4)),
                               c * columnRows);
        row = arith::MinUIOp::create(b, row, b.addIndex(rows, -1));
        Value k = b.addIndex(b.addIndex(b.mulIndex(number, unit.depth),
                                        b.mulIndex(quarter, quad)),
                             step * stepDepth);
        Value last = arith::MinUIOp::create(b, k, b.index(cols - quad));
        Value at[] = {row, isBytes ? b.mulIndex(last, 4) : last};
        Value floats = vector::LoadOp::create(
            b, isBytes ? b.bytes(4 * quad) : b.f32s(quad), x, at,
            /*nontemporal=*/false, llvm::MaybeAlign(4 * quad));
        if (isBytes)
          floats = vector::BitCastOp::create(b, b.f32s(quad), floats);
        if (cols % unit.depth)
          floats = b.select(isBelow(k, b.index(cols)), floats,
                            b.constant(b.f32s(quad), 0));
        loaded.push_back(floats);
      }
    return loaded;
  }

  void addUnit(Value slot, ArrayRef<Value> x, MutableArrayRef<Value> sums) {
    for (int64_t step = 0; step < unit.getSteps(); ++step) {
      SmallVector<SmallVector<TensorFloat>> weights; // of each track
      for (int64_t track = 0; track < tracks; ++track)
        weights.push_back(
            loadWeights(b.addIndex(slot, track * unitBytes), step));
      for (int64_t c = 0; c < columns; ++c) {
        SmallVector<TensorFloat> row;
        for (int64_t i = 0; i < quad; ++i)
          row.push_back(splitFloat(
              b, vector::ExtractOp::create(b, x[c * unit.getSteps() + step],
                                           ArrayRef<int64_t>{i})));
        for (int64_t track = 0; track < tracks; ++track)
          addProducts(
              weights[track], row,
              sums.slice((track * columns + c) * perColumns, perColumns));
      }
    }
  }

  /// Of this lane's four k, its two output rows: 2 i + row is k `i`.
  SmallVector<TensorFloat> loadWeights(Value at, int64_t step) {
    SmallVector<TensorFloat> found;
    int64_t stepBytes = stepDepth * panelRows * unit.bytes;
    for (Value place : weightPlaces) {
      Value both = vector::LoadOp::create(
          b, b.bytes(2 * unit.bytes), memory,
          b.addIndex(b.addIndex(at, place), step * stepBytes),
          /*nontemporal=*/false, llvm::MaybeAlign(2 * unit.bytes));
      for (int64_t index : {0, 1})
        found.push_back(toTensorFloat(both, index));
    }
    return found;
  }

  /// Number `index` of two; low is null where there is none.
  TensorFloat toTensorFloat(Value both, int64_t index) {
    auto extract = [&](Type type, int64_t at) -> Value {
      auto vector = VectorType::get(
          2 * unit.bytes * 8 / type.getIntOrFloatBitWidth(), type);
      return vector::ExtractOp::create(
          b, Value(vector::BitCastOp::create(b, vector, both)),
          ArrayRef<int64_t>{at});
    };
    if (unit.element.isF32())
      return splitFloat(b, extract(unit.element, index));
    if (unit.element.isF16()) {
      Value number = arith::ExtFOp::create(b, b.getF32Type(),
                                           extract(unit.element, index));
      return {arith::BitcastOp::create(b, b.getI32Type(), number), {}, {}};
    }
    // The upper half of a float.
    Value word = extract(b.getI32Type(), 0);
    auto constant = [&](int32_t bits) {
      return b.constant(b.getI32Type(), bits);
    };
    Value upper = index
                      ? Value(arith::AndIOp::create(b, word, constant(~0xffff)))
                      : Value(arith::ShLIOp::create(b, word, constant(16)));
    return {upper, {}, {}};
  }

  void addProducts(ArrayRef<TensorFloat> weights, ArrayRef<TensorFloat> row,
                   MutableArrayRef<Value> sums) {
    auto add = [&](int64_t k, Value TensorFloat::*ofWeights,
                   Value TensorFloat::*ofRow) {
      Value a[] = {weights[2 * k].*ofWeights, weights[2 * k + 1].*ofWeights,
                   weights[2 * k + 2].*ofWeights,
                   weights[2 * k + 3].*ofWeights};
      llvm::copy(multiplyFloats(b, a, {row[k].*ofRow, row[k + 1].*ofRow},
                                ValueRange(ArrayRef<Value>(sums))),
                 sums.begin());
    };
    for (int64_t k = 0; k < quad; k += 2) {
      if (weights[0].low)
        add(k, &TensorFloat::low, &TensorFloat::finite);
      add(k, &TensorFloat::high, &TensorFloat::low);
      add(k, &TensorFloat::high, &TensorFloat::high);
    }
  }

  //===--- results ----------------------------------------------------------------===//

  /// [warp, track, 8 rows, output row, row] f32, in place of the rings.
  Value getSums() {
    auto type =
        MemRefType::get({warps * tracks * columns * panelRows * columnRows},
                        b.getF32Type(), MemRefLayoutAttrInterface(),
                        cast<MemRefType>(memory.getType()).getMemorySpace());
    return memref::ViewOp::create(b, type, memory, b.index(0), ValueRange());
  }

  void storeSums(ArrayRef<Value> sums) {
    Value place = getSums();
    // A lane's output rows are neighbours, and so are its rows.
    Value own = b.addIndex(b.mulIndex(b.divIndex(lane, 4), 2 * columnRows),
                           b.mulIndex(quarter, 2));
    own = b.addIndex(
        own, b.mulIndex(warp, tracks * columns * panelRows * columnRows));
    for (int64_t tile = 0; tile < tracks * columns; ++tile)
      for (int64_t half : {0, 1}) {
        ValueRange both =
            ValueRange(sums).slice(tile * perColumns + 2 * half, 2);
        vector::StoreOp::create(
            b, vector::FromElementsOp::create(b, b.f32s(2), both), place,
            b.addIndex(own, (tile * panelRows + half) * columnRows),
            /*nontemporal=*/false, llvm::MaybeAlign(8));
      }
  }

  /// Neighbouring threads have neighbouring output rows.
  void finish() {
    Value place = getSums();
    int64_t perPanel = panelRows * columns * columnRows;
    b.loop(b.thread, b.index(panels * perPanel), threads, [&](Value i) {
      Value inPanel = b.remIndex(i, panelRows);
      Value inTile = b.remIndex(b.divIndex(i, panelRows), columns * columnRows);
      Value panel = b.divIndex(i, perPanel);
      Value row = b.addIndex(firstRow, inTile);
      Value exists = isBelow(row, rows);
      Value first = b.addIndex(
          b.mulIndex(
              b.addIndex(b.mulIndex(b.divIndex(inTile, columnRows), panelRows),
                         inPanel),
              columnRows),
          b.remIndex(inTile, columnRows));
      first = b.addIndex(first, b.mulIndex(panel, perPanel));
      auto store = [&] {
        Value column = b.addIndex(
            b.mulIndex(b.addIndex(firstPanel, panel), panelRows), inPanel);
        kernel.finish(row, column, [&](int64_t product) {
          return addWarps(place,
                          b.addIndex(first, product * panels * perPanel));
        });
      };
      b.when(exists, [&] { kernel.whenMine(row, store); });
    });
  }

  Value addWarps(Value place, Value at) {
    int64_t stride = tracks * columns * panelRows * columnRows;
    Value sum;
    for (int64_t w = 0; w < warps; ++w) {
      Value part = b.load(place, b.addIndex(at, w * stride));
      sum = sum ? b.add(sum, part) : part;
    }
    return sum;
  }

  TileBuilder &b;
  const KernelArgs &args;
  DeviceProduct kernel;
  int64_t columns, panels; // tiles of 8 rows; panels of each product
  int64_t tracks;          // panels of all products
  Unit unit;
  int64_t stages, cols, units; // of the ring; of k
  Value rows, firstRow, firstPanel, warp, lane, quarter;
  SmallVector<Value> copyPlaces, weightPlaces; // bytes of a unit
  Value memory; // the warps' rings, then their sums
};

} // namespace

/// Panels of each product that a block has: two share the rows that it loads, where
/// enough blocks for a GPU are left.
static int64_t choosePanels(PackedType weight, size_t products) {
  constexpr int64_t enoughBlocks = 264;
  int64_t panels = countPanels(weight);
  return products == 1 && panels % 2 == 0 && panels / 2 >= enoughBlocks ? 2 : 1;
}

SmallVector<DeviceTiler> getFloatProduct(KernelOp kernel) {
  auto products = llvm::to_vector(kernel.getBody().front().getOps<LinearOp>());
  auto weight = cast<PackedType>(products[0].getWeight().getType());
  Type rows = products[0].getInput().getType();
  // More products have rings of fewer than two units.
  constexpr size_t mostProducts = 3;
  auto isAlike = [&](LinearOp product) {
    return product.getWeight().getType() == weight;
  };
  auto packed = dyn_cast<PackedType>(rows);
  if (products.size() > mostProducts || !llvm::all_of(products, isAlike) ||
      !isa<FloatEncodingAttr>(weight.getEncoding()) || getFloatBlocks(weight) ||
      getPanelRows(weight) != panelRows || weight.getCols() % quad ||
      (packed && !areFloatRows(packed.getEncoding())))
    return {};
  int64_t panels = choosePanels(weight, products.size());
  auto getForm = [&](int64_t columns) {
    DeviceTiler tiler{threads,
                      /*blocksWork=*/true,
                      [=](TileBuilder &b, const LaunchCounts &counts) {
                        int64_t tileRows = columns * columnRows;
                        Value tiles = b.divIndex(
                            b.addIndex(counts.rows, tileRows - 1), tileRows);
                        return countGenerated(
                            b, kernel, counts,
                            b.mulIndex(tiles, countPanels(weight) / panels));
                      },
                      [=](TileBuilder &b, const KernelArgs &args) {
                        FloatTiler(b, args, columns, panels).run();
                      }};
    tiler.awaitsLaunches = true;
    return tiler;
  };
  DeviceTiler few = getForm(1), many = getForm(4);
  many.leastRows = columnRows + 1;
  many.suffix = "_many";
  return {few, many};
}

} // namespace llmc
