//===- FloatOps.cpp - arithmetic of floats --------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Halves are computed in single precision, fma in double, and rounded once more,
// which gives the correctly rounded result. Approximations (ex2.approx) are as
// good as the host's functions, which is better than the device's.
//===----------------------------------------------------------------------===//
#include "Arithmetic.h"
#include "FloatBits.h"

#include <cmath>

using namespace llmc::ptxsim;

namespace {

/// A format: what it is computed in, and how many are in a register.
template <typename Compute, unsigned Parts, unsigned Bits> struct Format {
  using C = Compute;
  static constexpr unsigned parts = Parts, bits = Bits;
  static constexpr double leastNormal = 0x1p-126;
};
struct Single : Format<float, 1, 32> {
  static float load(uint64_t bits) { return asType<float>(bits); }
  static uint64_t store(float value) {
    return value != value ? 0x7fffffff : toBits(value);
  }
};
struct Double : Format<double, 1, 64> {
  static double load(uint64_t bits) { return asType<double>(bits); }
  static uint64_t store(double value) { return toBits(value); }
};
template <unsigned Parts> struct Half : Format<float, Parts, 16> {
  static constexpr double leastNormal = 0x1p-14;
  static float load(uint64_t bits) { return halfToFloat(uint16_t(bits)); }
  static uint64_t store(float value) { return floatToHalf(value); }
};
template <unsigned Parts> struct BFloat : Format<float, Parts, 16> {
  static float load(uint64_t bits) { return bfloatToFloat(uint16_t(bits)); }
  static uint64_t store(float value) { return floatToBFloat(value); }
};

enum Mode : uint32_t { Ftz = 1, Sat = 2, PropagateNaN = 4, Relu = 8 };

} // namespace

template <typename F> static typename F::C flush(typename F::C value) {
  return std::fabs(value) < typename F::C(F::leastNormal)
             ? std::copysign(typename F::C(0), value)
             : value;
}

template <FloatOp Op, typename C> static C minMax(C a, C b, bool propagate) {
  if (a != a || b != b)
    return propagate || (a != a && b != b) ? C(NAN) : a != a ? b : a;
  if (a == b) // of zeros, the one whose sign decides
    return (Op == FloatOp::Min) == std::signbit(a) ? a : b;
  return (Op == FloatOp::Min) == (a < b) ? a : b;
}

/// a + b as a float whose last bit says whether anything was cut off, so that
/// rounding it once more to a half rounds correctly.
static float roundToOdd(double a, double b) {
  double sum = a + b, rest = b - (sum - a); // exact where |a| >= |b|
  if (std::fabs(a) < std::fabs(b))
    rest = a - (sum - b);
  float cut = float(sum);
  if (!std::isfinite(cut) || (double(cut) == sum && rest == 0))
    return cut;
  // Towards zero, then odd.
  double excess = sum - double(cut);
  double sign = excess != 0 ? excess : rest;
  if ((sign < 0) == (cut > 0) && cut != 0)
    cut = std::nextafter(cut, 0.0f);
  return asType<float>(toBits(cut) | 1);
}

/// One result, in the type that the format computes in.
template <FloatOp Op, typename C> static C compute(C a, C b, C c, bool nan) {
  switch (Op) {
  case FloatOp::Add:
    return a + b;
  case FloatOp::Sub:
    return a - b;
  case FloatOp::Mul:
    return a * b;
  case FloatOp::Fma:
    return std::fma(a, b, c);
  case FloatOp::Div:
    return a / b;
  case FloatOp::Min:
  case FloatOp::Max:
    return minMax<Op>(a, b, nan);
  case FloatOp::Abs:
    return std::fabs(a);
  case FloatOp::Neg:
    return -a;
  case FloatOp::Sqrt:
    return std::sqrt(a);
  case FloatOp::Rcp:
    return C(1) / a;
  case FloatOp::Rsqrt:
    return C(1) / std::sqrt(a);
  case FloatOp::Ex2:
    return std::exp2(a);
  case FloatOp::Lg2:
    return std::log2(a);
  case FloatOp::Sin:
    return std::sin(a);
  case FloatOp::Cos:
    return std::cos(a);
  case FloatOp::Tanh:
    return std::tanh(a);
  }
}

