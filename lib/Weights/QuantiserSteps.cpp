//===- QuantiserSteps.cpp - steps that make other numbers of a model's ----===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "LowRank/Factoring.h"
#include "LowRank/LowRank.h"
#include "Pruning/Pruning.h"
#include "Recipe.h"
#include "Rounding/Outliers.h"
#include "Rounding/Rounding.h"

#include "dialects/llm/FloatCodes.h"
#include "dialects/llm/ScaleBits.h"

#include <cmath>
#include <cstring>

using namespace llvm;
using namespace llmc;
using namespace mlir::llm;

/// What the weights have in common that `step` makes of a matrix: its source, what its
/// recipe does before, and what of the step does not depend on the part.
static mlir::Attribute getSharedKey(WeightOp weight, mlir::Attribute step,
                                    mlir::Attribute shared) {
  SmallVector<mlir::Attribute> key{weight.getSourceAttr()};
  for (mlir::Attribute earlier : weight.getRecipeAttr()) {
    if (earlier == step)
      break;
    key.push_back(earlier);
  }
  key.push_back(shared);
  return mlir::ArrayAttr::get(weight.getContext(), key);
}

/// Codes, and what they leave of the outliers of blocks: both weights come of one rounding.
static std::string roundBeside(Material &material, OutliersStepAttr step,
                               WeightOp weight, const WeightStore &store,
                               std::vector<uint8_t> &codes,
                               std::vector<float> &left) {
  mlir::MLIRContext *context = step.getContext();
  const int64_t count = material.elements();
  auto rest = OutliersStepAttr::get(
      context, mlir::StringAttr::get(context, "rest"), step.getEntries(),
      step.getRound(), step.getBy(), step.getBlock());
  // Behind what codes leave stand their bytes.
  auto make = [&](std::vector<float> &made) {
    std::string problem = roundBesideOutliers(
        step, store, material.dequantize(), material.shape.back(),
        material.columns, material.isPruned, codes, made);
    made.resize(count + divideCeil(codes.size(), sizeof(float)));
    if (problem.empty())
      std::memcpy(&made[count], codes.data(), codes.size());
    return problem;
  };
  if (std::string problem = store.derive(getSharedKey(weight, step, rest), left,
                                         make, /*uses=*/2);
      !problem.empty())
    return problem;
  EncodingAttrInterface grid = step.getRound().getGrid();
  codes.resize(grid.getBytes(count));
  std::memcpy(codes.data(), &left[count], codes.size());
  left.resize(count);
  return "";
}

std::string llmc::roundStep(Material &material, RoundStepAttr step,
                            WeightOp weight, const WeightStore &store) {
  if (material.shape.size() < 2)
    return "only a matrix is rounded to a grid, found shape " +
           spellShape(material.shape);
  std::vector<uint8_t> made;
  std::vector<float> left;
  OutliersStepAttr outliers = std::exchange(material.outliers, {});
  if (outliers && outliers.getRound() != step)
    return "is rounded otherwise than its outliers were chosen for";
  std::string problem =
      outliers ? roundBeside(material, outliers, weight, store, made, left)
               : roundMatrix(step, store, material.dequantize(),
                             material.shape.back(), material.columns,
                             material.isPruned, made);
  material.encoding = step.getGrid();
  material.replace(std::move(made));
  return problem;
}

/// Of blocks that begin with their scale.
static std::string checkScales(Material &material, mlir::FloatType type) {
  const ScaleType scale = toScaleType(type);
  const int64_t blockBytes = material.encoding.getBlockBytes();
  for (size_t at = 0; at < material.bytes.size(); at += blockBytes)
    if (!std::isfinite(
            decodeScale(scale, readScaleBits(scale, &material.bytes[at]))))
      return "has weights too large for scales of this type: take scale=f32";
  return "";
}

std::string llmc::floatCodesStep(Material &material, FloatCodesAttr codes) {
  std::vector<float> values = material.dequantize();
  const int64_t cols = material.shape.back();
  if (std::string problem = checkFinite(values, cols); !problem.empty())
    return problem;
  material.encode(values, codes);
  return checkScales(material, codes.getScale());
}

std::string llmc::checkZeros(ArrayRef<float> values, int64_t cols,
                             int64_t block, int64_t entries) {
  for (size_t first = 0; first < values.size(); first += block) {
    const int64_t count = block - llvm::count(values.slice(first, block), 0.0F);
    if (count > entries)
      return "row " + std::to_string(first / cols) + " has " +
             std::to_string(count) + " numbers that are not 0" +
             (block < cols ? " in a block" : "") +
             ", and its encoding a place for " + std::to_string(entries);
  }
  return "";
}

