//===- PlanMemory.cpp - every buffer and weight gets its place --------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// All activations of a step have T rows, so a place is an offset per row of
// capacity: the arena is sized once at start, and its size is known when the
// model is compiled.
//===----------------------------------------------------------------------===//
#include "dialects/llm/ActRow.h"
#include "llmc/Schedule/Passes.h"
#include "llmc/Support/Explain.h"

#include "llmrt/abi.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "llvm/ADT/EquivalenceClasses.h"
#include "llvm/Support/MathExtras.h"

namespace llmc {
#define GEN_PASS_DEF_PLANMEMORY
#include "llmc/Schedule/Passes.h.inc"

using namespace mlir;
using namespace mlir::llm;

namespace {

constexpr int64_t alignment = 64; // bytes: a cache line, and the widest vector

bool isBuffered(Value value) {
  auto tensor = dyn_cast<RankedTensorType>(value.getType());
  return isa<PackedType>(value.getType()) ||
         (tensor && isa<FloatType>(tensor.getElementType()));
}

int64_t getBytesPerRow(Type type) {
  if (auto packed = dyn_cast<PackedType>(type))
    return llvm::alignTo(ActRow(packed).getBytes(), alignment);
  auto tensor = cast<RankedTensorType>(type);
  int64_t elements = 1;
  for (int64_t dim : tensor.getShape().drop_front())
    elements *= dim;
  return llvm::alignTo(elements * tensor.getElementTypeBitWidth() / 8,
                       alignment);
}

/// A set of values in one buffer, alive from `begin` to `end` in program order.
struct Buffer {
  int64_t bytes = 0, begin = INT64_MAX, end = -1, offset = -1;
};

class StepPlanner {
public:
  explicit StepPlanner(func::FuncOp step) : step(step) {}

  /// Plans the arena; returns its bytes per row.
  int64_t run() {
    for (auto loop : llvm::to_vector(step.getOps<scf::ForOp>()))
      separateCarried(loop);
    number(step.getBody().front());
    step.walk([&](Operation *op) { unite(op); });
    collect();
    int64_t total = assignOffsets();
    step.walk([&](KernelOp kernel) { record(kernel); });
    return total;
  }

private:
  //===--- loops carry in place -------------------------------------------===//

  /// What a loop carries lives in one buffer: its start, the value in the loop
  /// and the next one. Where that would overwrite a value still read, a copy is made.
  void separateCarried(scf::ForOp loop) {
    number(step.getBody().front());
    auto yield = cast<scf::YieldOp>(loop.getBody()->getTerminator());
    for (unsigned i = 0; i < loop.getNumRegionIterArgs(); ++i) {
      Value next = yield.getOperand(i), current = loop.getRegionIterArg(i);
      if (!isBuffered(next))
        continue;
      Value start = loop.getInitArgs()[i];
      if (llvm::any_of(start.getUsers(), [&](Operation *user) {
            return user != loop && (position.lookup(user) > position[loop]);
          }))
        loop.getInitArgsMutable()[i].set(
            copy(OpBuilder(loop), loop.getLoc(), start));
      Operation *producer = definingKernel(next);
      bool safe = producer && producer->getBlock() == loop.getBody() &&
                  lastUse(current, loop) < position[producer];
      if (!safe)
        yield->setOperand(i, copy(OpBuilder(yield), loop.getLoc(), next));
    }
  }

  static Operation *definingKernel(Value value) {
    while (Operation *op = value.getDefiningOp()) {
      if (!isa<tensor::ExpandShapeOp, tensor::CollapseShapeOp>(op))
        return op;
      value = op->getOperand(0);
    }
    return nullptr;
  }

  /// The last op of the loop that reads `value`, reshapes seen through.
  int64_t lastUse(Value value, scf::ForOp loop) {
    int64_t last = -1;
    for (Operation *user : value.getUsers()) {
      Operation *inBody = loop.getBody()->findAncestorOpInBlock(*user);
      last = std::max(last, position[inBody]);
      if (isa<tensor::ExpandShapeOp, tensor::CollapseShapeOp>(user))
        last = std::max(last, lastUse(user->getResult(0), loop));
    }
    return last;
  }

