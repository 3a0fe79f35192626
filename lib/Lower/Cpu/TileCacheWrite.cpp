//===- TileCacheWrite.cpp - new keys and values go into their pages ---------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "CachePages.h"
#include "Tilers.h"

using namespace mlir;
using namespace mlir::llm;

namespace llmc {

/// A row of the source at [row, head] goes to `place` of the page.
static void copyRow(TileBuilder &b, Value source, Value row, Value head,
                    int64_t columns, Value cache, Value page, Value place) {
  int64_t width = getLanes(columns);
  b.loop(b.index(0), b.index(columns), width, [&](Value d) {
    b.storeVector(b.loadF32s(source, {row, head, d}, width), cache,
                  {page, b.addIndex(place, d)});
  });
}

static void tileKVWrite(TileBuilder &b, const KernelArgs &args,
                        KVWriteOp write) {
  PageLayout layout(write.getType());
  Value cache = args.get(write.getCache()), layer = args.get(write.getLayer());
  Value key = args.get(write.getKey());
  Type element = write.getType().getElementType();
  auto [begin, end] = b.share(b.mulIndex(b.dim(key, 0), layout.heads));
  b.loop(begin, end, 1, [&](Value item) {
    Value row = b.divIndex(item, layout.heads);
    Value head = b.remIndex(item, layout.heads);
    Value slot = b.toIndex(b.load(args.batch.slots, row));
    Value page = lookUpPage(b, args.batch, row, b.divIndex(slot, pageTokens));
    Value offset = b.remIndex(slot, pageTokens);
    Value keys = layout.keys(b, layer, head);
    if (!layout.valueDim)
      return copyRow(b, key, row, head, layout.keyDim, cache, page,
                     b.addIndex(keys, b.mulIndex(offset, layout.keyDim)));
    b.loop(b.index(0), b.index(layout.keyDim), 1, [&](Value d) {
      Value x = b.load(key, {row, head, d});
      if (!element.isF32())
        x = arith::TruncFOp::create(b, element, x);
      Value at =
          b.addIndex(b.addIndex(keys, b.mulIndex(d, pageTokens)), offset);
      b.store(x, cache, {page, at});
    });
    Value values =
        b.addIndex(layout.values(b, keys), b.mulIndex(offset, layout.valueDim));
    copyRow(b, args.get(write.getValue()), row, head, layout.valueDim, cache,
            page, values);
  });
}

namespace {
struct TileKVWrite
    : CpuTilerOpInterface::ExternalModel<TileKVWrite, KVWriteOp> {
  void tile(Operation *op, TileBuilder &b, const KernelArgs &args) const {
    tileKVWrite(b, args, cast<KVWriteOp>(op));
  }
};
} // namespace

void attachCacheWriteTiler(MLIRContext *context) {
  KVWriteOp::attachInterface<TileKVWrite>(*context);
}

} // namespace llmc
