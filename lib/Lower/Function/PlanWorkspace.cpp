//===- PlanWorkspace.cpp - buffers of a function share one workspace ------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Generated code never allocates. What a call needs is known from its sizes before
// it runs: buffers whose lifetimes do not meet share a slot, and a slot has the
// size of its largest buffer. A buffer of a turn that one worker takes is there once
// per worker.
//===----------------------------------------------------------------------===//
#include "CallFields.h"
#include "ExpandedViews.h"
#include "SizesFunction.h"

#include "llmc/Lower/Passes.h"
#include "llmc/Lower/Signature.h"
#include "llmc/Support/Explain.h"

#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Bufferization/Transforms/BufferViewFlowAnalysis.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

namespace llmc {
#define GEN_PASS_DEF_PLANWORKSPACE
#include "llmc/Lower/Passes.h.inc"

using namespace mlir;
using namespace mlir::llm;

namespace {

/// Whole cache lines, which are also the widest vectors.
constexpr int64_t slotAlignment = 64;

/// A buffer of the function.
struct Buffer {
  memref::AllocOp alloc;
  size_t number;
  bool isOwn;         // each worker has one
  int64_t begin, end; // numbers of the ops that use it first, last
  /// Bytes of an element and all sizes: numbers, or values in front of the function.
  SmallVector<OpFoldResult> factors = {};
  Value bytes = {};
  size_t slot = 0;
};

struct Slot {
  SmallVector<OpFoldResult> factors; // of its first buffer
  Value bytes;                       // of one worker, if each has its own
  bool isOwn;
  int64_t end; // of its last buffer
};

class WorkspacePlanner {
public:
  WorkspacePlanner(func::FuncOp function, size_t inputs)
      : function(function), body(function.getBody().front()),
        arguments(body.getArguments(), inputs),
        b(function.getLoc(), function.getContext()) {}

  LogicalResult run() {
    collect();
    b.setInsertionPointToStart(&body);
    CallNumbers call = {arguments.getSizes(), arguments.getWorkers()};
    SizeSlices slices(b,
                      [&](Value value) { return findNumber(b, call, value); });
    for (Buffer &buffer : buffers)
      if (failed(measure(buffer, slices)))
        return failure();
    for (Buffer &buffer : buffers)
      place(buffer);
    replaceBuffers();
    planCall();
    return success();
  }

  size_t getBuffers() const { return buffers.size(); }
  size_t getSlots() const { return slots.size(); }

private:
  /// What the function reads of a call's numbers, from `call`: how many workers there
  /// are, or a size. Null: it is neither.
  Value findNumber(ImplicitLocOpBuilder &builder, const CallNumbers &call,
                   Value value) {
    if (value == arguments.getWorkers())
      return call.workers;
    auto load = value.getDefiningOp<memref::LoadOp>();
    if (!load || load.getMemRef() != arguments.getSizes())
      return {};
    auto place = load.getIndices()[0].getDefiningOp<arith::ConstantIndexOp>();
    assert(place && "sizes are read by number");
    Value at = arith::ConstantIndexOp::create(builder, place.value());
    return memref::LoadOp::create(builder, call.sizes, at);
  }

  //===--- lifetimes ------------------------------------------------------------===//

  /// Numbers the ops of a block and below it in program order; `spans` gets the
  /// first and the last number of each.
  static void
  number(Block &block, int64_t &next,
         DenseMap<Operation *, std::pair<int64_t, int64_t>> &spans) {
    for (Operation &op : block) {
      int64_t first = next++;
      for (Region &region : op.getRegions())
        for (Block &inside : region)
          number(inside, next, spans);
      spans[&op] = {first, next - 1};
    }
  }

  void collect() {
    DenseMap<Operation *, std::pair<int64_t, int64_t>> spans;
    int64_t next = 0;
    number(body, next, spans);
    BufferViewFlowAnalysis aliases(function);
    function.walk([&](memref::AllocOp alloc) {
      auto turns = alloc->getParentOfType<scf::ForallOp>();
      Buffer buffer{alloc, buffers.size(), bool(turns), INT64_MAX, -1};
      // A buffer of a loop's body lives as long as the loop; but a turn that one
      // worker takes is for itself.
      Block &home = turns ? *turns.getBody() : body;
      for (Value alias : aliases.resolve(alloc.getResult()))
        for (Operation *user : alias.getUsers()) {
          auto [first, last] = spans.lookup(home.findAncestorOpInBlock(*user));
          buffer.begin = std::min(buffer.begin, first);
          buffer.end = std::max(buffer.end, last);
        }
      buffers.push_back(std::move(buffer));
    });
    llvm::sort(buffers, [](const Buffer &a, const Buffer &c) {
      return std::tie(a.begin, a.number) < std::tie(c.begin, c.number);
    });
  }

  //===--- places ---------------------------------------------------------------===//

