//===- ColumnAnchors.cpp - kernels of tensor ops that move columns ----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A graph cuts and joins columns where no product takes it over (a norm's result
// in two halves). The rows stay those of the batch.
//===----------------------------------------------------------------------===//
#include "AttachedAnchors.h"

#include "dialects/llm/LLMDialect.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;
using namespace mlir::llm;

/// Rows of f32 whose other dimensions are known.
static bool isRowsOfFloats(RankedTensorType type) {
  return type.getElementType().isF32() && type.getRank() >= 2 &&
         !ShapedType::isDynamicShape(type.getShape().drop_front());
}

/// Whether `count` is the number of rows of `rows`: it says so, or counts the
/// batch's tokens, of which no value has more.
static bool countsRows(OpFoldResult count, Value rows) {
  auto value = dyn_cast<Value>(count);
  auto dim = value ? value.getDefiningOp<tensor::DimOp>() : tensor::DimOp();
  if (!dim || dim.getConstantIndex() != 0)
    return false;
  return dim.getSource() == rows ||
         isa_and_nonnull<BatchTokensOp, BatchPositionsOp>(
             dim.getSource().getDefiningOp());
}

namespace {

struct SliceAnchor
    : KernelAnchorOpInterface::ExternalModel<SliceAnchor,
                                             tensor::ExtractSliceOp> {
  std::string getDecline(Operation *op) const {
    auto slice = cast<tensor::ExtractSliceOp>(op);
    if (!isRowsOfFloats(slice.getType()) ||
        !isRowsOfFloats(slice.getSourceType()))
      return "columns are cut from rows of f32";
    if (slice.getType().getRank() != slice.getSourceType().getRank())
      return "a slice keeps its dimensions";
    if (ShapedType::isDynamicShape(slice.getStaticOffsets()) ||
        ShapedType::isDynamicShape(slice.getStaticStrides()))
      return "columns are chosen at run time";
    if (slice.getStaticOffsets()[0] != 0 || slice.getStaticStrides()[0] != 1 ||
        !countsRows(slice.getMixedSizes()[0], slice.getSource()))
      return "it takes some of the rows";
    return {};
  }
  bool absorbsUser(Operation *op, Operation *user) const {
    return isElementwise(user) &&
           user->getResult(0).getType() == op->getResult(0).getType();
  }
};

struct ConcatAnchor
    : KernelAnchorOpInterface::ExternalModel<ConcatAnchor, tensor::ConcatOp> {
  std::string getDecline(Operation *op) const {
    auto concat = cast<tensor::ConcatOp>(op);
    for (Value input : concat.getInputs())
      if (!isRowsOfFloats(cast<RankedTensorType>(input.getType())))
        return "columns are joined from rows of f32";
    if (concat.getDim() == 0)
      return "rows are not joined";
    return {};
  }
};

} // namespace

void llm::attachColumnAnchors(MLIRContext *context) {
  tensor::ExtractSliceOp::attachInterface<SliceAnchor>(*context);
  tensor::ConcatOp::attachInterface<ConcatAnchor>(*context);
}