std::string llmc::sparseCodesStep(Material &material, SparseCodesAttr codes) {
  std::vector<float> values = material.dequantize();
  const int64_t cols = material.shape.back();
  std::string problem = checkFinite(values, cols);
  if (problem.empty())
    problem = checkZeros(values, cols, codes.getBlock(), codes.getEntries());
  if (!problem.empty())
    return problem;
  material.encode(values, codes);
  return checkScales(material, codes.getScale());
}

/// Kernels multiply what the bits of an f8E4M3FN say, of which those of a NaN say 480.
std::string llmc::checkFloatCodes(const Material &material) {
  auto codes = dyn_cast<FloatCodesAttr>(material.encoding);
  if (!codes || getFloat8(codes) != Float8::e4m3)
    return "";
  const int64_t block = codes.getBlockBytes(), cols = material.shape.back(),
                scale = getScaleBytes(getScaleType(codes));
  for (auto [i, byte] : enumerate(material.bytes)) {
    const auto at = static_cast<int64_t>(i);
    if ((byte & 0x7F) != 0x7F || at % block < scale)
      continue;
    const int64_t element = at / block * codes.getGroup() + at % block - scale;
    return "cannot be multiplied: row " + std::to_string(element / cols) +
           ", column " + std::to_string(element % cols) +
           " is not a number: download the model again";
  }
  return "";
}

std::string llmc::pruneStep(Material &material, PruneStepAttr step,
                            const WeightStore &store) {
  if (material.shape.size() != 2)
    return "only a matrix is pruned, found shape " + spellShape(material.shape);
  std::vector<float> values = material.dequantize();
  std::string problem =
      pruneMatrix(step, store, material.shape.back(), material.columns, values);
  material.encodeFloats(values);
  material.isPruned = true;
  return problem;
}

/// Outliers of blocks: the codes behind leave them out, and they are what those leave.
static std::string blockOutliersStep(Material &material, OutliersStepAttr step,
                                     WeightOp weight,
                                     const WeightStore &store) {
  if (step.getPart() == "rest") {
    material.outliers = step;
    return "";
  }
  std::vector<uint8_t> codes;
  std::vector<float> left;
  std::string problem = roundBeside(material, step, weight, store, codes, left);
  if (problem.empty())
    material.encodeFloats(left);
  return problem;
}

std::string llmc::outliersStep(Material &material, OutliersStepAttr step,
                               WeightOp weight, const WeightStore &store) {
  if (material.shape.size() != 2)
    return "only a matrix has outliers, found shape " +
           spellShape(material.shape);
  if (step.getBlock())
    return blockOutliersStep(material, step, weight, store);
  std::vector<float> values = material.dequantize();
  if (!llvm::all_of(values, [](float value) { return std::isfinite(value); }))
    return "has numbers that are not finite";
  std::vector<bool> isOutlier;
  std::string problem = chooseOutliers(
      step, store, values, material.shape.back(), material.columns, isOutlier);
  if (!problem.empty())
    return problem;
  const bool keeps = step.getPart() == "kept";
  for (auto [i, value] : enumerate(values))
    if (isOutlier[i] != keeps)
      value = 0;
  material.encodeFloats(values);
  return "";
}

static mlir::Attribute getLowRankKey(WeightOp weight, LowRankStepAttr step) {
  mlir::MLIRContext *context = step.getContext();
  return getSharedKey(
      weight, step,
      LowRankStepAttr::get(context, mlir::StringAttr::get(context, "rest"),
                           step.getRank(), step.getRound(),
                           step.getIterations()));
}

