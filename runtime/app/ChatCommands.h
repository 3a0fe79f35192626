//===- ChatCommands.h - what can be said to chat itself -------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMRT_APP_CHATCOMMANDS_H
#define LLMRT_APP_CHATCOMMANDS_H

#include "llmrt/Conversation.h"

#include <functional>
#include <string>

namespace llmrt::app {

/// The slash commands of a conversation.
class ChatCommands {
public:
  /// Tells on `err`; `report` says speed and memory.
  ChatCommands(int err, Conversation &conversation,
               std::function<void()> report)
      : err(err), conversation(conversation), report(std::move(report)) {}

  /// "/word" or "/word rest": a path, or a lone slash, is a message.
  static bool isCommand(const std::string &message);
  /// Fails on an unknown command, on one without what it needs and on files.
  Status run(const std::string &message);
  bool wantsExit() const { return exits; }

private:
  struct Command;
  static const Command commands[];

  Status help(const std::string &);
  Status exit(const std::string &);
  Status clear(const std::string &);
  Status system(const std::string &text);
  Status save(const std::string &file);
  Status load(const std::string &file);
  Status stats(const std::string &);

  int err;
  Conversation &conversation;
  std::function<void()> report;
  bool exits = false;
};

} // namespace llmrt::app

#endif // LLMRT_APP_CHATCOMMANDS_H
