//===- PromptProgress.cpp - a sign of life while a long prompt is read ----===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "PromptProgress.h"

#include "Output.h"

#include "llmrt/Engine.h"

#include <string>
#include <sys/ioctl.h>
#include <unistd.h>

using namespace llmrt;
using namespace llmrt::app;

/// A line that wraps cannot be written over.
static bool fits(int descriptor, size_t columns) {
  winsize size = {};
  return ioctl(descriptor, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 ||
         columns < size.ws_col;
}

PromptProgress::PromptProgress(int descriptor, int64_t tokens)
    : descriptor(descriptor), tokens(tokens), isTerminal(isatty(descriptor)),
      begin(steadySeconds()) {}

void PromptProgress::update(int64_t read) {
  constexpr double patience = 0.5; // seconds
  if (!isTerminal)
    return;
  if (read >= tokens)
    return clear();
  if (steadySeconds() - begin < patience)
    return;
  std::string text = std::to_string(read) + "/" + std::to_string(tokens);
  if (std::string whole = "reading prompt " + text;
      fits(descriptor, whole.size()))
    text = std::move(whole);
  shown = static_cast<int64_t>(text.size());
  (void)writeAll(descriptor, "\r" + text);
}

void PromptProgress::clear() {
  if (shown == 0)
    return;
  (void)writeAll(descriptor, "\r" + std::string(shown, ' ') + "\r");
  shown = 0;
}
