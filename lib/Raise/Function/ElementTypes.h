//===- ElementTypes.h - elements of ONNX in memory --------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Memory holds floats of 16 bits and more as they are, integers as signless ones.
// What is narrower than a byte, and floats of eight bits and less, are one byte
// each, of type i8: integers extended to it, floats as their bits.
//===----------------------------------------------------------------------===//
#ifndef LLMC_LIB_RAISE_FUNCTION_ELEMENTTYPES_H
#define LLMC_LIB_RAISE_FUNCTION_ELEMENTTYPES_H

#include "Scalars.h"

#include "mlir/IR/BuiltinAttributes.h"

namespace llmc {

/// The type that memory holds of an element; null if it holds none.
mlir::Type getStorageType(mlir::Type element);

/// Whether `element` is one of those that computing cannot take from memory as they
/// are: narrower than a byte, or a float of eight bits and less.
bool isNarrow(mlir::Type element);

/// What NumPy and ml_dtypes call elements that their storage does not tell apart
/// from integers with a sign; empty for others.
llvm::StringRef getNumpyName(mlir::Type element);

/// A constant as memory holds it.
mlir::DenseElementsAttr toStorage(mlir::DenseElementsAttr constant);

/// The number that an element of memory is: floats are f32 or f64, narrow integers
/// i8. `isUnsigned` of `s` is that of `element`.
mlir::Value decode(Scalars &s, mlir::Value stored, mlir::Type element);

/// Which of two neighbours a number becomes that lies between them; the rest do as
/// Cast's round_mode says for float8_e8m0fnu.
enum class Rounding { nearest, up, down };

/// How a number becomes an element.
struct Encoding {
  /// What is too large is the greatest number of the type, else infinity or NaN.
  bool saturate = true;
  Rounding rounding = Rounding::nearest; // of powers of two alone
};

/// The element of memory for a number.
mlir::Value encode(Scalars &s, mlir::Value number, mlir::Type element,
                   const Encoding &encoding = {});

} // namespace llmc

#endif // LLMC_LIB_RAISE_FUNCTION_ELEMENTTYPES_H
