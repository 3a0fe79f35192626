//===- OutOfMemoryTest.cpp - the C API where memory is short --------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Replaces operator new of this whole program: a chosen allocation fails.
//===----------------------------------------------------------------------===//
#include "FakeModel.h"

#include "llmrt/llmrt.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <functional>
#include <new>

using namespace llmrt::test;

static thread_local int64_t untilFailure = -1; // allocations; -1: never

void *operator new(size_t bytes) {
  if (untilFailure == 0)
    throw std::bad_alloc();
  if (untilFailure > 0)
    --untilFailure;
  if (void *memory = std::malloc(bytes ? bytes : 1))
    return memory;
  throw std::bad_alloc();
}
void operator delete(void *memory) noexcept { std::free(memory); }
void operator delete(void *memory, size_t) noexcept { std::free(memory); }

namespace {

LlmrtStatus withFailure(int64_t allocation,
                        const std::function<LlmrtStatus()> &call) {
  untilFailure = allocation;
  LlmrtStatus status = call(); // a throw would end the test program
  untilFailure = -1;
  return status;
}

/// Lets every allocation of a call fail, one after the other, up to where it
/// ends as it should.
void failEverywhere(
    LlmrtStatus expected, const std::function<LlmrtStatus()> &call,
    const std::function<void()> &afterFailure = [] {}) {
  for (int64_t allocation = 0;; ++allocation) {
    ASSERT_LT(allocation, 100000);
    LlmrtStatus status = withFailure(allocation, call);
    if (status == expected)
      return;
    EXPECT_EQ(status, LLMRT_OUT_OF_MEMORY) << llmrt_last_error();
    EXPECT_STREQ(llmrt_last_error(), "out of memory");
    afterFailure();
  }
}

class OutOfMemory : public testing::Test {
protected:
  void SetUp() override {
    ASSERT_EQ(llmrt_program_open(file.path().c_str(), &program), LLMRT_OK);
    const LlmrtSessionOptions options = {1, 64, 0, 0, 1, LLMRT_ON_AUTO};
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

TEST_F(OutOfMemory, opening) {
  failEverywhere(LLMRT_OK, [&] {
    LlmrtProgram *other = nullptr;
    LlmrtStatus status = llmrt_program_open(file.path().c_str(), &other);
    llmrt_program_close(other);
    return status;
  });
  failEverywhere(LLMRT_OK, [&] {
    LlmrtSession *other = nullptr;
    LlmrtStatus status = llmrt_session_create(program, nullptr, &other);
    llmrt_session_destroy(other);
    return status;
  });
}

TEST_F(OutOfMemory, messagesOfErrors) {
  int64_t length;
  const float *logits;
  size_t count;
  int32_t token;
  failEverywhere(LLMRT_INVALID_ARGUMENT,
                 [&] { return llmrt_program_open("x", nullptr); });
  failEverywhere(LLMRT_INVALID_ARGUMENT, [&] {
    return llmrt_tokenize(program, nullptr, 3, 0, nullptr, 0, &count);
  });
  failEverywhere(LLMRT_FAILED,
                 [&] { return llmrt_sequence_length(session, 3, &length); });
  failEverywhere(LLMRT_FAILED,
                 [&] { return llmrt_logits(session, 9, &logits); });
  failEverywhere(LLMRT_INVALID_ARGUMENT,
                 [&] { return llmrt_sample(nullptr, session, 0, &token); });
  failEverywhere(LLMRT_INVALID_ARGUMENT, [&] {
    return llmrt_generate(session, nullptr, 3, 1, nullptr, nullptr, nullptr);
  });
}

TEST_F(OutOfMemory, generatingLeavesNoSequence) {
  const std::vector<int32_t> prompt = someTokens(20);
  auto onToken = [](void *, int32_t, const char *, size_t) { return 1; };
  failEverywhere(
      LLMRT_OK,
      [&] {
        return llmrt_generate(session, prompt.data(), prompt.size(), 8, nullptr,
                              onToken, nullptr);
      },
      [&] { // the only one of the batch
        int32_t sequence;
        ASSERT_EQ(llmrt_sequence_open(session, &sequence), LLMRT_OK);
        ASSERT_EQ(llmrt_sequence_close(session, sequence), LLMRT_OK);
      });
}

TEST_F(OutOfMemory, text) {
  const LlmrtMessage message = {
      "user", "hello, whose content is longer than any small string"};
  char text[256];
  size_t bytes;
  failEverywhere(LLMRT_OK, [&] {
    return llmrt_chat_prompt(program, &message, 1, text, sizeof text, &bytes);
  });
}

} // namespace
