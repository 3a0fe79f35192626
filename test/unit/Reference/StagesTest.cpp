//===- StagesTest.cpp - a model means the same after every stage ----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Runs a model before and after passes: those that only rearrange must not
// change a bit of its logits.
//===----------------------------------------------------------------------===//
#include "llmc/Driver/Registration.h"
#include "llmc/Import/Import.h"
#include "llmc/Reference/Interpreter.h"

#include "mlir/IR/MLIRContext.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"

#include <gtest/gtest.h>

#include <cmath>

using namespace llmc;
using namespace mlir::llm;

namespace {
/// A tiny model that passes are run over.
class Staged {
public:
  explicit Staged(llvm::StringRef file) {
    static const bool registered = (registerPasses(), true);
    (void)registered;
    mlir::DialectRegistry registry;
    registerDialects(registry);
    context.appendDialectRegistry(registry);
    auto imported =
        importModel((LLMC_TEST_INPUTS "/models/" + file).str(), context);
    if (imported)
      model.emplace(std::move(*imported));
    else
      ADD_FAILURE() << llvm::toString(imported.takeError());
  }

  /// Runs a textual pipeline over the module.
  void run(llvm::StringRef passes) {
    mlir::PassManager manager(&context);
    ASSERT_TRUE(mlir::succeeded(mlir::parsePassPipeline(passes, manager)));
    ASSERT_TRUE(mlir::succeeded(manager.run(*model->module)));
  }

  /// Each two factors become the one matrix that they stand for. Returns how many.
  int multiplyFactors() {
    mlir::SymbolTable symbols(*model->module);
    std::vector<LinearOp> seconds;
    model->module->walk([&](LinearOp linear) {
      FactorStepAttr step = getFactorStep(weightOf(linear, symbols));
      if (step && step.getPart() == "left")
        seconds.push_back(linear);
    });
    for (LinearOp second : seconds) {
      auto first = second.getInput().getDefiningOp<LinearOp>();
      auto param = first.getWeight().getDefiningOp<ParamOp>();
      WeightOp right = weightOf(first, symbols);
      mlir::DenseElementsAttr product =
          multiply(weightOf(second, symbols), right);
      right->removeAttr("recipe");
      right->removeAttr("source");
      right.setValueAttr(product);
      right.setType(product.getType());
      param.getResult().setType(product.getType());
      second.getInputMutable().assign(first.getInput());
      second.getWeightMutable().assign(param);
      first.erase();
    }
    return static_cast<int>(seconds.size());
  }

  /// All logits of a prompt in two chunks, then of two rows of two sequences.
  std::vector<float> logits() {
    Interpreter interpreter(*model->module, model->weights);
    std::vector<float> all;
    for (const ReferenceBatch &batch :
         {ReferenceBatch{{7, 300, 12}, {0, 1, 2}, {4, 4, 4}, {0, 1, 2}, {}},
          ReferenceBatch{{9, 9}, {3, 4}, {4, 4}, {1}, {}},
          ReferenceBatch{{1, 2, 3}, {0, 1, 5}, {8, 8, 4}, {0, 1, 2}, {}}}) {
      auto logits = interpreter.step(batch);
      if (!logits) {
        ADD_FAILURE() << llvm::toString(logits.takeError());
        return {};
      }
      all.insert(all.end(), logits->values.begin(), logits->values.end());
    }
    return all;
  }

private:
  static WeightOp weightOf(LinearOp linear, mlir::SymbolTable &symbols) {
    return symbols.lookup<WeightOp>(
        linear.getWeight().getDefiningOp<ParamOp>().getWeight());
  }

  mlir::DenseElementsAttr multiply(WeightOp left, WeightOp right) {
    auto u = llvm::cantFail(makeWeightValues(left, model->weights)),
         v = llvm::cantFail(makeWeightValues(right, model->weights));
    const int64_t rows = getMatrixShape(left.getType())[0],
                  rank = getMatrixShape(right.getType())[0],
                  cols = getMatrixShape(right.getType())[1];
    std::vector<float> product(rows * cols);
    for (int64_t row = 0; row < rows; ++row)
      for (int64_t k = 0; k < rank; ++k)
        for (int64_t col = 0; col < cols; ++col)
          product[row * cols + col] += u[row * rank + k] * v[k * cols + col];
    return mlir::DenseElementsAttr::get(
        mlir::RankedTensorType::get({rows, cols},
                                    mlir::Float32Type::get(&context)),
        llvm::ArrayRef(product));
  }

