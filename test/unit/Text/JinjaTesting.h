//===- JinjaTesting.h - templates and what they render to -------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Tables of cases keep one construct on one line, beside what it gives.
//===----------------------------------------------------------------------===//
#ifndef LLMC_TEST_UNIT_TEXT_JINJATESTING_H
#define LLMC_TEST_UNIT_TEXT_JINJATESTING_H

#include "llmrt/ChatTemplate.h"

#include <gtest/gtest.h>

#include <span>
#include <string>

namespace llmrt::test {

struct TemplateCase {
  const char *source;
  const char *prompt; // null: rendering fails
};

/// Renders with one message, "Hello" of the user, and the tokens <s> and </s>.
inline Expected<std::string> renderHello(const std::string &source) {
  static const ChatMessage hello[] = {{"user", "Hello"}};
  Expected<ChatTemplate> chat = ChatTemplate::parse(source);
  if (!chat)
    return chat.status();
  ChatOptions options;
  options.bosToken = "<s>";
  options.eosToken = "</s>";
  return chat->render(hello, options);
}

inline void expectTemplate(const std::string &source, const char *prompt) {
  SCOPED_TRACE(source);
  Expected<std::string> found = renderHello(source);
  if (!prompt) {
    EXPECT_FALSE(found) << "gave '" << *found << "'";
    return;
  }
  ASSERT_TRUE(found) << found.message();
  EXPECT_EQ(*found, prompt);
}

inline void expectTemplates(std::span<const TemplateCase> cases) {
  for (const TemplateCase &test : cases)
    expectTemplate(test.source, test.prompt);
}

/// Each source is an expression, and printed alone.
inline void expectExpressions(std::span<const TemplateCase> cases) {
  for (const TemplateCase &test : cases)
    expectTemplate("{{ " + std::string(test.source) + " }}", test.prompt);
}

} // namespace llmrt::test

#endif // LLMC_TEST_UNIT_TEXT_JINJATESTING_H
