//===- Profile.h - time, bytes and operations of each kernel --------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef LLMRT_APP_PROFILE_H
#define LLMRT_APP_PROFILE_H

#include "Description.h"

#include "llmrt/Engine.h"
#include "llmrt/KernelClock.h"

#include <optional>
#include <string>
#include <string_view>

namespace llmrt::app {

/// Measures the steps of an engine from `begin` to `end`, which say nothing of
/// themselves: whoever makes them counts them here.
class Profile {
public:
  explicit Profile(const LlmrtVariant &variant)
      : variant(variant), clock(variant.kernelCount) {}

  void begin(Engine &engine) { engine.setClock(&clock); }
  void end(Engine &engine) { engine.setClock(nullptr); }
  /// A step for `asked` rows of logits.
  void addStep(int64_t asked);
  /// `count` rows of one sequence, which sees `first` keys before them.
  void addRows(int64_t first, int64_t count);

  /// A line for each kernel, the slowest first.
  std::string text(std::string_view what) const;
  Json json() const;

private:
  struct Row {
    const char *name;
    int64_t calls;
    double seconds, bytes, operations; // of all calls
    std::optional<double> median;      // seconds of one call, on a device
  };
  std::vector<Row> measure() const;

  const LlmrtVariant &variant;
  KernelClock clock;
  int64_t steps = 0, rows = 0, asked = 0;
  std::vector<std::pair<int64_t, int64_t>> runs; // first, count
};

} // namespace llmrt::app

#endif // LLMRT_APP_PROFILE_H
