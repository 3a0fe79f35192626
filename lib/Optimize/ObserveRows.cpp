//===- ObserveRows.cpp - what a step computes on its way becomes results ----===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What is looked at is what the compiled model computes: the step hands its rows out,
// and nothing else of it changes. Who wants to see some inputs alone gets a step that
// ends with them.
//===----------------------------------------------------------------------===//
#include "CutStep.h"
#include "DropLayers.h"
#include "llmc/Optimize/ObservedRows.h"
#include "llmc/Optimize/Passes.h"
#include "llmc/Support/Explain.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringSet.h"

namespace llmc {
#define GEN_PASS_DEF_OBSERVELAYERS
#define GEN_PASS_DEF_OBSERVELINEARS
#define GEN_PASS_DEF_OBSERVENORMS
#include "llmc/Optimize/Passes.h.inc"

using namespace mlir;
using namespace mlir::llm;

/// Whether they are [T, D], floats, of all rows of the batch.
static bool areRows(Value value) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  return type && type.getRank() == 2 && type.isDynamicDim(0) &&
         type.getElementType().isF32() && !areAsked(value);
}

bool isObserved(LinearOp linear) {
  return areRows(linear.getInput()) &&
         getMatrixShape(linear.getWeight().getType()).size() == 2 &&
         linear.getWeight().getDefiningOp<ParamOp>();
}

namespace {

/// The results that a step gets, each value once.
class Observer {
public:
  explicit Observer(func::FuncOp step)
      : step(step), builder(step.getContext()) {}

  /// Whether `op` is where the results are returned.
  bool isAtTop(Operation *op) { return op->getBlock() == &step.front(); }

  /// Named after a weight that `rows` meet.
  LogicalResult add(Value rows, Value weight) {
    return add(rows, weight.getDefiningOp<ParamOp>().getWeight());
  }
  LogicalResult add(Value rows, StringRef of) {
    if (!seen.insert(rows))
      return success();
    Operation *op = rows.getDefiningOp();
    if (op && op->getBlock() == &step.front() &&
        (!last || last->isBeforeInBlock(op)))
      last = op;
    unsigned number = step.getNumResults();
    if (!step.getResultAttr(0, resultNameAttr))
      step.setResultAttr(0, resultNameAttr, builder.getStringAttr("logits"));
    auto name = builder.getStringAttr(observedPrefix + of);
    if (failed(step.insertResult(number, rows.getType(),
                                 builder.getDictionaryAttr(builder.getNamedAttr(
                                     resultNameAttr, name)))))
      return failure();
    Operation *end = step.front().getTerminator();
    end->insertOperands(end->getNumOperands(), rows);
    return success();
  }

  /// What computes the last result; null: they are all arguments.
  Operation *getLast() const { return last; }

private:
  func::FuncOp step;
  OpBuilder builder;
  llvm::SetVector<Value> seen;
  Operation *last = nullptr;
};

/// The step; null, and an error, where there is none.
func::FuncOp findStep(ModuleOp module) {
  auto step = module.lookupSymbol<func::FuncOp>("step");
  if (!step)
    module.emitError("there is no @step whose rows could be observed: only "
                     "models that complete text are");
  return step;
}

struct ObserveLinears : impl::ObserveLinearsBase<ObserveLinears> {
  void runOnOperation() override {
    func::FuncOp step = findStep(getOperation());
    if (!step)
      return signalPassFailure();
    auto asked = dyn_cast_or_null<ArrayAttr>(step->removeAttr(observeAttrName));
    llvm::StringSet<> missing;
    if (asked)
      for (auto name : asked.getAsRange<StringAttr>())
        missing.insert(name.getValue());
    const llvm::StringSet<> wanted = missing;
    Observer observer(step);
    step.walk([&](LinearOp linear) {
      if (!isObserved(linear) || !observer.isAtTop(linear))
        return decline(linear, getArgument(),
                       "no rows of the batch, or a loop");
      StringRef weight =
          linear.getWeight().getDefiningOp<ParamOp>().getWeight();
      if (asked && !wanted.contains(weight))
        return;
      missing.erase(weight);
      if (failed(observer.add(linear.getInput(), weight)))
        signalPassFailure();
    });
    for (const auto &name : missing) {
      step.emitError("'") << observeAttrName << "' names '" << name.getKey()
                          << "': no product with it has an input that could "
                             "be observed";
      signalPassFailure();
    }
    if (asked)
      cutBehind(step, observer.getLast());
  }
};

struct ObserveLayers : impl::ObserveLayersBase<ObserveLayers> {
  void runOnOperation() override {
    func::FuncOp step = findStep(getOperation());
    if (!step)
      return signalPassFailure();
    StepLayers layers;
    if (std::string problem = layers.find(step); !problem.empty()) {
      step.emitError("layers cannot be observed: ") << problem;
      return signalPassFailure();
    }
    Observer observer(step);
    for (auto [number, rows] : llvm::enumerate(layers.getHanded()))
      if (failed(observer.add(rows, nameLayer(static_cast<int64_t>(number)))))
        signalPassFailure();
  }
};

struct ObserveNorms : impl::ObserveNormsBase<ObserveNorms> {
  void runOnOperation() override {
    func::FuncOp step = findStep(getOperation());
    if (!step)
      return signalPassFailure();
    Observer observer(step);
    step.walk([&](NormOp norm) {
      Value weight = norm.getWeight();
      if (!areRows(norm.getInput()) || !observer.isAtTop(norm) || !weight ||
          !weight.getDefiningOp<ParamOp>())
        return decline(norm, getArgument(),
                       "no rows of the batch, a loop, or no weight");
      if (failed(observer.add(norm.getInput(), weight)))
        signalPassFailure();
    });
  }
};

} // namespace
} // namespace llmc
