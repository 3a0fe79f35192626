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

static std::string lookUp(ArrayRef<std::pair<StringRef, StringRef>> table,
                          StringRef stem) {
  for (auto [from, to] : table)
    if (from == stem)
      return to.str();
  return stem.str();
}

/// `blk.3.attn_q.weight` as the source calls it.
std::string WeightCatalog::sourceName(StringRef name) const {
  if (source.kind == SourceKind::Gguf)
    return name.str();
  auto [path, suffix] = name.rsplit('.');
  if (!path.consume_front("blk."))
    return lookUp(names.global, path) + "." + suffix.str();
  auto [layer, stem] = path.split('.');
  return (names.layerPrefix + layer + "." + lookUp(names.layer, stem) + "." +
          suffix)
      .str();
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

/// Keeps rows of one part; nothing when there is one part.
static void addRows(SmallVectorImpl<mlir::Attribute> &recipe,
                    const Stored &stored, int64_t rows,
                    mlir::MLIRContext *context) {
  assert(stored.part >= 0 && stored.part < stored.parts &&
         "a part is one of its tensor's parts");
  if (stored.parts > 1)
    recipe.push_back(RowsStepAttr::get(context, stored.part * rows,
                                       (stored.part + 1) * rows));
}

WeightRef WeightCatalog::matrix(const Twine &name, ArrayRef<int64_t> shape,
                                Stored stored) {
  std::string symbol = name.str();
  std::string tensor = sourceName(withStem(symbol, stored.stem));
  assert(shape.size() == 2 && "a matrix is [out, in]");
  SmallVector<int64_t> sourceShape(shape);
  sourceShape[0] *= stored.parts;
  SmallVector<mlir::Attribute> recipe;
  if (stored.transposed) {
    std::swap(sourceShape[0], sourceShape[1]);
    recipe.push_back(TransposeStepAttr::get(builder.getContext()));
  }
  addRows(recipe, stored, shape[0], builder.getContext());
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

WeightRef WeightCatalog::vector(const Twine &name, int64_t size,
                                Stored stored) {
  std::string symbol = name.str();
  std::string tensor = sourceName(withStem(symbol, stored.stem));
  const SourceTensor *found = take(tensor, {size * stored.parts});
  if (!found)
    return {};
  SmallVector<mlir::Attribute> recipe;
  addRows(recipe, stored, size, builder.getContext());
  mlir::FloatType f32 = builder.getF32Type();
  auto wanted = FloatEncodingAttr::get(builder.getContext(), f32);
  if (found->encoding != wanted)
    recipe.push_back(ConvertStepAttr::get(builder.getContext(), wanted));
  return declare(symbol, mlir::RankedTensorType::get({size}, f32), tensor,
                 recipe);
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
    affine.bias = vector(prefix + ".bias", out, stored);
  return affine;
}

Affine WeightCatalog::norm(const Twine &prefix, int64_t size, Presence bias) {
  Affine affine{vector(prefix + ".weight", size), {}};
  if (wants(prefix + ".bias", bias))
    affine.bias = vector(prefix + ".bias", size);
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
