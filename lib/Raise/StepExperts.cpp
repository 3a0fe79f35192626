//===- StepExperts.cpp - mixtures of experts on rows ----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Exported graphs repeat every token k times, gather the weights of its k experts
// and multiply matrix by matrix. On rows that is `llm.expert_linear`: the repeats
// and the gathered weights are words, and never made.
//===----------------------------------------------------------------------===//
#include "StepConverter.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace llmc;
using namespace mlir;

//===----------------------------------------------------------------------===//
// Who is chosen
//===----------------------------------------------------------------------===//

Rows StepConverter::route(Operation *op) {
  auto route = cast<onnx::LlmcRouteOp>(op);
  Rows logits = view(op, route.getLogits());
  if (!logits)
    return logits;
  if (logits.shape().size() != 2 ||
      logits.dims.back() != RowDim{RowDim::Inner, 1})
    return fail(op, "chooses by something that is no logits per row");
  Value bias;
  if (!isa<NoneType>(route.getSelectBias().getType())) {
    bias = made.vector(builder, route.getSelectBias());
    if (!bias)
      return fail(op, "has a bias that is no constant vector");
  }
  auto real = [](float number) {
    return llvm::APFloat(static_cast<double>(number));
  };
  int64_t k = route.getK();
  auto chosenType =
      RankedTensorType::get({ShapedType::kDynamic, k}, builder.getI32Type());
  auto made = llm::RouteOp::create(
      builder, loc, chosenType, rowsType({k}), logits.value, bias, k,
      *llm::symbolizeRouteScore(route.getScore()), route.getGroups(),
      route.getTopGroups(), *llm::symbolizeGroupScore(route.getGroupScore()),
      *llm::symbolizeRouteWeights(route.getWeighting()), real(route.getScale()),
      real(route.getEps()));
  // A dim of one is none of the rows'.
  if (k == 1)
    logits.dims.back() = {};
  views[route.getExperts()] = sameAs(logits, made.getIndices());
  return sameAs(logits, made.getWeights());
}

/// Whether a gather's places are experts that rows chose.
bool StepConverter::choosesExperts(Operation *op) {
  Rows experts = views.lookup(op->getOperand(1));
  return experts && getElementTypeOrSelf(experts.value.getType()).isInteger(32);
}

Rows StepConverter::chooseWeights(Operation *op) {
  Rows experts = view(op, op->getOperand(1));
  auto source = made.trace(op->getOperand(0));
  auto gather = dyn_cast<onnx::GatherOp>(op);
  auto byPlace = dyn_cast<onnx::GatherNDOp>(op);
  // GatherND has its places in a last dim, here of one.
  bool first = gather ? gather.getAxis() == 0
                      : byPlace && byPlace.getBatchDims() == 0 &&
                            experts.dims.back().kind == RowDim::One;
  if (!source || !first || source->shape().size() < 2 ||
      source->shape().size() > 3)
    return fail(op, "chooses from something that is no weight per expert");
  if (byPlace)
    experts.dims.pop_back();
  chosen[op->getResult(0)] = {*source, experts};
  return {}; // no rows: a product reads it
}

//===----------------------------------------------------------------------===//
// What they compute
//===----------------------------------------------------------------------===//

/// Whether rows of `dims` are those of the experts, for each of the k or for all
/// of them: how often the token is repeated, the rows do not say.
static bool fitsExperts(ArrayRef<RowDim> dims, const Rows &experts) {
  if (dims.size() != experts.dims.size())
    return false;
  int64_t k = experts.shape()[1];
  for (auto [dim, wanted] : llvm::zip(dims, experts.dims)) {
    bool repeats =
        wanted.kind == RowDim::Inner &&
        (dim == RowDim{RowDim::Repeat, k} || dim.kind == RowDim::One);
    bool joined =
        wanted.kind == RowDim::ByInner && dim == RowDim{RowDim::ByRepeat, k};
    if (dim != wanted && !repeats && !joined)
      return false;
  }
  return true;
}

/// [T, k, N] as it is, [T, 1, N] as [T, N].
Value StepConverter::dropOneChoice(Value results) {
  auto shape = cast<RankedTensorType>(results.getType()).getShape();
  if (shape[1] != 1)
    return results;
  SmallVector<ReassociationIndices> groups = {{0}, {1, 2}};
  return tensor::CollapseShapeOp::create(builder, loc, rowsType({shape[2]}),
                                         results, groups);
}

