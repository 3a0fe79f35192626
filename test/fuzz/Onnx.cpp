//===- Onnx.cpp - fuzzes ONNX files, up to the step ---------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Fuzz.h"
#include "FuzzContext.h"

#include "lib/Import/OnnxGraph.h"

#include "dialects/llm/LLMDialect.h"
#include "dialects/onnx/ONNXDialect.h"
#include "llmc/Driver/Pipelines.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Verifier.h"

using namespace llmc;

/// The graph becomes IR, and that a step if it can.
static llvm::Error build(OnnxFile &file, mlir::MLIRContext &context) {
  WeightStore weights;
  mlir::OwningOpRef<mlir::ModuleOp> module =
      mlir::ModuleOp::create(mlir::UnknownLoc::get(&context));
  if (llvm::Error error = buildOnnxGraph(file, weights, *module))
    return error;
  fuzz::require(succeeded(mlir::verify(*module)), "what is imported is valid");
  return raiseGraph(*module, weights, 0);
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  // External data may only be in the model's folder, and here is none.
  auto file = parseOnnx("/nonexistent/model.onnx", {data, size});
  if (!file) {
    fuzz::checkMessage(llvm::toString(file.takeError()));
    return 0;
  }
  mlir::MLIRContext &context =
      fuzz::getContext<mlir::llm::LLMDialect, mlir::onnx::ONNXDialect,
                       mlir::arith::ArithDialect, mlir::func::FuncDialect,
                       mlir::math::MathDialect, mlir::tensor::TensorDialect>();
  if (llvm::Error error = build(**file, context))
    fuzz::checkMessage(llvm::toString(std::move(error)));
  return 0;
}
