//===- RunTest.cpp - completion and its options ---------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "AppTesting.h"

#include "llmrt/Tokenizer.h"

#include <gtest/gtest.h>

using namespace llmrt;
using namespace llmrt::test;

namespace {

/// What the program should print for these generated ids.
std::string textOf(const std::vector<int32_t> &ids) {
  std::string blob = fakeTokenizer();
  std::vector<uint64_t> aligned((blob.size() + 7) / 8);
  std::copy(blob.begin(), blob.end(), reinterpret_cast<char *>(aligned.data()));
  auto tokenizer =
      Tokenizer::open(std::as_bytes(std::span(aligned)).first(blob.size()));
  return *tokenizer->decode(ids, /*skipSpecial=*/true);
}

TEST(Run, idsInIdsOut) {
  Outcome result =
      FakeApp()({"run", "--ids", "5,6,7", "--print-ids", "-n", "6"});
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_EQ(result.out, idLine(expectedGreedy({5, 6, 7}, 6, true)));
  EXPECT_EQ(result.err, "");
}

TEST(Run, textInTextOut) {
  Outcome result =
      FakeApp()({"run", "-p", "hello", "-n", "12", "--ignore-eos"});
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_EQ(result.out, textOf(expectedGreedy(bytesOf("hello"), 12)) + "\n");
}

TEST(Run, endTokenEndsUnlessIgnored) {
  auto all = expectedGreedy(bytesOf("abc"), 200),
       until = expectedGreedy(bytesOf("abc"), 200, true);
  ASSERT_LT(until.size(), all.size());
  FakeApp app;
  EXPECT_EQ(app({"run", "-p", "abc", "-n", "200", "--print-ids"}).out,
            idLine(until));
  EXPECT_EQ(
      app({"run", "-p", "abc", "-n", "200", "--print-ids", "--ignore-eos"}).out,
      idLine(all));
}

TEST(Run, severalPromptsAreOneBatchInOrder) {
  Outcome result = FakeApp()({"run", "-p", "one", "-p", "twenty", "-n", "5",
                              "--print-ids", "--ignore-eos", "--threads", "2"});
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_EQ(result.out,
            "==> 1 <==\n" + idLine(expectedGreedy(bytesOf("one"), 5)) +
                "==> 2 <==\n" + idLine(expectedGreedy(bytesOf("twenty"), 5)));
}

TEST(Run, promptFromFileOrStandardInput) {
  TemporaryFile file("from a file\n");
  FakeApp app;
  const std::string expected =
      idLine(expectedGreedy(bytesOf("from a file"), 4, true));
  EXPECT_EQ(app({"run", "-f", file.path(), "-n", "4", "--print-ids"}).out,
            expected);
  EXPECT_EQ(app({"run", "-n", "4", "--print-ids"}, "from a file\n").out,
            expected);
}

TEST(Run, stopTextEndsAndIsNotPrinted) {
  FakeApp app;
  std::string whole =
      app({"run", "-p", "stop here", "-n", "60", "--ignore-eos"}).out;
  ASSERT_GT(whole.size(), 20u);
  std::string stop = whole.substr(10, 3);
  std::string until = whole.substr(0, whole.find(stop)) + "\n";
  EXPECT_EQ(app({"run", "-p", "stop here", "-n", "60", "--ignore-eos", "--stop",
                 "never this", "--stop", stop})
                .out,
            until);
}

TEST(Run, statsSayContractAndPeakOnTheOtherStream) {
  Outcome result =
      FakeApp()({"run", "-p", "hi", "-n", "3", "--stats", "--print-ids"});
  EXPECT_EQ(result.out, idLine(expectedGreedy(bytesOf("hi"), 3, true)));
  EXPECT_NE(result.err.find("memory contract: "), std::string::npos);
  EXPECT_NE(result.err.find("memory peak: "), std::string::npos);
}

TEST(Run, samplingRepeatsWithItsSeed) {
  FakeApp app;
  auto sampled = [&](const char *seed) {
    return app({"run", "-p", "x", "-n", "20", "--temp", "1.5", "--top-k", "50",
                "--top-p", "0.9", "--seed", seed, "--print-ids"})
        .out;
  };
  EXPECT_EQ(sampled("1"), sampled("1"));
  EXPECT_NE(sampled("1"), sampled("2"));
}

struct BadCall {
  std::vector<std::string> arguments;
  int code;
  const char *message; // part of it
};

TEST(Run, mistakesAreOneClearLine) {
  const std::string missing = "/nonexistent/prompt.txt";
  const BadCall calls[] = {
      {{"run", "-p", ""}, 1, "error: the prompt is empty"},
      {{"run", "--ids", "", "--print-ids"}, 1, "error: the prompt is empty"},
      {{"run", "--ids", "1,x", "--print-ids"}, 1, "\"x\" is not a token id"},
      {{"run", "--ids", "-4", "--print-ids"}, 1, "is not a token id"},
      {{"run", "--ids", "99999999999", "--print-ids"}, 1, "is not a token id"},
      {{"run", "--ids", "7777", "--print-ids"},
       1,
       "token 7777 is not in the vocabulary of 259"},
      {{"run", "-p", std::string(600, 'a')},
       1,
       "the prompt has 600 tokens: the context holds 512"},
      {{"run", "-p", "abcdef", "--context", "4"},
       1,
       "the prompt has 6 tokens: the context holds 4"},
      {{"run", "-p", "a", "--context", "9999"},
       1,
       "asked for a context of 9999"},
      {{"run", "-f", missing}, 1, "cannot read: No such file or directory"},
      {{"run", "-f", "/"}, 1, "cannot read: Is a directory"},
      {{"run", "-p", "a", "--temp", "-1"}, 2, "--temperature takes"},
      {{"run", "-p", "a", "-f", missing}, 2, "do not go together"},
      {{"run", "-p", "a", "--threads", "0"}, 2, "--threads"},
      {{"run", "-p", "a", "-n", "many"}, 2, "--tokens"},
      {{"run", "--nonsense"}, 2, "--nonsense"},
  };
  FakeApp app;
  for (const BadCall &call : calls) {
    Outcome result = app(call.arguments);
    EXPECT_EQ(result.code, call.code) << call.message << ": " << result.err;
    EXPECT_NE(result.err.find(call.message), std::string::npos) << result.err;
    EXPECT_EQ(result.out, "") << call.message;
    if (call.code == 1)
      EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1)
          << result.err;
  }
}

