//===- CodeProduct.cpp - few rows of bytes times panels of codes ------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//   block = a panel x 4 rows, or one
//     for some blocks of k of each slice: a stage of a ring, copied ahead (cp.async)
//       thread = an output row of the panel x a slice of k
//         for block of k, group of it: dp4a of the group's codes, exact
//           sum += exact * (scale of weights * scale of rows)
//     slices add up through shared memory, in order
//     epilogue, store
//
// Threads that load weights themselves have 4 bytes each under way, 64 contiguous ones of a
// panel; a stage is copied by all of them in requests of 512 bytes, and stages ahead are
// some 36 KB of a block. Products of a kernel take turns in the ring. The sums are those of
// DeviceProduct.h, to the last bit.
//===----------------------------------------------------------------------===//
#include "DeviceProduct.h"
#include "TensorCores.h"
#include "Threads.h"

#include "../Cpu/PanelLoads.h"

#include "dialects/llm/ActRow.h"

using namespace mlir;
using namespace mlir::llm;

namespace llmc {

namespace {

constexpr int64_t threads = DeviceProduct::threads;
constexpr int64_t tileRows = 4, panelRows = 16;
constexpr int64_t slices = threads / panelRows;
constexpr int64_t pieceBytes = 16; // a copy's
/// What a block may have of shared memory, and a slice of that.
constexpr int64_t ringBytes = 48 * 1024, sliceBytes = ringBytes / slices;

/// How blocks of k of a panel lie in the ring, [stage, slice, block].
struct Ring {
  Ring(PackedType weight, int64_t products)
      : blockBytes(getGridPanel(weight)->getBytes()) {
    // Threads meet once for as many k, and four stages are better than fewer.
    constexpr int64_t stageDepth = 128, enoughStages = 4;
    int64_t inSlice = llvm::divideCeil(countTiles(weight), slices);
    int64_t most = std::max<int64_t>(1, stageDepth / getTileDepth(weight));
    blocks = std::clamp<int64_t>(sliceBytes / enoughStages / blockBytes, 1,
                                 std::min(most, inSlice));
    // The two slices of a warp are half of all banks apart.
    constexpr int64_t banksBytes = 128;
    stride = llvm::alignTo(blocks * blockBytes + banksBytes / 2, banksBytes) -
             banksBytes / 2;
    total = llvm::divideCeil(inSlice, blocks) * products;
    stages = std::min(sliceBytes / stride, total);
    ahead = stages == total ? total : stages - 1;
    sumBytes = products * tileRows * threads * int64_t(sizeof(float));
  }
  /// Whether something is on its way while something is multiplied.
  bool fits() const {
    return blockBytes % pieceBytes == 0 && ahead > 0 && sumBytes <= ringBytes;
  }
  int64_t getStageBytes() const { return slices * stride; }
  int64_t countPieces() const { return blocks * blockBytes / pieceBytes; }

  int64_t blockBytes, blocks; // of a slice in a stage
  int64_t stride;             // bytes from slice to slice
  int64_t total;              // stages of all k and products
  int64_t stages, ahead;
  int64_t sumBytes; // in place of the ring
};

class CodeTiler {
public:
  CodeTiler(TileBuilder &b, const KernelArgs &args)
      : b(b), args(args), kernel(b, args),
        drawing(*getGridPanel(kernel.weight)), act(kernel.operands[0].input),
        products(static_cast<int64_t>(kernel.products.size())),
        ring(kernel.weight, products) {}

  void run() {
    rows = b.dim(args.results[0], 0);
    lane = b.remIndex(b.thread, panelRows);
    slice = b.divIndex(b.thread, panelRows);
    int64_t panels = countPanels(kernel.weight);
    panel = b.remIndex(b.worker, panels);
    firstRow = b.mulIndex(b.divIndex(b.worker, panels), tileRows);
    firstBlock = kernel.getFirstBlock(kernel.weight, slice);
    blocks = arith::SubIOp::create(
        b, kernel.getFirstBlock(kernel.weight, b.addIndex(slice, 1)),
        firstBlock);
    int64_t bytes = std::max(ring.stages * ring.getStageBytes(), ring.sumBytes);
    memory = allocateShared(b, {bytes}, b.getI8Type());
    findPieces();
    Value isOne =
        b.compare(arith::CmpIPredicate::eq, b.addIndex(firstRow, 1), rows);
    auto branch = scf::IfOp::create(b, isOne, /*withElseRegion=*/true);
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(branch.thenBlock());
    compute(1);
    b.setInsertionPointToStart(branch.elseBlock());
    compute(tileRows);
  }

private:
  /// Rows that do not exist are the last one, and not stored.
  void compute(int64_t count) {
    SmallVector<Value> sums = multiply(count);
    b.meetThreads(); // nobody reads the ring
    storeSums(sums, count);
    b.meetThreads();
    finish(count);
  }

