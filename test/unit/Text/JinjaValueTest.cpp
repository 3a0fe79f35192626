//===- JinjaValueTest.cpp - values print and compare as Python's do -------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The expected texts are what Python 3.11 prints for the same values.
//===----------------------------------------------------------------------===//

#include "JinjaValue.h"

#include <gtest/gtest.h>

#include <cmath>

using namespace llmrt::jinja;

TEST(JinjaValue, FloatsPrintTheirShortestForm) {
  const std::pair<double, const char *> cases[] = {
      {0.0, "0.0"},
      {-0.0, "-0.0"},
      {1.0, "1.0"},
      {0.1, "0.1"},
      {1.0 / 3, "0.3333333333333333"},
      {100.0, "100.0"},
      {1e15, "1000000000000000.0"},
      {1e16, "1e+16"},
      {1.5e16, "1.5e+16"},
      {123456789012345680.0, "1.2345678901234568e+17"},
      {1e-4, "0.0001"},
      {1e-5, "1e-05"},
      {1.25e-7, "1.25e-07"},
      {5e-324, "5e-324"},
      {1.7976931348623157e308, "1.7976931348623157e+308"},
      {-2.5, "-2.5"},
      {INFINITY, "inf"},
      {-INFINITY, "-inf"},
      {NAN, "nan"},
  };
  for (auto [value, text] : cases)
    EXPECT_EQ(Value::real(value).print(), text);
}

TEST(JinjaValue, TextsAreQuotedInsideOthersOnly) {
  const std::pair<const char *, const char *> cases[] = {
      {"a", "'a'"},
      {"it's", "\"it's\""},
      {"\"", "'\"'"},
      {"'\"", "'\\'\"'"},
      {"a\nb\tc\rd", "'a\\nb\\tc\\rd'"},
      {"\\", "'\\\\'"},
      {"\x01\x7f", "'\\x01\\x7f'"},
      {"grüße 😀", "'grüße 😀'"},
      {"", "''"},
  };
  for (auto [text, quoted] : cases) {
    EXPECT_EQ(Value::string(text).print(), text);
    EXPECT_EQ(Value::string(text).represent(), quoted);
    EXPECT_EQ(Value::list({Value::string(text)}).print(),
              "[" + std::string(quoted) + "]");
  }
}

TEST(JinjaValue, NestedValuesPrintAsPythons) {
  Value pair = Value::tuple({Value::integer(1), Value::none()});
  EXPECT_EQ(pair.print(), "(1, None)");
  EXPECT_EQ(Value::tuple({Value::boolean(true)}).print(), "(True,)");
  EXPECT_EQ(Value::tuple({}).print(), "()");
  EXPECT_EQ(Value::list({pair, Value::list({})}).print(), "[(1, None), []]");
  EXPECT_EQ(Value::dict({{"a", pair}, {"b's", Value::real(2)}}).print(),
            "{'a': (1, None), \"b's\": 2.0}");
  EXPECT_EQ(Value::undefined("x").print(), "");
}

TEST(JinjaValue, JsonHasPythonsSpaces) {
  Value value = Value::dict({{"a", Value::list({Value::integer(1)})},
                             {"b", Value::dict({})},
                             {"c", Value::none()}});
  EXPECT_EQ(*value.toJson(), R"({"a": [1], "b": {}, "c": null})");
  EXPECT_EQ(*value.toJson({.indent = 2}),
            "{\n  \"a\": [\n    1\n  ],\n  \"b\": {},\n  "
            "\"c\": null\n}");
  EXPECT_EQ(*value.toJson({.indent = 0}),
            "{\n\"a\": [\n1\n],\n\"b\": {},\n\"c\": null\n}");
  EXPECT_EQ(*Value::real(NAN).toJson(), "NaN");
  EXPECT_EQ(*Value::real(-INFINITY).toJson(), "-Infinity");
  EXPECT_EQ(*Value::string("\b\f\x02/").toJson(), R"("\b\f\u0002/")");
}

TEST(JinjaValue, WhatIsNoDataHasNoJson) {
  EXPECT_FALSE(Value::undefined("x").toJson());
  EXPECT_FALSE(Value::function("f").toJson());
  EXPECT_FALSE(Value::space({}).toJson());
  EXPECT_FALSE(Value::list({Value::undefined("x")}).toJson());
  EXPECT_FALSE(Value::dict({{"a", Value::function("f")}}).toJson());
}

