//===- Recipe.cpp - from a source tensor to a weight's bytes --------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Steps work on whole tensors, one tensor at a time: the peak is two copies of
// the largest weight, never of the model. Slicing rows and moving bytes stay on
// the encoded form, so a packed weight that is only rearranged keeps its exact
// codes.
//===----------------------------------------------------------------------===//
#include "Recipe.h"

#include "Equalizing/Equalizing.h"
#include "IntegerCodes.h"

#include "llmc/Weights/Errors.h"

#include <cstring>

using namespace llvm;
using namespace llmc;
using namespace mlir::llm;

std::vector<float> Material::dequantize() const {
  std::vector<float> values(elements());
  assert(static_cast<int64_t>(bytes.size()) ==
             EncodingAttrInterface(encoding).getBytes(values.size()) &&
         "a material's bytes are those of its shape");
  EncodingAttrInterface from = encoding;
  from.dequantize(bytes.data(), values.size(), values.data());
  return values;
}

void Material::encode(ArrayRef<float> values, EncodingAttrInterface as) {
  std::vector<uint8_t> made(as.getBytes(values.size()));
  as.quantize(values.data(), values.size(), made.data());
  encoding = as;
  replace(std::move(made));
}

void Material::encodeFloats(ArrayRef<float> values) {
  auto *context = encoding.getContext();
  encode(values,
         FloatEncodingAttr::get(context, mlir::Float32Type::get(context)));
}

static Error weightError(WeightOp weight, const Twine &message) {
  return createStringError("weight " + quote(weight.getSymName()) + ": " +
                           message);
}

static std::string spellEncoding(EncodingAttrInterface encoding) {
  std::string text;
  raw_string_ostream(text) << mlir::Attribute(encoding);
  return text;
}

/// Why the material cannot be stored in `encoding`, or an empty string.
static std::string checkEncoding(const Material &material,
                                 EncodingAttrInterface encoding) {
  int64_t cols = material.shape.empty() ? 1 : material.shape.back();
  if (isActivation(encoding))
    return spellEncoding(encoding) +
           " is an encoding of activations, not of weights";
  if (!encoding.canQuantize())
    return spellEncoding(encoding) +
           " is only read, never written: choose another encoding";
  if (cols % encoding.getBlockElems() == 0)
    return "";
  return "rows must be multiples of " +
         std::to_string(encoding.getBlockElems()) +
         " elements to be encoded, found shape " + spellShape(material.shape);
}

//===----------------------------------------------------------------------===//
// Steps. Each returns why it cannot be done, or an empty string.
//===----------------------------------------------------------------------===//

static std::string transpose(Material &material) {
  size_t rank = material.shape.size();
  if (rank != 2 && rank != 3)
    return "transpose needs a matrix, or one per expert, found shape " +
           spellShape(material.shape);
  if (material.encoding.getBlockElems() != 1)
    return "transpose needs single floats; convert the blocks first";
  int64_t rows = material.shape[rank - 2], cols = material.shape[rank - 1];
  int64_t elemBytes = material.encoding.getBlockBytes();
  int64_t matrices = rank == 3 ? material.shape[0] : 1;
  assert(static_cast<int64_t>(material.bytes.size()) ==
             matrices * rows * cols * elemBytes &&
         "a material's bytes are those of its shape");
  std::vector<uint8_t> made(material.bytes.size());
  for (int64_t matrix = 0; matrix < matrices; ++matrix) {
    int64_t begin = matrix * rows * cols;
    for (int64_t row = 0; row < rows; ++row)
      for (int64_t col = 0; col < cols; ++col)
        std::memcpy(made.data() + (begin + col * rows + row) * elemBytes,
                    material.bytes.data() +
                        (begin + row * cols + col) * elemBytes,
                    elemBytes);
  }
  std::swap(material.shape[rank - 2], material.shape[rank - 1]);
  material.replace(std::move(made));
  return "";
}

