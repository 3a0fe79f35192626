//===- CarriedValues.cpp - loops carry in place -----------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a loop carries has a home: one buffer for its start, its value in the
// loop, the next one and the result. At the entry and at every yield all values
// move to their homes at once. A move costs nothing where the value can be
// computed at home, because nothing that lies there is read any more; every
// other move is a copy of T rows.
//===----------------------------------------------------------------------===//
#include "Planning.h"

using namespace mlir;
using namespace mlir::llm;

namespace llmc {

namespace {

class LoopSeparator {
public:
  LoopSeparator(func::FuncOp func, scf::ForOp loop)
      : func(func), loop(loop),
        yield(cast<scf::YieldOp>(loop.getBody()->getTerminator())) {}

  LogicalResult run() {
    for (unsigned i = 0; i < loop.getNumRegionIterArgs(); ++i)
      if (!isCarriedInBuffer(i) && failed(checkStays(i)))
        return failure();
    enter();
    close();
    return success();
  }

private:
  /// Copies are of floats: choices of experts are made and used in one turn.
  bool isCarriedInBuffer(unsigned i) {
    Type type = loop.getRegionIterArg(i).getType();
    auto tensor = dyn_cast<RankedTensorType>(type);
    bool isChoice = tensor && isa<IntegerType>(tensor.getElementType());
    return isBuffered(type) && !isChoice;
  }

  /// A cache has its place in every page, and what has no buffer at all cannot
  /// change from turn to turn.
  LogicalResult checkStays(unsigned i) {
    BlockArgument inside = loop.getRegionIterArg(i);
    Value next = yield.getOperand(i);
    if (isa<KVType>(inside.getType()))
      next = getCache(next);
    if (next == inside)
      return success();
    return loop.emitError("no lowering yet for a loop that changes carried "
                          "value ")
           << i << " of type " << inside.getType()
           << ": it carries rows of floats and written caches";
  }

  /// The cache before it was written in this block.
  static Value getCache(Value cache) {
    while (Operation *op = cache.getDefiningOp()) {
      if (auto inner = dyn_cast<scf::ForOp>(op)) {
        cache = inner.getInitArgs()[cast<OpResult>(cache).getResultNumber()];
        continue;
      }
      auto input = llvm::find_if(op->getOperands(), [](Value operand) {
        return isa<KVType>(operand.getType());
      });
      if (input == op->getOperands().end())
        return cache;
      cache = *input;
    }
    return cache;
  }

  //===--- entry --------------------------------------------------------------===//

  void enter() {
    for (unsigned i = 0; i < loop.getNumRegionIterArgs(); ++i) {
      OpOperand &start = loop.getInitArgsMutable()[i];
      if (!isCarriedInBuffer(i) || mayBecomeHome(start))
        continue;
      OpBuilder builder(loop);
      start.set(createCopy(builder, loop.getLoc(), start.get()));
    }
  }

  /// Whether the loop may overwrite the start: this is its last use, the loop's
  /// own other uses included, and no turn of a loop around needs it again.
  bool mayBecomeHome(OpOperand &start) {
    Value root = getRoot(start.get());
    Operation *producer = root.getDefiningOp();
    if (!isa_and_nonnull<KernelOp, scf::ForOp>(producer) ||
        producer->getBlock() != loop->getBlock())
      return false;
    ProgramOrder order(func);
    bool isLast = true;
    forEachUse(root, [&](OpOperand &use) {
      isLast &= &use == &start || order[use.getOwner()] < order[loop];
    });
    return isLast;
  }

  //===--- yield --------------------------------------------------------------===//

  void close() {
    SmallVector<unsigned> moves; // carried values that must be copied home
    DenseSet<Value> atHome;      // each in one home only
    ProgramOrder order(func);
    for (unsigned i = 0; i < loop.getNumRegionIterArgs(); ++i) {
      Value next = getRoot(yield.getOperand(i));
      if (!isCarriedInBuffer(i) || next == loop.getRegionIterArg(i))
        continue;
      if (!isProducedAtHome(next, i, order) || !atHome.insert(next).second)
        moves.push_back(i);
    }
    while (!moves.empty()) {
      auto next = llvm::find_if(
          moves, [&](unsigned i) { return readersOf(i, moves).empty(); });
      if (next != moves.end()) {
        moveYielded(*next);
        moves.erase(next);
        continue;
      }
      // Values in a ring: who reads the first home reads a copy of it instead.
      for (unsigned reader : readersOf(moves.front(), moves))
        moveYielded(reader);
    }
  }

  /// Whether the next value may be computed where the current one lies.
  bool isProducedAtHome(Value next, unsigned i, const ProgramOrder &order) {
    auto producer = next.getDefiningOp<KernelOp>();
    if (!producer || producer->getBlock() != loop.getBody())
      return false;
    bool isFree = true;
    forEachUse(loop.getRegionIterArg(i), [&](OpOperand &use) {
      isFree &= order[use.getOwner()] < order[producer];
    });
    return isFree;
  }

  /// The other moves that read the home of carried value `i`.
  SmallVector<unsigned> readersOf(unsigned i, ArrayRef<unsigned> moves) {
    SmallVector<unsigned> readers;
    for (unsigned other : moves)
      if (other != i &&
          getRoot(yield.getOperand(other)) == loop.getRegionIterArg(i))
        readers.push_back(other);
    return readers;
  }

  void moveYielded(unsigned i) {
    OpBuilder builder(yield);
    yield->setOperand(i,
                      createCopy(builder, loop.getLoc(), yield.getOperand(i)));
  }

  func::FuncOp func;
  scf::ForOp loop;
  scf::YieldOp yield;
};

} // namespace

LogicalResult separateCarried(func::FuncOp func) {
  SmallVector<scf::ForOp> loops;
  func.walk([&](scf::ForOp loop) { loops.push_back(loop); });
  for (scf::ForOp loop : loops)
    if (failed(LoopSeparator(func, loop).run()))
      return failure();
  return success();
}

} // namespace llmc
