//===- LowerStep.cpp - the step becomes calls of kernels ---------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Values become views of the arena, of the weights and of the cache; kernels
// become calls, with barriers between those that depend on one another.
//===----------------------------------------------------------------------===//
#include "Barriers.h"
#include "KernelFunctions.h"
#include "Nvptx/DecodeAttention.h"
#include "StepFields.h"
#include "llmc/Lower/Cpu/TileBuilder.h"
#include "llmc/Lower/Passes.h"
#include "llmc/Support/Explain.h"

#include "llmrt/abi.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/IRMapping.h"

namespace llmc {
#define GEN_PASS_DEF_LOWERSTEP
#include "llmc/Lower/Passes.h.inc"

using namespace mlir;
using namespace mlir::llm;

namespace {

/// The cache as a kernel sees it: pages of elements.
MemRefType getCacheType(KVType kv) {
  int64_t elements =
      kv.getBytesPerSlot() * LLMRT_PAGE_TOKENS / kv.getElementBytes();
  return MemRefType::get({ShapedType::kDynamic, elements}, kv.getElementType());
}

class StepLowering {
public:
  StepLowering(func::FuncOp step, PlanAttr plan)
      : step(step), module(step->getParentOfType<ModuleOp>()), symbols(module),
        context(step.getContext()), functions(step), plan(plan) {}

  LogicalResult run() {
    if (failed(findResults()))
      return failure();
    OpBuilder moduleBuilder(context);
    moduleBuilder.setInsertionPointAfter(step); // and after its kernels
    auto type = getStepType();
    lowered = func::FuncOp::create(moduleBuilder, step.getLoc(), "step.lowered",
                                   type);
    Block *entry = lowered.addEntryBlock();
    TileBuilder b(step.getLoc(), context);
    b.setInsertionPointToStart(entry);
    if (failed(bindArguments(b, entry)))
      return failure();
    if (failed(lowerBlock(b, step.getBody().front())))
      return failure();
    func::ReturnOp::create(b);
    if (countsParts)
      clearCounters(entry);
    applied(step, "llm-lower-step", [&] {
      return std::to_string(calls) + " kernels become " +
             std::to_string(functions.count()) + " functions and " +
             std::to_string(barriers.count()) + " barriers";
    });
    std::string name = step.getName().str();
    setTarget(lowered, getTarget(step));
    step.erase();
    lowered.setName(name);
    return success();
  }

private:
  /// The values that the plan's results name: kernels write them to the caller.
  LogicalResult findResults() {
    auto *terminator = step.getBody().front().getTerminator();
    for (OpOperand &operand : terminator->getOpOperands()) {
      Value value = operand.get();
      if (isa<KVType>(value.getType()))
        continue;
      std::optional<size_t> index =
          findResult(getResultName(step, operand.getOperandNumber()));
      while (isa_and_nonnull<tensor::ExpandShapeOp, tensor::CollapseShapeOp>(
          value.getDefiningOp()))
        value = value.getDefiningOp()->getOperand(0);
      if (!index || !resultIndex.try_emplace(value, *index).second)
        return step.emitError("the plan has no buffer for result ")
               << operand.getOperandNumber() << ": run llm-plan-memory last";
    }
    return success();
  }

  std::optional<size_t> findResult(StringRef name) {
    for (auto [index, result] : llvm::enumerate(plan.getResults()))
      if (result.getName() == name)
        return index;
    return std::nullopt;
  }

  FunctionType getStepType() {
    return FunctionType::get(
        context, StepArguments::getTypes(context, StepCounts(plan)), {});
  }

