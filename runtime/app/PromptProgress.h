//===- PromptProgress.h - a sign of life while a long prompt is read ------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMRT_APP_PROMPTPROGRESS_H
#define LLMRT_APP_PROMPTPROGRESS_H

#include <cstdint>

namespace llmrt::app {

/// "reading prompt 1200/4700" on a terminal, once that takes longer than half a
/// second; gone when the prompt is read.
class PromptProgress {
public:
  PromptProgress(int descriptor, int64_t tokens);
  ~PromptProgress() { clear(); }

  /// So many are read.
  void update(int64_t read);
  /// Takes the line away, before anything else is written.
  void clear();

private:
  int descriptor;
  int64_t tokens;
  bool isTerminal;
  double begin;
  int64_t shown = 0; // columns
};

} // namespace llmrt::app

#endif // LLMRT_APP_PROMPTPROGRESS_H
