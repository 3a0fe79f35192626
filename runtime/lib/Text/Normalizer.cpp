//===- Normalizer.cpp - what is rewritten before a text is split ----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A model brings its own steps, so what they may make of a text is bounded: a
// replacement has up to 64 bytes, and a text grows up to 64 times in all.
//===----------------------------------------------------------------------===//
#include "Normalizer.h"

#include "Graphemes.h"
#include "Normalize.h"
#include "Unicode.h"
#include "Utf8.h"

#include <algorithm>

using namespace llmrt;
using namespace llmrt::text;

namespace {

using Kind = NormalizerStep::Kind;

/// The text that a step makes; too long a one ends it.
class Output {
public:
  Output(std::string &text, size_t limit) : text(text), limit(limit) {}

  void add(std::string_view more) {
    full |= text.size() + more.size() > limit;
    if (!full)
      text += more;
  }
  void addCharacter(uint32_t codePoint) {
    full |= text.size() >= limit;
    if (!full)
      appendUtf8(text, codePoint);
  }
  bool isFull() const { return full; }

  std::string &text;

private:
  size_t limit;
  bool full = false;
};

template <typename Visit>
void visitCharacters(std::string_view text, const Visit &visit) {
  for (size_t position = 0; position < text.size();)
    visit(nextCodePoint(text, position));
}

std::string_view strip(std::string_view text, bool left, bool right) {
  size_t begin = 0, end = 0; // of what is no white space
  bool found = false;
  for (size_t position = 0; position < text.size();) {
    size_t at = position;
    if (isWhiteSpace(nextCodePoint(text, position)))
      continue;
    begin = found ? begin : at;
    end = position;
    found = true;
  }
  if (!found)
    return left || right ? std::string_view() : text;
  begin = left ? begin : 0;
  end = right ? end : text.size();
  return text.substr(begin, end - begin);
}

/// No ' ' at the ends, one between words.
void joinSpaces(std::string_view text, Output &out) {
  for (size_t position = 0; position < text.size();) {
    size_t begin = std::min(text.find_first_not_of(' ', position), text.size());
    size_t end = std::min(text.find(' ', begin), text.size());
    if (begin < end && !out.text.empty())
      out.add(" ");
    out.add(text.substr(begin, end - begin));
    position = end;
  }
}

void cleanCharacter(uint32_t c, Output &out) {
  if (!isControl(c))
    out.addCharacter(isWhiteSpace(c) ? ' ' : c);
}

RegexMatch findLiteral(std::string_view text, const Normalizer::Step &step,
                       size_t from) {
  size_t at = findText(text, step.spec.pattern, from);
  if (at == text.npos)
    return {};
  return {true, at, at + step.spec.pattern.size()};
}

Status replaceAll(std::string_view text, const Normalizer::Step &step,
                  Output &out, StepBudget &budget) {
  std::optional<RegexMatcher> matcher;
  std::string standIns; // for characters that the engine does not know
  std::string_view searched = text;
  if (!step.spec.literal) {
    matcher.emplace(step.regex, budget);
    if (replaceNewCharacters(text, standIns))
      searched = standIns;
  }
  size_t done = 0, from = 0;
  std::optional<size_t> lastEnd;
  while (from <= text.size() && !out.isFull()) {
    Expected<RegexMatch> match =
        matcher ? matcher->search(searched, from)
                : Expected<RegexMatch>(findLiteral(text, step, from));
    if (!match)
      return match.status();
    if (!match->found)
      break;
    // An empty match right behind a match is none: go on one character.
    if (match->begin == match->end && lastEnd == match->end) {
      if (from == text.size())
        break;
      nextCodePoint(text, from);
      continue;
    }
    out.add(text.substr(done, match->begin - done));
    out.add(step.spec.content);
    done = from = match->end;
    lastEnd = match->end;
  }
  out.add(text.substr(done));
  return Status::ok();
}

/// As the Hugging Face library: a short grapheme is looked up whole, and the
/// rule for its shortest beginning replaces all of it.
void mapGraphemes(std::string_view text, const Charsmap &map, Output &out) {
  constexpr size_t shortGrapheme = 6; // bytes
  for (size_t begin = 0; begin < text.size() && !out.isFull();) {
    size_t end = graphemeEnd(text, begin);
    std::string_view grapheme = text.substr(begin, end - begin);
    begin = end;
    auto whole =
        grapheme.size() < shortGrapheme ? map.shortest(grapheme) : std::nullopt;
    if (whole) {
      out.add(whole->replacement);
      continue;
    }
    for (size_t position = 0; position < grapheme.size();) {
      size_t at = position;
      nextCodePoint(grapheme, position);
      std::string_view character = grapheme.substr(at, position - at);
      auto match = map.shortest(character);
      out.add(match ? match->replacement : character);
    }
  }
}

/// As SentencePiece: the longest rule that applies, one after another.
void mapLongest(std::string_view text, const Charsmap &map, Output &out,
                StepBudget &budget) {
  for (size_t position = 0; position < text.size() && !out.isFull();) {
    if (auto match = map.longest(text.substr(position), budget)) {
      out.add(match->replacement);
      position += match->length;
      continue;
    }
    size_t at = position;
    nextCodePoint(text, position);
    out.add(text.substr(at, position - at));
  }
}

void spaceIdeographs(std::string_view text, Output &out) {
  visitCharacters(text, [&](uint32_t c) {
    bool alone = isIdeograph(c);
    if (alone)
      out.add(" ");
    out.addCharacter(c);
    if (alone)
      out.add(" ");
  });
}

void stripBertAccents(std::string_view text, Output &out) {
  std::string decomposed = normalizeUnicode(text, UnicodeForm::D);
  visitCharacters(decomposed, [&](uint32_t c) {
    if (!isNonSpacingMark(c))
      out.addCharacter(c);
  });
}

/// Whether a step leaves `text` alone, as far as a glance can tell.
bool isUnchanged(Kind kind, std::string_view text) {
  switch (kind) {
  case Kind::Nfc:
    return isQuicklyNfc(text);
  case Kind::Nfd:
  case Kind::Nfkc:
  case Kind::Nfkd:
  case Kind::StripAccents:
  case Kind::StripBertAccents:
  case Kind::SpaceIdeographs:
    return isAscii(text);
  default:
    return text.empty();
  }
}

Status applyStep(const Normalizer::Step &step, std::string_view text,
                 Output &out, StepBudget &budget) {
  switch (step.spec.kind) {
  case Kind::Nfc:
    out.add(normalizeUnicode(text, UnicodeForm::C));
    break;
  case Kind::Nfd:
    out.add(normalizeUnicode(text, UnicodeForm::D));
    break;
  case Kind::Nfkc:
    out.add(normalizeUnicode(text, UnicodeForm::KC));
    break;
  case Kind::Nfkd:
    out.add(normalizeUnicode(text, UnicodeForm::KD));
    break;
  case Kind::Lowercase:
    visitCharacters(text, [&](uint32_t c) { appendLowercase(out.text, c); });
    break;
  case Kind::StripAccents:
    visitCharacters(text, [&](uint32_t c) {
      if (!isMark(c))
        out.addCharacter(c);
    });
    break;
  case Kind::StripBertAccents:
    stripBertAccents(text, out);
    break;
  case Kind::CleanText:
    visitCharacters(text, [&](uint32_t c) { cleanCharacter(c, out); });
    break;
  case Kind::SpaceIdeographs:
    spaceIdeographs(text, out);
    break;
  case Kind::Strip:
    out.add(strip(text, step.spec.left, step.spec.right));
    break;
  case Kind::Prepend:
    out.add(step.spec.content);
    out.add(text);
    break;
  case Kind::Replace:
    return replaceAll(text, step, out, budget);
  case Kind::Charsmap:
    if (step.spec.byGrapheme)
      mapGraphemes(text, *step.charsmap, out);
    else
      mapLongest(text, *step.charsmap, out, budget);
    break;
  case Kind::SentencePieceSpace:
    joinSpaces(text, out);
    break;
  }
  return Status::ok();
}

Status prepareStep(Normalizer::Step &step) {
  constexpr size_t longest = 64; // bytes
  const Normalizer::Spec &spec = step.spec;
  if (spec.content.size() > longest || !isValidUtf8(spec.content))
    return Status::error("normalizer puts in " +
                         std::to_string(spec.content.size()) +
                         " bytes at once, wants up to 64 of UTF-8");
  if (spec.kind == Kind::Charsmap) {
    Expected<Charsmap> map = Charsmap::open(spec.pattern);
    if (!map)
      return map.status();
    step.charsmap = *map;
  }
  if (spec.kind != Kind::Replace)
    return Status::ok();
  if (spec.pattern.empty() || !isValidUtf8(spec.pattern))
    return Status::error("normalizer replaces nothing");
  if (spec.literal)
    return Status::ok();
  Expected<Regex> regex = Regex::compile(spec.pattern);
  if (!regex)
    return regex.status();
  step.regex = std::move(*regex);
  return Status::ok();
}

} // namespace

