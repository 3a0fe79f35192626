//===- Conversation.h - messages and their prompt -------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef LLMRT_CONVERSATION_H
#define LLMRT_CONVERSATION_H

#include "llmrt/ChatTemplate.h"
#include "llmrt/Program.h"

#include <ctime>
#include <string>
#include <vector>

namespace llmrt {

class Conversation {
public:
  /// Fails where the model has no tokenizer or no usable template. `system` may
  /// be empty, and so may `variables`, a JSON object of what else the template
  /// sees. The program must outlive the conversation. A template that asks
  /// for the date gets that of this call, in local time, so that a conversation
  /// over midnight keeps its beginning; or that of SOURCE_DATE_EPOCH, in UTC,
  /// where the environment sets it (prompts are then the same every day).
  static Expected<Conversation> create(const Program &program,
                                       const std::string &system = {},
                                       const std::string &variables = {});

  void add(std::string role, std::string content) {
    messages.push_back({std::move(role), std::move(content)});
  }
  void removeLast() { messages.pop_back(); }
  /// Back to the system message.
  void clear() { messages.resize(systemMessages); }
  /// The system message, empty where there is none; what was said stays.
  void setSystem(const std::string &system);
  std::string system() const {
    return systemMessages ? messages.front().content : std::string();
  }

  std::span<const ChatMessage> all() const { return messages; }
  /// A conversation from elsewhere in place of this one.
  void replace(std::vector<ChatMessage> others);

  /// The prompt up to where the assistant answers.
  Expected<std::string> text() const;
  /// The prompt of another conversation, as ChatTemplate::renderJson takes it.
  Expected<std::string> textOfJson(std::string_view conversation) const;
  /// The ids of `text`.
  Expected<std::vector<int32_t>> encode() const;

private:
  Conversation(const Program &program, ChatTemplate chatTemplate)
      : program(&program), chatTemplate(std::move(chatTemplate)) {}

  const Program *program;
  ChatTemplate chatTemplate;
  ChatOptions options;
  std::tm begin = {};
  std::vector<ChatMessage> messages;
  size_t systemMessages = 0;
};

} // namespace llmrt

#endif // LLMRT_CONVERSATION_H