template <FloatOp Op>
static constexpr unsigned operandCount = Op == FloatOp::Fma   ? 3
                                         : Op <= FloatOp::Max ? 2
                                                              : 1;

template <FloatOp Op, typename F, bool Plain>
static uint64_t part(uint64_t a, uint64_t b, uint64_t c, uint32_t mode) {
  using C = typename F::C;
  if constexpr (Op == FloatOp::Neg || Op == FloatOp::Abs) {
    uint64_t sign = uint64_t(1) << (F::bits - 1);
    if (!Plain && (mode & Ftz) && std::fabs(F::load(a)) < F::leastNormal)
      a &= sign;
    return Op == FloatOp::Neg ? a ^ sign : a & ~sign;
  }
  C x = F::load(a), y = F::load(b), z = F::load(c), out;
  if (!Plain && (mode & Ftz))
    x = flush<F>(x), y = flush<F>(y), z = flush<F>(z);
  if constexpr (Op == FloatOp::Fma && F::bits == 16)
    out = C(roundToOdd(double(x) * double(y), double(z)));
  else
    out = compute<Op, C>(x, y, z, mode & PropagateNaN);
  if (!Plain) {
    if (mode & Ftz)
      out = flush<F>(out);
    if (mode & Sat)
      out = out > C(0) ? std::min(out, C(1)) : C(0); // a NaN becomes 0
    if ((mode & Relu) && !(out > 0) && out == out)
      out = 0;
  }
  return F::store(out);
}

template <FloatOp Op, typename F, bool Plain>
static void run(Warp &warp, const Instruction &i) {
  constexpr unsigned count = operandCount<Op>;
  uint64_t *to = warp.slot(i, 0);
  const uint64_t *a = warp.slot(i, 1), *b = warp.slot(i, count > 1 ? 2 : 1),
                 *c = warp.slot(i, count > 2 ? 3 : 1);
  uint32_t mode = i.mode;
  forLanes(warp.active, [&](unsigned lane) {
    uint64_t out = part<Op, F, Plain>(a[lane], b[lane], c[lane], mode);
    if constexpr (F::parts == 2) {
      uint64_t low = out & 0xffff;
      uint64_t high =
          part<Op, F, Plain>(a[lane] >> 16 & 0xffff, b[lane] >> 16 & 0xffff,
                             c[lane] >> 16 & 0xffff, mode);
      out = low | (high & 0xffff) << 16;
    }
    to[lane] = out;
  });
}

template <FloatOp Op, typename F> static Handler pick(uint32_t mode) {
  return mode ? run<Op, F, false> : run<Op, F, true>;
}

template <FloatOp Op> static Handler byFormat(Type type, uint32_t mode) {
  switch (type) {
  case Type::F32:
    return pick<Op, Single>(mode);
  case Type::F64:
    return pick<Op, Double>(mode);
  case Type::F16:
    return pick<Op, Half<1>>(mode);
  case Type::F16x2:
    return pick<Op, Half<2>>(mode);
  case Type::BF16:
    return pick<Op, BFloat<1>>(mode);
  case Type::BF16x2:
    return pick<Op, BFloat<2>>(mode);
  default:
    return nullptr;
  }
}

static Handler byOp(FloatOp op, Type type, uint32_t mode) {
  switch (op) {
  case FloatOp::Add:
    return byFormat<FloatOp::Add>(type, mode);
  case FloatOp::Sub:
    return byFormat<FloatOp::Sub>(type, mode);
  case FloatOp::Mul:
    return byFormat<FloatOp::Mul>(type, mode);
  case FloatOp::Fma:
    return byFormat<FloatOp::Fma>(type, mode);
  case FloatOp::Div:
    return byFormat<FloatOp::Div>(type, mode);
  case FloatOp::Min:
    return byFormat<FloatOp::Min>(type, mode);
  case FloatOp::Max:
    return byFormat<FloatOp::Max>(type, mode);
  case FloatOp::Abs:
    return byFormat<FloatOp::Abs>(type, mode);
  case FloatOp::Neg:
    return byFormat<FloatOp::Neg>(type, mode);
  case FloatOp::Sqrt:
    return byFormat<FloatOp::Sqrt>(type, mode);
  case FloatOp::Rcp:
    return byFormat<FloatOp::Rcp>(type, mode);
  case FloatOp::Rsqrt:
    return byFormat<FloatOp::Rsqrt>(type, mode);
  case FloatOp::Ex2:
    return byFormat<FloatOp::Ex2>(type, mode);
  case FloatOp::Lg2:
    return byFormat<FloatOp::Lg2>(type, mode);
  case FloatOp::Sin:
    return byFormat<FloatOp::Sin>(type, mode);
  case FloatOp::Cos:
    return byFormat<FloatOp::Cos>(type, mode);
  case FloatOp::Tanh:
    return byFormat<FloatOp::Tanh>(type, mode);
  }
  return nullptr;
}