Expected<Normalizer> Normalizer::create(const std::vector<Spec> &specs) {
  constexpr size_t stepLimit = 32;
  if (specs.size() > stepLimit)
    return Status::error("normalizer of " + std::to_string(specs.size()) +
                         " steps, at most 32 are supported");
  Normalizer result;
  for (const Spec &spec : specs) {
    Step step{spec, {}, {}};
    if (Status status = prepareStep(step); status.failed())
      return status;
    result.steps.push_back(std::move(step));
  }
  return result;
}

Expected<Normalizer>
Normalizer::create(const std::vector<NormalizerStep> &steps) {
  std::vector<Spec> specs;
  for (const NormalizerStep &step : steps)
    specs.push_back({step.kind, step.pattern, step.content, step.literal,
                     step.left, step.right, step.byGrapheme});
  return create(specs);
}

size_t Normalizer::shortening() const {
  // Three letters of Hangul with three bytes each become one.
  size_t most = 1;
  for (const Step &step : steps)
    most = std::max<size_t>(most, step.spec.kind == Kind::Nfc ? 3 : 16);
  return most;
}

Expected<std::string_view> Normalizer::apply(std::string_view text,
                                             std::string &storage,
                                             StepBudget &budget) const {
  const size_t limit = 64 * text.size() + 4096;
  for (const Step &step : steps) {
    if (isUnchanged(step.spec.kind, text))
      continue;
    std::string rewritten;
    Output out(rewritten, limit);
    if (Status status = applyStep(step, text, out, budget); status.failed())
      return status;
    if (out.isFull() || budget.isSpent())
      return Status::error("normalising " + std::to_string(text.size()) +
                           " bytes of text takes too long or gives too much; "
                           "pass the text in smaller parts");
    storage = std::move(rewritten);
    text = storage;
  }
  return text;
}