  Value copy(OpBuilder builder, Location loc, Value value) {
    auto kernel = KernelOp::create(builder, loc, value.getType(), "copy", value,
                                   ScheduleAttr(), DenseI64ArrayAttr());
    Block *body = builder.createBlock(&kernel.getBody());
    Value argument = body->addArgument(value.getType(), loc);
    YieldOp::create(builder, loc, argument);
    return kernel.getResult(0);
  }

  //===--- lifetimes --------------------------------------------------------===//

  void number(Block &block) {
    position.clear();
    next = 0;
    numberBlock(block);
  }
  void numberBlock(Block &block) {
    for (Operation &op : block) {
      position[&op] = next++;
      if (isa<scf::ForOp>(op))
        numberBlock(op.getRegion(0).front());
    }
  }

  /// Values that must share a buffer.
  void unite(Operation *op) {
    if (isa<tensor::ExpandShapeOp, tensor::CollapseShapeOp>(op))
      classes.unionSets(op->getResult(0).getAsOpaquePointer(),
                        op->getOperand(0).getAsOpaquePointer());
    auto loop = dyn_cast<scf::ForOp>(op);
    if (!loop)
      return;
    auto yield = cast<scf::YieldOp>(loop.getBody()->getTerminator());
    for (unsigned i = 0; i < loop.getNumRegionIterArgs(); ++i) {
      void *current = loop.getRegionIterArg(i).getAsOpaquePointer();
      for (Value other : {loop.getInitArgs()[i], yield.getOperand(i),
                          static_cast<Value>(loop.getResult(i))})
        classes.unionSets(current, other.getAsOpaquePointer());
    }
  }

  /// Lifetimes in program order; a value read in a loop it does not belong to
  /// lives until the loop ends.
  void collect() {
    step.walk([&](Operation *op) {
      if (op->getParentOfType<KernelOp>())
        return;
      for (Value value : op->getResults())
        extend(value, position[op]);
      for (Value operand : op->getOperands()) {
        int64_t at = position[op];
        for (Operation *loop = op->getParentOp(); loop != step;
             loop = loop->getParentOp())
          if (!loop->isAncestor(operand.getParentBlock()->getParentOp()))
            at = std::max(at, endOf(loop));
        extend(operand, at);
      }
    });
  }

  int64_t endOf(Operation *loop) {
    return position[loop->getRegion(0).front().getTerminator()];
  }

  void extend(Value value, int64_t at) {
    if (!isBuffered(value) || value.getDefiningOp<ParamOp>())
      return;
    Buffer &buffer = buffers[leader(value)];
    buffer.bytes = std::max(buffer.bytes, getBytesPerRow(value.getType()));
    buffer.begin = std::min(buffer.begin, at);
    buffer.end = std::max(buffer.end, at);
  }

  void *leader(Value value) {
    void *key = value.getAsOpaquePointer();
    classes.insert(key);
    return classes.getLeaderValue(key);
  }

  //===--- placement --------------------------------------------------------===//

  /// Lowest free offset, in order of birth.
  int64_t assignOffsets() {
    SmallVector<Buffer *> order;
    for (auto &[key, buffer] : buffers)
      if (!isLogits(key))
        order.push_back(&buffer);
    llvm::sort(order, [](Buffer *a, Buffer *b) {
      return std::tie(a->begin, b->bytes) < std::tie(b->begin, a->bytes);
    });
    int64_t total = 0;
    SmallVector<Buffer *> placed;
    for (Buffer *buffer : order) {
      buffer->offset = findOffset(*buffer, placed);
      total = std::max(total, buffer->offset + buffer->bytes);
      placed.push_back(buffer);
    }
    return total;
  }

  static int64_t findOffset(const Buffer &buffer, ArrayRef<Buffer *> placed) {
    SmallVector<Buffer *> busy;
    for (Buffer *other : placed)
      if (other->begin <= buffer.end && buffer.begin <= other->end)
        busy.push_back(other);
    llvm::sort(busy,
               [](Buffer *a, Buffer *b) { return a->offset < b->offset; });
    int64_t offset = 0;
    for (Buffer *other : busy)
      if (other->offset < offset + buffer.bytes)
        offset = std::max(offset, other->offset + other->bytes);
    return offset;
  }

  /// The step's logits are written to the caller's buffer.
  bool isLogits(void *key) {
    auto ret = cast<func::ReturnOp>(step.getBody().front().getTerminator());
    return llvm::any_of(ret.getOperands(), [&](Value value) {
      return isBuffered(value) && leader(value) == key;
    });
  }

