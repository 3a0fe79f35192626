//===- Normalize.h - Unicode normalisation form C -------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Qwen's tokenizers compose characters before splitting; nothing else of
// normalisation is used by byte-level vocabularies.
//===----------------------------------------------------------------------===//
#ifndef LLMRT_TEXT_NORMALIZE_H
#define LLMRT_TEXT_NORMALIZE_H

#include <string>
#include <string_view>

namespace llmrt::text {

/// True only if `text` is certainly in form C: all below U+0300.
bool isQuicklyNfc(std::string_view text);

/// `text` (valid UTF-8) in form C (Unicode 3.11).
std::string normalizeNfc(std::string_view text);

} // namespace llmrt::text

#endif // LLMRT_TEXT_NORMALIZE_H
