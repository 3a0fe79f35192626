//===- StepLinears.cpp - matrices and attention on rows -------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "StepConverter.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

#include <cmath>

using namespace llmc;
using namespace mlir;

//===----------------------------------------------------------------------===//
// Tables
//===----------------------------------------------------------------------===//

/// The dims of a value that is the ids of the tokens, [B, S] or in one dim [B * S];
/// nothing if it is something else. A batch of 1 is no dim that folds.
static std::optional<SmallVector<RowDim, 4>> findTokens(const Graph &graph,
                                                        Value index) {
  Lengths lengths = graph.settle({3, 5, 0});
  onnx::Evaluator evaluator = graph.evaluator(lengths);
  evaluator.bind(graph.ids, {lengths.batch, lengths.seq}, [&](onnx::Index at) {
    return onnx::Scalar::of(100 * at[0] + at[1]);
  });
  const Graph::Sizes *sizes = evaluator.sizes(index);
  bool isFlat = sizes && *sizes == Graph::Sizes{lengths.batch * lengths.seq};
  if (!sizes || (!isFlat && *sizes != Graph::Sizes{lengths.batch, lengths.seq}))
    return std::nullopt;
  for (int64_t b = 0; b < lengths.batch; ++b)
    for (int64_t s = 0; s < lengths.seq; ++s) {
      Graph::Sizes at = {b, s};
      if (isFlat)
        at = {b * lengths.seq + s};
      auto element = evaluator.element(index, at);
      if (!element || element->whole() != 100 * b + s)
        return std::nullopt;
    }
  bool isOne = graph.lengths().batch == 1;
  if (isFlat)
    return {{{isOne ? RowDim::Sequence : RowDim::BatchSequence, 0}}};
  return {{{isOne ? RowDim::One : RowDim::Batch, 0}, {RowDim::Sequence, 0}}};
}

static Value orNull(Value value) {
  return isa<NoneType>(value.getType()) ? Value() : value;
}

Rows StepConverter::embedBlocks(Operation *op) {
  auto gather = cast<onnx::MicrosoftGatherBlockQuantizedOp>(op);
  const Graph::Sizes *sizes = graph.sizes(op->getResult(0));
  const Graph::Sizes *codes = graph.sizes(gather.getData());
  auto tokens = findTokens(graph, gather.getIndices());
  if (gather.getGatherAxis() != 0 || !sizes || !codes || codes->size() != 2 ||
      !tokens)
    return fail(op, "chooses rows by something that is not the tokens");
  std::string reason;
  auto table = made.traceBlocks(
      {gather.getData(), gather.getScales(), orNull(gather.getZeroPoints()),
       codes->front(), sizes->back(), gather.getBits(), gather.getBlockSize()},
      reason);
  if (!table)
    return fail(op, reason);
  return embedTokens(*table, *tokens);
}

Rows StepConverter::embed(Operation *op) {
  auto gather = dyn_cast<onnx::GatherOp>(op);
  auto table = made.trace(op->getOperand(0));
  if (!gather || !table || table->shape().size() != 2 || gather.getAxis() != 0)
    return fail(op, "chooses from something that is no table of weights");
  auto tokens = findTokens(graph, op->getOperand(1));
  if (!tokens)
    return fail(op, "chooses rows by something that is not the tokens");
  return embedTokens(StepWeights::packed(*table), *tokens);
}

Rows StepConverter::embedTokens(const WeightSource &source,
                                ArrayRef<RowDim> tokens) {
  known.hidden = source.shape()[1];
  table = source;
  Rows rows;
  rows.dims.assign(tokens.begin(), tokens.end());
  rows.dims.push_back({RowDim::Inner, 1});
  Value param = made.matrix(builder, source);
  rows.value =
      llm::EmbedOp::create(builder, loc, rowsType({known.hidden}), ids, param);
  return rows;
}

