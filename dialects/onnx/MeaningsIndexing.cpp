//===- MeaningsIndexing.cpp - elements chosen by integers, made of them ---===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Meanings.h"

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"

#include <cmath>

using namespace mlir;
using namespace mlir::onnx;

//===----------------------------------------------------------------------===//
// Gathering
//===----------------------------------------------------------------------===//

static int64_t countFromFront(int64_t place, int64_t size) {
  return place < 0 ? place + size : place;
}

static void gatherSizes(const Operands &in, MutableArrayRef<Sizes> results) {
  int64_t axis = in.axis(in.integer("axis", 0), in.rank(0));
  results[0] = in.sizes(0);
  if (results[0].empty())
    return in.fail("gathers from a scalar");
  results[0].erase(results[0].begin() + axis);
  results[0].insert(results[0].begin() + axis, in.sizes(1).begin(),
                    in.sizes(1).end());
}

static Scalar gathered(const Operands &in, unsigned, Index at) {
  int64_t axis = in.axis(in.integer("axis", 0), in.rank(0));
  int64_t chosen = in.read(1, at.slice(axis, in.rank(1))).whole();
  Sizes place(at.take_front(axis));
  place.push_back(countFromFront(chosen, in.sizes(0)[axis]));
  llvm::append_range(place, at.drop_front(axis + in.rank(1)));
  return in.read(0, place);
}

/// An index per element along one axis: all have as many dims.
static void checkAlongAxis(const Operands &in, ArrayRef<unsigned> others) {
  in.axis(in.integer("axis", 0), in.rank(0));
  for (unsigned i : others)
    if (in.rank(i) != in.rank(0))
      in.fail("has inputs of different ranks");
}

static void gatherElementsSizes(const Operands &in,
                                MutableArrayRef<Sizes> results) {
  checkAlongAxis(in, {1});
  results[0] = in.sizes(1);
}

static Scalar gatheredElement(const Operands &in, unsigned, Index at) {
  int64_t axis = in.axis(in.integer("axis", 0), in.rank(0));
  Sizes place(at);
  place[axis] = countFromFront(in.read(1, at).whole(), in.sizes(0)[axis]);
  return in.read(0, place);
}

static void gatherNdSizes(const Operands &in, MutableArrayRef<Sizes> results) {
  const Sizes &data = in.sizes(0), &indices = in.sizes(1);
  size_t batch = in.integer("batch_dims", 0);
  if (indices.empty() || batch >= indices.size() ||
      batch + indices.back() > data.size())
    return in.fail("has indices that are longer than the tensor has dims");
  results[0].assign(indices.begin(), indices.end() - 1);
  llvm::append_range(results[0],
                     ArrayRef(data).drop_front(batch + indices.back()));
}

static Scalar gatheredNd(const Operands &in, unsigned, Index at) {
  size_t batch = in.integer("batch_dims", 0);
  int64_t depth = in.sizes(1).back();
  Sizes where(at.take_front(in.rank(1) - 1));
  Sizes place(at.take_front(batch));
  where.push_back(0);
  for (int64_t i = 0; i < depth; ++i) {
    where.back() = i;
    int64_t chosen = in.read(1, where).whole();
    place.push_back(countFromFront(chosen, in.sizes(0)[batch + i]));
  }
  llvm::append_range(place, at.drop_front(in.rank(1) - 1));
  return in.read(0, place);
}

//===----------------------------------------------------------------------===//
// Scattering: an element is the last update that meets it, or the data's own
//===----------------------------------------------------------------------===//

static Scalar reduceWith(StringRef reduction, Scalar a, Scalar b) {
  bool whole = a.isInteger && b.isInteger;
  if (reduction == "add")
    return whole ? Scalar::of(wrappedSum(a.integer, b.integer))
                 : Scalar::of(a.number() + b.number());
  if (reduction == "mul")
    return whole ? Scalar::of(wrappedProduct(a.integer, b.integer))
                 : Scalar::of(a.number() * b.number());
  if (reduction == "max")
    return a.number() > b.number() ? a : b;
  if (reduction == "min")
    return a.number() < b.number() ? a : b;
  return b;
}

static void scatterElementsSizes(const Operands &in,
                                 MutableArrayRef<Sizes> results) {
  checkAlongAxis(in, {1, 2});
  results[0] = in.sizes(0);
}

static Scalar scatteredElement(const Operands &in, unsigned, Index at) {
  int64_t axis = in.axis(in.integer("axis", 0), in.rank(0));
  StringRef reduction = in.string("reduction", "none");
  Scalar result = in.read(0, at);
  Sizes from(at);
  for (auto [i, size] : llvm::enumerate(in.sizes(1)))
    if (static_cast<int64_t>(i) != axis && at[i] >= size)
      return result;
  if (!in.affords(in.sizes(1)[axis]))
    return {};
  for (from[axis] = 0; from[axis] < in.sizes(1)[axis]; ++from[axis]) {
    int64_t to = countFromFront(in.read(1, from).whole(), in.sizes(0)[axis]);
    if (to == at[axis])
      result = reduceWith(reduction, result, in.read(2, from));
  }
  return result;
}

