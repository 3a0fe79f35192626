//===- Console.cpp - sizes and colours ------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "llmrt/Console.h"

#include <cstdio>
#include <cstdlib>
#include <iterator>
#include <unistd.h>

using namespace llmrt;

std::string llmrt::formatBytes(uint64_t bytes) {
  static const char *const units[] = {"B", "kB", "MB", "GB", "TB"};
  auto value = static_cast<double>(bytes);
  size_t unit = 0;
  for (; value >= 999.5 && unit + 1 < std::size(units); ++unit)
    value /= 1000;
  char text[32];
  std::snprintf(text, sizeof text, unit && value < 100 ? "%.1f %s" : "%.0f %s",
                value, units[unit]);
  return text;
}

bool llmrt::hasColors(int descriptor) {
  const char *noColor = std::getenv("NO_COLOR");
  const char *terminal = std::getenv("TERM");
  return !(noColor && *noColor) && terminal && *terminal &&
         std::string_view(terminal) != "dumb" && isatty(descriptor);
}

static std::string paint(int descriptor, const char *escape, const char *text) {
  if (!hasColors(descriptor))
    return text;
  return std::string(escape) + text + "\x1b[0m";
}

std::string llmrt::errorLabel(int descriptor) {
  return paint(descriptor, "\x1b[1;31m", "error: ");
}

std::string llmrt::warningLabel(int descriptor) {
  return paint(descriptor, "\x1b[1;33m", "warning: ");
}
