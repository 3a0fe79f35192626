//===- InvariantsTest.cpp - what no schedule may change -------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A row's bits depend on its own sequence alone: not on the number of workers,
// on neighbours in the batch, or on how a prompt was cut into steps.
//===----------------------------------------------------------------------===//
#include "CompiledModel.h"

#include <array>

using namespace llmc;
using namespace llmc::test;

namespace {
class Invariants : public ::testing::TestWithParam<ModelCase> {
protected:
  /// Runs `test` once per variant.
  void forEachVariant(llvm::function_ref<void(llvm::StringRef)> test) {
    if (!model.ok())
      return;
    for (const std::string &variant : model.compiled->variants()) {
      SCOPED_TRACE(variant);
      test(variant);
    }
  }

  CompiledModel &model = compiledModel(GetParam());
};

/// Tokens that depend on sequence and position alone.
void append(ReferenceBatch &batch, const CompiledStep &step, int32_t sequence,
            int32_t first, int32_t count) {
  for (int32_t i = first; i < first + count; ++i) {
    batch.logitRows.push_back(batch.tokens.size());
    batch.tokens.push_back((sequence * 977 + i * 37 + 5) % step.vocabulary());
    batch.positions.push_back(i);
    batch.sequences.push_back(sequence);
  }
}

std::vector<float> lastRows(const std::vector<float> &logits, size_t count) {
  return {logits.end() - count, logits.end()};
}
} // namespace

TEST_P(Invariants, WorkersDoNotChangeABit) {
  forEachVariant([&](llvm::StringRef variant) {
    std::vector<std::vector<float>> expected;
    for (int64_t workers : {1, 2, 3, 5}) {
      model.compiled->start(variant, workers);
      int32_t first = 0;
      for (auto [i, count] :
           llvm::enumerate(std::vector<int32_t>{33, 1, 7, 1})) {
        ReferenceBatch batch;
        append(batch, *model.compiled, 0, first, count);
        first += count;
        auto logits = model.compiled->run(batch);
        if (workers == 1)
          expected.push_back(logits);
        EXPECT_TRUE(logits == expected[i])
            << workers << " workers, step " << i << ", difference "
            << relativeDifference(logits, expected[i]);
      }
    }
  });
}

TEST_P(Invariants, NeighboursDoNotChangeABit) {
  CompiledStep &step = *model.compiled;
  forEachVariant([&](llvm::StringRef variant) {
    // Sequence 3 alone: a prompt of 6, then three single rows.
    std::vector<std::vector<float>> alone;
    step.start(variant);
    for (auto [first, count] : {std::pair(0, 6), {6, 1}, {7, 1}, {8, 1}}) {
      ReferenceBatch batch;
      append(batch, step, 3, first, count);
      alone.push_back(lastRows(step.run(batch), step.vocabulary()));
    }
    // The same among eight: all start with a prompt, one continues its own.
    step.start(variant);
    std::array<int32_t, 8> lengths = {};
    for (size_t i = 0; i < alone.size(); ++i) {
      ReferenceBatch batch;
      size_t end = 0; // of the rows of sequence 3
      for (int32_t s = 0; s < 8; ++s) {
        bool prompt = i == 0 || (s == 5 && i == 2);
        int32_t count = prompt ? (s == 3 ? 6 : 5) : 1;
        append(batch, step, s, lengths[s], count);
        lengths[s] += count;
        if (s == 3)
          end = batch.tokens.size();
      }
      auto logits = step.run(batch);
      std::vector<float> row(logits.begin() + (end - 1) * step.vocabulary(),
                             logits.begin() + end * step.vocabulary());
      EXPECT_TRUE(row == alone[i]) << "step " << i << ", difference "
                                   << relativeDifference(row, alone[i]);
    }
  });
}

TEST_P(Invariants, CutsOfThePromptAgree) {
  CompiledStep &step = *model.compiled;
  constexpr int32_t length = 21;
  forEachVariant([&](llvm::StringRef variant) {
    auto run = [&](std::vector<int32_t> counts,
                   int32_t phase = LLMRT_PHASE_PROMPT) {
      step.start(variant);
      step.phase = phase;
      std::vector<float> all;
      int32_t first = 0;
      for (int32_t count : counts) {
        ReferenceBatch batch;
        append(batch, step, 0, first, count);
        first += count;
        llvm::append_range(all, step.run(batch));
      }
      return all;
    };
    auto whole = run({length});
    EXPECT_TRUE(run({8, 8, 5}) == whole);
    EXPECT_TRUE(run({1, 9, 11}) == whole);
    EXPECT_TRUE(run(std::vector<int32_t>(length, 1)) == whole);
    // What is generated may take another way, but always the same.
    EXPECT_TRUE(run(std::vector<int32_t>(length, 1), LLMRT_PHASE_GENERATED) ==
                run({length}, LLMRT_PHASE_GENERATED));
  });
}

/// Logits of chosen rows are those rows of all logits.
TEST_P(Invariants, AskedRowsDoNotChangeABit) {
  CompiledStep &step = *model.compiled;
  forEachVariant([&](llvm::StringRef variant) {
    ReferenceBatch batch;
    append(batch, step, 0, 0, 17);
    step.start(variant);
    auto all = step.run(batch);
    batch.logitRows = {2, 9, 16};
    step.start(variant);
    auto asked = step.run(batch);
    std::vector<float> expected;
    for (int32_t row : batch.logitRows)
      expected.insert(expected.end(), all.begin() + row * step.vocabulary(),
                      all.begin() + (row + 1) * step.vocabulary());
    EXPECT_TRUE(asked == expected);
  });
}

INSTANTIATE_TEST_SUITE_P(Models, Invariants, ::testing::ValuesIn(modelCases()),
                         nameOfModel);
