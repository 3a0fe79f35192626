//===- JinjaLexerTest.cpp - a template as tokens --------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "JinjaLexer.h"

#include <gtest/gtest.h>

using namespace llmrt;
using namespace llmrt::jinja;

using Kind = Token::Kind;

namespace {

/// Tokens in short: text in angle brackets, tags as they are, strings quoted.
std::string spell(const Token &token) {
  switch (token.kind) {
  case Kind::Text:
    return "<" + token.text + ">";
  case Kind::StatementOpen:
    return "{%";
  case Kind::StatementClose:
    return "%}";
  case Kind::PrintOpen:
    return "{{";
  case Kind::PrintClose:
    return "}}";
  case Kind::String:
    return "'" + token.text + "'";
  case Kind::Float:
    return token.text + "f";
  case Kind::End:
    return "$";
  default:
    return token.text;
  }
}

std::string lex(std::string_view source) {
  Expected<std::vector<Token>> tokens = tokenize(source);
  if (!tokens)
    return tokens.message();
  std::string out;
  for (const Token &token : *tokens)
    out += (out.empty() ? "" : " ") + spell(token);
  return out;
}

} // namespace

TEST(JinjaLexer, TextAndTagsAlternate) {
  EXPECT_EQ(lex(""), "$");
  EXPECT_EQ(lex("just text"), "<just text> $");
  EXPECT_EQ(lex("a{{ b }}c{% if d %}e"), "<a> {{ b }} <c> {% if d %} <e> $");
  EXPECT_EQ(lex("{{a}}{{b}}"), "{{ a }} {{ b }} $");
  EXPECT_EQ(lex("a{b}c{"), "<a{b}c{> $");
  EXPECT_EQ(lex("}} %} #}"), "<}} %} #}> $");
}

TEST(JinjaLexer, CommentsLeaveNothing) {
  EXPECT_EQ(lex("a{# b {{ c }} #}d"), "<a> <d> $");
  EXPECT_EQ(lex("{##}"), "$");
  EXPECT_EQ(lex("a  {#- b -#}  c"), "<a> <c> $");
}

TEST(JinjaLexer, OperatorsAreTheLongestOnes) {
  EXPECT_EQ(lex("{{ a==b!=c<=d>=e//f**g }}"),
            "{{ a == b != c <= d >= e // f ** g }} $");
  EXPECT_EQ(lex("{{ a<b>c/d*e%f~g|h=i }}"),
            "{{ a < b > c / d * e % f ~ g | h = i }} $");
  EXPECT_EQ(lex("{{ [a(b), {c: d}] }}"), "{{ [ a ( b ) , { c : d } ] }} $");
}

TEST(JinjaLexer, BracesOfDictsAreNoTags) {
  EXPECT_EQ(lex("{{ {'a': {}} }}"), "{{ { 'a' : { } } }} $");
  EXPECT_EQ(lex("{{ {'a': {'b': 1}}}}"), "{{ { 'a' : { 'b' : 1 } } }} $");
}

TEST(JinjaLexer, NumbersAreWholeOrReal) {
  EXPECT_EQ(lex("{{ 0 12 1_000 1.5 1e3 2.5E-7 1_0.2_5 }}"),
            "{{ 0 12 1000 1.5f 1e3f 2.5E-7f 10.25f }} $");
  EXPECT_EQ(lex("{{ a.0.1 }}"), "{{ a . 0 . 1 }} $");
  EXPECT_EQ(lex("{{ 1.a }}"), "{{ 1 . a }} $");
  EXPECT_EQ(lex("{{ 1e }}"), "{{ 1 e }} $");
}

TEST(JinjaLexer, StringsResolveTheirEscapes) {
  EXPECT_EQ(lex(R"({{ 'a' "b" }})"), "{{ 'a' 'b' }} $");
  EXPECT_EQ(lex(R"({{ 'it\'s' "\"" }})"), "{{ 'it's' '\"' }} $");
  EXPECT_EQ(lex(R"({{ '\n\t\\' }})"), "{{ '\n\t\\' }} $");
  EXPECT_EQ(lex(R"({{ '\x41\u00e4\U0001F600\101' }})"), "{{ 'Aä😀A' }} $");
  EXPECT_EQ(lex(R"({{ '\d\%' }})"), "{{ '\\d\\%' }} $"); // unknown: kept
  EXPECT_EQ(lex("{{ 'a\\\nb' }}"), "{{ 'ab' }} $");      // joined lines
  EXPECT_EQ(lex("{{ '}}' }}"), "{{ '}}' }} $");
}

TEST(JinjaLexer, BlockTagsTakeTheirLine) {
  EXPECT_EQ(lex("a\n  {% if x %}\nb"), "<a\n> {% if x %} <b> $");
  EXPECT_EQ(lex("a  {% if x %}\nb"), "<a  > {% if x %} <b> $");
  EXPECT_EQ(lex("  {% if x %}  {% endif %}\n\nb"),
            "{% if x %} <  > {% endif %} <\nb> $");
  EXPECT_EQ(lex("a\n  {{ x }}\nb"), "<a\n  > {{ x }} <\nb> $");
}

TEST(JinjaLexer, SignsDecideWhiteSpace) {
  EXPECT_EQ(lex("a \n {%- if x -%} \n b"), "<a> {% if x %} <b> $");
  EXPECT_EQ(lex("a {{- x -}} b"), "<a> {{ x }} <b> $");
  EXPECT_EQ(lex("  {%+ if x +%}\nb"), "<  > {% if x %} <\nb> $");
}

TEST(JinjaLexer, LineEndsAreOne) {
  EXPECT_EQ(lex("a\r\nb\rc\n"), "<a\nb\nc> $");
  EXPECT_EQ(lex("a\n\n"), "<a\n> $"); // one at the very end goes
}

TEST(JinjaLexer, TokensKnowTheirLine) {
  Expected<std::vector<Token>> tokens =
      tokenize("a\nb{{ c }}\n{# \n\n #}{{\n d }}");
  ASSERT_TRUE(tokens);
  std::vector<int> lines;
  for (const Token &token : *tokens)
    if (token.kind == Kind::Name)
      lines.push_back(token.line);
  EXPECT_EQ(lines, (std::vector<int>{2, 6}));
}

TEST(JinjaLexer, ErrorsNameTheirLine) {
  const std::pair<const char *, const char *> cases[] = {
      {"\n{{ a", "line 2: a tag '{{' without its end"},
      {"{% a", "line 1: a tag '{%' without its end"},
      {"\n\n{# a", "line 3: a comment '{#' without its '#}'"},
      {"{{ 'a }}", "line 1: a string without its closing quote"},
      {"{{ a ! b }}", "line 1: unexpected character '!'"},
      {"{{ a) }}", "line 1: unexpected ')'"},
      {"{{ (a] }}", "line 1: expected ')', found ']'"},
      {"{{ '\\x4' }}", "line 1: a string escape that names no character"},
      {"{{ '\\uD800' }}", "line 1: a string escape that names no character"},
      {"{{ '\\U00110000' }}",
       "line 1: a string escape that names no character"},
  };
  for (auto [source, message] : cases)
    EXPECT_EQ(lex(source), message);
}
