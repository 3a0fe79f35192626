//===- DriverTesting.h - modules for the tests of Driver --------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef LLMC_TEST_UNIT_DRIVER_DRIVERTESTING_H
#define LLMC_TEST_UNIT_DRIVER_DRIVERTESTING_H

#include "llmc/Driver/Pipelines.h"
#include "llmc/Driver/Registration.h"

#include "mlir/Parser/Parser.h"

#include <gtest/gtest.h>

namespace llmc::testing {

inline mlir::DialectRegistry makeRegistry() {
  mlir::DialectRegistry registry;
  registerDialects(registry);
  return registry;
}

/// A context with every dialect of the compiler.
struct Context : mlir::MLIRContext {
  Context() : MLIRContext(makeRegistry()) { loadAllAvailableDialects(); }
  mlir::OwningOpRef<mlir::ModuleOp> parse(llvm::StringRef text) {
    return mlir::parseSourceString<mlir::ModuleOp>(text, this);
  }
};

/// The message of a failure; empty on success.
inline std::string message(llvm::Error error) {
  return error ? llvm::toString(std::move(error)) : "";
}

/// A model of one linear, `context` positions long.
inline std::string oneLinear(llvm::StringRef weightType, int context = 128) {
  return R"(module attributes {llm.model = {context_length = )" +
         std::to_string(context) + R"( : i64}} {
    llm.weight @w : )" +
         weightType.str() + R"( source "w"
    func.func @step(%x: tensor<?x64xf32>) -> tensor<?x32xf32> {
      %w = llm.param @w : )" +
         weightType.str() + R"(
      %y = llm.linear %x, %w : (tensor<?x64xf32>, )" +
         weightType.str() + R"() -> tensor<?x32xf32>
      return %y : tensor<?x32xf32>
    }
  })";
}

} // namespace llmc::testing

#endif // LLMC_TEST_UNIT_DRIVER_DRIVERTESTING_H
