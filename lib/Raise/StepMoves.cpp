//===- StepMoves.cpp - ops that only move elements, on rows ---------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where elements go is evaluated, so transposes, slices, splits and gathers of
// constants are one case: dims in another order, some of them in part.
//===----------------------------------------------------------------------===//
#include "StepConverter.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace llmc;
using namespace mlir;

Rows StepConverter::reshape(Operation *op) {
  auto pending = weighted.find(op->getOperand(0));
  bool isWeighted = pending != weighted.end();
  Rows rows = isWeighted ? pending->second.rows : view(op, op->getOperand(0));
  const Graph::Sizes *from = graph.sizes(op->getOperand(0));
  const Graph::Sizes *to = graph.sizes(op->getResult(0));
  if (!rows)
    return rows;
  if (!from || !to ||
      !RowsReshape(builder, loc, rowCount).reshape(rows, *from, *to))
    return fail(op, "mixes rows with their columns");
  if (!isWeighted)
    return rows;
  Value weights = pending->second.weights;
  weighted[op->getResult(0)] = {rows, weights};
  return {};
}

Rows StepConverter::gather(Operation *op) {
  if (graph.isData(op->getOperand(0)))
    return move(op);
  return choosesExperts(op) ? chooseWeights(op) : embed(op);
}

//===----------------------------------------------------------------------===//
// Where elements come from
//===----------------------------------------------------------------------===//

namespace {
/// A result's element comes from `first + step * its index`, dim by dim.
struct Movement {
  Graph::Sizes first, step;      // per source dim
  SmallVector<int64_t> sourceOf; // per result dim; -1 for a size of 1
};
} // namespace

/// Gives the source its own places as elements, and looks at a corner of the
/// result, its neighbours and the opposite corner.
static std::optional<Movement> findMovement(const Graph &graph, Value source,
                                            Value result) {
  const Graph::Sizes *from = graph.sizes(source), *to = graph.sizes(result);
  if (!from || !to)
    return std::nullopt;
  onnx::Evaluator evaluator = graph.evaluator(graph.lengths());
  evaluator.bind(source, *from, [from](onnx::Index at) {
    double flat = 0;
    for (auto [place, size] : llvm::zip_equal(at, *from))
      flat = flat * static_cast<double>(size) + static_cast<double>(place);
    return onnx::Scalar::of(flat);
  });
  auto placeOf = [&](const Graph::Sizes &at) -> std::optional<Graph::Sizes> {
    auto element = evaluator.element(result, at);
    if (!element)
      return std::nullopt;
    return onnx::unflatten(element->whole(), *from);
  };
  Graph::Sizes corner(to->size(), 0), last;
  auto first = placeOf(corner);
  if (!first)
    return std::nullopt;
  Movement movement{*first, Graph::Sizes(from->size(), 1), {}};
  Graph::Sizes expected = *first;
  for (auto [dim, size] : llvm::enumerate(*to)) {
    last.push_back(size - 1);
    movement.sourceOf.push_back(-1);
    if (size == 1)
      continue;
    Graph::Sizes next = corner;
    next[dim] = 1;
    auto there = placeOf(next);
    if (!there)
      return std::nullopt;
    int64_t &source = movement.sourceOf.back();
    for (auto [k, place] : llvm::enumerate(*there)) {
      int64_t step = place - (*first)[k];
      if (step < 0 || (step > 0 && source >= 0))
        return std::nullopt;
      if (step == 0)
        continue;
      source = k;
      movement.step[k] = step;
    }
    if (source < 0)
      return std::nullopt; // one element in many places
    expected[source] += movement.step[source] * (size - 1);
  }
  auto end = placeOf(last);
  return end && *end == expected ? std::optional(movement) : std::nullopt;
}

/// Whether each sequence's last row is what is left of the rows, whatever the
/// tokens are: a row that they choose is not the last of every text.
bool StepConverter::takesLastRow(Operation *op) const {
  bool chooses = isa<onnx::GatherOp, onnx::GatherNDOp>(op) &&
                 !graph.isIds(op->getOperand(1));
  if (!chooses && !onnx::isMovement(op))
    return false;
  int64_t seq = graph.lengths().seq;
  const Graph::Sizes *from = graph.sizes(op->getOperand(0));
  const Graph::Sizes *to = graph.sizes(op->getResult(0));
  if (!from || !to || !llvm::is_contained(*from, seq) ||
      llvm::is_contained(*to, seq))
    return false;
  auto movement = findMovement(graph, op->getOperand(0), op->getResult(0));
  if (!movement)
    return false;
  for (auto [dim, size] : llvm::enumerate(*from))
    if (size == seq && movement->first[dim] == seq - 1)
      return true;
  return false;
}

