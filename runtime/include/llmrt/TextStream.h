//===- TextStream.h - generated tokens to text ----------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef LLMRT_TEXTSTREAM_H
#define LLMRT_TEXTSTREAM_H

#include "llmrt/Tokenizer.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace llmrt {

/// Lets text through up to the first stop string, which it swallows; holds back
/// what may be the beginning of one.
class StopFilter {
public:
  explicit StopFilter(std::vector<std::string> stops);

  /// The text that can be shown.
  std::string push(std::string_view text);
  /// What was held back; call once at the end.
  std::string flush();
  bool stopped() const { return found; }

private:
  std::vector<std::string> stops;
  std::string held;
  bool found = false;
};

/// The text of one generation as it comes. Without a tokenizer it is empty.
class TextStream {
public:
  /// `continues`: as for Detokenizer, the text goes on behind its prompt's.
  explicit TextStream(const Tokenizer *tokenizer, bool continues,
                      std::vector<std::string> stops = {})
      : stops(std::move(stops)) {
    if (tokenizer)
      detokenizer.emplace(*tokenizer, /*skipSpecial=*/true, continues);
  }

  /// The text that can be shown after this token.
  std::string push(int32_t token);
  /// What was held back; call once at the end.
  std::string finish();
  /// A stop string has come: nothing follows.
  bool stopped() const { return stops.stopped(); }

private:
  std::optional<Detokenizer> detokenizer;
  StopFilter stops;
};

} // namespace llmrt

#endif // LLMRT_TEXTSTREAM_H
