//===- TileColumns.cpp - rows are cut and joined by columns -----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Copies: what a graph does with columns that no product takes over. Workers share
// places, not rows, so that all of them have a part of one generated row.
//===----------------------------------------------------------------------===//
#include "PanelProduct.h"
#include "Tilers.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace mlir::llm;

namespace llmc {

/// This worker's places of values [rows, inner...], `lanes` columns at a time.
static void forEachPlace(TileBuilder &b, Value rows, ArrayRef<int64_t> inner,
                         int64_t lanes,
                         llvm::function_ref<void(SmallVector<Value> at)> body) {
  assert(!inner.empty() && inner.back() % lanes == 0 && "tiles fill a line");
  SmallVector<int64_t> counts(inner);
  counts.back() /= lanes;
  Value items = rows;
  for (int64_t count : counts)
    items = b.mulIndex(items, count);
  auto [begin, end] = b.share(items);
  b.loop(begin, end, 1, [&](Value item) {
    SmallVector<Value> at;
    for (int64_t count : llvm::reverse(counts)) {
      at.push_back(b.remIndex(item, count));
      item = b.divIndex(item, count);
    }
    at.front() = b.mulIndex(at.front(), lanes);
    at.push_back(item);
    body(llvm::to_vector(llvm::reverse(at)));
  });
}

static void tileSlice(TileBuilder &b, const KernelArgs &args,
                      tensor::ExtractSliceOp slice) {
  ArrayRef<int64_t> inner = slice.getType().getShape().drop_front();
  ArrayRef<int64_t> strides = slice.getStaticStrides();
  int64_t lanes = strides.back() == 1 ? getLanes(inner.back()) : 1;
  Value source = args.get(slice.getSource());
  forEachPlace(b, b.dim(source, 0), inner, lanes, [&](ArrayRef<Value> at) {
    SmallVector<Value> from = {at[0]};
    for (size_t d = 1; d < at.size(); ++d)
      from.push_back(b.addIndex(b.mulIndex(at[d], strides[d]),
                                slice.getStaticOffsets()[d]));
    storeYields(b, {args, at, lanes, {}}, [&](Value v) -> Value {
      bool isSlice = v.getDefiningOp() == slice.getOperation();
      return isSlice ? b.loadF32s(source, from, lanes) : Value();
    });
  });
}

static void tileConcat(TileBuilder &b, const KernelArgs &args,
                       tensor::ConcatOp concat) {
  int64_t joined = concat.getDim(), first = 0;
  for (Value input : concat.getInputs()) {
    ArrayRef<int64_t> shape =
        cast<RankedTensorType>(input.getType()).getShape();
    int64_t lanes = getLanes(shape.back());
    Value source = args.get(input);
    forEachPlace(b, b.dim(source, 0), shape.drop_front(), lanes,
                 [&](SmallVector<Value> at) {
                   Value x = b.loadF32s(source, at, lanes);
                   at[joined] = b.addIndex(at[joined], first);
                   b.storeVector(x, args.results[0], at);
                 });
    first += shape[joined];
  }
}

namespace {
struct TileSlice
    : CpuTilerOpInterface::ExternalModel<TileSlice, tensor::ExtractSliceOp> {
  void tile(Operation *op, TileBuilder &b, const KernelArgs &args) const {
    tileSlice(b, args, cast<tensor::ExtractSliceOp>(op));
  }
};
struct TileConcat
    : CpuTilerOpInterface::ExternalModel<TileConcat, tensor::ConcatOp> {
  void tile(Operation *op, TileBuilder &b, const KernelArgs &args) const {
    tileConcat(b, args, cast<tensor::ConcatOp>(op));
  }
};
} // namespace

void attachColumnTilers(MLIRContext *context) {
  tensor::ExtractSliceOp::attachInterface<TileSlice>(*context);
  tensor::ConcatOp::attachInterface<TileConcat>(*context);
}

} // namespace llmc