  void record(KernelOp kernel) {
    SmallVector<int64_t> offsets;
    for (Value result : kernel.getResults())
      offsets.push_back(isBuffered(result) ? buffers[leader(result)].offset
                                           : -1);
    kernel.setArena(offsets);
  }

  func::FuncOp step;
  DenseMap<Operation *, int64_t> position;
  int64_t next = 0;
  llvm::EquivalenceClasses<void *> classes;
  llvm::MapVector<void *, Buffer> buffers;
};

/// Weights in the order in which a step reads them, layer by layer.
class WeightPlanner {
public:
  explicit WeightPlanner(ModuleOp module) : module(module), symbols(module) {}

  /// Assigns offsets, removes unread weights; returns the section's bytes.
  int64_t run() {
    for (auto func : module.getOps<func::FuncOp>())
      visit(func.getBody().front());
    for (auto weight : llvm::to_vector(module.getOps<WeightOp>()))
      if (!weight.getOffset())
        weight.erase();
    return bytes;
  }

private:
  void visit(Block &block) {
    for (Operation &op : block) {
      if (auto loop = dyn_cast<scf::ForOp>(op))
        visitLoop(loop);
      if (auto param = dyn_cast<ParamOp>(op); param && !param.getIndex())
        place(symbols.lookup<WeightOp>(param.getWeight()));
    }
  }

  void visitLoop(scf::ForOp loop) {
    SmallVector<WeightTableOp> tables;
    for (auto param : loop.getBody()->getOps<ParamOp>())
      if (param.getIndex())
        tables.push_back(symbols.lookup<WeightTableOp>(param.getWeight()));
    size_t layers = 0;
    for (auto table : tables)
      layers = std::max(layers, table.getEntries().size());
    for (size_t layer = 0; layer < layers; ++layer)
      for (auto table : tables)
        if (layer < table.getEntries().size())
          place(symbols.lookup<WeightOp>(
              cast<FlatSymbolRefAttr>(table.getEntries()[layer]).getAttr()));
    visit(*loop.getBody());
  }

  void place(WeightOp weight) {
    if (weight.getOffset())
      return;
    weight.setOffset(bytes);
    bytes = llvm::alignTo(bytes + getWeightBytes(weight.getType()), alignment);
  }

  ModuleOp module;
  SymbolTable symbols;
  int64_t bytes = 0;
};

/// Bytes of one page of tokens over all layers and heads of a step's caches.
int64_t getBytesPerPage(func::FuncOp step) {
  int64_t bytes = 0;
  for (Type type : step.getArgumentTypes())
    if (auto kv = dyn_cast<KVType>(type))
      bytes += kv.getLayers() * kv.getHeads() *
               (kv.getKeyDim() + kv.getValueDim()) * LLMRT_PAGE_TOKENS *
               kv.getElementType().getWidth() / 8;
  return llvm::alignTo(bytes, alignment);
}

struct PlanMemory : impl::PlanMemoryBase<PlanMemory> {
  void runOnOperation() override {
    ModuleOp module = getOperation();
    int64_t arena = 0, page = 0, vocabulary = 0;
    for (auto func : module.getOps<func::FuncOp>()) {
      for (Type type : func.getResultTypes())
        if (isa<RankedTensorType>(type))
          vocabulary = getMatrixShape(type).back();
      arena = std::max(arena, StepPlanner(func).run());
      page = std::max(page, getBytesPerPage(func));
    }
    int64_t weights = WeightPlanner(module).run();
    applied(module, getArgument(), [&] {
      return std::to_string(arena) + " bytes of activations per row, " +
             std::to_string(page) + " of cache per page, " +
             std::to_string(weights) + " of weights";
    });
    Builder b(&getContext());
    module->setAttr(
        "llm.plan",
        b.getDictionaryAttr(
            {b.getNamedAttr("arena_bytes_per_row", b.getI64IntegerAttr(arena)),
             b.getNamedAttr("kv_bytes_per_page", b.getI64IntegerAttr(page)),
             b.getNamedAttr("vocabulary", b.getI64IntegerAttr(vocabulary)),
             b.getNamedAttr("weight_bytes", b.getI64IntegerAttr(weights))}));
  }
};

} // namespace
} // namespace llmc
