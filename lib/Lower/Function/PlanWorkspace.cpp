//===- PlanWorkspace.cpp - buffers of a function share one workspace ------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Generated code never allocates. What a call needs is known from its sizes before
// it runs: buffers whose lifetimes do not meet share a slot, and a slot has the
// size of its largest buffer.
//===----------------------------------------------------------------------===//
#include "CallFields.h"
#include "ExpandedViews.h"
#include "SizesFunction.h"

#include "llmc/Lower/Passes.h"
#include "llmc/Lower/Signature.h"
#include "llmc/Support/Explain.h"

#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Bufferization/Transforms/BufferViewFlowAnalysis.h"

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
  int64_t begin, end; // ops of the function's block that use it first, last
  /// Bytes of an element and all sizes: numbers, or values in front of the function.
  SmallVector<OpFoldResult> factors = {};
  Value bytes = {};
  size_t slot = 0;
};

struct Slot {
  SmallVector<OpFoldResult> factors; // of its first buffer
  Value bytes;
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
    SizeSlices slices(b, [&](Value value) {
      return repeatLoad(b, arguments.getSizes(), value);
    });
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
  /// A load of a size of the call, for the builder's place.
  Value repeatLoad(ImplicitLocOpBuilder &builder, Value sizes, Value value) {
    auto load = value.getDefiningOp<memref::LoadOp>();
    if (!load || load.getMemRef() != arguments.getSizes())
      return {};
    auto place = load.getIndices()[0].getDefiningOp<arith::ConstantIndexOp>();
    assert(place && "sizes are read by number");
    Value at = arith::ConstantIndexOp::create(builder, place.value());
    return memref::LoadOp::create(builder, sizes, at);
  }

  //===--- lifetimes ------------------------------------------------------------===//

  void collect() {
    DenseMap<Operation *, int64_t> position;
    for (auto [i, op] : llvm::enumerate(body))
      position[&op] = i;
    BufferViewFlowAnalysis aliases(function);
    function.walk([&](memref::AllocOp alloc) {
      Buffer buffer{alloc, buffers.size(), INT64_MAX, -1};
      // A buffer of a loop's body lives as long as the loop.
      for (Value alias : aliases.resolve(alloc.getResult()))
        for (Operation *user : alias.getUsers()) {
          int64_t at = position.lookup(body.findAncestorOpInBlock(*user));
          buffer.begin = std::min(buffer.begin, at);
          buffer.end = std::max(buffer.end, at);
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
      Value known = slices.get(*dynamic++);
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

  static int64_t getElementBytes(MemRefType type) {
    if (type.getElementType().isIndex())
      return 8;
    return llvm::divideCeil(type.getElementTypeBitWidth(), 8);
  }

  /// In a free slot of the same size, in another free one, or in a new one.
  void place(Buffer &buffer) {
    Slot *best = nullptr;
    for (Slot &slot : slots)
      if (slot.end < buffer.begin && (!best || slot.factors == buffer.factors))
        best = &slot;
    if (!best)
      best = &slots.emplace_back(Slot{buffer.factors, buffer.bytes, -1});
    if (best->factors != buffer.factors)
      best->bytes = b.createOrFold<arith::MaxUIOp>(best->bytes, buffer.bytes);
    best->end = std::max(best->end, buffer.end);
    buffer.slot = best - slots.data();
  }

  void replaceBuffers() {
    SmallVector<Value> offsets;
    Value next = index(0);
    for (const Slot &slot : slots) {
      offsets.push_back(next);
      next = b.createOrFold<arith::AddIOp>(next, slot.bytes);
    }
    for (Buffer &buffer : buffers) {
      Value view = memref::ViewOp::create(
          b, buffer.alloc.getType(), arguments.getWorkspace(),
          offsets[buffer.slot], getDynamic(buffer));
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
        [&](ImplicitLocOpBuilder &builder, Value sizes, Value value) {
          return repeatLoad(builder, sizes, value);
        });
    for (const Buffer &buffer : buffers)
      plan.refuseHuge(getDynamic(buffer));
    SmallVector<Value> bytes;
    for (const Slot &slot : slots)
      bytes.push_back(slot.bytes);
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
