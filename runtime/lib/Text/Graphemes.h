//===- Graphemes.h - where characters that belong together end ------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The Hugging Face library applies SentencePiece's rules to short graphemes as
// a whole, so their ends show in the ids.
//===----------------------------------------------------------------------===//
#ifndef LLMRT_TEXT_GRAPHEMES_H
#define LLMRT_TEXT_GRAPHEMES_H

#include <cstddef>
#include <string_view>

namespace llmrt::text {

/// Where the extended grapheme cluster (Unicode Annex 29) that begins at
/// `begin`, inside valid UTF-8, ends. Conjuncts of Indic scripts (GB9c) are cut
/// between their consonants: they are longer than what callers look up whole.
size_t graphemeEnd(std::string_view text, size_t begin);

} // namespace llmrt::text

#endif // LLMRT_TEXT_GRAPHEMES_H