  LogicalResult bindArguments(TileBuilder &b, Block *entry) {
    StepArguments args(entry->getArguments(), StepCounts(plan));
    weights = args.get(StepField::weights);
    arena = args.get(StepField::arena);
    scratch = args.get(StepField::scratch);
    tokens = args.get(StepField::tokens);
    logitRows = args.get(StepField::logitRows);
    rows = args.get(StepField::rows);
    capacity = args.get(StepField::rowCapacity);
    logitRowCount = args.get(StepField::logitRowCount);
    batch.positions = args.get(StepField::positions);
    batch.slots = args.get(StepField::slots);
    batch.sequences = args.get(StepField::sequences);
    batch.blocksPerSequence = args.get(StepField::blocksPerSequence);
    batch.sampling = args.get(StepField::sampling);
    batch.ranges = args.get(StepField::ranges);
    batch.rangeCount = args.get(StepField::rangeCount);
    promptRows = args.get(StepField::promptRows);
    for (size_t i = 0; i < plan.getResults().size(); ++i)
      results.push_back(args.getResult(i));
    b.worker = args.getWorker();
    b.workers = args.getWorkers();
    for (BlockArgument argument : step.getArguments()) {
      if (isa<RankedTensorType>(argument.getType()) &&
          failed(bindResultOf(b, argument)))
        return failure();
      if (auto kv = dyn_cast<KVType>(argument.getType()))
        if (failed(bindCache(b, args, argument, kv)))
          return failure();
    }
    return success();
  }

  LogicalResult bindCache(TileBuilder &b, const StepArguments &args,
                          BlockArgument argument, KVType kv) {
    size_t index = caches.size();
    if (index == plan.getCaches().size())
      return step.emitError("the plan has no cache for argument ")
             << argument.getArgNumber() << ": run llm-plan-memory last";
    auto take = [&](CacheField field) { return args.getCache(index, field); };
    caches.push_back(
        {take(CacheField::blockTable), take(CacheField::slotPositions)});
    cacheIndex[argument] = index;
    values[argument] =
        memref::ViewOp::create(b, getCacheType(kv), take(CacheField::kv),
                               b.index(0), take(CacheField::pages));
    return success();
  }

  /// A tensor argument is what another function of the step has returned.
  LogicalResult bindResultOf(TileBuilder &b, BlockArgument argument) {
    auto name = step.getArgAttrOfType<StringAttr>(argument.getArgNumber(),
                                                  resultNameAttr);
    std::optional<size_t> index = findResult(name ? name.getValue() : "");
    if (!index)
      return step.emitError("argument ")
             << argument.getArgNumber() << " is no result of the plan: '"
             << resultNameAttr << "' names one";
    bool asked = plan.getResults()[*index].getRows() == ResultRows::Asked;
    rowCounts[argument] = asked ? logitRowCount : rows;
    places[argument].result = results[*index];
    values[argument] =
        view(b, argument.getType(), places[argument], rowCounts[argument]);
    return success();
  }

  //===--- the step's ops ---------------------------------------------------===//

  LogicalResult lowerBlock(TileBuilder &b, Block &block) {
    for (Operation &op : block.without_terminator())
      if (failed(lowerOp(b, &op)))
        return failure();
    return success();
  }

  LogicalResult lowerOp(TileBuilder &b, Operation *op) {
    if (isa<arith::ConstantOp, arith::AddIOp, arith::MulIOp>(op)) {
      IRMapping mapping;
      for (Value operand : op->getOperands())
        mapping.map(operand, values.lookup(operand));
      values[op->getResult(0)] = b.clone(*op, mapping)->getResult(0);
      return success();
    }
    if (isa<BatchTokensOp>(op))
      return bind(op->getResult(0), tokens, rows);
    if (isa<BatchPositionsOp>(op))
      return bind(op->getResult(0), batch.positions, rows);
    if (isa<BatchLogitRowsOp>(op))
      return bind(op->getResult(0), logitRows, logitRowCount);
    if (auto param = dyn_cast<ParamOp>(op)) {
      values[param.getResult()] = viewWeight(b, param);
      return success();
    }
    if (auto dim = dyn_cast<tensor::DimOp>(op))
      return lowerDim(b, dim);
    if (isa<tensor::ExpandShapeOp, tensor::CollapseShapeOp>(op))
      return lowerReshape(b, op);
    if (auto loop = dyn_cast<scf::ForOp>(op))
      return lowerLoop(b, loop);
    if (auto kernel = dyn_cast<KernelOp>(op))
      return lowerKernel(b, kernel);
    return op->emitError("no lowering yet for '") << op->getName() << "'";
  }

