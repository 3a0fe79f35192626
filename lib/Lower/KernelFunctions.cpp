//===- KernelFunctions.cpp - one function per distinct kernel ---------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "KernelFunctions.h"

#include "Nvptx/DecodeAttention.h"
#include "Nvptx/Threads.h"

#include "dialects/llm/ActRow.h"
#include "llmc/Lower/Cpu/TileBuilder.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace mlir::llm;

namespace llmc {

Type getArgumentType(Type type) {
  if (auto packed = dyn_cast<PackedType>(type)) {
    if (LayoutAttrInterface layout = packed.getLayout()) {
      MemRefType matrix = layout.getPackedType(
          packed.getRows(), packed.getCols(), packed.getEncoding());
      // One matrix per expert or head: one behind the other.
      SmallVector<int64_t> shape(matrix.getShape());
      if (packed.getShape().size() == 3)
        shape[0] *= packed.getShape()[0];
      return MemRefType::get(shape, matrix.getElementType());
    }
    return MemRefType::get({packed.getRows(), getActRowBytes(packed)},
                           IntegerType::get(type.getContext(), 8));
  }
  if (auto tensor = dyn_cast<RankedTensorType>(type))
    return MemRefType::get(tensor.getShape(), tensor.getElementType());
  return type; // index
}

int64_t getRowBytes(Type type) {
  auto memref = cast<MemRefType>(getArgumentType(type));
  int64_t bytes = memref.getElementTypeBitWidth() / 8;
  for (int64_t dim : memref.getShape().drop_front())
    bytes *= dim;
  return bytes;
}

func::FuncOp KernelFunctions::get(KernelOp kernel, TypeRange arguments,
                                  bool usesBatch, size_t form) {
  for (auto &[known, itsForm, function] : functions)
    if (itsForm == form && known.getSchedule() == kernel.getSchedule() &&
        llvm::equal(function.getArgumentTypes(), arguments) &&
        OperationEquivalence::isRegionEquivalentTo(
            &known.getBody(), &kernel.getBody(),
            OperationEquivalence::IgnoreLocations))
      return function;
  func::FuncOp function = create(kernel, arguments, usesBatch, form);
  functions.push_back({kernel, form, function});
  return function;
}

/// The batch's arguments of a kernel function, in order; with a cache its tables.
static BatchArgs takeBatch(llvm::function_ref<Value()> take, bool hasCache) {
  BatchArgs batch;
  for (Value *argument : {&batch.positions, &batch.slots, &batch.sequences,
                          &batch.blocksPerSequence, &batch.sampling,
                          &batch.ranges, &batch.rangeCount})
    *argument = take();
  if (hasCache)
    for (Value *argument : {&batch.blockTable, &batch.slotPositions})
      *argument = take();
  return batch;
}

/// `bytes` of this worker's part.
static Value viewOwnScratch(TileBuilder &b, Value team, int64_t bytes) {
  Value perWorker = arith::DivUIOp::create(b, b.dim(team, 0), b.workers);
  return memref::ViewOp::create(b, MemRefType::get(bytes, b.getI8Type()), team,
                                arith::MulIOp::create(b, b.worker, perWorker),
                                ValueRange());
}

/// The module of a device's kernels beside `step`.
static ModuleOp getDeviceModule(func::FuncOp step, StringRef name) {
  auto module = step->getParentOfType<ModuleOp>();
  if (auto known = module.lookupSymbol<ModuleOp>(name))
    return known;
  OpBuilder builder(step);
  return ModuleOp::create(builder, step.getLoc(), name);
}

func::FuncOp KernelFunctions::declare(KernelOp kernel, TypeRange arguments,
                                      StringRef suffix) {
  TargetAttr target = getTarget(step);
  assert(target && "the step has a target");
  OpBuilder builder(step);
  // Step and sample share a device's module; there a name is a name of PTX.
  std::string name =
      ("k" + Twine(functions.size()) + "_" + kernel.getName() + suffix).str();
  if (target.isDevice()) {
    builder.setInsertionPointToEnd(
        getDeviceModule(step, target.getIsa()).getBody());
    name = (step.getName().split('.').first + "_" + name).str();
  } else {
    name += ("." + target.getIsa()).str();
  }
  auto function =
      func::FuncOp::create(builder, kernel.getLoc(), name,
                           FunctionType::get(step.getContext(), arguments, {}));
  if (!target.isDevice())
    function.setPrivate();
  setTarget(function, target);
  return function;
}

func::FuncOp KernelFunctions::create(KernelOp kernel, TypeRange arguments,
                                     bool usesBatch, size_t form) {
  DeviceTiler tiler;
  if (getTarget(step).isDevice())
    tiler = chooseDeviceTilers(kernel)[form];
  func::FuncOp function = declare(kernel, arguments, tiler.suffix);
  if (tiler.sharedBytes)
    function->setAttr(sharedBytesAttrName,
                      OpBuilder(function).getI64IntegerAttr(tiler.sharedBytes));
  Block *entry = function.addEntryBlock();
  TileBuilder b(kernel.getLoc(), step.getContext());
  b.setInsertionPointToStart(entry);
  b.function = function;
  unsigned next = 0;
  auto take = [&]() -> Value { return entry->getArgument(next++); };
  KernelArgs args;
  args.kernel = kernel;
  for (BlockArgument argument : kernel.getBody().getArguments())
    if (!isa<BatchType>(argument.getType()))
      args.inputs[argument] = take();
  for (Value result : kernel.getResults())
    args.results.push_back(isa<KVType>(result.getType()) ? Value() : take());
  if (usesBatch)
    args.batch =
        takeBatch(take, llvm::any_of(kernel.getInputs(), [](Value input) {
                    return isa<KVType>(input.getType());
                  }));
  if (kernel.getScratch().value_or(0))
    args.teamScratch = take();
  std::function<void(TileBuilder &, const KernelArgs &)> tile = tileKernel;
  if (getTarget(step).isDevice()) {
    letNextBegin(b);
    if (!tiler.awaitsLaunches)
      awaitLaunches(b);
    if (tiler.blocksWork)
      numberBlocks(b, tiler.threads);
    else
      numberThreads(b);
    tile = tiler.tile;
  } else {
    b.worker = take();
    b.workers = take();
  }
  if (args.teamScratch)
    args.scratch = viewOwnScratch(b, args.teamScratch, *kernel.getScratch());
  assert(next == entry->getNumArguments() && "every argument has its place");
  tile(b, args);
  func::ReturnOp::create(b);
  return function;
}

func::FuncOp KernelFunctions::getClear(Type scratch) {
  if (clear)
    return clear;
  TargetAttr target = getTarget(step);
  TileBuilder b(step.getLoc(), step.getContext());
  b.setInsertionPointToEnd(getDeviceModule(step, target.getIsa()).getBody());
  std::string name = (step.getName().split('.').first + "_clear").str();
  clear = func::FuncOp::create(b, name, b.getFunctionType({scratch}, {}));
  setTarget(clear, target);
  b.setInsertionPointToStart(clear.addEntryBlock());
  b.function = clear;
  letNextBegin(b);
  awaitLaunches(b);
  numberBlocks(b, clearThreads);
  clearCounters(b, clear.getArgument(0));
  func::ReturnOp::create(b);
  return clear;
}

} // namespace llmc