/// With `every`, matrices of experts are one below the other.
static std::string takeRows(Material &material, RowsStepAttr step) {
  if (material.shape.size() == 3 && step.getEvery()) {
    int64_t matrices = material.shape[0];
    material.shape = {matrices * material.shape[1], material.shape[2]};
    std::string problem = takeRows(material, step);
    if (problem.empty() && material.shape[0] % matrices)
      return "matrices keep different numbers of rows";
    if (problem.empty())
      material.shape = {matrices, material.shape[0] / matrices,
                        material.shape[1]};
    return problem;
  }
  int64_t begin = step.getBegin(), end = step.getEnd();
  if (material.shape.empty() || begin < 0 || begin >= end ||
      end > material.shape[0])
    return "rows<" + std::to_string(begin) + ", " + std::to_string(end) +
           "> lie outside shape " + spellShape(material.shape);
  if (material.shape.size() == 1 && material.encoding.getBlockElems() != 1)
    return "rows of a vector need single floats; convert the blocks first";
  assert(material.bytes.size() % material.shape[0] == 0 &&
         "rows are equally long");
  int64_t rowBytes = material.bytes.size() / material.shape[0];
  int64_t every = step.getEvery();
  if (every == 0) {
    material.bytes =
        material.bytes.slice(begin * rowBytes, (end - begin) * rowBytes);
    material.shape[0] = end - begin;
    return "";
  }
  if (material.shape[0] % every)
    return std::to_string(material.shape[0]) + " rows are no groups of " +
           std::to_string(every);
  std::vector<uint8_t> made;
  int64_t groups = material.shape[0] / every;
  for (int64_t group = 0; group < groups; ++group) {
    ArrayRef<uint8_t> kept = material.bytes.slice(
        (group * every + begin) * rowBytes, (end - begin) * rowBytes);
    made.insert(made.end(), kept.begin(), kept.end());
  }
  material.shape[0] = groups * (end - begin);
  material.replace(std::move(made));
  return "";
}

static std::string stack(Material &material, StackStepAttr step,
                         const WeightStore &store) {
  std::vector<uint8_t> made(material.bytes.begin(), material.bytes.end());
  for (mlir::StringAttr name : step.getOthers()) {
    const SourceTensor *other = store.find(name);
    if (!other)
      return "the model's files have no tensor " + quote(name);
    if (ArrayRef<int64_t>(other->shape) != ArrayRef<int64_t>(material.shape) ||
        other->encoding != material.encoding)
      return quote(name) + " is not of the shape and encoding of the first";
    std::vector<uint8_t> owned;
    ArrayRef<uint8_t> bytes = other->read(owned);
    made.insert(made.end(), bytes.begin(), bytes.end());
  }
  material.shape.insert(material.shape.begin(), 1 + step.getOthers().size());
  material.replace(std::move(made));
  return "";
}

static std::string splitMatrices(Material &material, MatricesStepAttr step) {
  int64_t count = step.getCount();
  if (material.shape.size() != 2 || count < 1 || material.shape[0] % count)
    return "has no " + std::to_string(count) +
           " matrices one below the other, found shape " +
           spellShape(material.shape);
  material.shape = {count, material.shape[0] / count, material.shape[1]};
  return "";
}

static std::string addConstant(Material &material, AddStepAttr step) {
  if (material.encoding.getBlockElems() != 1)
    return "add needs single floats; convert the blocks first";
  std::vector<float> values = material.dequantize();
  auto addend = static_cast<float>(step.getValue().getValueAsDouble());
  for (float &value : values)
    value += addend;
  material.encode(values, material.encoding);
  return "";
}

static std::string convert(Material &material, EncodingAttrInterface encoding) {
  if (encoding == material.encoding)
    return "";
  if (std::string problem = checkEncoding(material, encoding); !problem.empty())
    return problem;
  if (auto codes = dyn_cast<FloatCodesAttr>(encoding))
    return floatCodesStep(material, codes);
  if (auto codes = dyn_cast<SparseCodesAttr>(encoding))
    return sparseCodesStep(material, codes);
  std::vector<float> values = material.dequantize();
  if (auto sparse = dyn_cast<SparseEncodingAttr>(encoding))
    if (std::string problem = checkZeros(values, sparse.getCols(),
                                         sparse.getCols(), sparse.getEntries());
        !problem.empty())
      return problem;
  material.encode(values, encoding);
  return "";
}