  LogicalResult bind(Value value, Value memref, Value count) {
    values[value] = memref;
    rowCounts[value] = count;
    return success();
  }

  /// Only the rows of a value are not known when compiling.
  LogicalResult lowerDim(TileBuilder &b, tensor::DimOp op) {
    std::optional<int64_t> index = op.getConstantIndex();
    auto type = dyn_cast<RankedTensorType>(op.getSource().getType());
    if (!index || !type || *index < 0 || *index >= type.getRank())
      return op.emitError("no lowering yet for a dimension that is chosen at "
                          "run time");
    Value count = rowCounts.lookup(op.getSource());
    values[op.getResult()] =
        type.isDynamicDim(*index) ? count : b.index(type.getDimSize(*index));
    if (!values[op.getResult()])
      return op.emitError("no lowering yet for the rows of this value");
    if (type.isDynamicDim(*index))
      rowCounts[op.getResult()] = count;
    return success();
  }

  /// A reshape of whole rows is another view of the same bytes.
  LogicalResult lowerReshape(TileBuilder &b, Operation *op) {
    Value source = op->getOperand(0), result = op->getResult(0);
    auto groups =
        isa<tensor::ExpandShapeOp>(op)
            ? cast<tensor::ExpandShapeOp>(op).getReassociationIndices()
            : cast<tensor::CollapseShapeOp>(op).getReassociationIndices();
    if (!places.contains(source) || groups.empty() || groups[0].size() != 1)
      return op->emitError("no lowering yet for a reshape of ")
             << source.getType() << " to " << result.getType()
             << ": it must keep the rows of an activation";
    rowCounts[result] = rowCounts.lookup(source);
    places[result] = places.lookup(source);
    values[result] =
        view(b, result.getType(), places[result], rowCounts[result]);
    return success();
  }

  LogicalResult lowerLoop(TileBuilder &b, scf::ForOp loop) {
    for (auto [start, inside, result] : llvm::zip(
             loop.getInitArgs(), loop.getRegionIterArgs(), loop.getResults()))
      for (Value carried :
           {static_cast<Value>(inside), static_cast<Value>(result)}) {
        values[carried] = values.lookup(start);
        rowCounts[carried] = rowCounts.lookup(start);
        places[carried] = places.lookup(start);
        cacheIndex[carried] = cacheIndex.lookup(start);
      }
    // What was touched before the loop is as good as touched by its last turn.
    barriers.place(b);
    Value low = values.lookup(loop.getLowerBound());
    Value high = values.lookup(loop.getUpperBound());
    auto newLoop =
        scf::ForOp::create(b, low, high, values.lookup(loop.getStep()));
    values[loop.getInductionVar()] = newLoop.getInductionVar();
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(newLoop.getBody());
    if (failed(lowerBlock(b, *loop.getBody())))
      return failure();
    assert(
        llvm::all_of(llvm::zip(loop.getRegionIterArgs(),
                               loop.getBody()->getTerminator()->getOperands()),
                     [&](auto carried) {
                       return places.lookup(std::get<0>(carried)).offset ==
                              places.lookup(std::get<1>(carried)).offset;
                     }) &&
        "a loop carries in place: llm-plan-memory inserts copies");
    barriers.place(b);
    return success();
  }

  //===--- weights ------------------------------------------------------------===//

  Value viewWeight(TileBuilder &b, ParamOp param) {
    auto type = cast<MemRefType>(getArgumentType(param.getType()));
    Value offset;
    if (!param.getIndex())
      offset =
          b.index(*symbols.lookup<WeightOp>(param.getWeight()).getOffset());
    else
      offset = loadOffset(b, symbols.lookup<WeightTableOp>(param.getWeight()),
                          values.lookup(param.getIndex()));
    return memref::ViewOp::create(b, type, weights, offset, ValueRange());
  }

