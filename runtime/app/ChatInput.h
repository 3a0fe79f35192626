//===- ChatInput.h - messages of a terminal or a pipe ---------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMRT_APP_CHATINPUT_H
#define LLMRT_APP_CHATINPUT_H

#include "LineEditor.h"

#include <optional>
#include <string>

namespace llmrt::app {

/// A message is a line; a line that ends in a backslash goes on in the next, and
/// one that begins with three quotes up to the line that ends with three.
class ChatInput {
public:
  /// Edits lines where both are terminals; asks on `err`. Of a message of more
  /// than `most` bytes no more is read.
  ChatInput(int in, int err, size_t most);

  /// Somebody is there to read what is asked and to answer.
  bool isTerminal() const { return asks; }
  Line next(std::string &message);

private:
  Line readMessage(std::string &message);
  Line nextLine(const char *prompt, std::string &line);
  Line readBlock(std::string &message);

  int in, err;
  size_t most;
  bool asks;
  std::optional<LineEditor> editor;
  std::string buffered; // of a pipe, behind the last line
};

/// While it lives, what is typed on a terminal waits unseen for the next line.
class QuietTerminal {
public:
  explicit QuietTerminal(int descriptor);
  ~QuietTerminal();
  QuietTerminal(const QuietTerminal &) = delete;
  QuietTerminal &operator=(const QuietTerminal &) = delete;

private:
  struct State;
  int descriptor;
  std::unique_ptr<State> state; // null: no terminal
};

} // namespace llmrt::app

#endif // LLMRT_APP_CHATINPUT_H
