//===- Testing.h - what the reader tests share ------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMC_TEST_UNIT_WEIGHTS_TESTING_H
#define LLMC_TEST_UNIT_WEIGHTS_TESTING_H

#include "FileWriter.h"

#include "llvm/Support/Error.h"

#include "gtest/gtest.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <random>

namespace llmc::test {

/// One way in which a file can be bad, and what the error must say.
struct Hostile {
  const char *name;
  std::function<Bytes()> make;
  const char *says;
};

inline void PrintTo(const Hostile &hostile, std::ostream *os) {
  *os << hostile.name;
}

inline std::string hostileName(const testing::TestParamInfo<Hostile> &info) {
  return info.param.name;
}

/// Expects a failure whose one line names the file and the cause.
template <typename T>
void expectError(llvm::Expected<T> result, const std::string &file,
                 const std::string &says) {
  if (result) {
    ADD_FAILURE() << "was accepted; expected an error with: " << says;
    return;
  }
  std::string message = llvm::toString(result.takeError());
  EXPECT_NE(message.find(file), std::string::npos) << message;
  EXPECT_NE(message.find(says), std::string::npos)
      << "expected: " << says << "\nfound: " << message;
  EXPECT_EQ(message.find('\n'), std::string::npos) << message;
}

/// Changes a few bytes, or cuts, repeats or inserts some; the same for a seed.
inline Bytes mutate(Bytes bytes, uint32_t seed) {
  std::mt19937 random(seed);
  auto below = [&](size_t limit) { return limit ? random() % limit : 0; };
  static constexpr uint8_t extremes[] = {0x00, 0x01, 0x7f, 0x80, 0xff};
  for (size_t edits = 1 + below(4); edits > 0 && !bytes.empty(); --edits) {
    // Half of the edits fall into the first bytes, where the structure is.
    size_t span = below(2) ? bytes.size() : std::min<size_t>(bytes.size(), 512);
    size_t place = below(span);
    size_t length = std::min<size_t>(1 + below(9), bytes.size() - place);
    auto at = bytes.begin() + static_cast<ptrdiff_t>(place);
    auto end = at + static_cast<ptrdiff_t>(length);
    switch (below(6)) {
    case 0:
      *at = static_cast<uint8_t>(random());
      break;
    case 1:
      *at ^= static_cast<uint8_t>(1u << below(8));
      break;
    case 2:
      std::fill(at, end, extremes[below(5)]);
      break;
    case 3:
      bytes.resize(place);
      break;
    case 4:
      bytes.erase(at, end);
      break;
    case 5: {
      Bytes copy(at, end);
      bytes.insert(at, copy.begin(), copy.end());
      break;
    }
    }
  }
  return bytes;
}

/// Calls `read` with many mutations of `good`. Each must succeed or give a
/// message; that it returns at all, and cleanly, is what sanitizers watch.
template <typename Read>
void expectNoHarm(const Bytes &good, uint32_t count, Read read) {
  uint32_t failures = 0;
  for (uint32_t seed = 0; seed < count; ++seed) {
    auto result = read(mutate(good, seed));
    if (result)
      continue;
    ++failures;
    EXPECT_FALSE(llvm::toString(result.takeError()).empty()) << "seed " << seed;
  }
  // Mutations that are all accepted, or all refused, would test nothing.
  EXPECT_GT(failures, count / 10);
}

} // namespace llmc::test

#endif // LLMC_TEST_UNIT_WEIGHTS_TESTING_H
