//===- CApiTest.cpp - the C API, from C and from C++ ----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "FakeModel.h"

#include "llmrt/llmrt.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <stdexcept>

using namespace llmrt::test;

namespace {

int runC(const std::string &program, const std::string &artifact) {
  return std::system((program + " " + artifact).c_str());
}

TEST(CApi, aC99ProgramUsesAllOfIt) {
  TemporaryFile file(programBytes(fakeSections()));
  EXPECT_EQ(runC(LLMC_C_API_TEST, file.path()), 0);
}

class CApiSession : public testing::Test {
protected:
  void SetUp() override {
    ASSERT_EQ(llmrt_program_open(file.path().c_str(), &program), LLMRT_OK);
    const LlmrtSessionOptions options = {1, 200, 16, 0, 1, LLMRT_ON_AUTO};
    ASSERT_EQ(llmrt_session_create(program, &options, &session), LLMRT_OK);
  }
  void TearDown() override {
    llmrt_session_destroy(session);
    llmrt_program_close(program);
  }

  TemporaryFile file = TemporaryFile(programBytes(fakeSections()));
  LlmrtProgram *program = nullptr;
  LlmrtSession *session = nullptr;
};

TEST_F(CApiSession, sayWhereTheyCompute) {
  int64_t device = -1;
  const char *variant = nullptr, *notice = nullptr;
  ASSERT_EQ(llmrt_session_device(session, &device, &variant, &notice),
            LLMRT_OK);
  EXPECT_EQ(device, LLMRT_ON_CPU);
  EXPECT_STREQ(variant, "fake");
  EXPECT_STREQ(notice, "");
  EXPECT_EQ(llmrt_session_device(session, nullptr, nullptr, nullptr), LLMRT_OK);
  LlmrtSession *other = nullptr;
  LlmrtSessionOptions options = {1, 200, 16, 0, 1, LLMRT_ON_CUDA};
  EXPECT_EQ(llmrt_session_create(program, &options, &other), LLMRT_FAILED);
  EXPECT_STREQ(llmrt_last_error(),
               "this program has no code for an NVIDIA GPU: llmc compile "
               "--target=cpu,cuda makes one that has");
  options.device = 7;
  EXPECT_EQ(llmrt_session_create(program, &options, &other),
            LLMRT_INVALID_ARGUMENT);
  EXPECT_STREQ(llmrt_last_error(),
               "device 7 is none of LLMRT_ON_AUTO, _CPU and _CUDA");
}

TEST_F(CApiSession, aCallbackThatThrowsIsAFailureAndLeavesNoSequence) {
  const std::vector<int32_t> prompt = someTokens(20);
  auto generate = [&](LlmrtOnToken onToken) {
    return llmrt_generate(session, prompt.data(), prompt.size(), 8, nullptr,
                          onToken, nullptr);
  };
  EXPECT_EQ(generate([](void *, int32_t, const char *, size_t) -> int {
              throw std::runtime_error("the listener left");
            }),
            LLMRT_FAILED);
  EXPECT_STREQ(llmrt_last_error(), "the listener left");
  EXPECT_EQ(
      generate([](void *, int32_t, const char *, size_t) -> int { throw 7; }),
      LLMRT_FAILED);
  EXPECT_STREQ(llmrt_last_error(), "an exception of unknown type");
  int32_t sequence; // the only one of the batch
  EXPECT_EQ(llmrt_sequence_open(session, &sequence), LLMRT_OK);
}

TEST_F(CApiSession, aPrefillThatFailsChangesNothing) {
  int32_t sequence;
  int64_t length = -1;
  const float *logits;
  ASSERT_EQ(llmrt_sequence_open(session, &sequence), LLMRT_OK);
  std::vector<int32_t> tokens = someTokens(40), good = tokens;
  tokens[35] = 1000000;
  EXPECT_EQ(llmrt_prefill(session, sequence, tokens.data(), 40), LLMRT_FAILED);
  ASSERT_EQ(llmrt_sequence_length(session, sequence, &length), LLMRT_OK);
  EXPECT_EQ(length, 0);
  ASSERT_EQ(llmrt_prefill(session, sequence, good.data(), 40), LLMRT_OK);
  ASSERT_EQ(llmrt_logits(session, 0, &logits), LLMRT_OK);
  EXPECT_EQ(std::vector<float>(logits, logits + fakeVocabulary),
            expectedLogits(good));
}

TEST_F(CApiSession, aPrefillWithLogitsStoresEveryRow) {
  const std::vector<int32_t> tokens = someTokens(40);
  int32_t sequence;
  ASSERT_EQ(llmrt_sequence_open(session, &sequence), LLMRT_OK);
  std::vector<float> logits(40 * fakeVocabulary);
  EXPECT_EQ(llmrt_prefill_logits(session, sequence, tokens.data(), 40,
                                 logits.data(), logits.size() - 1),
            LLMRT_BUFFER_TOO_SMALL);
  int64_t length = -1;
  ASSERT_EQ(llmrt_sequence_length(session, sequence, &length), LLMRT_OK);
  EXPECT_EQ(length, 0);
  ASSERT_EQ(llmrt_prefill_logits(session, sequence, tokens.data(), 40,
                                 logits.data(), logits.size()),
            LLMRT_OK);
  for (size_t row = 0; row < 40; ++row)
    EXPECT_EQ(std::vector<float>(logits.begin() + row * fakeVocabulary,
                                 logits.begin() + (row + 1) * fakeVocabulary),
              expectedLogits({tokens.begin(), tokens.begin() + row + 1}))
        << "row " << row;
}

} // namespace
