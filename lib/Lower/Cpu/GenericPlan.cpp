//===- GenericPlan.cpp - how the loops of a linalg.generic run ------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "GenericPlan.h"

#include "mlir/Analysis/SliceAnalysis.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"

using namespace mlir;

namespace llmc {

using linalg::GenericOp;

/// Neighbours of the last dimension are neighbours in memory, as vectors are.
static bool isDense(Value memref) {
  auto type = cast<MemRefType>(memref.getType());
  assert(!type.getElementType().isInteger(1) && "llm-store-bools has run");
  return type.getRank() > 0 && type.isLastDimUnitStride();
}

LaneAccess getLaneAccess(GenericOp op, OpOperand &operand, int64_t laneDim) {
  AffineMap map = op.getMatchingIndexingMap(&operand);
  if (!map.isFunctionOfDim(laneDim))
    return LaneAccess::same;
  bool onlyLast =
      !map.getSubMap(
              llvm::to_vector(llvm::seq<unsigned>(0, map.getNumResults() - 1)))
           .isFunctionOfDim(laneDim);
  auto last = dyn_cast<AffineDimExpr>(map.getResults().back());
  bool isLast = last && last.getPosition() == laneDim;
  return isLast && onlyLast && isDense(operand.get()) ? LaneAccess::neighbours
                                                      : LaneAccess::apart;
}

Operation *findCombiner(GenericOp op, unsigned number, Value &element) {
  SmallVector<Operation *> combiners;
  element = matchReduction(op.getRegionOutputArgs(), number, combiners);
  if (!element || combiners.size() != 1 ||
      !arith::getNeutralElement(combiners[0]))
    return nullptr;
  return combiners[0];
}

namespace {

class Planner {
public:
  Planner(GenericOp op, llm::TargetAttr target) : op(op), target(target) {}

  GenericPlan run() {
    std::optional<int64_t> columns = findColumns();
    bool sums = op.getNumReductionLoops() > 0;
    if (!isVectorBody() || (!columns && !sums))
      return onOneLane(columns);
    if (sums && (!columns || hasApart(*columns)))
      if (std::optional<int64_t> dim = findSums())
        return finish(GenericPlan::Kind::sums, *dim);
    if (columns)
      return finish(GenericPlan::Kind::columns, *columns);
    return onOneLane(columns);
  }

private:
  /// Every op of the body is one of elements, or of an element's place.
  bool isVectorBody() {
    for (Operation &inside : op.getBody()->without_terminator())
      if (!isa<linalg::IndexOp, arith::ConstantOp>(inside) &&
          (!OpTrait::hasElementwiseMappableTraits(&inside) ||
           inside.getNumResults() != 1))
        return false;
    return true;
  }

  bool isParallel(int64_t dim) {
    return op.getIteratorTypesArray()[dim] == utils::IteratorType::parallel;
  }

  /// The dimension of which all results have neighbouring elements.
  std::optional<int64_t> findColumns() {
    std::optional<int64_t> dim;
    for (OpOperand &output : op.getDpsInitsMutable()) {
      AffineMap map = op.getMatchingIndexingMap(&output);
      auto last = map.getNumResults()
                      ? dyn_cast<AffineDimExpr>(map.getResults().back())
                      : AffineDimExpr(nullptr);
      if (!last || (dim && *dim != last.getPosition()))
        return std::nullopt;
      dim = last.getPosition();
      if (!isParallel(*dim) ||
          getLaneAccess(op, output, *dim) != LaneAccess::neighbours)
        return std::nullopt;
    }
    return dim;
  }

  bool hasApart(int64_t dim) {
    return llvm::any_of(op.getDpsInputOperands(), [&](OpOperand *input) {
      return getLaneAccess(op, *input, dim) == LaneAccess::apart;
    });
  }

  /// A reduced dimension of which no input reads elements apart.
  std::optional<int64_t> findSums() {
    Value element;
    for (unsigned i = 0; i < op.getNumDpsInits(); ++i)
      if (!findCombiner(op, i, element))
        return std::nullopt;
    for (int64_t dim = op.getNumLoops() - 1; dim >= 0; --dim)
      if (!isParallel(dim) && !hasApart(dim) &&
          llvm::any_of(op.getDpsInputOperands(), [&](OpOperand *input) {
            return getLaneAccess(op, *input, dim) == LaneAccess::neighbours;
          }))
        return dim;
    return std::nullopt;
  }

  /// The last parallel loop of which an input that has lanes is no function: what
  /// was loaded for one turn serves the next.
  int64_t findRepeat(int64_t laneDim) {
    for (int64_t dim = op.getNumLoops() - 1; dim >= 0; --dim)
      if (dim != laneDim && isParallel(dim) &&
          llvm::any_of(op.getDpsInputOperands(), [&](OpOperand *input) {
            AffineMap map = op.getMatchingIndexingMap(input);
            return map.isFunctionOfDim(laneDim) && !map.isFunctionOfDim(dim);
          }))
        return dim;
    return -1;
  }

  GenericPlan finish(GenericPlan::Kind kind, int64_t dim) {
    GenericPlan plan;
    plan.kind = kind;
    plan.laneDim = dim;
    plan.lanes = target.getLanes();
    if (!op.getNumReductionLoops())
      return plan;
    // Of the registers half hold sums, the others what is multiplied.
    int64_t sums = target.getRegisters() / 2;
    plan.repeatDim = findRepeat(dim);
    if (plan.repeatDim >= 0)
      plan.repeats = 4;
    if (kind != GenericPlan::Kind::columns)
      return plan;
    plan.strips = sums / 4;
    // Fewer columns than a tile has, as those of a head: more rows instead.
    int64_t columns = op.getStaticLoopRanges()[dim];
    if (columns > 0)
      plan.strips =
          std::min<int64_t>(plan.strips, llvm::divideCeil(columns, plan.lanes));
    if (plan.repeatDim >= 0)
      plan.repeats = std::min<int64_t>(sums / plan.strips, 8);
    return plan;
  }

  static GenericPlan onOneLane(std::optional<int64_t> columns) {
    GenericPlan plan;
    plan.laneDim = columns.value_or(-1);
    return plan;
  }

  GenericOp op;
  llm::TargetAttr target;
};

} // namespace

GenericPlan planGeneric(GenericOp op, llm::TargetAttr target) {
  return Planner(op, target).run();
}

} // namespace llmc
