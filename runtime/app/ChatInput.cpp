//===- ChatInput.cpp - messages of a terminal or a pipe -------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "ChatInput.h"

#include "Application.h"
#include "Interrupts.h"
#include "Output.h"

#include <cerrno>
#include <termios.h>
#include <unistd.h>

using namespace llmrt;
using namespace llmrt::app;

ChatInput::ChatInput(int in, int err, size_t most)
    : in(in), err(err), most(most), asks(isatty(in)) {
  if (asks && isatty(err))
    editor.emplace(in, err);
}

Line ChatInput::next(std::string &message) {
  Line kind = readMessage(message);
  if (kind == Line::Text && message.size() > most)
    kind = Line::TooLong;
  if (kind == Line::Text && editor && !message.empty())
    editor->remember(message);
  return kind;
}

Line ChatInput::readMessage(std::string &message) {
  Line kind = nextLine("> ", message);
  if (kind == Line::Text && message.starts_with("\"\"\""))
    kind = readBlock(message);
  while (kind == Line::Text && message.ends_with('\\') &&
         message.size() <= most) {
    std::string line;
    message.back() = '\n';
    kind = nextLine("... ", line);
    message += line;
  }
  return kind;
}

/// From an opening line to the closing one, without the quotes.
Line ChatInput::readBlock(std::string &message) {
  constexpr std::string_view quotes = "\"\"\"";
  message.erase(0, quotes.size());
  while (!message.ends_with(quotes)) {
    if (message.size() > most)
      return Line::TooLong;
    std::string line;
    if (Line kind = nextLine("... ", line); kind != Line::Text)
      return kind;
    if (!message.empty())
      message += '\n';
    message += line;
  }
  message.resize(message.size() - quotes.size());
  return Line::Text;
}

Line ChatInput::nextLine(const char *prompt, std::string &line) {
  if (editor)
    return editor->next(prompt, line);
  if (asks)
    (void)writeAll(err, prompt);
  for (;;) {
    if (size_t end = buffered.find('\n'); end != std::string::npos) {
      line = buffered.substr(0, end + 1);
      buffered.erase(0, end + 1);
      dropLineEnd(line);
      return Line::Text;
    }
    if (buffered.size() > most) {
      buffered.clear();
      return Line::TooLong;
    }
    char bytes[4096];
    const ssize_t got = readInterruptibly(in, bytes, sizeof bytes);
    if (got < 0 && errno == EINTR && interrupted())
      return Line::Interrupted;
    if (got < 0 && errno == EINTR)
      continue;
    if (got <= 0) {
      line = std::exchange(buffered, {});
      return line.empty() ? Line::End : Line::Text;
    }
    buffered.append(bytes, static_cast<size_t>(got));
  }
}

struct QuietTerminal::State {
  termios before;
};

QuietTerminal::QuietTerminal(int descriptor) : descriptor(descriptor) {
  termios mode;
  if (tcgetattr(descriptor, &mode) != 0)
    return;
  state = std::make_unique<State>(State{mode});
  mode.c_lflag &= ~static_cast<tcflag_t>(ECHO);
  tcsetattr(descriptor, TCSANOW, &mode);
}

QuietTerminal::~QuietTerminal() {
  if (state)
    tcsetattr(descriptor, TCSANOW, &state->before);
}
