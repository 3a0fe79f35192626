//===- QuantizeWeights.cpp - matrices get fewer bits ------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Decode reads every weight once per token, so its speed is their bytes. Only types
// and recipes change here; codes are chosen when the weights are made.
//===----------------------------------------------------------------------===//
#include "EquivalentScaling.h"
#include "dialects/llm/GridPanel.h"
#include "llmc/Optimize/ObservedLinears.h"
#include "llmc/Optimize/Passes.h"
#include "llmc/Optimize/QuantizeSpec.h"
#include "llmc/Support/Explain.h"
#include "llmc/Weights/Rounding.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

#include "llvm/ADT/MapVector.h"

namespace llmc {
#define GEN_PASS_DEF_QUANTIZEWEIGHTS
#include "llmc/Optimize/Passes.h.inc"

using namespace mlir;
using namespace mlir::llm;

namespace {

/// How the step reads a weight.
struct Reading {
  bool isTable = false;           // rows of it, or it makes logits
  bool isObserved = false;        // calibration has statistics of its input
  const char *obstacle = nullptr; // why it stays as it is
};

/// A weight and what it becomes.
struct Task {
  WeightOp weight;
  QuantizeChoice choice;
  GridAttr grid = {};                     // once groups are chosen
  SmallVector<Attribute, 2> scaling = {}; // steps before rounding
  int64_t cols() { return getMatrixShape(weight.getType()).back(); }
};

} // namespace

static bool isReturned(Value value) {
  return llvm::any_of(value.getUsers(), llvm::IsaPred<func::ReturnOp>);
}

/// Whether the operand is the matrix of a product, or the table of a lookup.
static bool isMatrix(OpOperand &use) {
  Operation *user = use.getOwner();
  if (auto linear = dyn_cast<LinearOp>(user))
    return &use == &linear.getWeightMutable();
  if (auto embed = dyn_cast<EmbedOp>(user))
    return &use == &embed.getTableMutable();
  auto experts = dyn_cast<ExpertLinearOp>(user);
  return experts && &use == &experts.getWeightMutable();
}

static void noteUse(OpOperand &use, Reading &reading) {
  auto linear = dyn_cast<LinearOp>(use.getOwner());
  if (!isMatrix(use))
    reading.obstacle = "more than products and lookups read it";
  else if (linear && getMatrixShape(use.get().getType()).size() != 2)
    reading.obstacle = "each head has a matrix of its own";
  if (linear)
    reading.isObserved |= isObserved(linear);
  reading.isTable |= isa<EmbedOp>(use.getOwner()) ||
                     (linear && isReturned(linear.getResult()));
}

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
  llvm::MapVector<StringAttr, Reading> findReadings();
  std::string findObstacle(WeightOp weight, const QuantizeChoice &choice);
  GridAttr makeGrid(Task &task);
  void scaleInputs(MutableArrayRef<Task> tasks);
  std::string scaleInput(Value input, ArrayRef<Task *> scaled,
                         const DenseMap<StringAttr, Task *> &byName);
  void quantise(Task &task);
  void retype();

  DenseMap<StringAttr, Type> types; // that weights have now
  llvm::StringMap<int> readers;     // llm.params of each weight
};

} // namespace

llvm::MapVector<StringAttr, Reading> QuantizeWeights::findReadings() {
  llvm::MapVector<StringAttr, Reading> readings;
  getOperation().walk([&](ParamOp param) {
    if (param.getIndex())
      return;
    Reading reading;
    bool isProduct = false;
    for (OpOperand &use : param.getResult().getUses()) {
      noteUse(use, reading);
      isProduct |= isMatrix(use);
    }
    if (!isProduct)
      return;
    Reading &known = readings[param.getWeightAttr().getAttr()];
    known.isTable |= reading.isTable;
    known.isObserved |= reading.isObserved;
    if (reading.obstacle)
      known.obstacle = reading.obstacle;
  });
  return readings;
}

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
  auto readings = findReadings();
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

