//===- ONNXInterfaces.td - what an operator's schema says -------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMC_ONNX_INTERFACES
#define LLMC_ONNX_INTERFACES

include "mlir/IR/OpBase.td"

def ONNX_SchemaOpInterface : OpInterface<"SchemaOpInterface"> {
  let cppNamespace = "::mlir::onnx";
  let description = [{
    An operator of ONNX: what its schema says of names and places, also without an operation:
    `onnx::findSchema(OperationName)`.
  }];
  let methods = [
    StaticInterfaceMethod<"Names and places.", "const ::mlir::onnx::Schema &", "getSchema">
  ];
}

#endif // LLMC_ONNX_INTERFACES
