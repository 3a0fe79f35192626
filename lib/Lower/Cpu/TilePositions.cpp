//===- TilePositions.cpp - rotations ----------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Tilers.h"

using namespace mlir;
using namespace mlir::llm;

namespace llmc {

/// Scalar cosines and sines by libm: angles reach thousands of radians, which
/// vector polynomials reduce inexactly; once per step and row this costs little.
static void tileRotation(TileBuilder &b, const KernelArgs &args,
                         RotationOp rotation) {
  Value result = args.results[0], inv = args.get(rotation.getInv());
  int64_t half = getMatrixShape(rotation.getInv().getType()).back();
  bool perRow = getMatrixShape(rotation.getInv().getType()).size() == 2;
  double mscale = rotation.getMscale().convertToDouble();
  auto [begin, end] = b.share(b.dim(result, 0));
  b.loop(begin, end, 1, [&](Value row) {
    Value position = b.load(args.get(rotation.getPositions()), row);
    position = arith::SIToFPOp::create(b, b.getF32Type(), position);
    b.loop(b.index(0), b.index(half), 1, [&](Value i) {
      Value frequency = perRow ? b.load(inv, {row, i}) : b.load(inv, i);
      Value angle = b.mul(position, frequency);
      Value cos = math::CosOp::create(b, angle);
      Value sin = math::SinOp::create(b, angle);
      if (mscale != 1.0) {
        cos = b.mul(cos, b.f32(mscale));
        sin = b.mul(sin, b.f32(mscale));
      }
      b.store(cos, result, {row, i});
      b.store(sin, result, {row, b.addIndex(i, half)});
    });
  });
}

namespace {

class RotateTiler {
public:
  RotateTiler(TileBuilder &b, const KernelArgs &args, RotateOp op)
      : b(b), op(op), input(args.get(op.getInput())),
        rotation(args.get(op.getRotation())), result(args.results[0]),
        heads(getMatrixShape(op.getType())[1]),
        headDim(getMatrixShape(op.getType())[2]), start(op.getStart()),
        half(getMatrixShape(op.getRotation().getType())[1] / 2) {}

  void run() {
    Value items = b.mulIndex(b.dim(result, 0), heads);
    auto [begin, end] = b.share(items);
    b.loop(begin, end, 1, [&](Value item) {
      Value row = b.divIndex(item, heads), head = b.remIndex(item, heads);
      int64_t lanes = getLanes(half);
      b.loop(b.index(0), b.index(half), lanes,
             [&](Value i) { rotate(row, head, i, lanes); });
      pass(row, head, 0, start);
      pass(row, head, start + 2 * half, headDim);
    });
  }

private:
  void rotate(Value row, Value head, Value i, int64_t lanes) {
    Value cos = b.loadF32s(rotation, {row, i}, lanes);
    Value sin = b.loadF32s(rotation, {row, b.addIndex(i, half)}, lanes);
    bool interleaved = op.getPairing() == Pairing::Interleaved;
    Value first = b.addIndex(interleaved ? b.mulIndex(i, 2) : i, start);
    Value second = b.addIndex(first, half);
    Value u, v;
    if (interleaved) {
      Value pairs = b.loadF32s(input, {row, head, first}, 2 * lanes);
      auto split = vector::DeinterleaveOp::create(b, pairs);
      u = split.getRes1();
      v = split.getRes2();
    } else {
      u = b.loadF32s(input, {row, head, first}, lanes);
      v = b.loadF32s(input, {row, head, second}, lanes);
    }
    Value x = b.sub(b.mul(u, cos), b.mul(v, sin));
    Value y = b.add(b.mul(v, cos), b.mul(u, sin));
    if (interleaved)
      return b.storeVector(vector::InterleaveOp::create(b, x, y), result,
                           {row, head, first});
    b.storeVector(x, result, {row, head, first});
    b.storeVector(y, result, {row, head, second});
  }

  /// Dimensions that are not rotated.
  void pass(Value row, Value head, int64_t from, int64_t to) {
    if (from == to)
      return;
    b.loop(b.index(from), b.index(to), 1, [&](Value d) {
      Value at[] = {row, head, d};
      b.store(b.load(input, at), result, at);
    });
  }

  TileBuilder &b;
  RotateOp op;
  Value input, rotation, result;
  int64_t heads, headDim, start, half;
};

} // namespace

namespace {
struct TileRotation
    : CpuTilerOpInterface::ExternalModel<TileRotation, RotationOp> {
  void tile(Operation *op, TileBuilder &b, const KernelArgs &args) const {
    tileRotation(b, args, cast<RotationOp>(op));
  }
};
struct TileRotate : CpuTilerOpInterface::ExternalModel<TileRotate, RotateOp> {
  void tile(Operation *op, TileBuilder &b, const KernelArgs &args) const {
    RotateTiler(b, args, cast<RotateOp>(op)).run();
  }
};
} // namespace

void attachPositionTilers(MLIRContext *context) {
  RotationOp::attachInterface<TileRotation>(*context);
  RotateOp::attachInterface<TileRotate>(*context);
}

} // namespace llmc