void llmc::ptxsim::decodeFloatOp(Decoder &d, FloatOp op, Type type) {
  // To nearest is the default; the other directions are not computed here.
  d.drop({"rn", "approx", "full", "noftz"});
  uint32_t mode = (d.take("ftz") ? Ftz : 0) | (d.take("sat") ? Sat : 0) |
                  (d.take("NaN") ? PropagateNaN : 0) |
                  (d.take("relu") ? Relu : 0);
  size_t operands = op == FloatOp::Fma ? 4 : op <= FloatOp::Max ? 3 : 2;
  d.needOperands(operands);
  d.destination(0);
  for (size_t k = 1; k < operands; ++k)
    d.source(k, type);
  d.out.mode = mode;
  Handler handler = byOp(op, type, mode);
  if (!handler)
    d.fail("is not known for this type");
  d.run(handler);
}

template <FloatOp Op> static void decodeFloatOnly(Decoder &d) {
  Type type = d.takeType();
  if (!isFloat(type))
    d.fail("is for floats");
  decodeFloatOp(d, Op, type);
}

template <typename T, unsigned Sign>
static uint64_t withSign(uint64_t a, uint64_t b) {
  uint64_t sign = uint64_t(1) << Sign;
  return (b & ~sign) | (a & sign);
}

static void decodeCopySign(Decoder &d) {
  Type type = d.takeType();
  d.needOperands(3);
  d.destination(0);
  d.source(1, type);
  d.source(2, type);
  using U = uint64_t;
  d.run(type == Type::F64 ? map2<withSign<U, 63>, U, U, U>
                          : map2<withSign<U, 31>, U, U, U>);
}

static void decodeTest(Decoder &d) {
  std::string_view what = d.takeOneOf(
      {"finite", "infinite", "number", "notanumber", "normal", "subnormal"});
  Type type = d.takeType();
  d.needOperands(2);
  d.destination(0);
  d.source(1, type);
  auto pick = [&](auto zero) -> Handler {
    using T = decltype(zero);
    if (what == "finite")
      return map1<[](T a) { return bool(std::isfinite(a)); }, bool, T>;
    if (what == "infinite")
      return map1<[](T a) { return bool(std::isinf(a)); }, bool, T>;
    if (what == "number")
      return map1<[](T a) { return a == a; }, bool, T>;
    if (what == "notanumber")
      return map1<[](T a) { return a != a; }, bool, T>;
    if (what == "normal")
      return map1<[](T a) { return bool(std::isnormal(a)); }, bool, T>;
    return map1<[](T a) { return std::fpclassify(a) == FP_SUBNORMAL; }, bool,
                T>;
  };
  d.run(type == Type::F64 ? pick(double()) : pick(float()));
}

static constexpr Family families[] = {
    {"fma", decodeFloatOnly<FloatOp::Fma>},
    {"sqrt", decodeFloatOnly<FloatOp::Sqrt>},
    {"rcp", decodeFloatOnly<FloatOp::Rcp>},
    {"rsqrt", decodeFloatOnly<FloatOp::Rsqrt>},
    {"ex2", decodeFloatOnly<FloatOp::Ex2>},
    {"lg2", decodeFloatOnly<FloatOp::Lg2>},
    {"sin", decodeFloatOnly<FloatOp::Sin>},
    {"cos", decodeFloatOnly<FloatOp::Cos>},
    {"tanh", decodeFloatOnly<FloatOp::Tanh>},
    {"copysign", decodeCopySign},
    {"testp", decodeTest},
};

std::span<const Family> llmc::ptxsim::floatFamilies() { return families; }
