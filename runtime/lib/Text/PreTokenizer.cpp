//===- PreTokenizer.cpp - text cut into the words no token crosses --------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The steps and their corner cases (empty matches, what is merged with which
// neighbour) follow the Hugging Face library; utils/compare-tokenizer.py holds
// the two together.
//===----------------------------------------------------------------------===//
#include "PreTokenizer.h"

#include "ByteAlphabet.h"
#include "Unicode.h"
#include "Utf8.h"

#include <algorithm>
#include <cassert>
#include <functional>
#include <optional>

using namespace llmrt;
using namespace llmrt::text;

namespace {

using Kind = PreTokenizerStep::Kind;

struct Span {
  size_t begin;
  size_t end;
  bool isMatch;
};

bool isOfClass(uint32_t codePoint, CharacterClass characters) {
  switch (characters) {
  case CharacterClass::WhiteSpace:
    return isWhiteSpace(codePoint);
  case CharacterClass::Punctuation:
    return isPunctuation(codePoint);
  case CharacterClass::Word:
    return isWordCharacter(codePoint);
  }
  return false;
}

using SpanSink = std::function<Status(Span)>;

/// Reports the matches of a pattern in `text` and the text between them.
class SpanFinder {
public:
  SpanFinder(const PreTokenizer::Step &step, StepBudget &budget) : step(step) {
    if (step.regex)
      matcher.emplace(step.regex, budget);
  }

  Status find(std::string_view text, const SpanSink &sink) {
    std::string standIns;
    if (matcher && replaceNewCharacters(text, standIns))
      text = standIns;
    size_t from = 0, reported = 0;
    std::optional<size_t> lastEnd;
    while (from <= text.size()) {
      Expected<RegexMatch> match = search(text, from);
      if (!match)
        return match.status();
      if (!match->found)
        break;
      // An empty match right behind a match is none: go on one character.
      if (match->begin == match->end && lastEnd == match->end) {
        from = match->end;
        if (from >= text.size())
          break;
        nextCodePoint(text, from);
        continue;
      }
      if (Status status = report(reported, match->begin, false, sink);
          status.failed())
        return status;
      if (Status status = report(match->begin, match->end, true, sink);
          status.failed())
        return status;
      from = reported = match->end;
      lastEnd = match->end;
    }
    return report(reported, text.size(), false, sink);
  }

private:
  Expected<RegexMatch> search(std::string_view text, size_t from) {
    if (matcher)
      return matcher->search(text, from);
    if (step.spec.kind == Kind::Class)
      return searchClass(text, from);
    const std::string &pattern = step.spec.pattern;
    size_t at = pattern.empty() ? text.npos : findText(text, pattern, from);
    if (at == text.npos)
      return RegexMatch();
    return RegexMatch{true, at, at + pattern.size()};
  }

  RegexMatch searchClass(std::string_view text, size_t from) const {
    while (from < text.size()) {
      size_t begin = from;
      if (isOfClass(nextCodePoint(text, from), step.spec.characters))
        return {true, begin, from};
    }
    return {};
  }

  Status report(size_t begin, size_t end, bool isMatch, const SpanSink &sink) {
    assert(begin <= end && "spans go forward");
    if (begin == end && !isMatch)
      return Status::ok();
    return sink({begin, end, isMatch != step.spec.invert});
  }

  const PreTokenizer::Step &step;
  std::optional<RegexMatcher> matcher;
};

/// Joins spans as the behaviour asks. Isolated and Removed never come here.
std::vector<Span> joinSpans(const std::vector<Span> &spans,
                            SplitBehavior behavior) {
  std::vector<Span> joined;
  bool previous = false;
  if (behavior == SplitBehavior::MergedWithNext) {
    for (auto span = spans.rbegin(); span != spans.rend(); ++span) {
      if (span->isMatch && !previous && !joined.empty())
        joined.back().begin = span->begin;
      else
        joined.push_back(*span);
      previous = span->isMatch;
    }
    std::reverse(joined.begin(), joined.end());
    return joined;
  }
  for (const Span &span : spans) {
    bool join = behavior == SplitBehavior::Contiguous
                    ? span.isMatch == previous
                    : span.isMatch && !previous;
    if (join && !joined.empty())
      joined.back().end = span.end;
    else
      joined.push_back(span);
    previous = span.isMatch;
  }
  return joined;
}

/// One pass over one text: the matchers, and the recursion over the steps.
class Splitter {
public:
  /// `start`: where the whole text begins, or null.
  Splitter(const std::vector<PreTokenizer::Step> &steps, const char *start,
           WordSink &sink, StepBudget &budget)
      : steps(steps), start(start), sink(sink) {
    finders.reserve(steps.size());
    for (const PreTokenizer::Step &step : steps)
      finders.emplace_back(step, budget);
  }