static Scalar scatteredNd(const Operands &in, unsigned, Index at) {
  StringRef reduction = in.string("reduction", "none");
  Scalar result = in.read(0, at);
  const Sizes &indices = in.sizes(1);
  if (indices.empty() || indices.back() > static_cast<int64_t>(at.size()))
    return in.fail("has indices that are longer than the tensor has dims"),
           Scalar();
  Sizes outer(ArrayRef(indices).drop_back());
  int64_t count = countOf(outer);
  if (!in.affords(count))
    return {};
  for (int64_t flat = 0; flat < count; ++flat) {
    Sizes where = unflatten(flat, outer);
    Sizes update = where;
    where.push_back(0);
    bool meets = true;
    for (int64_t i = 0; i < indices.back() && meets; ++i) {
      where.back() = i;
      meets =
          countFromFront(in.read(1, where).whole(), in.sizes(0)[i]) == at[i];
    }
    if (!meets)
      continue;
    llvm::append_range(update, at.drop_front(indices.back()));
    result = reduceWith(reduction, result, in.read(2, update));
  }
  return result;
}

//===----------------------------------------------------------------------===//
// Made of sizes and numbers
//===----------------------------------------------------------------------===//

static Sizes getShape(const Operands &in) {
  const Sizes &all = in.sizes(0);
  auto bound = [&](int64_t place) {
    int64_t rank = all.size();
    return std::clamp<int64_t>(place < 0 ? place + rank : place, 0, rank);
  };
  int64_t start = bound(in.integer("start", 0));
  int64_t end = bound(in.integer("end", all.size()));
  return start < end ? Sizes(ArrayRef(all).slice(start, end - start)) : Sizes();
}

static int64_t countRange(const Operands &in) {
  Scalar start = in.scalar(0), limit = in.scalar(1), step = in.scalar(2);
  double count = std::ceil((limit.number() - start.number()) / step.number());
  if (step.number() == 0)
    return in.fail("has step 0"), 0;
  if (count >= 0x1p62)
    return in.fail("counts farther than numbers go"), 0;
  return count > 0 ? static_cast<int64_t>(count) : 0; // not so NaN
}

static Scalar ranged(const Operands &in, unsigned, Index at) {
  Scalar start = in.scalar(0), step = in.scalar(2);
  if (start.isInteger)
    return Scalar::of(
        wrappedSum(start.integer, wrappedProduct(at[0], step.whole())));
  return Scalar::of(start.number() +
                    static_cast<double>(at[0]) * step.number());
}

/// Whether elements of an input go into the value, and not only its sizes.
static bool dependsOnInputs(Value value) {
  SmallVector<Value> reached = {value};
  llvm::SmallDenseSet<Value> seen = {value};
  while (!reached.empty()) {
    Operation *op = reached.pop_back_val().getDefiningOp();
    if (!op)
      return true;
    StringRef name = op->getName().getStringRef();
    if (name == "onnx.Shape" || name == "onnx.Size")
      continue;
    for (Value operand : op->getOperands())
      if (seen.insert(operand).second)
        reached.push_back(operand);
  }
  return false;
}

/// Which elements are not zero, in their order. How many there are is the same in
/// every run only where no input decides it: what an input holds here is an example.
static SmallVector<int64_t> findNonZero(const Operands &in) {
  constexpr int64_t mostElements = 4096;
  SmallVector<int64_t> found;
  if (dependsOnInputs(in.op->getOperand(0)))
    in.fail("has a count that only the data know");
  int64_t count = countOf(in.sizes(0));
  if (count > mostElements)
    in.fail("looks through " + Twine(count) + " elements, which is too many");
  for (int64_t flat = 0; flat < count && !in.hasFailed(); ++flat)
    if (in.read(0, unflatten(flat, in.sizes(0))).truth())
      found.push_back(flat);
  return found;
}

static void nonZeroSizes(const Operands &in, MutableArrayRef<Sizes> results) {
  // A number counts as a vector of it.
  int64_t rank = std::max<int64_t>(in.rank(0), 1);
  results[0] = {rank, static_cast<int64_t>(findNonZero(in).size())};
}

static Scalar nonZeroPlace(const Operands &in, unsigned, Index at) {
  SmallVector<int64_t> found = findNonZero(in);
  if (at[1] >= static_cast<int64_t>(found.size()))
    return {}; // a question that has failed
  Sizes place = unflatten(found[at[1]], in.sizes(0));
  return Scalar::of(place.empty() ? 0 : place[at[0]]);
}

