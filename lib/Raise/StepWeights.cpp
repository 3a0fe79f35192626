//===- StepWeights.cpp - constants of a graph become weights --------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "StepWeights.h"

using namespace llmc;
using namespace mlir;

StepWeights::StepWeights(const Graph &graph, ModuleOp module)
    : graph(graph), module(module), symbols(module) {}

std::optional<WeightSource> StepWeights::transposed(WeightSource source) {
  auto type = dyn_cast<RankedTensorType>(source.type);
  if (!type || (type.getRank() != 2 && type.getRank() != 3))
    return std::nullopt;
  auto step = llm::TransposeStepAttr::get(type.getContext());
  // Twice is not at all.
  if (!source.recipe.empty() && source.recipe.back() == step)
    source.recipe.pop_back();
  else
    source.recipe.push_back(step);
  SmallVector<int64_t> shape(type.getShape());
  std::swap(shape.back(), shape[shape.size() - 2]);
  source.type = type.clone(shape);
  return source;
}

/// How many rows are left of `rows`.
static int64_t countChosen(int64_t rows, RowChoice choice) {
  int64_t groups = choice.every ? rows / choice.every : 1;
  return groups * (choice.end - choice.begin);
}

WeightSource StepWeights::rows(WeightSource source, RowChoice choice) {
  SmallVector<int64_t> shape(source.shape());
  assert((shape.size() != 3 || choice.every) && "rows of each matrix");
  int64_t &rows = shape.size() == 3 ? shape[1] : shape[0];
  int64_t matrices = shape.size() == 3 ? shape[0] : 1;
  int64_t kept = countChosen(matrices * rows, choice) / matrices;
  if (kept == rows)
    return source;
  rows = kept;
  source.recipe.push_back(llm::RowsStepAttr::get(
      source.type.getContext(), choice.begin, choice.end, choice.every));
  if (auto packed = dyn_cast<llm::PackedType>(source.type))
    source.type = llm::PackedType::get(shape, packed.getEncoding());
  else
    source.type = cast<RankedTensorType>(source.type).clone(shape);
  return source;
}

/// The weight that codes are, perhaps behind a reshape, which bytes do not see.
static llm::WeightOp findBytes(const Graph &graph, Value codes) {
  if (auto reshape = codes.getDefiningOp<onnx::ReshapeOp>())
    codes = reshape->getOperand(0);
  return graph.findWeight(codes);
}

std::optional<WeightSource> StepWeights::traceBlocks(const BlockMatrix &matrix,
                                                     std::string &why) const {
  llm::WeightOp codes = findBytes(graph, matrix.codes);
  llm::WeightOp scales = graph.findWeight(matrix.scales);
  bool hasZeros = static_cast<bool>(matrix.zeros);
  llm::WeightOp zeros = hasZeros ? findBytes(graph, matrix.zeros) : codes;
  if (!codes || !scales || !zeros || !codes.getSource() ||
      !scales.getSource()) {
    why = "has codes, scales or zeros that are no tensors of the file";
    return std::nullopt;
  }
  int64_t bits = matrix.bits, group = matrix.group;
  bool known = (bits == 2 || bits == 4 || bits == 8) && group >= 16 &&
               group % 8 == 0 && group <= 65536 && matrix.columns % group == 0;
  if (!known) {
    why = "has codes of " + std::to_string(bits) + " bits in blocks of " +
          std::to_string(group) +
          "; blocks that divide the columns, of 2, 4 or 8 bits, are read";
    return std::nullopt;
  }
  Builder builder(module.getContext());
  auto scaleType = cast<FloatType>(getElementTypeOrSelf(scales.getType()));
  // A minimum, the product of scale and zero, needs more digits than a half has.
  if (hasZeros)
    scaleType = builder.getF32Type();
  auto grid = llm::GridAttr::get(
      builder.getContext(), bits, group, scaleType, IntegerType(), 0,
      hasZeros ? 0 : int64_t{1} << (bits - 1), hasZeros);
  auto step = llm::BlocksStepAttr::get(
      builder.getContext(), grid, scales.getSourceAttr(),
      hasZeros ? zeros.getSourceAttr() : StringAttr(), matrix.experts);
  SmallVector<int64_t> shape = {matrix.rows, matrix.columns};
  if (matrix.experts)
    shape.insert(shape.begin(), matrix.experts);
  return WeightSource{codes, {step}, llm::PackedType::get(shape, grid)};
}