  //===--- weights on their way to shared memory --------------------------------===//

  /// 16 bytes that a thread copies of every stage.
  struct Piece {
    Value from;  // in the first stage, of the panel
    Value bytes; // from there to the end of the slice
    Value to;    // in a stage
  };

  void findPieces() {
    int64_t perSlice = ring.countPieces(), all = slices * perSlice;
    for (int64_t at = 0; at < all; at += threads) {
      Value number = b.addIndex(b.thread, at);
      Value ofSlice = b.divIndex(number, perSlice);
      Value inSlice = b.mulIndex(b.remIndex(number, perSlice), pieceBytes);
      Value begin = b.mulIndex(kernel.getFirstBlock(kernel.weight, ofSlice),
                               ring.blockBytes);
      Value end = b.mulIndex(
          kernel.getFirstBlock(kernel.weight, b.addIndex(ofSlice, 1)),
          ring.blockBytes);
      Value from = b.addIndex(begin, inSlice);
      // Threads behind the last slice have nothing.
      if (at + threads > all)
        end = b.select(isBelow(number, b.index(all)), end, begin);
      Value left =
          arith::SubIOp::create(b, end, arith::MinUIOp::create(b, from, end));
      pieces.push_back(
          {from, left, b.addIndex(b.mulIndex(ofSlice, ring.stride), inSlice)});
    }
  }

  /// Chunk `chunk` of k of a product to a slot of the ring.
  void copyStage(int64_t product, Value chunk, Value slot) {
    const Value w = kernel.operands[product].w;
    Value offset = b.mulIndex(chunk, ring.blocks * ring.blockBytes);
    Value from = b.addIndex(
        b.mulIndex(panel, countTiles(kernel.weight) * ring.blockBytes), offset);
    Value to = b.mulIndex(slot, ring.getStageBytes());
    for (const Piece &piece : pieces)
      b.when(isBelow(offset, piece.bytes), [&] {
        copyAhead(b, w, b.addIndex(from, piece.from), memory,
                  b.addIndex(to, piece.to), pieceBytes);
      });
  }

  Value isBelow(Value index, Value end) {
    return b.compare(arith::CmpIPredicate::ult, index, end);
  }

  //===--- sums over k ------------------------------------------------------------===//

  /// The slot behind this one.
  Value getNext(Value slot) {
    Value next = b.addIndex(slot, 1);
    Value isEnd =
        b.compare(arith::CmpIPredicate::eq, next, b.index(ring.stages));
    return b.select(isEnd, b.index(0), next);
  }

  /// [product, row].
  SmallVector<Value> multiply(int64_t count) {
    int64_t chunks = ring.total / products;
    for (int64_t i = 0; i < ring.ahead; ++i) {
      copyStage(i % products, b.index(i / products), b.index(i));
      commitCopies(b);
    }
    awaitLaunches(b);
    SmallVector<Value> state = {b.index(0), b.index(ring.ahead % ring.stages)};
    state.append(products * count, b.constant(b.f32s(1), 0));
    state = b.loop(
        b.index(0), b.index(chunks), 1, state,
        [&](Value chunk, ValueRange carried) {
          SmallVector<Value> all(carried);
          for (int64_t p = 0; p < products; ++p) {
            waitForCopies(b, ring.ahead - 1);
            b.meetThreads(); // all have waited, and nobody reads the stage before
            int64_t next = p + ring.ahead;
            Value behind = b.addIndex(chunk, next / products);
            if (ring.ahead < ring.total)
              b.when(isBelow(behind, b.index(chunks)),
                     [&] { copyStage(next % products, behind, all[1]); });
            commitCopies(b);
            addStage(chunk, all[0],
                     MutableArrayRef(all).slice(2 + p * count, count));
            all[0] = getNext(all[0]);
            all[1] = getNext(all[1]);
          }
          return all;
        });
    return SmallVector<Value>(ArrayRef(state).drop_front(2));
  }

