//===- WeightCatalog.cpp - which tensor becomes which weight --------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "WeightCatalog.h"

#include "llmc/Weights/Errors.h"

using namespace llvm;
using namespace llmc;
using namespace mlir::llm;

WeightCatalog::WeightCatalog(const Source &source, const NameTable &names,
                             mlir::ModuleOp module)
    : source(source), names(names),
      builder(mlir::OpBuilder::atBlockEnd(module.getBody())) {}

//===----------------------------------------------------------------------===//
// Names
//===----------------------------------------------------------------------===//

static StringRef lookUp(ArrayRef<std::pair<StringRef, StringRef>> table,
                        StringRef stem) {
  for (auto [from, to] : table)
    if (from == stem)
      return to;
  return {};
}

/// What a table, or the one below it, calls the stem of a name.
static StringRef lookUp(const NameTable *table, bool inLayer, StringRef stem) {
  for (; table; table = table->base)
    if (StringRef found = lookUp(inLayer ? table->layer : table->global, stem);
        !found.empty())
      return found;
  return stem;
}

/// `blk.3.attn_q.weight`, whose stem the files call `found`, as a whole.
std::string WeightCatalog::translate(StringRef name, StringRef found) const {
  auto [path, suffix] = name.rsplit('.');
  bool takesSuffix = !found.consume_back("=");
  std::string translated = found.str();
  if (path.consume_front("blk."))
    translated =
        (names.layerPrefix + path.split('.').first + "." + found).str();
  if (takesSuffix)
    translated += ("." + suffix).str();
  StringRef shorter = translated;
  if (!names.optional.empty() && shorter.consume_front(names.optional) &&
      source.weights.find(shorter))
    return shorter.str();
  return translated;
}

std::string WeightCatalog::sourceName(StringRef name) const {
  if (source.kind == SourceKind::Gguf)
    return name.str();
  StringRef stem = name.rsplit('.').first;
  bool inLayer = stem.consume_front("blk.");
  if (inLayer)
    stem = stem.split('.').second;
  SmallVector<StringRef> found;
  lookUp(&names, inLayer, stem).split(found, '|');
  for (StringRef candidate : found)
    if (std::string full = translate(name, candidate);
        source.weights.find(full))
      return full;
  return translate(name, found.back());
}

/// `blk.3.attn_q.weight` and `attn_qkv`: `blk.3.attn_qkv.weight`.
static std::string withStem(StringRef name, StringRef stem) {
  if (stem.empty())
    return name.str();
  auto [path, suffix] = name.rsplit('.');
  StringRef layer = path.rsplit('.').first;
  return (layer + "." + stem + "." + suffix).str();
}

bool WeightCatalog::has(const Twine &name) const {
  std::string tensor = sourceName(name.str());
  return source.weights.find(tensor) || source.unreadable.contains(tensor);
}

ArrayRef<int64_t> WeightCatalog::shapeOf(const Twine &name) const {
  const SourceTensor *tensor = source.weights.find(sourceName(name.str()));
  return tensor ? ArrayRef<int64_t>(tensor->shape) : ArrayRef<int64_t>();
}

//===----------------------------------------------------------------------===//
// Weights
//===----------------------------------------------------------------------===//

void WeightCatalog::fail(StringRef tensor, const Twine &message) {
  if (problem.empty())
    problem = toString(
        fileError(source.fileOf(tensor), "tensor " + quote(tensor), message));
}

const SourceTensor *WeightCatalog::take(StringRef tensor,
                                        ArrayRef<int64_t> shape) {
  taken.insert(tensor);
  const SourceTensor *found = source.weights.find(tensor);
  if (auto it = source.unreadable.find(tensor); it != source.unreadable.end())
    fail(tensor, "has " + it->second + ": take a file in one of these");
  else if (!found)
    fail(tensor, "is missing; " + source.architecture +
                     " needs it with shape " + spellShape(shape));
  else if (ArrayRef<int64_t>(found->shape) != shape)
    fail(tensor, "requires shape " + spellShape(shape) + ", found " +
                     spellShape(found->shape) +
                     "; are the weights those of this configuration?");
  else
    return found;
  return nullptr;
}

WeightRef WeightCatalog::declare(StringRef name, mlir::Type type,
                                 StringRef tensor,
                                 ArrayRef<mlir::Attribute> recipe) {
  auto loc = mlir::NameLoc::get(builder.getStringAttr(name));
  auto symbol = builder.getStringAttr(name);
  WeightOp::create(builder, loc, symbol, mlir::TypeAttr::get(type),
                   builder.getStringAttr(tensor),
                   recipe.empty() ? nullptr : builder.getArrayAttr(recipe),
                   /*value=*/nullptr, /*offset=*/nullptr);
  return {symbol, type};
}

