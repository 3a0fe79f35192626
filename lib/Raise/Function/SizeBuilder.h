//===- SizeBuilder.h - sizes of a function's tensors ------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A size is a number, or an index that is computed from the sizes of the inputs.
// Equal products are one value, so that a reshape sees which dims it keeps.
//===----------------------------------------------------------------------===//
#ifndef LLMC_LIB_RAISE_FUNCTION_SIZEBUILDER_H
#define LLMC_LIB_RAISE_FUNCTION_SIZEBUILDER_H

#include "mlir/IR/ImplicitLocOpBuilder.h"

#include "llvm/ADT/DenseSet.h"

#include <map>
#include <vector>

namespace llmc {

using Size = mlir::OpFoldResult;
using TensorSizes = llvm::SmallVector<Size, 4>;

/// Computes with sizes where `builder` stands. Numbers fold.
class SizeBuilder {
public:
  explicit SizeBuilder(mlir::ImplicitLocOpBuilder &builder) : b(builder) {}

  Size number(int64_t number) { return b.getIndexAttr(number); }
  static std::optional<int64_t> getNumber(Size size);
  mlir::Value value(Size size);

  Size add(Size a, Size c);
  Size subtract(Size a, Size c);
  Size multiply(Size a, Size c);
  /// Towards zero; what is divided by 0 is itself.
  Size divide(Size a, Size c);
  Size least(Size a, Size c);
  Size greatest(Size a, Size c);
  Size product(llvm::ArrayRef<Size> sizes);

  /// Whether both are the same number in every call, as far as that is seen.
  bool areEqual(Size a, Size c);
  /// Whether they differ in every call whose sizes are not 0.
  bool areDifferent(Size a, Size c);
  /// Whether it cannot be negative, as far as that is seen.
  bool isNatural(Size size);
  /// Says that a value is the size of a tensor.
  void markNatural(mlir::Value size) { naturals.insert(size); }

private:
  /// A number times values, in one order.
  using Factors = std::pair<int64_t, std::vector<void *>>;
  Factors factors(Size size);
  Size productOf(const Factors &factors);
  template <typename Op> Size compute(Size a, Size c);

  mlir::ImplicitLocOpBuilder &b;
  std::map<Factors, mlir::Value> products;
  llvm::DenseMap<mlir::Value, Factors> known; // the products' own factors
  std::map<std::vector<void *>, mlir::Value> computed;
  llvm::DenseSet<mlir::Value> naturals;
};

} // namespace llmc

#endif // LLMC_LIB_RAISE_FUNCTION_SIZEBUILDER_H
