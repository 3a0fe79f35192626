//===- WeightStreamTest.cpp - weights in file order, packed ahead ---------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "llmc/Emit/WeightStream.h"
#include "EmitTesting.h"

#include <atomic>
#include <thread>

using namespace llmc;
using namespace llmc::testing;

/// `count` weights of 8 bytes each, written in reverse order.
static std::string manyWeights(int count) {
  std::string text;
  for (int i = count - 1; i >= 0; --i)
    text += "llm.weight @w" + std::to_string(i) +
            " : tensor<2xf32> source \"s\" at " + std::to_string(i * 64) + "\n";
  return text;
}

TEST(WeightStream, ConsumesInOrderOfPlace) {
  Context context;
  auto module = context.parse(manyWeights(50));
  auto weights = collectPlannedWeights(*module);
  ASSERT_TRUE(bool(weights));
  std::vector<std::string> names;
  auto make = [](mlir::llm::WeightOp) -> llvm::Expected<std::vector<uint8_t>> {
    return std::vector<uint8_t>(8);
  };
  ASSERT_EQ(message(streamWeights(
                *weights, make,
                [&](const PlannedWeight &weight, llvm::ArrayRef<uint8_t>) {
                  names.push_back(weight.op.getSymName().str());
                  return llvm::Error::success();
                })),
            "");
  ASSERT_EQ(names.size(), 50u);
  for (int i = 0; i < 50; ++i)
    EXPECT_EQ(names[i], "w" + std::to_string(i));
}

TEST(WeightStream, HoldsOnlyAFewWeightsAtOnce) {
  Context context;
  auto module = context.parse(manyWeights(40));
  auto weights = collectPlannedWeights(*module);
  ASSERT_TRUE(bool(weights));
  std::atomic<int> held = 0, most = 0;
  auto make = [&](mlir::llm::WeightOp) -> llvm::Expected<std::vector<uint8_t>> {
    int now = ++held;
    for (int seen = most;
         seen < now && !most.compare_exchange_weak(seen, now);) {
    }
    return std::vector<uint8_t>(8);
  };
  ASSERT_EQ(message(streamWeights(
                *weights, make,
                [&](const PlannedWeight &, llvm::ArrayRef<uint8_t>) {
                  std::this_thread::sleep_for(std::chrono::milliseconds(1));
                  --held;
                  return llvm::Error::success();
                })),
            "");
  EXPECT_LE(most, 5); // four ahead, one being written
}

TEST(WeightStream, StopsAtAWeightThatCannotBeMade) {
  Context context;
  auto module = context.parse(manyWeights(20));
  auto weights = collectPlannedWeights(*module);
  ASSERT_TRUE(bool(weights));
  auto make =
      [](mlir::llm::WeightOp weight) -> llvm::Expected<std::vector<uint8_t>> {
    if (weight.getSymName() == "w7" || weight.getSymName() == "w8")
      return llvm::createStringError("no " + weight.getSymName());
    return std::vector<uint8_t>(8);
  };
  int consumed = 0;
  EXPECT_EQ(message(streamWeights(
                *weights, make,
                [&](const PlannedWeight &, llvm::ArrayRef<uint8_t>) {
                  ++consumed;
                  return llvm::Error::success();
                })),
            "no w7");
  EXPECT_EQ(consumed, 7);
}

TEST(WeightStream, StopsWhenWritingFails) {
  Context context;
  auto module = context.parse(manyWeights(20));
  auto weights = collectPlannedWeights(*module);
  ASSERT_TRUE(bool(weights));
  auto make = [](mlir::llm::WeightOp) -> llvm::Expected<std::vector<uint8_t>> {
    return std::vector<uint8_t>(8);
  };
  EXPECT_EQ(message(streamWeights(
                *weights, make,
                [&](const PlannedWeight &, llvm::ArrayRef<uint8_t>) {
                  return llvm::createStringError("disk full");
                })),
            "disk full");
}

TEST(WeightStream, RefusesAWeightOfAnotherSize) {
  Context context;
  auto module = context.parse(manyWeights(1));
  auto weights = collectPlannedWeights(*module);
  ASSERT_TRUE(bool(weights));
  auto make = [](mlir::llm::WeightOp) -> llvm::Expected<std::vector<uint8_t>> {
    return std::vector<uint8_t>(12);
  };
  EXPECT_EQ(message(streamWeights(
                *weights, make,
                [&](const PlannedWeight &, llvm::ArrayRef<uint8_t>) {
                  return llvm::Error::success();
                })),
            "internal error: weight @w0 was planned with 8 bytes, has 12");
}

TEST(WeightStream, RefusesWeightsThatOverlap) {
  Context context;
  auto module = context.parse(R"(
    llm.weight @a : tensor<4xf32> source "a" at 0
    llm.weight @b : tensor<4xf32> source "b" at 8
  )");
  auto weights = collectPlannedWeights(*module);
  ASSERT_FALSE(bool(weights));
  EXPECT_EQ(llvm::toString(weights.takeError()),
            "internal error: weights @a and @b overlap at byte 8");
}

TEST(WeightStream, RefusesAWeightWithoutAPlace) {
  Context context;
  auto module = context.parse("llm.weight @a : tensor<4xf32> source \"a\"");
  auto weights = collectPlannedWeights(*module);
  ASSERT_FALSE(bool(weights));
  EXPECT_EQ(llvm::toString(weights.takeError()),
            "internal error: weight @a has no place in the artifact");
}
