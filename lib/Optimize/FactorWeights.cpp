//===- FactorWeights.cpp - products with a matrix become two --------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// W [N, K] has N K numbers, U [N, r] and V [r, K] have r (N + K): of each token so many
// less are read and multiplied. Only types and recipes change here; the factors are
// found when the weights are made.
//===----------------------------------------------------------------------===//
#include "EquivalentScaling.h"
#include "llmc/Optimize/LowRankSpec.h"
#include "llmc/Optimize/Passes.h"
#include "llmc/Optimize/WeightReadings.h"
#include "llmc/Support/Explain.h"
#include "llmc/Weights/Factoring.h"

#include "llvm/Support/Format.h"
#include "llvm/Support/FormatVariadic.h"

namespace llmc {
#define GEN_PASS_DEF_FACTORWEIGHTS
#include "llmc/Optimize/Passes.h.inc"

using namespace mlir;
using namespace mlir::llm;

namespace {

/// A matrix and what it becomes.
struct Task {
  WeightOp weight;
  LowRankChoice choice;
};

struct FactorWeights : impl::FactorWeightsBase<FactorWeights> {
  using Base::Base;

  void runOnOperation() override {
    auto parsed = parseLowRankSpec(spec);
    if (!parsed) {
      getOperation().emitError("low-rank: ") << toString(parsed.takeError());
      return signalPassFailure();
    }
    getOperation().walk([&](ParamOp param) {
      params[param.getWeightAttr().getAttr()].push_back(param);
    });
    SmallVector<Task> tasks;
    if (failed(collect(*parsed, tasks)))
      return signalPassFailure();
    for (Task &task : tasks)
      factor(task.weight, task.choice);
  }

private:
  LogicalResult collect(const LowRankSpec &parsed, SmallVector<Task> &tasks);
  std::string findObstacle(WeightOp weight, const Reading &reading,
                           const LowRankChoice &choice);
  std::string findReaderObstacle(WeightOp weight);
  void factor(WeightOp weight, const LowRankChoice &choice);
  WeightOp makeLeft(WeightOp weight, FactorStepAttr step);
  void split(LinearOp linear, WeightOp left, int64_t rank);

