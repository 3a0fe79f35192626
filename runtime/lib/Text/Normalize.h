//===- Normalize.h - Unicode normalisation forms --------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Qwen's tokenizers compose characters before splitting, BERT's decompose them,
// and others fold what only looks different.
//===----------------------------------------------------------------------===//
#ifndef LLMRT_TEXT_NORMALIZE_H
#define LLMRT_TEXT_NORMALIZE_H

#include <string>
#include <string_view>

namespace llmrt::text {

enum class UnicodeForm { C, D, KC, KD };

/// True only if `text` is certainly in form C: all below U+0300.
bool isQuicklyNfc(std::string_view text);
/// True only if `text` is ASCII, which is in every form.
bool isAscii(std::string_view text);

/// `text` (valid UTF-8) in a normalisation form (Unicode 3.11).
std::string normalizeUnicode(std::string_view text, UnicodeForm form);

} // namespace llmrt::text

#endif // LLMRT_TEXT_NORMALIZE_H
