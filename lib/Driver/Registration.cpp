//===- Registration.cpp - dialects and passes of the project --------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What llmc and llmc-opt share. Dialects are named one by one: the InitAll
// headers would link every upstream dialect and cost 30 s per compile.
//===----------------------------------------------------------------------===//
#include "llmc/Driver/Registration.h"

#include "dialects/llm/LLMDialect.h"
#include "dialects/onnx/ONNXDialect.h"
#include "llmc/Lower/Passes.h"
#include "llmc/Optimize/Passes.h"
#include "llmc/Raise/Passes.h"
#include "llmc/Schedule/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlow.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"

void llmc::registerDialects(mlir::DialectRegistry &registry) {
  registry.insert<mlir::llm::LLMDialect, mlir::arith::ArithDialect,
                  mlir::cf::ControlFlowDialect, mlir::func::FuncDialect,
                  mlir::LLVM::LLVMDialect, mlir::math::MathDialect,
                  mlir::memref::MemRefDialect, mlir::onnx::ONNXDialect,
                  mlir::scf::SCFDialect, mlir::tensor::TensorDialect,
                  mlir::vector::VectorDialect>();
  registerBufferization(registry);
  registerCpuTilers(registry);
}

void llmc::registerPasses() {
  registerRaisePasses();
  registerOptimizePasses();
  registerSchedulePasses();
  registerLowerPasses();
  mlir::PassPipelineRegistration<>(
      "llm-to-llvm", "emitted tiles to the LLVM dialect", buildLLVMPipeline);
  mlir::PassPipelineRegistration<>(
      "llm-to-buffers", "tensors of a bound function to planned buffers",
      buildBufferPipeline);
  mlir::registerTransformsPasses(); // canonicalize, cse, symbol-dce, ...
}
