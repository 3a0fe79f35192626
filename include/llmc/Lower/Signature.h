//===- Signature.h - what a function program takes and gives ----*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A function program is a module whose entry is @main on tensors. Names and
// symbolic sizes are attributes of its arguments and results; once these are bare
// memory, they are the module's.
//===----------------------------------------------------------------------===//
#ifndef LLMC_LOWER_SIGNATURE_H
#define LLMC_LOWER_SIGNATURE_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"

namespace llmc {

/// One input or output.
struct TensorSignature {
  llvm::StringRef name;
  mlir::RankedTensorType type;
  /// What the elements are where their type does not say it: "uint8",
  /// "float8_e4m3fn"; empty: the type says it.
  llvm::StringRef dtype;
  /// [rank], the name of each size that is not known; empty: none.
  llvm::SmallVector<llvm::StringRef> symbols;
};

struct Signature {
  llvm::SmallVector<TensorSignature> inputs, outputs;
};

/// Of arguments and results: the tensor's name, one string per dimension, and the
/// name that NumPy and ml_dtypes give to elements that the type calls integers.
constexpr llvm::StringLiteral tensorNameAttr = "llm.name";
constexpr llvm::StringLiteral tensorDimsAttr = "llm.dims";
constexpr llvm::StringLiteral tensorTypeAttr = "llm.dtype";
/// Of a module whose function is bound to memory.
constexpr llvm::StringLiteral signatureAttr = "llm.signature";

/// Whether the module is a function program: it has @main, a clone of it for a
/// target, or the signature that is left of it.
bool isFunctionProgram(mlir::ModuleOp module);

/// From the attributes of a function on tensors. Fails where a name is missing or
/// used twice, a type is none that a caller can give, or `llm.dims` does not fit.
llvm::FailureOr<Signature> readSignature(mlir::func::FuncOp function);

/// From the module's attribute; fails where there is none.
llvm::FailureOr<Signature> readSignature(mlir::ModuleOp module);

/// As the module's attribute.
mlir::DictionaryAttr toAttribute(mlir::MLIRContext *context,
                                 const Signature &signature);

/// LLMRT_ELEMENT_* of elements of `type` that are called `dtype` (empty: as the type
/// says); nothing where callers cannot give them.
std::optional<uint32_t> getElementKind(mlir::Type type,
                                       llvm::StringRef dtype = "");

} // namespace llmc

#endif // LLMC_LOWER_SIGNATURE_H
