//===- Harness.h - runs one function through the interpreter ----*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Tests state IR, inputs and expected numbers; this holds the rest.
//===----------------------------------------------------------------------===//
#ifndef LLMC_TEST_REFERENCE_HARNESS_H
#define LLMC_TEST_REFERENCE_HARNESS_H

#include "Tolerances.h"
#include "llmc/Driver/Registration.h"
#include "llmc/Reference/Interpreter.h"

#include "mlir/IR/MLIRContext.h"
#include "mlir/Parser/Parser.h"

#include <gtest/gtest.h>

namespace llmc::test {

/// A module and its interpreter; fails the test when the text does not verify.
class Program {
public:
  explicit Program(llvm::StringRef text, bool singlePrecision = false) {
    mlir::DialectRegistry registry;
    registerDialects(registry);
    context.appendDialectRegistry(registry);
    module = mlir::parseSourceString<mlir::ModuleOp>(text, &context);
    if (!module) {
      ADD_FAILURE() << "the test's IR does not parse";
      return;
    }
    interpreter =
        std::make_unique<Interpreter>(*module, store, singlePrecision);
  }

  /// Calls `@f`; an error fails the test and returns nothing.
  std::vector<ReferenceTensor> call(llvm::ArrayRef<ReferenceTensor> tensors,
                                    const ReferenceBatch &batch = {},
                                    llvm::StringRef name = "f") {
    if (!interpreter)
      return {};
    auto results = interpreter->call(name, tensors, batch);
    if (results)
      return std::move(*results);
    ADD_FAILURE() << llvm::toString(results.takeError());
    return {};
  }

  /// Calls `@f` and returns the floats of its only result.
  std::vector<float> run(llvm::ArrayRef<ReferenceTensor> tensors,
                         const ReferenceBatch &batch = {}) {
    auto results = call(tensors, batch);
    if (results.size() == 1)
      return results[0].floats;
    ADD_FAILURE() << "expected one result, found " << results.size();
    return {};
  }

  /// The message that calling `@f` fails with.
  std::string fail(llvm::ArrayRef<ReferenceTensor> tensors,
                   const ReferenceBatch &batch = {}) {
    auto results = interpreter->call("f", tensors, batch);
    if (!results)
      return llvm::toString(results.takeError());
    ADD_FAILURE() << "expected an error";
    return "";
  }

  mlir::MLIRContext context;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  WeightStore store;
  std::unique_ptr<Interpreter> interpreter;
};

inline ReferenceTensor floats(llvm::ArrayRef<int64_t> shape,
                              std::vector<float> values) {
  return {llvm::SmallVector<int64_t>(shape), std::move(values), {}};
}
inline ReferenceTensor ints(llvm::ArrayRef<int64_t> shape,
                            std::vector<int64_t> values) {
  return {llvm::SmallVector<int64_t>(shape), {}, std::move(values)};
}

/// Numbers in [-1, 1) that depend on `seed` alone.
inline ReferenceTensor noise(llvm::ArrayRef<int64_t> shape, uint32_t seed) {
  ReferenceTensor tensor{llvm::SmallVector<int64_t>(shape), {}, {}};
  int64_t count = 1;
  for (int64_t dim : shape)
    count *= dim;
  uint32_t state = seed * 2654435761u + 1;
  for (int64_t i = 0; i < count; ++i) {
    state = state * 1664525u + 1013904223u;
    tensor.floats.push_back(static_cast<float>(state >> 8) / (1 << 23) - 1.0f);
  }
  return tensor;
}

/// Rows `first .. first + count` of one sequence, at positions equal to them.
inline ReferenceBatch rowsOf(int32_t sequence, int32_t first, int32_t count) {
  ReferenceBatch batch;
  for (int32_t i = first; i < first + count; ++i) {
    batch.tokens.push_back(0);
    batch.positions.push_back(i);
    batch.sequences.push_back(sequence);
  }
  return batch;
}

/// Rows [begin, end) of the outermost dimension.
inline ReferenceTensor slice(const ReferenceTensor &tensor, int64_t begin,
                             int64_t end) {
  int64_t width = tensor.floats.size() / tensor.shape[0];
  ReferenceTensor part = tensor;
  part.shape[0] = end - begin;
  part.floats.assign(tensor.floats.begin() + begin * width,
                     tensor.floats.begin() + end * width);
  return part;
}

inline void expectNear(llvm::ArrayRef<float> actual,
                       llvm::ArrayRef<float> expected,
                       double tolerance = tolerance::formula) {
  ASSERT_EQ(actual.size(), expected.size());
  for (size_t i = 0; i < actual.size(); ++i)
    EXPECT_NEAR(actual[i], expected[i], tolerance) << "at " << i;
}

} // namespace llmc::test

#endif // LLMC_TEST_REFERENCE_HARNESS_H
