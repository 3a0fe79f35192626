//===- JinjaJsonTest.cpp - JSON becomes values of a template ----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "JinjaJson.h"

#include <gtest/gtest.h>

using namespace llmrt;
using namespace llmrt::jinja;

namespace {

/// What Python prints for the value, or the error.
std::string represent(std::string_view json) {
  Expected<Value> value = parseJsonValue(json, "it");
  return value ? value->represent() : value.message();
}

} // namespace

TEST(JinjaJson, ReadsEveryKindOfValue) {
  EXPECT_EQ(represent(" {\"b\": [1, -2.5, 1e3, true, false, null, \"x\"],\n"
                      "\t\"a\": {}, \"c\" : [ ] } "),
            "{'b': [1, -2.5, 1000.0, True, False, None, 'x'], 'a': {}, "
            "'c': []}");
  EXPECT_EQ(represent("0"), "0");
  EXPECT_EQ(represent("-0.0"), "-0.0");
  EXPECT_EQ(represent("9223372036854775807"), "9223372036854775807");
  EXPECT_EQ(represent("9223372036854775808"), "9.223372036854776e+18");
}

TEST(JinjaJson, ReadsEscapes) {
  EXPECT_EQ(represent(R"("\"\\\/\b\n\u00e9\ud83d\ude00")"),
            "'\"\\\\/\\x08\\n\u00e9\U0001F600'");
  EXPECT_EQ(represent(R"("\ud83dx")"), "'\ufffdx'"); // half of a pair
  EXPECT_EQ(represent(R"("\ude00\ud83d\u0041")"), "'\ufffd\ufffd'");
}

TEST(JinjaJson, OfMembersWithOneNameTheLastCounts) {
  EXPECT_EQ(represent(R"({"a": 1, "b": 2, "a": 3})"), "{'a': 3, 'b': 2}");
}

TEST(JinjaJson, RefusesWhatIsNoJsonAndSaysWhere) {
  for (const char *text :
       {"",        " ",        "nul",    "{",       "[1,]",      "[1 2]",
        "{\"a\"}", "{\"a\":}", "{a: 1}", "01",      "1.",        "1e",
        "+1",      "--1",      "\"",     "\"\\x\"", "\"\\u12\"", "\"\\u12g4\"",
        "\"\n\"",  "1 2",      "[1]]",   "'a'",     "NaN",       "1e999"})
    EXPECT_NE(represent(text).find("it is not valid JSON"), std::string::npos)
        << text;
  EXPECT_NE(represent("[1, x]").find("at byte 4"), std::string::npos);
}

TEST(JinjaJson, RefusesDeepNesting) {
  std::string deep(100000, '[');
  EXPECT_NE(represent(deep).find("nests deeper than 64"), std::string::npos);
  std::string fits = std::string(63, '[') + std::string(63, ']');
  EXPECT_EQ(represent(fits), fits);
}
