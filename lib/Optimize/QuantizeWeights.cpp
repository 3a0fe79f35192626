//===- QuantizeWeights.cpp - matrices get fewer bits ------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Decode reads every weight once per token, so its speed is their bytes. Only types
// and recipes change here; codes are chosen when the weights are made.
//===----------------------------------------------------------------------===//
#include "EquivalentScaling.h"
#include "WeightReadings.h"
#include "dialects/llm/GridPanel.h"
#include "llmc/Optimize/Passes.h"
#include "llmc/Optimize/QuantizeSpec.h"
#include "llmc/Support/Explain.h"
#include "llmc/Weights/Rounding.h"

namespace llmc {
#define GEN_PASS_DEF_QUANTIZEWEIGHTS
#include "llmc/Optimize/Passes.h.inc"

using namespace mlir;
using namespace mlir::llm;

namespace {

/// A weight and what it becomes.
struct Task {
  WeightOp weight;
  QuantizeChoice choice;
  GridAttr grid = {}; // once groups are chosen
  int64_t cols() { return getMatrixShape(weight.getType()).back(); }
};

} // namespace

static std::string refuseGroup(int64_t bits, int64_t group, int64_t cols) {
  if (cols % group)
    return "does not divide";
  return GridPanel::refuse(Grid{bits, group});
}

/// "16, 32, 64": the groups that a row of `cols` can have.
static std::string listGroups(int64_t bits, int64_t cols) {
  std::string list;
  for (int64_t group = 16; group <= 256; group += 8)
    if (refuseGroup(bits, group, cols).empty())
      list += (list.empty() ? "" : ", ") + std::to_string(group);
  return list.empty() ? "none from 16 to 256 is possible: leave the weight as "
                        "it is (;NAME:keep)"
                      : list + (list.find(',') == list.npos ? " is" : " are") +
                            " possible";
}

/// The widest group that panels hold, for scales that a whole row shares.
static int64_t findWidestGroup(int64_t bits, int64_t cols) {
  for (int64_t group = 256; group >= 8; group -= 8)
    if (refuseGroup(bits, group, cols).empty())
      return group;
  return 0;
}

namespace {

struct QuantizeWeights : impl::QuantizeWeightsBase<QuantizeWeights> {
  using Base::Base;

  void runOnOperation() override {
    auto parsed = parseQuantizeSpec(spec);
    if (!parsed) {
      getOperation().emitError("quantize: ") << toString(parsed.takeError());
      return signalPassFailure();
    }
    SmallVector<Task> tasks;
    if (failed(collect(*parsed, tasks)) || failed(chooseGroups(tasks)))
      return signalPassFailure();
    for (Task &task : tasks)
      task.grid = makeGrid(task);
    scaleInputs(tasks);
    for (Task &task : tasks)
      quantise(task);
    retype();
  }

private:
  LogicalResult collect(const QuantizeSpec &parsed, SmallVector<Task> &tasks);
  LogicalResult chooseGroups(MutableArrayRef<Task> tasks);
  std::string findObstacle(WeightOp weight, const QuantizeChoice &choice);
  GridAttr makeGrid(Task &task);
  void scaleInputs(MutableArrayRef<Task> tasks);
  void quantise(Task &task);
  void retype();