std::string llmc::lowRankStep(Material &material, LowRankStepAttr step,
                              WeightOp weight, const WeightStore &store) {
  if (material.shape.size() != 2)
    return "only a matrix has factors, found shape " +
           spellShape(material.shape);
  const int64_t rows = material.shape[0], cols = material.shape[1],
                rank = step.getRank();
  std::vector<float> values = material.dequantize(), numbers;
  std::string problem = store.derive(
      getLowRankKey(weight, step), numbers, [&](std::vector<float> &made) {
        Compensation all;
        std::string problem =
            compensateRounding(step, store, values, cols, material.columns,
                               material.isPruned, all);
        made = std::move(all.before.numbers);
        llvm::append_range(made, all.factors.numbers);
        return problem;
      });
  if (!problem.empty())
    return problem;
  auto before = numbers.begin(), factors = before + rank * (rows + cols);
  if (step.getPart() == "rest") {
    takeOff({rows, cols, rank, {before, factors}}, material.isPruned, values);
  } else {
    const bool isLeft = step.getPart() == "left";
    auto middle = factors + rows * rank;
    values.assign(isLeft ? factors : middle, isLeft ? middle : numbers.end());
    material.shape = isLeft ? SmallVector<int64_t>{rows, rank}
                            : SmallVector<int64_t>{rank, cols};
    material.isPruned = false; // factors of a pruned matrix have no zeros
    material.columns = {};
  }
  material.encodeFloats(values);
  return "";
}

std::string llmc::factorStep(Material &material, FactorStepAttr step,
                             WeightOp weight, const WeightStore &store) {
  if (material.shape.size() != 2)
    return "only a matrix has factors, found shape " +
           spellShape(material.shape);
  const int64_t rows = material.shape[0], cols = material.shape[1],
                rank = step.getRank();
  if (rank > std::min(rows, cols))
    return "has no factors of rank " + std::to_string(rank) + ", found shape " +
           spellShape(material.shape);
  mlir::MLIRContext *context = step.getContext();
  mlir::Attribute key = getSharedKey(
      weight, step,
      FactorStepAttr::get(context, mlir::StringAttr::get(context, "left"),
                          step.getMethod(), rank, step.getStats(), {}));
  std::vector<float> values = material.dequantize(), made;
  // Both parts are wanted one after the other: of a large model all would not fit.
  std::string problem = store.derive(
      key, made,
      [&](std::vector<float> &left) {
        return makeLeftFactor(step, store, values, cols, material.columns,
                              left);
      },
      /*uses=*/2);
  if (!problem.empty())
    return problem;
  if (step.getPart() == "right") {
    const std::vector<float> left = std::move(made);
    if (problem = makeRightFactor(step, store, left, values, cols, made);
        !problem.empty())
      return problem;
    material.shape = {rank, cols};
  } else {
    material.shape = {rows, rank};
    material.columns = {};
  }
  material.isPruned = false; // factors of a pruned matrix have no zeros
  material.encodeFloats(made);
  return "";
}

/// The square matrix that a weight holds.
static std::string readSquare(mlir::FlatSymbolRefAttr name, WeightOp weight,
                              const WeightStore &store, int64_t &size,
                              std::vector<float> &numbers) {
  auto module = weight->getParentOfType<mlir::ModuleOp>();
  auto of = module.lookupSymbol<WeightOp>(name.getAttr());
  if (!of)
    return "there is no weight " + quote(name.getValue());
  ArrayRef<int64_t> shape = getMatrixShape(of.getType());
  if (shape.size() != 2 || shape[0] != shape[1])
    return "is turned by a square matrix, and " + quote(name.getValue()) +
           " has shape " + spellShape(shape);
  Expected<std::vector<float>> values = makeWeightValues(of, store);
  if (!values)
    return toString(values.takeError());
  size = shape[0];
  numbers = std::move(*values);
  return "";
}

std::string llmc::kronRotateStep(Material &material, KronRotateStepAttr step,
                                 WeightOp weight, const WeightStore &store) {
  KronRotation rotation;
  std::string problem = readSquare(step.getLeft(), weight, store,
                                   rotation.leftSize, rotation.left);
  if (problem.empty())
    problem = readSquare(step.getRight(), weight, store, rotation.rightSize,
                         rotation.right);
  if (!problem.empty())
    return problem;
  if (material.shape.size() != 2)
    return "only a matrix is turned, found shape " + spellShape(material.shape);
  const int64_t turned = material.shape[step.getRows() ? 0 : 1];
  if (turned != rotation.size())
    return "is turned in " + std::to_string(rotation.size()) +
           (step.getRows() ? " rows" : " columns") + ", found shape " +
           spellShape(material.shape);
  std::vector<float> values = material.dequantize();
  if (step.getRows()) {
    rotation.turnColumnsBack(values);
  } else {
    rotation.turn(values);
    assert(material.columns.rotation.isEmpty() && "columns are turned once");
    material.columns.rotation = std::move(rotation);
  }
  material.isPruned = false; // sums of numbers that are not 0
  material.encodeFloats(values);
  return "";
}
