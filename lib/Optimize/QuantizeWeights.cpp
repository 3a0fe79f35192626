//===- QuantizeWeights.cpp - matrices get fewer bits ------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Decode reads every weight once per token, so its speed is their bytes. Only types
// and recipes change here; codes are chosen when the weights are made.
//===----------------------------------------------------------------------===//
#include "EquivalentScaling.h"
#include "ProductRotation.h"
#include "dialects/llm/SparseRows.h"
#include "llmc/Optimize/Passes.h"
#include "llmc/Optimize/QuantizeSpec.h"
#include "llmc/Optimize/RoundSteps.h"
#include "llmc/Optimize/WeightReadings.h"
#include "llmc/Support/Explain.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

#include <cmath>

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
  // Once groups are chosen, one of these.
  GridAttr grid = {};
  FloatCodesAttr floats = {};
  int64_t cols() { return getMatrixShape(weight.getType()).back(); }
};

} // namespace

/// "16, 32, 64": the groups that a row of `cols` can have.
static std::string listGroups(int64_t bits, int64_t cols, bool sharesFloat) {
  std::string list;
  for (int64_t group = 16; group <= 256; group += 8)
    if (refuseGroup(bits, group, cols, sharesFloat).empty())
      list += (list.empty() ? "" : ", ") + std::to_string(group);
  return list.empty() ? "none from 16 to 256 is possible: leave the weight as "
                        "it is (;NAME:keep)"
                      : list + (list.find(',') == list.npos ? " is" : " are") +
                            " possible";
}

/// linear(x) becomes linear(x) + w1 * (w2 * .. x).
static void addProducts(LinearOp linear, ArrayRef<WeightOp> weights) {
  OpBuilder builder(linear);
  builder.setInsertionPointAfter(linear);
  Location loc = linear.getLoc();
  auto type = cast<RankedTensorType>(linear.getResult().getType());
  Value beside = linear.getInput();
  for (WeightOp weight : llvm::reverse(weights)) {
    SmallVector<int64_t> shape(type.getShape());
    shape.back() = getMatrixShape(weight.getType()).front();
    Value param = ParamOp::create(builder, loc, weight.getType(),
                                  weight.getSymName(), Value());
    beside = LinearOp::create(
        builder, loc, RankedTensorType::get(shape, type.getElementType()),
        beside, param, Value());
  }
  auto sum = arith::AddFOp::create(builder, loc, linear.getResult(), beside);
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
    if (std::string values = findFittedValues(*parsed); !values.empty()) {
      getOperation().emitError("quantize: values=")
          << values
          << " are no values but leave them to llmc compile, which fits them: "
             "give the SPEC that it names with --explain";
      return signalPassFailure();
    }
    std::vector<Task> tasks, kept;
    if (failed(collect(*parsed, tasks, kept)) || failed(chooseGroups(tasks)))
      return signalPassFailure();
    for (Task &task : tasks)
      if (task.choice.float8)
        task.floats = makeFloatCodes(&getContext(), task.choice, task.cols());
      else
        task.grid = makeGrid(&getContext(), task.choice, task.cols());
    scaleInputs(tasks);
    getOperation().walk([&](ParamOp param) {
      if (!param.getIndex())
        params[param.getWeightAttr().getAttr()].push_back(param);
    });
    rotation.emplace(getOperation());
    for (Task &task : llvm::concat<Task>(tasks, kept))
      rotate(task);
    // Second factors first: what is made of the first ones depends on them.
    for (bool isSecond : {true, false})
      for (Task &task : tasks)
        if (isSecondFactor(task.weight) == isSecond)
          task.floats ? roundToFloats(task) : quantise(task);
  }

