//===- StepConverter.cpp - a graph's ops on rows --------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "StepConverter.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace llmc;
using namespace mlir;

StepConverter::StepConverter(const Graph &graph, ModuleOp module)
    : graph(graph), module(module), made(graph, module),
      builder(module.getContext()), loc(builder.getUnknownLoc()) {}

Rows StepConverter::fail(Operation *op, const llvm::Twine &reason) {
  if (!culprit) {
    culprit = op;
    why = reason.str();
  }
  return {};
}

RankedTensorType StepConverter::rowsType(ArrayRef<int64_t> inner) {
  SmallVector<int64_t> shape = {ShapedType::kDynamic};
  llvm::append_range(shape, inner);
  return RankedTensorType::get(shape, builder.getF32Type());
}

Rows StepConverter::sameAs(const Rows &rows, Value value) {
  Rows result = rows;
  result.value = value;
  return result;
}

//===----------------------------------------------------------------------===//
// Which ops
//===----------------------------------------------------------------------===//

/// Marks what the logits are made of.
bool StepConverter::findNeeded(Value logits) {
  SmallVector<Value> open = {logits};
  llvm::DenseSet<Value> seen = {logits};
  while (!open.empty()) {
    Operation *op = open.pop_back_val().getDefiningOp();
    if (!op)
      continue;
    needed.insert(op);
    for (Value operand : op->getOperands())
      if (graph.isData(operand) && seen.insert(operand).second)
        open.push_back(operand);
  }
  return true;
}

static bool isHead(Operation *op) {
  return isa<onnx::MatMulOp, onnx::GemmOp, onnx::MicrosoftMatMulNBitsOp>(op);
}

static bool isRowByRow(Operation *op) {
  return onnx::isElementwise(op) || onnx::isMovement(op);
}

/// Marks the last matrix before the logits and what follows it: they are wanted
/// of some rows only.
void StepConverter::findHead(Value logits) {
  SmallVector<Value> open = {logits};
  SmallVector<Operation *> found;
  while (!open.empty()) {
    Operation *op = open.pop_back_val().getDefiningOp();
    if (!op || !graph.isData(op->getResult(0)))
      continue;
    found.push_back(op);
    if (isHead(op))
      continue;
    if (!isRowByRow(op))
      return; // no head: all rows until the end
    llvm::append_range(open, op->getOperands());
  }
  behindHead.insert(found.begin(), found.end());
}

/// Marks what is computed of each sequence's last row, where logits are wanted of
/// that alone: a step computes it of whichever rows are asked for. False if some
/// of it is made otherwise.
bool StepConverter::findLastRows(Value logits) {
  SmallVector<Value> open = {logits};
  while (!open.empty()) {
    Operation *op = open.pop_back_val().getDefiningOp();
    if (!op || !graph.isData(op->getResult(0)) || !behindHead.insert(op).second)
      continue;
    if (takesLastRow(op))
      continue;
    bool known = isHead(op) || isRowByRow(op) ||
                 isa<onnx::RMSNormalizationOp, onnx::LayerNormalizationOp>(op);
    if (!known)
      return fail(op, "leads to logits of one row, but neither takes the last "
                      "nor is computed "
                      "row by row"),
             false;
    llvm::append_range(open, op->getOperands());
  }
  return true;
}

/// The geometry of the caches, from what the attentions read.
bool StepConverter::findCaches() {
  for (Operation &op : graph.function.getBody().front()) {
    auto attention = dyn_cast<onnx::LlmcAttentionOp>(op);
    if (!attention || !needed.contains(&op))
      continue;
    const Graph::Sizes *query = graph.sizes(attention.getQuery());
    const Graph::Sizes *key = graph.sizes(attention.getKey());
    const Graph::Sizes *value = graph.sizes(attention.getValue());
    if (!query || !key || !value || key->size() != 4 || value->size() != 4)
      return fail(&op, "reads heads whose sizes are not known"), false;
    bool first = known.layers++ == 0;
    bool same = known.kvHeads == (*key)[1] && known.headDim == (*key)[3] &&
                known.valueDim == (*value)[3];
    if (!first && !same)
      return fail(&op, "has keys of another shape than the layers before it, "
                       "which takes a second cache"),
             false;
    known.heads = (*query)[1];
    known.kvHeads = (*key)[1];
    known.headDim = (*key)[3];
    known.valueDim = (*value)[3];
    Cache *cache = findCache(attention.getLeft());
    if (!cache)
      cache = &caches.emplace_back(Cache{attention.getLeft()});
    ++cache->layers;
  }
  return known.layers > 0;
}