  LogicalResult measure(Buffer &buffer, SizeSlices &slices) {
    MemRefType type = buffer.alloc.getType();
    auto dynamic = buffer.alloc.getDynamicSizes().begin();
    buffer.factors = {b.getIndexAttr(getElementBytes(type))};
    for (int64_t size : type.getShape()) {
      if (!ShapedType::isDynamic(size)) {
        buffer.factors.push_back(b.getIndexAttr(size));
        continue;
      }
      Value known = getSize(*dynamic++, slices);
      if (!known)
        return buffer.alloc.emitError(
            "no lowering yet for a tensor whose size depends on more than the "
            "sizes of inputs");
      buffer.factors.push_back(known);
    }
    Value bytes = index(1);
    for (OpFoldResult factor : buffer.factors)
      bytes = b.createOrFold<arith::MulIOp>(
          bytes, getValueOrCreateConstantIndexOp(b, b.getLoc(), factor));
    Value end = b.createOrFold<arith::AddIOp>(bytes, index(slotAlignment - 1));
    buffer.bytes = b.createOrFold<arith::AndIOp>(end, index(-slotAlignment));
    return success();
  }

  /// The size in front of the function; where turns differ, as the last tile of a
  /// loop does, at least that.
  static Value getSize(Value size, SizeSlices &slices) {
    if (Value known = slices.get(size))
      return known;
    auto least = size.getDefiningOp<arith::MinSIOp>();
    if (!least)
      return {};
    Value bound = slices.get(least.getLhs());
    return bound ? bound : slices.get(least.getRhs());
  }

  static int64_t getElementBytes(MemRefType type) {
    if (type.getElementType().isIndex())
      return 8;
    return llvm::divideCeil(type.getElementTypeBitWidth(), 8);
  }

  /// In a free slot of the same size, in another free one, or in a new one.
  void place(Buffer &buffer) {
    Slot *best = nullptr;
    for (Slot &slot : slots)
      if (slot.isOwn == buffer.isOwn && slot.end < buffer.begin &&
          (!best || slot.factors == buffer.factors))
        best = &slot;
    if (!best)
      best = &slots.emplace_back(
          Slot{buffer.factors, buffer.bytes, buffer.isOwn, -1});
    if (best->factors != buffer.factors)
      best->bytes = b.createOrFold<arith::MaxUIOp>(best->bytes, buffer.bytes);
    best->end = std::max(best->end, buffer.end);
    buffer.slot = best - slots.data();
  }

  /// The bytes of a slot, for all workers.
  Value getBytes(const Slot &slot) {
    if (!slot.isOwn)
      return slot.bytes;
    return b.createOrFold<arith::MulIOp>(slot.bytes, arguments.getWorkers());
  }

  void replaceBuffers() {
    SmallVector<Value> offsets; // for this worker
    Value next = index(0);
    for (const Slot &slot : slots) {
      Value mine = next;
      if (slot.isOwn)
        mine = b.createOrFold<arith::AddIOp>(
            next,
            b.createOrFold<arith::MulIOp>(slot.bytes, arguments.getWorker()));
      offsets.push_back(mine);
      next = b.createOrFold<arith::AddIOp>(next, getBytes(slot));
    }
    for (Buffer &buffer : buffers) {
      OpBuilder::InsertionGuard guard(b);
      SmallVector<Value> sizes = getDynamic(buffer);
      if (buffer.isOwn) {
        b.setInsertionPoint(buffer.alloc);
        sizes = SmallVector<Value>(buffer.alloc.getDynamicSizes());
      }
      Value view = memref::ViewOp::create(b, buffer.alloc.getType(),
                                          arguments.getWorkspace(),
                                          offsets[buffer.slot], sizes);
      buffer.alloc.replaceAllUsesWith(view);
      buffer.alloc.erase();
    }
  }

  static SmallVector<Value> getDynamic(const Buffer &buffer) {
    SmallVector<Value> sizes;
    for (OpFoldResult factor : buffer.factors)
      if (auto size = dyn_cast<Value>(factor))
        sizes.push_back(size);
    return sizes;
  }

  /// What the bytes come to, for whoever provides them.
  void planCall() {
    SizesFunction plan(
        function->getParentOfType<ModuleOp>(),
        [&](auto &builder, const CallNumbers &call, Value value) {
          return findNumber(builder, call, value);
        });
    for (const Buffer &buffer : buffers)
      plan.refuseHuge(getDynamic(buffer));
    SmallVector<Value> bytes;
    for (const Slot &slot : slots)
      bytes.push_back(getBytes(slot));
    [[maybe_unused]] bool known = plan.requireBytes(bytes);
    assert(known && "sizes that stand in front are arithmetic over a call's");
  }

  Value index(int64_t number) {
    return arith::ConstantIndexOp::create(b, number);
  }

  func::FuncOp function;
  Block &body;
  CallArguments arguments;
  ImplicitLocOpBuilder b;
  std::vector<Buffer> buffers;
  std::vector<Slot> slots;
};

struct PlanWorkspace : impl::PlanWorkspaceBase<PlanWorkspace> {
  void runOnOperation() override {
    FailureOr<Signature> signature = readSignature(getOperation());
    if (failed(signature))
      return signalPassFailure();
    for (auto function :
         llvm::to_vector(getOperation().getOps<func::FuncOp>())) {
      if (!isEntry(function))
        continue;
      spellExpandedViews(function);
      WorkspacePlanner planner(function, signature->inputs.size());
      if (failed(planner.run()))
        return signalPassFailure();
      applied(function, getArgument(), [&] {
        return std::to_string(planner.getBuffers()) + " buffers share " +
               std::to_string(planner.getSlots()) + " places";
      });
    }
  }
};

} // namespace
} // namespace llmc
