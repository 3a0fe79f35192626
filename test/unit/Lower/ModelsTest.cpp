//===- ModelsTest.cpp - whole models, compiled against interpreted --------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "CompiledModel.h"

using namespace llmc;
using namespace llmc::test;

namespace {
class CompiledModels : public ::testing::TestWithParam<ModelCase> {};
} // namespace

TEST_P(CompiledModels, AgreeWithTheInterpreter) {
  CompiledModel &model = compiledModel(GetParam());
  if (!model.ok())
    return;
  CompiledStep &step = *model.compiled;
  // A code of an int8 row that lies between two integers may round either way:
  // f32 sums against the interpreter's f64. One flip moves a product by 1/127 of
  // its group's largest activation.
  double tolerance = GetParam().activations == Activations::i8 ? 2e-2 : 1e-4;
  for (const std::string &variant : step.runnableVariants()) {
    Interpreter reference(*model.imported->module, model.imported->weights);
    step.start(variant, 2);
    int32_t first = 0;
    for (int32_t count : {17, 1, 5, 1}) {
      ReferenceBatch batch;
      for (int32_t i = 0; i < count; ++i) {
        batch.logitRows.push_back(i);
        batch.tokens.push_back((first + i) * 53 % step.vocabulary());
        batch.positions.push_back(first + i);
        batch.sequences.push_back(0);
      }
      first += count;
      auto expected = reference.step(batch);
      ASSERT_TRUE(bool(expected)) << llvm::toString(expected.takeError());
      double difference = relativeDifference(step.run(batch), expected->values);
      EXPECT_LE(difference, tolerance) << variant << ", " << count << " rows";
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Models, CompiledModels,
                         ::testing::ValuesIn(modelCases()), nameOfModel);
