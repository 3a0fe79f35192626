//===- Evaluation.h - one call of a function, op by op ----------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// An evaluator of an op reads its operands from the Evaluation and sets its
// results. Each op family registers its evaluators in an OpTable by op name.
//===----------------------------------------------------------------------===//
#ifndef LLMC_REFERENCE_EVALUATION_H
#define LLMC_REFERENCE_EVALUATION_H

#include "Values.h"

#include <functional>

namespace llmc::reference {

class Evaluation;

/// Evaluators by op name.
class OpTable {
public:
  using Evaluator = std::function<llvm::Error(Evaluation &, mlir::Operation *)>;

  void add(llvm::StringRef name, Evaluator evaluator) {
    [[maybe_unused]] bool isNew =
        evaluators.try_emplace(name, std::move(evaluator)).second;
    assert(isNew && "an op has one evaluator");
  }
  template <typename Op> void add(llvm::Error (*evaluate)(Evaluation &, Op)) {
    add(Op::getOperationName(),
        [evaluate](Evaluation &eval, mlir::Operation *op) {
          return evaluate(eval, mlir::cast<Op>(op));
        });
  }
  const Evaluator *find(llvm::StringRef name) const {
    auto it = evaluators.find(name);
    return it == evaluators.end() ? nullptr : &it->second;
  }

private:
  llvm::StringMap<Evaluator> evaluators;
};

void addRowOps(OpTable &table);
void addPositionOps(OpTable &table);
void addSequenceOps(OpTable &table);
void addExpertOps(OpTable &table);
void addElementwiseOps(OpTable &table);
void addTensorOps(OpTable &table);
void addStructureOps(OpTable &table);
void addSamplingOps(OpTable &table);
void addLinalgOps(OpTable &table);

/// Dequantised weights by symbol. Keeps them while they fit `keepBytes`; beyond
/// it a weight is made again for each use.
class WeightCache {
public:
  WeightCache(mlir::ModuleOp module, const WeightStore &store)
      : symbols(module), store(store) {}
  /// The weight that `param` reads, `index` choosing from a table.
  llvm::Expected<TensorRef> get(mlir::llm::ParamOp param,
                                std::optional<int64_t> index);

private:
  mlir::SymbolTable symbols;
  const WeightStore &store;
  llvm::DenseMap<mlir::Operation *, TensorRef> kept;
  int64_t keptBytes = 0;
};

/// For each op of a block, the values of the block that nothing reads later.
using LastUses =
    llvm::DenseMap<mlir::Operation *, llvm::SmallVector<mlir::Value>>;

class Evaluation {
public:
  Evaluation(const OpTable &table, WeightCache &weights, bool singlePrecision)
      : weights(weights), singlePrecision(singlePrecision), table(table) {}

  /// Runs a block on its arguments; returns its terminator's operands.
  llvm::Expected<std::vector<RuntimeValue>>
  run(mlir::Block &block, std::vector<RuntimeValue> arguments);

  const RuntimeValue &get(mlir::Value value) const {
    auto found = values.find(value);
    assert(found != values.end() &&
           "an operand is defined, and kept until its last use");
    return found->second;
  }
  const Tensor &tensor(mlir::Value value) const { return *tensorRef(value); }
  TensorRef tensorRef(mlir::Value value) const {
    return std::get<TensorRef>(get(value));
  }
  int64_t integer(mlir::Value value) const {
    return std::get<int64_t>(get(value));
  }
  const Rows &rows(mlir::Value batch) const {
    return *std::get<const Rows *>(get(batch));
  }
  std::shared_ptr<KvCache> cache(mlir::Value value) const {
    return std::get<std::shared_ptr<KvCache>>(get(value));
  }
  /// The floats of an optional operand, null when it is absent.
  const float *floatsOrNull(mlir::Value value) const {
    return value ? tensor(value).floats.data() : nullptr;
  }

  void set(mlir::Value result, RuntimeValue value) {
    values[result] = std::move(value);
  }
  void set(mlir::Value result, Tensor tensor) {
    assert(isWhole(tensor) && "a tensor has the elements that its shape says");
    set(result,
        RuntimeValue(std::make_shared<const Tensor>(std::move(tensor))));
  }

  /// Calls `body` with a zero of the type that sums are computed in.
  template <typename Body> void accumulate(Body body) const {
    if (singlePrecision)
      body(0.0f);
    else
      body(0.0);
  }

  WeightCache &weights;
  const bool singlePrecision;
  /// Where the linalg op is whose body runs.
  llvm::SmallVector<int64_t> loopPoint;

private:
  const LastUses &getLastUses(mlir::Block &block);

  const OpTable &table;
  llvm::DenseMap<mlir::Value, RuntimeValue> values;
  llvm::DenseMap<mlir::Block *, LastUses> lastUses;
};

} // namespace llmc::reference

#endif // LLMC_REFERENCE_EVALUATION_H
