//===- ONNXDialect.h - the onnx dialect --------------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A graph of an ONNX file as IR: one op per operator, places and names as in its
// schema. `GatherOp` is of the standard domain, `MicrosoftMatMulNBitsOp` one of
// ONNX Runtime's, `LlmcAttentionOp` our own.
//===----------------------------------------------------------------------===//
#ifndef LLMC_DIALECTS_ONNX_ONNXDIALECT_H
#define LLMC_DIALECTS_ONNX_ONNXDIALECT_H

#include "dialects/onnx/Schema.h"

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/Interfaces/ControlFlowInterfaces.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "dialects/onnx/ONNXDialect.h.inc"
#define GET_TYPEDEF_CLASSES
#include "dialects/onnx/ONNXTypes.h.inc"

#include "dialects/onnx/ONNXOpInterfaces.h.inc"

namespace mlir::onnx {

/// Values of some operands and results have tensors of one element type. Bit i of
/// a mask is place i, bit 63 all places from there on.
template <uint64_t operands, uint64_t results> struct SameElementType {
  template <typename ConcreteOp>
  class Impl
      : public OpTrait::TraitBase<ConcreteOp,
                                  SameElementType<operands, results>::Impl> {
  public:
    static LogicalResult verifyTrait(Operation *op) {
      return verifySameElementType(op, operands, results);
    }
  };
};

/// Variadic places may not be empty: the numbers of values with the others.
template <unsigned operands, unsigned results> struct AtLeast {
  template <typename ConcreteOp>
  class Impl : public OpTrait::TraitBase<ConcreteOp,
                                         AtLeast<operands, results>::Impl> {
  public:
    static LogicalResult verifyTrait(Operation *op) {
      return verifyAtLeast(op, operands, results);
    }
  };
};

} // namespace mlir::onnx

#define GET_OP_CLASSES
#include "dialects/onnx/ONNXOps.h.inc"

namespace mlir::onnx {

/// The value of a constant, whichever of its attributes has it.
ElementsAttr getElements(ConstantOp op);

/// A constant with its value as elements, of their type.
ConstantOp createConstant(OpBuilder &builder, Location loc, ElementsAttr value);

} // namespace mlir::onnx

#endif // LLMC_DIALECTS_ONNX_ONNXDIALECT_H