TEST(JinjaValue, IntegersCompareInAllTheirBits) {
  constexpr int64_t big = int64_t(1) << 53; // big + 1 is no double
  EXPECT_EQ(compareValues(Value::integer(big + 1), Value::integer(big)), 1);
  EXPECT_EQ(compareValues(Value::integer(-big - 1), Value::integer(-big)), -1);
  EXPECT_FALSE(Value::integer(big + 1) == Value::integer(big));
  EXPECT_EQ(compareValues(Value::boolean(true), Value::integer(1)), 0);
  EXPECT_EQ(compareValues(Value::integer(1), Value::real(1.5)), -1);
}

TEST(JinjaValue, OrderIsOfNumbersAndOfTexts) {
  EXPECT_EQ(compareValues(Value::string("a"), Value::string("b")), -1);
  EXPECT_EQ(compareValues(Value::string("ä"), Value::string("z")), 1);
  EXPECT_EQ(compareValues(Value::string("a"), Value::string("a")), 0);
  EXPECT_EQ(compareValues(Value::string("1"), Value::integer(1)), std::nullopt);
  EXPECT_EQ(compareValues(Value::none(), Value::none()), std::nullopt);
  EXPECT_EQ(compareValues(Value::list({}), Value::list({})), std::nullopt);
}

TEST(JinjaValue, EqualityLooksInside) {
  auto dict = [](Members members) { return Value::dict(std::move(members)); };
  Value one = Value::integer(1), two = Value::integer(2);
  EXPECT_TRUE(dict({{"a", one}, {"b", two}}) == dict({{"b", two}, {"a", one}}));
  EXPECT_FALSE(dict({{"a", one}}) == dict({{"a", two}}));
  EXPECT_FALSE(dict({{"a", one}}) == dict({{"a", one}, {"b", two}}));
  EXPECT_TRUE(Value::list({one}) == Value::list({Value::real(1)}));
  EXPECT_FALSE(Value::list({one}) == Value::tuple({one}));
  EXPECT_FALSE(Value::string("1") == one);
  EXPECT_TRUE(Value::none() == Value::none());
  EXPECT_FALSE(Value::space({}) == Value::space({})); // by identity
}

TEST(JinjaValue, NestingAndWeightCountWhatIsInside) {
  Value value = Value::integer(7);
  for (int depth = 0; depth < Value::nestingLimit; ++depth) {
    EXPECT_EQ(value.nesting(), depth);
    value = depth % 2 ? Value::list({value}) : Value::dict({{"k", value}});
  }
  EXPECT_EQ(value.nesting(), Value::nestingLimit);
  Value text = Value::string(std::string(1000, 'x'));
  EXPECT_GE(text.weight(), 1000u);
  EXPECT_GE(Value::list({text, text}).weight(), 2 * text.weight());
}

TEST(JinjaValue, CharactersAreCodePoints) {
  EXPECT_EQ(characterCount(""), 0u);
  EXPECT_EQ(characterCount("grüße 😀"), 7u);
  EXPECT_EQ(sliceCharacters("grüße", 2, 4), "üß");
  EXPECT_EQ(sliceCharacters("grüße", 4, 99), "e");
  EXPECT_EQ(sliceCharacters("grüße", 3, 3), "");
  EXPECT_EQ(sliceCharacters("😀a", 0, 1), "😀");
}

TEST(JinjaValue, StrippingTakesSpaceOfEveryScript) {
  EXPECT_EQ(stripText("\u3000\t a \u00a0\n", true, true), "a");
  EXPECT_EQ(stripText("  a  ", true, false), "a  ");
  EXPECT_EQ(stripText("  a  ", false, true), "  a");
  EXPECT_EQ(stripText("ßaßbß", true, true, "ß"), "aßb");
  EXPECT_EQ(stripText(" \n ", true, true), "");
  EXPECT_EQ(stripText("\u200ba", true, true), "\u200ba"); // no space
}

TEST(JinjaValue, NamespacesKeepWhatIsSet) {
  Value space = Value::space({{"a", Value::integer(1)}});
  Value same = space;
  same.setMember("a", Value::integer(2));
  same.setMember("b", Value::integer(3));
  EXPECT_EQ(space.findMember("a")->asInteger(), 2);
  EXPECT_EQ(space.findMember("b")->asInteger(), 3);
  EXPECT_EQ(space.findMember("c"), nullptr);
}
