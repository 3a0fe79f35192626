//===- TileProducts.cpp - products of tiles of bf16 -------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "TileProducts.h"
#include "Isa.h"
#include "PairProducts.h"
#include "TileRegisters.h"

using namespace mlir;
using namespace mlir::llm;

namespace llmc {

namespace {

constexpr int64_t tileRows = TileRegisters::mostRows;
constexpr int64_t lineBytes = TileRegisters::lineBytes;

/// The body of the function.
class TileProductBuilder {
public:
  TileProductBuilder(TileBuilder &b, const TileProducts::Operands &operands,
                     int64_t strips)
      : b(b), registers(b), strips(strips), operands(operands) {}

  void run() {
    Value pairs =
        b.mulIndex(b.divIndex(operands.rows, 2 * tileRows), 2 * tileRows);
    b.loop(b.index(0), pairs, 2 * tileRows,
           [&](Value row) { multiplyRow(row, /*tiles=*/2); });
    b.loop(pairs, operands.rows, tileRows,
           [&](Value row) { multiplyRow(row, /*tiles=*/1); });
  }

private:
  Value advance(Value pointer, Value bytes) {
    Value offset = arith::IndexCastOp::create(b, b.getI64Type(), bytes);
    return LLVM::GEPOp::create(b, pointer.getType(), b.getI8Type(), pointer,
                               ArrayRef<LLVM::GEPArg>{offset});
  }
  Value toStride(Value bytes) {
    return arith::IndexCastOp::create(b, b.getI64Type(), bytes);
  }

  /// Tile `tile` of the rows from `row` on.
  Value placeRow(Value start, Value stride, Value row, int64_t tile) {
    return advance(start, arith::MulIOp::create(
                              b, b.addIndex(row, tile * tileRows), stride));
  }
  Value placeSums(Value row, int64_t tile, int64_t strip) {
    return advance(placeRow(operands.sums, operands.sumsStride, row, tile),
                   b.addIndex(firstByte, strip * lineBytes));
  }

  void multiplyRow(Value row, int64_t tiles) {
    int64_t even = strips / 2 * 2;
    b.loop(b.index(0), b.index(even * lineBytes), 2 * lineBytes,
           [&](Value byte) { multiply(row, tiles, byte, 2); });
    if (even < strips)
      multiply(row, tiles, b.index(even * lineBytes), 1);
  }

  /// `count` strips, which begin at byte `first` of each line.
  void multiply(Value row, int64_t tiles, Value first, int64_t count) {
    firstByte = first;
    together = count;
    SmallVector<Value> start = b.choose(
        operands.goesOn, [&] { return loadSums(row, tiles); },
        [&] {
          SmallVector<Value> zeros;
          for (int64_t i = 0; i < tiles * together; ++i)
            zeros.push_back(registers.zero(tileRows));
          return zeros;
        });
    SmallVector<Value> done = b.loop(
        b.index(0), operands.steps, 1, start,
        [&](Value step, ValueRange sums) { return addStep(row, step, sums); });
    for (int64_t at = 0; at < tiles * together; ++at)
      registers.store(tileRows, done[at],
                      placeSums(row, at / together, at % together),
                      toStride(operands.sumsStride));
  }

  SmallVector<Value> loadSums(Value row, int64_t tiles) {
    SmallVector<Value> sums;
    for (int64_t at = 0; at < tiles * together; ++at)
      sums.push_back(registers.load(
          tileRows, lineBytes, placeSums(row, at / together, at % together),
          toStride(operands.sumsStride)));
    return sums;
  }

  SmallVector<Value> addStep(Value row, Value step, ValueRange sums) {
    int64_t tiles = sums.size() / together;
    SmallVector<Value> next(sums), w;
    Value lines = advance(
        operands.w, b.addIndex(firstByte, b.mulIndex(b.mulIndex(step, tileRows),
                                                     operands.wStride)));
    for (int64_t strip = 0; strip < together; ++strip)
      w.push_back(registers.load(tileRows, lineBytes,
                                 advance(lines, b.index(strip * lineBytes)),
                                 toStride(operands.wStride)));
    for (int64_t tile = 0; tile < tiles; ++tile) {
      Value lines = advance(placeRow(operands.x, operands.stride, row, tile),
                            b.mulIndex(step, lineBytes));
      Value x =
          registers.load(tileRows, lineBytes, lines, toStride(operands.stride));
      fetch(lines);
      for (int64_t strip = 0; strip < together; ++strip) {
        Value &sum = next[tile * together + strip];
        sum = registers.multiplyBFloats(tileRows, sum, x, w[strip]);
      }
    }
    return next;
  }

  /// Lines of rows that are multiplied two steps on. A tile's load waits for
  /// each of its 16 lines where another process shares the core: products are half as
  /// fast then.
  void fetch(Value lines) {
    constexpr int64_t steps = 2;
    for (int64_t row = 0; row < tileRows; ++row)
      LLVM::Prefetch::create(
          b,
          advance(lines, b.addIndex(b.mulIndex(operands.stride, row),
                                    steps * lineBytes)),
          /*rw=*/0, /*hint=*/3, /*cache=*/1);
  }

  TileBuilder &b;
  TileRegisters registers;
  int64_t strips;
  TileProducts::Operands operands;
  Value firstByte;  // of a line: the strips that are multiplied
  int64_t together; // their number
};

} // namespace

TileProducts::TileProducts(TileBuilder &b, int64_t strips) : b(b) {
  TargetAttr target = getTarget(b.function);
  auto module = b.function->getParentOfType<ModuleOp>();
  std::string name =
      ("multiply_tiles_" + Twine(strips) + "." + target.getIsa()).str();
  function = module.lookupSymbol<func::FuncOp>(name);
  if (function)
    return;
  Type pointer = LLVM::LLVMPointerType::get(b.getContext()),
       index = b.getIndexType();
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPoint(b.function);
  function = func::FuncOp::create(
      b, name,
      b.getFunctionType({pointer, index, index, pointer, index, index, pointer,
                         index, b.getI1Type()},
                        {}));
  function.setPrivate();
  // Its tiles have one shape, those of who calls it may have others.
  function->setAttr("passthrough", b.getStrArrayAttr({"noinline"}));
  setTarget(function, target);
  b.setInsertionPointToStart(function.addEntryBlock());
  auto a = function.getArguments();
  Operands operands{a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7], a[8]};
  if (findIsa(target.getIsa())->multipliesTilesOfBFloat16())
    TileProductBuilder(b, operands, strips).run();
  else
    multiplyPairs(b, operands, strips);
  func::ReturnOp::create(b);
}

void TileProducts::multiply(const Operands &operands) {
  func::CallOp::create(b, function,
                       ValueRange{operands.x, operands.stride, operands.rows,
                                  operands.w, operands.wStride, operands.steps,
                                  operands.sums, operands.sumsStride,
                                  operands.goesOn});
}

} // namespace llmc