/// Whether only the last two of `rank` dims change places.
static bool swapsLastTwo(onnx::TransposeOp transpose, int64_t rank) {
  std::optional<ArrayRef<int64_t>> order = transpose.getPerm();
  if (!order || order->empty())
    return rank == 2; // all of them the other way round
  auto expected = llvm::to_vector(llvm::seq<int64_t>(0, rank));
  if (rank >= 2)
    std::swap(expected[rank - 1], expected[rank - 2]);
  return rank >= 2 && *order == ArrayRef(expected);
}

std::optional<WeightSource>
StepWeights::traceBlocks(onnx::MicrosoftMatMulNBitsOp product,
                         std::string &why) const {
  if (!isa<NoneType>(product.getGIdx().getType())) {
    why = "has its columns in another order";
    return std::nullopt;
  }
  Value zeros = product.getZeroPoints();
  return traceBlocks({product.getB(), product.getScales(),
                      isa<NoneType>(zeros.getType()) ? Value() : zeros,
                      product.getN(), product.getK(), product.getBits(),
                      product.getBlockSize()},
                     why);
}

std::optional<WeightSource> StepWeights::trace(Value constant) const {
  Operation *op = constant.getDefiningOp();
  if (llm::WeightOp weight = graph.findWeight(constant)) {
    auto type = dyn_cast<RankedTensorType>(weight.getType());
    bool isFloat = type && isa<FloatType>(type.getElementType());
    if (!weight.getSource() || !isFloat)
      return std::nullopt;
    SmallVector<Attribute> recipe;
    if (ArrayAttr steps = weight.getRecipeAttr()) // an importer's own
      llvm::append_range(recipe, steps);
    return WeightSource{weight, recipe, type};
  }
  if (isa_and_nonnull<onnx::CastOp, onnx::CastLikeOp, onnx::IdentityOp>(op))
    return isa<FloatType>(getElementTypeOrSelf(constant.getType()))
               ? trace(op->getOperand(0))
               : std::nullopt;
  if (auto dequantize = dyn_cast_or_null<onnx::DequantizeLinearOp>(op))
    return traceIntegers(dequantize);
  if (auto transpose = dyn_cast_or_null<onnx::TransposeOp>(op)) {
    auto source = trace(op->getOperand(0));
    return source && swapsLastTwo(transpose, source->shape().size())
               ? transposed(*source)
               : std::nullopt;
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
  if (getElementTypeOrSelf(source.type) != f32) {
    source.recipe.push_back(llm::ConvertStepAttr::get(
        builder.getContext(), llm::FloatEncodingAttr::get(
                                  builder.getContext(), cast<FloatType>(f32))));
    source.type = RankedTensorType::get(source.shape(), f32);
  }
  return param(builder, declare(source));
}

/// Which elements of a vector the choices leave, one after the other.
static SmallVector<int64_t> chooseElements(int64_t count,
                                           ArrayRef<RowChoice> choices) {
  auto kept = llvm::to_vector(llvm::seq<int64_t>(0, count));
  for (RowChoice choice : choices) {
    SmallVector<int64_t> next;
    int64_t every = choice.every ? choice.every : kept.size();
    for (auto [i, element] : llvm::enumerate(kept))
      if (int64_t at = i % every; at >= choice.begin && at < choice.end)
        next.push_back(element);
    kept = next;
  }
  return kept;
}

/// Columns of a constant whose other dims are 1; null if it has more.
DenseElementsAttr StepWeights::evaluate(Value constant,
                                        ArrayRef<RowChoice> choices) const {
  const Graph::Sizes *sizes = graph.sizes(constant);
  constexpr int64_t mostColumns = 1 << 20;
  if (!sizes || sizes->empty() || !graph.isConstant(constant) ||
      sizes->back() > mostColumns ||
      llvm::any_of(ArrayRef(*sizes).drop_back(),
                   [](int64_t size) { return size != 1; }))
    return {};
  onnx::Evaluator evaluator = graph.evaluator(graph.lengths());
  SmallVector<float> values;
  Graph::Sizes place(sizes->size(), 0);
  for (int64_t column : chooseElements(sizes->back(), choices)) {
    place.back() = column;
    auto element = evaluator.element(constant, place);
    if (!element)
      return {};
    values.push_back(static_cast<float>(element->number()));
  }
  auto type = RankedTensorType::get({static_cast<int64_t>(values.size())},
                                    Float32Type::get(module.getContext()));
  return DenseElementsAttr::get(type, ArrayRef(values));
}

Value StepWeights::vector(OpBuilder &builder, Value constant,
                          ArrayRef<RowChoice> choices) {
  if (auto source = trace(constant); source && source->shape().size() == 1) {
    for (RowChoice choice : choices)
      source = rows(*source, choice);
    return vector(builder, *source);
  }
  DenseElementsAttr value = evaluate(constant, choices);
  if (!value || value.empty())
    return {};
  return constantParam(builder, constant.getLoc(), value);
}

Value StepWeights::constantParam(OpBuilder &builder, Location loc,
                                 DenseElementsAttr value) {
  llm::WeightOp &weight = constants[value];
  if (!weight) {
    OpBuilder at(module.getContext());
    weight = llm::WeightOp::create(at, loc, builder.getStringAttr("constant"),
                                   TypeAttr::get(value.getType()), StringAttr(),
                                   ArrayAttr(), value, IntegerAttr());
    symbols.insert(weight, module.getBody()->begin());
  }
  return param(builder, weight);
}

Value StepWeights::headVectors(OpBuilder &builder, Value constant,
                               ArrayRef<int64_t> shape) {
  if (auto source = trace(constant); source && source->shape() == shape)
    return vector(builder, *source);
  const Graph::Sizes *sizes = graph.sizes(constant);
  constexpr int64_t mostNumbers = 1 << 20;
  int64_t count = ShapedType::getNumElements(shape);
  if (!sizes || !graph.isConstant(constant) || count > mostNumbers)
    return {};
  onnx::Evaluator evaluator = graph.evaluator(graph.lengths());
  SmallVector<float> values;
  for (int64_t place = 0; place < count; ++place) {
    auto element = evaluator.element(constant, onnx::unflatten(place, *sizes));
    if (!element)
      return {};
    values.push_back(static_cast<float>(element->number()));
  }
  auto type = RankedTensorType::get(shape, builder.getF32Type());
  return constantParam(builder, constant.getLoc(),
                       DenseElementsAttr::get(type, ArrayRef(values)));
}

void StepWeights::discard() {
  for (auto &entry : made)
    entry.getValue().erase();
  for (auto &entry : constants)
    entry.second.erase();
  made.clear();
  constants.clear();
}

void StepWeights::settle(func::FuncOp reader) {
  llvm::DenseSet<StringRef> read;
  reader.walk([&](llm::ParamOp param) { read.insert(param.getWeight()); });
  for (auto weight : llvm::make_early_inc_range(module.getOps<llm::WeightOp>()))
    if (!read.contains(weight.getSymName()))
      weight.erase();
  SymbolTableCollection tables;
  SymbolTable &left = tables.getSymbolTable(module);
  SymbolUserMap readers(tables, module);
  for (auto weight :
       llvm::make_early_inc_range(module.getOps<llm::WeightOp>())) {
    std::optional<StringRef> source = weight.getSource();
    if (!source || weight.getSymName() == *source || left.lookup(*source))
      continue;
    left.remove(weight);
    auto name = StringAttr::get(module.getContext(), *source);
    readers.replaceAllUsesWith(weight, name);
    weight.setSymNameAttr(name);
    left.insert(weight);
  }
}