StepConverter::Cache *StepConverter::findCache(int64_t left) {
  Cache *found = llvm::find_if(
      caches, [&](const Cache &cache) { return cache.left == left; });
  return found == caches.end() ? nullptr : found;
}

//===----------------------------------------------------------------------===//
// The step
//===----------------------------------------------------------------------===//

void StepConverter::openStep(int64_t vocabulary) {
  auto f32 = builder.getF32Type();
  SmallVector<Type> arguments = {llm::BatchType::get(builder.getContext())};
  SmallVector<Type> results = {rowsType({vocabulary})};
  for (const Cache &cache : caches) {
    Type type = llm::KVType::get(builder.getContext(), cache.layers,
                                 known.kvHeads, known.headDim, known.valueDim,
                                 f32, /*prefix=*/0, /*window=*/cache.left + 1);
    arguments.push_back(type);
    results.push_back(type);
  }
  builder.setInsertionPointAfter(graph.function);
  loc = NameLoc::get(builder.getStringAttr("step"));
  step = func::FuncOp::create(builder, loc, "step",
                              builder.getFunctionType(arguments, results));
  Block *body = step.addEntryBlock();
  builder.setInsertionPointToStart(body);
  batch = body->getArgument(0);
  for (auto [cache, argument] :
       llvm::zip(caches, body->getArguments().drop_front()))
    cache.value = argument;
  auto idType =
      RankedTensorType::get({ShapedType::kDynamic}, builder.getI32Type());
  ids = llm::BatchTokensOp::create(builder, loc, idType, batch);
  Value zero = arith::ConstantIndexOp::create(builder, loc, 0);
  rowCount = tensor::DimOp::create(builder, loc, ids, zero);
}

Value StepConverter::positions() {
  if (!positionIds) {
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointAfterValue(rowCount);
    positionIds =
        llm::BatchPositionsOp::create(builder, loc, ids.getType(), batch);
  }
  return positionIds;
}

/// The rows that are asked for, of all rows.
Rows StepConverter::select(const Rows &rows) {
  if (!askedRows)
    askedRows =
        llm::BatchLogitRowsOp::create(builder, loc, ids.getType(), batch);
  if (rows.shape().size() != 2)
    return {};
  Value chosen = llm::EmbedOp::create(builder, loc, rows.value.getType(),
                                      askedRows, rows.value);
  return sameAs(rows, chosen);
}

/// A value of data as `reader` wants it: all rows, or those that are asked for.
Rows StepConverter::view(Operation *reader, Value value) {
  auto found = views.find(value);
  if (!behindHead.contains(reader) || asked.contains(value)) {
    auto &map = behindHead.contains(reader) ? asked : views;
    Rows rows = map.lookup(value);
    return rows ? rows : fail(reader, "reads something that is no rows");
  }
  if (found == views.end())
    return fail(reader, "reads something that is no rows");
  Rows rows = select(found->second);
  if (!rows)
    return fail(reader, "selects rows of heads");
  asked[value] = rows;
  return rows;
}

