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

Expected<std::string> renderCase(const Json &golden) {
  Expected<ChatTemplate> chat =
      ChatTemplate::parse(golden.at("template").get<std::string>());
  if (!chat)
    return chat.status();
  std::vector<ChatMessage> messages;
  for (const Json &message : golden.at("messages"))
    messages.push_back({message.at("role"), message.at("content")});
  ChatOptions options;
  options.addGenerationPrompt = golden.at("generate");
  options.bosToken = "<s>";
  options.eosToken = "</s>";
  std::tm now = {}; // utils/make-chat-goldens.py: NOW
  now.tm_year = 2024 - 1900, now.tm_mon = 6, now.tm_mday = 26;
  now.tm_hour = 13, now.tm_min = 5, now.tm_sec = 9;
  now.tm_wday = 5, now.tm_yday = 207;
  options.now = &now;
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
