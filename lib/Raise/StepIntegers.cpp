//===- StepIntegers.cpp - DequantizeLinear of a constant becomes a weight -===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A matrix of 4 bits takes an eighth of what its floats take: the codes of the
// file become those of a grid, without another rounding.
//===----------------------------------------------------------------------===//
#include "StepWeights.h"

#include <numeric>

using namespace llmc;
using namespace mlir;

/// The number that all elements of a constant are; nothing if they differ.
static std::optional<double> findUniform(const Graph &graph, Value constant) {
  constexpr int64_t mostElements = 1 << 20;
  const Graph::Sizes *sizes = graph.sizes(constant);
  int64_t count = 1;
  if (!sizes || !graph.isConstant(constant))
    return std::nullopt;
  for (int64_t size : *sizes)
    if ((count *= size) > mostElements)
      return std::nullopt;
  onnx::Evaluator evaluator = graph.evaluator(graph.lengths());
  std::optional<double> number;
  for (int64_t i = 0; i < count; ++i) {
    auto element = evaluator.element(constant, onnx::unflatten(i, *sizes));
    if (!element || number.value_or(element->number()) != element->number())
      return std::nullopt;
    number = element->number();
  }
  return number;
}

/// A number if it is one everywhere, the name of a tensor, or null: neither.
Attribute StepWeights::findZeros(Value zeros) const {
  Builder builder(module.getContext());
  if (auto number = findUniform(graph, zeros))
    return builder.getI64IntegerAttr(static_cast<int64_t>(*number));
  llm::WeightOp weight = graph.findWeight(zeros);
  return weight ? weight.getSourceAttr() : StringAttr();
}

std::optional<WeightSource>
StepWeights::traceIntegers(onnx::DequantizeLinearOp dequantize) const {
  llm::WeightOp codes = graph.findWeight(dequantize.getX());
  llm::WeightOp scales = graph.findWeight(dequantize.getXScale());
  Value zeroPoint = dequantize.getXZeroPoint();
  auto type =
      codes ? dyn_cast<RankedTensorType>(codes.getType()) : RankedTensorType();
  if (!type || !codes.getSource() || !isa<IntegerType>(type.getElementType()))
    return std::nullopt;
  Builder builder(module.getContext());
  auto f32 = cast<FloatType>(builder.getF32Type());
  Attribute scale, zeros;
  FloatType scaleType = f32;
  if (auto number = getScalar(graph, dequantize.getXScale())) {
    scale = builder.getF32FloatAttr(static_cast<float>(*number));
  } else if (scales && scales.getSource()) {
    scale = scales.getSourceAttr();
    scaleType = dyn_cast<FloatType>(getElementTypeOrSelf(scales.getType()));
  }
  if (!scaleType ||
      !(scaleType.isF32() || scaleType.isF16() || scaleType.isBF16()))
    return std::nullopt;
  bool hasZeros = !isa<NoneType>(zeroPoint.getType());
  if (hasZeros)
    zeros = findZeros(zeroPoint);
  if (!scale || (hasZeros && !zeros))
    return std::nullopt;
  int64_t axis = dequantize.getAxis();
  if (axis < 0)
    axis += type.getRank();
  auto step = llm::DequantizeStepAttr::get(
      builder.getContext(), scale, zeros, std::max<int64_t>(axis, 0),
      std::max<int64_t>(dequantize.getBlockSize(), 0), llm::GridAttr(), false);
  return WeightSource{codes, {step}, type.clone(f32), scaleType};
}

/// How many columns of a row share a scale, as a group; 0 if no group can.
static int64_t findGroup(llm::DequantizeStepAttr step, int64_t columns,
                         int64_t columnDim) {
  constexpr int64_t leastGroup = 16, mostGroup = 65536;
  // A row with one scale has groups of its own choice. Activations are quantised
  // in the same groups: those of 32 are as exact as beside Q8_0.
  constexpr int64_t groupOfRows = 32;
  bool perColumn = isa<StringAttr>(step.getScales()) ||
                   isa_and_nonnull<StringAttr>(step.getZeros());
  int64_t shared = groupOfRows;
  if (perColumn && step.getBlock())
    shared = step.getAxis() == columnDim ? step.getBlock() : 1;
  else if (perColumn && step.getAxis() == columnDim)
    shared = 1;
  int64_t group = std::gcd(shared, columns);
  bool fits = group >= leastGroup && group % 8 == 0 && group <= mostGroup;
  return fits ? group : 0;
}

WeightSource StepWeights::packed(WeightSource source) {
  auto step = source.recipe.empty()
                  ? llm::DequantizeStepAttr()
                  : dyn_cast<llm::DequantizeStepAttr>(source.recipe.front());
  bool isTurned = source.recipe.size() == 2 &&
                  isa<llm::TransposeStepAttr>(source.recipe.back());
  if (!step || source.shape().size() != 2 ||
      (source.recipe.size() != 1 && !isTurned))
    return source;
  auto type = cast<IntegerType>(getElementTypeOrSelf(source.weight.getType()));
  int64_t bits = type.getWidth();
  int64_t group = findGroup(step, source.shape()[1], isTurned ? 0 : 1);
  if (!group || (bits != 2 && bits != 4 && bits != 8))
    return source;
  int64_t zero = type.isUnsigned() ? 0 : int64_t{1} << (bits - 1);
  if (auto number = dyn_cast_or_null<IntegerAttr>(step.getZeros()))
    zero += number.getInt();
  bool hasMin = isa_and_nonnull<StringAttr>(step.getZeros()) || zero < 0 ||
                zero >= int64_t{1} << bits;
  MLIRContext *context = source.weight.getContext();
  auto scale =
      hasMin ? cast<FloatType>(Float32Type::get(context)) : source.scaleType;
  auto grid = llm::GridAttr::get(context, bits, group, scale, IntegerType(), 0,
                                 hasMin ? 0 : zero, hasMin);
  auto inGrid = llm::DequantizeStepAttr::get(context, step.getScales(),
                                             step.getZeros(), step.getAxis(),
                                             step.getBlock(), grid, isTurned);
  source.type = llm::PackedType::get(source.shape(), grid);
  source.recipe = {inGrid};
  return source;
}
