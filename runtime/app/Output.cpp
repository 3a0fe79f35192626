//===- Output.cpp - results and diagnostics -------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Output.h"

#include "llmrt/Console.h"

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

using namespace llmrt;
using namespace llmrt::app;

bool app::writeAll(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    ssize_t wrote = ::write(descriptor, bytes.data(), bytes.size());
    if (wrote < 0 && errno == EINTR)
      continue;
    if (wrote < 0)
      return false;
    bytes.remove_prefix(static_cast<size_t>(wrote));
  }
  return true;
}

void app::openStandardDescriptors() {
  for (int descriptor : {0, 1, 2})
    if (::fcntl(descriptor, F_GETFD) < 0 && errno == EBADF)
      (void)!::open("/dev/null", O_RDONLY); // writing there fails
}

Output::Output(int descriptor)
    : descriptor(descriptor), terminal(isatty(descriptor)) {}

Status Output::write(std::string_view text) {
  const std::string spelled = terminal ? printable(text) : std::string();
  if (writeAll(descriptor, terminal ? spelled : text))
    return Status::ok();
  readerGone = errno == EPIPE;
  return Status::error(std::string("cannot write the result: ") +
                       std::strerror(errno));
}

void app::say(int descriptor, const char *format, ...) {
  char line[1024];
  va_list arguments;
  va_start(arguments, format);
  std::vsnprintf(line, sizeof line, format, arguments);
  va_end(arguments);
  (void)writeAll(descriptor, printable(line) + "\n");
}

void app::complain(int descriptor, const std::string &error) {
  (void)writeAll(descriptor, errorLabel(descriptor) + printable(error) + "\n");
}

void app::warn(int descriptor, const std::string &warning) {
  (void)writeAll(descriptor,
                 warningLabel(descriptor) + printable(warning) + "\n");
}

static std::string quoted(std::string_view text) {
  std::string result = "\"";
  for (char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      result += '\\';
      result += c;
    } else if (byte < 0x20) {
      char escape[8];
      std::snprintf(escape, sizeof escape, "\\u%04x", byte);
      result += escape;
    } else {
      result += c;
    }
  }
  return result + "\"";
}

JsonObject &JsonObject::addRaw(std::string_view key, std::string_view json) {
  body += body.size() == 1 ? "\n  " : ",\n  ";
  body += quoted(key) + ": ";
  body += json;
  return *this;
}

JsonObject &JsonObject::add(std::string_view key, int64_t value) {
  return addRaw(key, std::to_string(value));
}

JsonObject &JsonObject::add(std::string_view key, double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.7g", value);
  return addRaw(key, std::isfinite(value) ? text : "null");
}

JsonObject &JsonObject::add(std::string_view key, std::string_view value) {
  return addRaw(key, quoted(value));
}
