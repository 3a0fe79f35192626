//===- LineEditor.h - a line of a terminal, edited ------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMRT_APP_LINEEDITOR_H
#define LLMRT_APP_LINEEDITOR_H

#include <memory>
#include <string>

namespace llmrt::app {

/// How a read ended.
enum class Line { Text, TooLong, Interrupted, End };

/// Editing, history and pasted blocks, by libedit. Needs an InterruptScope.
class LineEditor {
public:
  /// Both are terminals. What is typed is shown on `out`: standard error, so
  /// that standard output is the answers alone.
  LineEditor(int in, int out);
  ~LineEditor();

  /// Without its end; a pasted block, or Alt-Enter, has line ends inside.
  Line next(const char *prompt, std::string &text);
  /// Adds to what Up brings back.
  void remember(const std::string &text);

private:
  struct Impl;
  std::unique_ptr<Impl> impl;
};

} // namespace llmrt::app

#endif // LLMRT_APP_LINEEDITOR_H
