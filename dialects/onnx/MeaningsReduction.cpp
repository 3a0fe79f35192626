//===- MeaningsReduction.cpp - elements made of many ----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Sums are in double, rounded once: what every lowering is compared with.
//===----------------------------------------------------------------------===//
#include "Meanings.h"

#include "mlir/IR/BuiltinTypes.h"

#include <cmath>

using namespace mlir;
using namespace mlir::onnx;

//===----------------------------------------------------------------------===//
// Reductions
//===----------------------------------------------------------------------===//

/// Which dims an op reduces. Axes are an input or, in old forms, an attribute.
static SmallVector<bool> getReduced(const Operands &in) {
  SmallVector<bool> reduced(in.rank(0));
  Sizes axes = in.has(1) ? in.integers(1) : in.integerList("axes");
  if (axes.empty() && !in.integer("noop_with_empty_axes", 0))
    return SmallVector<bool>(in.rank(0), true);
  for (int64_t axis : axes)
    if (in.rank(0))
      reduced[in.axis(axis, in.rank(0))] = true;
  return reduced;
}

static void reducedSizes(const Operands &in, MutableArrayRef<Sizes> results) {
  bool keep = in.integer("keepdims", 1) != 0;
  for (auto [size, reduced] : llvm::zip_equal(in.sizes(0), getReduced(in)))
    if (!reduced || keep)
      results[0].push_back(reduced ? 1 : size);
}

/// Calls `visit` with each element that goes into the result's `at`.
static void visitReduced(const Operands &in, Index at,
                         llvm::function_ref<void(Scalar)> visit) {
  SmallVector<bool> reduced = getReduced(in);
  bool keep = in.integer("keepdims", 1) != 0;
  if (in.hasFailed())
    return;
  Sizes inner, place(in.rank(0));
  const int64_t *next = at.begin();
  for (auto [i, size] : llvm::enumerate(in.sizes(0))) {
    if (reduced[i])
      inner.push_back(size);
    if (!reduced[i])
      place[i] = *next++;
    else if (keep)
      ++next;
  }
  int64_t count = countOf(inner);
  if (!in.affords(count))
    return;
  for (int64_t flat = 0; flat < count; ++flat) {
    Sizes chosen = unflatten(flat, inner);
    const int64_t *from = chosen.begin();
    for (auto [i, isReduced] : llvm::enumerate(reduced))
      if (isReduced)
        place[i] = *from++;
    visit(in.read(0, place));
  }
}

namespace {
/// A reduction of numbers: `start`, then `add` for each, then `finish`.
struct Fold {
  double start;
  double (*add)(double, double);
  double (*finish)(double sum, double count);
};
} // namespace

/// The least or the greatest number of a type: an infinity, as integers have it.
static Scalar limitOf(Type type, bool isLeast) {
  unsigned width = type.getIntOrFloatBitWidth();
  bool isUnsigned = width == 1 || type.isUnsignedInteger();
  if (isUnsigned) // of 64 bits as they are
    return Scalar::of(isLeast ? int64_t{0}
                              : int64_t(~uint64_t{0} >> (64 - width)));
  return Scalar::of(isLeast ? INT64_MIN >> (64 - width)
                            : INT64_MAX >> (64 - width));
}

static void addFold(MeaningTable &table, StringRef name, Fold fold) {
  table[name] = {reducedSizes, [fold](const Operands &in, unsigned, Index at) {
                   double result = fold.start, count = 0;
                   bool whole = false;
                   visitReduced(in, at, [&](Scalar element) {
                     result = fold.add(result, element.number());
                     whole = element.isInteger;
                     ++count;
                   });
                   result = fold.finish(result, count);
                   Type type = in.resultElementType();
                   if (!count && std::isinf(result) && isa<IntegerType>(type))
                     return limitOf(type, result < 0);
                   return whole ? Scalar::of(Scalar::of(result).whole())
                                : Scalar::of(result);
                 }};
}

static double keep(double sum, double) { return sum; }

static void addReductions(MeaningTable &table) {
  auto plus = [](double sum, double x) { return sum + x; };
  auto squares = [](double sum, double x) { return sum + x * x; };
  addFold(table, "onnx.ReduceSum", {0, plus, keep});
  addFold(table, "onnx.ReduceMean",
          {0, plus, [](double sum, double count) { return sum / count; }});
  addFold(table, "onnx.ReduceProd",
          {1, [](double product, double x) { return product * x; }, keep});
  addFold(table, "onnx.ReduceMax",
          {-INFINITY,
           [](double most, double x) {
             return std::isnan(x) || x > most ? x : most;
           },
           keep});
  addFold(table, "onnx.ReduceMin",
          {INFINITY,
           [](double least, double x) {
             return std::isnan(x) || x < least ? x : least;
           },
           keep});
  addFold(table, "onnx.ReduceSumSquare", {0, squares, keep});
  addFold(table, "onnx.ReduceL1",
          {0, [](double sum, double x) { return sum + std::fabs(x); }, keep});
  addFold(table, "onnx.ReduceL2",
          {0, squares, [](double sum, double) { return std::sqrt(sum); }});
  addFold(table, "onnx.ReduceLogSum",
          {0, plus, [](double sum, double) { return std::log(sum); }});
}

