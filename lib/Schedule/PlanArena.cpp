//===- PlanArena.cpp - values with disjoint lifetimes share bytes -----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// All activations of a step have T rows, so a place is an offset per row of
// capacity: the arena is sized once at start, and its size is known when the
// model is compiled.
//===----------------------------------------------------------------------===//
#include "Planning.h"
#include "dialects/llm/ActRow.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "llvm/ADT/EquivalenceClasses.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace mlir::llm;

namespace llmc {

namespace {

int64_t getBytesPerRow(Type type) {
  if (auto packed = dyn_cast<PackedType>(type))
    return llvm::alignTo(getActRowBytes(packed), placeAlignment);
  auto tensor = cast<RankedTensorType>(type);
  int64_t elements = 1;
  for (int64_t dim : tensor.getShape().drop_front())
    elements *= dim;
  return llvm::alignTo(elements * tensor.getElementTypeBitWidth() / 8,
                       placeAlignment);
}

/// A set of values in one buffer, alive from `begin` to `end` in program order.
struct Buffer {
  int64_t bytes = 0, begin = INT64_MAX, end = -1, offset = -1;
};

class ArenaPlanner {
public:
  explicit ArenaPlanner(func::FuncOp func) : func(func), order(func) {}

  int64_t run() {
    for (Value returned : func.getBody().front().getTerminator()->getOperands())
      outside.insert(getRoot(returned));
    // What another function has returned.
    outside.insert_range(func.getArguments());
    func.walk([&](scf::ForOp loop) { unite(loop); });
    collect();
    int64_t total = assignOffsets();
    func.walk([&](KernelOp kernel) { record(kernel); });
    return total;
  }

private:
  /// What a loop carries is one buffer: see separateCarried.
  void unite(scf::ForOp loop) {
    auto yield = cast<scf::YieldOp>(loop.getBody()->getTerminator());
    for (unsigned i = 0; i < loop.getNumRegionIterArgs(); ++i) {
      Value inside = loop.getRegionIterArg(i);
      for (Value other : {loop.getInitArgs()[i], yield.getOperand(i),
                          static_cast<Value>(loop.getResult(i))})
        classes.unionSets(inside.getAsOpaquePointer(),
                          getRoot(other).getAsOpaquePointer());
    }
  }

  /// Lifetimes in program order; a value read in a loop it does not belong to
  /// lives until the loop ends.
  void collect() {
    func.walk<WalkOrder::PreOrder>([&](Operation *op) {
      if (op == func)
        return WalkResult::advance();
      for (Value value : op->getResults())
        extend(value, order[op]);
      for (Value operand : op->getOperands())
        extend(operand, lastTurn(op, operand));
      return isa<KernelOp>(op) ? WalkResult::skip() : WalkResult::advance();
    });
  }

  int64_t lastTurn(Operation *reader, Value operand) {
    int64_t at = order[reader];
    for (auto loop = reader->getParentOfType<scf::ForOp>(); loop;
         loop = loop->getParentOfType<scf::ForOp>())
      if (!loop->isAncestor(operand.getParentBlock()->getParentOp()))
        at = std::max(at, order.endOf(loop));
    return at;
  }

  void extend(Value value, int64_t at) {
    value = getRoot(value);
    if (!isBuffered(value.getType()) || value.getDefiningOp<ParamOp>() ||
        outside.contains(value))
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
    SmallVector<Buffer *> births;
    for (auto &[key, buffer] : buffers)
      births.push_back(&buffer);
    llvm::sort(births, [](Buffer *a, Buffer *b) {
      return std::tie(a->begin, b->bytes) < std::tie(b->begin, a->bytes);
    });
    int64_t total = 0;
    SmallVector<Buffer *> placed;
    for (Buffer *buffer : births) {
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

  void record(KernelOp kernel) {
    SmallVector<int64_t> offsets;
    for (Value result : kernel.getResults()) {
      bool isPlaced = isBuffered(result.getType()) && !outside.contains(result);
      offsets.push_back(isPlaced ? buffers[leader(result)].offset : -1);
      assert((!isPlaced || offsets.back() >= 0) &&
             "every buffered result has a place");
    }
    kernel.setArena(offsets);
  }

  func::FuncOp func;
  ProgramOrder order;
  DenseSet<Value> outside; // lie in the caller's buffers
  llvm::EquivalenceClasses<void *> classes;
  llvm::MapVector<void *, Buffer> buffers;
};

} // namespace

int64_t planArena(func::FuncOp func) { return ArenaPlanner(func).run(); }

} // namespace llmc