static void appendSteps(WeightOp weight, ArrayRef<Attribute> steps) {
  SmallVector<Attribute> recipe;
  if (ArrayAttr known = weight.getRecipeAttr())
    llvm::append_range(recipe, known);
  llvm::append_range(recipe, steps);
  weight.setRecipeAttr(ArrayAttr::get(weight.getContext(), recipe));
}

/// Scales the columns of `scaled` up and what makes their input down. Returns why
/// not, or an empty string.
std::string
QuantizeWeights::scaleInput(Value input, ArrayRef<Task *> scaled,
                            const DenseMap<StringAttr, Task *> &byName) {
  ScalingSite site;
  if (std::string problem = findScalingSite(input, site); !problem.empty())
    return problem;
  SymbolTable symbols(getOperation());
  for (ParamOp maker : site.makers) {
    auto weight = symbols.lookup<WeightOp>(maker.getWeight());
    bool isVector = isa<RankedTensorType>(weight.getType()) &&
                    getMatrixShape(weight.getType()).size() == 1;
    if (!weight.getSource() || readers[weight.getSymName()] != 1 ||
        !(isVector || byName.contains(weight.getSymNameAttr())))
      return "what makes its input keeps its numbers";
  }
  SmallVector<Attribute> names;
  for (Task *reader : scaled)
    names.push_back(FlatSymbolRefAttr::get(reader->weight.getSymNameAttr()));
  auto factors = AwqScaleAttr::get(
      &getContext(), ArrayAttr::get(&getContext(), names),
      scaled.front()->weight.getSymNameAttr(), scaled.front()->grid,
      site.repeat, site.repeat > 1 ? site.head : 0);
  for (Task *reader : scaled)
    reader->scaling.push_back(ScaleStepAttr::get(
        &getContext(), factors, /*rows=*/false, /*inverse=*/false));
  Attribute down = ScaleStepAttr::get(&getContext(), factors, /*rows=*/true,
                                      /*inverse=*/true);
  for (ParamOp maker : site.makers) {
    if (Task *task = byName.lookup(maker.getWeightAttr().getAttr()))
      task->scaling.push_back(down);
    else
      appendSteps(symbols.lookup<WeightOp>(maker.getWeight()), down);
  }
  return "";
}

void QuantizeWeights::scaleInputs(MutableArrayRef<Task> tasks) {
  DenseMap<StringAttr, Task *> byName;
  readers.clear();
  for (Task &task : tasks)
    byName[task.weight.getSymNameAttr()] = &task;
  llvm::MapVector<Value, SmallVector<LinearOp>> inputs;
  getOperation().walk([&](Operation *op) {
    if (auto param = dyn_cast<ParamOp>(op))
      ++readers[param.getWeight()];
    if (auto linear = dyn_cast<LinearOp>(op))
      inputs[linear.getInput()].push_back(linear);
  });
  for (auto &[input, linears] : inputs) {
    SmallVector<Task *> scaled;
    for (LinearOp linear : linears) {
      auto param = linear.getWeight().getDefiningOp<ParamOp>();
      Task *task =
          param ? byName.lookup(param.getWeightAttr().getAttr()) : nullptr;
      if (task && task->choice.scaled && param->hasOneUse() &&
          readers[param.getWeight()] == 1)
        scaled.push_back(task);
    }
    if (scaled.empty())
      continue;
    bool isShared =
        scaled.size() < linears.size() ||
        linears.size() <
            static_cast<size_t>(llvm::range_size(input.getUses())) ||
        !llvm::all_of(
            scaled,
            [&](Task *task) { return task->grid == scaled.front()->grid; });
    std::string problem = isShared ? "its input has readers that are not scaled"
                                   : scaleInput(input, scaled, byName);
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
  task.scaling.push_back(RoundStepAttr::get(
      context, task.grid, StringAttr::get(context, choice.rounding), stats,
      perRow ? task.cols() : 0, choice.search, damp,
      isCalibrated && choice.order));
  appendSteps(weight, task.scaling);
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
