//===- AllocationTest.cpp - steps take no memory --------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Counts what operator new is asked for in this whole program.
//===----------------------------------------------------------------------===//
#include "FakeModel.h"

#include "llmrt/Prompt.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <new>

using namespace llmrt;
using namespace llmrt::test;

static std::atomic<int64_t> allocations{0};

void *operator new(size_t bytes) {
  ++allocations;
  if (void *memory = std::malloc(bytes ? bytes : 1))
    return memory;
  throw std::bad_alloc();
}
void operator delete(void *memory) noexcept { std::free(memory); }
void operator delete(void *memory, size_t) noexcept { std::free(memory); }

namespace {

TEST(Allocation, stepsForksAndTruncationsTakeNone) {
  auto engine =
      Engine::create(llmrt_model, fakeWeights(), {.batch = 2, .threads = 2});
  ASSERT_TRUE(engine) << engine.message();
  const std::vector<int32_t> prompt = someTokens(200);
  auto sampler = Sampler::create(
      fakeVocabulary, {.temperature = 1.0f, .repetitionPenalty = 1.5f});
  ASSERT_TRUE(sampler) << sampler.message();
  Sampler *samplers[] = {&*sampler, &*sampler};
  const int64_t before = allocations;
  const int32_t first = *(*engine)->open();
  bool ok = !readPrompt(**engine, first, prompt).failed();
  const int32_t second = *(*engine)->fork(first);
  for (int i = 0; i < 100; ++i) {
    const StepPart parts[] = {{first, {&prompt[i], 1}},
                              {second, {&prompt[i], 1}}};
    ok &= !(*engine)->step(parts, samplers).failed();
    auto token = (*engine)->token(i % 2);
    ok &= static_cast<bool>(token);
    sampler->accept(*token);
  }
  ok &= !(*engine)->truncate(second, 30).failed();
  ok &= !(*engine)->close(second).failed();
  const int64_t taken = allocations - before;
  EXPECT_TRUE(ok);
  EXPECT_EQ(taken, 0);
}

} // namespace
