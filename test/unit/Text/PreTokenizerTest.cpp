//===- PreTokenizerTest.cpp - text cut into words --------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The expected words are those of Hugging Face tokenizers 0.23 (its Split,
// Digits and ByteLevel, on Oniguruma), printed by it. '|' stands between words.
//===----------------------------------------------------------------------===//

#include "PreTokenizer.h"

#include <gtest/gtest.h>

using namespace llmrt;
using namespace llmrt::text;

using Kind = PreTokenizerStep::Kind;
using enum SplitBehavior;

namespace {

class Words : public WordSink {
public:
  Status takeWord(std::string_view bytes) override {
    text += (text.empty() ? "" : "|") + std::string(bytes);
    return Status::ok();
  }
  std::string text;
};

std::string cut(const std::vector<PreTokenizerStep> &steps,
                std::string_view text) {
  Expected<PreTokenizer> preTokenizer = PreTokenizer::create(steps);
  if (!preTokenizer)
    return preTokenizer.message();
  Words words;
  StepBudget budget(text.size());
  Status status = preTokenizer->split(text, /*isFirst=*/true, words, budget);
  return status.failed() ? status.message() : words.text;
}

PreTokenizerStep split(const char *pattern, SplitBehavior behavior = Isolated,
                       bool invert = false, bool literal = false) {
  PreTokenizerStep step;
  step.kind = Kind::Split;
  step.pattern = pattern;
  step.behavior = behavior;
  step.invert = invert;
  step.literal = literal;
  return step;
}

PreTokenizerStep digits(bool individual) {
  PreTokenizerStep step;
  step.kind = Kind::Digits;
  step.individualDigits = individual;
  return step;
}

PreTokenizerStep byteLevel(bool useRegex, bool addPrefixSpace = false) {
  PreTokenizerStep step;
  step.useRegex = useRegex;
  step.addPrefixSpace = addPrefixSpace;
  return step;
}

/// A split at the matches of a pattern, each a word of its own.
struct PatternCase {
  const char *pattern;
  const char *text;
  const char *words;
};

void expectWords(std::span<const PatternCase> cases) {
  for (const PatternCase &test : cases)
    EXPECT_EQ(cut({split(test.pattern), byteLevel(false)}, test.text),
              test.words)
        << test.pattern;
}

struct SplitCase {
  SplitBehavior behavior;
  const char *pattern;
  bool invert;
  bool literal;
  const char *text;
  const char *words;
};

} // namespace

