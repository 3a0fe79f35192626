//===- ChatTest.cpp - one turn, and a conversation ------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "AppTesting.h"

#include <gtest/gtest.h>

#include <csignal>
#include <thread>

using namespace llmrt;
using namespace llmrt::test;

namespace {

/// The fake template's ids: specials as tokens, the rest as bytes.
std::vector<int32_t>
chatIds(const std::vector<std::pair<std::string, std::string>> &messages) {
  std::vector<int32_t> ids;
  auto text = [&ids](const std::string &bytes) {
    for (int32_t id : bytesOf(bytes))
      ids.push_back(id);
  };
  for (const auto &[role, content] : messages) {
    ids.push_back(fakeStart);
    text(role + "\n" + content);
    ids.push_back(fakeEnd);
    text("\n");
  }
  ids.push_back(fakeStart);
  text("assistant\n");
  return ids;
}

/// The bytes of an answer, ASCII only in these tests.
std::string answerTo(const std::vector<int32_t> &prompt, int64_t count) {
  std::string text;
  for (int32_t id : expectedGreedy(prompt, count, true))
    if (id < 256)
      text += static_cast<char>(id);
  return text;
}

TEST(Ask, oneTurnByTheTemplate) {
  FakeApp app;
  const std::string answer = answerTo(chatIds({{"user", "hi"}}), 30);
  EXPECT_EQ(app({"hi", "-n", "30", "--temp", "0"}).out, answer + "\n");
  EXPECT_EQ(app({"-n", "30", "--temp", "0"}, "hi\n").out, answer + "\n");
  EXPECT_EQ(app({"hi", "--system", "be", "-n", "30", "--temp", "0"}).out,
            answerTo(chatIds({{"system", "be"}, {"user", "hi"}}), 30) + "\n");
}

TEST(Ask, aCompletionWithoutATemplate) {
  Sections sections = fakeSections();
  sections.tokenizer = fakeTokenizer(/*chat=*/false);
  FakeApp app(sections);
  EXPECT_EQ(app({"hi", "-n", "30", "--temp", "0"}).out,
            answerTo(bytesOf("hi"), 30) + "\n");
  EXPECT_EQ(app({"hi", "--system", "be"}).code, 1);
  EXPECT_EQ(app({"chat"}).err,
            "error: this model has no chat template: use run\n");
}

TEST(Ask, anEmptyPromptIsAnError) {
  EXPECT_EQ(FakeApp()({}, "").err, "error: the prompt is empty: give a text, "
                                   "or write one to standard input\n");
}

TEST(Chat, everyTurnSeesTheOnesBefore) {
  const std::string first = answerTo(chatIds({{"user", "hi"}}), 20);
  const std::string second = answerTo(
      chatIds({{"user", "hi"}, {"assistant", first}, {"user", "and"}}), 20);
  Outcome result = FakeApp()({"chat", "-n", "20", "--temp", "0"}, "hi\n\nand");
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_EQ(result.out, first + "\n" + second + "\n");
}

TEST(Chat, clearKeepsOnlyTheSystemMessage) {
  const std::string answer =
      answerTo(chatIds({{"system", "be"}, {"user", "hi"}}), 20);
  Outcome result =
      FakeApp()({"chat", "-n", "20", "--temp", "0", "--system", "be"},
                "hi\n/clear\nhi\n");
  EXPECT_EQ(result.out, answer + "\n" + answer + "\n");
}

TEST(Chat, aConversationLongerThanTheContextIsAnError) {
  Outcome result =
      FakeApp()({"chat", "--context", "64"}, std::string(80, 'x') + "\n");
  EXPECT_EQ(result.code, 1);
  EXPECT_NE(result.err.find("the context holds 64"), std::string::npos)
      << result.err;
}

TEST(Chat, aMessageLongerThanAnyPromptIsAnError) {
  const std::string line(2 << 20, 'x');
  for (const std::string &message :
       {line, "\"\"\"\n" + line, "a\\\n" + line + "\nb"}) {
    Outcome result = FakeApp()({"chat"}, message + "\n");
    EXPECT_EQ(result.code, 1);
    EXPECT_NE(result.err.find("error: a prompt of more than "),
              std::string::npos)
        << result.err;
  }
}

TEST(Chat, manyLinesOfABlockAreBoundedToo) {
  std::string block = "\"\"\"\n", continued;
  for (int i = 0; i < 100000; ++i)
    block += "a line\n", continued += "a line\\\n";
  for (const std::string &message : {block, continued})
    EXPECT_NE(
        FakeApp()({"chat"}, message).err.find("error: a prompt of more than "),
        std::string::npos);
}

TEST(Chat, interruptStopsTheAnswerNotTheProgram) {
  int in[2], out[2];
  ASSERT_EQ(pipe(in), 0);
  ASSERT_EQ(pipe(out), 0);
  FakeApp app;
  TemporaryFile err;
  int errors = open(err.path().c_str(), O_WRONLY | O_CREAT, 0600);
  int code = -1;
  std::thread program([&] {
    code = app.call(
        {"chat", "--ignore-eos", "-n", "-1", "--allow-loops", "--threads", "1"},
        in[0], out[1], errors);
    close(out[1]);
  });
  auto readLine = [&] {
    std::string line;
    for (char c; read(out[0], &c, 1) == 1 && c != '\n';)
      line += c;
    return line;
  };
  ASSERT_EQ(write(in[1], "first\n", 6), 6);
  char c;
  ASSERT_EQ(read(out[0], &c, 1),
            1); // the answer has begun, so the handler is set
  pthread_kill(program.native_handle(), SIGINT);
  std::string interrupted = c + readLine();
  ASSERT_EQ(write(in[1], "/clear\nsecond\n", 14), 14);
  close(in[1]);
  EXPECT_NE(readLine(), ""); // it goes on
  while (read(out[0], &c, 1) == 1) {
  }
  program.join();
  EXPECT_EQ(code, 0) << err.read();
  close(in[0]), close(out[0]), close(errors);
}

} // namespace
