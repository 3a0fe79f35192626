//===- CacheTest.cpp - what the KV cache keeps between steps --------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Harness.h"

using namespace llmc;
using namespace llmc::test;

/// One attention layer over a cache of `element`; two slots, the second used.
static std::string layer(llvm::StringRef element = "f32") {
  std::string kv = ("!llm.kv<2x1x4x4, " + element + ">").str();
  return "func.func @f(%q: tensor<?x2x4xf32>, %k: tensor<?x1x4xf32>, %v: "
         "tensor<?x1x4xf32>, %kv: " +
         kv + R"(, %b: !llm.batch) -> tensor<?x2x4xf32> {
    %layer = arith.constant 1 : index
    %kv1 = llm.kv_write %kv[%layer], %k, value(%v), %b : )" +
         kv + ", tensor<?x1x4xf32>, value(tensor<?x1x4xf32>) -> " + kv + R"(
    %r = llm.attention %q cache(%kv1[%layer]) batch(%b) {scale = 0.5 : f64} : (tensor<?x2x4xf32>, )" +
         kv + R"(, index, !llm.batch) -> tensor<?x2x4xf32>
    return %r : tensor<?x2x4xf32>
  })";
}

static const auto q = noise({7, 2, 4}, 1), k = noise({7, 1, 4}, 2),
                  v = noise({7, 1, 4}, 3);

static std::vector<ReferenceTensor> part(int64_t begin, int64_t end) {
  return {slice(q, begin, end), slice(k, begin, end), slice(v, begin, end)};
}

/// The results of running rows in chunks that end at `ends`.
static std::vector<float> runChunks(Program &program,
                                    llvm::ArrayRef<int32_t> ends) {
  std::vector<float> all;
  int32_t begin = 0;
  for (int32_t end : ends) {
    std::vector<float> some =
        program.run(part(begin, end), rowsOf(3, begin, end - begin));
    all.insert(all.end(), some.begin(), some.end());
    begin = end;
  }
  return all;
}

TEST(Cache, ChunkedPromptsEqualWholePrompts) {
  Program whole(layer()), chunks(layer()), single(layer());
  std::vector<float> expected = runChunks(whole, {7});
  ASSERT_EQ(expected.size(), 7u * 8);
  expectNear(runChunks(chunks, {3, 4, 7}), expected, 0);
  expectNear(runChunks(single, {1, 2, 3, 4, 5, 6, 7}), expected, 0);
}

TEST(Cache, SequencesOfABatchDoNotMix) {
  Program together(layer()), alone(layer());
  // Sequence 9 has three rows, sequence 2 one, then one more row each.
  ReferenceBatch mixed = rowsOf(9, 0, 3);
  mixed.tokens.push_back(0), mixed.positions.push_back(0),
      mixed.sequences.push_back(2);
  std::vector<float> first = together.run(part(0, 4), mixed);
  ReferenceBatch next = rowsOf(2, 1, 1);
  next.tokens.push_back(0), next.positions.push_back(3),
      next.sequences.push_back(9);
  std::vector<float> second = together.run(part(4, 6), next);
  ASSERT_EQ(first.size(), 32u);
  ASSERT_EQ(second.size(), 16u);

  auto rows = [](const std::vector<float> &from, int64_t begin, int64_t end) {
    return std::vector<float>(from.begin() + begin * 8, from.begin() + end * 8);
  };
  expectNear(alone.run(part(0, 3), rowsOf(0, 0, 3)), rows(first, 0, 3), 0);
  expectNear(alone.run(part(5, 6), rowsOf(0, 3, 1)), rows(second, 1, 2), 0);
  expectNear(alone.run(part(3, 4), rowsOf(1, 0, 1)), rows(first, 3, 4), 0);
  expectNear(alone.run(part(4, 5), rowsOf(1, 1, 1)), rows(second, 0, 1), 0);
}

TEST(Cache, ResetForgetsEverySequence) {
  Program program(layer());
  std::vector<float> fresh = program.run(part(0, 1), rowsOf(0, 0, 1));
  program.run(part(1, 3), rowsOf(0, 1, 2));
  program.interpreter->reset();
  expectNear(program.run(part(0, 1), rowsOf(0, 0, 1)), fresh, 0);
}