static const SplitCase splits[] = {
    {Isolated, "\\s+", false, false, "a b  c", "a| |b|  |c"},
    {Isolated, "\\s+", true, false, "a b  c", "a| |b|  |c"},
    {Isolated, "\\s", false, false, " a  b ", " |a| | |b| "},
    {Isolated, ",", false, false, "a,b,,c", "a|,|b|,|,|c"},
    {Isolated, ",", false, false, ",,", ",|,"},
    {Isolated, "[0-9]", false, false, "ab12c3", "ab|1|2|c|3"},
    {Isolated, "[0-9]", true, false, "ab12c3", "ab|1|2|c|3"},
    {Isolated, "x", false, false, "abc", "abc"},
    {Isolated, "\\p{L}+", false, false, "a1bc2", "a|1|bc|2"},
    {Isolated, "\\p{L}+", true, false, "a1bc2", "a|1|bc|2"},
    {Isolated, "ü", false, false, "Grüßeü", "Gr|ü|ße|ü"},
    {Isolated, "a|b", false, false, "abcab", "a|b|c|a|b"},
    {Isolated, "x*", false, false, "axxb", "a|xx|b"},
    {Isolated, ".", false, true, "a.b..c", "a|.|b|.|.|c"},
    {Isolated, "+", false, true, "1+1", "1|+|1"},
    {Isolated, "  ", false, true, "a    b", "a|  |  |b"},
    {Isolated, "ß", false, true, "Straße", "Stra|ß|e"},
    {Removed, "\\s+", false, false, "a b  c", "a|b|c"},
    {Removed, "\\s+", true, false, "a b  c", " |  "},
    {Removed, "\\s", false, false, " a  b ", "a|b"},
    {Removed, ",", false, false, "a,b,,c", "a|b|c"},
    {Removed, ",", false, false, ",,", ""},
    {Removed, "[0-9]", false, false, "ab12c3", "ab|c"},
    {Removed, "[0-9]", true, false, "ab12c3", "1|2|3"},
    {Removed, "x", false, false, "abc", "abc"},
    {Removed, "\\p{L}+", false, false, "a1bc2", "1|2"},
    {Removed, "\\p{L}+", true, false, "a1bc2", "a|bc"},
    {Removed, "ü", false, false, "Grüßeü", "Gr|ße"},
    {Removed, "a|b", false, false, "abcab", "c"},
    {Removed, "x*", false, false, "axxb", "a|b"},
    {Removed, ".", false, true, "a.b..c", "a|b|c"},
    {Removed, "+", false, true, "1+1", "1|1"},
    {Removed, "  ", false, true, "a    b", "a|b"},
    {Removed, "ß", false, true, "Straße", "Stra|e"},
    {MergedWithPrevious, "\\s+", false, false, "a b  c", "a |b  |c"},
    {MergedWithPrevious, "\\s+", true, false, "a b  c", "a| b|  c"},
    {MergedWithPrevious, "\\s", false, false, " a  b ", " |a | |b "},
    {MergedWithPrevious, ",", false, false, "a,b,,c", "a,|b,|,|c"},
    {MergedWithPrevious, ",", false, false, ",,", ",|,"},
    {MergedWithPrevious, "[0-9]", false, false, "ab12c3", "ab1|2|c3"},
    {MergedWithPrevious, "[0-9]", true, false, "ab12c3", "ab|1|2c|3"},
    {MergedWithPrevious, "x", false, false, "abc", "abc"},
    {MergedWithPrevious, "\\p{L}+", false, false, "a1bc2", "a|1bc|2"},
    {MergedWithPrevious, "\\p{L}+", true, false, "a1bc2", "a1|bc2"},
    {MergedWithPrevious, "ü", false, false, "Grüßeü", "Grü|ßeü"},
    {MergedWithPrevious, "a|b", false, false, "abcab", "a|b|ca|b"},
    {MergedWithPrevious, "x*", false, false, "axxb", "axx|b"},
    {MergedWithPrevious, ".", false, true, "a.b..c", "a.|b.|.|c"},
    {MergedWithPrevious, "+", false, true, "1+1", "1+|1"},
    {MergedWithPrevious, "  ", false, true, "a    b", "a  |  |b"},
    {MergedWithPrevious, "ß", false, true, "Straße", "Straß|e"},
    {MergedWithNext, "\\s+", false, false, "a b  c", "a| b|  c"},
    {MergedWithNext, "\\s+", true, false, "a b  c", "a |b  |c"},
    {MergedWithNext, "\\s", false, false, " a  b ", " a| | b| "},
    {MergedWithNext, ",", false, false, "a,b,,c", "a|,b|,|,c"},
    {MergedWithNext, ",", false, false, ",,", ",|,"},
    {MergedWithNext, "[0-9]", false, false, "ab12c3", "ab|1|2c|3"},
    {MergedWithNext, "[0-9]", true, false, "ab12c3", "ab1|2|c3"},
    {MergedWithNext, "x", false, false, "abc", "abc"},
    {MergedWithNext, "\\p{L}+", false, false, "a1bc2", "a1|bc2"},
    {MergedWithNext, "\\p{L}+", true, false, "a1bc2", "a|1bc|2"},
    {MergedWithNext, "ü", false, false, "Grüßeü", "Gr|üße|ü"},
    {MergedWithNext, "a|b", false, false, "abcab", "a|bc|a|b"},
    {MergedWithNext, "x*", false, false, "axxb", "a|xxb"},
    {MergedWithNext, ".", false, true, "a.b..c", "a|.b|.|.c"},
    {MergedWithNext, "+", false, true, "1+1", "1|+1"},
    {MergedWithNext, "  ", false, true, "a    b", "a|  |  b"},
    {MergedWithNext, "ß", false, true, "Straße", "Stra|ße"},
    {Contiguous, "\\s+", false, false, "a b  c", "a| |b|  |c"},
    {Contiguous, "\\s+", true, false, "a b  c", "a| |b|  |c"},
    {Contiguous, "\\s", false, false, " a  b ", " |a|  |b| "},
    {Contiguous, ",", false, false, "a,b,,c", "a|,|b|,,|c"},
    {Contiguous, ",", false, false, ",,", ",,"},
    {Contiguous, "[0-9]", false, false, "ab12c3", "ab|12|c|3"},
    {Contiguous, "[0-9]", true, false, "ab12c3", "ab|12|c|3"},
    {Contiguous, "x", false, false, "abc", "abc"},
    {Contiguous, "\\p{L}+", false, false, "a1bc2", "a|1|bc|2"},
    {Contiguous, "\\p{L}+", true, false, "a1bc2", "a|1|bc|2"},
    {Contiguous, "ü", false, false, "Grüßeü", "Gr|ü|ße|ü"},
    {Contiguous, "a|b", false, false, "abcab", "ab|c|ab"},
    {Contiguous, "x*", false, false, "axxb", "a|xx|b"},
    {Contiguous, ".", false, true, "a.b..c", "a|.|b|..|c"},
    {Contiguous, "+", false, true, "1+1", "1|+|1"},
    {Contiguous, "  ", false, true, "a    b", "a|    |b"},
    {Contiguous, "ß", false, true, "Straße", "Stra|ß|e"},
};

