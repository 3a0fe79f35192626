//===- StepBuilder.cpp - what step functions are made of ------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "StepBuilder.h"

#include "Decoder.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace llmc;
using namespace mlir;
using namespace mlir::llm;

static constexpr int64_t anyRows = ShapedType::kDynamic;

StepBuilder::StepBuilder(ModuleOp module, ArrayRef<KVType> cacheTypes,
                         int64_t vocabulary)
    : builder(OpBuilder::atBlockEnd(module.getBody())),
      loc(NameLoc::get(builder.getStringAttr("step"))) {
  SmallVector<Type> arguments = {BatchType::get(builder.getContext())};
  SmallVector<Type> results = {rowsOf(vocabulary)};
  llvm::append_range(arguments, cacheTypes);
  llvm::append_range(results, cacheTypes);
  auto type = builder.getFunctionType(arguments, results);
  function = func::FuncOp::create(builder, loc, "step", type);
  Block *body = function.addEntryBlock();
  builder.setInsertionPointToStart(body);
  batch = body->getArgument(0);
  llvm::append_range(caches, body->getArguments().drop_front());
  auto idType = RankedTensorType::get({anyRows}, builder.getI32Type());
  ids = BatchTokensOp::create(builder, loc, idType, batch);
  rows = countRows(ids);
}

Value StepBuilder::positions() {
  if (!position)
    position = BatchPositionsOp::create(builder, loc, ids.getType(), batch);
  return position;
}

void StepBuilder::enter(const llvm::Twine &place) {
  loc = NameLoc::get(builder.getStringAttr(place));
}

RankedTensorType StepBuilder::rowsOf(int64_t columns) {
  return RankedTensorType::get({anyRows, columns}, builder.getF32Type());
}

/// Read once per step, next to the first use.
Value StepBuilder::param(WeightRef weight) {
  assert(weight && "the catalog has failed the import before this");
  Value &value = params[weight.symbol];
  if (!value)
    value = ParamOp::create(builder, NameLoc::get(weight.symbol), weight.type,
                            FlatSymbolRefAttr::get(weight.symbol), Value());
  return value;
}

Value StepBuilder::optionalParam(WeightRef weight) {
  return weight ? param(weight) : Value();
}

//===----------------------------------------------------------------------===//
// Rows
//===----------------------------------------------------------------------===//

Value StepBuilder::embed(Value ids, WeightRef table) {
  Value rowsTable = param(table);
  return EmbedOp::create(builder, loc, rowsOf(getMatrixShape(table.type)[1]),
                         ids, rowsTable);
}

Value StepBuilder::norm(NormKind kind, Value input, Affine weights,
                        double eps) {
  Value weight = param(weights.weight);
  Value bias = optionalParam(weights.bias);
  return NormOp::create(builder, loc, input.getType(), kind, input, weight,
                        bias, llvm::APFloat(eps));
}

Value StepBuilder::linear(Value input, Affine weights) {
  Value weight = param(weights.weight);
  Value bias = optionalParam(weights.bias);
  int64_t out = getMatrixShape(weights.weight.type)[0];
  return LinearOp::create(builder, loc, rowsOf(out), input, weight, bias);
}

Value StepBuilder::headLinear(Value heads, WeightRef matrices) {
  Value weight = param(matrices);
  ArrayRef<int64_t> shape = getMatrixShape(matrices.type);
  auto type = RankedTensorType::get({anyRows, shape[0], shape[1]},
                                    builder.getF32Type());
  return LinearOp::create(builder, loc, type, heads, weight, /*bias=*/Value());
}

Value StepBuilder::activate(ActFn fn, Value input) {
  return ActOp::create(builder, loc, input.getType(), fn, input);
}

Value StepBuilder::add(Value a, Value b) {
  return arith::AddFOp::create(builder, loc, a, b);
}

Value StepBuilder::multiply(Value a, Value b) {
  return arith::MulFOp::create(builder, loc, a, b);
}

Value StepBuilder::countRows(Value ids) {
  Value zero = arith::ConstantIndexOp::create(builder, loc, 0);
  return tensor::DimOp::create(builder, loc, ids, zero);
}

/// A number in every place of rows like these. Their count is not asked of the
/// rows themselves: what multiplies them then needs them whole, apart from the
/// kernel that makes them.
Value StepBuilder::splat(Value like, double number) {
  Value scalar = arith::ConstantOp::create(
      builder, loc, builder.getF32FloatAttr(static_cast<float>(number)));
  return tensor::SplatOp::create(builder, loc, scalar, like.getType(),
                                 ValueRange{rows});
}

Value StepBuilder::scale(Value value, double factor) {
  return factor == 1 ? value : multiply(value, splat(value, factor));
}

Value StepBuilder::clip(Value value, double limit) {
  Value below =
      arith::MinimumFOp::create(builder, loc, value, splat(value, limit));
  return arith::MaximumFOp::create(builder, loc, below, splat(below, -limit));
}

