//===- LogitsTest.cpp - imports compute what transformers does ------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Each tiny model holds what the importer can get wrong in silence: pairing of
// rotated dims, transposed or fused matrices, scaling, divisors, biases, ties.
//===----------------------------------------------------------------------===//
#include "Npy.h"

#include "llmc/Import/Import.h"
#include "llmc/Reference/Interpreter.h"

#include "gtest/gtest.h"

#include <cmath>

using namespace llmc;
using namespace llmc::test;

namespace {
struct TinyModel {
  const char *name;
  const char *model;  // below test/Inputs/models
  const char *prefix; // of input_ids.npy and logits.npy
};
class Logits : public testing::TestWithParam<TinyModel> {};

void PrintTo(const TinyModel &model, std::ostream *os) { *os << model.name; }
} // namespace

/// All rows of one prompt at once.
static ReferenceBatch makeBatch(const std::vector<int64_t> &ids) {
  ReferenceBatch batch;
  for (size_t i = 0; i < ids.size(); ++i) {
    batch.tokens.push_back(static_cast<int32_t>(ids[i]));
    batch.positions.push_back(static_cast<int32_t>(i));
    batch.sequences.push_back(0);
    batch.logitRows.push_back(static_cast<int32_t>(i));
  }
  return batch;
}

TEST_P(Logits, AgreeWithTransformers) {
  std::string folder = LLMC_TEST_INPUTS "/models/";
  std::string prefix = folder + GetParam().prefix;
  auto ids = readNpy<int64_t>(prefix + "input_ids.npy", "<i8");
  auto expected = readNpy<float>(prefix + "logits.npy", "<f4");
  ASSERT_FALSE(ids.empty());
  ASSERT_FALSE(expected.empty());
  mlir::MLIRContext context;
  auto model = importModel(folder + GetParam().model, context);
  ASSERT_TRUE(static_cast<bool>(model)) << llvm::toString(model.takeError());
  Interpreter interpreter(*model->module, model->weights);
  auto logits = interpreter.step(makeBatch(ids));
  ASSERT_TRUE(static_cast<bool>(logits)) << llvm::toString(logits.takeError());
  ASSERT_EQ(logits->values.size(), expected.size());
  float greatest = 0;
  for (size_t i = 0; i < expected.size(); ++i)
    greatest = std::max(greatest, std::abs(logits->values[i] - expected[i]));
  EXPECT_LT(greatest, 1e-4f);
  RecordProperty("greatest_difference", std::to_string(greatest));
}

static const TinyModel models[] = {
    {"Llama", "llama", "llama/"},
    {"LlamaSharded", "llama-sharded", "llama-sharded/"},
    {"LlamaRope3", "llama-rope3", "llama-rope3/"},
    {"LlamaTied", "llama-tied", "llama-tied/"},
    {"Qwen2", "qwen2", "qwen2/"},
    {"Qwen2Tied", "qwen2-tied", "qwen2-tied/"},
    {"Gpt2", "gpt2", "gpt2/"},
    {"Gpt2Original", "gpt2-original", "gpt2-original/"},
    {"GgufLlamaF32", "llama-f32.gguf", "llama-f32."},
    {"GgufLlamaF16", "llama-f16.gguf", "llama-f16."},
    {"GgufLlamaBf16", "llama-bf16.gguf", "llama-bf16."},
    {"GgufLlamaQ8_0", "llama-q8_0.gguf", "llama-q8_0."},
    {"GgufLlamaQ4_0", "llama-q4_0.gguf", "llama-q4_0."},
    {"GgufLlamaQ4_1", "llama-q4_1.gguf", "llama-q4_1."},
    {"GgufLlamaRope3", "llama-rope3-q8_0.gguf", "llama-rope3-q8_0."},
    {"GgufLlamaLinear", "llama-linear-f16.gguf", "llama-linear-f16."},
    {"GgufQwen2", "qwen2-q8_0.gguf", "qwen2-q8_0."},
    {"GgufGpt2", "gpt2-q8_0.gguf", "gpt2-q8_0."},
};

INSTANTIATE_TEST_SUITE_P(, Logits, testing::ValuesIn(models),
                         [](const auto &info) { return info.param.name; });
