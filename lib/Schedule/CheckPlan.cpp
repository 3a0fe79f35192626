//===- CheckPlan.cpp - the plan, executed symbolically ------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Wrong places make wrong numbers without a word. So the step is walked in the
// order in which it runs, remembering which value every byte range holds: each
// read must find its value. Loop bodies are walked twice, since the second turn
// reads what the first one left. Nothing here is shared with the planner.
//===----------------------------------------------------------------------===//
#include "dialects/llm/ActRow.h"
#include "llmc/Schedule/Passes.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

namespace llmc {
#define GEN_PASS_DEF_CHECKPLAN
#include "llmc/Schedule/Passes.h.inc"

using namespace mlir;
using namespace mlir::llm;

namespace {

/// A byte range per row of the arena, a result's buffer, or a cache.
struct Range {
  enum Space { arena, result, cache } space;
  int64_t index; // of the result or the cache
  int64_t begin, end;

  bool meets(const Range &other) const {
    return space == other.space && index == other.index && begin < other.end &&
           other.begin < end;
  }
  bool operator==(const Range &other) const {
    return space == other.space && index == other.index &&
           begin == other.begin && end == other.end;
  }
};

/// What a value is while the step runs: one computation of it, and where.
struct Instance {
  Value value;
  int64_t number; // of the computation: each turn of a loop makes a new one
  Range range;
};

/// `%3 of "linear"`
std::string spell(Value value) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  value.printAsOperand(stream, OpPrintingFlags());
  if (auto kernel = value.getDefiningOp<KernelOp>())
    stream << " of \"" << kernel.getName() << '"';
  return text;
}

class PlanChecker {
public:
  PlanChecker(func::FuncOp func, int64_t arenaBytes)
      : func(func), arenaBytes(arenaBytes) {}

  LogicalResult run() {
    int64_t caches = 0;
    for (BlockArgument argument : func.getArguments())
      if (isa<KVType>(argument.getType()))
        write(argument, {Range::cache, caches++, 0, 1});
    int64_t results = 0;
    Operation *terminator = func.getBody().front().getTerminator();
    for (Value returned : terminator->getOperands())
      if (!isa<KVType>(returned.getType()))
        returns[seeThrough(returned)] = results++;
    if (failed(walk(func.getBody().front())))
      return failure();
    return checkReturn(terminator);
  }

private:
  static Value seeThrough(Value value) {
    while (isa_and_nonnull<tensor::ExpandShapeOp, tensor::CollapseShapeOp>(
        value.getDefiningOp()))
      value = value.getDefiningOp()->getOperand(0);
    return value;
  }

  //===--- the step, op by op -------------------------------------------------===//

  LogicalResult walk(Block &block) {
    for (Operation &op : block.without_terminator()) {
      if (isa<tensor::ExpandShapeOp, tensor::CollapseShapeOp>(op))
        alias(op.getResult(0), op.getOperand(0));
      if (auto loop = dyn_cast<scf::ForOp>(op); loop && failed(walkLoop(loop)))
        return failure();
      if (auto kernel = dyn_cast<KernelOp>(op);
          kernel && failed(walkKernel(kernel)))
        return failure();
    }
    return success();
  }

  LogicalResult walkKernel(KernelOp kernel) {
    SmallVector<Instance> reads;
    for (Value input : kernel.getInputs()) {
      auto it = current.find(input);
      if (it == current.end())
        continue; // a weight, the batch, an argument of a test
      if (failed(checkHeld(kernel, it->second)))
        return failure();
      reads.push_back(it->second);
    }
    SmallVector<std::pair<Value, Range>> writes;
    for (unsigned i = 0; i < kernel.getNumResults(); ++i) {
      FailureOr<Range> range = getRange(kernel, i);
      if (failed(range) || failed(checkWrite(kernel, i, *range, reads, writes)))
        return failure();
      writes.push_back({kernel.getResult(i), *range});
    }
    for (auto &[value, range] : writes)
      write(value, range);
    return success();
  }

  LogicalResult walkLoop(scf::ForOp loop) {
    Operation *yield = loop.getBody()->getTerminator();
    for (auto [inside, start] :
         llvm::zip(loop.getRegionIterArgs(), loop.getInitArgs()))
      alias(inside, start);
    for (int turn = 0; turn < 2; ++turn) {
      if (failed(walk(*loop.getBody())))
        return failure();
      SmallVector<std::pair<Value, Instance>> next;
      for (auto [inside, yielded] :
           llvm::zip(loop.getRegionIterArgs(), yield->getOperands())) {
        auto it = current.find(yielded);
        if (it == current.end())
          continue;
        if (failed(checkInPlace(loop, inside, it->second)))
          return failure();
        next.push_back({inside, it->second});
      }
      for (auto &[inside, instance] : next)
        current[inside] = instance;
    }
    for (auto [result, inside] :
         llvm::zip(loop.getResults(), loop.getRegionIterArgs()))
      alias(result, inside);
    return success();
  }

  LogicalResult checkReturn(Operation *terminator) {
    for (Value returned : terminator->getOperands()) {
      auto it = current.find(returned);
      if (it == current.end() || it->second.range.space == Range::arena)
        return terminator->emitError("the step returns ")
               << spell(returned) << ", which is not written to the caller";
      if (failed(checkHeld(terminator, it->second)))
        return failure();
    }
    return success();
  }

  //===--- places -------------------------------------------------------------===//