/// How far an index is from its row's position; nothing if it is not that
/// everywhere.
static std::optional<int64_t> findOffset(const Graph &graph, Value index) {
  std::optional<int64_t> offset;
  for (Lengths lengths : {Lengths{1, 7, 0}, {1, 3, 11}}) {
    lengths = graph.settle(lengths);
    onnx::Evaluator evaluator = graph.evaluator(lengths);
    const Graph::Sizes *sizes = evaluator.sizes(index);
    if (!sizes || sizes->empty() || sizes->back() != lengths.seq)
      return std::nullopt;
    Graph::Sizes place(sizes->size(), 0);
    for (place.back() = 0; place.back() < lengths.seq; ++place.back()) {
      auto element = evaluator.element(index, place);
      if (!element)
        return std::nullopt;
      int64_t here = element->whole() - lengths.past - place.back();
      if (offset.value_or(here) != here)
        return std::nullopt;
      offset = here;
    }
  }
  return offset;
}

/// Learned positions: rows of a table by position, which no token chooses.
Rows StepConverter::embedPositions(Operation *op) {
  auto gather = dyn_cast_or_null<onnx::GatherOp>(op);
  if (!gather || gather.getAxis() != 0)
    return {};
  auto table = made.trace(op->getOperand(0));
  auto offset = findOffset(graph, op->getOperand(1));
  if (!table || table->shape().size() != 2 || !offset || *offset < 0 ||
      *offset >= table->shape()[0])
    return {};
  table = StepWeights::rows(*table, {*offset, table->shape()[0]});
  known.positions = table->shape()[0];
  Rows rows;
  bool isOne = graph.lengths().batch == 1;
  rows.dims = {{isOne ? RowDim::One : RowDim::Batch, 0},
               {RowDim::Sequence, 0},
               {RowDim::Inner, 1}};
  Value param = made.matrix(builder, *table);
  rows.value = llm::EmbedOp::create(builder, loc, rowsType({table->shape()[1]}),
                                    positions(), param);
  return rows;
}

//===----------------------------------------------------------------------===//
// Matrices
//===----------------------------------------------------------------------===//

Value StepConverter::createLinear(const Linear &linear) {
  Value weight = made.matrix(builder, linear.weight);
  Value bias;
  if (linear.bias)
    bias = made.vector(builder, linear.bias, linear.biasRows);
  int64_t columns = linear.weight.shape()[0];
  Value result = llm::LinearOp::create(builder, loc, rowsType({columns}),
                                       linear.input, weight, bias);
  linears[result] = linear;
  return result;
}

Rows StepConverter::linear(Operation *op, const Rows &input,
                           WeightSource weight) {
  weight = StepWeights::packed(weight);
  bool plain = input.shape().size() == 2 &&
               input.dims.back() == RowDim{RowDim::Inner, 1};
  if (!plain || input.shape()[1] != weight.shape()[1])
    return fail(op, "multiplies something that is no rows of its columns");
  known.tiedHead |=
      table && weight.weight == table->weight && weight.recipe == table->recipe;
  return sameAs(input, createLinear({input.value, weight, Value(), {}}));
}

Rows StepConverter::matmul(Operation *op) {
  if (chosen.contains(op->getOperand(0)) || chosen.contains(op->getOperand(1)))
    return expertLinear(op);
  Rows input = view(op, op->getOperand(0));
  auto weight = made.trace(op->getOperand(1));
  if (weight)
    weight = StepWeights::transposed(*weight);
  if (!weight)
    return fail(op, "multiplies by something that is no matrix of weights");
  return input ? linear(op, input, *weight) : input;
}

Rows StepConverter::matmulBlocks(Operation *op) {
  auto product = cast<onnx::MicrosoftMatMulNBitsOp>(op);
  Rows input = view(op, op->getOperand(0));
  std::string reason;
  auto weight = made.traceBlocks(product, reason);
  if (!weight)
    return fail(op, reason);
  if (!input)
    return input;
  Rows rows = linear(op, input, *weight);
  if (!rows || isa<NoneType>(product.getBias().getType()))
    return rows;
  Linear whole = linears.lookup(rows.value);
  whole.bias = product.getBias();
  return sameAs(rows, createLinear(whole));
}