  DenseMap<StringAttr, Type> types; // that weights have now
};

} // namespace

/// Why a matrix keeps its numbers; empty if it does not.
std::string QuantizeWeights::findObstacle(WeightOp weight,
                                          const QuantizeChoice &choice) {
  if (choice.keep)
    return "the spec keeps it";
  if (!weight.getSource())
    return "a constant of the graph";
  std::optional<Grid> grid = getEncoding(weight.getType()).getGrid();
  if (grid && grid->bits <= choice.bits)
    return "a grid of " + std::to_string(grid->bits) + " bits already";
  return "";
}

LogicalResult QuantizeWeights::collect(const QuantizeSpec &parsed,
                                       SmallVector<Task> &tasks) {
  SymbolTable symbols(getOperation());
  std::vector<bool> matched(parsed.overrides.size());
  auto readings = findReadings(getOperation());
  for (auto &[name, reading] : readings) {
    auto weight = symbols.lookup<WeightOp>(name);
    QuantizeChoice choice =
        reading.isTable ? parsed.embeddings : parsed.linears;
    for (auto [i, entry] : llvm::enumerate(parsed.overrides))
      if (entry.pattern.match(name.getValue())) {
        choice = entry.choice;
        matched[i] = true;
      }
    if (!reading.isObserved) { // and so without statistics
      choice.rounding = "rtn";
      choice.scaled = false;
    }
    std::string obstacle =
        reading.obstacle ? reading.obstacle : findObstacle(weight, choice);
    if (!obstacle.empty())
      decline(weight, getArgument(), obstacle);
    else
      tasks.push_back({weight, choice});
  }
  for (auto [i, entry] : llvm::enumerate(parsed.overrides))
    if (!matched[i])
      return getOperation().emitError("quantize: the pattern '")
             << entry.text << "' matches no weight of a product or table"
             << (readings.empty()
                     ? ""
                     : ": one is named '" + readings.front().first.str() + "'");
  if (tasks.empty())
    return getOperation().emitError(
        "quantize: no weight is left to quantise: products read none, or only "
        "such as the spec keeps or that have as few bits already");
  return success();
}

LogicalResult QuantizeWeights::chooseGroups(MutableArrayRef<Task> tasks) {
  int64_t usual = 0;
  for (int64_t group : {128, 64, 32})
    if (!usual && llvm::all_of(tasks, [&](Task &task) {
          return task.choice.group ||
                 refuseGroup(task.choice.bits, group, task.cols()).empty();
        }))
      usual = group;
  for (Task &task : tasks) {
    int64_t bits = task.choice.bits, cols = task.cols();
    bool isChosen = !task.choice.group;
    if (isChosen)
      task.choice.group = usual;
    int64_t group = *task.choice.group;
    if (group == 0 && !isChosen && findWidestGroup(bits, cols))
      continue;
    std::string problem = group ? refuseGroup(bits, group, cols) : "is none";
    if (problem.empty())
      continue;
    std::string asked = isChosen ? "no group of 128, 64 or 32 divides"
                        : group  ? "group=" + std::to_string(group) +
                                       (cols % group ? " does not divide"
                                                     : " is not possible for")
                                 : "group=channel is not possible for";
    return getOperation().emitError("quantize: ")
           << asked << " the " << cols << " columns of '"
           << task.weight.getSymName() << "' in " << bits
           << " bits: " << listGroups(bits, cols);
  }
  return success();
}

GridAttr QuantizeWeights::makeGrid(Task &task) {
  const QuantizeChoice &choice = task.choice;
  const int64_t group =
      *choice.group ? *choice.group : findWidestGroup(choice.bits, task.cols());
  const int64_t middle = int64_t(1) << (choice.bits - 1);
  return GridAttr::get(&getContext(), choice.bits, group,
                       getFloatType(&getContext(), choice.scale), {}, 0,
                       choice.hasMin ? 0 : middle, choice.hasMin);
}

void QuantizeWeights::scaleInputs(MutableArrayRef<Task> tasks) {
  DenseMap<StringAttr, Task *> byName;
  for (Task &task : tasks)
    byName[task.weight.getSymNameAttr()] = &task;
  InputScaling scaling(getOperation());
  for (auto &[input, linears] : scaling.inputs()) {
    SmallVector<Task *> readers;
    for (LinearOp linear : linears) {
      WeightOp weight = scaling.getOwnWeight(linear);
      Task *task = weight ? byName.lookup(weight.getSymNameAttr()) : nullptr;
      if (task && task->choice.scaled)
        readers.push_back(task);
    }
    if (readers.empty())
      continue;
    Task &first = *readers.front();
    bool areAlike = readers.size() == linears.size() &&
                    llvm::all_of(readers, [&](Task *task) {
                      return task->grid == first.grid;
                    });
    EqualizeRequest request{"awq", first.grid, {}};
    std::string problem =
        areAlike
            ? scaling.scale(input, linears, request,
                            [&](WeightOp maker) {
                              return byName.contains(maker.getSymNameAttr());
                            })
            : "its input has readers that are not scaled";
    if (problem.empty())
      applied(linears.front(), getArgument(), "columns are scaled by awq");
    else
      decline(linears.front(), getArgument(), problem);
  }
}

void QuantizeWeights::quantise(Task &task) {
  WeightOp weight = task.weight;
  const QuantizeChoice &choice = task.choice;
  MLIRContext *context = &getContext();
  const bool perRow = *choice.group == 0;
  const bool isCalibrated = needsStatistics(choice.rounding);
  StringAttr stats =
      choice.scaled || isCalibrated ? weight.getSymNameAttr() : StringAttr();
  auto damp = isCalibrated && choice.damp
                  ? FloatAttr::get(Float64Type::get(context), *choice.damp)
                  : FloatAttr();
  appendStep(weight,
             RoundStepAttr::get(context, task.grid,
                                StringAttr::get(context, choice.rounding),
                                stats, perRow ? task.cols() : 0, choice.search,
                                damp, isCalibrated && choice.order));
  weight.setType(PackedType::get(getMatrixShape(weight.getType()), task.grid));
  types[weight.getSymNameAttr()] = weight.getType();
  applied(weight, getArgument(), [&] {
    return std::to_string(choice.bits) + " bits by " + choice.rounding + ", " +
           (perRow ? "one scale per row"
                   : "one scale per " + std::to_string(task.grid.getGroup()));
  });
}

void QuantizeWeights::retype() {
  getOperation().walk([&](ParamOp param) {
    auto it = types.find(param.getWeightAttr().getAttr());
    if (it != types.end())
      param.getResult().setType(it->second);
  });
}

} // namespace llmc