TEST(Run, promptsAreText) {
  TemporaryFile binary(std::string("a\0b", 3));
  Outcome result = FakeApp()({"run", "-f", binary.path(), "-n", "1"});
  EXPECT_EQ(result.code, 1);
  EXPECT_NE(result.err.find("is no text, it has a zero byte at 1"),
            std::string::npos)
      << result.err;
  result = FakeApp()({"run", "-n", "1"}, "caf\xe9 au lait");
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_EQ(result.err.find("warning: standard input: byte 3 is not UTF-8"), 0u)
      << result.err;
  EXPECT_EQ(FakeApp()({"run", "-n", "1"}, "caf\xc3\xa9").err, "");
}

TEST(Run, withoutAPromptItSaysWhatOneIs) {
  Outcome result = FakeApp()({"run"}, "");
  EXPECT_EQ(result.code, 1);
  EXPECT_EQ(result.err, "error: the prompt is empty: give -p TEXT, -f FILE or "
                        "--ids 1,2,3, or write one to standard input\n");
}

TEST(Run, withoutATokenizerIdsStillWork) {
  Sections sections = fakeSections();
  sections.tokenizer.clear();
  FakeApp app(sections);
  EXPECT_EQ(app({"run", "--ids", "5,6", "-n", "4", "--print-ids"}).out,
            idLine(expectedGreedy({5, 6}, 4)));
  for (std::vector<std::string> call :
       {std::vector<std::string>{"run", "-p", "a"},
        {"run", "--ids", "5"},
        {"hello"},
        {"chat"},
        {"eval", "--text", "/dev/null"}}) {
    Outcome result = app(call);
    EXPECT_EQ(result.code, 1) << call[0];
    EXPECT_NE(result.err.find("this model has no tokenizer"), std::string::npos)
        << result.err;
  }
}

TEST(Run, aFullDiskIsAnError) {
  int full = open("/dev/full", O_WRONLY);
  TemporaryFile err;
  int errors = open(err.path().c_str(), O_WRONLY | O_CREAT, 0600);
  EXPECT_EQ(FakeApp().call({"run", "-p", "a", "--ignore-eos"}, 0, full, errors),
            1);
  EXPECT_EQ(err.read(),
            "error: cannot write the result: No space left on device\n");
  close(full);
  close(errors);
}

TEST(Run, aReaderThatLeavesIsNoError) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  close(ends[0]);
  TemporaryFile err;
  int errors = open(err.path().c_str(), O_WRONLY | O_CREAT, 0600);
  EXPECT_EQ(
      FakeApp().call({"run", "-p", "a", "--ignore-eos"}, 0, ends[1], errors),
      0);
  EXPECT_EQ(err.read(), "");
  close(ends[1]);
  close(errors);
}

} // namespace