Rows StepConverter::gemm(Operation *op) {
  auto gemm = cast<onnx::GemmOp>(op);
  Rows input = view(op, op->getOperand(0));
  auto weight = made.trace(op->getOperand(1));
  if (weight && !gemm.getTransB())
    weight = StepWeights::transposed(*weight);
  if (!weight || gemm.getTransA() || gemm.getAlpha() != 1 ||
      gemm.getBeta() != 1)
    return fail(op, "is no plain product with a matrix of weights");
  if (!input)
    return input;
  Rows rows = linear(op, input, *weight);
  Value bias = op->getOperand(2);
  if (!rows || isa<NoneType>(bias.getType()))
    return rows;
  Linear whole = linears.lookup(rows.value);
  whole.bias = bias;
  return sameAs(rows, createLinear(whole));
}

//===----------------------------------------------------------------------===//
// Attention
//===----------------------------------------------------------------------===//

/// Whether the value is [T, heads, columns] in the graph's [B, H, S, D].
static bool isHeads(const Rows &rows) {
  return rows.shape().size() == 3 && rows.dims.size() == 4 &&
         rows.find(1) >= 0 && rows.find(2) == 3;
}

Rows StepConverter::rotary(Operation *op) {
  auto rotary = cast<onnx::LlmcRotaryEmbeddingOp>(op);
  Rows input = view(op, op->getOperand(0));
  if (!input)
    return input;
  input = asHeads(input);
  auto axis = static_cast<size_t>(rotary.getSequenceAxis());
  if (!isHeads(input) || axis >= input.dims.size() ||
      input.dims[axis].kind != RowDim::Sequence)
    return fail(op, "rotates something that is no heads of rows");
  Value inv = made.vector(builder, op->getOperand(1));
  if (!inv)
    return fail(op, "has frequencies that are no constant vector");
  return sameAs(input,
                llm::RopeOp::create(
                    builder, loc, input.value.getType(),
                    rotary.getInterleaved() ? llm::Pairing::Interleaved
                                            : llm::Pairing::Half,
                    input.value, positions(), inv, rotary.getStart(),
                    llvm::APFloat(static_cast<double>(rotary.getMscale()))));
}

Rows StepConverter::attention(Operation *op) {
  auto attention = cast<onnx::LlmcAttentionOp>(op);
  Rows query = view(op, attention.getQuery());
  Rows key = view(op, attention.getKey());
  Rows value = view(op, attention.getValue());
  if (!query || !key || !value)
    return {};
  query = asHeads(query);
  key = asHeads(key);
  value = asHeads(value);
  if (!isHeads(query) || !isHeads(key) || !isHeads(value))
    return fail(op, "reads something that is no heads of rows");
  if (!graph.past.empty() && (!key.isCache || !value.isCache))
    return fail(op, "reads new keys only, though the graph has caches");
  if (attention.getRight() != 0)
    return fail(op, "sees keys behind its row, which a step cannot");
  Cache *cache = findCache(attention.getLeft());
  assert(cache && "every attention has a cache");
  Value layer = arith::ConstantIndexOp::create(builder, loc, cache->slot++);
  cache->value =
      llm::KVWriteOp::create(builder, loc, cache->value.getType(), cache->value,
                             layer, key.value, value.value, batch);
  auto vector = [&](Value constant) {
    return isa<NoneType>(constant.getType()) ? Value()
                                             : made.vector(builder, constant);
  };
  auto real = [](float number) {
    return llvm::APFloat(static_cast<double>(number));
  };
  Value result = llm::AttentionOp::create(
      builder, loc, rowsType({query.shape()[1], value.shape()[2]}), query.value,
      cache->value, layer, /*key=*/Value(), /*value=*/Value(),
      vector(attention.getSlopes()), vector(attention.getSinks()),
      /*rel=*/Value(), batch, real(attention.getScale()), attention.getLeft(),
      /*right=*/0, /*chunk=*/0, real(attention.getSoftcap()));
  return sameAs(query, result);
}