  /// `spelled`: the piece has passed ByteLevel and is in the byte alphabet.
  Status run(size_t index, std::string_view piece, bool spelled) {
    if (piece.empty())
      return Status::ok();
    if (index == steps.size())
      return spelled ? sink.takeWord(*unspellBytes(piece))
                     : sink.takeWord(piece);
    switch (steps[index].spec.kind) {
    case Kind::Digits:
      return runDigits(index, piece, spelled);
    case Kind::Split:
    case Kind::Class:
      return runSplit(index, piece, spelled);
    case Kind::Metaspace:
      return runMetaspace(index, piece);
    case Kind::ByteLevel:
      return runByteLevel(index, piece);
    }
    return Status::ok();
  }

private:
  Status runDigits(size_t index, std::string_view piece, bool spelled) {
    bool individual = steps[index].spec.individualDigits;
    size_t begin = 0;
    bool previous = false;
    for (size_t position = 0; position < piece.size();) {
      size_t at = position;
      bool numeric = isNumeric(nextCodePoint(piece, position));
      if (at > begin && (numeric != previous || (numeric && individual))) {
        Status status =
            run(index + 1, piece.substr(begin, at - begin), spelled);
        if (status.failed())
          return status;
        begin = at;
      }
      previous = numeric;
    }
    return run(index + 1, piece.substr(begin), spelled);
  }

  Status runSplit(size_t index, std::string_view piece, bool spelled) {
    SplitBehavior behavior = steps[index].spec.behavior;
    auto pass = [&](Span span) {
      return run(index + 1, piece.substr(span.begin, span.end - span.begin),
                 spelled);
    };
    if (behavior == SplitBehavior::Isolated)
      return finders[index].find(piece, pass);
    if (behavior == SplitBehavior::Removed)
      return finders[index].find(piece, [&](Span span) {
        return span.isMatch ? Status::ok() : pass(span);
      });
    std::vector<Span> spans;
    Status status = finders[index].find(piece, [&](Span span) {
      spans.push_back(span);
      return Status::ok();
    });
    if (status.failed())
      return status;
    for (const Span &span : joinSpans(spans, behavior))
      if (Status passed = pass(span); passed.failed())
        return passed;
    return Status::ok();
  }

  /// ' ' becomes the mark, and a word begins at each.
  Status runMetaspace(size_t index, std::string_view piece) {
    const PreTokenizerStep &spec = steps[index].spec;
    const std::string &mark = spec.pattern;
    bool prefixed =
        !piece.starts_with(' ') && !piece.starts_with(mark) &&
        (spec.prefix == PrefixScheme::Always ||
         (spec.prefix == PrefixScheme::First && piece.data() == start));
    std::string marked = prefixed ? mark : std::string();
    marked.reserve(marked.size() + piece.size());
    for (char byte : piece)
      if (byte == ' ')
        marked += mark;
      else
        marked += byte;
    std::string_view rest = marked;
    while (spec.splitWords && !rest.empty()) {
      size_t end = rest.find(mark, rest.starts_with(mark) ? mark.size() : 0);
      std::string_view word = rest.substr(0, end);
      rest.remove_prefix(word.size());
      if (Status status = run(index + 1, word, false); status.failed())
        return status;
    }
    return run(index + 1, rest, false);
  }

  Status runByteLevel(size_t index, std::string_view piece) {
    const PreTokenizerStep &spec = steps[index].spec;
    std::string prefixed;
    if (spec.addPrefixSpace && !piece.starts_with(' ')) {
      prefixed = " " + std::string(piece);
      piece = prefixed;
    }
    if (!spec.useRegex)
      return runSpelled(index + 1, piece);
    return finders[index].find(piece, [&](Span span) {
      return runSpelled(index + 1,
                        piece.substr(span.begin, span.end - span.begin));
    });
  }

  /// Later steps see the byte alphabet; without any, spelling is not needed.
  Status runSpelled(size_t index, std::string_view bytes) {
    if (index == steps.size())
      return run(index, bytes, /*spelled=*/false);
    return run(index, spellBytes(bytes), /*spelled=*/true);
  }

  const std::vector<PreTokenizer::Step> &steps;
  const char *start;
  WordSink &sink;
  std::vector<SpanFinder> finders;
};

} // namespace

Expected<PreTokenizer>
PreTokenizer::create(std::vector<PreTokenizerStep> specs) {
  constexpr size_t stepLimit = 32;
  if (specs.size() > stepLimit)
    return Status::error("pre-tokenizer of " + std::to_string(specs.size()) +
                         " steps, at most 32 are supported");
  PreTokenizer result;
  size_t byteLevels = 0;
  for (PreTokenizerStep &spec : specs) {
    Step step;
    bool byteLevel = spec.kind == Kind::ByteLevel;
    byteLevels += byteLevel;
    constexpr size_t longestMark = 8; // bytes: a text grows by as much
    if (spec.kind == Kind::Metaspace &&
        (spec.pattern.empty() || spec.pattern.size() > longestMark ||
         spec.pattern.find(' ') != std::string::npos ||
         !isValidUtf8(spec.pattern)))
      return Status::error("Metaspace wants one character for a space");
    std::string_view pattern = byteLevel ? gpt2Pattern : spec.pattern;
    if (byteLevel ? spec.useRegex : spec.kind == Kind::Split && !spec.literal) {
      Expected<Regex> regex = Regex::compile(pattern);
      if (!regex)
        return regex.status();
      step.regex = std::move(*regex);
    }
    step.spec = std::move(spec);
    result.steps.push_back(std::move(step));
  }
  if (byteLevels > 1)
    return Status::error("pre-tokenizer has " + std::to_string(byteLevels) +
                         " ByteLevel steps, wants one at most");
  return result;
}

Status PreTokenizer::split(std::string_view text, bool isFirst, WordSink &sink,
                           StepBudget &budget) const {
  return Splitter(steps, isFirst ? text.data() : nullptr, sink, budget)
      .run(0, text, /*spelled=*/false);
}