/// Shifted by the greatest, so that no exponential overflows.
static Scalar logSumExp(const Operands &in, unsigned, Index at) {
  double most = -INFINITY, sum = 0;
  visitReduced(in, at, [&](Scalar x) { most = std::fmax(most, x.number()); });
  if (std::isinf(most))
    return Scalar::of(most);
  visitReduced(in, at, [&](Scalar x) { sum += std::exp(x.number() - most); });
  return Scalar::of(most + std::log(sum));
}

//===----------------------------------------------------------------------===//
// Along one axis
//===----------------------------------------------------------------------===//

static void cumulatedSizes(const Operands &in, MutableArrayRef<Sizes> results) {
  in.axis(in.scalar(1).whole(), in.rank(0));
  results[0] = in.sizes(0);
}

static Scalar cumulated(const Operands &in, unsigned, Index at) {
  int64_t axis = in.axis(in.scalar(1).whole(), in.rank(0));
  bool exclusive = in.integer("exclusive", 0),
       reverse = in.integer("reverse", 0);
  int64_t here = at[axis], size = in.sizes(0)[axis];
  int64_t begin = reverse ? here + exclusive : 0;
  int64_t end = reverse ? size : here + !exclusive;
  Sizes place(at);
  double sum = 0;
  int64_t whole = 0;
  bool isWhole = isa<IntegerType>(in.elementType(0));
  if (!in.affords(std::max<int64_t>(0, end - begin)))
    return {};
  for (place[axis] = begin; place[axis] < end; ++place[axis]) {
    Scalar element = in.read(0, place);
    sum += element.number();
    whole = wrappedSum(whole, element.whole());
  }
  return isWhole ? Scalar::of(whole) : Scalar::of(sum);
}

static void argSizes(const Operands &in, MutableArrayRef<Sizes> results) {
  int64_t axis = in.axis(in.integer("axis", 0), in.rank(0));
  if (in.hasFailed())
    return;
  results[0] = in.sizes(0);
  if (in.integer("keepdims", 1))
    results[0][axis] = 1;
  else
    results[0].erase(results[0].begin() + axis);
}

/// `better(new, old)` moves on; at a tie the first stays, or the last.
template <typename Better>
static Scalar argBest(const Operands &in, Index at, Better better) {
  int64_t axis = in.axis(in.integer("axis", 0), in.rank(0));
  bool last = in.integer("select_last_index", 0);
  Sizes place(at);
  if (!in.integer("keepdims", 1))
    place.insert(place.begin() + axis, 0);
  int64_t best = 0;
  double found = 0;
  if (!in.affords(in.sizes(0)[axis]))
    return {};
  for (int64_t i = 0; i < in.sizes(0)[axis]; ++i) {
    place[axis] = i;
    double x = in.read(0, place).number();
    if (i == 0 || better(x, found) || (last && x == found)) {
      best = i;
      found = x;
    }
  }
  return Scalar::of(best);
}

static void softmaxSizes(const Operands &in, MutableArrayRef<Sizes> results) {
  in.axis(in.integer("axis", -1), in.rank(0));
  results[0] = in.sizes(0);
}

static Scalar softmax(const Operands &in, Index at, bool logarithm) {
  int64_t axis = in.axis(in.integer("axis", -1), in.rank(0));
  Sizes place(at);
  double most = -INFINITY, sum = 0;
  if (!in.affords(in.sizes(0)[axis]))
    return {};
  for (place[axis] = 0; place[axis] < in.sizes(0)[axis]; ++place[axis])
    most = std::fmax(most, in.read(0, place).number());
  for (place[axis] = 0; place[axis] < in.sizes(0)[axis]; ++place[axis])
    sum += std::exp(in.read(0, place).number() - most);
  double x = in.read(0, at).number() - most;
  return Scalar::of(logarithm ? x - std::log(sum) : std::exp(x) / sum);
}

//===----------------------------------------------------------------------===//
// Products
//===----------------------------------------------------------------------===//

