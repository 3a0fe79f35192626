//===- ChangedTensors.cpp - tensors that quantisers change ----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "ChangedTensors.h"

#include "dialects/llm/LLMRotation.h"
#include "dialects/llm/SparseRows.h"
#include "llmc/Weights/Errors.h"

using namespace llmc;
using mlir::llm::WeightOp;

llvm::Error llmc::tensorError(llvm::StringRef name, const llvm::Twine &text) {
  return llvm::createStringError("tensor " + quote(name) + ": " + text);
}

/// What to do about a weight whose numbers have no place in a file.
static std::string adviseKeeping(WeightOp weight) {
  return (": leave it as it is (;" + weight.getSymName() +
          ":keep), or use llmc compile")
      .str();
}

static bool isRotated(WeightOp weight) {
  mlir::ArrayAttr recipe = weight.getRecipeAttr();
  return recipe &&
         llvm::any_of(recipe, llvm::IsaPred<mlir::llm::KronRotateStepAttr>);
}

static llvm::Error checkSums(WeightOp weight, llvm::StringRef format) {
  if (isRotated(weight))
    return tensorError(*weight.getSource(),
                       format +
                           " has no place for the matrices that turn its "
                           "input: leave out rotate=, or use llmc compile");
  bool isFactor = mlir::llm::isLowRankFactor(weight);
  if (!isFactor && !mlir::llm::holdsOutliers(weight))
    return llvm::Error::success();
  return tensorError(
      *weight.getSource(),
      format + " has no place for " + (isFactor ? "factors" : "outliers") +
          " beside it: leave out " + (isFactor ? "rank=" : "outliers=") +
          ", or use llmc compile");
}

static bool isChanged(WeightOp weight) {
  mlir::ArrayAttr recipe = weight.getRecipeAttr();
  return weight.getSource() && recipe &&
         llvm::any_of(recipe, [](mlir::Attribute step) {
           return mlir::llm::isQuantiserStep(step) ||
                  llvm::isa<mlir::llm::KeepStepAttr>(step);
         });
}

int64_t llmc::getScaleSpan(WeightOp weight) {
  std::optional<mlir::llm::Grid> grid =
      mlir::llm::getEncoding(weight.getType()).getGrid();
  if (mlir::ArrayAttr recipe = weight.getRecipeAttr())
    for (mlir::Attribute step : llvm::reverse(recipe))
      if (auto round = llvm::dyn_cast<mlir::llm::RoundStepAttr>(step))
        if (round.getSpan())
          return round.getSpan();
  return grid ? grid->group : 0;
}

llvm::Error ChangedTensors::add(WeightOp weight, const WeightStore &store) {
  SourceRows rows;
  if (std::string problem = findSourceRows(weight, store, rows);
      !problem.empty())
    return tensorError(*weight.getSource(),
                       problem +
                           " it is rounded, and the file has it as it "
                           "was" +
                           adviseKeeping(weight));
  Weight entry{weight, std::move(rows.kept), std::move(rows.dropped)};
  for (const RowRun &run : entry.runs) {
    WeightOp before = first.try_emplace(run.tensor, weight).first->second;
    if (mlir::llm::getEncoding(before.getType()) !=
            mlir::llm::getEncoding(weight.getType()) ||
        getScaleSpan(before) != getScaleSpan(weight))
      return tensorError(
          run.tensor, "rows of it become '" + before.getSymName() + "' and '" +
                          weight.getSymName() +
                          "', with other numbers: give both the same choice");
  }
  weights.push_back(std::move(entry));
  return llvm::Error::success();
}

void ChangedTensors::setShape(const SourceTensor &tensor, int64_t rows) {
  llvm::SmallVector<int64_t, 2> &shape = shapes[tensor.name];
  shape.assign(tensor.shape.begin(), tensor.shape.end());
  if (shape.size() > 1)
    shape.back() =
        mlir::llm::getMatrixShape(lookup(tensor.name).getType()).back();
  if (shape.size() <= 2) // units have no rows of experts
    shape.front() = rows;
}

