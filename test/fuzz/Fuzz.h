//===- Fuzz.h - what the fuzz targets share ---------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A target takes any bytes. It fails by dying: a sanitizer's finding, an assert,
// or a requirement of its own. libFuzzer drives it in a build with LLMC_FUZZ;
// in every other build Replay.cpp runs the corpus through it.
//===----------------------------------------------------------------------===//
#ifndef LLMC_TEST_FUZZ_FUZZ_H
#define LLMC_TEST_FUZZ_FUZZ_H

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

namespace fuzz {

inline void require(bool holds, const char *rule) {
  if (holds)
    return;
  std::fprintf(stderr, "does not hold: %s\n", rule);
  std::abort();
}

inline std::string_view textOf(const uint8_t *data, size_t size) {
  return {reinterpret_cast<const char *>(data), size};
}

/// An error is one line that says something.
inline void checkMessage(const std::string &message) {
  require(!message.empty(), "an error has a message");
  require(message.size() < 4096, "an error is one line, not the file");
}

/// A result of which only the way there counts.
template <typename Expected> void drop(Expected result) {
  if constexpr (requires { result.takeError(); }) {
    if (!result)
      checkMessage(toString(result.takeError()));
  } else {
    (void)static_cast<bool>(result);
  }
}

} // namespace fuzz

#endif // LLMC_TEST_FUZZ_FUZZ_H