  /// The blocks of this thread's slice in a slot.
  void addStage(Value chunk, Value slot, MutableArrayRef<Value> sums) {
    Value before = b.mulIndex(chunk, ring.blocks);
    Value end =
        arith::MinUIOp::create(b, blocks, b.addIndex(before, ring.blocks));
    auto type = MemRefType::get(
        {ring.stages * slices, ring.blocks, ring.blockBytes}, b.getI8Type(),
        StridedLayoutAttr::get(b.getContext(), 0,
                               {ring.stride, ring.blockBytes, int64_t(1)}),
        cast<MemRefType>(memory.getType()).getMemorySpace());
    Value panels = memref::ReinterpretCastOp::create(
        b, type, memory, /*offset=*/0, type.getShape(),
        ArrayRef<int64_t>{ring.stride, ring.blockBytes, 1});
    Value mine = b.addIndex(b.mulIndex(slot, slices), slice);
    SmallVector<Value> added = b.loop(
        before, end, 1, SmallVector<Value>(sums),
        [&](Value inSlice, ValueRange carried) {
          SmallVector<Value> all(carried);
          Value number = arith::SubIOp::create(b, inSlice, before);
          GridStrip strip(b, drawing, panels, mine, number, lane, /*lanes=*/1);
          addBlock(strip, b.addIndex(firstBlock, inSlice), all);
          return all;
        });
    llvm::copy(added, sums.begin());
  }

  void addBlock(GridStrip &strip, Value block, MutableArrayRef<Value> sums) {
    int64_t groups = drawing.grid.getGroups(), unit = drawing.getUnitGroups();
    Value first = b.mulIndex(block, groups);
    auto addUnit = [&](Value inBlock, MutableArrayRef<Value> running) {
      for (int64_t number = 0; number < unit; ++number)
        addGroup(strip, {inBlock, number},
                 b.addIndex(b.addIndex(first, inBlock), number), running);
    };
    if (groups == unit)
      return addUnit(b.index(0), sums);
    SmallVector<Value> added =
        b.loop(b.index(0), b.index(groups), unit, SmallVector<Value>(sums),
               [&](Value inBlock, ValueRange carried) {
                 SmallVector<Value> all(carried);
                 addUnit(inBlock, all);
                 return all;
               });
    llvm::copy(added, sums.begin());
  }

  /// Byte `at` + `offset` of row `r` of the tile as so many words.
  Value loadX(int64_t r, Value at, int64_t offset, int64_t words) {
    Value row = firstRow;
    if (r > 0)
      row = arith::MinUIOp::create(b, b.addIndex(firstRow, r),
                                   b.addIndex(rows, -1));
    Value place[] = {row, b.addIndex(at, offset)};
    Value bytes = vector::LoadOp::create(
        b, b.bytes(4 * words), kernel.operands[0].x, place,
        /*nontemporal=*/false, llvm::MaybeAlign(4 * words));
    return vector::BitCastOp::create(b, b.i32s(words), bytes);
  }

  Value loadNumber(int64_t r, Value group, int64_t offset, Type type) {
    Value word = vector::BitCastOp::create(
        b, VectorType::get(1, type), loadX(r, b.mulIndex(group, 4), offset, 1));
    return vector::ExtractOp::create(b, word, ArrayRef<int64_t>{0});
  }

  /// `group` of the block is `inRow` of the row.
  void addGroup(GridStrip &strip, GroupOfUnit group, Value inRow,
                MutableArrayRef<Value> sums) {
    const Grid &grid = drawing.grid;
    int64_t planes = act.getPlanes();
    auto count = static_cast<int64_t>(sums.size());
    Value first = b.mulIndex(inRow, grid.group);
    int64_t bits = act.getBytes() | kernel.weight.getCols() | grid.group;
    int64_t together = std::min(pieceBytes, bits & -bits) / 4; // quads
    DenseMap<std::pair<int64_t, int64_t>, Value> loaded;
    auto word = [&](int64_t r, int64_t, int64_t j) -> Value {
      Value &words = loaded[{r, j / together}];
      if (!words)
        words =
            loadX(r / planes, first,
                  act.getCodesOffset(r % planes) + j / together * together * 4,
                  together);
      return vector::ExtractOp::create(b, words,
                                       ArrayRef<int64_t>{j % together});
    };
    auto codes = [&](int64_t, int64_t j) { return strip.loadCodes(group, j); };
    auto total = [&](int64_t r, int64_t, int64_t factor) -> Value {
      Value sum = loadNumber(r / planes, inRow, act.getSumsOffset(r % planes),
                             b.getI32Type());
      return arith::MulIOp::create(b, sum, b.constant(b.getI32Type(), factor));
    };
    IntegerTile tile{count * planes,
                     /*strips=*/1,
                     /*lanes=*/1,
                     grid.getByteBits(),
                     grid.getByteZero(),
                     drawing.getProductVectors(),
                     codes,
                     word,
                     total,
                     planes,
                     act.getBytes(),
                     /*address=*/nullptr};
    SmallVector<Value> exact = getIsa(args).dot(b, tile);
    GridStrip::Scales scales = strip.loadScales(group);
    auto scaleOf = [&](int64_t r, int64_t offset) {
      return b.broadcast(loadNumber(r, inRow, offset, b.getF32Type()), 1);
    };
    auto asFloat = [&](int64_t at) -> Value {
      return arith::SIToFPOp::create(b, b.f32s(1), exact[at]);
    };
    for (int64_t r = 0; r < count; ++r) {
      Value product = asFloat(r * planes);
      if (planes == 2)
        product =
            b.fma(asFloat(r * planes + 1),
                  b.constant(b.f32s(1), 1.0 / Int8ActEncodingAttr::fineSteps),
                  product);
      Value scale = b.mul(scales.scale, scaleOf(r, act.getScalesOffset()));
      sums[r] = b.fma(product, scale, sums[r]);
      if (scales.min)
        sums[r] =
            b.fma(scales.min, scaleOf(r, act.getScaledSumsOffset()), sums[r]);
    }
  }

