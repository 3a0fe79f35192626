//===- SizeNumbers.cpp - integers that a graph makes of its sizes ---------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Graphs say shapes by computing with tensors of integers. Here these are numbers
// and index values: no memory, and a tensor's sizes are known before it is.
//===----------------------------------------------------------------------===//
#include "FunctionConverter.h"

#include "dialects/onnx/ONNXDialect.h"

#include "mlir/IR/TypeUtilities.h"

using namespace mlir;

namespace llmc {

namespace {

constexpr size_t mostElements = 64;

class SizeComputer {
public:
  using Get = llvm::function_ref<std::optional<TensorSizes>(Value)>;
  using Found = std::optional<TensorSizes>;

  SizeComputer(Operation *op, SizeBuilder &sizes, Get get)
      : op(op), sizes(sizes), get(get) {}

  Found run() {
    Found found = compute();
    if (found && found->size() > mostElements)
      return std::nullopt;
    return found;
  }

private:
  Operation *op;
  SizeBuilder &sizes;
  Get get;

  Found in(unsigned i) { return get(op->getOperand(i)); }

  int64_t integer(StringRef name, int64_t absent) {
    auto attribute = op->getAttrOfType<IntegerAttr>(name);
    return attribute ? attribute.getInt() : absent;
  }

  Found compute() {
    if (auto constant = dyn_cast<onnx::ConstantOp>(op))
      return takeConstant(constant);
    if (isa<onnx::ShapeOp>(op))
      return takeShape();
    if (isa<onnx::SizeOp>(op))
      return one(sizes.product(*in(0)));
    if (isa<onnx::ConcatOp>(op))
      return join();
    if (isa<onnx::CastOp>(op))
      return isExact() ? in(0) : std::nullopt;
    if (isa<onnx::ReshapeOp, onnx::SqueezeOp, onnx::UnsqueezeOp,
            onnx::IdentityOp, onnx::FlattenOp>(op))
      return in(0);
    if (isa<onnx::GatherOp>(op))
      return choose();
    if (isa<onnx::SliceOp>(op))
      return slice();
    if (isa<onnx::ReduceProdOp>(op) && isVector(0)) {
      Found all = in(0);
      return all ? one(sizes.product(*all)) : Found();
    }
    if (isa<onnx::ConstantOfShapeOp>(op))
      return repeat();
    if (isa<onnx::WhereOp>(op))
      return select();
    return computeEach();
  }

  Found one(Size size) { return TensorSizes{size}; }

  bool isVector(unsigned i) {
    auto type = dyn_cast<RankedTensorType>(op->getOperand(i).getType());
    return type && type.getRank() == 1;
  }

  static Found takeConstant(onnx::ConstantOp constant) {
    auto dense =
        dyn_cast_or_null<DenseIntElementsAttr>(onnx::getElements(constant));
    if (!dense || dense.getNumElements() > int64_t(mostElements))
      return std::nullopt;
    Builder b(constant.getContext());
    Type type = dense.getElementType();
    bool isPlain = type.isUnsignedInteger() || type.isInteger(1);
    TensorSizes numbers;
    for (const APInt &number : dense.getValues<APInt>())
      numbers.push_back(b.getIndexAttr(isPlain ? number.getZExtValue()
                                               : number.getSExtValue()));
    return numbers;
  }

  Found takeShape() {
    TensorSizes all = *in(0);
    int64_t rank = all.size();
    auto bound = [&](int64_t place) {
      return std::clamp<int64_t>(place < 0 ? place + rank : place, 0, rank);
    };
    int64_t start = bound(integer("start", 0)),
            end = bound(integer("end", rank));
    TensorSizes part;
    for (int64_t d = start; d < end; ++d)
      part.push_back(all[d]);
    return part;
  }

  Found join() {
    TensorSizes all;
    for (unsigned i = 0; i < op->getNumOperands(); ++i) {
      Found part = in(i);
      if (!part || !isVector(i))
        return std::nullopt;
      llvm::append_range(all, *part);
    }
    return all;
  }

  /// Between integers of 32 bits and more, as sizes are.
  bool isExact() {
    auto wide = [](Type type) {
      auto integer = dyn_cast<IntegerType>(getElementTypeOrSelf(type));
      return integer && integer.getWidth() >= 32;
    };
    return wide(op->getOperand(0).getType()) &&
           wide(op->getResult(0).getType());
  }

  Found choose() {
    Found from = in(0), places = in(1);
    if (!from || !places || !isVector(0))
      return std::nullopt;
    TensorSizes chosen;
    for (Size place : *places) {
      std::optional<int64_t> at = SizeBuilder::getNumber(place);
      int64_t count = from->size();
      if (!at || *at < -count || *at >= count)
        return std::nullopt;
      chosen.push_back((*from)[*at < 0 ? *at + count : *at]);
    }
    return chosen;
  }