//===----------------------------------------------------------------------===//
// Heads
//===----------------------------------------------------------------------===//

static SmallVector<ReassociationIndices> headReassociation() {
  return {{0}, {1, 2}};
}

Value StepBuilder::splitHeads(Value input, int64_t heads) {
  int64_t width = getMatrixShape(input.getType())[1];
  assert(heads > 0 && width % heads == 0 && "heads share a row evenly");
  int64_t headDim = width / heads;
  auto type =
      RankedTensorType::get({anyRows, heads, headDim}, builder.getF32Type());
  OpFoldResult shape[] = {rows, builder.getIndexAttr(heads),
                          builder.getIndexAttr(headDim)};
  return tensor::ExpandShapeOp::create(builder, loc, type, input,
                                       headReassociation(), shape);
}

Value StepBuilder::mergeHeads(Value heads) {
  ArrayRef<int64_t> shape = getMatrixShape(heads.getType());
  return tensor::CollapseShapeOp::create(
      builder, loc, rowsOf(shape[1] * shape[2]), heads, headReassociation());
}

Value StepBuilder::join(Value left, Value right) {
  return tensor::ConcatOp::create(builder, loc, /*dim=*/2,
                                  ValueRange{left, right});
}

Value StepBuilder::rotate(Value heads, const Rotary &rotary) {
  Value inv = param(rotary.inv);
  return RopeOp::create(builder, loc, heads.getType(), rotary.pairing, heads,
                        positions(), inv, /*start=*/0,
                        llvm::APFloat(rotary.mscale));
}

Value StepBuilder::attend(CachePlace place, Value query, Value key, Value value,
                          const Scores &scores) {
  Value &kv = caches[place.cache];
  assert(place.layer >= 0 &&
         place.layer < cast<KVType>(kv.getType()).getLayers() &&
         "the cache has a slot for every layer");
  Value slot = arith::ConstantIndexOp::create(builder, loc, place.layer);
  kv = KVWriteOp::create(builder, loc, kv.getType(), kv, slot, key, value,
                         batch);
  ArrayRef<int64_t> shape = getMatrixShape(query.getType());
  auto type = RankedTensorType::get(
      {anyRows, shape[1], cast<KVType>(kv.getType()).getValueChannels()},
      builder.getF32Type());
  return AttentionOp::create(
      builder, loc, type, query, kv, slot, /*key=*/Value(),
      /*value=*/Value(), optionalParam(scores.slopes), /*sinks=*/Value(),
      /*rel=*/Value(), batch, llvm::APFloat(scores.scale), scores.left,
      /*right=*/0, /*chunk=*/0, llvm::APFloat(scores.softcap));
}

//===----------------------------------------------------------------------===//
// Experts
//===----------------------------------------------------------------------===//

Routing StepBuilder::route(Value logits, WeightRef selectBias,
                           const Mixture &mixture) {
  Value bias = optionalParam(selectBias);
  auto indices =
      RankedTensorType::get({anyRows, mixture.used}, builder.getI32Type());
  auto op =
      RouteOp::create(builder, loc, indices, rowsOf(mixture.used), logits, bias,
                      mixture.used, mixture.score, mixture.groups,
                      mixture.topGroups, mixture.groupScore, mixture.weights,
                      llvm::APFloat(mixture.scale), llvm::APFloat(mixture.eps));
  return {op.getIndices(), op.getWeights()};
}

Value StepBuilder::expertLinear(Value input, const Routing &routing,
                                WeightRef weight) {
  Value matrices = param(weight);
  int64_t used = getMatrixShape(routing.indices.getType())[1];
  auto type = RankedTensorType::get(
      {anyRows, used, getMatrixShape(weight.type)[1]}, builder.getF32Type());
  return ExpertLinearOp::create(builder, loc, type, input, routing.indices,
                                matrices, /*bias=*/Value());
}

Value StepBuilder::combine(Value results, Value weights) {
  return CombineOp::create(builder, loc,
                           rowsOf(getMatrixShape(results.getType())[2]),
                           results, weights);
}

Value StepBuilder::weigh(Value rows, Value weights) {
  return combine(splitHeads(rows, 1), weights);
}

void StepBuilder::finish(Value hidden, Affine head, double factor,
                         double softcap) {
  enter("output");
  Value asked = BatchLogitRowsOp::create(builder, loc, ids.getType(), batch);
  Value last = EmbedOp::create(builder, loc, hidden.getType(), asked, hidden);
  rows = countRows(asked);
  Value logits = scale(linear(last, head), factor);
  if (softcap != 0)
    logits = scale(activate(ActFn::Tanh, scale(logits, 1 / softcap)), softcap);
  SmallVector<Value> results = {logits};
  llvm::append_range(results, caches);
  func::ReturnOp::create(builder, loc, results);
}
