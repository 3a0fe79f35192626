//===- ElementTypes.h - element types of results ----------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef LLMC_DIALECTS_ONNX_ELEMENTTYPES_H
#define LLMC_DIALECTS_ONNX_ELEMENTTYPES_H

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/OperationSupport.h"

namespace mlir::onnx {

/// The type of TensorProto.DataType `dataType`; null for strings, complex numbers
/// and numbers that ONNX does not define.
Type getElementType(int64_t dataType, MLIRContext *context);

/// The element type of a result of the op `opName` ("onnx.Gather"), from those
/// of its operands (null where one is absent or no tensor) and its attributes;
/// null if the op is unknown or its schema does not say it. The dialect is loaded.
Type inferElementType(llvm::StringRef opName, unsigned result,
                      llvm::ArrayRef<Type> operands,
                      const NamedAttrList &attributes, MLIRContext *context);

} // namespace mlir::onnx

#endif // LLMC_DIALECTS_ONNX_ELEMENTTYPES_H