TEST(PreTokenizer, MatchesAreRemovedIsolatedOrMerged) {
  for (const SplitCase &test : splits)
    EXPECT_EQ(
        cut({split(test.pattern, test.behavior, test.invert, test.literal),
             byteLevel(false)},
            test.text),
        test.words)
        << test.pattern << " in '" << test.text << "', behaviour "
        << int(test.behavior) << (test.invert ? ", inverted" : "");
}

static const PatternCase properties[] = {
    {"\\p{Lu}", "aBcDÉ", "a|B|c|D|É"},
    {"\\p{Ll}+", "aBcé", "a|B|cé"},
    {"\\p{Lt}", "aǅb", "a|ǅ|b"},
    {"\\p{Lm}", "aʰb", "a|ʰ|b"},
    {"\\p{Lo}", "a中b", "a|中|b"},
    {"\\p{M}", "e\u0301a", "e|\u0301|a"},
    {"\\p{Mn}+", "a\u0301\u0308b", "a|\u0301\u0308|b"},
    {"\\p{N}", "a1½Ⅷ٣", "a|1|½|Ⅷ|٣"},
    {"\\p{Nd}", "1½٣", "1|½|٣"},
    {"\\p{Nl}", "1Ⅷ", "1|Ⅷ"},
    {"\\p{No}", "1½²", "1|½|²"},
    {"\\p{P}", "a-b!c«", "a|-|b|!|c|«"},
    {"\\p{Pc}", "a_b-c", "a|_|b-c"},
    {"\\p{Pd}", "a-b—c_", "a|-|b|—|c_"},
    {"\\p{Ps}\\p{Pe}", "a()b", "a|()|b"},
    {"\\p{Pi}", "«a»", "«|a»"},
    {"\\p{Pf}", "«a»", "«a|»"},
    {"\\p{Po}", "a!b-", "a|!|b-"},
    {"\\p{S}", "a+b€^", "a|+|b|€|^"},
    {"\\p{Sm}", "a+b€", "a|+|b€"},
    {"\\p{Sc}", "a€$b", "a|€|$|b"},
    {"\\p{Sk}", "a^b`", "a|^|b|`"},
    {"\\p{So}", "a©b", "a|©|b"},
    {"\\p{Z}", "a b\u00A0c", "a| |b|\u00A0|c"},
    {"\\p{Zs}", "a b\nc", "a| |b\nc"},
    {"\\p{C}", "a\001b\u200Dc", "a|\001|b|\u200D|c"},
    {"\\p{Cc}", "a\tb", "a|\t|b"},
    {"\\p{Cf}", "a\u200Db", "a|\u200D|b"},
    {"\\p{Letter}", "1a2", "1|a|2"},
    {"\\p{Uppercase_Letter}", "aBc", "a|B|c"},
    {"\\p{Decimal_Number}", "a1½", "a|1|½"},
    {"\\p{Han}+", "ab中文c", "ab|中文|c"},
    {"\\p{Hiragana}+", "aあいア", "a|あい|ア"},
    {"\\p{Katakana}+", "アイあ", "アイ|あ"},
    {"\\p{Hangul}+", "a한글b", "a|한글|b"},
    {"\\p{Greek}+", "aαβb", "a|αβ|b"},
    {"\\p{Cyrillic}+", "aжзb", "a|жз|b"},
    {"\\p{Latin}+", "aéж1", "aé|ж1"},
    {"\\p{Arabic}+", "aعb", "a|ع|b"},
    {"\\p{Thai}+", "aไทยb", "a|ไทย|b"},
    {"\\P{L}+", "a12b", "a|12|b"},
    {"\\p{^L}+", "a12b", "a|12|b"},
    {"\\P{^L}+", "a12b", "a|12|b"},
    {"\\p{Alphabetic}+", "aé1", "aé|1"},
    {"\\p{Any}", "ab", "a|b"},
};

