//===- SampleProgram.h - llm.sample through the interpreter ------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef LLMC_TEST_REFERENCE_SAMPLEPROGRAM_H
#define LLMC_TEST_REFERENCE_SAMPLEPROGRAM_H

#include "Harness.h"

namespace llmc::test {

/// `@f` that samples rows of `columns` logits.
class SampleProgram : public Program {
public:
  explicit SampleProgram(size_t columns) : Program(textOf(columns)) {}

  /// The ids of rows that all hold `logits`, one per parameters.
  std::vector<int64_t> sample(const std::vector<float> &logits,
                              std::vector<ReferenceSampling> parameters) {
    ReferenceBatch batch;
    ReferenceTensor rows =
        floats({int64_t(parameters.size()), int64_t(logits.size())}, {});
    for (size_t row = 0; row < parameters.size(); ++row)
      rows.floats.insert(rows.floats.end(), logits.begin(), logits.end());
    batch.sampling = std::move(parameters);
    auto results = call({rows}, batch);
    return results.size() == 1 ? results[0].ints : std::vector<int64_t>();
  }

private:
  static std::string textOf(size_t columns) {
    std::string type = "tensor<?x" + std::to_string(columns) + "xf32>";
    return "func.func @f(%l: " + type +
           ", %b: !llm.batch) -> tensor<?xi32> {\n"
           "  %i = llm.sample %l batch(%b) : " +
           type +
           " -> tensor<?xi32>\n"
           "  return %i : tensor<?xi32>\n}";
  }
};

} // namespace llmc::test

#endif // LLMC_TEST_REFERENCE_SAMPLEPROGRAM_H
