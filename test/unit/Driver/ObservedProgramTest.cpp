//===- ObservedProgramTest.cpp - a step that shows what it computes -------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "lib/Driver/ObservedProgram.h"

#include <gtest/gtest.h>

using namespace llmc;

namespace {

/// The tiny llama, its windows 16 tokens long.
class ObservedProgramTest : public testing::Test {
protected:
  static constexpr int64_t window = 16;

  void load(Observe observe) {
    compiler.keepQuiet();
    llvm::Error error =
        compiler.import(LLMC_TEST_INPUTS "/models/llama-f32.gguf",
                        getObservingOptions(observe, window));
    ASSERT_FALSE(bool(error)) << llvm::toString(std::move(error));
    auto created = ObservedProgram::create(compiler, window, /*threads=*/1);
    ASSERT_TRUE(bool(created)) << llvm::toString(created.takeError());
    program = std::move(*created);
  }

  std::vector<float> run(llvm::ArrayRef<int32_t> tokens, int64_t number) {
    EXPECT_FALSE(bool(program->step(tokens)));
    auto rows = program->result(number);
    EXPECT_TRUE(bool(rows));
    return {*rows, *rows + tokens.size() * program->columns(number)};
  }

  Compiler compiler;
  std::unique_ptr<ObservedProgram> program;
};

} // namespace

TEST_F(ObservedProgramTest, listsNormsInTheOrderOfTheStep) {
  load(Observe::norms);
  EXPECT_EQ(program->list(), (std::vector<std::string>{"blk.0.attn_norm.weight",
                                                       "blk.0.ffn_norm.weight",
                                                       "blk.1.attn_norm.weight",
                                                       "blk.1.ffn_norm.weight",
                                                       "output_norm.weight"}));
  auto missing = program->find("blk.7.attn_norm.weight");
  ASSERT_FALSE(bool(missing));
  EXPECT_EQ(llvm::toString(missing.takeError()),
            "internal error: no result 'input of blk.7.attn_norm.weight'");
}

/// The rows of a step are those of the same tokens after the same ones.
TEST_F(ObservedProgramTest, rowsAreThoseOfTheTokens) {
  load(Observe::norms);
  const int64_t last = *program->find("blk.1.ffn_norm.weight");
  const std::vector<int32_t> ids = {5, 9, 2, 7, 7, 1};
  std::vector<float> whole = run(ids, last);
  ASSERT_FALSE(bool(program->restart()));
  EXPECT_EQ(run(ids, last), whole);
  ASSERT_FALSE(bool(program->restart()));
  std::vector<float> first = run(llvm::ArrayRef(ids).take_front(2), last);
  std::vector<float> rest = run(llvm::ArrayRef(ids).drop_front(2), last);
  first.insert(first.end(), rest.begin(), rest.end());
  ASSERT_EQ(first.size(), whole.size());
  for (size_t i = 0; i < whole.size(); ++i)
    EXPECT_NEAR(first[i], whole[i], 1e-4) << i;
}

TEST_F(ObservedProgramTest, readsWholeWindows) {
  load(Observe::linears);
  const ImportedModel &model = compiler.getModel();
  const std::string text(1000, 'a');
  auto all = readWindows(model, text, "text", window, 0);
  ASSERT_TRUE(bool(all));
  EXPECT_GE(all->size(), size_t(window));
  EXPECT_EQ(all->size() % window, 0u);
  auto some = readWindows(model, text, "text", window, window + 3);
  ASSERT_TRUE(bool(some));
  EXPECT_EQ(some->size(), size_t(window));
  auto none = readWindows(model, "a", "text", window, 0);
  ASSERT_FALSE(bool(none));
  EXPECT_NE(llvm::toString(none.takeError()).find("one window needs 16"),
            std::string::npos);
}