/// [T, N] as [T, 1, N].
Value StepConverter::asOneChoice(Value rows) {
  int64_t columns = cast<RankedTensorType>(rows.getType()).getDimSize(1);
  SmallVector<ReassociationIndices> groups = {{0}, {1, 2}};
  OpFoldResult sizes[] = {rowCount, builder.getIndexAttr(1),
                          builder.getIndexAttr(columns)};
  return tensor::ExpandShapeOp::create(builder, loc, rowsType({1, columns}),
                                       rows, groups, sizes);
}

/// [T, k, N], or [T, N] of one expert.
Value StepConverter::createExpertLinear(const ExpertProduct &product) {
  Value weight = made.matrix(builder, product.weight);
  Value bias = product.bias ? made.vector(builder, *product.bias) : Value();
  int64_t k = product.experts.shape()[1];
  Value result = llm::ExpertLinearOp::create(
      builder, loc, rowsType({k, product.weight.shape()[1]}), product.input,
      product.experts.value, weight, bias);
  result = dropOneChoice(result);
  products[result] = product;
  return result;
}

/// The last dim of rows.
static RowDim columnsOf(const Rows &rows) {
  return {RowDim::Inner, static_cast<int64_t>(rows.shape().size()) - 1};
}

Rows StepConverter::expertLinear(Operation *op) {
  bool weightFirst = chosen.contains(op->getOperand(0));
  ChosenWeights weights = chosen.lookup(op->getOperand(weightFirst ? 0 : 1));
  Rows input = view(op, op->getOperand(weightFirst ? 1 : 0));
  if (!input)
    return input;
  // weight [.., N, K] times column [.., K, 1], or row [.., 1, K] times [.., K, N].
  std::optional<WeightSource> source = weights.source;
  if (!weightFirst)
    source = StepWeights::transposed(*source);
  size_t rank = input.dims.size();
  RowDim columns =
      rank < 2 ? RowDim{} : input.dims[rank - (weightFirst ? 2 : 1)];
  RowDim one = rank < 2 ? RowDim{} : input.dims[rank - (weightFirst ? 1 : 2)];
  int64_t last = input.shape().size() - 1;
  bool perChoice = last == 2;
  if (!source || source->shape().size() != 3 || rank < 2 ||
      columns != RowDim{RowDim::Inner, last} || one.kind != RowDim::One ||
      last > 2 || input.shape()[last] != source->shape()[2] ||
      !fitsExperts(ArrayRef(input.dims).drop_back(2), weights.experts) ||
      (perChoice && input.shape()[1] != weights.experts.shape()[1]))
    return fail(op, "multiplies the weights of experts with something else "
                    "than their tokens");
  Rows result = weights.experts;
  result.value =
      createExpertLinear({input.value, *source, std::nullopt, weights.experts});
  RowDim made = columnsOf(result);
  if (weightFirst)
    result.dims.append({made, RowDim{}});
  else
    result.dims.append({RowDim{}, made});
  return result;
}

/// A bias that is gathered as the weights are.
Rows StepConverter::expertBias(Operation *op) {
  unsigned side = chosen.contains(op->getOperand(1)) ? 1 : 0;
  ChosenWeights bias = chosen.lookup(op->getOperand(side));
  Rows rows = view(op, op->getOperand(1 - side));
  if (!rows)
    return rows;
  auto found = products.find(rows.value);
  SmallVector<RowDim, 4> dims = bias.experts.dims;
  dims.push_back(columnsOf(rows));
  if (!isa<onnx::AddOp>(op) || found == products.end() || found->second.bias ||
      found->second.experts.value != bias.experts.value ||
      bias.source.shape().size() != 2 || ArrayRef(rows.dims) != ArrayRef(dims))
    return fail(op, "joins weights of experts with something else than what "
                    "the same experts computed");
  ExpertProduct product = found->second;
  product.bias = bias.source;
  return sameAs(rows, createExpertLinear(product));
}

