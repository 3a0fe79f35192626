//===- Vocabulary.h - ids by the text of their token ----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The texts are a file's. std::hash has the same seed everywhere, so a file
// could choose texts that all collide and make loading it quadratic; here the
// seed is the process's own, and nothing depends on the order of the entries.
//===----------------------------------------------------------------------===//
#ifndef LLMRT_TEXT_VOCABULARY_H
#define LLMRT_TEXT_VOCABULARY_H

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include <sys/random.h>

namespace llmrt::text {

struct SeededHash {
  size_t operator()(std::string_view text) const {
    static const uint64_t seed = [] {
      uint64_t random = 0;
      // Early in a boot there may be none yet; loading works all the same.
      if (::getrandom(&random, sizeof random, GRND_NONBLOCK) < 0)
        random = 0;
      return random;
    }();
    return XXH3_64bits_withSeed(text.data(), text.size(), seed);
  }
};

using Vocabulary = std::unordered_map<std::string, int32_t, SeededHash>;
using VocabularyView =
    std::unordered_map<std::string_view, int32_t, SeededHash>;
using TextSet = std::unordered_set<std::string_view, SeededHash>;

} // namespace llmrt::text

#endif // LLMRT_TEXT_VOCABULARY_H
