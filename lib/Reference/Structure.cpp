//===- Structure.cpp - weights, batch, kernels and loops ------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a step is made of around its arithmetic. A kernel means its body.
//===----------------------------------------------------------------------===//
#include "Evaluation.h"

#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace llmc;
using namespace llmc::reference;
using namespace mlir;
using namespace mlir::llm;

/// Dequantised weights up to this stay in memory: models of a few 1e9 weights.
static constexpr int64_t keepBytes = int64_t(8) << 30;

llvm::Expected<TensorRef> WeightCache::get(ParamOp param,
                                           std::optional<int64_t> index) {
  Operation *symbol = symbols.lookup(param.getWeight());
  if (auto table = dyn_cast_or_null<WeightTableOp>(symbol)) {
    int64_t entries = table.getEntries().size();
    if (!index || *index < 0 || *index >= entries)
      return opError(param, "index lies in the table: found " +
                                llvm::Twine(index.value_or(-1)) + " of " +
                                llvm::Twine(entries));
    symbol = symbols.lookup(
        cast<FlatSymbolRefAttr>(table.getEntries()[*index]).getValue());
  }
  auto weight = dyn_cast_or_null<WeightOp>(symbol);
  if (!weight)
    return opError(param,
                   "reads '" + param.getWeight() + "', which is no weight");
  if (auto it = kept.find(weight); it != kept.end())
    return it->second;
  auto floats = makeWeightValues(weight, store);
  if (!floats)
    return floats.takeError();
  auto shape = llvm::SmallVector<int64_t>(getMatrixShape(weight.getType()));
  auto tensor =
      std::make_shared<const Tensor>(Tensor{shape, std::move(*floats), {}});
  int64_t bytes = tensor->floats.size() * sizeof(float);
  if (keptBytes + bytes <= keepBytes) {
    keptBytes += bytes;
    kept[weight] = tensor;
  }
  return tensor;
}

static llvm::Error evalParam(Evaluation &eval, ParamOp op) {
  std::optional<int64_t> index;
  if (op.getIndex())
    index = eval.integer(op.getIndex());
  auto tensor = eval.weights.get(op, index);
  if (!tensor)
    return tensor.takeError();
  eval.set(op.getResult(), RuntimeValue(std::move(*tensor)));
  return llvm::Error::success();
}

static llvm::Error setIds(Evaluation &eval, Value result,
                          const std::vector<int32_t> &ids) {
  eval.set(
      result,
      Tensor{{static_cast<int64_t>(ids.size())}, {}, {ids.begin(), ids.end()}});
  return llvm::Error::success();
}
static llvm::Error evalTokens(Evaluation &eval, BatchTokensOp op) {
  return setIds(eval, op.getResult(), eval.rows(op.getBatch()).batch->tokens);
}
static llvm::Error evalPositions(Evaluation &eval, BatchPositionsOp op) {
  return setIds(eval, op.getResult(),
                eval.rows(op.getBatch()).batch->positions);
}
static llvm::Error evalLogitRows(Evaluation &eval, BatchLogitRowsOp op) {
  return setIds(eval, op.getResult(),
                eval.rows(op.getBatch()).batch->logitRows);
}

/// Runs a region once on `arguments`; its yields become `results`.
static llvm::Error runInto(Evaluation &eval, Block &block,
                           std::vector<RuntimeValue> arguments,
                           ValueRange results) {
  auto yields = eval.run(block, std::move(arguments));
  if (!yields)
    return yields.takeError();
  for (auto [result, value] : llvm::zip_equal(results, *yields))
    eval.set(result, std::move(value));
  return llvm::Error::success();
}

static llvm::Error evalKernel(Evaluation &eval, KernelOp op) {
  std::vector<RuntimeValue> inputs;
  for (Value input : op.getInputs())
    inputs.push_back(eval.get(input));
  return runInto(eval, op.getBody().front(), std::move(inputs),
                 op.getResults());
}

static llvm::Error evalFor(Evaluation &eval, scf::ForOp op) {
  int64_t end = eval.integer(op.getUpperBound()),
          step = eval.integer(op.getStep());
  if (step <= 0)
    return opError(op, "needs a positive step, found " + llvm::Twine(step));
  std::vector<RuntimeValue> carried;
  for (Value init : op.getInitArgs())
    carried.push_back(eval.get(init));
  for (int64_t i = eval.integer(op.getLowerBound()); i < end;) {
    carried.insert(carried.begin(), RuntimeValue(i));
    auto yields = eval.run(*op.getBody(), std::move(carried));
    if (!yields)
      return yields.takeError();
    carried = std::move(*yields);
    if (__builtin_add_overflow(i, step, &i))
      break;
  }
  for (auto [result, value] : llvm::zip_equal(op.getResults(), carried))
    eval.set(result, std::move(value));
  return llvm::Error::success();
}

static llvm::Error evalIf(Evaluation &eval, scf::IfOp op) {
  Region &taken =
      eval.integer(op.getCondition()) ? op.getThenRegion() : op.getElseRegion();
  if (taken.empty())
    return llvm::Error::success();
  return runInto(eval, taken.front(), {}, op.getResults());
}

void reference::addStructureOps(OpTable &table) {
  table.add(evalParam);
  table.add(evalTokens);
  table.add(evalPositions);
  table.add(evalLogitRows);
  table.add(evalKernel);
  table.add(evalFor);
  table.add(evalIf);
}