  std::optional<int64_t> single(unsigned i, int64_t absent) {
    if (i >= op->getNumOperands() || isa<NoneType>(op->getOperand(i).getType()))
      return absent;
    Found found = in(i);
    if (!found || found->size() != 1)
      return std::nullopt;
    return SizeBuilder::getNumber(found->front());
  }

  /// Of a vector, with steps of 1.
  Found slice() {
    Found from = in(0);
    auto start = single(1, 0), end = single(2, 0), step = single(4, 1);
    if (!from || !isVector(0) || !start || !end || step != 1)
      return std::nullopt;
    int64_t count = from->size();
    auto bound = [&](int64_t place) {
      return std::clamp<int64_t>(place < 0 ? place + count : place, 0, count);
    };
    TensorSizes part;
    for (int64_t i = bound(*start); i < bound(*end); ++i)
      part.push_back((*from)[i]);
    return part;
  }

  Found repeat() {
    auto shape = in(0);
    auto value = op->getAttrOfType<DenseIntElementsAttr>("value");
    if (!shape || !value || value.getNumElements() != 1)
      return std::nullopt;
    int64_t count = 1;
    for (Size size : *shape) {
      std::optional<int64_t> known = SizeBuilder::getNumber(size);
      if (!known || *known < 0 || *known > int64_t(mostElements))
        return std::nullopt;
      count = std::min<int64_t>(count * *known, mostElements + 1);
    }
    int64_t number = (*value.value_begin<APInt>()).getSExtValue();
    return TensorSizes(count, sizes.number(number));
  }

  //===--- element by element ---------------------------------------------------===//

  /// The `i`-th element beside others; one element stands for all.
  static Size at(const TensorSizes &of, size_t i) {
    return of.size() == 1 ? of[0] : of[i];
  }

  Found select() {
    Found condition = in(0), a = in(1), c = in(2);
    if (!condition || !a || !c)
      return std::nullopt;
    TensorSizes chosen;
    size_t count = std::max({condition->size(), a->size(), c->size()});
    for (const TensorSizes *part : {&*condition, &*a, &*c})
      if (part->size() != 1 && part->size() != count)
        return std::nullopt;
    for (size_t i = 0; i < count; ++i) {
      std::optional<int64_t> known = SizeBuilder::getNumber(at(*condition, i));
      if (!known)
        return std::nullopt;
      chosen.push_back(*known ? at(*a, i) : at(*c, i));
    }
    return chosen;
  }

  Found computeEach() {
    bool isArithmetic = isa<onnx::AddOp, onnx::SubOp, onnx::MulOp, onnx::DivOp,
                            onnx::MinOp, onnx::MaxOp, onnx::EqualOp>(op);
    if (!isArithmetic || op->getNumOperands() != 2)
      return std::nullopt;
    Found a = in(0), c = in(1);
    if (!a || !c)
      return std::nullopt;
    size_t count = std::max(a->size(), c->size());
    if (a->empty() || c->empty() || (a->size() != 1 && a->size() != count) ||
        (c->size() != 1 && c->size() != count))
      return std::nullopt;
    TensorSizes results;
    for (size_t i = 0; i < count; ++i) {
      std::optional<Size> result = computeOne(at(*a, i), at(*c, i));
      if (!result)
        return std::nullopt;
      results.push_back(*result);
    }
    return results;
  }

  std::optional<Size> computeOne(Size a, Size c) {
    if (isa<onnx::AddOp>(op))
      return sizes.add(a, c);
    if (isa<onnx::SubOp>(op))
      return sizes.subtract(a, c);
    if (isa<onnx::MulOp>(op))
      return sizes.multiply(a, c);
    if (isa<onnx::MinOp>(op))
      return sizes.least(a, c);
    if (isa<onnx::MaxOp>(op))
      return sizes.greatest(a, c);
    if (isa<onnx::EqualOp>(op))
      return areEqual(a, c);
    if (SizeBuilder::getNumber(c) == 0)
      return std::nullopt;
    return sizes.divide(a, c);
  }

  std::optional<Size> areEqual(Size a, Size c) {
    auto left = SizeBuilder::getNumber(a), right = SizeBuilder::getNumber(c);
    if (left && right)
      return sizes.number(*left == *right);
    if (sizes.areEqual(a, c))
      return sizes.number(1);
    // A size is no negative number, as "the rest" is spelled.
    if ((left && *left < 0 && sizes.isNatural(c)) ||
        (right && *right < 0 && sizes.isNatural(a)))
      return sizes.number(0);
    return std::nullopt;
  }
};

} // namespace

std::optional<TensorSizes>
computeSizes(Operation *op, SizeBuilder &sizes,
             llvm::function_ref<std::optional<TensorSizes>(Value)> get) {
  return SizeComputer(op, sizes, get).run();
}

} // namespace llmc
