//===- Output.h - results and diagnostics ---------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Results go to one descriptor unbuffered, so text appears as it is generated
// and a full disk is noticed where it happens. What a model generates does not
// command a terminal; files and pipes get its bytes.
//===----------------------------------------------------------------------===//
#ifndef LLMRT_APP_OUTPUT_H
#define LLMRT_APP_OUTPUT_H

#include "llmrt/Status.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace llmrt::app {

/// Writes all of `bytes`; errno tells a failure.
bool writeAll(int descriptor, std::string_view bytes);

/// A file that is opened later must not take the place of a closed standard
/// descriptor: results would go into it.
void openStandardDescriptors();

class Output {
public:
  explicit Output(int descriptor);

  /// Fails where the text cannot be written, also when the reader has gone. A
  /// terminal gets control characters, and what is not UTF-8, spelled as escapes:
  /// texts come in whole characters, as TextStream cuts them.
  Status write(std::string_view text);
  /// The reader has gone: nothing more to say, and no error of ours.
  bool closed() const { return readerGone; }

private:
  int descriptor;
  bool terminal;
  bool readerGone = false;
};

/// One line to a descriptor for diagnostics; its failures are ignored.
void say(int descriptor, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/// An error, or a warning, as one line with its label.
void complain(int descriptor, const std::string &error);
void warn(int descriptor, const std::string &warning);

/// A JSON object, one key per line.
class JsonObject {
public:
  JsonObject &add(std::string_view key, int64_t value);
  JsonObject &add(std::string_view key, double value); // null if not finite
  JsonObject &add(std::string_view key, std::string_view value);
  JsonObject &addRaw(std::string_view key, std::string_view json);
  /// Closed, without a line end.
  std::string text() const { return body + "\n}"; }

private:
  std::string body = "{";
};

} // namespace llmrt::app

#endif // LLMRT_APP_OUTPUT_H
