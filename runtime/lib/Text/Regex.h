//===- Regex.h - split patterns, written for Oniguruma, run by PCRE2 ------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// tokenizer.json carries Oniguruma (Ruby) expressions. PCRE2 reads nearly the
// same language; where it would read a construct differently it is rewritten or
// refused, so a pattern never quietly means something else. The interpreter is
// used: nothing is compiled to machine code when a program starts.
//===----------------------------------------------------------------------===//
#ifndef LLMRT_TEXT_REGEX_H
#define LLMRT_TEXT_REGEX_H

#include "StepBudget.h"
#include "llmrt/Status.h"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

struct pcre2_real_code_8;
struct pcre2_real_match_data_8;
struct pcre2_real_match_context_8;

namespace llmrt::text {

/// The PCRE2 spelling (with UTF and UCP) of an Oniguruma expression; fails on a
/// construct whose meaning differs and that split patterns do not use.
Expected<std::string> translateOniguruma(std::string_view pattern);

class Regex {
public:
  static Expected<Regex> compile(std::string_view pattern);
  explicit operator bool() const { return code != nullptr; }

private:
  friend class RegexMatcher;
  struct Free {
    void operator()(pcre2_real_code_8 *code) const;
  };
  std::unique_ptr<pcre2_real_code_8, Free> code;
};

struct RegexMatch {
  bool found = false;
  size_t begin = 0;
  size_t end = 0;
};

/// The state of searching: one per thread, cheap to make.
class RegexMatcher {
public:
  RegexMatcher(const Regex &regex, StepBudget &budget);

  /// The first match in `text` (valid UTF-8) that begins at `from` or later.
  /// Fails where the work exceeds the budget or the limits of Regex.cpp.
  Expected<RegexMatch> search(std::string_view text, size_t from);

private:
  int match(std::string_view text, size_t from, uint32_t steps,
            uint32_t options);
  int matchAt(std::string_view text, size_t at);
  int searchSlowly(std::string_view text, size_t from);

  struct Free {
    void operator()(pcre2_real_match_data_8 *data) const;
    void operator()(pcre2_real_match_context_8 *context) const;
  };
  const pcre2_real_code_8 *code;
  StepBudget *budget;
  std::unique_ptr<pcre2_real_match_data_8, Free> data;
  std::unique_ptr<pcre2_real_match_context_8, Free> context;
};

} // namespace llmrt::text

#endif // LLMRT_TEXT_REGEX_H