TEST(PreTokenizer, PropertiesOfCharacters) { expectWords(properties); }

static const PatternCase escapes[] = {
    {"\\s", "a\tb c\u00A0d\u3000e", "a|\t|b| |c|\u00A0|d|\u3000|e"},
    {"\\S+", "a b", "a| |b"},
    {"\\d", "a1٣", "a|1|٣"},
    {"\\D+", "a1b", "a|1|b"},
    {"\\w+", "a_1-é中²", "a_1|-|é中²"},
    {"\\W+", "a-!b", "a|-!|b"},
    {"\\h+", "xyzaf09G", "xyz|af09|G"},
    {"\\H+", "xyzaf", "xyz|af"},
    {"\\bb", "ab b", "ab |b"},
    {"\\Bb", "ab b", "a|b| b"},
    {"\\n", "a\nb", "a|\n|b"},
    {"\\r\\n|\\r|\\n", "a\r\nb\rc", "a|\r\n|b|\r|c"},
    {"\\t", "a\tb", "a|\t|b"},
    {"\\x41", "aAb", "a|A|b"},
    {"\\x{e9}", "aéb", "a|é|b"},
    {"\\u00e9", "aéb", "a|é|b"},
    {"\\.", "a.b", "a|.|b"},
    {"\\\\", "a\\b", "a|\\|b"},
    {"\\[", "a[b", "a|[|b"},
    {"\\-", "a-b", "a|-|b"},
    {"\\/", "a/b", "a|/|b"},
    {"\\Aa", "aba", "a|ba"},
    {"a\\z", "aba", "ab|a"},
    {"\\v", "a\013b", "a|\013|b"},
    {"\\f", "a\014b", "a|\014|b"},
};

TEST(PreTokenizer, Escapes) { expectWords(escapes); }

static const PatternCase classes[] = {
    {"[abc]+", "xabcx", "x|abc|x"},
    {"[^abc]+", "xabcx", "x|abc|x"},
    {"[a-c]+", "xabcdx", "x|abc|dx"},
    {"[\\s\\d]+", "a 1b", "a| 1|b"},
    {"[^\\s\\p{L}\\p{N}]+", "a!? b", "a|!?| b"},
    {"[^\\r\\n\\p{L}\\p{N}]?\\p{L}+", " a,b", " a|,b"},
    {"[\\p{L}\\p{M}]+", "ae\u0301 b", "ae\u0301| |b"},
    {"[-a]+", "a-b", "a-|b"},
    {"[a-]+", "a-b", "a-|b"},
    {"[.]", "a.b", "a|.|b"},
    {"[(]", "a(b", "a|(|b"},
    {"[\\]]", "a]b", "a|]|b"},
    {"[a\\-c]+", "a-cb", "a-c|b"},
    {"[\\w]+", "a1_ b", "a1_| |b"},
    {"[\\h]+", "xaf", "x|af"},
    {"[\\x41-\\x43]+", "aABCd", "a|ABC|d"},
    {"[a^]+", "b^a", "b|^a"},
    {"[é-ü]+", "aéüb", "a|éü|b"},
    {"[$+<=>^`|~]", "a$b^", "a|$|b|^"},
    {"['’]", "it’s", "it|’|s"},
};

