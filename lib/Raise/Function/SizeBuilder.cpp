//===- SizeBuilder.cpp - sizes of a function's tensors --------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "SizeBuilder.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;

namespace llmc {

std::optional<int64_t> SizeBuilder::getNumber(Size size) {
  return getConstantIntValue(size);
}

Value SizeBuilder::value(Size size) {
  if (std::optional<int64_t> known = getNumber(size))
    return arith::ConstantIndexOp::create(b, *known);
  return cast<Value>(size);
}

/// Numbers of a file may be any: they wrap as the machine's do.
static int64_t wrapped(uint64_t value) { return static_cast<int64_t>(value); }

template <typename Op> Size SizeBuilder::compute(Size a, Size c) {
  Value left = value(a), right = value(c);
  auto key = [&](Size size, Value made) {
    auto attribute = dyn_cast<Attribute>(size);
    return attribute ? const_cast<void *>(attribute.getAsOpaquePointer())
                     : made.getAsOpaquePointer();
  };
  static const char kind = 0; // one per Op
  Value &result =
      computed[{const_cast<char *>(&kind), key(a, left), key(c, right)}];
  if (!result)
    result = Op::create(b, left, right);
  return result;
}

//===----------------------------------------------------------------------===//
// Products
//===----------------------------------------------------------------------===//

SizeBuilder::Factors SizeBuilder::factors(Size size) {
  if (std::optional<int64_t> number = getNumber(size))
    return {*number, {}};
  auto found = known.find(cast<Value>(size));
  if (found != known.end())
    return found->second;
  return {1, {cast<Value>(size).getAsOpaquePointer()}};
}

Size SizeBuilder::productOf(const Factors &factors) {
  if (factors.second.empty() || factors.first == 0)
    return number(factors.first);
  auto valueOf = [](void *pointer) {
    return Value::getFromOpaquePointer(pointer);
  };
  if (factors.first == 1 && factors.second.size() == 1)
    return valueOf(factors.second[0]);
  Value &result = products[factors];
  if (result)
    return result;
  Value product = valueOf(factors.second[0]);
  for (void *factor : llvm::drop_begin(factors.second))
    product = arith::MulIOp::create(b, product, valueOf(factor));
  if (factors.first != 1)
    product = arith::MulIOp::create(b, product, value(number(factors.first)));
  result = product;
  known[result] = factors;
  return result;
}

Size SizeBuilder::multiply(Size a, Size c) {
  Factors left = factors(a), right = factors(c);
  left.first = wrapped(uint64_t(left.first) * uint64_t(right.first));
  left.second.insert(left.second.end(), right.second.begin(),
                     right.second.end());
  llvm::sort(left.second);
  return productOf(left);
}

Size SizeBuilder::product(ArrayRef<Size> sizes) {
  Size result = number(1);
  for (Size size : sizes)
    result = multiply(result, size);
  return result;
}

Size SizeBuilder::divide(Size a, Size c) {
  Factors left = factors(a), right = factors(c);
  if (right.second.empty() && right.first == 0)
    return a;
  std::vector<void *> rest;
  for (void *factor : right.second) {
    auto found = llvm::find(left.second, factor);
    if (found == left.second.end())
      rest.push_back(factor);
    else
      left.second.erase(found);
  }
  bool isMinus = right.first == -1;
  bool isWhole = isMinus || (right.first && left.first % right.first == 0);
  if (rest.empty() && right.first && (isWhole || left.second.empty())) {
    left.first =
        isMinus ? wrapped(0 - uint64_t(left.first)) : left.first / right.first;
    return productOf(left);
  }
  return compute<arith::DivSIOp>(a, greatest(c, number(1)));
}

//===----------------------------------------------------------------------===//
// Sums and bounds
//===----------------------------------------------------------------------===//

Size SizeBuilder::add(Size a, Size c) {
  std::optional<int64_t> left = getNumber(a), right = getNumber(c);
  if (left && right)
    return number(wrapped(uint64_t(*left) + uint64_t(*right)));
  if (right == 0)
    return a;
  if (left == 0)
    return c;
  return compute<arith::AddIOp>(a, c);
}

Size SizeBuilder::subtract(Size a, Size c) {
  std::optional<int64_t> left = getNumber(a), right = getNumber(c);
  if (left && right)
    return number(wrapped(uint64_t(*left) - uint64_t(*right)));
  if (areEqual(a, c))
    return number(0);
  if (right == 0)
    return a;
  // A summand goes as it came.
  if (!left)
    if (auto sum = cast<Value>(a).getDefiningOp<arith::AddIOp>())
      for (unsigned side : {0, 1})
        if (areEqual(sum->getOperand(side), c))
          return getAsOpFoldResult(sum->getOperand(1 - side));
  return compute<arith::SubIOp>(a, c);
}

Size SizeBuilder::least(Size a, Size c) {
  std::optional<int64_t> left = getNumber(a), right = getNumber(c);
  if (left && right)
    return number(std::min(*left, *right));
  if (areEqual(a, c))
    return a;
  // "To the end" is a number beyond every size.
  constexpr int64_t end = int64_t{1} << 31;
  if (right && *right >= end)
    return a;
  if (left && *left >= end)
    return c;
  return compute<arith::MinSIOp>(a, c);
}

Size SizeBuilder::greatest(Size a, Size c) {
  std::optional<int64_t> left = getNumber(a), right = getNumber(c);
  if (left && right)
    return number(std::max(*left, *right));
  if (areEqual(a, c))
    return a;
  if (right && *right <= 0 && isNatural(a))
    return a;
  if (left && *left <= 0 && isNatural(c))
    return c;
  return compute<arith::MaxSIOp>(a, c);
}

bool SizeBuilder::areEqual(Size a, Size c) { return factors(a) == factors(c); }

bool SizeBuilder::areDifferent(Size a, Size c) {
  Factors left = factors(a), right = factors(c);
  return left.second == right.second && left.first != right.first;
}

bool SizeBuilder::isNatural(Size size) {
  if (std::optional<int64_t> known = getNumber(size))
    return *known >= 0;
  Value value = cast<Value>(size);
  if (naturals.contains(value))
    return true;
  Operation *op = value.getDefiningOp();
  auto side = [&](unsigned i) {
    return isNatural(getAsOpFoldResult(op->getOperand(i)));
  };
  bool result = false;
  if (isa_and_nonnull<arith::AddIOp, arith::MulIOp, arith::MinSIOp,
                      arith::DivSIOp>(op))
    result = side(0) && side(1);
  else if (isa_and_nonnull<arith::MaxSIOp>(op))
    result = side(0) || side(1);
  if (result)
    naturals.insert(value);
  return result;
}

} // namespace llmc