/// Zeros of codes are packed per row and fill whole bytes: [N, G] of them.
static std::string readZeros(const WeightStore &store, BlocksStepAttr step,
                             int64_t rows, int64_t groups,
                             std::vector<float> &zeros) {
  std::vector<float> numbers;
  if (std::string problem = readBeside(store, step.getZeros(), numbers);
      !problem.empty())
    return problem;
  int64_t count = numbers.size(), bits = step.getGrid().getBits();
  if (isa<FloatEncodingAttr>(store.find(step.getZeros())->encoding)) {
    zeros = std::move(numbers);
    return count == rows * groups ? "" : "has another number of zeros";
  }
  int64_t perByte = 8 / bits, rowBytes = (groups + perByte - 1) / perByte;
  if (count != rows * rowBytes)
    return "zeros of " + std::to_string(rows) + " x " + std::to_string(groups) +
           " groups take " + std::to_string(rows * rowBytes) +
           " bytes, found " + std::to_string(count);
  for (int64_t row = 0; row < rows; ++row)
    for (int64_t group = 0; group < groups; ++group) {
      auto byte =
          static_cast<unsigned>(numbers[row * rowBytes + group / perByte]);
      unsigned code = byte >> (group % perByte * bits);
      zeros.push_back(static_cast<float>(code & ((1u << bits) - 1)));
    }
  return "";
}

/// Codes of one tensor, scales and zeros of others, as blocks of a grid.
static std::string joinBlocks(Material &material, BlocksStepAttr step,
                              const WeightStore &store) {
  GridAttr attribute = step.getGrid();
  Grid grid = *attribute.getGrid();
  int64_t codeBytes = grid.group * grid.bits / 8;
  auto bytes = static_cast<int64_t>(material.bytes.size());
  if (material.shape.size() < 2 || bytes != material.elements() ||
      bytes / material.shape[0] % codeBytes)
    return "blocks of " + std::to_string(codeBytes) +
           " bytes are [N, groups, bytes], found shape " +
           spellShape(material.shape);
  int64_t matrices = std::max<int64_t>(step.getMatrices(), 1);
  int64_t rows = material.shape[0];
  if (step.getMatrices()) {
    if (material.shape.size() < 3 || rows != matrices)
      return "has no blocks of " + std::to_string(matrices) +
             " matrices, found shape " + spellShape(material.shape);
    rows *= material.shape[1];
  }
  int64_t groups = bytes / rows / codeBytes;
  if (groups * codeBytes * rows != bytes)
    return "its rows are no blocks of " + std::to_string(codeBytes) +
           " bytes, found shape " + spellShape(material.shape);
  std::vector<float> scales, zeros;
  if (std::string problem = readBeside(store, step.getScales(), scales);
      !problem.empty())
    return problem;
  if (static_cast<int64_t>(scales.size()) != rows * groups)
    return "has " + std::to_string(rows * groups) + " groups, but " +
           std::to_string(scales.size()) + " scales";
  if (step.getZeros())
    if (std::string problem = readZeros(store, step, rows, groups, zeros);
        !problem.empty())
      return problem;
  std::vector<uint8_t> made;
  made.reserve(rows * groups * attribute.getBlockBytes());
  for (int64_t i = 0; i < rows * groups; ++i) {
    appendScale(made, grid.scale, scales[i]);
    if (grid.hasMin)
      appendScale(made, grid.scale, zeros.empty() ? 0 : -scales[i] * zeros[i]);
    ArrayRef<uint8_t> codes = material.bytes.slice(i * codeBytes, codeBytes);
    made.insert(made.end(), codes.begin(), codes.end());
  }
  material.shape = {rows, groups * grid.group};
  if (step.getMatrices())
    material.shape = {matrices, rows / matrices, groups * grid.group};
  material.encoding = attribute;
  material.replace(std::move(made));
  return "";
}

