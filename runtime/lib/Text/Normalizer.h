//===- Normalizer.h - what is rewritten before a text is split ------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A list of steps with the results of the Hugging Face library's normalisers.
//===----------------------------------------------------------------------===//
#ifndef LLMRT_TEXT_NORMALIZER_H
#define LLMRT_TEXT_NORMALIZER_H

#include "Charsmap.h"
#include "Regex.h"
#include "llmrt/TokenizerModel.h"

#include <optional>
#include <vector>

namespace llmrt::text {

class Normalizer {
public:
  /// A NormalizerStep whose texts stay where they are: a map takes 300 KiB.
  struct Spec {
    NormalizerStep::Kind kind;
    std::string_view pattern;
    std::string_view content;
    bool literal, left, right, byGrapheme;
  };

  /// The texts of the specs must outlive the normaliser.
  static Expected<Normalizer> create(const std::vector<Spec> &specs);
  static Expected<Normalizer> create(const std::vector<NormalizerStep> &steps);

  /// `text` (valid UTF-8) after all steps: itself where nothing changes, else
  /// in `storage`. Fails where it grows beyond measure or the budget is spent.
  Expected<std::string_view> apply(std::string_view text, std::string &storage,
                                   StepBudget &budget) const;

  struct Step {
    Spec spec;
    Regex regex;                      // Replace, unless literal
    std::optional<Charsmap> charsmap; // Charsmap
  };

  /// How many bytes of text may become one, at most.
  size_t shortening() const;

private:
  std::vector<Step> steps;
};

} // namespace llmrt::text

#endif // LLMRT_TEXT_NORMALIZER_H