static Scalar filled(const Operands &in, unsigned, Index) {
  auto value = in.op->getAttrOfType<DenseElementsAttr>("value");
  if (!value)
    return Scalar::of(0.0);
  if (value.empty())
    return in.fail("fills with an empty tensor"), Scalar();
  Type type = value.getElementType();
  if (isa<FloatType>(type)) {
    llvm::APFloat number = *value.value_begin<llvm::APFloat>();
    bool inexact;
    number.convert(llvm::APFloat::IEEEdouble(),
                   llvm::APFloat::rmNearestTiesToEven, &inexact);
    return Scalar::of(number.convertToDouble());
  }
  if (!isa<IntegerType>(type))
    return in.fail("fills with something that is no number"), Scalar();
  llvm::APInt number = *value.value_begin<llvm::APInt>();
  return Scalar::of(static_cast<int64_t>(
      type.isUnsignedInteger() || type.isInteger(1) ? number.getZExtValue()
                                                    : number.getSExtValue()));
}

static void eyeSizes(const Operands &in, MutableArrayRef<Sizes> results) {
  results[0] = in.sizes(0);
}

static void oneHotSizes(const Operands &in, MutableArrayRef<Sizes> results) {
  int64_t axis = in.axis(in.integer("axis", -1), in.rank(0) + 1);
  results[0] = in.sizes(0);
  results[0].insert(results[0].begin() + axis, in.scalar(1).whole());
}

static Scalar oneHot(const Operands &in, unsigned, Index at) {
  int64_t axis = in.axis(in.integer("axis", -1), in.rank(0) + 1);
  if (in.rank(2) != 1)
    return in.fail("wants the values of off and on"), Scalar();
  Sizes where(at);
  where.erase(where.begin() + axis);
  int64_t depth = in.scalar(1).whole();
  bool hot = countFromFront(in.read(0, where).whole(), depth) == at[axis];
  return in.read(2, {hot ? 1 : 0});
}

static void topSizes(const Operands &in, MutableArrayRef<Sizes> results) {
  int64_t axis = in.axis(in.integer("axis", -1), in.rank(0));
  results[0] = in.sizes(0);
  if (in.rank(0))
    results[0][axis] = in.scalar(1).whole();
  results[1] = results[0];
}

/// An order of all numbers: NaN is the greatest.
static bool isLess(const Scalar &a, const Scalar &b) {
  if (a.isInteger)
    return a.integer < b.integer;
  return std::isnan(b.real) ? !std::isnan(a.real) : a.real < b.real;
}

/// Values and their places, the first of equal ones first; sorted always.
static Scalar chooseTop(const Operands &in, unsigned result, Index at) {
  int64_t axis = in.axis(in.integer("axis", -1), in.rank(0));
  Sizes place(at);
  SmallVector<std::pair<Scalar, int64_t>> row;
  if (!in.affords(in.sizes(0)[axis]))
    return {};
  for (int64_t i = 0; i < in.sizes(0)[axis]; ++i) {
    place[axis] = i;
    row.emplace_back(in.read(0, place), i);
  }
  bool isLargest = in.integer("largest", 1);
  llvm::stable_sort(row, [&](const auto &a, const auto &b) {
    return isLargest ? isLess(b.first, a.first) : isLess(a.first, b.first);
  });
  if (at[axis] >= static_cast<int64_t>(row.size())) {
    in.fail("chooses more elements than there are");
    return {};
  }
  auto [value, index] = row[at[axis]];
  return result ? Scalar::of(index) : value;
}

void mlir::onnx::addIndexingMeanings(MeaningTable &table) {
  table["onnx.Gather"] = {gatherSizes, gathered};
  table["onnx.GatherElements"] = {gatherElementsSizes, gatheredElement};
  table["onnx.GatherND"] = {gatherNdSizes, gatheredNd};
  table["onnx.ScatterElements"] = {scatterElementsSizes, scatteredElement};
  table["onnx.ScatterND"] = {sizesOfFirst, scatteredNd};
  table["onnx.Shape"] = {
      [](const Operands &in, MutableArrayRef<Sizes> results) {
        results[0] = {static_cast<int64_t>(getShape(in).size())};
      },
      [](const Operands &in, unsigned, Index at) {
        return Scalar::of(getShape(in)[at[0]]);
      }};
  table["onnx.NonZero"] = {nonZeroSizes, nonZeroPlace};
  table["onnx.Size"] = {[](const Operands &, MutableArrayRef<Sizes>) {},
                        [](const Operands &in, unsigned, Index) {
                          return Scalar::of(countOf(in.sizes(0)));
                        }};
  table["onnx.Range"] = {
      [](const Operands &in, MutableArrayRef<Sizes> results) {
        results[0] = {countRange(in)};
      },
      ranged};
  table["onnx.ConstantOfShape"] = {
      [](const Operands &in, MutableArrayRef<Sizes> results) {
        results[0] = in.integers(0);
      },
      filled};
  table["onnx.EyeLike"] = {
      eyeSizes, [](const Operands &in, unsigned, Index at) {
        return Scalar::of(at.size() == 2 &&
                          at[1] - at[0] == in.integer("k", 0));
      }};
  table["onnx.OneHot"] = {oneHotSizes, oneHot};
  table["onnx.TopK"] = {topSizes, chooseTop};
}