  mlir::MLIRContext context;
  std::optional<ImportedModel> model;
};
} // namespace

static float worstDifference(const std::vector<float> &a,
                             const std::vector<float> &b) {
  EXPECT_EQ(a.size(), b.size());
  float worst = 0;
  for (size_t i = 0; i < std::min(a.size(), b.size()); ++i)
    worst = std::max(worst, std::fabs(a[i] - b[i]));
  return worst;
}

/// Fails unless `passes` leave every bit of the logits as it was.
static void expectSameBits(Staged &staged, llvm::StringRef passes) {
  std::vector<float> before = staged.logits();
  staged.run(passes);
  std::vector<float> after = staged.logits();
  ASSERT_FALSE(before.empty());
  EXPECT_EQ(worstDifference(before, after), 0.0f) << passes.str();
}

TEST(Stages, SharedRotationsChangeNoBit) {
  for (llvm::StringRef file : {"llama-f32.gguf", "llama-rope3"}) {
    Staged staged(file);
    expectSameBits(staged, "llm-share-rotations,cse");
  }
}

TEST(Stages, OutlinedLayersChangeNoBit) {
  for (llvm::StringRef file : {"llama-q4_1.gguf", "qwen2", "gpt2"}) {
    Staged staged(file);
    expectSameBits(staged, "llm-share-rotations,cse,llm-outline-layers,cse");
  }
}

TEST(Stages, DequantisedWeightsChangeNoBit) {
  Staged staged("llama-q4_1.gguf");
  expectSameBits(staged, "llm-convert-weights{to=f32}");
}

TEST(Stages, CanonicalFormsChangeNoBit) {
  Staged staged("qwen2-q8_0.gguf");
  expectSameBits(staged, "canonicalize,cse");
}

TEST(Stages, SchedulesChangeNoBit) {
  for (llvm::StringRef file : {"llama-q4_1.gguf", "qwen2", "gpt2-q8_0.gguf"}) {
    Staged staged(file);
    staged.run("llm-share-rotations,cse,llm-outline-layers,cse");
    expectSameBits(staged, "llm-pack-weights,llm-clone-targets,"
                           "llm-form-kernels,llm-plan-memory");
  }
}

TEST(Stages, IntegerActivationsStayCloseAndScheduleToTheSameBits) {
  Staged staged("llama-q8_0.gguf");
  std::vector<float> before = staged.logits();
  staged.run("llm-quantize-activations,llm-share-rotations,cse,"
             "llm-outline-layers,cse");
  float worst = worstDifference(before, staged.logits());
  EXPECT_GT(worst, 0.0f); // they are rounded
  float most = worstDifference(before, std::vector<float>(before.size()));
  EXPECT_LT(worst, 0.05f * most);
  expectSameBits(staged, "llm-pack-weights,llm-clone-targets,"
                         "llm-form-kernels,llm-plan-memory");
}

TEST(Stages, HalfCachesStayClose) {
  Staged staged("llama-f32.gguf");
  std::vector<float> before = staged.logits();
  staged.run("llm-convert-kv{to=f16}");
  float worst = worstDifference(before, staged.logits());
  EXPECT_GT(worst, 0.0f);
  EXPECT_LT(worst, 0.01f);
}

TEST(Stages, TwoFactorsAreTheirProduct) {
  for (const char *method : {"svd", "lplr"}) {
    Staged staged("llama-f32.gguf");
    const std::vector<float> whole = staged.logits();
    staged.run(std::string("llm-factor-weights{spec=") + method +
               ",ratio=0.8}");
    const std::vector<float> factored = staged.logits();
    EXPECT_GT(worstDifference(factored, whole), 1e-2) << method;
    EXPECT_EQ(staged.multiplyFactors(), 14);
    EXPECT_LT(worstDifference(factored, staged.logits()), 1e-4) << method;
  }
}