/// Integers of one tensor, scales and zeros of others.
static std::string dequantizeStep(Material &material, DequantizeStepAttr step,
                                  const WeightStore &store) {
  auto encoding = dyn_cast<IntegerEncodingAttr>(material.encoding);
  if (!encoding)
    return "dequantize needs integers";
  IntegerCodes codes{material.shape, encoding.getType(), material.bytes};
  if (GridAttr grid = step.getGrid()) {
    std::vector<uint8_t> made;
    std::string problem = packCodes(codes, step, store, made);
    if (problem.empty() && step.getTransposed())
      std::swap(material.shape[0], material.shape[1]);
    material.encoding = grid;
    material.replace(std::move(made));
    return problem;
  }
  std::vector<float> values = material.dequantize();
  std::string problem = dequantizeCodes(codes, step, store, values);
  material.encodeFloats(values);
  return problem;
}

static std::string readFactors(ScaleStepAttr step, WeightOp weight,
                               const WeightStore &store,
                               std::vector<float> &factors);

static std::string scaleStep(Material &material, ScaleStepAttr step,
                             WeightOp weight, const WeightStore &store) {
  std::vector<float> factors;
  if (std::string problem = readFactors(step, weight, store, factors);
      !problem.empty())
    return problem;
  const int64_t rows = material.shape.front(),
                cols = material.elements() / std::max<int64_t>(rows, 1);
  auto by = dyn_cast<EqualizeAttr>(step.getBy());
  const int64_t repeat = step.getRows() && by ? by.getRepeat() : 1;
  const int64_t wanted = (step.getRows() ? rows : cols) * repeat;
  if (static_cast<int64_t>(factors.size()) != wanted)
    return "needs " + std::to_string(wanted) + " factors, found " +
           std::to_string(factors.size());
  if (step.getInverse())
    for (float &factor : factors)
      factor = 1 / factor;
  std::vector<float> values = material.dequantize();
  for (auto [i, value] : enumerate(values)) {
    auto at = static_cast<int64_t>(i);
    at = step.getRows() ? at / cols : at % cols;
    value *= factors[step.getRows() && by ? getColumnOfRow(by, at) : at];
  }
  material.encodeFloats(values);
  if (!step.getRows()) {
    if (by && shiftsColumns(by.getMethod().getValue()))
      if (std::string problem = findShifts(
              {by, store, {}, cols, material.columns}, material.columns.shift);
          !problem.empty())
        return problem;
    for (auto [i, earlier] : enumerate(material.columns.scale))
      factors[i] *= earlier;
    material.columns.scale = std::move(factors);
  }
  return "";
}

static std::string applyStep(Material &material, mlir::Attribute step,
                             WeightOp weight, const WeightStore &store) {
  if (auto scale = dyn_cast<InputScaleStepAttr>(step))
    return inputScaleStep(material, scale, weight, store);
  if (auto scale = dyn_cast<ScaleStepAttr>(step))
    return scaleStep(material, scale, weight, store);
  if (auto rotate = dyn_cast<KronRotateStepAttr>(step))
    return kronRotateStep(material, rotate, weight, store);
  if (auto prune = dyn_cast<PruneStepAttr>(step))
    return pruneStep(material, prune, store);
  if (auto lowRank = dyn_cast<LowRankStepAttr>(step))
    return lowRankStep(material, lowRank, weight, store);
  if (auto factor = dyn_cast<FactorStepAttr>(step))
    return factorStep(material, factor, weight, store);
  if (auto outliers = dyn_cast<OutliersStepAttr>(step))
    return outliersStep(material, outliers, weight, store);
  if (auto blocks = dyn_cast<BlocksStepAttr>(step))
    return joinBlocks(material, blocks, store);
  if (auto codes = dyn_cast<DequantizeStepAttr>(step))
    return dequantizeStep(material, codes, store);
  if (auto round = dyn_cast<RoundStepAttr>(step))
    return roundStep(material, round, weight, store);
  if (isa<TransposeStepAttr>(step))
    return transpose(material);
  if (auto rows = dyn_cast<RowsStepAttr>(step))
    return takeRows(material, rows);
  if (auto keep = dyn_cast<KeepStepAttr>(step))
    return keepStep(material, keep, weight, store);
  if (auto add = dyn_cast<AddStepAttr>(step))
    return addConstant(material, add);
  if (auto matrices = dyn_cast<MatricesStepAttr>(step))
    return splitMatrices(material, matrices);
  if (auto others = dyn_cast<StackStepAttr>(step))
    return stack(material, others, store);
  if (auto to = dyn_cast<ConvertStepAttr>(step))
    return convert(material, to.getEncoding());
  return "the recipe has an unknown step";
}

