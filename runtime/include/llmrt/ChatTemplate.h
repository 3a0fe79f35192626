//===- ChatTemplate.h - messages to a prompt by the model's own template --===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A bounded interpreter for the subset of Jinja that chat templates use, with
// the settings of Hugging Face transformers (trim_blocks, lstrip_blocks). A
// template is untrusted: it can read the messages and nothing else, and depth,
// steps and output are limited. What is not supported is an error at parse that
// names the line and the construct.
//===----------------------------------------------------------------------===//
#ifndef LLMRT_CHATTEMPLATE_H
#define LLMRT_CHATTEMPLATE_H

#include "llmrt/Status.h"

#include <cstdint>
#include <ctime>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace llmrt {

struct ChatMessage {
  std::string role; // "system", "user", "assistant"
  std::string content;
};

struct ChatOptions {
  /// Ends the prompt where the assistant's answer begins.
  bool addGenerationPrompt = true;
  std::string bosToken;
  std::string eosToken;
  /// More that the template sees, as a JSON object: {"enable_thinking": false,
  /// "tools": […]}. Empty: nothing.
  std::string variables = {};
  /// What `strftime_now` reads; null: the template sees no such function and
  /// most fall back to a date of their own.
  const std::tm *now = nullptr;
  /// Bytes of work and memory that one rendering may take, beside 32 times its
  /// messages.
  uint64_t workLimit = uint64_t(1) << 28;
};

class ChatTemplate {
public:
  static Expected<ChatTemplate> parse(std::string_view source);
  /// Whether this is what `ChatOptions::variables` takes.
  static Status checkVariables(std::string_view json);

  ChatTemplate(ChatTemplate &&) noexcept;
  ChatTemplate &operator=(ChatTemplate &&) noexcept;
  ~ChatTemplate();

  /// Fails where the template raises an exception (roles that do not alternate,
  /// say), with its message, or exceeds a limit. Thread safe.
  Expected<std::string> render(std::span<const ChatMessage> messages,
                               const ChatOptions &options) const;

  /// The same for a JSON object whose `messages` may have any members, contents
  /// that are lists (of texts and images' places) among them; its other members
  /// are variables as those of the options, which count more.
  Expected<std::string> renderJson(std::string_view conversation,
                                   const ChatOptions &options) const;

  struct Impl;

private:
  explicit ChatTemplate(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl;
};

} // namespace llmrt

#endif // LLMRT_CHATTEMPLATE_H