  /// The layers' offsets are a constant table.
  Value loadOffset(TileBuilder &b, WeightTableOp table, Value layer) {
    SmallVector<int64_t> offsets;
    for (auto entry : table.getEntries().getAsRange<FlatSymbolRefAttr>())
      offsets.push_back(*symbols.lookup<WeightOp>(entry.getAttr()).getOffset());
    int64_t count = offsets.size();
    auto type = MemRefType::get(count, b.getI64Type());
    std::string name = ("offsets." + table.getSymName()).str();
    if (!module.lookupSymbol(name)) {
      OpBuilder global(lowered);
      auto value = DenseElementsAttr::get(
          RankedTensorType::get(count, b.getI64Type()), ArrayRef(offsets));
      memref::GlobalOp::create(global, table.getLoc(), name,
                               global.getStringAttr("private"), type, value,
                               /*constant=*/true, /*alignment=*/IntegerAttr());
    }
    Value list = memref::GetGlobalOp::create(b, type, name);
    return b.toIndex(b.load(list, layer));
  }

  //===--- kernels --------------------------------------------------------------===//

  /// Where a value lies: offset per row of capacity and bytes per row in the
  /// arena, or the caller's buffer of a result.
  struct Place {
    int64_t offset = -1, bytes = 0;
    Value result = {};
  };

  LogicalResult lowerKernel(TileBuilder &b, KernelOp kernel) {
    Value count = getRowCount(kernel);
    SmallVector<Value> arguments;
    SmallVector<Access> reads, writes;
    bool usesBatch = false;
    const CacheTables *tables = nullptr;
    for (Value input : kernel.getInputs()) {
      if (isa<BatchType>(input.getType())) {
        usesBatch = true;
        continue;
      }
      if (isa<KVType>(input.getType()))
        tables = &caches[cacheIndex.lookup(input)];
      arguments.push_back(values.lookup(input));
      addAccess(input, reads);
    }
    for (auto [result, offset] :
         llvm::zip(kernel.getResults(), *kernel.getArena())) {
      if (isa<KVType>(result.getType())) {
        Value cacheInput = llvm::find_if(kernel.getInputs(), [](Value v) {
                             return isa<KVType>(v.getType());
                           }).operator*();
        values[result] = values.lookup(cacheInput);
        cacheIndex[result] = cacheIndex.lookup(cacheInput);
        addAccess(result, writes);
        continue;
      }
      rowCounts[result] = count;
      auto returned = resultIndex.find(result);
      if (offset < 0 && returned == resultIndex.end())
        return kernel.emitError("a result has no place: run llm-plan-memory");
      places[result] = {offset, getRowBytes(result.getType()),
                        offset < 0 ? results[returned->second] : Value()};
      values[result] = view(b, result.getType(), places[result], count);
      arguments.push_back(values[result]);
      addAccess(result, writes);
    }
    if (usesBatch)
      arguments.append({batch.positions, batch.slots, batch.sequences,
                        batch.blocksPerSequence, batch.sampling, batch.ranges,
                        batch.rangeCount});
    if (usesBatch && tables)
      arguments.append({tables->blockTable, tables->slotPositions});
    if (kernel.getScratch().value_or(0)) {
      arguments.push_back(viewScratch(b, kernel));
      writes.push_back({Access::scratch, 0, 1});
    }
    if (getTarget(step).isDevice()) {
      launch(b, kernel, arguments, usesBatch, count);
      return success();
    }
    arguments.append({b.worker, b.workers});
    barriers.separate(b, reads, writes);
    func::FuncOp function = getFunction(kernel, arguments, usesBatch, count);
    EnterOp::create(b, FlatSymbolRefAttr::get(function), b.worker,
                    IntegerAttr());
    func::CallOp::create(b, function, arguments);
    return success();
  }

  func::FuncOp getFunction(KernelOp kernel, ValueRange arguments,
                           bool usesBatch, Value count, size_t form = 0) {
    func::FuncOp function =
        functions.get(kernel, arguments.getTypes(), usesBatch, form);
    if (!function->hasAttr(costAttrName))
      function->setAttr(costAttrName, getCost(kernel, count));
    calls += form == 0;
    return function;
  }