TEST(PreTokenizer, Classes) { expectWords(classes); }

static const PatternCase groups[] = {
    {"(?:ab)+", "xababx", "x|abab|x"},
    {"a(?=b)", "abac", "a|bac"},
    {"a(?!b)", "abac", "ab|a|c"},
    {"(?<=a)b", "abcb", "a|b|cb"},
    {"(?<!a)b", "abcb", "abc|b"},
    {"(?>a+)b", "aab", "aab"},
    {"(?i:'s|'t)", "it'S'T", "it|'S|'T"},
    {"(?i)ab", "xABx", "x|AB|x"},
    {"(a)(b)", "xabx", "x|ab|x"},
    {"a|bc|d", "abcd", "a|bc|d"},
    {"\\s+(?!\\S)", "a   b  ", "a|  | b|  "},
    {"(?:\\s|$)", "a b", "a| |b"},
    {"(?i:ß)", "aßb", "a|ß|b"},
    {"(?i:k)", "aKk", "a|K|k"},
};

TEST(PreTokenizer, Groups) { expectWords(groups); }

static const PatternCase intervals[] = {
    {"a{2}", "aaaaa", "aa|aa|a"},
    {"a{1,2}", "aaaaa", "aa|aa|a"},
    {"a{2,}", "aaaba", "aaa|ba"},
    {"a{,2}b", "aaab", "a|aab"},
    {"\\p{N}{1,3}", "1234567", "123|456|7"},
    {"a+?", "aaa", "a|a|a"},
    {"a*?b", "aab", "aab"},
    {"a??b", "aab", "a|ab"},
    {"a++b", "aab", "aab"},
    {"a{1,2}?", "aaa", "a|a|a"},
    {"a{", "a{b", "a{|b"},
    {"a{x}", "a{x}b", "a{x}|b"},
    {".{2}", "abcde", "ab|cd|e"},
    {".+", "a\nb", "a|\n|b"},
    {"^a", "aa", "a|a"},
    {"a$", "a\na", "a|\n|a"},
};

TEST(PreTokenizer, Intervals) { expectWords(intervals); }

struct StepsCase {
  std::vector<PreTokenizerStep> steps;
  const char *text;
  const char *words;
};

TEST(PreTokenizer, StepsWorkOnWhatTheStepBeforeLeft) {
  const StepsCase cases[] = {
      {{digits(true), byteLevel(false)}, "a12b½3", "a|1|2|b|½|3"},
      {{digits(false), byteLevel(false)}, "a12b½3", "a|12|b|½3"},
      {{digits(true), byteLevel(false)}, "Ⅷ1", "Ⅷ|1"},
      {{digits(false), byteLevel(false)}, "12", "12"},
      {{digits(true), byteLevel(true)},
       "it's 2024 now",
       "it|'s| |2|0|2|4| now"},
      {{byteLevel(true)}, "it's 2024 now", "it|'s| 2024| now"},
      {{byteLevel(true)}, "Hello  world!\n\n x", "Hello| | world|!|\n\n| x"},
      {{byteLevel(true)}, "I'll don't WE'VE", "I|'ll| don|'t| WE|'|VE"},
      {{byteLevel(true, true)}, "Hello you", " Hello| you"},
      {{byteLevel(true, true)}, " Hello", " Hello"},
      {{byteLevel(false, true)}, "a b", " a b"},
      {{byteLevel(false)}, "a b  c", "a b  c"},
      {{split("\\s+(?!\\S)"), byteLevel(true)}, "a   b", "a|  | b"},
      {{split("\\p{N}{1,3}"), byteLevel(false)}, "a12345 b", "a|123|45| b"},
      {{digits(true), split("a"), byteLevel(false)}, "a1ba", "a|1|b|a"},
      {{split(","), digits(false), byteLevel(true)}, "a, 12,b", "a|,| |12|,|b"},
  };
  for (const StepsCase &test : cases)
    EXPECT_EQ(cut(test.steps, test.text), test.words) << test.text;
}