StepConverter::Handler StepConverter::findHandler(StringRef opName) {
  using Self = StepConverter;
  static const llvm::StringMap<Handler> handlers = {
      {"onnx.Gather", &Self::gather},
      {"onnx.MatMul", &Self::matmul},
      {"onnx.Gemm", &Self::gemm},
      {"onnx.microsoft.GatherBlockQuantized", &Self::embedBlocks},
      {"onnx.microsoft.MatMulNBits", &Self::matmulBlocks},
      {"onnx.RMSNormalization", &Self::norm},
      {"onnx.LayerNormalization", &Self::norm},
      {"onnx.llmc.RotaryEmbedding", &Self::rotary},
      {"onnx.llmc.Attention", &Self::attention},
      {"onnx.Add", &Self::binary},
      {"onnx.Sub", &Self::binary},
      {"onnx.Mul", &Self::binary},
      {"onnx.Div", &Self::binary},
      {"onnx.Max", &Self::binary},
      {"onnx.Min", &Self::binary},
      {"onnx.Clip", &Self::clip},
      {"onnx.Swish", &Self::activation},
      {"onnx.Gelu", &Self::activation},
      {"onnx.Relu", &Self::activation},
      {"onnx.Sigmoid", &Self::activation},
      {"onnx.Tanh", &Self::activation},
      {"onnx.Softplus", &Self::activation},
      {"onnx.Pow", &Self::power},
      {"onnx.QuantizeLinear", &Self::quantize},
      {"onnx.DequantizeLinear", &Self::dequantize},
      {"onnx.Round", &Self::unary},
      {"onnx.Neg", &Self::unary},
      {"onnx.Exp", &Self::unary},
      {"onnx.Sqrt", &Self::unary},
      {"onnx.Abs", &Self::unary},
      {"onnx.Reshape", &Self::reshape},
      {"onnx.Unsqueeze", &Self::reshape},
      {"onnx.Squeeze", &Self::reshape},
      {"onnx.Flatten", &Self::reshape},
      {"onnx.Transpose", &Self::move},
      {"onnx.Identity", &Self::forward},
      {"onnx.Cast", &Self::forward},
      {"onnx.CastLike", &Self::forward},
      {"onnx.Dropout", &Self::forward},
      {"onnx.Concat", &Self::concat},
      {"onnx.Split", &Self::move},
      {"onnx.GatherND", &Self::gather},
      {"onnx.llmc.Route", &Self::route},
      {"onnx.microsoft.MoE", &Self::mixture},
      {"onnx.microsoft.QMoE", &Self::mixture},
      {"onnx.Expand", &Self::repeat},
      {"onnx.ReduceSum", &Self::sum},
      {"onnx.Slice", &Self::move},
  };
  return handlers.lookup(opName);
}

Rows StepConverter::convertOp(Operation *op) {
  Handler handler = findHandler(op->getName().getStringRef());
  if (!handler)
    return fail(op, "is an operator that has no form on rows");
  loc = op->getLoc();
  return (this->*handler)(op);
}

bool StepConverter::isLogits(const Graph &graph, Value value) {
  const Graph::Sizes *sizes = graph.sizes(value);
  if (!sizes || !graph.isData(value) || sizes->size() < 2 || sizes->size() > 3)
    return false;
  bool isBatch = sizes->front() == graph.lengths().batch;
  return isBatch && (sizes->size() == 2 || (*sizes)[1] == 1 ||
                     (*sizes)[1] == graph.lengths().seq);
}

LogicalResult StepConverter::convert(Value logits) {
  const Graph::Sizes *sizes = graph.sizes(logits);
  Operation *last = logits.getDefiningOp();
  if (!last || !isLogits(graph, logits))
    return fail(last, "is not [batch, sequence, vocabulary]"), failure();
  known.vocabulary = sizes->back();
  if (!graph.past.empty())
    known.cacheType = getElementTypeOrSelf(graph.past.front().getType());
  findNeeded(logits);
  bool isWhole = sizes->size() == 3 && (*sizes)[1] == graph.lengths().seq;
  if (isWhole)
    findHead(logits);
  else if (!findLastRows(logits))
    return failure();
  if (!findCaches()) {
    fail(last, "depends on no attention that was recognised");
    return failure();
  }
  openStep(known.vocabulary);
  for (Operation &op : graph.function.getBody().front()) {
    if (!needed.contains(&op))
      continue;
    Rows rows = convertOp(&op);
    if (culprit)
      break;
    if (op.getNumResults() == 1 || rows)
      (behindHead.contains(&op) ? asked : views)[op.getResult(0)] = rows;
  }
  if (culprit) {
    step.erase();
    made.discard();
    return failure();
  }
  Rows result = asked.contains(logits) ? asked[logits] : select(views[logits]);
  loc = NameLoc::get(builder.getStringAttr("output"));
  SmallVector<Value> results = {result.value};
  for (const Cache &cache : caches)
    results.push_back(cache.value);
  func::ReturnOp::create(builder, loc, results);
  return success();
}
