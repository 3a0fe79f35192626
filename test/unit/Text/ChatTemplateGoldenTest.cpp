//===- ChatTemplateGoldenTest.cpp - chat templates against jinja2 -----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// goldens.json is written by utils/make-chat-goldens.py: templates in the
// manner of the model families, one construct each, and white space. A null
// prompt means that jinja2 raised an exception.
// LLMC_CHAT_GOLDENS names another file of the same form to check.
//===----------------------------------------------------------------------===//

#include "llmrt/ChatTemplate.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <cstdlib>
#include <fstream>

using namespace llmrt;
using Json = nlohmann::json;

namespace {

Json readGoldens() {
  const char *other = std::getenv("LLMC_CHAT_GOLDENS");
  std::ifstream file(other ? other : LLMC_TEST_INPUTS "/chat/goldens.json");
  EXPECT_TRUE(file);
  return Json::parse(file);
}

/// With the clock of utils/make-chat-goldens.py.
ChatOptions goldenOptions() {
  static const std::tm now = [] {
    std::tm time = {};
    time.tm_year = 2024 - 1900, time.tm_mon = 6, time.tm_mday = 26;
    time.tm_hour = 13, time.tm_min = 5, time.tm_sec = 9;
    time.tm_wday = 5, time.tm_yday = 207;
    return time;
  }();
  ChatOptions options;
  options.bosToken = "<s>";
  options.eosToken = "</s>";
  options.now = &now;
  return options;
}

Expected<std::string> renderCase(const Json &golden) {
  Expected<ChatTemplate> chat =
      ChatTemplate::parse(golden.at("template").get<std::string>());
  if (!chat)
    return chat.status();
  std::vector<ChatMessage> messages;
  for (const Json &message : golden.at("messages"))
    messages.push_back({message.at("role"), message.at("content")});
  ChatOptions options = goldenOptions();
  options.addGenerationPrompt = golden.at("generate");
  return chat->render(messages, options);
}

} // namespace

TEST(ChatTemplateGolden, RendersWhatJinja2Renders) {
  Json goldens = readGoldens();
  ASSERT_GE(goldens.size(), 1u);
  for (const Json &golden : goldens) {
    Expected<std::string> prompt = renderCase(golden);
    if (golden.at("prompt").is_null())
      EXPECT_FALSE(prompt) << golden.at("name") << " gave " << *prompt;
    else if (!prompt)
      ADD_FAILURE() << golden.at("name") << ": " << prompt.message();
    else
      EXPECT_EQ(*prompt, golden.at("prompt").get<std::string>())
          << golden.at("name");
  }
}

TEST(ChatTemplateGolden, RendersPublishedShapesWithToolsAndVariables) {
  std::ifstream file(LLMC_TEST_INPUTS "/chat/shapes.json");
  ASSERT_TRUE(file);
  // Ordered: the members of tools keep their places.
  auto goldens = nlohmann::ordered_json::parse(file);
  EXPECT_GE(goldens.at("shapes").size(), 40u);
  const auto &conversations = goldens.at("conversations");
  for (const auto &shape : goldens.at("shapes")) {
    SCOPED_TRACE(shape.at("name").get<std::string>());
    auto chat = ChatTemplate::parse(shape.at("template").get<std::string>());
    ASSERT_TRUE(chat) << chat.message();
    size_t rendered = 0;
    for (size_t i = 0; i < conversations.size(); ++i) {
      auto prompt = chat->renderJson(conversations[i].dump(), goldenOptions());
      const auto &wanted = shape.at("prompts")[i];
      if (wanted.is_null()) {
        EXPECT_FALSE(prompt) << i;
        continue;
      }
      ++rendered;
      ASSERT_TRUE(prompt) << i << ": " << prompt.message();
      EXPECT_EQ(*prompt, wanted.get<std::string>()) << i;
    }
    EXPECT_GE(rendered, 3u);
  }
}