struct NamedCase {
  const char *name;
  const char *text;
  const char *words;
};

static const NamedCase named[] = {
    {"gpt-2", "I'll say it's 12345 o'clock",
     "I|'ll| say| it|'s| 12345| o|'|clock"},
    {"gpt-2", "WE'VE HelloWorld fooBar", "WE|'|VE| HelloWorld| fooBar"},
    {"gpt-2", "a  b\n\n  c \n", "a| | b|\n\n | c| \n"},
    {"gpt-2", "x=1;\r\ny/=2", "x|=|1|;|\r|\n|y|/=|2"},
    {"gpt-2", "中文 한글 ½Ⅷ", "中文| 한글| ½Ⅷ"},
    {"gpt-2", "don’t (stop)!?\n", "don|’|t| (|stop|)!?|\n"},
    {"gpt-2", "  indented\tcode", " | indented|\t|code"},
    {"gpt-2", "e\u0301a 😀😀 end", "e|\u0301|a| 😀😀| end"},
    {"smollm", "I'll say it's 12345 o'clock",
     "I|'ll| say| it|'s| |1|2|3|4|5| o|'|clock"},
    {"smollm", "WE'VE HelloWorld fooBar", "WE|'|VE| HelloWorld| fooBar"},
    {"smollm", "a  b\n\n  c \n", "a| | b|\n\n | c| \n"},
    {"smollm", "x=1;\r\ny/=2", "x|=|1|;|\r|\n|y|/=|2"},
    {"smollm", "中文 한글 ½Ⅷ", "中文| 한글| |½|Ⅷ"},
    {"smollm", "don’t (stop)!?\n", "don|’|t| (|stop|)!?|\n"},
    {"smollm", "  indented\tcode", " | indented|\t|code"},
    {"smollm", "e\u0301a 😀😀 end", "e|\u0301|a| 😀😀| end"},
    {"llama-bpe", "I'll say it's 12345 o'clock",
     "I|'ll| say| it|'s| |123|45| o|'clock"},
    {"llama-bpe", "WE'VE HelloWorld fooBar", "WE|'VE| HelloWorld| fooBar"},
    {"llama-bpe", "a  b\n\n  c \n", "a| | b|\n\n| | c| \n"},
    {"llama-bpe", "x=1;\r\ny/=2", "x|=|1|;\r\n|y|/=|2"},
    {"llama-bpe", "中文 한글 ½Ⅷ", "中文| 한글| |½Ⅷ"},
    {"llama-bpe", "don’t (stop)!?\n", "don|’t| (|stop|)!?\n"},
    {"llama-bpe", "  indented\tcode", " | indented|\tcode"},
    {"llama-bpe", "e\u0301a 😀😀 end", "e|\u0301a| 😀😀| end"},
    {"qwen2", "I'll say it's 12345 o'clock",
     "I|'ll| say| it|'s| |1|2|3|4|5| o|'clock"},
    {"qwen2", "WE'VE HelloWorld fooBar", "WE|'VE| HelloWorld| fooBar"},
    {"qwen2", "a  b\n\n  c \n", "a| | b|\n\n| | c| \n"},
    {"qwen2", "x=1;\r\ny/=2", "x|=|1|;\r\n|y|/=|2"},
    {"qwen2", "中文 한글 ½Ⅷ", "中文| 한글| |½|Ⅷ"},
    {"qwen2", "don’t (stop)!?\n", "don|’t| (|stop|)!?\n"},
    {"qwen2", "  indented\tcode", " | indented|\tcode"},
    {"qwen2", "e\u0301a 😀😀 end", "e|\u0301a| 😀😀| end"},
    {"gpt-4o", "I'll say it's 12345 o'clock",
     "I'll| say| it's| |123|45| o|'clock"},
    {"gpt-4o", "WE'VE HelloWorld fooBar", "WE'VE| Hello|World| foo|Bar"},
    {"gpt-4o", "a  b\n\n  c \n", "a| | b|\n\n| | c| \n"},
    {"gpt-4o", "x=1;\r\ny/=2", "x|=|1|;\r\n|y|/=|2"},
    {"gpt-4o", "中文 한글 ½Ⅷ", "中文| 한글| |½Ⅷ"},
    {"gpt-4o", "don’t (stop)!?\n", "don|’t| (|stop|)!?\n"},
    {"gpt-4o", "  indented\tcode", " | indented|\tcode"},
    {"gpt-4o", "e\u0301a 😀😀 end", "e\u0301a| 😀😀| end"},
    {"deepseek-llm", "I'll say it's 12345 o'clock",
     "I|'|ll| say| it|'|s| |12345| o|'|clock"},
    {"deepseek-llm", "a  b\n\n  c \n", "a| | b|\n|\n| | c| |\n"},
    {"deepseek-llm", "中文 한글 ½Ⅷ", "中文| |한글| |½|Ⅷ"},
    {"deepseek-llm", "don’t (stop)!?\n", "don|’|t| (|stop|)!?|\n"},
    {"deepseek-llm", "e\u0301a Ἀρχή 😀😀 end", "e|\u0301|a| |Ἀ|ρχή| 😀😀| end"},
};

