//===- ExpandedViews.cpp - memref.expand_shape, spelled out ---------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "ExpandedViews.h"

#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

using namespace mlir;

namespace llmc {

/// The strides of the result: within a group each is the next one's, times its size.
static SmallVector<OpFoldResult> getStrides(ImplicitLocOpBuilder &b,
                                            memref::ExpandShapeOp op,
                                            ArrayRef<OpFoldResult> sizes,
                                            ValueRange sourceStrides) {
  SmallVector<int64_t> known;
  int64_t offset;
  [[maybe_unused]] LogicalResult strided =
      op.getResultType().getStridesAndOffset(known, offset);
  assert(succeeded(strided) && "a view of a strided buffer is strided");
  // A number has no groups: its dims are of size 1.
  SmallVector<OpFoldResult> strides(sizes.size(), b.getIndexAttr(1));
  for (auto [d, group] : llvm::enumerate(op.getReassociationIndices())) {
    Value stride = sourceStrides[d];
    for (int64_t dim : llvm::reverse(group)) {
      strides[dim] = ShapedType::isDynamic(known[dim])
                         ? OpFoldResult(stride)
                         : b.getIndexAttr(known[dim]);
      Value size = getValueOrCreateConstantIndexOp(b, b.getLoc(), sizes[dim]);
      stride = b.createOrFold<arith::MulIOp>(stride, size);
    }
  }
  return strides;
}

void spellExpandedViews(func::FuncOp function) {
  function.walk([](memref::ExpandShapeOp op) {
    ImplicitLocOpBuilder b(op.getLoc(), op);
    auto source = memref::ExtractStridedMetadataOp::create(b, op.getSrc());
    SmallVector<OpFoldResult> sizes = op.getMixedOutputShape();
    SmallVector<OpFoldResult> strides =
        getStrides(b, op, sizes, source.getStrides());
    MemRefType type = op.getResultType();
    int64_t offset = cast<MemRefType>(type).getStridesAndOffset().second;
    OpFoldResult at = ShapedType::isDynamic(offset)
                          ? OpFoldResult(source.getOffset())
                          : b.getIndexAttr(offset);
    Value view = memref::ReinterpretCastOp::create(b, type, op.getSrc(), at,
                                                   sizes, strides);
    op.replaceAllUsesWith(view);
    op.erase();
  });
}

} // namespace llmc
