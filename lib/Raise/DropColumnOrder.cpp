//===- DropColumnOrder.cpp - scores do not see columns' order -------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// DeepSeek's code turns neighbours and then sorts them into halves, of queries as
// of keys. That has no form on rows, and would be a copy of both in every layer.
//===----------------------------------------------------------------------===//
#include "DropColumnOrder.h"

#include "mlir/IR/Matchers.h"

using namespace llmc;
using namespace mlir;

static int64_t normalise(int64_t axis, const Graph::Sizes &sizes) {
  return axis < 0 ? axis + static_cast<int64_t>(sizes.size()) : axis;
}

/// The order in which a gather takes all of a dim's places; empty if it takes
/// others, or of another dim.
static SmallVector<int64_t> readOrder(const Graph &graph, onnx::GatherOp gather,
                                      int64_t axis) {
  const Graph::Sizes *data = graph.sizes(gather.getData());
  DenseElementsAttr places;
  if (!data || normalise(gather.getAxis(), *data) != axis ||
      !matchPattern(gather.getIndices(), m_Constant(&places)) ||
      places.getType().getRank() != 1 ||
      places.getNumElements() != (*data)[axis])
    return {};
  SmallVector<int64_t> order;
  for (const APInt &place : places.getValues<APInt>())
    order.push_back(place.getSExtValue());
  SmallVector<int64_t> sorted(order);
  llvm::sort(sorted);
  return llvm::equal(sorted, llvm::seq<int64_t>(0, order.size()))
             ? order
             : SmallVector<int64_t>();
}

/// The dim of an op's operand that is the dim `axis` of its result, of an op that
/// moves or repeats other dims; -1 for others.
static int64_t findAxisBefore(const Graph &graph, Operation *op, int64_t axis) {
  const Graph::Sizes *to = graph.sizes(op->getResult(0));
  const Graph::Sizes *from = graph.sizes(op->getOperand(0));
  if (!to || !from || from->size() != to->size())
    return -1;
  if (auto transpose = dyn_cast<onnx::TransposeOp>(op)) {
    std::optional<ArrayRef<int64_t>> order = transpose.getPerm();
    return order && order->size() == to->size() ? (*order)[axis] : -1;
  }
  return isa<onnx::ExpandOp>(op) && (*from)[axis] == (*to)[axis] ? axis : -1;
}

namespace {
/// Follows the places of one dim of a value to where an op gives them an order.
class OrderOfColumns {
public:
  OrderOfColumns(OpBuilder &builder, const Graph &graph)
      : builder(builder), graph(graph) {}

  /// Where the places come from: 0, 1, ... without an op that orders them. Empty if
  /// the value's sizes are not known.
  SmallVector<int64_t> find(Value value, int64_t axis);
  /// The value without those ops.
  Value without(Value value, int64_t axis);

private:
  OpBuilder &builder;
  const Graph &graph;

  onnx::ConcatOp findJoin(Value value, int64_t axis);
  onnx::ConcatOp findRowsBehindCache(Value value);
};
} // namespace

/// The op that joins the places of a dim; null if another made the value.
onnx::ConcatOp OrderOfColumns::findJoin(Value value, int64_t axis) {
  auto concat = value.getDefiningOp<onnx::ConcatOp>();
  const Graph::Sizes *sizes = graph.sizes(value);
  return concat && sizes && normalise(concat.getAxis(), *sizes) == axis
             ? concat
             : onnx::ConcatOp();
}

/// The op that joins new rows with those of a cache, which has its columns in the
/// order in which a step writes them.
onnx::ConcatOp OrderOfColumns::findRowsBehindCache(Value value) {
  auto concat = value.getDefiningOp<onnx::ConcatOp>();
  return concat && concat->getNumOperands() == 2 &&
                 llvm::is_contained(graph.past, concat->getOperand(0))
             ? concat
             : onnx::ConcatOp();
}

SmallVector<int64_t> OrderOfColumns::find(Value value, int64_t axis) {
  Operation *op = value.getDefiningOp();
  if (auto gather = dyn_cast_or_null<onnx::GatherOp>(op))
    if (SmallVector<int64_t> order = readOrder(graph, gather, axis);
        !order.empty())
      return order;
  if (int64_t before = op ? findAxisBefore(graph, op, axis) : -1; before >= 0)
    return find(op->getOperand(0), before);
  SmallVector<int64_t> order;
  if (onnx::ConcatOp concat = findRowsBehindCache(value))
    return find(concat->getOperand(1), axis);
  if (onnx::ConcatOp concat = findJoin(value, axis)) {
    for (Value part : concat->getOperands()) {
      int64_t first = order.size();
      for (int64_t place : find(part, axis))
        order.push_back(first + place);
    }
    return order;
  }
  const Graph::Sizes *sizes = graph.sizes(value);
  return sizes ? llvm::to_vector(llvm::seq<int64_t>(0, (*sizes)[axis])) : order;
}

Value OrderOfColumns::without(Value value, int64_t axis) {
  Operation *op = value.getDefiningOp();
  if (auto gather = dyn_cast_or_null<onnx::GatherOp>(op);
      gather && !readOrder(graph, gather, axis).empty())
    return gather.getData();
  SmallVector<Value> operands;
  if (op)
    operands = llvm::to_vector(op->getOperands());
  if (int64_t before = op ? findAxisBefore(graph, op, axis) : -1; before >= 0)
    operands[0] = without(operands[0], before);
  else if (findRowsBehindCache(value))
    operands[1] = without(operands[1], axis);
  else if (onnx::ConcatOp concat = findJoin(value, axis))
    for (Value &part : operands)
      part = without(part, axis);
  if (!op || llvm::equal(operands, op->getOperands()))
    return value;
  Operation *copy = builder.clone(*op);
  copy->setOperands(operands);
  return copy->getResult(0);
}

bool llmc::dropColumnOrder(OpBuilder &builder, const Graph &graph, Heads &query,
                           Heads &key) {
  OrderOfColumns order(builder, graph);
  SmallVector<int64_t> places = order.find(query.value, query.column);
  if (llvm::is_sorted(places) || places != order.find(key.value, key.column))
    return false;
  query.value = order.without(query.value, query.column);
  key.value = order.without(key.value, key.column);
  return true;
}
