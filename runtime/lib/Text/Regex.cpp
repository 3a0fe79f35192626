//===- Regex.cpp - PCRE2 behind a value interface -------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Backtracking is bounded twice: by steps, so that a hostile pattern cannot
// hang, and by heap, so that long input cannot exceed the memory contract. The
// patterns of published tokenizers need neither (1 MiB of one class: test).
//
// PCRE2 counts the steps of each place where a match may begin, and does not
// say how many it took. So a place gets a few steps for nothing; one that needs
// more is tried again with eight times as many, and these are paid for.
//===----------------------------------------------------------------------===//
#include "Regex.h"

#include "Utf8.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

using namespace llmrt;
using namespace llmrt::text;

namespace {

constexpr uint32_t freeSteps = 256; // of one place in the text
constexpr uint32_t growth = 8;
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

RegexMatcher::RegexMatcher(const Regex &regex, StepBudget &budget)
    : code(regex.code.get()), budget(&budget),
      data(pcre2_match_data_create(1, nullptr)),
      context(pcre2_match_context_create(nullptr)) {
  if (context)
    pcre2_set_heap_limit(context.get(), heapLimitKiB);
}

int RegexMatcher::match(std::string_view text, size_t from, uint32_t steps,
                        uint32_t options) {
  pcre2_set_match_limit(context.get(), steps);
  return pcre2_match(code, reinterpret_cast<PCRE2_SPTR>(text.data()),
                     text.size(), from, PCRE2_NO_UTF_CHECK | options,
                     data.get(), context.get());
}

/// A match that begins at `at`, with as many steps as the budget has.
int RegexMatcher::matchAt(std::string_view text, size_t at) {
  for (uint64_t steps = freeSteps;; steps *= growth) {
    int result = match(text, at, uint32_t(steps), PCRE2_ANCHORED);
    if (result != PCRE2_ERROR_MATCHLIMIT || !budget->spend(steps) ||
        steps * growth > UINT32_MAX)
      return result;
  }
}

/// Place by place, as one of them needs more steps.
int RegexMatcher::searchSlowly(std::string_view text, size_t from) {
  for (size_t at = from;; nextCodePoint(text, at)) {
    int result = matchAt(text, at);
    if (result != PCRE2_ERROR_NOMATCH || at == text.size())
      return result;
  }
}

Expected<RegexMatch> RegexMatcher::search(std::string_view text, size_t from) {
  if (!data || !context)
    return Status::error("out of memory while splitting text");
  assert(from <= text.size() && "a search begins in the text or at its end");
  int result = match(text, from, freeSteps, 0);
  if (result == PCRE2_ERROR_MATCHLIMIT)
    result = searchSlowly(text, from);
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