/// Keeps the rows that are the weight's; nothing where it has all.
static void addRows(SmallVectorImpl<mlir::Attribute> &recipe,
                    const Stored &stored, mlir::MLIRContext *context) {
  if (stored.end)
    recipe.push_back(
        RowsStepAttr::get(context, stored.begin, stored.end, stored.every));
}

WeightRef WeightCatalog::matrix(const Twine &name, ArrayRef<int64_t> shape,
                                Stored stored) {
  std::string symbol = name.str();
  std::string tensor = sourceName(withStem(symbol, stored.stem));
  assert(shape.size() == 2 && "a matrix is [out, in]");
  SmallVector<int64_t> sourceShape(shape);
  if (stored.end)
    sourceShape[0] = stored.rows;
  SmallVector<mlir::Attribute> recipe;
  if (stored.transposed) {
    std::swap(sourceShape[0], sourceShape[1]);
    recipe.push_back(TransposeStepAttr::get(builder.getContext()));
  }
  addRows(recipe, stored, builder.getContext());
  const SourceTensor *found = take(tensor, sourceShape);
  if (!found)
    return {};
  if (auto floats = dyn_cast<FloatEncodingAttr>(found->encoding))
    return declare(symbol, mlir::RankedTensorType::get(shape, floats.getType()),
                   tensor, recipe);
  if (stored.transposed) {
    fail(tensor, "has to be transposed, which blocks of numbers cannot be");
    return {};
  }
  return declare(symbol, PackedType::get(shape, found->encoding), tensor,
                 recipe);
}

/// Takes one tensor per expert or head; the first stands for them all.
const SourceTensor *
WeightCatalog::takePieces(StringRef name, ArrayRef<int64_t> shape,
                          SmallVectorImpl<mlir::Attribute> &recipe) {
  auto [before, after] = name.split('%');
  SmallVector<mlir::StringAttr> others;
  const SourceTensor *first = nullptr;
  for (int64_t i = 0; i < shape.front(); ++i) {
    std::string piece = (before + std::to_string(i) + after).str();
    const SourceTensor *found = take(piece, shape.drop_front());
    if (!found)
      return nullptr;
    if (first && found->encoding != first->encoding) {
      fail(piece, "is of another type than " + quote(first->name) +
                      ": weights that are used together are of one");
      return nullptr;
    }
    if (first)
      others.push_back(builder.getStringAttr(piece));
    else
      first = found;
  }
  recipe.push_back(StackStepAttr::get(builder.getContext(), others));
  return first;
}

WeightRef WeightCatalog::stack(const Twine &name, const Twine &pieces,
                               ArrayRef<int64_t> shape) {
  std::string symbol = name.str(), tensor = sourceName(symbol);
  if (source.kind == SourceKind::Gguf && !has(symbol))
    tensor = pieces.str();
  SmallVector<mlir::Attribute> recipe;
  const SourceTensor *found = StringRef(tensor).contains('%')
                                  ? takePieces(tensor, shape, recipe)
                                  : take(tensor, shape);
  if (!found)
    return {};
  if (auto floats = dyn_cast<FloatEncodingAttr>(found->encoding))
    return declare(symbol, mlir::RankedTensorType::get(shape, floats.getType()),
                   found->name, recipe);
  return declare(symbol, PackedType::get(shape, found->encoding), found->name,
                 recipe);
}

WeightRef WeightCatalog::headMatrices(const Twine &name,
                                      ArrayRef<int64_t> shape, Stored stored) {
  std::string symbol = name.str();
  if (has(symbol))
    return stack(symbol, symbol, shape);
  std::string tensor = sourceName(withStem(symbol, stored.stem));
  int64_t columns = stored.transposed ? shape[1] : shape[2];
  const SourceTensor *found = take(tensor, {stored.rows, columns});
  if (!found)
    return {};
  auto *context = builder.getContext();
  SmallVector<mlir::Attribute> recipe;
  addRows(recipe, stored, context);
  mlir::Type type = PackedType::get(shape, found->encoding);
  if (auto floats = dyn_cast<FloatEncodingAttr>(found->encoding)) {
    type = mlir::RankedTensorType::get(shape, floats.getType());
  } else if (stored.transposed) { // which blocks of numbers cannot be
    mlir::FloatType f16 = builder.getF16Type();
    recipe.push_back(
        ConvertStepAttr::get(context, FloatEncodingAttr::get(context, f16)));
    type = mlir::RankedTensorType::get(shape, f16);
  }
  recipe.push_back(MatricesStepAttr::get(context, shape[0]));
  if (stored.transposed)
    recipe.push_back(TransposeStepAttr::get(context));
  return declare(symbol, type, found->name, recipe);
}

