//===- StepMixture.cpp - ONNX Runtime's MoE nodes on rows -----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the nodes compute is what ONNX Runtime 1.32 computes on a CPU: softmax over
// all experts; swiglu is `g * sigmoid(alpha * g) * (l + beta)` with g at most the
// limit and l between its two sides.
//===----------------------------------------------------------------------===//
#include "StepConverter.h"

#include "dialects/onnx/Schema.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace llmc;
using namespace mlir;

//===----------------------------------------------------------------------===//
// Reading the node
//===----------------------------------------------------------------------===//

/// The operand at the schema's place; null if the node lacks it or the place.
static Value findOperand(Operation *op, StringRef name) {
  for (auto [i, place] :
       llvm::enumerate(onnx::findSchema(op->getName())->operands))
    if (name == place.name && !isa<NoneType>(op->getOperand(i).getType()))
      return op->getOperand(i);
  return {};
}

static int64_t getInteger(Operation *op, StringRef name, int64_t absent) {
  auto attr = op->getAttrOfType<IntegerAttr>(name);
  return attr ? attr.getInt() : absent;
}

static std::optional<float> getReal(Operation *op, StringRef name) {
  auto attr = op->getAttrOfType<FloatAttr>(name);
  return attr ? std::optional(attr.getValue().convertToFloat()) : std::nullopt;
}

static std::string nameOf(unsigned which, StringRef what) {
  return ("fc" + llvm::Twine(which) + "_" + what).str();
}

/// The places that are read; a node with others wants something else computed.
static bool reads(StringRef place) {
  if (place == "input" || place == "router_probs")
    return true;
  bool isProduct = place.consume_front("fc1_") || place.consume_front("fc2_") ||
                   place.consume_front("fc3_");
  return isProduct && (place == "experts_weights" || place == "experts_bias" ||
                       place == "scales" || place == "zero_points");
}

/// Why the node cannot be read; empty if it can.
static std::string findProblem(Operation *op) {
  for (const onnx::Place &place : onnx::findSchema(op->getName())->operands)
    if (!reads(place.name) && findOperand(op, place.name))
      return ("has " + place.name + ", which is not read yet").str();
  for (StringRef flag : {"use_sparse_mixer", "swiglu_limit_after_activation"})
    if (getInteger(op, flag, 0) != 0)
      return ("has " + flag + " = " + llvm::Twine(getInteger(op, flag, 0)) +
              ", which is not read yet")
          .str();
  if (auto type = op->getAttrOfType<StringAttr>("quant_type");
      type && type.getValue() != "int")
    return "has weights of quant_type '" + type.getValue().str() +
           "'; 'int' is read";
  return "";
}

//===----------------------------------------------------------------------===//
// Products
//===----------------------------------------------------------------------===//

/// The matrices [X, N, `columns`] of product `which`, floats or codes.
std::optional<WeightSource>
StepConverter::expertMatrix(Operation *op, unsigned which, int64_t columns) {
  Value weight = findOperand(op, nameOf(which, "experts_weights"));
  Value scales = findOperand(op, nameOf(which, "scales"));
  const Graph::Sizes *sizes = graph.sizes(weight);
  if (!sizes || sizes->size() != 3)
    return fail(op, "has weights that are no matrix per expert"), std::nullopt;
  if (isa<onnx::MicrosoftMoEOp>(op)) {
    auto source = made.trace(weight);
    if (!source || source->shape().size() != 3 || source->shape()[2] != columns)
      return fail(op, "has weights that are no matrix of " +
                          llvm::Twine(columns) + " columns per expert"),
             std::nullopt;
    return source;
  }
  int64_t bits = getInteger(op, nameOf(which, "expert_weight_bits"),
                            getInteger(op, "expert_weight_bits", 4));
  // One scale per row is a group as wide as the row.
  int64_t group = getInteger(op, "block_size", 0);
  std::string reason;
  auto source = made.traceBlocks(
      {weight, scales, findOperand(op, nameOf(which, "zero_points")),
       (*sizes)[1], columns, bits, group > 0 ? group : columns, (*sizes)[0]},
      reason);
  if (source && (*sizes)[2] * 8 != columns * bits) {
    reason = "has rows of " + std::to_string((*sizes)[2]) + " bytes for " +
             std::to_string(columns) + " columns of " + std::to_string(bits) +
             " bits";
    source.reset();
  }
  if (!source)
    fail(op, reason);
  return source;
}

Rows StepConverter::expertProduct(Operation *op, unsigned which, Value input,
                                  const Rows &experts) {
  int64_t columns = cast<RankedTensorType>(input.getType()).getShape().back();
  auto weight = expertMatrix(op, which, columns);
  if (!weight)
    return {};
  ExpertProduct product = {input, *weight, std::nullopt, experts};
  if (Value bias = findOperand(op, nameOf(which, "experts_bias"))) {
    product.bias = made.trace(bias);
    if (!product.bias || product.bias->shape().size() != 2 ||
        product.bias->shape()[0] != weight->shape()[0] ||
        product.bias->shape()[1] != weight->shape()[1])
      return fail(op, "has a bias that is no vector per expert");
  }
  return sameAs(experts, createExpertLinear(product));
}

//===----------------------------------------------------------------------===//
// Between them
//===----------------------------------------------------------------------===//

namespace {
/// Arithmetic of one tensor with numbers.
struct Numbers {
  OpBuilder &builder;
  Location loc;
  Value count; // of rows

