//===- StepWeights.cpp - constants of a graph become weights --------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "StepWeights.h"

using namespace llmc;
using namespace mlir;

StepWeights::StepWeights(const Graph &graph, ModuleOp module)
    : graph(graph), module(module), symbols(module) {}

std::optional<WeightSource> StepWeights::transposed(WeightSource source) {
  if (source.type.getRank() != 2)
    return std::nullopt;
  auto step = llm::TransposeStepAttr::get(source.type.getContext());
  // Twice is not at all.
  if (!source.recipe.empty() && source.recipe.back() == step)
    source.recipe.pop_back();
  else
    source.recipe.push_back(step);
  source.type = RankedTensorType::get(
      {source.type.getDimSize(1), source.type.getDimSize(0)},
      source.type.getElementType());
  return source;
}

WeightSource StepWeights::rows(WeightSource source, int64_t begin,
                               int64_t end) {
  SmallVector<int64_t> shape(source.type.getShape());
  if (begin == 0 && end == shape[0])
    return source;
  shape[0] = end - begin;
  source.recipe.push_back(
      llm::RowsStepAttr::get(source.type.getContext(), begin, end));
  source.type = RankedTensorType::get(shape, source.type.getElementType());
  return source;
}

std::optional<WeightSource> StepWeights::trace(Value constant) const {
  Operation *op = constant.getDefiningOp();
  if (auto param = dyn_cast_or_null<llm::ParamOp>(op)) {
    auto weight = SymbolTable::lookupNearestSymbolFrom<llm::WeightOp>(
        param, param.getWeightAttr());
    auto type = dyn_cast<RankedTensorType>(param.getType());
    if (!weight || !weight.getSource() || !type)
      return std::nullopt;
    return WeightSource{weight, {}, type};
  }
  if (isa_and_nonnull<onnx::CastOp, onnx::IdentityOp>(op))
    return isa<FloatType>(getElementTypeOrSelf(constant.getType()))
               ? trace(op->getOperand(0))
               : std::nullopt;
  if (isa_and_nonnull<onnx::TransposeOp>(op)) {
    auto source = trace(op->getOperand(0));
    return source ? transposed(*source) : std::nullopt;
  }
  if (isa_and_nonnull<onnx::AddOp>(op))
    for (unsigned side : {0, 1}) {
      auto number = getScalar(graph, op->getOperand(side));
      auto source = trace(op->getOperand(1 - side));
      if (!number || !source)
        continue;
      Builder builder(op->getContext());
      source->recipe.push_back(llm::AddStepAttr::get(
          op->getContext(), builder.getF64FloatAttr(*number)));
      return source;
    }
  return std::nullopt;
}

llm::WeightOp StepWeights::declare(const WeightSource &source) {
  Builder builder(module.getContext());
  llm::WeightOp original = source.weight;
  ArrayAttr recipe =
      source.recipe.empty() ? ArrayAttr() : builder.getArrayAttr(source.recipe);
  std::string key;
  llvm::raw_string_ostream(key)
      << original.getSymName() << '\0' << recipe << '\0' << source.type;
  llm::WeightOp &weight = made[key];
  if (weight)
    return weight;
  OpBuilder at(original);
  weight = llm::WeightOp::create(
      at, original.getLoc(), original.getSymNameAttr(),
      TypeAttr::get(source.type), original.getSourceAttr(), recipe,
      /*value=*/ElementsAttr(), /*offset=*/IntegerAttr());
  weight->remove();
  symbols.insert(weight, original->getIterator());
  return weight;
}

Value StepWeights::param(OpBuilder &builder, llm::WeightOp weight) {
  return llm::ParamOp::create(
      builder, NameLoc::get(weight.getSymNameAttr()), weight.getType(),
      FlatSymbolRefAttr::get(weight.getSymNameAttr()), Value());
}

Value StepWeights::matrix(OpBuilder &builder, const WeightSource &source) {
  return param(builder, declare(source));
}

Value StepWeights::vector(OpBuilder &builder, WeightSource source) {
  Type f32 = builder.getF32Type();
  if (source.type.getElementType() != f32) {
    source.recipe.push_back(llm::ConvertStepAttr::get(
        builder.getContext(), llm::FloatEncodingAttr::get(
                                  builder.getContext(), cast<FloatType>(f32))));
    source.type = RankedTensorType::get(source.type.getShape(), f32);
  }
  return param(builder, declare(source));
}

/// Columns of a constant whose other dims are 1; null if it has more.
DenseElementsAttr StepWeights::evaluate(Value constant, int64_t begin,
                                        int64_t end) const {
  const Graph::Sizes *sizes = graph.sizes(constant);
  constexpr int64_t mostColumns = 1 << 20;
  if (!sizes || sizes->empty() || !graph.isConstant(constant) ||
      sizes->back() > mostColumns ||
      llvm::any_of(ArrayRef(*sizes).drop_back(),
                   [](int64_t size) { return size != 1; }))
    return {};
  onnx::Evaluator evaluator = graph.evaluator(primeLengths);
  SmallVector<float> values;
  Graph::Sizes place(sizes->size(), 0);
  end = end < 0 ? sizes->back() : end;
  for (place.back() = begin; place.back() < end; ++place.back()) {
    auto element = evaluator.element(constant, place);
    if (!element)
      return {};
    values.push_back(static_cast<float>(element->number()));
  }
  auto type = RankedTensorType::get({end - begin},
                                    Float32Type::get(module.getContext()));
  return DenseElementsAttr::get(type, ArrayRef(values));
}

Value StepWeights::vector(OpBuilder &builder, Value constant, int64_t begin,
                          int64_t end) {
  if (auto source = trace(constant); source && source->type.getRank() == 1)
    return vector(builder, rows(*source, begin,
                                end < 0 ? source->type.getDimSize(0) : end));
  DenseElementsAttr value = evaluate(constant, begin, end);
  if (!value)
    return {};
  llm::WeightOp &weight = constants[value];
  if (!weight) {
    OpBuilder at(module.getContext());
    weight = llm::WeightOp::create(at, constant.getLoc(),
                                   builder.getStringAttr("constant"),
                                   TypeAttr::get(value.getType()), StringAttr(),
                                   ArrayAttr(), value, IntegerAttr());
    symbols.insert(weight, module.getBody()->begin());
  }
  return param(builder, weight);
}

void StepWeights::takeNames() {
  for (auto weight :
       llvm::make_early_inc_range(module.getOps<llm::WeightOp>())) {
    std::optional<StringRef> source = weight.getSource();
    if (!source || weight.getSymName() == *source || symbols.lookup(*source))
      continue;
    (void)symbols.rename(weight, *source);
  }
}