WeightRef WeightCatalog::vector(const Twine &name, ArrayRef<int64_t> shape,
                                Stored stored) {
  std::string symbol = name.str();
  std::string tensor = sourceName(withStem(symbol, stored.stem));
  SmallVector<int64_t> sourceShape(shape);
  if (stored.end)
    sourceShape[0] = stored.rows;
  SmallVector<mlir::Attribute> recipe;
  addRows(recipe, stored, builder.getContext());
  const SourceTensor *found = StringRef(tensor).contains('%')
                                  ? takePieces(tensor, shape, recipe)
                                  : take(tensor, sourceShape);
  if (!found)
    return {};
  mlir::FloatType f32 = builder.getF32Type();
  auto wanted = FloatEncodingAttr::get(builder.getContext(), f32);
  if (found->encoding != wanted)
    recipe.push_back(ConvertStepAttr::get(builder.getContext(), wanted));
  if (stored.plus != 0)
    recipe.push_back(AddStepAttr::get(
        builder.getContext(),
        builder.getF32FloatAttr(static_cast<float>(stored.plus))));
  return declare(symbol, mlir::RankedTensorType::get(shape, f32), found->name,
                 recipe);
}

WeightRef WeightCatalog::rowMatrix(const Twine &name, int64_t columns) {
  if (shapeOf(name).size() != 1)
    return matrix(name, {1, columns});
  WeightRef row = vector(name, {columns});
  if (!row)
    return row;
  // The same bytes, of which a stack of one makes a matrix.
  auto weight = cast<WeightOp>(builder.getBlock()->back());
  SmallVector<mlir::Attribute> recipe;
  if (auto steps = weight.getRecipeAttr())
    append_range(recipe, steps);
  recipe.push_back(
      StackStepAttr::get(builder.getContext(), ArrayRef<mlir::StringAttr>()));
  row.type = mlir::RankedTensorType::get({1, columns}, builder.getF32Type());
  weight.setTypeAttr(mlir::TypeAttr::get(row.type));
  weight.setRecipeAttr(builder.getArrayAttr(recipe));
  return row;
}

bool WeightCatalog::wants(const Twine &name, Presence presence) const {
  return presence == Presence::Always ||
         (presence == Presence::IfThere && has(name));
}

Affine WeightCatalog::linear(const Twine &prefix, int64_t out, int64_t in,
                             Presence bias, Stored stored) {
  Affine affine{matrix(prefix + ".weight", {out, in}, stored), {}};
  std::string source = withStem((prefix + ".bias").str(), stored.stem);
  stored.transposed = false;
  if (wants(source, bias))
    affine.bias = vector(prefix + ".bias", {out}, stored);
  return affine;
}

Affine WeightCatalog::norm(const Twine &prefix, ArrayRef<int64_t> shape,
                           Presence bias, Stored stored) {
  Affine affine{vector(prefix + ".weight", shape, stored), {}};
  if (wants(prefix + ".bias", bias))
    affine.bias = vector(prefix + ".bias", shape);
  return affine;
}

WeightRef WeightCatalog::constant(StringRef name, ArrayRef<float> values) {
  auto type = mlir::RankedTensorType::get({static_cast<int64_t>(values.size())},
                                          builder.getF32Type());
  auto symbol = builder.getStringAttr(name);
  WeightOp::create(builder, mlir::NameLoc::get(symbol), symbol,
                   mlir::TypeAttr::get(type), /*source=*/nullptr,
                   /*recipe=*/nullptr,
                   mlir::DenseElementsAttr::get(type, values),
                   /*offset=*/nullptr);
  return {symbol, type};
}

std::vector<float> WeightCatalog::values(const Twine &name, int64_t size) {
  if (!has(name))
    return {};
  const SourceTensor *found = take(sourceName(name.str()), {size});
  if (!found)
    return {};
  std::vector<float> numbers(size);
  EncodingAttrInterface encoding = found->encoding;
  std::vector<uint8_t> made;
  encoding.dequantize(found->read(made).data(), size, numbers.data());
  return numbers;
}

//===----------------------------------------------------------------------===//
// What nobody took
//===----------------------------------------------------------------------===//

bool WeightCatalog::isIgnored(StringRef tensor) const {
  return taken.contains(tensor) || source.meaningless.contains(tensor) ||
         any_of(ignored,
                [&](StringRef suffix) { return tensor.ends_with(suffix); });
}

Error WeightCatalog::finish() {
  constexpr StringLiteral unused =
      "is not part of this architecture; importing without it would compute "
      "something else";
  for (const SourceTensor &tensor : source.weights.tensors())
    if (!isIgnored(tensor.name))
      fail(tensor.name, unused);
  for (const auto &entry : source.unreadable)
    if (!isIgnored(entry.getKey()))
      fail(entry.getKey(), unused);
  if (!problem.empty())
    return createStringError(problem);
  return Error::success();
}
