//===- SparsifyWeights.cpp - the weights that matter least become 0 ---------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Only recipes change here; which weights go is chosen when they are made. Kernels are
// dense: zeros cost as much as other numbers.
//===----------------------------------------------------------------------===//
#include "EquivalentScaling.h"
#include "WeightReadings.h"
#include "llmc/Optimize/Passes.h"
#include "llmc/Optimize/SparsifySpec.h"
#include "llmc/Support/Explain.h"
#include "llmc/Weights/Pruning.h"

namespace llmc {
#define GEN_PASS_DEF_SPARSIFYWEIGHTS
#include "llmc/Optimize/Passes.h.inc"

using namespace mlir;
using namespace mlir::llm;

namespace {

struct SparsifyWeights : impl::SparsifyWeightsBase<SparsifyWeights> {
  using Base::Base;

  void runOnOperation() override {
    auto parsed = parseSparsifySpec(spec);
    if (!parsed) {
      getOperation().emitError("sparsify: ") << toString(parsed.takeError());
      return signalPassFailure();
    }
    if (failed(sparsify(*parsed)))
      signalPassFailure();
  }

private:
  LogicalResult sparsify(const SparsifySpec &parsed);
  std::string findObstacle(WeightOp weight, const Reading &reading,
                           const SparsifyChoice &choice);
  LogicalResult prune(WeightOp weight, const SparsifyChoice &choice);
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
  if (pruningNeedsStatistics(choice.method) && !reading.isObserved)
    return "there are no statistics of its input";
  return reading.obstacle ? reading.obstacle : "";
}

LogicalResult SparsifyWeights::prune(WeightOp weight,
                                     const SparsifyChoice &choice) {
  MLIRContext *context = &getContext();
  int64_t cols = getMatrixShape(weight.getType()).back();
  if (choice.of && cols % choice.of)
    return getOperation().emitError("sparsify: ")
           << choice.keep << ":" << choice.of << " does not divide the " << cols
           << " columns of '" << weight.getSymName() << "': keep it (;"
           << weight.getSymName() << ":keep)";
  bool isCalibrated = pruningNeedsStatistics(choice.method);
  auto share = choice.of
                   ? FloatAttr()
                   : FloatAttr::get(Float64Type::get(context), choice.share);
  appendStep(weight, PruneStepAttr::get(context,
                                        StringAttr::get(context, choice.method),
                                        share, choice.keep, choice.of,
                                        isCalibrated ? weight.getSymNameAttr()
                                                     : StringAttr()));
  applied(weight, getArgument(), [&] {
    std::string how =
        choice.of ? std::to_string(choice.of - choice.keep) + " of " +
                        std::to_string(choice.of)
                  : std::to_string(std::lround(100 * choice.share)) + " %";
    return how + " of its numbers become 0 by " + choice.method +
           "; kept dense, because there is no kernel that skips them";
  });
  return success();
}

LogicalResult SparsifyWeights::sparsify(const SparsifySpec &parsed) {
  SymbolTable symbols(getOperation());
  std::vector<bool> matched(parsed.overrides.size());
  bool isPruned = false;
  for (auto &[name, reading] : findReadings(getOperation())) {
    auto weight = symbols.lookup<WeightOp>(name);
    SparsifyChoice choice = parsed.linears;
    choice.isKept |= reading.isTable;
    for (auto [i, entry] : llvm::enumerate(parsed.overrides))
      if (entry.pattern.match(name.getValue())) {
        choice = entry.choice;
        matched[i] = true;
      }
    if (std::string obstacle = findObstacle(weight, reading, choice);
        !obstacle.empty()) {
      decline(weight, getArgument(), obstacle);
      continue;
    }
    isPruned = true;
    if (failed(prune(weight, choice)))
      return failure();
  }
  for (auto [i, entry] : llvm::enumerate(parsed.overrides))
    if (!matched[i])
      return getOperation().emitError("sparsify: no weight that products or "
                                      "lookups read matches '")
             << entry.text << "'";
  if (!isPruned)
    return getOperation().emitError(
        "sparsify: no weight is left to prune: products read none, or only "
        "such as the spec keeps or that are on a grid already (prune a model "
        "of floats)");
  return success();
}

} // namespace llmc
