//===- Conversation.cpp - messages and their prompt -----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "llmrt/Conversation.h"

#include <charconv>
#include <cstdlib>
#include <string_view>

using namespace llmrt;

static std::tm currentDate() {
  std::tm date = {};
  std::time_t seconds = std::time(nullptr);
  const char *fixed = std::getenv("SOURCE_DATE_EPOCH");
  std::string_view text = fixed ? fixed : "";
  std::time_t given;
  auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), given);
  bool valid = error == std::errc() && end == text.data() + text.size();
  if (!(valid ? gmtime_r(&given, &date) : localtime_r(&seconds, &date)))
    date = {};
  return date;
}

Expected<Conversation> Conversation::create(const Program &program,
                                            const std::string &system,
                                            const std::string &variables) {
  auto tokenizer = program.needTokenizer();
  if (!tokenizer)
    return tokenizer.status();
  if (!program.hasChatTemplate())
    return Status::error("this model has no chat template");
  if (Status status = ChatTemplate::checkVariables(variables); !status)
    return status;
  auto parsed = ChatTemplate::parse((*tokenizer)->chatTemplate());
  if (!parsed)
    return Status::error("the model's " + parsed.message());
  Conversation conversation(program, std::move(*parsed));
  conversation.begin = currentDate();
  conversation.options.bosToken =
      (*tokenizer)->tokenBytes((*tokenizer)->bosId());
  conversation.options.eosToken =
      (*tokenizer)->tokenBytes((*tokenizer)->eosId());
  conversation.options.variables = variables;
  conversation.setSystem(system);
  return conversation;
}

void Conversation::setSystem(const std::string &system) {
  messages.erase(messages.begin(),
                 messages.begin() +
                     static_cast<std::ptrdiff_t>(systemMessages));
  systemMessages = system.empty() ? 0 : 1;
  if (!system.empty())
    messages.insert(messages.begin(), {"system", system});
}

void Conversation::replace(std::vector<ChatMessage> others) {
  messages = std::move(others);
  systemMessages = !messages.empty() && messages.front().role == "system";
}

static Expected<std::string> ofTheModel(Expected<std::string> text) {
  if (!text)
    return Status::error("the model's " + text.message());
  return text;
}

Expected<std::string> Conversation::text() const {
  ChatOptions current = options;
  current.now = &begin;
  return ofTheModel(chatTemplate.render(messages, current));
}

Expected<std::string>
Conversation::textOfJson(std::string_view conversation) const {
  ChatOptions current = options;
  current.now = &begin;
  return ofTheModel(chatTemplate.renderJson(conversation, current));
}

Expected<std::vector<int32_t>> Conversation::encode() const {
  auto prompt = text();
  if (!prompt)
    return prompt.status();
  // The template writes all special tokens itself.
  return program->encode(*prompt, /*addSpecial=*/false);
}