private:
  LogicalResult collect(const QuantizeSpec &parsed, std::vector<Task> &tasks,
                        std::vector<Task> &kept);
  LogicalResult chooseGroups(MutableArrayRef<Task> tasks);
  void scaleInputs(MutableArrayRef<Task> tasks);
  void rotate(Task &task);
  void setType(Task &task, EncodingAttrInterface encoding);
  void roundToFloats(Task &task);
  void quantise(Task &task);
  std::string findSumObstacle(Task &task);
  std::string findOutlierObstacle(Task &task);
  std::string findFactorObstacle(Task &task);
  WeightOp cloneWeight(Task &task, StringRef part);
  void addToProducts(Task &task, ArrayRef<WeightOp> weights);
  WeightOp makeFactor(Task &task, LowRankStepAttr step, ArrayRef<int64_t> shape,
                      int64_t group);
  void addFactors(Task &task, RoundStepAttr round);
  void addOutliers(Task &task, RoundStepAttr round);
  void noteRounding(Task &task, RoundStepAttr round);

  DenseMap<StringAttr, SmallVector<ParamOp>> params; // of each weight
  std::optional<ProductRotation> rotation;
};

} // namespace

/// Whether a weight stays floats in another basis.
static bool isTurnedOnly(WeightOp weight, const QuantizeChoice &choice) {
  return choice.keep && choice.rotated != RotatedSides::none &&
         weight.getSource() && isa<RankedTensorType>(weight.getType());
}

/// `kept` are those that stay floats and are turned.
LogicalResult QuantizeWeights::collect(const QuantizeSpec &parsed,
                                       std::vector<Task> &tasks,
                                       std::vector<Task> &kept) {
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
        reading.obstacle ? reading.obstacle : findRoundObstacle(weight, choice);
    if (!reading.obstacle && isTurnedOnly(weight, choice))
      kept.push_back({weight, choice});
    else if (!obstacle.empty())
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
  if (tasks.empty() && kept.empty())
    return getOperation().emitError(
        "quantize: no weight is left to quantise: products read none, or only "
        "such as the spec keeps or that have as few bits already");
  return success();
}

/// The columns of a second factor are its rank, which nobody chose a group for: the
/// widest that divides it.
static void fitGroup(Task &task) {
  const int64_t bits = task.choice.bits, cols = task.cols();
  int64_t &group = *task.choice.group;
  while (group > 16 &&
         !refuseGroup(bits, group, cols, task.choice.subBits != 0).empty())
    group -= 8;
}

