//===- JoinHeadNorms.cpp - a norm of each head as one ---------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "JoinHeadNorms.h"

#include "dialects/onnx/Create.h"

using namespace llmc;
using namespace mlir;

Value llmc::createOnes(OpBuilder &builder, Location loc, Type element,
                       int64_t columns) {
  auto type = RankedTensorType::get({columns}, element);
  OperationState ones(loc, "onnx.Constant");
  ones.addTypes(type);
  ones.addAttribute(
      "value", DenseElementsAttr::get(type, builder.getFloatAttr(element, 1)));
  return builder.create(ones)->getResult(0);
}

/// The dim that an attribute means, of `rank`.
static int64_t getAxis(Operation *op, int64_t rank) {
  auto axis = op->getAttrOfType<IntegerAttr>("axis");
  int64_t dim = axis ? axis.getInt() : 0;
  return dim < 0 ? dim + rank : dim;
}

/// The norm with a weight alone that a part of joined heads is; null if it is none.
static Operation *findPartNorm(Value part) {
  Operation *op = part.getDefiningOp();
  bool isNorm =
      isa_and_nonnull<onnx::RMSNormalizationOp, onnx::LayerNormalizationOp>(
          op) &&
      part == op->getResult(0) && part.hasOneUse();
  bool hasBias = isNorm && op->getNumOperands() > 2 &&
                 !isa<NoneType>(op->getOperand(2).getType());
  return isNorm && !hasBias ? op : nullptr;
}

/// The split whose results, all of them and in order, are what is joined, normed
/// alike; null if they are something else.
static onnx::SplitOp findHeads(const Graph &graph, onnx::ConcatOp concat) {
  const Graph::Sizes *sizes = graph.sizes(concat->getResult(0));
  Operation *first = findPartNorm(concat->getOperand(0));
  auto split = first ? first->getOperand(0).getDefiningOp<onnx::SplitOp>()
                     : onnx::SplitOp();
  if (!sizes || !split || split->getNumResults() != concat->getNumOperands())
    return {};
  int64_t rank = sizes->size(), axis = getAxis(concat, rank);
  bool isOfHeads = axis < rank - 1 && getAxis(split, rank) == axis &&
                   (*sizes)[axis] == concat->getNumOperands();
  for (auto [part, head] :
       llvm::zip(concat->getOperands(), split->getResults()))
    if (Operation *norm = findPartNorm(part);
        !isOfHeads || !norm || norm->getOperand(0) != head ||
        norm->getName() != first->getName() ||
        norm->getAttrDictionary() != first->getAttrDictionary() ||
        !graph.isConstant(norm->getOperand(1)) ||
        getAxis(norm, rank) != rank - 1)
      return {};
  return split;
}

/// [H, 1, .., D]: each head's weight at its place beside those of the others.
static Value stack(onnx::GraphWriter &writer, onnx::ConcatOp concat,
                   int64_t dimsBetween, int64_t columns) {
  SmallVector<Value> rows;
  for (Value part : concat->getOperands())
    rows.push_back(writer.make("Reshape", {part.getDefiningOp()->getOperand(1),
                                           writer.integers({1, columns})}));
  NamedAttrList alongHeads;
  alongHeads.append(writer.attribute("axis", int64_t{0}));
  Value all = writer.make("Concat", rows, alongHeads);
  SmallVector<int64_t> shape(dimsBetween + 2, 1);
  shape.front() = rows.size();
  shape.back() = columns;
  return writer.make("Reshape", {all, writer.integers(shape)});
}

void llmc::joinHeadNorms(Graph &graph) {
  for (auto concat : llvm::make_early_inc_range(
           graph.function.getBody().front().getOps<onnx::ConcatOp>())) {
    onnx::SplitOp split = findHeads(graph, concat);
    if (!split)
      continue;
    const Graph::Sizes &sizes = *graph.sizes(concat->getResult(0));
    int64_t rank = sizes.size(), columns = sizes.back();
    OpBuilder builder(concat);
    onnx::GraphWriter writer(builder, concat.getLoc());
    Value heads = split->getOperand(0);
    Operation *first = concat->getOperand(0).getDefiningOp();
    Value ones = createOnes(builder, writer.loc,
                            getElementTypeOrSelf(heads.getType()), columns);
    Value normed = writer.make(first->getName().stripDialect(), {heads, ones},
                               first->getAttrDictionary());
    Value weights =
        stack(writer, concat, rank - getAxis(concat, rank) - 2, columns);
    Value scaled = writer.make("Mul", {normed, weights});
    scaled.setType(concat->getResult(0).getType());
    graph.replace(concat->getResult(0), scaled);
  }
}
