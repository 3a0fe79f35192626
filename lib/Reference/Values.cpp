//===- Values.cpp - rounding and errors of the interpreter ----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Values.h"

#include <bit>
#include <cmath>

using namespace llmc;
using namespace llmc::reference;

Rounder::Rounder(mlir::Type type) : kind(Kind::F32) {
  mlir::Type element = mlir::getElementTypeOrSelf(type);
  if (element.isF16())
    kind = Kind::F16;
  if (element.isBF16())
    kind = Kind::BF16;
}

float Rounder::narrow(float value) const {
  if (kind == Kind::F16)
    return static_cast<float>(static_cast<_Float16>(value));
  if (std::isnan(value))
    return value;
  auto bits = std::bit_cast<uint32_t>(value);
  bits += 0x7fff + (bits >> 16 & 1); // to nearest, ties to even
  return std::bit_cast<float>(bits & 0xffff0000u);
}

float Rounder::operator()(double value) const {
  auto single = static_cast<float>(value);
  if (kind == Kind::F32)
    return single;
  // Rounding to odd first makes the two roundings equal to one.
  bool inexact = static_cast<double>(single) != value && std::isfinite(single);
  if (inexact && (std::bit_cast<uint32_t>(single) & 1) == 0)
    single = std::nextafter(single, single < value ? INFINITY : -INFINITY);
  return narrow(single);
}

llvm::Expected<int64_t>
reference::countElements(llvm::ArrayRef<int64_t> shape) {
  constexpr int64_t limit = int64_t(1)
                            << 36; // elements: beyond any model's tensor
  int64_t count = 1;
  for (int64_t dim : shape) {
    if (dim < 0 || dim > limit || (dim && count > limit / dim))
      return llvm::createStringError(
          "a tensor has at most 2^36 elements and no "
          "negative dimension, found dimension %lld",
          static_cast<long long>(dim));
    count *= dim;
  }
  return count;
}

bool reference::isWhole(const Tensor &tensor) {
  llvm::Expected<int64_t> count = countElements(tensor.shape);
  if (!count) {
    llvm::consumeError(count.takeError());
    return false;
  }
  return (tensor.floats.empty() || tensor.ints.empty()) &&
         tensor.floats.size() + tensor.ints.size() ==
             static_cast<size_t>(*count);
}

llvm::Error reference::opError(mlir::Operation *op,
                               const llvm::Twine &message) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  if (auto file = op->getLoc()->findInstanceOf<mlir::FileLineColLoc>())
    stream << file.getFilename().getValue() << ':' << file.getLine() << ": ";
  stream << '\'' << op->getName() << "' " << message;
  return llvm::createStringError(text);
}
