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

/// Bytes of the character that begins `text`, 0 where none does or where it
/// commands a terminal or turns the direction of writing.
static size_t printableBytes(std::string_view text) {
  auto byte = [&](size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u;
  };
  unsigned lead = byte(0);
  if (lead < 0x80)
    return (lead >= 0x20 && lead != 0x7f) || lead == '\n' || lead == '\t';
  size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  uint32_t point = lead & (0x7fu >> length);
  for (size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80)
      return 0;
    point = point << 6 | (byte(i) & 0x3f);
  }
  static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
  bool valid = lead >= 0xc0 && lead < 0xf8 && point >= least[length] &&
               point <= 0x10ffff && (point < 0xd800 || point > 0xdfff);
  bool commands = point < 0xa0 || (point >= 0x202a && point <= 0x202e) ||
                  (point >= 0x2066 && point <= 0x2069);
  return valid && !commands ? length : 0;
}

std::string llmrt::printable(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    size_t length = printableBytes(text);
    if (length == 0) {
      char escape[8];
      std::snprintf(escape, sizeof escape, "\\x%02x",
                    static_cast<unsigned char>(text[0]));
      result += escape;
    }
    result += text.substr(0, length);
    text.remove_prefix(length ? length : 1);
  }
  return result;
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
