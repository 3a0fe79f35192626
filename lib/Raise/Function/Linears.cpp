//===- Linears.cpp - products with weights become those of a step ---------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// `llm.linear` has weights packed in panels and kernels that read them once for
// several rows; batches and sequences are its rows. A constant per column that is
// added to nothing but the product is its bias.
//===----------------------------------------------------------------------===//
#include "Linears.h"
#include "Reductions.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;

namespace llmc {

/// The rows of a linear are a number that only a call knows.
static Value castRows(Node &node, Value rows) {
  auto type = cast<RankedTensorType>(rows.getType());
  auto open = RankedTensorType::get({ShapedType::kDynamic, type.getDimSize(1)},
                                    type.getElementType());
  return node.b.createOrFold<tensor::CastOp>(open, rows);
}

/// The first operand times a weight [N, K]; nothing where they do not fit.
static std::optional<SizedTensor>
multiplyBy(Node &node, std::optional<WeightSource> weight) {
  SizedTensor input = node.in(0);
  Type element = input.rank() ? input.element() : Type();
  if (!element || !isa<Float32Type, Float16Type, BFloat16Type>(element))
    return std::nullopt;
  if (!weight || weight->shape().size() != 2 ||
      SizeBuilder::getNumber(input.sizes.back()) != weight->shape()[1])
    return std::nullopt;
  Type f32 = node.b.getF32Type();
  TensorSizes sizes(ArrayRef(input.sizes).drop_back());
  Size rows = node.sizes.product(sizes);
  SizedTensor flat =
      node.reshape(convertTo(node, input, f32), {rows, input.sizes.back()});
  int64_t columns = weight->shape()[0];
  auto type = RankedTensorType::get({ShapedType::kDynamic, columns}, f32);
  Value product = llm::LinearOp::create(
      node.b, type, castRows(node, flat.value),
      node.weights().matrix(node.b, *weight), /*bias=*/Value());
  sizes.push_back(node.sizes.number(columns));
  return node.reshape(node.cast(product, {rows, sizes.back()}), sizes);
}

std::optional<SizedTensor> multiplyByWeights(Node &node, bool isTransposed) {
  auto weight = node.weights().trace(node.op->getOperand(1));
  if (weight && !isTransposed)
    weight = StepWeights::transposed(*weight);
  if (weight)
    weight = StepWeights::packed(*weight);
  return multiplyBy(node, weight);
}

/// The linear that a tensor is a view of.
static llm::LinearOp findLinear(Value tensor) {
  while (Operation *op = tensor.getDefiningOp()) {
    if (auto linear = dyn_cast<llm::LinearOp>(op))
      return linear;
    if (!isa<tensor::CastOp, tensor::ExpandShapeOp, tensor::CollapseShapeOp>(
            op))
      break;
    tensor = op->getOperand(0);
  }
  return {};
}

bool addBias(Node &node, const SizedTensor &product, Value constant) {
  llm::LinearOp linear = findLinear(product.value);
  bool isPlain = linear && !linear.getBias() && product.element().isF32();
  if (!isPlain)
    return false;
  OpBuilder before(linear);
  Value bias = node.weights().vector(before, constant);
  int64_t columns = linear.getType().getDimSize(1);
  if (!bias ||
      cast<RankedTensorType>(bias.getType()).getShape() != ArrayRef(columns))
    return false;
  linear.getBiasMutable().assign(bias);
  return true;
}

/// Weights in blocks of codes, as ONNX Runtime keeps them.
static LogicalResult lowerMatMulNBits(Node &node) {
  auto op = cast<onnx::MicrosoftMatMulNBitsOp>(node.op);
  std::string reason;
  auto weight = node.weights().traceBlocks(op, reason);
  if (!weight)
    return node.fail(reason);
  std::optional<SizedTensor> product = multiplyBy(node, weight);
  if (!product)
    return node.fail("multiplies something that does not fit its weight");
  if (!isa<NoneType>(op.getBias().getType()) &&
      !addBias(node, *product, op.getBias()))
    return node.fail("has a bias that is no constant per column");
  return node.set(convertTo(node, *product, node.element()));
}

/// A sum whose one side is a product that nothing else reads.
static bool lowerBias(Node &node) {
  for (unsigned side : {0, 1}) {
    Value product = node.op->getOperand(side);
    if (!isa_and_nonnull<onnx::MatMulOp>(product.getDefiningOp()) ||
        !product.hasOneUse())
      continue;
    SizedTensor tensor = node.in(side);
    int64_t rank = node.in(1 - side).rank();
    if (rank <= tensor.rank() &&
        addBias(node, tensor, node.op->getOperand(1 - side)))
      return succeeded(node.set(tensor));
  }
  return false;
}

void addLinearLowerings(LoweringTable &table) {
  table["onnx.microsoft.MatMulNBits"] = lowerMatMulNBits;
  table["onnx.Add"] = [plain = table["onnx.Add"]](Node &node) {
    return lowerBias(node) ? success() : plain(node);
  };
}

} // namespace llmc
