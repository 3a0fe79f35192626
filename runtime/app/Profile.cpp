//===- Profile.cpp - time, bytes and operations of each kernel ------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A kernel's bytes are what its loads and stores ask for, whichever memory answers:
// every call reads its weights once, every row the keys that it sees.
//===----------------------------------------------------------------------===//
#include "Profile.h"

#include <algorithm>
#include <cstdio>

using namespace llmrt;
using namespace llmrt::app;

void Profile::addStep(int64_t askedRows) {
  ++steps;
  asked += askedRows;
}

void Profile::addRows(int64_t first, int64_t count) {
  rows += count;
  runs.emplace_back(first, count);
}

/// Keys that all rows see together, none of them more than `most` (0: no limit).
static int64_t countKeys(std::span<const std::pair<int64_t, int64_t>> runs,
                         int64_t most) {
  int64_t keys = 0;
  for (auto [first, count] : runs)
    for (int64_t seen = first + 1; seen <= first + count; ++seen)
      keys += most > 0 ? std::min(seen, most) : seen;
  return keys;
}

std::vector<Profile::Row> Profile::measure() const {
  std::vector<Row> measured;
  for (int64_t i = 0; i < variant.kernelCount; ++i) {
    const LlmrtKernel &kernel = variant.kernels[i];
    const KernelClock::Time &time = clock.times()[i];
    if (!time.calls)
      continue;
    const auto calls = static_cast<double>(time.calls);
    const auto itsRows =
        static_cast<double>(kernel.rows == LLMRT_ROWS_ASKED ? asked : rows);
    const auto keys = static_cast<double>(
        kernel.keyBytes ? countKeys(runs, kernel.mostKeys) : 0);
    // Every step calls it equally often.
    const double perStep = calls / static_cast<double>(steps);
    auto total = [&](int64_t ofCall, int64_t ofRow, int64_t ofKey) {
      return calls * static_cast<double>(ofCall) +
             perStep * (itsRows * static_cast<double>(ofRow) +
                        keys * static_cast<double>(ofKey));
    };
    measured.push_back(
        {kernel.name, time.calls, time.seconds,
         total(kernel.weightBytes, kernel.rowBytes, kernel.keyBytes),
         total(0, kernel.rowOps, kernel.keyOps),
         time.each.empty() ? std::nullopt : std::optional(time.median())});
  }
  std::stable_sort(
      measured.begin(), measured.end(),
      [](const Row &a, const Row &b) { return a.seconds > b.seconds; });
  return measured;
}

std::string Profile::text(std::string_view what) const {
  const std::vector<Row> measured = measure();
  double all = 0;
  size_t width = 6;
  for (const Row &row : measured) {
    all += row.seconds;
    width = std::max(width, std::string_view(row.name).size());
  }
  std::string text = std::string(what) + ": " + std::to_string(steps) +
                     " steps, " + std::to_string(rows) + " rows\n";
  char line[256];
  auto add = [&](const char *format, auto... values) {
    std::snprintf(line, sizeof line, format, values...);
    text += line;
  };
  const int column = static_cast<int>(std::min<size_t>(width, 120));
  add("%-*s %10s %10s %6s %8s %8s\n", column, "kernel", "calls/step", "us/step",
      "share", "GB/s", "GOP/s");
  const auto count = static_cast<double>(steps);
  for (const Row &row : measured)
    add("%-*.*s %10.4g %10.1f %5.1f%% %8.1f %8.1f\n", column, column, row.name,
        static_cast<double>(row.calls) / count, 1e6 * row.seconds / count,
        100 * row.seconds / all, 1e-9 * row.bytes / row.seconds,
        1e-9 * row.operations / row.seconds);
  add("%-*s %10s %10.1f\n", column, "sum", "", 1e6 * all / count);
  return text;
}

Json Profile::json() const {
  Json kernels = Json::array();
  for (const Row &row : measure()) {
    kernels.push_back({{"kernel", row.name},
                       {"calls", row.calls},
                       {"seconds", row.seconds},
                       {"bytes", static_cast<int64_t>(row.bytes)},
                       {"operations", static_cast<int64_t>(row.operations)}});
    if (row.median)
      kernels.back()["median_seconds"] = *row.median;
  }
  return {{"steps", steps}, {"rows", rows}, {"kernels", kernels}};
}
