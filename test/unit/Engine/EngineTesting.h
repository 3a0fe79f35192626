//===- EngineTesting.h - engines of fake models -------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef LLMC_TEST_ENGINETESTING_H
#define LLMC_TEST_ENGINETESTING_H

#include "FakeModel.h"

#include "llmrt/Engine.h"

#include <gtest/gtest.h>

namespace llmrt::test {

/// Null, and a failed test, where there is none.
inline std::unique_ptr<Engine>
makeEngine(const EngineOptions &options,
           const LlmrtModel &model = llmrt_model) {
  auto engine = Engine::create(model, fakeWeights(), options);
  EXPECT_TRUE(engine) << engine.message();
  return engine ? std::move(*engine) : nullptr;
}

inline std::vector<float> logitsOf(const Engine &engine, int64_t row) {
  auto logits = engine.logits(row);
  EXPECT_TRUE(logits) << logits.message();
  return {logits->begin(), logits->end()};
}

} // namespace llmrt::test

#endif // LLMC_TEST_ENGINETESTING_H
