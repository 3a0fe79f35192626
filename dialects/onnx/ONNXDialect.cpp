//===- ONNXDialect.cpp - registration of the onnx dialect -------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "dialects/onnx/ONNXDialect.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace mlir::onnx;

#include "dialects/onnx/ONNXDialect.cpp.inc"
#include "dialects/onnx/ONNXOpInterfaces.cpp.inc"
#define GET_TYPEDEF_CLASSES
#include "dialects/onnx/ONNXTypes.cpp.inc"

void ONNXDialect::initialize() {
  addTypes<
#define GET_TYPEDEF_LIST
#include "dialects/onnx/ONNXTypes.cpp.inc"
      >();
  registerONNXDialectOperations(this);
}

const Schema *onnx::findSchema(OperationName name) {
  auto *schema = name.getInterface<SchemaOpInterface>();
  return schema ? &schema->getSchema() : nullptr;
}

std::string onnx::getOpName(StringRef domain, StringRef name) {
  if (domain.empty() || domain == "ai.onnx")
    return ("onnx." + name).str();
  if (domain == "com.microsoft")
    domain = "microsoft";
  return ("onnx." + domain + "." + name).str();
}
