//===- SparsifyWeights.cpp - the weights that matter least become 0 ---------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Only recipes change here; which weights go is chosen when they are made. Whether
// kernels skip zeros is the layout's word (llm-pack-weights).
//===----------------------------------------------------------------------===//
#include "EquivalentScaling.h"
#include "llmc/Optimize/Passes.h"
#include "llmc/Optimize/SparsifySpec.h"
#include "llmc/Optimize/WeightReadings.h"
#include "llmc/Support/Explain.h"
#include "llmc/Weights/Pruning.h"

#include "llvm/Support/Format.h"
#include "llvm/Support/FormatVariadic.h"

#include <map>

namespace llmc {
#define GEN_PASS_DEF_SPARSIFYWEIGHTS
#include "llmc/Optimize/Passes.h.inc"

using namespace mlir;
using namespace mlir::llm;

namespace {

/// A weight and what becomes of it.
struct Task {
  WeightOp weight;
  SparsifyChoice choice;
  size_t source = 0; // of the choice: the spec's own, then its overrides
};

struct SparsifyWeights : impl::SparsifyWeightsBase<SparsifyWeights> {
  using Base::Base;
  SparsifyWeights(const SparsifyWeightsOptions &options,
                  const WeightStore *store)
      : Base(options), store(store) {}

  void runOnOperation() override {
    auto parsed = parseSparsifySpec(spec);
    if (!parsed) {
      getOperation().emitError("sparsify: ") << toString(parsed.takeError());
      return signalPassFailure();
    }
    SmallVector<Task> tasks;
    if (failed(collect(*parsed, tasks)) || failed(allocate(tasks)))
      return signalPassFailure();
    for (Task &task : tasks)
      if (failed(prune(task.weight, task.choice)))
        return signalPassFailure();
  }

private:
  LogicalResult collect(const SparsifySpec &parsed, SmallVector<Task> &tasks);
  LogicalResult allocate(MutableArrayRef<Task> tasks);
  std::string findObstacle(WeightOp weight, const Reading &reading,
                           const SparsifyChoice &choice);
  LogicalResult prune(WeightOp weight, const SparsifyChoice &choice);

