//===- ChatTemplate.cpp - messages to a prompt ----------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What transformers' apply_chat_template passes to a template: messages, the
// tokens, add_generation_prompt, none for tools and documents unless they are
// given, and whatever else the caller names.
//===----------------------------------------------------------------------===//
#include "llmrt/ChatTemplate.h"

#include "JinjaEvaluator.h"
#include "JinjaJson.h"
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

void setGlobal(Members &globals, const std::string &name, const Value &value) {
  for (auto &[known, present] : globals)
    if (known == name) {
      present = value;
      return;
    }
  globals.emplace_back(name, value);
}

/// The members of a JSON object; none of an empty text.
Expected<Members> parseMembers(std::string_view json, const char *what) {
  if (json.empty())
    return Members();
  Expected<Value> value = parseJsonValue(json, what);
  if (!value)
    return value.status();
  if (!value->is(Value::Kind::Dict))
    return Status::error(std::string(what) + " wants a JSON object");
  return value->members();
}

Members globalsFor(Value messages, const ChatOptions &options) {
  Members globals = {
      {"messages", std::move(messages)},
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

Expected<Members> parseVariables(std::string_view json) {
  return parseMembers(json, "the template's variables");
}

Expected<std::string> renderBody(const Body &body, Value messages,
                                 const Members &conversation,
                                 const ChatOptions &options) {
  Expected<Members> variables = parseVariables(options.variables);
  if (!variables)
    return variables.status();
  Members globals = globalsFor(std::move(messages), options);
  for (const auto &[name, value] : conversation)
    if (name != "messages")
      setGlobal(globals, name, value);
  for (const auto &[name, value] : *variables)
    if (name != "messages")
      setGlobal(globals, name, value);
  uint64_t inputBytes = 0;
  for (const auto &global : globals)
    inputBytes += global.second.weight();
  Evaluator evaluator(std::move(globals), options.now,
                      options.workLimit + 32 * inputBytes);
  Expected<std::string> prompt = evaluator.render(body);
  if (!prompt)
    return templateError(prompt.message());
  return prompt;
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
  return renderBody(impl->body, messageList(messages), {}, options);
}

Status ChatTemplate::checkVariables(std::string_view json) {
  return parseVariables(json).status();
}

Expected<std::string>
ChatTemplate::renderJson(std::string_view conversation,
                         const ChatOptions &options) const {
  Expected<Members> members = parseMembers(conversation, "the conversation");
  if (!members)
    return members.status();
  for (const auto &[name, value] : *members)
    if (name == "messages" && value.is(Value::Kind::List))
      return renderBody(impl->body, value, *members, options);
  return Status::error("the conversation wants a list 'messages'");
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