TEST(PreTokenizer, NamesOfGgufCutAsTheModelsDo) {
  for (const NamedCase &test : named) {
    Expected<std::vector<PreTokenizerStep>> steps =
        preTokenizerByName(test.name);
    ASSERT_TRUE(steps) << steps.message();
    EXPECT_EQ(cut(*steps, test.text), test.words) << test.name;
  }
}

TEST(PreTokenizer, StepsBehindByteLevelSeeItsAlphabet) {
  // A space is U+0120 there.
  EXPECT_EQ(cut({byteLevel(false), split("Ġ")}, "a b"), "a| |b");
  EXPECT_EQ(cut({byteLevel(false), split(" ")}, "a b"), "a b");
}

TEST(PreTokenizer, NeedsOneByteLevelStep) {
  EXPECT_EQ(cut({}, "a b"), "a b");
  EXPECT_EQ(cut({byteLevel(true), byteLevel(true)}, "a"),
            "pre-tokenizer has 2 ByteLevel steps, wants one at most");
  std::vector<PreTokenizerStep> many(33, digits(true));
  EXPECT_EQ(cut(many, "a"),
            "pre-tokenizer of 33 steps, at most 32 are supported");
}

TEST(PreTokenizer, EmptyTextHasNoWords) {
  EXPECT_EQ(cut({byteLevel(true)}, ""), "");
  EXPECT_EQ(cut({byteLevel(true, /*addPrefixSpace=*/true)}, ""), "");
}

TEST(PreTokenizer, ASinkThatFailsEndsTheSplitting) {
  class Full : public WordSink {
  public:
    Status takeWord(std::string_view) override {
      ++taken;
      return Status::error("full");
    }
    int taken = 0;
  };
  for (const PreTokenizerStep &step :
       {split(","), split(",", MergedWithNext), digits(true)}) {
    Expected<PreTokenizer> preTokenizer =
        PreTokenizer::create({step, byteLevel(true)});
    ASSERT_TRUE(preTokenizer) << preTokenizer.message();
    Full full;
    StepBudget budget(0);
    EXPECT_EQ(preTokenizer->split("a,b 1 2", true, full, budget).message(),
              "full");
    EXPECT_EQ(full.taken, 1);
  }
}