  //===--- results ----------------------------------------------------------------===//

  /// [product, row, slice, lane] f32, in place of the ring.
  Value getSums() {
    auto type =
        MemRefType::get({products, tileRows, slices, panelRows}, b.getF32Type(),
                        MemRefLayoutAttrInterface(),
                        cast<MemRefType>(memory.getType()).getMemorySpace());
    return memref::ViewOp::create(b, type, memory, b.index(0), ValueRange());
  }

  void storeSums(ArrayRef<Value> sums, int64_t count) {
    Value place = getSums();
    for (auto [i, sum] : llvm::enumerate(sums)) {
      int64_t number = static_cast<int64_t>(i);
      b.store(vector::ExtractOp::create(b, sum, ArrayRef<int64_t>{0}), place,
              {b.index(number / count), b.index(number % count), slice, lane});
    }
  }

  /// So many threads have a result each.
  void finish(int64_t count) {
    Value place = getSums(), row = b.addIndex(firstRow, slice);
    Value isMine = b.both(isBelow(slice, b.index(count)), isBelow(row, rows));
    b.when(isMine, [&] {
      Value column = b.addIndex(b.mulIndex(panel, panelRows), lane);
      kernel.finish(row, column, [&](int64_t product) {
        Value sum;
        for (int64_t s = 0; s < slices; ++s) {
          Value part =
              b.load(place, {b.index(product), slice, b.index(s), lane});
          sum = sum ? b.add(sum, part) : part;
        }
        return sum;
      });
    });
  }

  TileBuilder &b;
  const KernelArgs &args;
  DeviceProduct kernel;
  GridPanel drawing;
  ActRow act;
  int64_t products;
  Ring ring;
  Value rows, lane, slice, panel, firstRow;
  Value firstBlock, blocks; // of the slice
  SmallVector<Piece> pieces;
  Value memory; // the ring, then sums
};

} // namespace

std::optional<DeviceTiler> getCodeProduct(KernelOp kernel) {
  auto products = llvm::to_vector(kernel.getBody().front().getOps<LinearOp>());
  auto weight = cast<PackedType>(products[0].getWeight().getType());
  std::optional<GridPanel> drawing = getGridPanel(weight);
  auto isAlike = [&](LinearOp product) {
    return product.getWeight().getType() == weight;
  };
  if (!drawing || drawing->kept.hasBlocks() ||
      getPanelRows(weight) != panelRows || !llvm::all_of(products, isAlike) ||
      !isa<Int8ActEncodingAttr>(
          getEncoding(products[0].getInput().getType())) ||
      !Ring(weight, static_cast<int64_t>(products.size())).fits())
    return std::nullopt;
  return DeviceTiler{
      threads,
      /*blocksWork=*/true,
      [=](TileBuilder &b, const LaunchCounts &counts) {
        Value tiles =
            b.divIndex(b.addIndex(counts.rows, tileRows - 1), tileRows);
        return b.mulIndex(tiles, countPanels(weight));
      },
      [](TileBuilder &b, const KernelArgs &args) { CodeTiler(b, args).run(); },
      /*leastRows=*/0,
      /*suffix=*/"",
      /*sharesRows=*/false,
      /*awaitsLaunches=*/true};
}

} // namespace llmc