  static int64_t getRowBytes(Type type) {
    if (auto packed = dyn_cast<PackedType>(type))
      return getActRowBytes(packed);
    auto tensor = cast<RankedTensorType>(type);
    int64_t bits = tensor.getElementTypeBitWidth();
    for (int64_t dim : tensor.getShape().drop_front())
      bits *= dim;
    return bits / 8;
  }

  FailureOr<Range> getRange(KernelOp kernel, unsigned i) {
    Value result = kernel.getResult(i);
    if (isa<KVType>(result.getType())) {
      for (Value input : kernel.getInputs())
        if (auto it = current.find(input);
            it != current.end() && it->second.range.space == Range::cache)
          return it->second.range;
      return kernel.emitError("writes a cache that it does not read");
    }
    int64_t bytes = getRowBytes(result.getType());
    if (auto it = returns.find(result); it != returns.end())
      return Range{Range::result, it->second, 0, bytes};
    int64_t offset = kernel.getArena() ? (*kernel.getArena())[i] : -1;
    if (offset < 0 || offset + bytes > arenaBytes)
      return kernel.emitError("the plan gives ")
             << spell(result) << " bytes [" << offset << ", " << offset + bytes
             << ") of an arena of " << arenaBytes;
    return Range{Range::arena, 0, offset, offset + bytes};
  }

  //===--- what the bytes hold --------------------------------------------------===//

  void alias(Value name, Value value) {
    if (auto it = current.find(value); it != current.end()) {
      Instance instance = it->second;
      current[name] = instance;
    }
  }

  void write(Value value, Range range) {
    llvm::erase_if(held, [&](const Instance &instance) {
      return instance.range.meets(range);
    });
    current[value] = {value, computations++, range};
    held.push_back(current[value]);
  }

  LogicalResult checkHeld(Operation *reader, const Instance &wanted) {
    for (const Instance &instance : held) {
      if (instance.number == wanted.number)
        return success();
      if (instance.range.meets(wanted.range))
        return reportShared(reader, "reads", wanted, instance);
    }
    return reader->emitError("reads ")
           << spell(wanted.value) << ", whose bytes were overwritten";
  }

  /// A kernel may not overwrite what it reads - some read whole rows before they
  /// write one -, except for its cache.
  LogicalResult checkWrite(KernelOp kernel, unsigned i, Range range,
                           ArrayRef<Instance> reads,
                           ArrayRef<std::pair<Value, Range>> writes) {
    Instance wanted{kernel.getResult(i), -1, range};
    for (const Instance &read : reads)
      if (read.range.meets(range) && range.space != Range::cache)
        return reportShared(kernel, "writes", wanted, read);
    for (auto &[value, other] : writes)
      if (other.meets(range))
        return reportShared(kernel, "writes", wanted, {value, -1, other});
    return success();
  }

  /// The next turn reads a carried value where this one did.
  LogicalResult checkInPlace(scf::ForOp loop, Value inside,
                             const Instance &next) {
    auto it = current.find(inside);
    assert(it != current.end() && "a start has a place if its next one has");
    if (!(it->second.range == next.range))
      return loop.emitError("carries ")
             << spell(inside) << " at byte " << it->second.range.begin
             << ", but its next value " << spell(next.value) << " lies at byte "
             << next.range.begin;
    return checkHeld(loop, next);
  }

  LogicalResult reportShared(Operation *op, StringRef verb,
                             const Instance &wanted, const Instance &found) {
    InFlightDiagnostic error = op->emitError(verb);
    error << " " << spell(wanted.value) << " in bytes [" << wanted.range.begin
          << ", " << wanted.range.end << "), where " << spell(found.value)
          << " lies in [" << found.range.begin << ", " << found.range.end
          << ")";
    return error;
  }

  func::FuncOp func;
  int64_t arenaBytes;
  DenseMap<Value, int64_t> returns;  // root of a returned value, its number
  DenseMap<Value, Instance> current; // what names stand for
  SmallVector<Instance> held;        // disjoint
  int64_t computations = 0;
};

LogicalResult checkWeights(ModuleOp module, int64_t sectionBytes) {
  SmallVector<WeightOp> weights(module.getOps<WeightOp>());
  for (WeightOp weight : weights)
    if (!weight.getOffset() ||
        *weight.getOffset() + getWeightBytes(weight.getType()) > sectionBytes)
      return weight.emitError("the plan gives it no place in ")
             << sectionBytes << " bytes of weights";
  llvm::sort(weights, [](WeightOp a, WeightOp b) {
    return *a.getOffset() < *b.getOffset();
  });
  for (size_t i = 1; i < weights.size(); ++i)
    if (*weights[i].getOffset() <
        *weights[i - 1].getOffset() + getWeightBytes(weights[i - 1].getType()))
      return weights[i].emitError("shares bytes with @")
             << weights[i - 1].getSymName();
  return success();
}

struct CheckPlan : impl::CheckPlanBase<CheckPlan> {
  void runOnOperation() override {
    FailureOr<PlanAttr> plan = getPlan(getOperation());
    if (failed(plan) ||
        failed(checkWeights(getOperation(), plan->getWeightBytes())))
      return signalPassFailure();
    for (auto func : getOperation().getOps<func::FuncOp>())
      if (!func.isExternal() &&
          failed(PlanChecker(func, plan->getArenaBytesPerRow()).run()))
        return signalPassFailure();
    markAllAnalysesPreserved();
  }
};

} // namespace
} // namespace llmc
