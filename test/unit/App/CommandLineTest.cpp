//===- CommandLineTest.cpp - help, version, usage and small parts ---------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "AppTesting.h"

#include <gtest/gtest.h>

using namespace llmrt;
using namespace llmrt::test;

namespace {

const std::vector<std::string> commands = {"run",   "chat", "logits",
                                           "bench", "eval", "info"};

TEST(CommandLine, helpAndVersionEverywhere) {
  FakeApp app;
  for (const char *flag : {"--help", "-h", "--version"}) {
    EXPECT_EQ(app({flag}).code, 0) << flag;
    EXPECT_NE(app({flag}).out, "") << flag;
    for (const std::string &command : commands) {
      Outcome result = app({command, flag});
      EXPECT_EQ(result.code, 0) << command << flag << result.err;
      EXPECT_NE(result.out, "") << command << flag;
      EXPECT_EQ(result.err, "") << command << flag;
    }
  }
  EXPECT_EQ(app({"--version"}).out, app({"run", "--version"}).out);
}

TEST(CommandLine, wrongUsageIsTwo) {
  FakeApp app;
  const std::vector<std::vector<std::string>> calls = {
      {"--nonsense"},           {"logits"},
      {"logits", "--ids", "x"}, {"bench", "-p", "-5"},
      {"bench", "-r", "0"},     {"eval"},
      {"info", "extra"},        {"two", "texts"},
      {"run", "--stop"},        {"chat", "--threads", "x"}};
  for (const auto &call : calls) {
    Outcome result = app(call);
    EXPECT_EQ(result.code, 2) << call[0] << ": " << result.err;
    EXPECT_NE(result.err, "") << call[0];
    EXPECT_EQ(result.out, "") << call[0];
  }
}

TEST(CommandLine, aFileWithoutAModelIsAnError) {
  TemporaryFile file("just a program"), err;
  app::Host host;
  host.artifact = file.path(), host.model = &llmrt_model;
  host.err = open(err.path().c_str(), O_WRONLY | O_CREAT, 0600);
  const char *argv[] = {"app", "info"};
  EXPECT_EQ(app::runApp(2, argv, host), 1);
  EXPECT_NE(err.read().find("has no model"), std::string::npos) << err.read();
  close(host.err);
}

TEST(Json, escapesAndNumbers) {
  app::JsonObject json;
  json.add("a\"\n", std::string_view("\\ \x01 \xc3\xa9"))
      .add("n", int64_t(3))
      .add("x", 0.5)
      .add("none", 0.0 / 0.0);
  EXPECT_EQ(json.text(), "{\n  \"a\\\"\\u000a\": \"\\\\ \\u0001 \xc3\xa9\",\n  "
                         "\"n\": 3,\n  \"x\": 0.5,\n  \"none\": null\n}");
}

} // namespace