/// numpy.matmul: vectors become a row or a column that the result lacks.
static void matmulSizes(const Operands &in, MutableArrayRef<Sizes> results) {
  Sizes a = in.sizes(0), b = in.sizes(1);
  if (a.empty() || b.empty())
    return in.fail("multiplies a scalar");
  bool row = a.size() == 1, column = b.size() == 1;
  if (row)
    a.insert(a.begin(), 1);
  if (column)
    b.push_back(1);
  if (a.back() != b[b.size() - 2])
    in.fail("multiplies " + llvm::Twine(a.back()) + " columns with " +
            llvm::Twine(b[b.size() - 2]) + " rows");
  size_t batch = std::max(a.size(), b.size()) - 2;
  for (size_t i = 0; i < batch; ++i) {
    int64_t place = static_cast<int64_t>(i) - batch;
    auto at = [&](const Sizes &s) {
      int64_t k = static_cast<int64_t>(s.size()) - 2 + place;
      return k < 0 ? 1 : s[k];
    };
    if (at(a) != at(b) && at(a) != 1 && at(b) != 1)
      in.fail("has inputs that do not broadcast");
    results[0].push_back(at(a) == 1 ? at(b) : at(a));
  }
  if (!row)
    results[0].push_back(a[a.size() - 2]);
  if (!column)
    results[0].push_back(b.back());
}

static Scalar multiplied(const Operands &in, unsigned, Index at) {
  bool row = in.rank(0) == 1, column = in.rank(1) == 1;
  Index batch = at.drop_back(!row + !column);
  auto batchPlace = [&](unsigned i) {
    int64_t dims = std::max<int64_t>(0, in.rank(i) - 2);
    Sizes place(batch.take_back(dims));
    for (auto [k, size] : llvm::zip_first(place, in.sizes(i)))
      k = size == 1 ? 0 : k;
    return place;
  };
  Sizes a = batchPlace(0), b = batchPlace(1);
  if (!row)
    a.push_back(at[batch.size()]);
  size_t inA = a.size(), inB = b.size();
  a.push_back(0);
  b.push_back(0);
  if (!column)
    b.push_back(at.back());
  double sum = 0;
  if (!in.affords(in.sizes(0).back()))
    return {};
  for (int64_t k = 0; k < in.sizes(0).back(); ++k) {
    a[inA] = b[inB] = k;
    sum += in.read(0, a).number() * in.read(1, b).number();
  }
  return isa<IntegerType>(in.elementType(0))
             ? Scalar::of(Scalar::of(sum).whole())
             : Scalar::of(sum);
}

static void gemmSizes(const Operands &in, MutableArrayRef<Sizes> results) {
  if (in.rank(0) != 2 || in.rank(1) != 2)
    return in.fail("multiplies matrices only");
  bool ta = in.integer("transA", 0), tb = in.integer("transB", 0);
  if (in.sizes(0)[!ta] != in.sizes(1)[tb])
    in.fail("multiplies matrices that do not fit");
  results[0] = {in.sizes(0)[ta], in.sizes(1)[!tb]};
}

static Scalar gemm(const Operands &in, unsigned, Index at) {
  bool ta = in.integer("transA", 0), tb = in.integer("transB", 0);
  double sum = 0;
  if (!in.affords(in.sizes(0)[!ta]))
    return {};
  for (int64_t k = 0; k < in.sizes(0)[!ta]; ++k) {
    Sizes a = {at[0], k}, b = {k, at[1]};
    if (ta)
      std::swap(a[0], a[1]);
    if (tb)
      std::swap(b[0], b[1]);
    sum += in.read(0, a).number() * in.read(1, b).number();
  }
  sum *= in.real("alpha", 1);
  if (in.has(2))
    sum += in.real("beta", 1) * in.readBroadcast(2, at).number();
  return Scalar::of(sum);
}

void mlir::onnx::addReductionMeanings(MeaningTable &table) {
  addReductions(table);
  table["onnx.ReduceLogSumExp"] = {reducedSizes, logSumExp};
  table["onnx.CumSum"] = {cumulatedSizes, cumulated};
  table["onnx.ArgMax"] = {argSizes, [](const Operands &in, unsigned, Index at) {
                            return argBest(in, at, std::greater<double>());
                          }};
  table["onnx.ArgMin"] = {argSizes, [](const Operands &in, unsigned, Index at) {
                            return argBest(in, at, std::less<double>());
                          }};
  table["onnx.Softmax"] = {softmaxSizes,
                           [](const Operands &in, unsigned, Index at) {
                             return softmax(in, at, false);
                           }};
  table["onnx.LogSoftmax"] = {softmaxSizes,
                              [](const Operands &in, unsigned, Index at) {
                                return softmax(in, at, true);
                              }};
  table["onnx.MatMul"] = {matmulSizes, multiplied};
  table["onnx.Gemm"] = {gemmSizes, gemm};
}
