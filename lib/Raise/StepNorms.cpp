//===- StepNorms.cpp - norms on rows --------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "StepConverter.h"

#include "llmc/Support/Numbers.h"

using namespace llmc;
using namespace mlir;

/// Whether a value of the graph is a constant of ones.
static bool isOnes(Value value) {
  auto constant = value.getDefiningOp<onnx::ConstantOp>();
  auto elements = constant ? constant->getAttrOfType<DenseElementsAttr>("value")
                           : DenseElementsAttr();
  return elements && elements.isSplat() &&
         isa<FloatType>(elements.getElementType()) &&
         elements.getSplatValue<APFloat>().isExactlyValue(1.0);
}

Rows StepConverter::norm(Operation *op) {
  bool isRms = isa<onnx::RMSNormalizationOp>(op);
  Rows input = view(op, op->getOperand(0));
  if (!input)
    return input;
  int64_t axis = op->getAttrOfType<IntegerAttr>("axis").getInt();
  int64_t last = input.dims.size() - 1;
  if ((axis < 0 ? axis + last + 1 : axis) != last ||
      input.dims.back() !=
          RowDim{RowDim::Inner, static_cast<int64_t>(input.shape().size() - 1)})
    return fail(op, "normalises more than the last dim of rows");
  Value scale = made.vector(builder, op->getOperand(1)), bias;
  bool hasBias = !isRms && !isa<NoneType>(op->getOperand(2).getType());
  if (hasBias)
    bias = made.vector(builder, op->getOperand(2));
  if (!scale || (hasBias && !bias))
    return fail(op, "has a scale that is no constant vector");
  double eps = widenAsPrinted(static_cast<float>(
      op->getAttrOfType<FloatAttr>("epsilon").getValueAsDouble()));
  Value normed =
      llm::NormOp::create(builder, loc, input.value.getType(),
                          isRms ? llm::NormKind::Rms : llm::NormKind::Layer,
                          input.value, scale, bias, llvm::APFloat(eps));
  if (!hasBias && isOnes(op->getOperand(1)))
    unscaled.insert(normed);
  return sameAs(input, normed);
}

/// A norm of heads times a constant of one number per head and column: the norm's
/// own weight [H, D]. Null if it is something else.
Value StepConverter::scaleHeads(Value reader, const Rows &heads,
                                Value constant) {
  auto norm = heads.value.getDefiningOp<llm::NormOp>();
  ArrayRef<int64_t> shape = heads.shape();
  if (!norm || !unscaled.contains(heads.value) || !reader.hasOneUse() ||
      shape.size() != 3 || heads.find(1) > heads.find(2))
    return {};
  const Graph::Sizes *sizes = graph.sizes(constant);
  if (!sizes || sizes->size() > heads.dims.size())
    return {};
  Graph::Sizes expected(heads.dims.size(), 1);
  for (int64_t inner : {1, 2}) {
    if (heads.find(inner) < 0)
      return {};
    expected[heads.find(inner)] = shape[inner];
  }
  size_t missing = expected.size() - sizes->size();
  if (ArrayRef(expected).drop_front(missing) != ArrayRef(*sizes) ||
      llvm::any_of(ArrayRef(expected).take_front(missing),
                   [](int64_t size) { return size != 1; }))
    return {};
  Value weight = made.headVectors(builder, constant, shape.drop_front());
  if (!weight)
    return {};
  return llm::NormOp::create(builder, loc, norm.getType(), norm.getKind(),
                             norm.getInput(), weight, /*bias=*/Value(),
                             norm.getEps());
}
