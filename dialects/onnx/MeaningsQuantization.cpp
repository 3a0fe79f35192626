//===- MeaningsQuantization.cpp - numbers as codes with scales ------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A scale is one for all, one per place of an axis, or one per block of places
// along it; zero points have its shape.
//===----------------------------------------------------------------------===//
#include "ElementTypes.h"
#include "Meanings.h"

#include "mlir/IR/BuiltinTypes.h"

#include <cmath>

using namespace mlir;
using namespace mlir::onnx;

/// The place of the scale (input 1) for an element of input 0.
static Sizes scaleIndex(const Operands &in, Index at) {
  if (in.rank(1) == 0)
    return {};
  if (countOf(in.sizes(1)) == 1)
    return Sizes(in.rank(1), 0);
  int64_t axis = in.axis(in.integer("axis", 1), in.rank(0));
  if (in.rank(1) != 1 && in.rank(1) != in.rank(0))
    in.fail("has scales of another rank than its input");
  if (in.hasFailed())
    return Sizes(in.rank(1), 0);
  if (in.rank(1) == 1)
    return {at[axis]};
  Sizes index(at);
  int64_t blockSize = in.integer("block_size", 0);
  index[axis] /= std::max<int64_t>(blockSize, 1);
  return index;
}

/// One zero point may be [1] beside a scale without dims.
static double readZeroPoint(const Operands &in, Index scale) {
  if (!in.has(2))
    return 0;
  bool isOne = countOf(in.sizes(2)) == 1;
  return (isOne ? in.scalar(2) : in.read(2, scale)).number();
}

static Scalar dequantize(const Operands &in, unsigned, Index at) {
  Sizes scale = scaleIndex(in, at);
  return Scalar::of((in.read(0, at).number() - readZeroPoint(in, scale)) *
                    in.read(1, scale).number());
}

/// The quotient has the precision of the scale, or the one that is asked for.
static Scalar quantize(const Operands &in, unsigned, Index at) {
  Sizes index = scaleIndex(in, at);
  Type precision = in.elementType(1), type = in.resultElementType();
  if (Type asked =
          getElementType(in.integer("precision", 0), in.op->getContext()))
    precision = asked;
  double quotient =
      in.read(0, at).number() / roundTo(precision, in.read(1, index)).number();
  quotient = roundTo(precision, Scalar::of(quotient)).number();
  double zero = readZeroPoint(in, index);
  if (isa<FloatType>(type))
    return Scalar::of(in.integer("saturate", 1) ? clampTo(type, quotient + zero)
                                                : quotient + zero);
  double code = clampTo(type, std::nearbyint(quotient) + zero);
  return Scalar::of(Scalar::of(code).whole()); // NaN is no code
}

//===----------------------------------------------------------------------===//
// Scales of a tensor's own
//===----------------------------------------------------------------------===//

namespace {
/// What 8 bits hold of a tensor of f32, 0 among it.
struct CodeRange {
  double scale, zeroPoint;
};
} // namespace

static CodeRange findRange(const Operands &in) {
  double least = 0, most = 0;
  int64_t count = countOf(in.sizes(0));
  if (!in.affords(count))
    return {0, 0};
  for (int64_t i = 0; i < count; ++i) {
    double x = in.read(0, unflatten(i, in.sizes(0))).number();
    least = std::fmin(least, x);
    most = std::fmax(most, x);
  }
  double scale = static_cast<float>((most - least) / 255);
  // All zeros: any scale does.
  double zeroPoint =
      scale == 0 ? 0 : std::nearbyint(static_cast<float>(-least / scale));
  return {scale, std::fmin(255, std::fmax(0, zeroPoint))};
}

static void dynamicSizes(const Operands &in, MutableArrayRef<Sizes> results) {
  results[0] = in.sizes(0); // scale and zero point are scalars
}

static Scalar quantizeDynamically(const Operands &in, unsigned result,
                                  Index at) {
  CodeRange range = findRange(in);
  if (result == 1)
    return Scalar::of(range.scale);
  if (result == 2)
    return Scalar::of(static_cast<int64_t>(range.zeroPoint));
  if (range.scale == 0)
    return Scalar::of(int64_t{0});
  double quotient = static_cast<float>(in.read(0, at).number() / range.scale);
  double code = std::nearbyint(quotient) + range.zeroPoint;
  return Scalar::of(static_cast<int64_t>(std::fmin(255, std::fmax(0, code))));
}

void mlir::onnx::addQuantizationMeanings(MeaningTable &table) {
  table["onnx.DequantizeLinear"] = {sizesOfFirst, dequantize};
  table["onnx.QuantizeLinear"] = {sizesOfFirst, quantize};
  table["onnx.DynamicQuantizeLinear"] = {dynamicSizes, quantizeDynamically};
}
