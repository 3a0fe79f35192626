//===- HfConfigTest.cpp - typed access to config.json ---------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "lib/Import/HfConfig.h"

#include "../Weights/Testing.h"

#include "llmc/Weights/Json.h"

using namespace llmc;
using namespace llmc::test;

namespace {

HfConfig parse(const char *text) {
  return HfConfig("config.json", llvm::cantFail(parseJsonObject("c", text)));
}

template <typename T> std::string messageOf(llvm::Expected<T> value) {
  return value ? "no error" : llvm::toString(value.takeError());
}

std::string messageOf(llvm::Error error) {
  return error ? llvm::toString(std::move(error)) : "no error";
}

} // namespace

TEST(HfConfig, IntegersHaveARange) {
  HfConfig config = parse(R"({"n": 5, "text": "5", "half": 2.5, "big": 1e30})");
  EXPECT_EQ(llvm::cantFail(config.getInteger("n", 1, 5)), 5);
  EXPECT_EQ(llvm::cantFail(config.getInteger("n", 5, 9, 7)), 5);
  EXPECT_EQ(messageOf(config.getInteger("n", 6, 9)),
            "config.json: key 'n': requires an integer from 6 to 9, found 5");
  EXPECT_EQ(messageOf(config.getInteger("text", 1, 9)),
            "config.json: key 'text': requires an integer from 1 to 9, found "
            "the string '5'");
  EXPECT_NE(messageOf(config.getInteger("half", 1, 9)).find("found 2.5"),
            std::string::npos);
  EXPECT_NE(messageOf(config.getInteger("big", 1, 9)).find("found 1e+30"),
            std::string::npos);
}

TEST(HfConfig, WhatIsAbsentIsAnErrorOrTheDefault) {
  HfConfig config = parse(R"({"nothing": null})");
  for (const char *key : {"missing", "nothing"}) {
    EXPECT_FALSE(config.has(key));
    EXPECT_EQ(llvm::cantFail(config.getInteger(key, 1, 9, 3)), 3);
    EXPECT_EQ(llvm::cantFail(config.getFloat(key, 0, 1, 0.25)), 0.25);
    EXPECT_TRUE(llvm::cantFail(config.getBool(key, true)));
    EXPECT_EQ(llvm::cantFail(config.getString(key, "none")), "none");
    EXPECT_TRUE(llvm::cantFail(config.getStrings(key)).empty());
    EXPECT_TRUE(llvm::cantFail(config.getIntegers(key, 1, 9)).empty());
    EXPECT_EQ(llvm::cantFail(config.getObject(key)), nullptr);
  }
  EXPECT_EQ(messageOf(config.getInteger("missing", 1, 9)),
            "config.json: key 'missing': requires an integer from 1 to 9, "
            "found no such key");
  EXPECT_NE(messageOf(config.getString("nothing")).find("requires a string"),
            std::string::npos);
}

TEST(HfConfig, ADefaultDoesNotExcuseAWrongValue) {
  HfConfig config = parse(R"({"n": "x", "f": [], "b": 1, "s": 5})");
  EXPECT_NE(messageOf(config.getInteger("n", 1, 9, 3)), "no error");
  EXPECT_NE(messageOf(config.getFloat("f", 0, 1, 0.5)), "no error");
  EXPECT_EQ(messageOf(config.getBool("b", false)),
            "config.json: key 'b': requires true or false, found 1");
  EXPECT_EQ(messageOf(config.getString("s", "x")),
            "config.json: key 's': requires a string, found 5");
}

TEST(HfConfig, NumbersMayBeWhole) {
  HfConfig config = parse(R"({"theta": 10000, "eps": 0.00048828125})");
  EXPECT_EQ(llvm::cantFail(config.getFloat("theta", 1, 1e6)), 10000.0);
  EXPECT_EQ(llvm::cantFail(config.getFloat("eps", 1e-12, 1)), 0x1p-11);
  EXPECT_EQ(messageOf(config.getFloat("eps", 1e-3, 1)),
            "config.json: key 'eps': requires a number from 0.001 to 1, found "
            "0.00048828125");
}

TEST(HfConfig, ListsHoldOneKind) {
  HfConfig config = parse(R"({"names": ["a", "b"], "mixed": ["a", 1],
                              "ids": [1, 2], "id": 3, "far": [1, 20]})");
  EXPECT_EQ(llvm::cantFail(config.getStrings("names")),
            (std::vector<std::string>{"a", "b"}));
  EXPECT_NE(messageOf(config.getStrings("mixed")).find("a list of strings"),
            std::string::npos);
  EXPECT_NE(messageOf(config.getStrings("id")), "no error");
  EXPECT_EQ(llvm::cantFail(config.getIntegers("ids", 1, 9)),
            (std::vector<int64_t>{1, 2}));
  EXPECT_EQ(llvm::cantFail(config.getIntegers("id", 1, 9)),
            std::vector<int64_t>{3});
  EXPECT_NE(messageOf(config.getIntegers("far", 1, 9)), "no error");
  EXPECT_NE(messageOf(config.getIntegers("names", 1, 9)), "no error");
}

TEST(HfConfig, ObjectsInsideNameTheirPath) {
  HfConfig config = parse(R"({"rope": {"factor": 0}, "flat": 1})");
  auto rope = llvm::cantFail(config.getObject("rope"));
  ASSERT_NE(rope, nullptr);
  EXPECT_EQ(messageOf(rope->getFloat("factor", 1, 9)),
            "config.json: key 'rope.factor': requires a number from 1 to 9, "
            "found 0");
  EXPECT_EQ(messageOf(config.getObject("flat")),
            "config.json: key 'flat': requires an object, found 1");
}

TEST(HfConfig, KeysThatNobodyReadAreRefused) {
  HfConfig config = parse(R"({"read": 1, "known": 2, "off": false,
                              "nothing": null, "scale": 0.5})");
  llvm::cantFail(config.getInteger("read", 1, 9));
  EXPECT_EQ(messageOf(config.rejectUnread({"known"})),
            "config.json: key 'scale': is not a key that this architecture is "
            "known to have, found 0.5");
  EXPECT_EQ(messageOf(config.rejectUnread({"known", "scale"})), "no error");
  llvm::cantFail(config.getFloat("scale", 0, 1));
  EXPECT_EQ(messageOf(config.rejectUnread({"known"})), "no error");
}

TEST(HfConfig, AWrongValueWasReadNonetheless) {
  HfConfig config = parse(R"({"n": "x"})");
  EXPECT_NE(messageOf(config.getInteger("n", 1, 9)), "no error");
  EXPECT_EQ(messageOf(config.rejectUnread({})), "no error");
}