/// Each row of a tensor that changes is one of one weight, or goes. The others are
/// numbered as they are written.
llvm::Error ChangedTensors::settleRows(const WeightStore &store) {
  enum Row { unknown, kept, gone };
  llvm::StringMap<std::vector<Row>> all;
  for (const Weight &weight : weights)
    for (const std::vector<RowRun> *runs : {&weight.runs, &weight.dropped})
      for (const RowRun &run : *runs) {
        std::vector<Row> &rows = all[run.tensor];
        rows.resize(countRows(store.find(run.tensor)->shape));
        for (int64_t row = run.first; row < run.first + run.count; ++row) {
          if (rows[row] != unknown)
            return tensorError(run.tensor, "several weights read its rows" +
                                               adviseKeeping(weight.op));
          rows[row] = runs == &weight.runs ? kept : gone;
        }
      }
  for (const auto &entry : all) {
    if (llvm::is_contained(entry.second, unknown))
      return tensorError(entry.first(),
                         "only some of its rows change" +
                             adviseKeeping(lookup(entry.first())));
    setShape(*store.find(entry.first()), llvm::count(entry.second, kept));
  }
  for (Weight &weight : weights)
    for (RowRun &run : weight.runs) {
      const std::vector<Row> &rows = all[run.tensor];
      run.first -= std::count(rows.begin(), rows.begin() + run.first, gone);
    }
  return llvm::Error::success();
}

static void noteRead(WeightOp weight, llvm::StringSet<> &read) {
  if (weight.getSource())
    read.insert(*weight.getSource());
  if (mlir::ArrayAttr recipe = weight.getRecipeAttr())
    for (mlir::Attribute step : recipe)
      if (auto stack = llvm::dyn_cast<mlir::llm::StackStepAttr>(step))
        for (mlir::StringAttr other : stack.getOthers())
          read.insert(other.getValue());
}

llvm::Expected<ChangedTensors> ChangedTensors::find(mlir::ModuleOp module,
                                                    const WeightStore &store,
                                                    llvm::StringRef format) {
  ChangedTensors tensors;
  auto all = module.getOps<WeightOp>();
  for (WeightOp weight : all) {
    if (llvm::Error error = checkSums(weight, format))
      return error;
    noteRead(weight, tensors.read);
    if (isChanged(weight))
      if (llvm::Error error = tensors.add(weight, store))
        return error;
  }
  for (WeightOp weight : all)
    if (weight.getSource() && !isChanged(weight))
      if (WeightOp other = tensors.lookup(*weight.getSource()))
        return tensorError(
            *weight.getSource(),
            "'" + weight.getSymName() + "' is made of it as it is, and '" +
                other.getSymName() + "' changes" + adviseKeeping(other));
  if (llvm::Error error = tensors.settleRows(store))
    return error;
  return tensors;
}

//===----------------------------------------------------------------------===//
// Writing
//===----------------------------------------------------------------------===//

llvm::Error ChangedTensors::writeRows(const Weight &weight,
                                      llvm::ArrayRef<uint8_t> bytes,
                                      const Places &places) {
  for (size_t part = 0; !bytes.empty(); ++part) {
    uint64_t rowBytes = 0;
    for (const RowRun &run : weight.runs) {
      const RowPlace &place = places.find(run.tensor)->second[part];
      rowBytes = place.rowBytes;
      if (llvm::Error error = place.file->write(
              place.offset + run.first * rowBytes,
              bytes.slice(run.at * rowBytes, run.count * rowBytes)))
        return error;
    }
    bytes = bytes.drop_front(weight.countRows() * rowBytes);
  }
  return llvm::Error::success();
}

llvm::Error ChangedTensors::write(
    const WeightMaker &make, const Places &places,
    llvm::function_ref<void(uint64_t, uint64_t)> progress) const {
  std::vector<PlannedWeight> planned;
  uint64_t all = 0;
  for (const Weight &weight : weights) {
    uint64_t rowBytes = 0;
    for (const RowRun &run : weight.runs)
      if (!places.contains(run.tensor))
        return tensorError(run.tensor, "the model's files have it under "
                                       "another name" +
                                           adviseKeeping(weight.op));
    for (const RowPlace &place : places.lookup(weight.runs.front().tensor))
      rowBytes += place.rowBytes;
    planned.push_back({weight.op, all, weight.countRows() * rowBytes});
    all += planned.back().bytes;
  }
  const Weight *next = weights.data();
  return streamWeights(
      planned, make,
      [&](const PlannedWeight &done, llvm::ArrayRef<uint8_t> bytes) {
        assert(next->op == done.op && "weights come in order");
        llvm::Error error = writeRows(*next++, bytes, places);
        progress(done.offset + bytes.size(), all);
        return error;
      });
}
