//===- JsonTest.cpp - what is checked before JSON is parsed ---------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Testing.h"

#include "llmc/Weights/Json.h"

using namespace llmc;
using namespace llmc::test;

TEST(Json, ReadsAnObject) {
  auto object = llvm::cantFail(parseJsonObject("c.json", R"({"a": {"b": 1}})"));
  EXPECT_EQ(object.getObject("a")->getInteger("b"), 1);
}

TEST(Json, AllowsTheSameKeyInTwoObjects) {
  EXPECT_TRUE(static_cast<bool>(parseJsonObject(
      "c.json", R"({"a":{"k":1},"b":{"k":1},"k":[{"k":1},{"k":1}]})")));
}

TEST(Json, TellsKeysFromEqualStringValues) {
  EXPECT_TRUE(static_cast<bool>(
      parseJsonObject("c.json", R"({"a":"a","b":["a","a"],"c":"}{"})")));
}

TEST(Json, FindsARepeatedKeyAndItsLine) {
  expectError(parseJsonObject("c.json", "{\"a\": 1,\n \"b\": 2,\n \"a\" : 3}"),
              "c.json", "line 3: the key 'a' appears twice");
}

TEST(Json, StopsAtSixtyFourLevels) {
  auto nested = [](size_t depth) {
    return "{\"a\":" + std::string(depth - 1, '[') +
           std::string(depth - 1, ']') + "}";
  };
  EXPECT_TRUE(static_cast<bool>(parseJsonObject("c.json", nested(64))));
  expectError(parseJsonObject("c.json", nested(65)), "c.json",
              "nested deeper than 64 levels");
}

TEST(Json, BoundsTheMemoryOfValues) {
  auto repeated = [](const std::string &element, size_t count) {
    std::string text = "{\"a\":[0";
    while (count--)
      text += "," + element;
    return text + "]}";
  };
  EXPECT_TRUE(
      static_cast<bool>(parseJsonObject("c.json", repeated("0", 1000000))));
  EXPECT_TRUE(static_cast<bool>(
      parseJsonObject("c.json", repeated(R"({"shape":[1,2]})", 10000))));
  expectError(parseJsonObject("c.json", repeated("0", 10000000)), "c.json",
              "the values take more than 384 MiB of memory");
  expectError(parseJsonObject("c.json", repeated(R"({"":0})", 100000)),
              "c.json", "the values take more than 384 MiB of memory");
}

TEST(Json, SurvivesTextsThatEndInTheMiddle) {
  for (const char *text : {"\"", "{\"", "{\"a", "{\"a\\", "{\"a\\\"",
                           "{\"a\":", "}", "]]]", "{\"\\u00\":1}"})
    expectError(parseJsonObject("c.json", text), "c.json", "");
}