/// Columns of what experts compute are rows of every expert's matrix.
Rows StepConverter::takeExpertColumns(Operation *op, const Rows &rows,
                                      int64_t inner, Columns columns) {
  ExpertProduct product = products.lookup(rows.value);
  bool isLast = inner + 1 == static_cast<int64_t>(rows.shape().size());
  auto choice =
      chooseRows({ShapedType::kDynamic, 1, rows.shape().back()}, 2, columns);
  if (!isLast || !choice)
    return fail(op, "takes other than some columns of what experts compute");
  product.weight = StepWeights::rows(product.weight, *choice);
  if (product.bias) {
    // [X, N], of which the choice is one of N.
    RowChoice ofColumns = *choice;
    if (columns.step == 1)
      ofColumns.every = 0;
    product.bias = StepWeights::transposed(
        StepWeights::rows(*StepWeights::transposed(*product.bias), ofColumns));
  }
  return sameAs(rows, createExpertLinear(product));
}

//===----------------------------------------------------------------------===//
// Repeats, weights and sums
//===----------------------------------------------------------------------===//

Rows StepConverter::repeat(Operation *op) {
  Rows rows = view(op, op->getOperand(0));
  const Graph::Sizes *from = graph.sizes(op->getOperand(0));
  const Graph::Sizes *to = graph.sizes(op->getResult(0));
  if (!rows)
    return rows;
  if (!from || !to || from->size() != to->size())
    return fail(op, "repeats rows in a dim of its own");
  rows = dropOnes(rows); // the one head of a rotation
  for (auto [dim, before, after] : llvm::zip(rows.dims, *from, *to))
    if (before != after) {
      if (dim.kind != RowDim::One)
        return fail(op, "repeats something else than each row");
      dim = {RowDim::Repeat, after};
    }
  return rows;
}

/// Whether `weights` has a number for each of the k results in `rows`; they are
/// added with them by the sum that follows.
bool StepConverter::weighs(Operation *op, const Rows &rows,
                           const Rows &weights) {
  if (rows.shape().size() != 3 || weights.shape().size() != 2 ||
      rows.shape()[1] != weights.shape()[1])
    return false;
  SmallVector<RowDim, 4> expected = rows.dims;
  for (RowDim &dim : expected)
    if (dim == RowDim{RowDim::Inner, 2})
      dim = RowDim{};
  if (ArrayRef(weights.dims) != ArrayRef(expected))
    return false;
  weighted[op->getResult(0)] = {rows, weights.value};
  return true;
}

static int64_t countOf(ArrayRef<int64_t> sizes) {
  int64_t count = 1;
  for (int64_t size : sizes)
    count *= size;
  return count;
}

Rows StepConverter::sum(Operation *op) {
  auto pending = weighted.find(op->getOperand(0));
  const Graph::Sizes *from = graph.sizes(op->getOperand(0));
  const Graph::Sizes *to = graph.sizes(op->getResult(0));
  if (from && to && countOf(*from) == countOf(*to))
    return reshape(op); // of one expert
  if (pending == weighted.end() || !from || !to)
    return fail(op, "sums columns, which has no form on rows yet");
  auto [rows, weights] = pending->second;
  int64_t axis = rows.find(1);
  bool keeps = from->size() == to->size();
  Graph::Sizes expected(*from);
  if (axis >= 0)
    expected[axis] = 1;
  if (axis >= 0 && !keeps)
    expected.erase(expected.begin() + axis);
  if (axis < 0 || expected != *to)
    return fail(op, "sums something else than the results of the experts");
  Rows result = rows;
  result.value = llm::CombineOp::create(
      builder, loc, rowsType({rows.shape()[2]}), rows.value, weights);
  if (keeps)
    result.dims[axis] = {};
  else
    result.dims.erase(result.dims.begin() + axis);
  for (RowDim &dim : result.dims)
    if (dim == RowDim{RowDim::Inner, 2})
      dim.inner = 1;
  return result;
}

/// `rows` [T, N] times a number per row, [T, 1]: a combination of one. Null if
/// they are other rows.
Value StepConverter::gate(const Rows &rows, const Rows &gate) {
  bool perRow = rows.shape().size() == 2 && gate.shape().size() == 2 &&
                gate.shape()[1] == 1 && rows.shape()[1] != 1;
  SmallVector<RowDim, 4> expected = rows.dims;
  bool isSame = ArrayRef(gate.dims) == ArrayRef(expected);
  for (RowDim &dim : expected)
    if (dim.kind == RowDim::Inner)
      dim = RowDim{};
  if (!perRow || (!isSame && ArrayRef(gate.dims) != ArrayRef(expected)))
    return {};
  return llm::CombineOp::create(builder, loc, rows.value.getType(),
                                asOneChoice(rows.value), gate.value);
}
