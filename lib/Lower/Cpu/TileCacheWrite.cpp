//===- TileCacheWrite.cpp - new keys and values go into their pages ---------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "ByteSteps.h"
#include "CachePages.h"
#include "Tilers.h"

using namespace mlir;
using namespace mlir::llm;

namespace llmc {

namespace {

/// The key or value of a head at [row, head] of `source`, and where its elements go
/// in the page: `stride` apart.
struct HeadRow {
  Value source, row, head;
  int64_t columns;
  Value page, place;
  int64_t stride;
};

class CacheWriteTiler {
public:
  CacheWriteTiler(TileBuilder &b, const KernelArgs &args, KVWriteOp write)
      : b(b), args(args), write(write), layout(write.getType()),
        cache(args.get(write.getCache())) {}

  void run() {
    Value layer = args.get(write.getLayer()), key = args.get(write.getKey());
    auto [begin, end] = b.share(b.mulIndex(b.dim(key, 0), layout.heads));
    b.loop(begin, end, 1, [&](Value item) {
      Value row = b.divIndex(item, layout.heads);
      Value head = b.remIndex(item, layout.heads);
      Value slot = b.toIndex(b.load(args.batch.slots, row));
      Value page = lookUpPage(b, args.batch, row, b.divIndex(slot, pageTokens));
      Value offset = b.remIndex(slot, pageTokens);
      Value keys = layout.keys(b, layer, head);
      bool inRows = !layout.valueDim;
      Value place =
          b.addIndex(keys, inRows ? b.mulIndex(offset, layout.keyDim) : offset);
      writeHead(
          {key, row, head, layout.keyDim, page, place, inRows ? 1 : pageTokens},
          layout.keyScale(b, keys, offset));
      if (inRows)
        return;
      Value values = b.addIndex(layout.values(b, keys),
                                b.mulIndex(offset, layout.valueDim));
      writeHead({args.get(write.getValue()), row, head, layout.valueDim, page,
                 values, 1},
                layout.valueScale(b, keys, offset));
    });
  }

private:
  void writeHead(const HeadRow &at, Value scaleAt) {
    if (!layout.hasScales)
      return store(at, [](Value x) { return x; });
    int64_t width = getLanes(at.columns);
    Value none = b.constant(b.i32s(width), 0);
    Value most =
        b.loop(b.index(0), b.index(at.columns), width, none,
               [&](Value d, ValueRange before) -> SmallVector<Value> {
                 Value x = b.loadF32s(at.source, {at.row, at.head, d}, width);
                 return {ByteSteps::maxBits(b, x, before[0])};
               })[0];
    ByteSteps steps(b, ByteSteps::toMagnitude(b, most));
    b.storeBytes(steps.getScale(), cache, {at.page, scaleAt});
    store(at, [&](Value x) -> Value {
      Value codes = arith::FPToSIOp::create(
          b, b.i32s(width),
          Value(math::RoundEvenOp::create(b, steps.getSteps(x))));
      return arith::TruncIOp::create(b, b.bytes(width), codes);
    });
  }

  /// What `convert` makes of the row's numbers.
  void store(const HeadRow &at, llvm::function_ref<Value(Value)> convert) {
    int64_t width = getLanes(at.columns);
    Type element = write.getType().getElementType();
    auto type = VectorType::get(width, element);
    b.loop(b.index(0), b.index(at.columns), width, [&](Value d) {
      Value made = convert(b.loadF32s(at.source, {at.row, at.head, d}, width));
      if (made.getType() != type)
        made = arith::TruncFOp::create(b, type, made);
      Value place = b.addIndex(at.place, b.mulIndex(d, at.stride));
      if (at.stride == 1)
        return b.storeVector(made, cache, {at.page, place});
      for (int64_t lane = 0; lane < width; ++lane)
        b.store(vector::ExtractOp::create(b, made, ArrayRef<int64_t>{lane}),
                cache, {at.page, b.addIndex(place, lane * at.stride)});
    });
  }

  TileBuilder &b;
  const KernelArgs &args;
  KVWriteOp write;
  PageLayout layout;
  Value cache;
};

struct TileKVWrite
    : CpuTilerOpInterface::ExternalModel<TileKVWrite, KVWriteOp> {
  void tile(Operation *op, TileBuilder &b, const KernelArgs &args) const {
    CacheWriteTiler(b, args, cast<KVWriteOp>(op)).run();
  }
};
} // namespace

void attachCacheWriteTiler(MLIRContext *context) {
  KVWriteOp::attachInterface<TileKVWrite>(*context);
}

} // namespace llmc
