//===- TileRotation.cpp - rows times a Kronecker product --------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A row X [A, B] becomes left^T X right. Line i of it needs line i of left^T X and no
// other, so workers share the lines of all rows and none waits for another: of one
// token there are A.
//===----------------------------------------------------------------------===//
#include "Tilers.h"

#include "dialects/llm/LLMRotation.h"

using namespace mlir;
using namespace mlir::llm;

namespace llmc {

namespace {

class KronRotateTiler {
public:
  KronRotateTiler(TileBuilder &b, const KernelArgs &args, KronRotateOp op)
      : b(b), input(args.get(op.getInput())), left(args.get(op.getLeft())),
        right(args.get(op.getRight())), result(args.results[0]),
        leftSize(op.getLeft().getType().getDimSize(0)),
        rightSize(op.getRight().getType().getDimSize(0)),
        lanes(getLanes(rightSize)) {}

  void run() {
    line = b.allocate({rightSize}, b.getF32Type());
    auto [begin, end] = b.share(b.mulIndex(b.dim(result, 0), leftSize));
    b.loop(begin, end, 1, [&](Value item) {
      Value row = b.divIndex(item, leftSize), i = b.remIndex(item, leftSize);
      forColumns([&](int64_t first, int64_t strips) {
        auto sums = sum(leftSize, first, strips, [&](Value k, Value column) {
          Value at = b.addIndex(b.mulIndex(k, rightSize), column);
          return std::pair(b.load(left, {k, i}),
                           b.loadF32s(input, {row, at}, lanes));
        });
        store(sums, line, {}, b.index(first));
      });
      Value place = b.mulIndex(i, rightSize);
      forColumns([&](int64_t first, int64_t strips) {
        auto sums = sum(rightSize, first, strips, [&](Value l, Value column) {
          return std::pair(b.load(line, l),
                           b.loadF32s(right, {l, column}, lanes));
        });
        store(sums, result, row, b.addIndex(place, first));
      });
    });
  }

private:
  /// As many vectors of a line at a time as stay in registers.
  void forColumns(llvm::function_ref<void(int64_t, int64_t)> body) {
    constexpr int64_t mostStrips = 4;
    const int64_t all = rightSize / lanes;
    for (int64_t strip = 0; strip < all; strip += mostStrips)
      body(strip * lanes, std::min(mostStrips, all - strip));
  }

  /// The sums over `count` of a number times lanes of a line, as `load` has them of a
  /// place and a column.
  SmallVector<Value>
  sum(int64_t count, int64_t first, int64_t strips,
      llvm::function_ref<std::pair<Value, Value>(Value, Value)> load) {
    SmallVector<Value> zeros(strips, b.constant(b.f32s(lanes), 0));
    return b.loop(b.index(0), b.index(count), 1, zeros,
                  [&](Value place, ValueRange sums) {
                    SmallVector<Value> next;
                    for (auto [strip, sum] : llvm::enumerate(sums)) {
                      const auto at = static_cast<int64_t>(strip) * lanes;
                      auto [number, line] = load(place, b.index(first + at));
                      next.push_back(
                          b.fma(b.broadcast(number, lanes), line, sum));
                    }
                    return next;
                  });
  }

  void store(ValueRange sums, Value memref, ValueRange row, Value first) {
    for (auto [strip, sum] : llvm::enumerate(sums)) {
      SmallVector<Value> at(row);
      at.push_back(b.addIndex(first, static_cast<int64_t>(strip) * lanes));
      b.storeVector(sum, memref, at);
    }
  }

  TileBuilder &b;
  Value input, left, right, result;
  Value line; // of left^T X
  int64_t leftSize, rightSize, lanes;
};

struct TileKronRotate
    : CpuTilerOpInterface::ExternalModel<TileKronRotate, KronRotateOp> {
  void tile(Operation *op, TileBuilder &b, const KernelArgs &args) const {
    KronRotateTiler(b, args, cast<KronRotateOp>(op)).run();
  }
};

} // namespace

void attachRotationTiler(MLIRContext *context) {
  KronRotateOp::attachInterface<TileKronRotate>(*context);
}

} // namespace llmc
