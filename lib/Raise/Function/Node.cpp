//===- Node.cpp - an op's operands, results and loops ---------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "FunctionConverter.h"

#include "dialects/onnx/ONNXDialect.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;

namespace llmc {

Node::Node(FunctionConverter &converter, Operation *op)
    : op(op), b(converter.b), sizes(converter.sizes), converter(converter) {}

//===----------------------------------------------------------------------===//
// Operands
//===----------------------------------------------------------------------===//

bool Node::has(unsigned i) const {
  return i < count() && !isa<NoneType>(op->getOperand(i).getType());
}

SizedTensor Node::in(unsigned i) { return converter.get(op->getOperand(i)); }

bool Node::isUnsigned(unsigned i) const {
  return getElementTypeOrSelf(op->getOperand(i).getType()).isUnsignedInteger();
}

Type Node::kind(unsigned i) const {
  return getElementTypeOrSelf(op->getOperand(i).getType());
}

std::optional<TensorSizes> Node::integers(unsigned i) {
  auto found = converter.integers.find(op->getOperand(i));
  if (found == converter.integers.end())
    return std::nullopt;
  return found->second;
}

std::optional<SmallVector<int64_t>> Node::numbers(unsigned i) {
  std::optional<TensorSizes> found = integers(i);
  if (!found)
    return std::nullopt;
  SmallVector<int64_t> numbers;
  for (Size size : *found) {
    std::optional<int64_t> number = SizeBuilder::getNumber(size);
    if (!number)
      return std::nullopt;
    numbers.push_back(*number);
  }
  return numbers;
}

std::optional<double> Node::number(unsigned i) {
  auto constant = op->getOperand(i).getDefiningOp<onnx::ConstantOp>();
  auto dense =
      constant
          ? dyn_cast_or_null<DenseElementsAttr>(onnx::getElements(constant))
          : DenseElementsAttr();
  if (!dense || dense.getNumElements() != 1)
    return std::nullopt;
  if (auto type = dyn_cast<FloatType>(dense.getElementType())) {
    APFloat number = *dense.value_begin<APFloat>();
    bool inexact;
    number.convert(APFloat::IEEEdouble(), APFloat::rmNearestTiesToEven,
                   &inexact);
    return number.convertToDouble();
  }
  if (auto found = numbers(i))
    return static_cast<double>(found->front());
  return std::nullopt;
}

int64_t Node::integer(StringRef name, int64_t absent) const {
  auto attribute = op->getAttrOfType<IntegerAttr>(name);
  return attribute ? attribute.getValue().getSExtValue() : absent;
}

double Node::real(StringRef name, double absent) const {
  auto attribute = op->getAttrOfType<FloatAttr>(name);
  return attribute ? attribute.getValueAsDouble() : absent;
}

StringRef Node::string(StringRef name, StringRef absent) const {
  auto attribute = op->getAttrOfType<StringAttr>(name);
  return attribute ? attribute.getValue() : absent;
}

std::optional<SmallVector<int64_t>> Node::integerList(StringRef name) const {
  auto attribute = op->getAttrOfType<DenseI64ArrayAttr>(name);
  if (!attribute)
    return std::nullopt;
  return SmallVector<int64_t>(attribute.asArrayRef());
}

std::optional<int64_t> Node::axis(int64_t axis, int64_t rank) {
  if (axis < -rank || axis >= rank)
    return std::nullopt;
  return axis < 0 ? axis + rank : axis;
}

StepWeights &Node::weights() { return converter.madeWeights; }

//===----------------------------------------------------------------------===//
// Results
//===----------------------------------------------------------------------===//

bool Node::wants(unsigned result) const {
  return result < op->getNumResults() &&
         !isa<NoneType>(op->getResult(result).getType());
}

Type Node::element(unsigned result) const {
  return getStorageType(getElementTypeOrSelf(op->getResult(result).getType()));
}

Type Node::resultKind(unsigned result) const {
  return getElementTypeOrSelf(op->getResult(result).getType());
}

bool Node::isResultUnsigned(unsigned result) const {
  return getElementTypeOrSelf(op->getResult(result).getType())
      .isUnsignedInteger();
}

std::optional<TensorSizes> Node::known(unsigned result) const {
  auto type = dyn_cast<RankedTensorType>(op->getResult(result).getType());
  if (!type || !type.hasStaticShape())
    return std::nullopt;
  TensorSizes all;
  for (int64_t size : type.getShape())
    all.push_back(b.getIndexAttr(size));
  return all;
}

LogicalResult Node::fail(const Twine &reason) {
  converter.blamed.push_back({op, reason.str()});
  return failure();
}

LogicalResult Node::set(SizedTensor tensor, unsigned result) {
  auto type = dyn_cast<RankedTensorType>(op->getResult(result).getType());
  if (type && type.getRank() != tensor.rank())
    return fail("has a result of another rank than its type");
  // What shapes say is as good as what was computed here.
  if (type)
    for (auto [size, known] : llvm::zip_equal(tensor.sizes, type.getShape()))
      if (!ShapedType::isDynamic(known))
        size = b.getIndexAttr(known);
  converter.tensors[op->getResult(result)] = cast(tensor.value, tensor.sizes);
  return success();
}

RankedTensorType Node::typeOf(ArrayRef<Size> sizes, Type element) {
  constexpr int64_t most = int64_t{1} << 47; // as addresses have bytes
  SmallVector<int64_t> shape;
  int64_t elements = 1;
  for (Size size : sizes) {
    std::optional<int64_t> number = SizeBuilder::getNumber(size);
    if (number && *number < 0)
      (void)fail("gets a negative size, " + Twine(*number));
    bool isTooMany = number && *number > 0 && elements > most / *number;
    if (isTooMany)
      (void)fail("gets more elements than memory can have");
    if (number && *number > 0 && !isTooMany)
      elements *= *number;
    bool isSize = !number || (*number >= 0 && !isTooMany);
    shape.push_back(isSize ? number.value_or(ShapedType::kDynamic) : 0);
  }
  return RankedTensorType::get(shape, element);
}

SizedTensor Node::cast(Value value, ArrayRef<Size> sizes) {
  auto type = mlir::cast<RankedTensorType>(value.getType());
  RankedTensorType wanted = typeOf(sizes, type.getElementType());
  if (wanted != type)
    value = tensor::CastOp::create(b, wanted, value);
  return {value, TensorSizes(sizes)};
}

//===----------------------------------------------------------------------===//
// Loops
//===----------------------------------------------------------------------===//

AffineMap Node::map(int64_t loops, ArrayRef<int64_t> dims) {
  SmallVector<AffineExpr> places;
  for (int64_t dim : dims)
    places.push_back(dim < 0 ? b.getAffineConstantExpr(0)
                             : b.getAffineDimExpr(dim));
  return AffineMap::get(loops, 0, places, b.getContext());
}

AffineMap Node::all(int64_t loops) { return b.getMultiDimIdentityMap(loops); }

Value Node::empty(ArrayRef<Size> sizes, Type element) {
  SmallVector<Value> unknown;
  for (Size size : sizes)
    if (!SizeBuilder::getNumber(size))
      unknown.push_back(mlir::cast<Value>(size));
  return tensor::EmptyOp::create(b, typeOf(sizes, element), unknown);
}

Value Node::filled(ArrayRef<Size> sizes, Value number) {
  Value start = empty(sizes, number.getType());
  return linalg::FillOp::create(b, number, start).getResult(0);
}

/// The size of a dim of a result for those of its operands; nothing where numbers
/// other than 1 differ.
static std::optional<Size> joinSizes(SizeBuilder &sizes, Size a, Size c) {
  std::optional<int64_t> left = SizeBuilder::getNumber(a),
                         right = SizeBuilder::getNumber(c);
  if (left && right && *left != *right && *left != 1 && *right != 1)
    return std::nullopt;
  if (right == 1)
    return a;
  if (left == 1 || right)
    return c;
  if (left)
    return a;
  // What an input says, before what was computed of it.
  return cast<Value>(a).getDefiningOp<tensor::DimOp>() ? a : c;
}

std::optional<Broadcast> Node::broadcast(ArrayRef<SizedTensor> tensors) {
  size_t rank = 0;
  for (const SizedTensor &tensor : tensors)
    rank = std::max(rank, tensor.sizes.size());
  Broadcast result;
  result.sizes.assign(rank, sizes.number(1));
  for (const SizedTensor &tensor : tensors)
    for (auto [d, size] : llvm::enumerate(tensor.sizes)) {
      Size &all = result.sizes[rank - tensor.sizes.size() + d];
      std::optional<Size> joined = joinSizes(sizes, all, size);
      if (!joined)
        return std::nullopt;
      all = *joined;
    }
  for (const SizedTensor &tensor : tensors) {
    SmallVector<int64_t> dims;
    for (auto [d, size] : llvm::enumerate(tensor.sizes)) {
      int64_t dim = rank - tensor.sizes.size() + d;
      bool isOne = SizeBuilder::getNumber(size) == 1 &&
                   SizeBuilder::getNumber(result.sizes[dim]) != 1;
      dims.push_back(isOne ? -1 : dim);
    }
    result.maps.push_back(map(rank, dims));
  }
  return result;
}

/// Whether no loop runs over dims of different sizes.
static bool haveEqualSizes(ValueRange tensors, ArrayRef<AffineMap> maps,
                           unsigned loops) {
  SmallVector<int64_t> sizes(loops, ShapedType::kDynamic);
  for (auto [tensor, map] : llvm::zip_equal(tensors, maps))
    for (auto [expr, size] :
         llvm::zip_equal(map.getResults(),
                         cast<RankedTensorType>(tensor.getType()).getShape())) {
      auto loop = dyn_cast<AffineDimExpr>(expr);
      if (!loop || ShapedType::isDynamic(size))
        continue;
      int64_t &known = sizes[loop.getPosition()];
      if (!ShapedType::isDynamic(known) && known != size)
        return false;
      known = size;
    }
  return true;
}

SmallVector<Value> Node::loops(ArrayRef<bool> reduced, ArrayRef<Value> inputs,
                               ArrayRef<Value> starts, Maps maps, Bodies body) {
  SmallVector<utils::IteratorType> kinds;
  for (bool isReduced : reduced)
    kinds.push_back(isReduced ? utils::IteratorType::reduction
                              : utils::IteratorType::parallel);
  SmallVector<Value> tensors(inputs);
  tensors.append(starts.begin(), starts.end());
  if (!haveEqualSizes(tensors, maps, reduced.size()))
    (void)fail("has operands of sizes that do not fit");
  bool isUnsigned = count() > 0 && this->isUnsigned(0);
  auto generic = linalg::GenericOp::create(
      b, ValueRange(starts).getTypes(), inputs, starts, maps, kinds,
      [&](OpBuilder &inner, Location loc, ValueRange elements) {
        Scalars s(inner, loc, isUnsigned);
        linalg::YieldOp::create(s, body(s, elements));
      });
  return SmallVector<Value>(generic->getResults());
}

SizedTensor Node::each(ArrayRef<Size> sizes, Type element,
                       ArrayRef<Value> inputs, Maps maps, Body body) {
  maps.push_back(all(sizes.size()));
  SmallVector<bool> reduced(sizes.size(), false);
  SmallVector<Value> made =
      loops(reduced, inputs, {empty(sizes, element)}, maps,
            [&](Scalars &s, ValueRange elements) -> SmallVector<Value> {
              return {body(s, elements.drop_back())};
            });
  return {made[0], TensorSizes(sizes)};
}

Value Node::extract(Scalars &s, Value tensor, ValueRange places) {
  return tensor::ExtractOp::create(s, tensor, places);
}

//===----------------------------------------------------------------------===//
// Views
//===----------------------------------------------------------------------===//

namespace {
/// Dims [from, to) of one side of a reshape beside those of the other.
struct DimGroups {
  SmallVector<ReassociationIndices> before, after;
};
} // namespace

/// The finest groups of dims with equal products.
static DimGroups matchDims(SizeBuilder &sizes, ArrayRef<Size> before,
                           ArrayRef<Size> after) {
  auto prefixes = [&](ArrayRef<Size> dims) {
    SmallVector<Size> products = {sizes.number(1)};
    for (Size size : dims)
      products.push_back(sizes.multiply(products.back(), size));
    return products;
  };
  SmallVector<Size> left = prefixes(before), right = prefixes(after);
  DimGroups groups;
  size_t i = 0, j = 0;
  auto close = [&](size_t toI, size_t toJ) {
    groups.before.push_back(llvm::to_vector<2>(llvm::seq<int64_t>(i, toI)));
    groups.after.push_back(llvm::to_vector<2>(llvm::seq<int64_t>(j, toJ)));
    i = toI;
    j = toJ;
  };
  auto step = [&] {
    for (size_t sum = 2; sum <= before.size() - i + after.size() - j; ++sum)
      for (size_t k = 1; k < sum; ++k)
        if (i + k <= before.size() && j + sum - k <= after.size() &&
            sizes.areEqual(left[i + k], right[j + sum - k]))
          return close(i + k, j + sum - k), true;
    return false;
  };
  while (i < before.size() && j < after.size())
    if (!step())
      close(before.size(), after.size());
  // What is left is of size 1.
  for (; i < before.size(); ++i)
    groups.before.back().push_back(i);
  for (; j < after.size(); ++j)
    groups.after.back().push_back(j);
  return groups;
}

SizedTensor Node::reshape(const SizedTensor &tensor, ArrayRef<Size> to) {
  Type element = tensor.element();
  SizedTensor flat = tensor;
  if (tensor.rank() == 0 || to.empty()) {
    // All sizes of the other side are 1.
    for (Size size : tensor.rank() == 0 ? to : ArrayRef(tensor.sizes))
      if (sizes.areDifferent(size, sizes.number(1)))
        (void)fail("reshapes to another number of elements");
    if (tensor.rank() > 0) {
      TensorSizes ones(tensor.rank(), sizes.number(1));
      Value one = cast(tensor.value, ones).value;
      return {tensor::CollapseShapeOp::create(b, typeOf({}, element), one,
                                              ArrayRef<ReassociationIndices>()),
              {}};
    }
    if (to.empty())
      return tensor;
    TensorSizes ones(to.size(), sizes.number(1));
    Value one =
        tensor::ExpandShapeOp::create(b, typeOf(ones, element), tensor.value,
                                      ArrayRef<ReassociationIndices>());
    return {one, ones};
  }
  DimGroups groups = matchDims(sizes, tensor.sizes, to);
  TensorSizes middle,
      other; // of the groups, as the one and the other side says
  for (auto [before, after] : llvm::zip_equal(groups.before, groups.after)) {
    middle.push_back(sizes.number(1));
    other.push_back(sizes.number(1));
    for (int64_t dim : before)
      middle.back() = sizes.multiply(middle.back(), tensor.sizes[dim]);
    for (int64_t dim : after)
      other.back() = sizes.multiply(other.back(), to[dim]);
  }
  for (auto [before, after] : llvm::zip_equal(middle, other))
    if (sizes.areDifferent(before, after))
      (void)fail("reshapes to another number of elements");
  if (middle.size() != tensor.sizes.size())
    flat.value = tensor::CollapseShapeOp::create(b, typeOf(middle, element),
                                                 tensor.value, groups.before);
  flat = cast(flat.value, other);
  if (other.size() == to.size())
    return {flat.value, TensorSizes(to)};
  return {tensor::ExpandShapeOp::create(b, typeOf(to, element), flat.value,
                                        groups.after, SmallVector<Size>(to)),
          TensorSizes(to)};
}

/// False where numbers say that a part leaves its dim.
static bool liesWithin(Size whole, Size begin, Size count, int64_t step) {
  auto size = SizeBuilder::getNumber(whole),
       first = SizeBuilder::getNumber(begin),
       many = SizeBuilder::getNumber(count);
  if (many == 0 || !size)
    return true;
  return first.value_or(0) >= 0 && first.value_or(0) < *size &&
         (many.value_or(1) - 1) <= (*size - 1 - first.value_or(0)) / step;
}

SizedTensor Node::slice(const SizedTensor &tensor, int64_t dim, Size begin,
                        Size count, int64_t step) {
  if (!liesWithin(tensor.sizes[dim], begin, count, step))
    (void)fail("takes a part that lies beside its dim");
  // Nothing begins nowhere: a place behind the last element is none.
  if (SizeBuilder::getNumber(count) == 0) {
    TensorSizes none = tensor.sizes;
    none[dim] = count;
    return {empty(none, tensor.element()), none};
  }
  TensorSizes offsets(tensor.rank(), sizes.number(0)),
      strides(tensor.rank(), sizes.number(1)), counts = tensor.sizes;
  offsets[dim] = begin;
  counts[dim] = count;
  strides[dim] = sizes.number(step);
  Value part =
      tensor::ExtractSliceOp::create(b, typeOf(counts, tensor.element()),
                                     tensor.value, offsets, counts, strides);
  return {part, counts};
}

} // namespace llmc
