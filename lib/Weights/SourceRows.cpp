//===- SourceRows.cpp - which rows of which tensors a weight has ----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A recipe is followed with the names of rows instead of their numbers.
//===----------------------------------------------------------------------===//
#include "llmc/Weights/SourceRows.h"

#include "llmc/Weights/Errors.h"
#include "llmc/Weights/Selecting.h"

using namespace llvm;
using namespace llmc;
using namespace mlir::llm;

namespace {

struct Row {
  size_t tensor; // of `tensors`
  int64_t index;
};

/// A weight on its way: the rows of all its matrices, one below the other.
struct Rows {
  SmallVector<StringRef> tensors;
  SmallVector<int64_t> shape;
  std::vector<Row> rows, dropped;

  void add(StringRef tensor, int64_t count) {
    for (int64_t i = 0; i < count; ++i)
      rows.push_back({tensors.size(), i});
    tensors.push_back(tensor);
  }
};

} // namespace

int64_t llmc::countRows(ArrayRef<int64_t> shape) {
  std::optional<int64_t> count = countElements(shape);
  assert(count && "shapes are counted when a file is read");
  return shape.size() < 2 ? *count : *count / shape.back();
}

static std::string take(Rows &all, RowsStepAttr step) {
  const int64_t begin = step.getBegin(), end = step.getEnd();
  auto rows = static_cast<int64_t>(all.rows.size());
  const int64_t matrices =
      step.getEvery() && all.shape.size() == 3 ? all.shape[0] : 1;
  const int64_t every = step.getEvery() ? step.getEvery() : all.shape[0];
  // Without `every` a matrix of experts is taken as a whole.
  const int64_t unit =
      step.getEvery() || all.shape.size() < 3 ? 1 : rows / all.shape[0];
  if (begin < 0 || begin >= end || end > every || rows % (every * unit))
    return "takes rows that it has not";
  std::vector<Row> taken;
  for (int64_t group = 0; group < rows; group += every * unit)
    for (int64_t i = begin * unit; i < end * unit; ++i)
      taken.push_back(all.rows[group + i]);
  all.rows = std::move(taken);
  all.shape[matrices > 1 ? 1 : 0] =
      step.getEvery() ? static_cast<int64_t>(all.rows.size()) / matrices
                      : end - begin;
  return "";
}

static std::string keep(Rows &all, KeepStepAttr step, WeightOp weight,
                        const WeightStore &store) {
  SelectionAttr by = step.getBy();
  int64_t &size = step.getRows() ? all.shape.front() : all.shape.back();
  const int64_t span = size / by.getOf();
  size = span * by.getKeep();
  if (!step.getRows())
    return "";
  std::vector<int64_t> units;
  if (std::string problem = findKeptUnits(by, weight, store, units);
      !problem.empty())
    return problem;
  std::vector<Row> kept;
  for (auto [i, row] : enumerate(all.rows))
    (std::binary_search(units.begin(), units.end(), i / span) ? kept
                                                              : all.dropped)
        .push_back(row);
  all.rows = std::move(kept);
  return "";
}

static std::string follow(Rows &all, mlir::Attribute step, WeightOp weight,
                          const WeightStore &store) {
  if (auto rows = dyn_cast<RowsStepAttr>(step))
    return take(all, rows);
  if (auto units = dyn_cast<KeepStepAttr>(step))
    return keep(all, units, weight, store);
  if (auto stack = dyn_cast<StackStepAttr>(step)) {
    for (mlir::StringAttr name : stack.getOthers()) {
      const SourceTensor *other = store.find(name);
      if (!other)
        return "the model's files have no tensor " + quote(name);
      all.add(name, countRows(other->shape));
    }
    all.shape.insert(all.shape.begin(), 1 + stack.getOthers().size());
    return "";
  }
  if (auto matrices = dyn_cast<MatricesStepAttr>(step)) {
    int64_t count = matrices.getCount();
    all.shape = {count, all.shape[0] / count, all.shape.back()};
    return "";
  }
  if (isa<ConvertStepAttr>(step))
    return "";
  return isa<TransposeStepAttr>(step) ? "the compiler turns it before"
         : isa<AddStepAttr>(step) ? "the compiler adds to it before"
                                  : "the compiler makes it of several tensors";
}

static std::vector<RowRun> joinRuns(const Rows &all, ArrayRef<Row> rows) {
  std::vector<RowRun> runs;
  for (auto [at, row] : enumerate(rows)) {
    RowRun *last = runs.empty() ? nullptr : &runs.back();
    if (last && last->tensor == all.tensors[row.tensor] &&
        last->first + last->count == row.index)
      ++last->count;
    else
      runs.push_back({all.tensors[row.tensor].str(), row.index,
                      static_cast<int64_t>(at), 1});
  }
  return runs;
}

std::string llmc::findSourceRows(WeightOp weight, const WeightStore &store,
                                 SourceRows &rows) {
  assert(weight.getSource() && "a weight with a value has no tensors");
  const SourceTensor *source = store.find(*weight.getSource());
  if (!source)
    return "the model's files have no tensor " + quote(*weight.getSource());
  Rows all;
  all.shape = source->shape;
  all.add(source->name, countRows(source->shape));
  if (mlir::ArrayAttr recipe = weight.getRecipeAttr())
    for (mlir::Attribute step : recipe) {
      if (isQuantiserStep(step))
        break;
      if (std::string problem = follow(all, step, weight, store);
          !problem.empty())
        return problem;
    }
  rows = {joinRuns(all, all.rows), joinRuns(all, all.dropped)};
  return "";
}
