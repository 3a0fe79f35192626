//===- QuantizeWeights.cpp - matrices get fewer bits ------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Decode reads every weight once per token, so its speed is their bytes. Only types
// and recipes change here; codes are chosen when the weights are made.
//===----------------------------------------------------------------------===//
#include "EquivalentScaling.h"
#include "llmc/Optimize/Passes.h"
#include "llmc/Optimize/QuantizeSpec.h"
#include "llmc/Optimize/RoundSteps.h"
#include "llmc/Optimize/WeightReadings.h"
#include "llmc/Support/Explain.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

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

/// linear(x) becomes linear(x) + left * (right * x).
static void addProducts(LinearOp linear, WeightOp left, WeightOp right) {
  OpBuilder builder(linear);
  builder.setInsertionPointAfter(linear);
  Location loc = linear.getLoc();
  auto type = cast<RankedTensorType>(linear.getResult().getType());
  SmallVector<int64_t> inner(type.getShape());
  inner.back() = getMatrixShape(right.getType()).front();
  auto param = [&](WeightOp weight) {
    return ParamOp::create(builder, loc, weight.getType(), weight.getSymName(),
                           Value());
  };
  Value few = LinearOp::create(
      builder, loc, RankedTensorType::get(inner, type.getElementType()),
      linear.getInput(), param(right), Value());
  Value rest = LinearOp::create(builder, loc, type, few, param(left), Value());
  auto sum = arith::AddFOp::create(builder, loc, linear.getResult(), rest);
  linear.getResult().replaceAllUsesExcept(sum, sum);
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
    if (parsed->isAuto) {
      getOperation().emitError(
          "quantize: auto is no choice but leaves it to llmc compile, which "
          "measures the model: give the SPEC that it names with --explain");
      return signalPassFailure();
    }
    SmallVector<Task> tasks;
    if (failed(collect(*parsed, tasks)) || failed(chooseGroups(tasks)))
      return signalPassFailure();
    for (Task &task : tasks)
      task.grid = makeGrid(&getContext(), task.choice, task.cols());
    scaleInputs(tasks);
    getOperation().walk([&](ParamOp param) {
      if (!param.getIndex())
        params[param.getWeightAttr().getAttr()].push_back(param);
    });
    for (Task &task : tasks)
      quantise(task);
  }

private:
  LogicalResult collect(const QuantizeSpec &parsed, SmallVector<Task> &tasks);
  LogicalResult chooseGroups(MutableArrayRef<Task> tasks);
  std::string findObstacle(WeightOp weight, const QuantizeChoice &choice);
  void scaleInputs(MutableArrayRef<Task> tasks);
  void quantise(Task &task);
  std::string findFactorObstacle(Task &task);
  WeightOp makeFactor(Task &task, LowRankStepAttr step, ArrayRef<int64_t> shape,
                      int64_t group);
  void addFactors(Task &task, RoundStepAttr round);

  DenseMap<StringAttr, SmallVector<ParamOp>> params; // of each weight
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
    settleMethod(reading, choice);
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
  for (int64_t group : usualGroups)
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
  RoundStepAttr round = makeRoundStep(weight, choice);
  std::string obstacle = choice.rank ? findFactorObstacle(task) : "";
  const bool hasFactors = choice.rank && obstacle.empty();
  if (!obstacle.empty())
    decline(weight, getArgument(), obstacle);
  weight.setType(PackedType::get(getMatrixShape(weight.getType()), task.grid));
  for (ParamOp param : params[weight.getSymNameAttr()])
    param.getResult().setType(weight.getType());
  if (hasFactors)
    addFactors(task, round);
  appendStep(weight, round);
  applied(weight, getArgument(), [&] {
    return std::to_string(choice.bits) + " bits by " + choice.rounding + ", " +
           (*choice.group == 0
                ? "one scale per row"
                : "one scale per " + std::to_string(task.grid.getGroup())) +
           (hasFactors ? ", and factors of rank " +
                             std::to_string(choice.rank) + " beside it"
                       : "");
  });
}

//===----------------------------------------------------------------------===//
// Factors: y = Q x + U (V x) is two more products and a sum
//===----------------------------------------------------------------------===//

/// Why a matrix gets none; empty if it does.
std::string QuantizeWeights::findFactorObstacle(Task &task) {
  ArrayRef<int64_t> shape = getMatrixShape(task.weight.getType());
  for (ParamOp param : params[task.weight.getSymNameAttr()])
    for (OpOperand &use : param.getResult().getUses()) {
      auto linear = dyn_cast<LinearOp>(use.getOwner());
      if (!linear || &use != &linear.getWeightMutable())
        return "no factors: more than products read it";
    }
  const int64_t numbers = task.choice.rank * (shape[0] + shape[1]);
  if (8 * numbers >= task.choice.bits * shape[0] * shape[1])
    return "no factors: of rank " + std::to_string(task.choice.rank) +
           " they would be as large as the codes";
  return "";
}

/// In 8 bits: a weight with the recipe of the one whose error it is of, up to here.
WeightOp QuantizeWeights::makeFactor(Task &task, LowRankStepAttr step,
                                     ArrayRef<int64_t> shape, int64_t group) {
  MLIRContext *context = &getContext();
  auto grid = GridAttr::get(context, 8, group,
                            getFloatType(context, task.choice.scale), {}, 0,
                            /*zero=*/128, /*hasMin=*/false);
  OpBuilder builder(task.weight);
  builder.setInsertionPointAfter(task.weight);
  auto factor = cast<WeightOp>(builder.clone(*task.weight));
  factor.setSymName(
      (task.weight.getSymName() + "." + step.getPart().getValue()).str());
  factor.setType(PackedType::get(shape, grid));
  appendStep(factor, step);
  appendStep(factor, RoundStepAttr::get(context, grid,
                                        StringAttr::get(context, "rtn"), {}, 0,
                                        /*search=*/false, {}, false));
  return factor;
}

void QuantizeWeights::addFactors(Task &task, RoundStepAttr round) {
  MLIRContext *context = &getContext();
  const int64_t rank = task.choice.rank, iterations = task.choice.iterations;
  auto makeStep = [&](StringRef part) {
    return LowRankStepAttr::get(context, StringAttr::get(context, part), rank,
                                round, iterations);
  };
  ArrayRef<int64_t> shape = getMatrixShape(task.weight.getType());
  WeightOp left =
      makeFactor(task, makeStep("left"), {shape[0], rank}, /*group=*/rank);
  // Groups of the codes, so that both products read the same rounded rows.
  WeightOp right = makeFactor(task, makeStep("right"), {rank, shape[1]},
                              task.grid.getGroup());
  if (iterations > 1)
    appendStep(task.weight, makeStep("rest"));
  for (ParamOp param : params[task.weight.getSymNameAttr()])
    for (Operation *user : llvm::to_vector(param.getResult().getUsers()))
      addProducts(cast<LinearOp>(user), left, right);
}

} // namespace llmc