  const WeightStore *store = nullptr;
};

} // namespace

/// Why a matrix stays dense; empty if it does not.
std::string SparsifyWeights::findObstacle(WeightOp weight,
                                          const Reading &reading,
                                          const SparsifyChoice &choice) {
  if (choice.isKept)
    return "the spec keeps it";
  if (!weight.getSource())
    return "a constant of the graph";
  if (getMatrixShape(weight.getType()).size() != 2)
    return "experts and heads have a matrix each";
  if (getEncoding(weight.getType()).getGrid())
    return "its numbers are on a grid already: prune a model of floats";
  if (isa<FloatCodesAttr>(getEncoding(weight.getType())))
    return "its numbers are codes of floats already: prune a model of floats";
  const bool isCalibrated = pruningNeedsStatistics(choice.method) ||
                            !choice.allocation.method.empty();
  if (isCalibrated && !reading.isObserved)
    return "there are no statistics of its input";
  return reading.obstacle ? reading.obstacle : "";
}

static std::string describeBlock(const SparsifyChoice &choice) {
  return (Twine(choice.blockRows) + "x" + Twine(choice.blockCols)).str();
}

/// As columns see it: "2:4", "a block of 4x4", "2:4 of blocks of 4x4".
static std::string describePattern(const SparsifyChoice &choice) {
  std::string pattern =
      choice.of ? (Twine(choice.keep) + ":" + Twine(choice.of)).str() : "";
  if (!choice.hasBlocks())
    return pattern;
  return (pattern.empty() ? "a block of " : pattern + " of blocks of ") +
         describeBlock(choice);
}

LogicalResult SparsifyWeights::prune(WeightOp weight,
                                     const SparsifyChoice &choice) {
  MLIRContext *context = &getContext();
  int64_t cols = getMatrixShape(weight.getType()).back();
  if (cols % (std::max<int64_t>(choice.of, 1) * choice.blockCols))
    return getOperation().emitError("sparsify: ")
           << describePattern(choice) << " does not divide the " << cols
           << " columns of '" << weight.getSymName() << "': keep it (;"
           << weight.getSymName() << ":keep)";
  bool isCalibrated = pruningNeedsStatistics(choice.method);
  auto share = choice.of
                   ? FloatAttr()
                   : FloatAttr::get(Float64Type::get(context), choice.share);
  appendStep(weight, PruneStepAttr::get(
                         context, StringAttr::get(context, choice.method),
                         share, choice.keep, choice.of,
                         isCalibrated ? weight.getSymNameAttr() : StringAttr(),
                         choice.blockRows, choice.blockCols));
  applied(weight, getArgument(), [&] {
    std::string how =
        choice.of
            ? std::to_string(choice.of - choice.keep) + " of " +
                  std::to_string(choice.of)
            : llvm::formatv("{0} %", llvm::format("%.3g", 100 * choice.share))
                  .str();
    if (!choice.allocation.method.empty())
      how += ", as " + choice.allocation.method + " says,";
    return how + " of its " +
           (choice.hasBlocks() ? "blocks of " + describeBlock(choice)
                               : "numbers") +
           " become 0 by " + choice.method;
  });
  return success();
}

LogicalResult SparsifyWeights::collect(const SparsifySpec &parsed,
                                       SmallVector<Task> &tasks) {
  SymbolTable symbols(getOperation());
  std::vector<bool> matched(parsed.overrides.size());
  for (auto &[name, reading] : findReadings(getOperation())) {
    auto weight = symbols.lookup<WeightOp>(name);
    Task task{weight, parsed.linears};
    task.choice.isKept |= reading.isTable;
    for (auto [i, entry] : llvm::enumerate(parsed.overrides))
      if (entry.pattern.match(name.getValue())) {
        task.choice = entry.choice;
        task.source = i + 1;
        matched[i] = true;
      }
    if (std::string obstacle = findObstacle(weight, reading, task.choice);
        !obstacle.empty())
      decline(weight, getArgument(), obstacle);
    else
      tasks.push_back(task);
  }
  for (auto [i, entry] : llvm::enumerate(parsed.overrides))
    if (!matched[i])
      return getOperation().emitError("sparsify: no weight that products or "
                                      "lookups read matches '")
             << entry.text << "'";
  if (tasks.empty())
    return getOperation().emitError(
        "sparsify: no weight is left to prune: products read none, or only "
        "such as the spec keeps or that are on a grid already (prune a model "
        "of floats)");
  return success();
}

/// Of each choice that asks for it, some weights lose more and some less.
LogicalResult SparsifyWeights::allocate(MutableArrayRef<Task> tasks) {
  std::map<size_t, SmallVector<Task *>> bySource;
  for (Task &task : tasks)
    if (!task.choice.allocation.method.empty())
      bySource[task.source].push_back(&task);
  for (auto &[source, group] : bySource) {
    const SparsifyChoice &choice = group.front()->choice;
    if (!store)
      return getOperation().emitError("sparsify: allocate=")
             << choice.allocation.method
             << " reads the model's weights, which only llmc has";
    SmallVector<WeightOp> weights = llvm::map_to_vector(
        group, [](const Task *task) { return task->weight; });
    auto shares =
        allocateSparsity(weights, *store, choice.allocation, choice.share);
    if (!shares)
      return getOperation().emitError("sparsify: ")
             << toString(shares.takeError());
    for (auto [task, share] : llvm::zip_equal(group, *shares))
      task->choice.share = share;
  }
  return success();
}

std::unique_ptr<Pass>
createSparsifyWeights(const SparsifyWeightsOptions &options,
                      const WeightStore *store) {
  return std::make_unique<SparsifyWeights>(options, store);
}

} // namespace llmc