  Value splat(Value like, float number) {
    Value scalar = arith::ConstantOp::create(builder, loc,
                                             builder.getF32FloatAttr(number));
    return tensor::SplatOp::create(builder, loc, scalar, like.getType(),
                                   ValueRange{count});
  }
  template <typename Op> Value with(Value value, float number) {
    return Op::create(builder, loc, value, splat(value, number));
  }
  Value act(llm::ActFn function, Value value) {
    return llm::ActOp::create(builder, loc, value.getType(), function, value);
  }
};
} // namespace

Value StepConverter::gatedUnit(Operation *op, Value gate, Value linear) {
  Numbers numbers{builder, loc, countRows(op)};
  if (auto limit = getReal(op, "swiglu_limit")) {
    gate = numbers.with<arith::MinimumFOp>(gate, *limit);
    linear = numbers.with<arith::MinimumFOp>(linear, *limit);
    linear = numbers.with<arith::MaximumFOp>(linear, -*limit);
  }
  float alpha = getReal(op, "activation_alpha").value_or(1);
  if (float beta = getReal(op, "activation_beta").value_or(0); beta != 0)
    linear = numbers.with<arith::AddFOp>(linear, beta);
  if (alpha == 1.0f || alpha == 1.702f) {
    gate = numbers.act(alpha == 1.0f ? llm::ActFn::Silu : llm::ActFn::QuickGelu,
                       gate);
  } else {
    Value scaled = numbers.with<arith::MulFOp>(gate, alpha);
    gate = arith::MulFOp::create(builder, loc, gate,
                                 numbers.act(llm::ActFn::Sigmoid, scaled));
  }
  return arith::MulFOp::create(builder, loc, gate, linear);
}

static std::optional<llm::ActFn> findActivation(StringRef name) {
  return llvm::StringSwitch<std::optional<llm::ActFn>>(name)
      .Case("relu", llm::ActFn::Relu)
      .Case("gelu", llm::ActFn::GeluTanh)
      .Case("silu", llm::ActFn::Silu)
      .Default(std::nullopt);
}

/// What goes into the second product.
Value StepConverter::betweenProducts(Operation *op, const Rows &input,
                                     const Rows &experts) {
  StringRef name = op->getAttrOfType<StringAttr>("activation_type").getValue();
  int64_t fusion = getInteger(op, "swiglu_fusion", 0);
  bool isGated = name == "swiglu",
       hasThird = findOperand(op, nameOf(3, "experts_weights")) != Value();
  auto function = findActivation(name);
  if (!isGated && !function && name != "identity")
    return fail(op, "has the activation '" + name +
                        "'; relu, gelu, silu, swiglu and identity are read"),
           Value();
  if (fusion < 0 || fusion > 2 || (fusion != 0) != (isGated && !hasThird))
    return fail(op, "has swiglu_fusion = " + llvm::Twine(fusion) +
                        ", which its weights do not have"),
           Value();
  Rows first = expertProduct(op, 1, input.value, experts);
  Rows third = hasThird ? expertProduct(op, 3, input.value, experts) : Rows();
  if (culprit)
    return {};
  if (isGated && fusion != 0) {
    int64_t inner = first.shape().size() - 1;
    int64_t half = first.shape().back() / 2, step = fusion == 1 ? 2 : 1;
    Columns gate = {0, half, step},
            linear = {fusion == 1 ? 1 : half, half, step};
    third = takeExpertColumns(op, first, inner, linear);
    first = takeExpertColumns(op, first, inner, gate);
  }
  if (culprit)
    return {};
  if (isGated)
    return gatedUnit(op, first.value, third.value);
  Value made = first.value;
  if (function)
    made = Numbers{builder, loc}.act(*function, made);
  return hasThird
             ? Value(arith::MulFOp::create(builder, loc, made, third.value))
             : made;
}

Rows StepConverter::mixture(Operation *op) {
  if (std::string problem = findProblem(op); !problem.empty())
    return fail(op, problem);
  Rows input = view(op, op->getOperand(0)),
       logits = view(op, op->getOperand(1));
  if (!input || !logits)
    return {};
  auto isPlain = [](const Rows &rows) {
    return rows.shape().size() == 2 &&
           rows.dims.back() == RowDim{RowDim::Inner, 1};
  };
  if (!isPlain(input) || !isPlain(logits))
    return fail(op, "reads something that is no rows");
  int64_t k = getInteger(op, "k", 1);
  if (k < 1 || k > logits.shape()[1])
    return fail(op, "chooses " + llvm::Twine(k) + " of " +
                        llvm::Twine(logits.shape()[1]) + " experts");
  bool normalises = getInteger(op, "normalize_routing_weights", 0) != 0;
  auto chosenType =
      RankedTensorType::get({ShapedType::kDynamic, k}, builder.getI32Type());
  auto route = llm::RouteOp::create(
      builder, loc, chosenType, rowsType({k}), logits.value, Value(), k,
      llm::RouteScore::Softmax, 1, 1, llm::GroupScore::Max,
      normalises ? llm::RouteWeights::Sum : llm::RouteWeights::Raw,
      llvm::APFloat(1.0), llvm::APFloat(0.0));
  Rows experts = sameAs(logits, route.getIndices());
  Value between = betweenProducts(op, input, experts);
  if (!between)
    return {};
  Rows results = expertProduct(op, 2, between, experts);
  if (!results)
    return results;
  if (results.shape().back() != input.shape()[1])
    return fail(op, "gives other columns than it takes");
  return sameAs(input, llm::CombineOp::create(
                           builder, loc, input.value.getType(),
                           k == 1 ? asOneChoice(results.value) : results.value,
                           route.getWeights()));
}
