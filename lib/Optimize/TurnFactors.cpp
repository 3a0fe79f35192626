//===- TurnFactors.cpp - columns of products become neighbours ------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// q k^T reads keys along their channels: lanes then are partial sums, which are added
// up at the end of each of S x S short products. A copy that has keys side by side
// costs one trip over the keys, and lanes are columns.
//===----------------------------------------------------------------------===//
#include "llmc/Optimize/Passes.h"
#include "llmc/Support/Explain.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

namespace llmc {
#define GEN_PASS_DEF_TURNFACTORS
#include "llmc/Optimize/Passes.h.inc"

using namespace mlir;
using linalg::GenericOp;

namespace {

/// The loop over the last dimension of the result.
std::optional<unsigned> findColumns(GenericOp op) {
  if (op.getNumDpsInits() != 1 || op.getNumReductionLoops() == 0 ||
      !op.hasPureTensorSemantics())
    return std::nullopt;
  AffineMap map = op.getMatchingIndexingMap(op.getDpsInitOperand(0));
  if (map.getNumResults() == 0)
    return std::nullopt;
  auto last = dyn_cast<AffineDimExpr>(map.getResults().back());
  return last ? std::optional(last.getPosition()) : std::nullopt;
}

/// Why `input` stays as it is; empty: its columns become neighbours.
StringRef getDecline(GenericOp op, OpOperand &input, unsigned columns) {
  AffineMap map = op.getMatchingIndexingMap(&input);
  if (!map.isFunctionOfDim(columns))
    return "it has no columns";
  if (!map.isProjectedPermutation() || map.getNumSymbols())
    return "its places are no permutation of the loops";
  if (map.getDimPosition(map.getNumResults() - 1) == columns)
    return "its columns are neighbours";
  SmallVector<int64_t> sizes = op.getStaticLoopRanges();
  for (unsigned loop : llvm::seq(op.getNumLoops()))
    if (!map.isFunctionOfDim(loop) && sizes[loop] != 1)
      return "";
  return "each element is read once";
}

/// A copy of the input whose last dimension are the columns.
void turn(GenericOp op, OpOperand &input, unsigned columns) {
  ImplicitLocOpBuilder b(op.getLoc(), op);
  AffineMap map = op.getMatchingIndexingMap(&input);
  SmallVector<OpFoldResult> sizes =
      tensor::getMixedSizes(b, b.getLoc(), input.get());
  unsigned place = *map.getResultPosition(b.getAffineDimExpr(columns));
  unsigned rank = sizes.size();
  SmallVector<unsigned> order; // of the input's dimensions in the copy
  for (unsigned dim : llvm::seq(rank))
    if (dim != place)
      order.push_back(dim);
  order.push_back(place);

  AffineMap toCopy = AffineMap::getPermutationMap(order, b.getContext());
  SmallVector<OpFoldResult> turned;
  SmallVector<AffineExpr> exprs;
  for (unsigned dim : order) {
    turned.push_back(sizes[dim]);
    exprs.push_back(map.getResult(dim));
  }
  Type element = getElementTypeOrSelf(input.get());
  Value empty = tensor::EmptyOp::create(b, turned, element);
  AffineMap maps[] = {inversePermutation(toCopy),
                      b.getMultiDimIdentityMap(rank)};
  SmallVector<utils::IteratorType> loops(rank, utils::IteratorType::parallel);
  auto copy = GenericOp::create(
      b, empty.getType(), input.get(), empty, maps, loops,
      [](OpBuilder &inside, Location loc, ValueRange elements) {
        linalg::YieldOp::create(inside, loc, elements[0]);
      });
  SmallVector<AffineMap> all = op.getIndexingMapsArray();
  all[input.getOperandNumber()] =
      AffineMap::get(op.getNumLoops(), 0, exprs, b.getContext());
  input.set(copy.getResult(0));
  op.setIndexingMapsAttr(b.getAffineMapArrayAttr(all));
}

struct TurnFactors : impl::TurnFactorsBase<TurnFactors> {
  void runOnOperation() override {
    SmallVector<GenericOp> ops;
    getOperation().walk([&](GenericOp op) { ops.push_back(op); });
    for (GenericOp op : ops) {
      std::optional<unsigned> columns = findColumns(op);
      if (!columns)
        continue;
      for (OpOperand *input : op.getDpsInputOperands()) {
        StringRef reason = getDecline(op, *input, *columns);
        if (!reason.empty()) {
          decline(op, getArgument(),
                  [&] { return ("a factor stays: " + reason).str(); });
          continue;
        }
        turn(op, *input, *columns);
        applied(op, getArgument(), "columns of a factor became neighbours");
      }
    }
  }
};

} // namespace
} // namespace llmc
