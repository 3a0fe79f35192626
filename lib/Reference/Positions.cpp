//===- Positions.cpp - rotary position embedding --------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// rope is rotation followed by rotate: the two halves that the optimiser may
// split are the same code here.
//===----------------------------------------------------------------------===//
#include "Evaluation.h"

#include <cmath>

using namespace llmc;
using namespace llmc::reference;
using namespace mlir;
using namespace mlir::llm;

/// Cosines and sines of the angles of each row, [T, R].
static llvm::Expected<Tensor> makeRotation(Operation *op,
                                           const Tensor &positions,
                                           const Tensor &inv, double mscale) {
  int64_t rows = positions.shape[0], pairs = inv.shape.back();
  bool perRow = inv.shape.size() == 2;
  if (perRow && inv.shape[0] != rows)
    return opError(op, "needs one row of inv per position");
  Tensor result{{rows, 2 * pairs}, std::vector<float>(rows * 2 * pairs), {}};
  for (int64_t t = 0; t < rows; ++t)
    for (int64_t i = 0; i < pairs; ++i) {
      // The angle is an f32 product, as the models were trained with.
      float angle = static_cast<float>(positions.ints[t]) *
                    inv.floats[(perRow ? t * pairs : 0) + i];
      float *row = &result.floats[t * 2 * pairs];
      row[i] =
          static_cast<float>(mscale * std::cos(static_cast<double>(angle)));
      row[i + pairs] =
          static_cast<float>(mscale * std::sin(static_cast<double>(angle)));
    }
  return result;
}

/// Rotates the pairs of one head in place.
template <typename Acc>
static void rotateHead(Pairing pairing, const float *rotation, int64_t pairs,
                       Rounder round, float *head) {
  bool half = pairing == Pairing::Half;
  for (int64_t i = 0; i < pairs; ++i) {
    float &first = head[half ? i : 2 * i];
    float &second = head[half ? i + pairs : 2 * i + 1];
    Acc cos = rotation[i], sin = rotation[i + pairs], u = first, v = second;
    first = round(u * cos - v * sin);
    second = round(v * cos + u * sin);
  }
}

static llvm::Error rotate(Evaluation &eval, Operation *op, Pairing pairing,
                          const Tensor &input, const Tensor &rotation,
                          int64_t start) {
  int64_t rows = input.shape[0], heads = input.shape[1], width = input.shape[2];
  int64_t rotated = rotation.shape[1];
  if (rotation.shape[0] != rows)
    return opError(op, "needs one position per row: input has " +
                           llvm::Twine(rows) + " rows, found " +
                           llvm::Twine(rotation.shape[0]));
  assert(start >= 0 && rotated % 2 == 0 && start + rotated <= width &&
         "(C2) the rotated pairs lie inside the head");
  Rounder round(op->getResult(0).getType());
  Tensor result = input;
  eval.accumulate([&](auto zero) {
    for (int64_t at = 0; at < rows * heads; ++at)
      rotateHead<decltype(zero)>(
          pairing, &rotation.floats[at / heads * rotated], rotated / 2, round,
          &result.floats[at * width + start]);
  });
  eval.set(op->getResult(0), std::move(result));
  return llvm::Error::success();
}

static llvm::Error evalRotation(Evaluation &eval, RotationOp op) {
  auto result =
      makeRotation(op, eval.tensor(op.getPositions()), eval.tensor(op.getInv()),
                   op.getMscale().convertToDouble());
  if (!result)
    return result.takeError();
  eval.set(op.getResult(), std::move(*result));
  return llvm::Error::success();
}

static llvm::Error evalRotate(Evaluation &eval, RotateOp op) {
  return rotate(eval, op, op.getPairing(), eval.tensor(op.getInput()),
                eval.tensor(op.getRotation()), op.getStart());
}

static llvm::Error evalRope(Evaluation &eval, RopeOp op) {
  auto rotation =
      makeRotation(op, eval.tensor(op.getPositions()), eval.tensor(op.getInv()),
                   op.getMscale().convertToDouble());
  if (!rotation)
    return rotation.takeError();
  return rotate(eval, op, op.getPairing(), eval.tensor(op.getInput()),
                *rotation, op.getStart());
}

void reference::addPositionOps(OpTable &table) {
  table.add(evalRotation);
  table.add(evalRotate);
  table.add(evalRope);
}
