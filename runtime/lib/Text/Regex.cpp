//===- Regex.cpp - PCRE2 behind a value interface -------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Backtracking is bounded twice: by steps, so that a hostile pattern cannot
// hang, and by heap, so that long input cannot exceed the memory contract. The
// patterns of published tokenizers need neither (1 MiB of one class: test).
//===----------------------------------------------------------------------===//
#include "Regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

using namespace llmrt;
using namespace llmrt::text;

namespace {

constexpr uint32_t stepLimit = 50'000'000; // about one second
constexpr uint32_t heapLimitKiB = 64 * 1024;
constexpr size_t patternSizeLimit = 1 << 16;

std::string describe(int error) {
  char buffer[160] = {};
  pcre2_get_error_message(error, reinterpret_cast<PCRE2_UCHAR *>(buffer),
                          sizeof buffer);
  return buffer;
}

} // namespace

void Regex::Free::operator()(pcre2_real_code_8 *code) const {
  pcre2_code_free(code);
}

void RegexMatcher::Free::operator()(pcre2_real_match_data_8 *data) const {
  pcre2_match_data_free(data);
}

void RegexMatcher::Free::operator()(pcre2_real_match_context_8 *context) const {
  pcre2_match_context_free(context);
}

Expected<Regex> Regex::compile(std::string_view pattern) {
  if (pattern.size() > patternSizeLimit)
    return Status::error("split pattern of " + std::to_string(pattern.size()) +
                         " bytes, at most 65536 are supported");
  Expected<std::string> translated = translateOniguruma(pattern);
  if (!translated)
    return translated.status();

  std::unique_ptr<pcre2_compile_context, decltype(&pcre2_compile_context_free)>
      context(pcre2_compile_context_create(nullptr),
              &pcre2_compile_context_free);
  if (context)
    pcre2_set_newline(context.get(), PCRE2_NEWLINE_LF);

  int error = 0;
  PCRE2_SIZE offset = 0;
  Regex regex;
  regex.code.reset(pcre2_compile(
      reinterpret_cast<PCRE2_SPTR>(translated->data()), translated->size(),
      PCRE2_UTF | PCRE2_UCP | PCRE2_MULTILINE | PCRE2_NEVER_BACKSLASH_C, &error,
      &offset, context.get()));
  if (!regex.code)
    return Status::error("split pattern '" + std::string(pattern) +
                         "' does not compile: " + describe(error) +
                         " at offset " + std::to_string(offset) + " of '" +
                         *translated + "'");
  return regex;
}

RegexMatcher::RegexMatcher(const Regex &regex)
    : code(regex.code.get()), data(pcre2_match_data_create(1, nullptr)),
      context(pcre2_match_context_create(nullptr)) {
  if (!context)
    return;
  pcre2_set_match_limit(context.get(), stepLimit);
  pcre2_set_heap_limit(context.get(), heapLimitKiB);
}

Expected<RegexMatch> RegexMatcher::search(std::string_view text, size_t from) {
  if (!data || !context)
    return Status::error("out of memory while splitting text");
  assert(from <= text.size() && "a search begins in the text or at its end");
  int result =
      pcre2_match(code, reinterpret_cast<PCRE2_SPTR>(text.data()), text.size(),
                  from, PCRE2_NO_UTF_CHECK, data.get(), context.get());
  if (result == PCRE2_ERROR_NOMATCH)
    return RegexMatch();
  if (result < 0)
    return Status::error("splitting " + std::to_string(text.size()) +
                         " bytes of text failed: " + describe(result) +
                         "; pass the text in smaller parts");
  const PCRE2_SIZE *ends = pcre2_get_ovector_pointer(data.get());
  // \K inside a lookahead could put the begin behind the end; it is refused
  // at translation, so this only restates what the callers rely on.
  if (ends[0] > ends[1] || ends[0] < from)
    return Status::error("split pattern matched backwards");
  return RegexMatch{true, ends[0], ends[1]};
}
