//===- ChatTemplate.cpp - messages to a prompt ----------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What transformers' apply_chat_template passes to a template: messages, the
// tokens, add_generation_prompt, and none for tools and documents.
//===----------------------------------------------------------------------===//
#include "llmrt/ChatTemplate.h"

#include "JinjaEvaluator.h"
#include "Utf8.h"
#include "llmrt/TokenizerModel.h"

using namespace llmrt;
using namespace llmrt::jinja;

struct ChatTemplate::Impl {
  Body body;
};

namespace {

Status templateError(const std::string &message) {
  return Status::error("chat template, " + message);
}

Value messageList(std::span<const ChatMessage> messages) {
  Items items;
  for (const ChatMessage &message : messages)
    items.push_back(Value::dict({
        {"role", Value::string(text::repairUtf8(message.role))},
        {"content", Value::string(text::repairUtf8(message.content))},
    }));
  return Value::list(std::move(items));
}

Members globalsFor(std::span<const ChatMessage> messages,
                   const ChatOptions &options) {
  Members globals = {
      {"messages", messageList(messages)},
      {"add_generation_prompt", Value::boolean(options.addGenerationPrompt)},
      {"bos_token", Value::string(options.bosToken)},
      {"eos_token", Value::string(options.eosToken)},
      {"tools", Value::none()},
      {"documents", Value::none()},
  };
  for (const char *name : {"raise_exception", "namespace", "range", "dict"})
    globals.emplace_back(name, Value::function(name));
  if (options.now)
    globals.emplace_back("strftime_now", Value::function("strftime_now"));
  return globals;
}

} // namespace

Expected<ChatTemplate> ChatTemplate::parse(std::string_view source) {
  constexpr size_t sizeLimit = 1 << 20;
  if (source.size() > sizeLimit)
    return Status::error("chat template of " + std::to_string(source.size()) +
                         " bytes, at most 1 MiB is supported");
  if (!text::isValidUtf8(source))
    return Status::error("chat template is not valid UTF-8");
  Expected<Body> body = parseTemplate(source);
  if (!body)
    return templateError(body.message());
  auto impl = std::make_unique<Impl>();
  impl->body = std::move(*body);
  return ChatTemplate(std::move(impl));
}

Expected<std::string>
ChatTemplate::render(std::span<const ChatMessage> messages,
                     const ChatOptions &options) const {
  Members globals = globalsFor(messages, options);
  uint64_t inputBytes = globals.front().second.weight(); // the messages
  Evaluator evaluator(std::move(globals), options.now,
                      options.workLimit + 32 * inputBytes);
  Expected<std::string> prompt = evaluator.render(impl->body);
  if (!prompt)
    return templateError(prompt.message());
  return prompt;
}

Status llmrt::tryChatTemplate(const TokenizerModel &model) {
  Expected<ChatTemplate> parsed = ChatTemplate::parse(model.chatTemplate);
  if (!parsed)
    return parsed.status();
  auto text = [&](int32_t id) {
    return id < 0 ? std::string() : model.tokens[size_t(id)];
  };
  std::time_t anyTime = 0;
  std::tm now;
  gmtime_r(&anyTime, &now);
  ChatOptions options;
  options.bosToken = text(model.bosId);
  options.eosToken = text(model.eosId);
  options.now = &now;
  ChatMessage question{"user", "Hello"};
  return parsed->render({&question, 1}, options).status();
}

ChatTemplate::ChatTemplate(std::unique_ptr<Impl> impl)
    : impl(std::move(impl)) {}
ChatTemplate::ChatTemplate(ChatTemplate &&) noexcept = default;
ChatTemplate &ChatTemplate::operator=(ChatTemplate &&) noexcept = default;
ChatTemplate::~ChatTemplate() = default;