//===----------------------------------------------------------------------===//
// Weights
//===----------------------------------------------------------------------===//

static Expected<Material> takeValue(WeightOp weight) {
  auto value = dyn_cast<mlir::DenseElementsAttr>(weight.getValueAttr());
  auto type = dyn_cast<mlir::RankedTensorType>(weight.getType());
  if (!value || !type || !isa<mlir::FloatType>(type.getElementType()))
    return weightError(weight, "a value is a dense<...> of floats");
  std::vector<float> numbers;
  for (const APFloat &number : value.getValues<APFloat>()) {
    APFloat single = number;
    bool losesInfo;
    single.convert(APFloat::IEEEsingle(), APFloat::rmNearestTiesToEven,
                   &losesInfo);
    numbers.push_back(single.convertToFloat());
  }
  Material material;
  material.shape.assign(type.getShape().begin(), type.getShape().end());
  material.encode(numbers, getEncoding(type));
  return material;
}

static Expected<Material> takeSource(WeightOp weight,
                                     const WeightStore &store) {
  const SourceTensor *source = store.find(*weight.getSource());
  if (!source)
    return weightError(weight, "the model's files have no tensor " +
                                   quote(*weight.getSource()));
  Material material{source->shape, source->encoding, {}, {}};
  material.bytes = source->read(material.owned);
  return material;
}

/// What the recipe leads to, up to the first step that is `end`.
static Expected<Material>
followRecipe(WeightOp weight, const WeightStore &store,
             function_ref<bool(mlir::Attribute)> isEnd) {
  Expected<Material> material =
      weight.getSource() ? takeSource(weight, store) : takeValue(weight);
  if (!material)
    return material;
  mlir::ArrayAttr recipe = weight.getRecipeAttr();
  for (mlir::Attribute step :
       recipe ? recipe.getValue() : ArrayRef<mlir::Attribute>()) {
    if (isEnd(step))
      break;
    if (std::string problem = applyStep(*material, step, weight, store);
        !problem.empty())
      return weightError(weight, problem);
  }
  return material;
}

std::string llmc::readWeights(EqualizeAttr by, mlir::ModuleOp module,
                              const WeightStore &store, InputWeights &weights) {
  for (auto name : by.getWeights().getAsRange<mlir::FlatSymbolRefAttr>()) {
    auto weight = module.lookupSymbol<WeightOp>(name.getAttr());
    if (!weight)
      return "there is no weight " + quote(name.getValue());
    Expected<Material> material = makeModelMaterial(weight, store);
    if (!material)
      return toString(material.takeError());
    weights.cols = material->shape.back();
    weights.columns = std::move(material->columns);
    llvm::append_range(weights.values, material->dequantize());
  }
  return "";
}

static std::string makeFactors(EqualizeAttr by, mlir::ModuleOp module,
                               const WeightStore &store,
                               std::vector<float> &factors) {
  InputWeights weights;
  std::string problem = readWeights(by, module, store, weights);
  return problem.empty() ? findFactors({by, store, weights.values, weights.cols,
                                        weights.columns},
                                       factors)
                         : problem;
}