  /// Launches are in order, so nothing else separates kernels. Of several forms, the
  /// number of rows chooses; behind it go those that take their share of them.
  void launch(TileBuilder &b, KernelOp kernel, ValueRange arguments,
              bool usesBatch, Value count) {
    SmallVector<DeviceTiler> forms = chooseDeviceTilers(kernel);
    SmallVector<func::FuncOp> built;
    for (size_t form = 0; form < forms.size(); ++form)
      built.push_back(getFunction(kernel, arguments, usesBatch, count, form));
    auto sharing = llvm::find_if(
        forms, [](const DeviceTiler &form) { return form.sharesRows; });
    size_t whole = sharing - forms.begin();
    assert(whole > 0 && "somebody computes the rows that the others leave");
    // What is left to those that choose, where rows are shared.
    Value rows = whole > 1 && whole < forms.size()
                     ? Value(arith::SubIOp::create(b, count, promptRows))
                     : count;
    {
      OpBuilder::InsertionGuard guard(b);
      for (size_t form = whole - 1; form; --form) {
        Value isWorthIt = b.compare(arith::CmpIPredicate::uge, rows,
                                    b.index(forms[form].leastRows));
        auto branch = scf::IfOp::create(b, isWorthIt, /*withElseRegion=*/true);
        b.setInsertionPointToStart(branch.thenBlock());
        launch(b, forms[form], built[form], arguments, count);
        b.setInsertionPointToStart(branch.elseBlock());
      }
      launch(b, forms[0], built[0], arguments, count);
    }
    for (size_t form = whole; form < forms.size(); ++form)
      launch(b, forms[form], built[form], arguments, count);
  }

  void launch(TileBuilder &b, const DeviceTiler &tiler, func::FuncOp function,
              ValueRange arguments, Value count) {
    auto symbol = SymbolRefAttr::get(
        function->getParentOfType<ModuleOp>().getSymNameAttr(),
        FlatSymbolRefAttr::get(function));
    LaunchCounts counts = {count, batch.rangeCount, promptRows};
    LaunchOp::create(b, symbol, tiler.countBlocks(b, counts), tiler.threads,
                     IntegerAttr(), arguments);
  }

  /// Before all kernels.
  void clearCounters(Block *entry) {
    TileBuilder b(step.getLoc(), context);
    b.setInsertionPointToStart(entry);
    Value view = viewScratch(b, 0, /*attends=*/true);
    func::FuncOp function = functions.getClear(view.getType());
    auto symbol = SymbolRefAttr::get(
        function->getParentOfType<ModuleOp>().getSymNameAttr(),
        FlatSymbolRefAttr::get(function));
    LaunchOp::create(b, symbol, batch.rangeCount, clearThreads, IntegerAttr(),
                     view);
  }

  CostAttr getCost(KernelOp kernel, Value count) {
    KernelCost cost;
    for (auto anchor : kernel.getBody().getOps<KernelAnchorOpInterface>())
      anchor.addCost(cost);
    for (Type type : llvm::concat<const Type>(kernel->getOperandTypes(),
                                              kernel->getResultTypes()))
      if (isRows(type))
        cost.rowBytes += getRowBytes(type);
    return CostAttr::get(context, cost.weightBytes, cost.rowBytes, cost.rowOps,
                         cost.keyBytes, cost.keyOps, cost.mostKeys,
                         count == logitRowCount ? ResultRows::Asked
                                                : ResultRows::Batch);
  }
  /// Whether it has a row for each one of the batch.
  static bool isRows(Type type) {
    auto shaped = dyn_cast<ShapedType>(type);
    return shaped && shaped.hasRank() && shaped.getRank() > 0 &&
           shaped.isDynamicDim(0);
  }