Rows StepConverter::moveResult(Operation *op, const Rows &rows, Value result) {
  Value source = op->getOperand(0);
  auto movement = findMovement(graph, source, result);
  if (!movement)
    return fail(op, "takes other than one part of its columns");
  const Graph::Sizes &from = *graph.sizes(source), &to = *graph.sizes(result);
  // How much stays of each source dim.
  Graph::Sizes kept(from.size(), 1);
  for (auto [dim, size] : llvm::enumerate(to))
    if (movement->sourceOf[dim] >= 0)
      kept[movement->sourceOf[dim]] = size;
  Rows part = rows;
  for (auto [dim, size] : llvm::enumerate(from)) {
    bool isLast = kept[dim] == 1 && movement->first[dim] == size - 1 &&
                  rows.dims[dim].kind == RowDim::Sequence;
    if (kept[dim] == size || (isLast && behindHead.contains(op)))
      continue; // those rows are what is asked for
    if (rows.dims[dim].kind != RowDim::Inner)
      return fail(op, "takes a part of the rows themselves");
    part = takeColumns(op, part, rows.dims[dim].inner,
                       {movement->first[dim], kept[dim], movement->step[dim]});
    if (!part)
      return part;
  }
  Rows moved = part;
  moved.dims.clear();
  for (int64_t dim : movement->sourceOf)
    moved.dims.push_back(dim < 0 ? RowDim{} : part.dims[dim]);
  return dropOnes(moved);
}

Rows StepConverter::move(Operation *op) {
  Rows rows = view(op, op->getOperand(0));
  if (!rows)
    return rows;
  auto &map = behindHead.contains(op) ? asked : views;
  for (Value result : op->getResults())
    if (!result.use_empty())
      map[result] = moveResult(op, rows, result);
  return map.lookup(op->getResult(0));
}

//===----------------------------------------------------------------------===//
// Parts
//===----------------------------------------------------------------------===//

/// The value before its columns were parted into heads.
static Value lookThroughHeads(Value value) {
  auto expand = value.getDefiningOp<tensor::ExpandShapeOp>();
  return expand ? expand.getSrc() : value;
}

std::optional<RowChoice> StepConverter::chooseRows(ArrayRef<int64_t> shape,
                                                   int64_t inner,
                                                   Columns columns) {
  auto [begin, count, step] = columns;
  int64_t behind = 1;
  for (int64_t size : shape.drop_front(inner + 1))
    behind *= size;
  if (step == 1)
    return RowChoice{begin * behind, (begin + count) * behind,
                     inner == 1 ? 0 : shape[inner] * behind};
  if (begin >= step || count * step != shape[inner])
    return std::nullopt;
  return RowChoice{begin * behind, (begin + 1) * behind, step * behind};
}

/// The op that made a value of rows and one number; null if another did.
static Operation *findNumberOp(Value value) {
  Operation *op = value.getDefiningOp();
  bool isNumberOp = isa_and_nonnull<arith::MaximumFOp, arith::MinimumFOp,
                                    arith::MulFOp, arith::AddFOp>(op) &&
                    op->getOperand(1).getDefiningOp<tensor::SplatOp>();
  return isNumberOp ? op : nullptr;
}

/// The same op, with the same number, of other rows.
static Value createNumberOp(OpBuilder &builder, Operation *op, Value rows) {
  auto splat = op->getOperand(1).getDefiningOp<tensor::SplatOp>();
  Value numbers =
      tensor::SplatOp::create(builder, splat.getLoc(), splat.getInput(),
                              rows.getType(), splat.getDynamicSizes());
  OperationState state(op->getLoc(), op->getName());
  state.addOperands({rows, numbers});
  state.addTypes(rows.getType());
  return builder.create(state)->getResult(0);
}