static std::string readFactors(ScaleStepAttr step, WeightOp weight,
                               const WeightStore &store,
                               std::vector<float> &factors) {
  auto by = dyn_cast<EqualizeAttr>(step.getBy());
  if (!by)
    return readBeside(store, cast<mlir::StringAttr>(step.getBy()).getValue(),
                      factors);
  auto module = weight->getParentOfType<mlir::ModuleOp>();
  return store.derive(by, factors, [&](std::vector<float> &made) {
    return makeFactors(by, module, store, made);
  });
}

/// The weight in source order, in the encoding of its type.
static Expected<Material> makeMaterial(WeightOp weight,
                                       const WeightStore &store) {
  Expected<Material> material =
      followRecipe(weight, store, [](mlir::Attribute) { return false; });
  if (!material)
    return material;
  ArrayRef<int64_t> shape = getMatrixShape(weight.getType());
  if (shape != ArrayRef<int64_t>(material->shape))
    return weightError(weight, "its type has shape " + spellShape(shape) +
                                   ", but the source and recipe give " +
                                   spellShape(material->shape));
  if (std::string problem = convert(*material, getEncoding(weight.getType()));
      !problem.empty())
    return weightError(weight, problem);
  if (std::string problem = checkFloatCodes(*material); !problem.empty())
    return weightError(weight, problem);
  return material;
}

/// Packs every matrix of the weight into its layout.
static Expected<std::vector<uint8_t>>
pack(WeightOp weight, const Material &material, LayoutAttrInterface layout) {
  ArrayRef<int64_t> shape = material.shape;
  assert((shape.size() == 2 || shape.size() == 3) &&
         "(C1) a packed weight is a matrix, or one per expert or head");
  int64_t cols = shape.back(), rows = shape[shape.size() - 2];
  int64_t matrices = shape.size() == 3 ? shape[0] : 1;
  int64_t sourceBytes = material.bytes.size() / matrices;
  int64_t packedBytes = layout.getPackedBytes(rows, cols, material.encoding);
  std::vector<uint8_t> packed(matrices * packedBytes);
  for (int64_t i = 0; i < matrices; ++i)
    if (!layout.pack(material.bytes.data() + i * sourceBytes, rows, cols,
                     material.encoding, packed.data() + i * packedBytes))
      return weightError(weight, "more of its numbers are not 0 than its "
                                 "layout has a place for");
  return packed;
}

Expected<std::vector<uint8_t>> llmc::makeWeight(WeightOp weight,
                                                const WeightStore &store) {
  Expected<Material> material = makeMaterial(weight, store);
  if (!material)
    return material.takeError();
  if (auto packed = dyn_cast<PackedType>(weight.getType());
      packed && packed.getLayout())
    return pack(weight, *material, packed.getLayout());
  return std::vector<uint8_t>(material->bytes.begin(), material->bytes.end());
}

Expected<std::vector<float>> llmc::makeWeightValues(WeightOp weight,
                                                    const WeightStore &store) {
  Expected<Material> material = makeMaterial(weight, store);
  if (!material)
    return material.takeError();
  return material->dequantize();
}

Expected<Material> llmc::makeReadMaterial(WeightOp weight,
                                          const WeightStore &store) {
  return followRecipe(weight, store, [](mlir::Attribute step) {
    return isQuantiserStep(step) &&
           !isa<ScaleStepAttr, KronRotateStepAttr>(step);
  });
}

Expected<Material> llmc::makeModelMaterial(WeightOp weight,
                                           const WeightStore &store,
                                           SelectionAttr selection) {
  return followRecipe(weight, store, [&](mlir::Attribute step) {
    auto keep = dyn_cast<KeepStepAttr>(step);
    return isQuantiserStep(step) ||
           (selection && keep && keep.getBy() == selection);
  });
}