  /// Rows of a kernel: those of its first input that has rows of its own; ids
  /// that select rows come before what they select. Where none has, a number of rows
  /// says it.
  Value getRowCount(KernelOp kernel) {
    for (bool isNumber : {false, true})
      for (Value input : kernel.getInputs())
        if (Value count = rowCounts.lookup(input);
            count && input.getType().isIndex() == isNumber)
          return count;
    return rows;
  }

  Value view(TileBuilder &b, Type type, Place place, Value count) {
    Value offset =
        place.result ? b.index(0) : b.mulIndex(capacity, place.offset);
    return memref::ViewOp::create(b, cast<MemRefType>(getArgumentType(type)),
                                  place.result ? place.result : arena, offset,
                                  count);
  }
  Value viewScratch(TileBuilder &b, KernelOp kernel) {
    bool attends = !kernel.getBody().getOps<AttentionOp>().empty();
    countsParts |= attends && getTarget(step).isDevice();
    return viewScratch(b, *kernel.getScratch(), attends);
  }
  /// That of all workers: on a device of the rows that are asked for, or of the ranges
  /// that attend.
  Value viewScratch(TileBuilder &b, int64_t bytes, bool attends) {
    assert(bytes <= plan.getScratchBytesPerWorker() &&
           "a kernel with more scratch than was planned");
    auto type = MemRefType::get(ShapedType::kDynamic, b.getI8Type());
    Value team = b.workers;
    if (getTarget(step).isDevice())
      team = attends ? batch.rangeCount : logitRowCount;
    return memref::ViewOp::create(
        b, type, scratch, b.index(0),
        b.mulIndex(team, plan.getScratchBytesPerWorker()));
  }

  //===--- barriers -------------------------------------------------------------===//

  void addAccess(Value value, SmallVector<Access> &accesses) {
    if (isa<KVType>(value.getType())) {
      int64_t index = cacheIndex.lookup(value);
      accesses.push_back({Access::cache, index, index + 1});
      return;
    }
    auto it = places.find(value);
    if (it == places.end())
      return; // weights and batch are never written
    const Place &place = it->second;
    if (place.result) {
      int64_t index = llvm::find(results, place.result) - results.begin();
      accesses.push_back({Access::results, index, index + 1});
      return;
    }
    accesses.push_back(
        {Access::arena, place.offset, place.offset + place.bytes});
  }

  func::FuncOp step, lowered;
  ModuleOp module;
  SymbolTable symbols;
  MLIRContext *context;
  KernelFunctions functions;
  Barriers barriers;
  PlanAttr plan;
  /// Of a cache, besides its pages.
  struct CacheTables {
    Value blockTable, slotPositions;
  };
  SmallVector<CacheTables> caches; // in the order of the arguments
  Value weights, arena, scratch, tokens, logitRows;
  SmallVector<Value> results; // the caller's buffers, in the plan's order
  DenseMap<Value, size_t> resultIndex; // of values that are written there
  Value rows, capacity, logitRowCount, promptRows;
  bool countsParts = false; // of attention on a device: some kernel does
  BatchArgs batch;
  DenseMap<Value, Value> values, rowCounts;
  DenseMap<Value, Place> places;
  DenseMap<Value, size_t> returned;    // numbers of results
  DenseMap<Value, int64_t> cacheIndex; // which of `caches`
  int64_t calls = 0;
};

struct LowerStep : impl::LowerStepBase<LowerStep> {
  void runOnOperation() override {
    ModuleOp module = getOperation();
    auto steps = llvm::to_vector(module.getOps<func::FuncOp>());
    if (steps.empty() || !llvm::all_of(steps, getTarget)) {
      module.emitError("llm-lower-step: needs functions with a target: run "
                       "llm-clone-targets first");
      return signalPassFailure();
    }
    FailureOr<PlanAttr> plan = getPlan(module);
    if (failed(plan))
      return signalPassFailure();
    for (func::FuncOp step : steps)
      if (failed(StepLowering(step, *plan).run()))
        return signalPassFailure();
    // The weights stay: the artifact writer reads their offsets.
    for (auto table : llvm::to_vector(module.getOps<WeightTableOp>()))
      table.erase();
  }
};

} // namespace
} // namespace llmc