  DenseMap<StringAttr, SmallVector<ParamOp>> params; // of each weight
};

} // namespace

/// Why the products of a matrix cannot be split; empty if they can.
std::string FactorWeights::findReaderObstacle(WeightOp weight) {
  for (ParamOp param : params[weight.getSymNameAttr()]) {
    if (param.getIndex())
      return "it is one of a table of weights";
    for (OpOperand &use : param.getResult().getUses()) {
      auto linear = dyn_cast<LinearOp>(use.getOwner());
      if (!linear || &use != &linear.getWeightMutable())
        return "more than products read it";
    }
  }
  return "";
}

/// Why a matrix stays whole; empty if it does not.
std::string FactorWeights::findObstacle(WeightOp weight, const Reading &reading,
                                        const LowRankChoice &choice) {
  if (choice.isKept)
    return "the spec keeps it";
  if (!weight.getSource())
    return "a constant of the graph";
  ArrayRef<int64_t> shape = getMatrixShape(weight.getType());
  if (shape.size() != 2)
    return "experts and heads have a matrix each";
  if (!isa<RankedTensorType>(weight.getType()))
    return "its numbers are codes already: factor a model of floats, or with "
           "--weights=f32";
  if (factoringNeedsStatistics(choice.method) && !reading.isObserved)
    return "there are no statistics of its input";
  if (std::string problem = findReaderObstacle(weight); !problem.empty())
    return problem;
  const int64_t rank = choice.getRank(shape[0], shape[1]);
  if (rank == 0)
    return "it is too small for a rank of " + std::to_string(rankStep) +
           " at that ratio";
  if (rank * (shape[0] + shape[1]) >= shape[0] * shape[1])
    return "factors of rank " + std::to_string(rank) + " are no smaller than " +
           std::to_string(shape[0]) + " x " + std::to_string(shape[1]);
  return reading.obstacle ? reading.obstacle : "";
}

LogicalResult FactorWeights::collect(const LowRankSpec &parsed,
                                     SmallVector<Task> &tasks) {
  SymbolTable symbols(getOperation());
  std::vector<bool> matched(parsed.overrides.size());
  for (auto &[name, reading] : findReadings(getOperation())) {
    auto weight = symbols.lookup<WeightOp>(name);
    LowRankChoice choice = parsed.linears;
    choice.isKept |= reading.isTable;
    for (auto [i, entry] : llvm::enumerate(parsed.overrides))
      if (entry.pattern.match(name.getValue())) {
        choice = entry.choice;
        matched[i] = true;
      }
    if (std::string obstacle = findObstacle(weight, reading, choice);
        !obstacle.empty())
      decline(weight, getArgument(), obstacle);
    else
      tasks.push_back({weight, choice});
  }
  for (auto [i, entry] : llvm::enumerate(parsed.overrides))
    if (!matched[i])
      return getOperation().emitError("low-rank: no weight that products or "
                                      "lookups read matches '")
             << entry.text << "'";
  if (tasks.empty())
    return getOperation().emitError(
        "low-rank: no weight is left to factor: products read none, or only "
        "such as the spec keeps, that are codes already (give a model of "
        "floats) or that no factors of this rank are smaller than");
  return success();
}

/// A weight of its own, of the same source.
WeightOp FactorWeights::makeLeft(WeightOp weight, FactorStepAttr step) {
  OpBuilder builder(weight);
  builder.setInsertionPointAfter(weight);
  auto left = cast<WeightOp>(builder.clone(*weight));
  left.setSymName((weight.getSymName() + ".basis").str());
  auto type = cast<RankedTensorType>(weight.getType());
  left.setType(RankedTensorType::get({type.getDimSize(0), step.getRank()},
                                     type.getElementType()));
  appendStep(left, step);
  return left;
}

/// x * V^T, and U behind it, which has the bias.
void FactorWeights::split(LinearOp linear, WeightOp left, int64_t rank) {
  OpBuilder builder(linear);
  Location loc = linear.getLoc();
  auto type = cast<RankedTensorType>(linear.getResult().getType());
  SmallVector<int64_t> shape(type.getShape());
  shape.back() = rank;
  Value few = LinearOp::create(
      builder, loc, RankedTensorType::get(shape, type.getElementType()),
      linear.getInput(), linear.getWeight(), Value());
  Value param =
      ParamOp::create(builder, loc, left.getType(), left.getSymName(), Value());
  Value all =
      LinearOp::create(builder, loc, type, few, param, linear.getBias());
  linear.getResult().replaceAllUsesWith(all);
  linear.erase();
}

void FactorWeights::factor(WeightOp weight, const LowRankChoice &choice) {
  MLIRContext *context = &getContext();
  auto type = cast<RankedTensorType>(weight.getType());
  const int64_t rows = type.getDimSize(0), cols = type.getDimSize(1),
                rank = choice.getRank(rows, cols);
  auto makeStep = [&](StringRef part) {
    return FactorStepAttr::get(context, StringAttr::get(context, part),
                               StringAttr::get(context, choice.method), rank,
                               factoringNeedsStatistics(choice.method)
                                   ? weight.getSymNameAttr()
                                   : StringAttr(),
                               /*round=*/{});
  };
  WeightOp left = makeLeft(weight, makeStep("left"));
  // The right factor keeps the name: it meets the same input, and its statistics.
  appendStep(weight, makeStep("right"));
  weight.setType(RankedTensorType::get({rank, cols}, type.getElementType()));
  for (ParamOp param : params[weight.getSymNameAttr()]) {
    param.getResult().setType(weight.getType());
    for (Operation *user : llvm::to_vector(param.getResult().getUsers()))
      split(cast<LinearOp>(user), left, rank);
  }
  applied(weight, getArgument(), [&] {
    const double share = static_cast<double>(rank * (rows + cols)) /
                         static_cast<double>(rows * cols);
    return "factors of rank " + std::to_string(rank) + " by " + choice.method +
           llvm::formatv(", {0} % of its numbers",
                         llvm::format("%.3g", 100 * share))
               .str();
  });
}

} // namespace llmc
