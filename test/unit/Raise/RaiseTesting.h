//===- RaiseTesting.h - graphs for the tests of raising ---------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMC_TEST_UNIT_RAISE_RAISETESTING_H
#define LLMC_TEST_UNIT_RAISE_RAISETESTING_H

#include "lib/Raise/Graph.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Parser/Parser.h"

#include "gtest/gtest.h"

/// A module of one function in a context of its own.
struct ParsedGraph {
  mlir::MLIRContext context;
  mlir::OwningOpRef<mlir::ModuleOp> module;

  explicit ParsedGraph(const std::string &text) {
    context.loadDialect<mlir::llm::LLMDialect, mlir::onnx::ONNXDialect,
                        mlir::func::FuncDialect, mlir::arith::ArithDialect,
                        mlir::tensor::TensorDialect>();
    module = mlir::parseSourceString<mlir::ModuleOp>(text, &context);
    EXPECT_TRUE(module) << text;
  }
  mlir::func::FuncOp function() {
    return *module->getOps<mlir::func::FuncOp>().begin();
  }
  /// The value that the function returns at `index`.
  mlir::Value result(unsigned index = 0) {
    return function().getBody().front().getTerminator()->getOperand(index);
  }
};

#endif // LLMC_TEST_UNIT_RAISE_RAISETESTING_H