LogicalResult QuantizeWeights::chooseGroups(MutableArrayRef<Task> tasks) {
  SmallVector<OpenGroup> open;
  for (Task &task : tasks)
    if (!task.choice.group && !isSecondFactor(task.weight))
      open.push_back({task.choice.bits, task.cols()});
  const int64_t usual = findUsualGroup(open);
  for (Task &task : tasks) {
    int64_t bits = task.choice.bits, cols = task.cols();
    const bool sharesFloat = task.choice.subBits != 0;
    bool isChosen = !task.choice.group;
    if (isChosen)
      task.choice.group = usual;
    if (isSecondFactor(task.weight))
      fitGroup(task);
    int64_t group = *task.choice.group;
    if (group == 0 && !isChosen &&
        (task.choice.float8 || findWidestGroup(bits, cols)))
      continue;
    std::string problem =
        group ? refuseGroup(bits, group, cols, sharesFloat) : "is none";
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
           << " bits: " << listGroups(bits, cols, sharesFloat);
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

void QuantizeWeights::rotate(Task &task) {
  RotatedSides sides = task.choice.rotated;
  WeightOp weight = task.weight;
  if (sides == RotatedSides::none)
    return;
  // What a first factor makes a second one reads, which makes up for its rounding.
  if (getFactorStep(weight))
    sides = RotatedSides::input;
  ArrayRef<ParamOp> readers = params[weight.getSymNameAttr()];
  if (std::string problem =
          ProductRotation::findObstacle(weight, readers, sides);
      !problem.empty())
    return decline(weight, getArgument(), "not turned: " + problem);
  rotation->turn(weight, readers, sides);
  applied(weight, getArgument(),
          sides == RotatedSides::both
              ? "inputs and results of its products are turned"
              : "inputs of its products are turned");
}

/// What codes stand for, if that is not themselves.
static std::string describeValues(const QuantizeChoice &choice) {
  if (choice.values.empty())
    return "";
  bool isListed = StringRef(choice.valuesName).contains('/');
  return " of " + (isListed ? "the values listed" : choice.valuesName);
}

void QuantizeWeights::setType(Task &task, EncodingAttrInterface encoding) {
  WeightOp weight = task.weight;
  weight.setType(PackedType::get(getMatrixShape(weight.getType()), encoding));
  for (ParamOp param : params[weight.getSymNameAttr()])
    param.getResult().setType(weight.getType());
}

static std::string spellScales(const Task &task, int64_t group) {
  std::string text = *task.choice.group == 0
                         ? "one scale per row"
                         : "one scale per " + std::to_string(group);
  if (task.grid && task.grid.getSub())
    text += " of " + std::to_string(task.grid.getSub().getWidth()) +
            " bits, of a float per " + std::to_string(task.grid.getBlock());
  return text;
}

void QuantizeWeights::roundToFloats(Task &task) {
  setType(task, task.floats);
  appendStep(task.weight, ConvertStepAttr::get(&getContext(), task.floats));
  applied(task.weight, getArgument(), [&] {
    return "floats of 8 bits, " + task.choice.valuesName + ", " +
           spellScales(task, task.floats.getGroup());
  });
}

void QuantizeWeights::quantise(Task &task) {
  WeightOp weight = task.weight;
  const QuantizeChoice &choice = task.choice;
  RoundStepAttr round = makeRoundStep(weight, choice);
  std::string problem = choice.outliers > 0 ? findOutlierObstacle(task) : "";
  const bool hasOutliers = choice.outliers > 0 && problem.empty();
  if (!problem.empty())
    decline(weight, getArgument(), "no outliers: " + problem);
  problem = choice.rank ? findFactorObstacle(task) : "";
  const bool hasFactors = choice.rank && problem.empty();
  if (!problem.empty())
    decline(weight, getArgument(), "no factors: " + problem);
  setType(task, task.grid);
  if (hasOutliers)
    addOutliers(task, round);
  if (hasFactors)
    addFactors(task, round);
  if (isSecondFactor(task.weight) && !hasOutliers && !hasFactors)
    noteRounding(task, round);
  appendStep(weight, round);
  applied(weight, getArgument(), [&] {
    return std::to_string(choice.bits) + (choice.bits == 1 ? " bit" : " bits") +
           describeValues(choice) + " by " + choice.rounding + ", " +
           spellScales(task, task.grid.getGroup()) +
           (hasOutliers ? ", and outliers beside it" : "") +
           (hasFactors ? ", and factors of rank " +
                             std::to_string(choice.rank) + " beside it"
                       : "");
  });
}

/// The first factor makes up for what rounding takes from the second one.
void QuantizeWeights::noteRounding(Task &task, RoundStepAttr round) {
  auto last =
      dyn_cast<FactorStepAttr>(task.weight.getRecipeAttr().getValue().back());
  if (!last) // its rows were scaled since
    return;
  SymbolTable symbols(getOperation());
  for (ParamOp param : params[task.weight.getSymNameAttr()])
    for (Operation *user : param.getResult().getUsers()) {
      auto before = cast<LinearOp>(user).getInput().getDefiningOp<LinearOp>();
      auto first =
          before ? before.getWeight().getDefiningOp<ParamOp>() : ParamOp();
      if (!first)
        continue;
      auto weight = symbols.lookup<WeightOp>(first.getWeight());
      SmallVector<Attribute> recipe(weight.getRecipeAttr().getValue());
      for (Attribute &step : recipe)
        if (auto factor = dyn_cast<FactorStepAttr>(step))
          step = FactorStepAttr::get(&getContext(), factor.getPart(),
                                     factor.getMethod(), factor.getRank(),
                                     factor.getStats(), round);
      weight.setRecipeAttr(ArrayAttr::get(&getContext(), recipe));
    }
}

//===----------------------------------------------------------------------===//
// What stands beside codes: y = Q x + U (V x) or Q x + S x, more products and a sum
//===----------------------------------------------------------------------===//

/// Why nothing can be added to the products of a matrix; empty if it can.
std::string QuantizeWeights::findSumObstacle(Task &task) {
  if (getMatrixShape(task.weight.getType()).size() != 2)
    return "experts and heads have a matrix each";
  for (ParamOp param : params[task.weight.getSymNameAttr()])
    for (OpOperand &use : param.getResult().getUses()) {
      auto linear = dyn_cast<LinearOp>(use.getOwner());
      if (!linear || &use != &linear.getWeightMutable())
        return "more than products read it";
    }
  return "";
}

/// The most columns whose places are bytes and that divide a row; 0: so few that an
/// entry of each block would be a share of its own.
static int64_t findOutlierBlock(int64_t cols) {
  constexpr int64_t least = 32;
  for (int64_t block = std::min(cols, mostSparseBlock); block >= least; --block)
    if (cols % block == 0)
      return block;
  return 0;
}

/// Why a matrix keeps no outliers; empty if it does.
std::string QuantizeWeights::findOutlierObstacle(Task &task) {
  if (task.choice.outlierCodes && !findOutlierBlock(task.cols()))
    return "its rows of " + std::to_string(task.cols()) +
           " are no blocks of 32 to " + std::to_string(mostSparseBlock) +
           " columns";
  if (!task.choice.outlierCodes && task.cols() > mostSparseCols)
    return "its rows are longer than " + std::to_string(mostSparseCols);
  return findSumObstacle(task);
}

/// Why a matrix gets no factors; empty if it does.
std::string QuantizeWeights::findFactorObstacle(Task &task) {
  if (std::string problem = findSumObstacle(task); !problem.empty())
    return problem;
  ArrayRef<int64_t> shape = getMatrixShape(task.weight.getType());
  const int64_t numbers = task.choice.rank * (shape[0] + shape[1]);
  if (8 * numbers >= task.choice.bits * shape[0] * shape[1])
    return "of rank " + std::to_string(task.choice.rank) +
           " they would be as large as the codes";
  return "";
}

/// A weight of its own with the recipe of another up to here.
WeightOp QuantizeWeights::cloneWeight(Task &task, StringRef part) {
  OpBuilder builder(task.weight);
  builder.setInsertionPointAfter(task.weight);
  auto clone = cast<WeightOp>(builder.clone(*task.weight));
  clone.setSymName((task.weight.getSymName() + "." + part).str());
  return clone;
}

void QuantizeWeights::addToProducts(Task &task, ArrayRef<WeightOp> weights) {
  for (ParamOp param : params[task.weight.getSymNameAttr()])
    for (Operation *user : llvm::to_vector(param.getResult().getUsers()))
      addProducts(cast<LinearOp>(user), weights);
}

/// y = Q x + S x, where S has few numbers of each row.
void QuantizeWeights::addOutliers(Task &task, RoundStepAttr round) {
  MLIRContext *context = &getContext();
  ArrayRef<int64_t> shape = getMatrixShape(task.weight.getType());
  const QuantizeChoice &choice = task.choice;
  const int64_t cols = shape.back(),
                block = choice.outlierCodes ? findOutlierBlock(cols) : 0;
  const auto entries = std::max<int64_t>(
      1, std::llround(choice.outliers / 100 *
                      static_cast<double>(block ? block : cols)));
  auto by = choice.outliersBy == "weight"
                ? StringAttr()
                : StringAttr::get(context, choice.outliersBy);
  auto makeStep = [&](StringRef part) {
    return OutliersStepAttr::get(context, StringAttr::get(context, part),
                                 entries, round, by, block);
  };
  EncodingAttrInterface encoding = SparseEncodingAttr::get(
      context, cols, entries, Float16Type::get(context));
  if (block)
    encoding = SparseCodesAttr::get(context, block, entries,
                                    llmc::getFloatType(context, choice.scale));
  WeightOp outliers = cloneWeight(task, "outliers");
  outliers.setType(PackedType::get(shape, encoding));
  appendStep(outliers, makeStep("kept"));
  appendStep(task.weight, makeStep("rest"));
  addToProducts(task, outliers);
}

/// In 8 bits: a weight with the recipe of the one whose error it is of, up to here.
WeightOp QuantizeWeights::makeFactor(Task &task, LowRankStepAttr step,
                                     ArrayRef<int64_t> shape, int64_t group) {
  MLIRContext *context = &getContext();
  auto grid = GridAttr::get(context, 8, group,
                            getFloatType(context, task.choice.scale), {}, 0,
                            /*zero=*/128, /*hasMin=*/false);
  WeightOp factor = cloneWeight(task, step.getPart().getValue());
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
  addToProducts(task, {left, right});
}

} // namespace llmc
