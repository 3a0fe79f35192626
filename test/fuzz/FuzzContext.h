//===- FuzzContext.h - a context for many runs ------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// To make a context and load its dialects takes a hundred times as long as most
// inputs do, so it is kept; what runs intern stays in it, so not for ever.
//===----------------------------------------------------------------------===//
#ifndef LLMC_TEST_FUZZ_FUZZCONTEXT_H
#define LLMC_TEST_FUZZ_FUZZCONTEXT_H

#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/MLIRContext.h"

#include <memory>

namespace fuzz {

/// A context of these dialects that says nothing; another one every `most` runs.
template <typename... Dialects> mlir::MLIRContext &getContext() {
  constexpr unsigned most = 2000;
  static std::unique_ptr<mlir::MLIRContext> context;
  static unsigned runs = 0;
  if (!context || ++runs == most) {
    context = std::make_unique<mlir::MLIRContext>(
        mlir::MLIRContext::Threading::DISABLED);
    context->loadDialect<Dialects...>();
    context->getDiagEngine().registerHandler(
        [](mlir::Diagnostic &) { return mlir::success(); });
    runs = 0;
  }
  return *context;
}

} // namespace fuzz

#endif // LLMC_TEST_FUZZ_FUZZCONTEXT_H
