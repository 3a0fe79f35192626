//===- Selecting.cpp - which units of a layer stay ------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Selecting.h"

#include "../InputStatistics.h"
#include "../MethodTable.h"
#include "../Recipe.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

#include <cmath>
#include <numeric>

using namespace llvm;
using namespace llmc;
using namespace mlir::llm;

namespace {
struct Method {
  StringRef name;
  ScoreUnits score;
  bool needsStatistics;
};
} // namespace

static const Method rows[] = {{"magnitude", scoreByMagnitude, false},
                              {"wanda", scoreByWanda, true}};

static const MethodTable<Method> methods(rows, "selects units");

bool llmc::isSelectionMethod(StringRef name) { return methods.find(name); }

std::string llmc::listSelectionMethods() { return methods.list(); }

bool llmc::selectionNeedsStatistics(StringRef method) {
  return methods.needsStatistics(method);
}

/// Columns (or rows) of each unit: all have as many.
static std::string findSpan(int64_t size, SelectionAttr by, int64_t &span) {
  span = size / by.getOf();
  return size % by.getOf() == 0
             ? ""
             : "has " + std::to_string(size) + " rows or columns, no " +
                   std::to_string(by.getOf()) + " equal units";
}

//===----------------------------------------------------------------------===//
// The choice
//===----------------------------------------------------------------------===//

static std::string readMatrix(WeightOp weight, SelectionAttr by, bool isReader,
                              const WeightStore &store, UnitMatrix &matrix) {
  auto material = makeModelMaterial(weight, store, by);
  if (!material)
    return toString(material.takeError());
  if (material->shape.size() != 2)
    return "is no matrix, but " + spellShape(material->shape);
  matrix.cols = material->shape[1];
  matrix.isReader = isReader;
  matrix.values = material->dequantize();
  if (std::string problem =
          findSpan(material->shape[isReader ? 1 : 0], by, matrix.span);
      !problem.empty())
    return problem;
  if (!all_of(matrix.values, [](float value) { return std::isfinite(value); }))
    return "has weights that are no numbers";
  if (!isReader || !by.getStats())
    return "";
  return readColumns(store, by.getStats().getValue(), "l2", matrix.cols,
                     material->columns, matrix.norms);
}

static std::string scoreUnits(SelectionAttr by, const Method &method,
                              mlir::Operation *from, const WeightStore &store,
                              std::vector<double> &scores) {
  for (bool isReader : {false, true})
    for (auto name : (isReader ? by.getReaders() : by.getMakers())
                         .getAsRange<mlir::FlatSymbolRefAttr>()) {
      auto weight =
          mlir::SymbolTable::lookupNearestSymbolFrom<WeightOp>(from, name);
      if (!weight)
        return "there is no weight " + quote(name.getValue());
      UnitMatrix matrix;
      std::string problem = readMatrix(weight, by, isReader, store, matrix);
      if (!problem.empty())
        return "weight " + quote(name.getValue()) + ": " + problem;
      method.score(matrix, scores);
    }
  return "";
}

/// The largest scores, in the order of the units; of equal ones the first.
static std::vector<float> chooseUnits(ArrayRef<double> scores, int64_t keep) {
  std::vector<int64_t> order(scores.size());
  std::iota(order.begin(), order.end(), 0);
  stable_sort(order,
              [&](int64_t a, int64_t b) { return scores[a] > scores[b]; });
  std::vector<float> kept(order.begin(), order.begin() + keep);
  llvm::sort(kept);
  return kept;
}

std::string llmc::findKeptUnits(SelectionAttr by, mlir::Operation *from,
                                const WeightStore &store,
                                std::vector<int64_t> &kept) {
  const Method *method = methods.find(by.getMethod());
  if (!method)
    return methods.refuse(by.getMethod());
  if (method->needsStatistics && !by.getStats())
    return "the method " + by.getMethod().str() +
           " needs statistics of the readers' input";
  std::vector<float> numbers; // below 2^24, so that floats hold them
  std::string problem =
      store.derive(by, numbers, [&](std::vector<float> &made) {
        std::vector<double> scores(by.getOf());
        std::string problem = scoreUnits(by, *method, from, store, scores);
        if (problem.empty())
          made = chooseUnits(scores, by.getKeep());
        return problem;
      });
  kept.assign(numbers.begin(), numbers.end());
  return problem;
}

//===----------------------------------------------------------------------===//
// The step
//===----------------------------------------------------------------------===//

static void keepRuns(Material &material, ArrayRef<int64_t> kept,
                     int64_t runBytes, int64_t units) {
  std::vector<uint8_t> made;
  const auto all = static_cast<int64_t>(material.bytes.size());
  for (int64_t first = 0; first < all; first += runBytes * units)
    for (int64_t unit : kept) {
      auto run = material.bytes.slice(first + unit * runBytes, runBytes);
      made.insert(made.end(), run.begin(), run.end());
    }
  material.replace(std::move(made));
}

std::string llmc::keepStep(Material &material, KeepStepAttr step,
                           WeightOp weight, const WeightStore &store) {
  SelectionAttr by = step.getBy();
  const bool takesRows = step.getRows();
  const size_t rank = material.shape.size();
  if (rank != 2 && !(rank == 1 && takesRows))
    return "units have rows of a matrix or vector, or columns of a matrix, "
           "found shape " +
           spellShape(material.shape);
  int64_t &size = takesRows ? material.shape.front() : material.shape.back();
  int64_t span = 0;
  if (std::string problem = findSpan(size, by, span); !problem.empty())
    return problem;
  const int64_t block = material.encoding.getBlockElems();
  const int64_t wide = takesRows && rank == 2 ? material.shape[1] : 1;
  if (span * wide % block)
    return "a unit has " + std::to_string(span * wide) +
           " numbers in a row, no whole blocks of " + std::to_string(block);
  std::vector<int64_t> kept;
  if (std::string problem = findKeptUnits(by, weight, store, kept);
      !problem.empty())
    return problem;
  keepRuns(material, kept,
           span * wide / block * material.encoding.getBlockBytes(), by.getOf());
  if (!takesRows) {
    assert(!material.columns.observed && "a weight loses columns once");
    material.columns.observed = size;
    for (int64_t unit : kept)
      for (int64_t i = 0; i < span; ++i)
        material.columns.kept.push_back(unit * span + i);
  }
  size = span * by.getKeep();
  return "";
}

int64_t llmc::countObservedColumns(WeightOp weight) {
  const int64_t cols = getMatrixShape(weight.getType()).back();
  if (mlir::ArrayAttr recipe = weight.getRecipeAttr())
    for (mlir::Attribute step : recipe)
      if (auto keep = dyn_cast<KeepStepAttr>(step); keep && !keep.getRows())
        return cols / keep.getBy().getKeep() * keep.getBy().getOf();
  return cols;
}
