//===- DeviceMath.cpp - sines and cosines without a library -----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Angles of a rotation reach 10^5 radians. In doubles, multiples of pi/2 are taken
// away in two parts (Cody and Waite, "Software Manual for the Elementary Functions",
// 1980), which leaves an error below 1e-11 up to 10^6; what remains is in
// [-pi/4, pi/4], where a Taylor polynomial of degree 15 is exact to 1e-16.
//===----------------------------------------------------------------------===//
#include "llmc/Lower/Passes.h"

#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace llmc {
#define GEN_PASS_DEF_DEVICEMATH
#include "llmc/Lower/Passes.h.inc"

using namespace mlir;

namespace {

class SineBuilder {
public:
  explicit SineBuilder(ImplicitLocOpBuilder &b) : b(b) {}

  /// sin(x + quarters * pi/2) of a float.
  Value build(Value x, int32_t quarters) {
    Type f64 = b.getF64Type(), i32 = b.getI32Type();
    Value wide = arith::ExtFOp::create(b, f64, x);
    Value multiple = math::RoundEvenOp::create(
        b, arith::MulFOp::create(b, wide, number(0.63661977236758134)));
    // pi/2 in two doubles.
    Value rest = fma(multiple, number(-1.5707963267948966), wide);
    rest = fma(multiple, number(-6.123233995736766e-17), rest);
    Value quarter = arith::FPToSIOp::create(b, i32, multiple);
    quarter = arith::AddIOp::create(b, quarter, word(quarters));
    Value square = arith::MulFOp::create(b, rest, rest);
    Value sine = arith::MulFOp::create(b, rest, series(square, /*first=*/1));
    Value cosine = series(square, /*first=*/0);
    Value chosen = arith::SelectOp::create(b, hasBit(quarter, 1), cosine, sine);
    Value negative = arith::NegFOp::create(b, chosen);
    Value result =
        arith::SelectOp::create(b, hasBit(quarter, 2), negative, chosen);
    return arith::TruncFOp::create(b, b.getF32Type(), result);
  }

private:
  Value number(double value) {
    return arith::ConstantOp::create(b, b.getF64FloatAttr(value));
  }
  Value word(int32_t value) {
    return arith::ConstantOp::create(b, b.getI32IntegerAttr(value));
  }
  Value fma(Value x, Value y, Value z) {
    return math::FmaOp::create(b, x, y, z);
  }
  Value hasBit(Value word_, int32_t bit) {
    Value masked = arith::AndIOp::create(b, word_, word(bit));
    return arith::CmpIOp::create(b, arith::CmpIPredicate::ne, masked, word(0));
  }

  /// 1 - square / ((first + 1)(first + 2)) + ...: sin(x) / x for 1, cos(x) for 0.
  Value series(Value square, int first) {
    constexpr int terms = 8;
    double coefficient = 1;
    SmallVector<double> coefficients;
    for (int n = 0; n < terms; ++n) {
      coefficients.push_back(coefficient);
      int at = first + 2 * n;
      coefficient /= -double(at + 1) * (at + 2);
    }
    Value sum = number(coefficients.back());
    for (double next : llvm::reverse(ArrayRef(coefficients).drop_back()))
      sum = fma(sum, square, number(next));
    return sum;
  }

  ImplicitLocOpBuilder &b;
};

template <typename Op, int32_t quarters>
struct ExpandSine : OpRewritePattern<Op> {
  using OpRewritePattern<Op>::OpRewritePattern;
  LogicalResult matchAndRewrite(Op op,
                                PatternRewriter &rewriter) const override {
    if (!op.getType().isF32())
      return rewriter.notifyMatchFailure(op, "no scalar of 32 bits");
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    rewriter.replaceOp(op, SineBuilder(b).build(op.getOperand(), quarters));
    return success();
  }
};

struct DeviceMath : impl::DeviceMathBase<DeviceMath> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<ExpandSine<math::SinOp, 0>, ExpandSine<math::CosOp, 1>>(
        &getContext());
    FrozenRewritePatternSet frozen(std::move(patterns));
    for (auto device : getOperation().getOps<ModuleOp>())
      if (failed(applyPatternsGreedily(device, frozen)))
        return signalPassFailure();
  }
};

} // namespace
} // namespace llmc