TEST(Cache, AFailedStepLeavesTheCacheAsItWas) {
  Program program(layer()), expected(layer());
  program.run(part(0, 2), rowsOf(0, 0, 2));
  expected.run(part(0, 2), rowsOf(0, 0, 2));
  // Three rows of input for a batch of two: fails after the batch was placed.
  EXPECT_NE(program.fail(part(2, 5), rowsOf(0, 2, 2))
                .find("the batch has 2, found 3"),
            std::string::npos);
  expectNear(program.run(part(2, 4), rowsOf(0, 2, 2)),
             expected.run(part(2, 4), rowsOf(0, 2, 2)), 0);
}

TEST(Cache, EntriesAreRoundedToItsElementType) {
  Program half(layer("f16")), single(layer("f32"));
  // One key: the result is its value, rounded. 0.1 in f16 is 0.0999755859375.
  auto query = floats({1, 2, 4}, {1, 1, 1, 1, 1, 1, 1, 1}),
       key = floats({1, 1, 4}, {1, 1, 1, 1});
  auto value = floats({1, 1, 4}, {0.1f, 65519, 1.0f / 3, -2});
  expectNear(half.run({query, key, value}, rowsOf(0, 0, 1)),
             {0.0999755859375f, 65504, 0.333251953125f, -2, 0.0999755859375f,
              65504, 0.333251953125f, -2},
             0);
  expectNear(single.run({query, key, value}, rowsOf(0, 0, 1)),
             {0.1f, 65519, 1.0f / 3, -2, 0.1f, 65519, 1.0f / 3, -2}, 0);
}

TEST(Cache, BfloatEntriesRoundToEven) {
  Program program(layer("bf16"));
  auto query = floats({1, 2, 4}, std::vector<float>(8, 1)),
       key = floats({1, 1, 4}, {1, 1, 1, 1});
  // bf16 keeps 8 bits: 257 lies between 256 and 258 (even mantissa 256), 259
  // between 258 and 260 (even 260).
  auto value = floats({1, 1, 4}, {257, 259, 1.00390625f, -257});
  expectNear(program.run({query, key, value}, rowsOf(0, 0, 1)),
             {256, 260, 1, -256, 256, 260, 1, -256}, 0);
}

TEST(Cache, PositionsDecideNotSlots) {
  // Two rows at one position see each other's position, but not later slots.
  Program program(layer());
  ReferenceBatch batch = rowsOf(0, 0, 2);
  batch.positions = {5, 5};
  std::vector<float> both = program.run(part(0, 2), batch);
  program.interpreter->reset();
  std::vector<float> first = program.run(part(0, 1), rowsOf(0, 5, 1));
  ASSERT_EQ(both.size(), 16u);
  expectNear(first, llvm::ArrayRef<float>(both).take_front(8), 0);
}

TEST(Cache, ReadingAnUnwrittenLayerFails) {
  Program program(
      R"(func.func @f(%q: tensor<?x2x4xf32>, %kv: !llm.kv<2x1x4x4, f32>, %b: !llm.batch) -> tensor<?x2x4xf32> {
    %layer = arith.constant 0 : index
    %r = llm.attention %q cache(%kv[%layer]) batch(%b) {scale = 0.5 : f64} : (tensor<?x2x4xf32>, !llm.kv<2x1x4x4, f32>, index, !llm.batch) -> tensor<?x2x4xf32>
    return %r : tensor<?x2x4xf32> })");
  EXPECT_NE(
      program.fail({slice(q, 0, 1)}, rowsOf(0, 0, 1)).find("holds no keys"),
      std::string::npos);
}

TEST(Cache, LayerSlotsLieInTheCache) {
  Program program(
      R"(func.func @f(%k: tensor<?x1x4xf32>, %n: tensor<1xindex>, %kv: !llm.kv<2x1x4x4, f32>, %b: !llm.batch) {
    %c0 = arith.constant 0 : index
    %layer = tensor.dim %k, %c0 : tensor<?x1x4xf32>
    %kv1 = llm.kv_write %kv[%layer], %k, value(%k), %b : !llm.kv<2x1x4x4, f32>, tensor<?x1x4xf32>, value(tensor<?x1x4xf32>) -> !llm.kv<2x1x4x4, f32>
    return })");
  EXPECT_NE(program.fail({slice(k, 0, 2), ints({1}, {0})}, rowsOf(0, 0, 2))
                .find("found 2 of 2"),
            std::string::npos);
}
