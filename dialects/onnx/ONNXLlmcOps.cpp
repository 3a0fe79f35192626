//===- ONNXLlmcOps.cpp - checks of the onnx.llmc ops --------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Each message starts with the number of the constraint in ONNXOps.td. What is not
// known yet, a dim or a whole shape, agrees with everything.
//===----------------------------------------------------------------------===//
#include "dialects/onnx/ONNXDialect.h"
#include "dialects/onnx/Routing.h"

#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace mlir::onnx;

/// The shape of a value, `rank` unknown dims if it has none.
static SmallVector<int64_t> getShape(Value value, size_t rank) {
  auto tensor = dyn_cast<RankedTensorType>(value.getType());
  return tensor ? SmallVector<int64_t>(tensor.getShape())
                : SmallVector<int64_t>(rank, ShapedType::kDynamic);
}

static bool isKnown(int64_t dim) { return !ShapedType::isDynamic(dim); }

static bool agree(ArrayRef<int64_t> dims) {
  return succeeded(verifyCompatibleDims(dims));
}

/// A small operand: one element per `dims`.
static LogicalResult verifySmall(LlmcAttentionOp op, StringRef name,
                                 Value value, ArrayRef<int64_t> dims) {
  SmallVector<int64_t> shape = getShape(value, dims.size());
  if (succeeded(verifyCompatibleShape(shape, dims)))
    return success();
  return op.emitOpError("(C5) padding is [B, U], slopes and sinks are [H]: ")
         << name << " is " << value.getType() << ", query is "
         << op.getQuery().getType() << ", key is " << op.getKey().getType();
}

static LogicalResult verifyAttributes(LlmcAttentionOp op) {
  // NaN is refused too.
  if (!(op.getSoftcap() >= 0) || op.getLeft() < -1 || op.getRight() < -1 ||
      !(std::abs(op.getScale()) < std::numeric_limits<float>::infinity()))
    return op.emitOpError("(C6) requires softcap >= 0, left and right >= -1 "
                          "and a finite scale: found softcap ")
           << op.getSoftcap() << ", left " << op.getLeft() << ", right "
           << op.getRight() << ", scale " << op.getScale();
  return success();
}

LogicalResult LlmcAttentionOp::verify() {
  SmallVector<int64_t> query = getShape(getQuery(), 4);   // [B, H, S, D]
  SmallVector<int64_t> key = getShape(getKey(), 4);       // [B, K, U, D]
  SmallVector<int64_t> value = getShape(getValue(), 4);   // [B, K, U, Dv]
  SmallVector<int64_t> result = getShape(getResult(), 4); // [B, H, S, Dv]
  for (ArrayRef<int64_t> shape : {query, key, value, result})
    if (shape.size() != 4)
      return emitOpError("(C1) requires four dims of query, key, value and "
                         "result: found ")
             << shape.size();
  if (!agree({query[0], key[0], value[0]}) || !agree({key[1], value[1]}) ||
      !agree({key[2], value[2]}) || !agree({query[3], key[3]}))
    return emitOpError("(C2) requires query [B, H, S, D], key [B, K, U, D] and "
                       "value [B, K, U, Dv]: found ")
           << getQuery().getType() << ", " << getKey().getType() << " and "
           << getValue().getType();
  int64_t heads = query[1], kvHeads = isKnown(key[1]) ? key[1] : value[1];
  if (isKnown(kvHeads) && (kvHeads <= 0 || (isKnown(heads) && heads % kvHeads)))
    return emitOpError("(C2) requires the heads of keys to divide those of "
                       "queries: found ")
           << kvHeads << " and " << heads;
  if (failed(verifyCompatibleShape(result,
                                   {query[0], query[1], query[2], value[3]})))
    return emitOpError("(C3) result is [B, H, S, Dv]: query is ")
           << getQuery().getType() << ", value is " << getValue().getType()
           << ", found " << getResult().getType();
  int64_t positions = isKnown(key[2]) ? key[2] : value[2];
  if (isKnown(query[2]) && isKnown(positions) && query[2] > positions)
    return emitOpError("(C4) the rows are the last of the positions: found ")
           << query[2] << " rows of " << positions;
  if (failed(
          verifySmall(*this, "padding", getPadding(), {query[0], positions})) ||
      failed(verifySmall(*this, "slopes", getSlopes(), {heads})) ||
      failed(verifySmall(*this, "sinks", getSinks(), {heads})))
    return failure();
  return verifyAttributes(*this);
}

LogicalResult LlmcRotaryEmbeddingOp::verify() {
  SmallVector<int64_t> frequencies = getShape(getInv(), 1);
  auto input = dyn_cast<RankedTensorType>(getInput().getType());
  if (failed(verifyCompatibleShape(getInput().getType(), getType())))
    return emitOpError("(C1) result has the input's shape: input is ")
           << getInput().getType() << ", result is " << getType();
  if (frequencies.size() != 1 || getStart() < 0)
    return emitOpError("(C2) requires inv [n] and start >= 0: found ")
           << getInv().getType() << " and " << getStart();
  if (!input)
    return success();
  if (getSequenceAxis() < 0 || getSequenceAxis() >= input.getRank() - 1)
    return emitOpError("(C3) requires sequence_axis to be a dim before the "
                       "last: found ")
           << getSequenceAxis() << " of " << input;
  int64_t headDim = input.getShape().back(), pairs = frequencies[0];
  // Without a product, which might overflow.
  if (isKnown(headDim) && isKnown(pairs) &&
      (getStart() > headDim || pairs > (headDim - getStart()) / 2))
    return emitOpError("(C2) rotates dims inside the last: found ")
           << pairs << " pairs from " << getStart() << " on, of " << headDim;
  return success();
}

LogicalResult LlmcRouteOp::verify() {
  std::optional<Routing> routing = Routing::of(*this);
  if (!routing)
    return emitOpError("(C3) unknown word: found score '")
           << getScore() << "', weighting '" << getWeighting()
           << "', group_score '" << getGroupScore() << "'";
  constexpr float infinity = std::numeric_limits<float>::infinity();
  // NaN is refused too.
  if (!(std::abs(getScale()) < infinity) || !(std::abs(getEps()) < infinity))
    return emitOpError("(C5) scale and eps are numbers: found ")
           << getScale() << " and " << getEps();
  auto logits = dyn_cast<RankedTensorType>(getLogits().getType());
  if (!logits)
    return success();
  if (logits.getRank() == 0)
    return emitOpError("(C1) requires a dim of experts: found ") << logits;
  int64_t experts = logits.getShape().back();
  if (isKnown(experts) && !routing->fits(experts))
    return emitOpError("(C1), (C2), (C3) cannot choose ")
           << getK() << " of " << experts << " experts in " << getTopGroups()
           << " of " << getGroups() << " groups, score '" << getScore()
           << "', weighting '" << getWeighting() << "'";
  if (!agree({getShape(getSelectBias(), 1).front(), experts}) ||
      getShape(getSelectBias(), 1).size() != 1)
    return emitOpError("(C4) select_bias is [X]: found ")
           << getSelectBias().getType() << " for " << logits;
  SmallVector<int64_t> chosen(logits.getShape());
  chosen.back() = getK();
  for (Value result : getResults())
    if (failed(verifyCompatibleShape(getShape(result, chosen.size()), chosen)))
      return emitOpError("(C2) results are [.., k]: found ")
             << result.getType() << " for " << logits << " and k " << getK();
  return success();
}