/// Some columns of the rows' dim `inner`; of a linear they are rows of its matrix.
Rows StepConverter::takeColumns(Operation *op, const Rows &rows, int64_t inner,
                                Columns columns) {
  if (products.contains(rows.value))
    return takeExpertColumns(op, rows, inner, columns);
  ArrayRef<int64_t> shape = rows.shape();
  auto [begin, count, step] = columns;
  SmallVector<int64_t> kept(shape.drop_front());
  kept[inner - 1] = count;
  auto choice = chooseRows(shape, inner, columns);
  // What is cut to a range (mpt) is so in each part.
  Value under = rows.value;
  while (Operation *number = findNumberOp(under))
    under = number->getOperand(0);
  Linear linear = linears.lookup(lookThroughHeads(under));
  if (linear.input && choice && under != rows.value) {
    Operation *number = findNumberOp(rows.value);
    Rows part =
        takeColumns(op, sameAs(rows, number->getOperand(0)), inner, columns);
    return sameAs(part, createNumberOp(builder, number, part.value));
  }
  if (linear.input && choice) {
    linear.weight = StepWeights::rows(linear.weight, *choice);
    if (linear.bias)
      linear.biasRows.push_back(*choice);
    Value taken = createLinear(linear);
    if (kept.size() == 1)
      return sameAs(rows, taken);
    SmallVector<ReassociationIndices> groups = {{0}, {}};
    SmallVector<OpFoldResult> sizes = {rowCount};
    for (auto [i, size] : llvm::enumerate(kept)) {
      groups.back().push_back(i + 1);
      sizes.push_back(builder.getIndexAttr(size));
    }
    return sameAs(rows,
                  tensor::ExpandShapeOp::create(builder, loc, rowsType(kept),
                                                taken, groups, sizes));
  }
  if (step != 1)
    return fail(op, "takes columns apart from each other, which has no form on "
                    "rows unless a product made them");
  SmallVector<OpFoldResult> offsets, sizes, strides;
  for (auto [i, size] : llvm::enumerate(shape)) {
    bool cut = static_cast<int64_t>(i) == inner;
    offsets.push_back(builder.getIndexAttr(cut ? begin : 0));
    strides.push_back(builder.getIndexAttr(1));
    sizes.push_back(i == 0 ? OpFoldResult(rowCount)
                           : builder.getIndexAttr(cut ? count : size));
  }
  return sameAs(rows, tensor::ExtractSliceOp::create(builder, loc, rows.value,
                                                     offsets, sizes, strides));
}

/// Rows without inner dims of size 1; one inner dim stays.
Rows StepConverter::dropOnes(const Rows &rows) {
  ArrayRef<int64_t> shape = rows.shape();
  if (llvm::count(shape.drop_front(), 1) == 0 || shape.size() == 2)
    return rows;
  SmallVector<ReassociationIndices> groups = {{0}};
  SmallVector<int64_t> kept, newInner(shape.size(), 0);
  for (int64_t i = 1; i < static_cast<int64_t>(shape.size()); ++i) {
    bool joins = groups.size() > 1 && (shape[i] == 1 || kept.back() == 1);
    if (!joins) {
      groups.emplace_back();
      kept.push_back(1);
    }
    groups.back().push_back(i);
    kept.back() *= shape[i];
    newInner[i] = shape[i] == 1 ? 0 : kept.size();
  }
  Rows result = rows;
  result.value = tensor::CollapseShapeOp::create(builder, loc, rowsType(kept),
                                                 rows.value, groups);
  if (Linear linear = linears.lookup(lookThroughHeads(rows.value));
      linear.input && kept.size() == 1)
    result.value = lookThroughHeads(rows.value);
  for (RowDim &dim : result.dims)
    if (dim.kind == RowDim::Inner)
      dim = newInner[dim.inner] ? RowDim{RowDim::Inner, newInner[dim.inner]}
                                : RowDim{};
  return result;
}

/// One head is no dim of the rows; attention wants it to be.
Rows StepConverter::asHeads(const Rows &rows) {
  bool single =
      rows.shape().size() == 2 && rows.dims.size() == 4 && rows.find(1) == 3;
  if (!single)
    return rows;
  int64_t columns = rows.shape()[1];
  Rows result = rows;
  for (RowDim &dim : result.dims)
    if (dim.kind == RowDim::Inner)
      dim.inner = 2;
  for (RowDim &dim : result.dims)
    if (dim.kind == RowDim::One) {
      dim = {RowDim::Inner, 1};
      break;
    }
  SmallVector<ReassociationIndices> groups = {{0}, {1, 2}};
  OpFoldResult sizes[] = {rowCount, builder.getIndexAttr(1),
                          builder.getIndexAttr(columns)};
  result.value = tensor::ExpandShapeOp::create(
      builder, loc, rowsType({1, columns}), rows.value, groups, sizes);
  return result;
}
