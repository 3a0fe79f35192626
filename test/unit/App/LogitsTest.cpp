//===- LogitsTest.cpp - .npy in, .npy out ---------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "AppTesting.h"
#include "Npy.h"

#include <gtest/gtest.h>

#include <cstring>

using namespace llmrt;
using namespace llmrt::test;

namespace {

std::string npyOf(const std::string &dictionary, const std::string &data,
                  char version = 1) {
  std::string file = "\x93NUMPY";
  file += version;
  file += '\0';
  file += static_cast<char>(dictionary.size() & 0xff);
  file += static_cast<char>(dictionary.size() >> 8);
  if (version > 1)
    file += std::string(2, '\0');
  return file + dictionary + data;
}

std::string npyIds(const std::vector<int64_t> &ids) {
  std::string data(ids.size() * 8, '\0');
  if (!ids.empty())
    std::memcpy(data.data(), ids.data(), data.size());
  return npyOf("{'descr': '<i8', 'fortran_order': False, 'shape': (1, " +
                   std::to_string(ids.size()) + "), }",
               data);
}

std::vector<int64_t> widened(const std::vector<int32_t> &ids) {
  return {ids.begin(), ids.end()};
}

/// The elements behind the header that the program must have written.
std::vector<float> resultOf(const std::string &file, int64_t tokens) {
  const int64_t shape[] = {1, tokens, fakeVocabulary};
  std::string header = app::npyHeader(shape);
  EXPECT_EQ(header.size() % 64, 0u);
  EXPECT_EQ(file.substr(0, header.size()), header);
  std::vector<float> values((file.size() - header.size()) / 4);
  std::memcpy(values.data(), file.data() + header.size(), values.size() * 4);
  return values;
}

std::vector<float> expectedRows(const std::vector<int32_t> &ids) {
  std::vector<float> rows;
  for (size_t i = 1; i <= ids.size(); ++i)
    for (float logit : expectedLogits(std::span(ids).first(i)))
      rows.push_back(logit);
  return rows;
}

TEST(Logits, ofEveryRowWholeChunkedAndStepped) {
  std::vector<int32_t> ids = someTokens(130);
  TemporaryFile in(npyIds(widened(ids)));
  FakeApp app;
  for (const std::vector<std::string> &more :
       std::vector<std::vector<std::string>>{
           {}, {"--step"}, {"--rows", "7"}, {"--threads", "2"}}) {
    TemporaryFile out;
    std::vector<std::string> call = {"logits", "--ids", in.path(), "--out",
                                     out.path()};
    call.insert(call.end(), more.begin(), more.end());
    Outcome result = app(call);
    ASSERT_EQ(result.code, 0) << result.err;
    EXPECT_EQ(resultOf(out.read(), 130), expectedRows(ids));
    EXPECT_EQ(out.neighbours().size(), 1u);
  }
}

TEST(Logits, anErrorLeavesNoFile) {
  TemporaryFile in(npyIds({1, 2, 3, 999})), out;
  Outcome result =
      FakeApp()({"logits", "--ids", in.path(), "--out", out.path()});
  EXPECT_EQ(result.code, 1);
  EXPECT_EQ(result.err,
            "error: token 999 is not in the vocabulary of 259: ids go from "
            "0 to 258\n");
  EXPECT_TRUE(out.neighbours().empty());
}

TEST(Logits, anUnwritablePlaceIsAnError) {
  TemporaryFile in(npyIds({1, 2}));
  Outcome result =
      FakeApp()({"logits", "--ids", in.path(), "--out", "/nonexistent/x.npy"});
  EXPECT_EQ(result.code, 1);
  EXPECT_EQ(result.err, "error: /nonexistent/x.npy: cannot create it: No such "
                        "file or directory\n");
}

TEST(Logits, promptsThatAreEmptyOrTooLong) {
  FakeApp app;
  TemporaryFile empty(npyIds({})), longer(npyIds(widened(someTokens(513)))),
      out;
  EXPECT_NE(app({"logits", "--ids", empty.path(), "--out", out.path()})
                .err.find("the prompt is empty"),
            std::string::npos);
  EXPECT_NE(app({"logits", "--ids", longer.path(), "--out", out.path()})
                .err.find("has 513 tokens: the context holds 512"),
            std::string::npos);
}

TEST(Npy, acceptsTheUsualForms) {
  const std::string data("\x05\0\0\0\0\0\0\0\x07\0\0\0\0\0\0\0", 16);
  const std::vector<int32_t> expected = {5, 7};
  for (const std::string &file :
       {npyOf("{'descr': '<i8', 'fortran_order': False, 'shape': (1, 2), }\n",
              data),
        npyOf("{'descr': '<i8', 'fortran_order': False, 'shape': (2,), }\n",
              data),
        npyOf("{\"shape\": (1,2), \"descr\": \"<i8\"}", data, 2),
        npyOf("{'shape':(2,),'descr':'<i8'}", data, 3)}) {
    auto ids = app::parseNpyIds(file, "f");
    ASSERT_TRUE(ids) << ids.message();
    EXPECT_EQ(*ids, expected);
  }
  auto narrow =
      app::parseNpyIds(npyOf("{'descr': '<i4', 'shape': (1, 4)}", data), "f");
  ASSERT_TRUE(narrow) << narrow.message();
  EXPECT_EQ(narrow->size(), 4u);
}

TEST(Npy, hostileFilesAreErrors) {
  const std::string eight("\x05\0\0\0\0\0\0\0", 8);
  const std::string good = npyOf("{'descr': '<i8', 'shape': (1, 1), }", eight);
  const std::string files[] = {
      "",
      "\x93NUMP",
      "not an array at all",
      good.substr(0, 9),
      good.substr(0, 20),
      good.substr(0, good.size() - 1),
      good + "x",
      npyOf("{'descr': '<f4', 'shape': (1, 2), }", eight),
      npyOf("{'descr': '>i8', 'shape': (1, 1), }", eight),
      npyOf("{'shape': (1, 1), }", eight),
      npyOf("{'descr': '<i8'}", eight),
      npyOf("{'descr': '<i8', 'shape': (1, 1", eight),
      npyOf("{'descr': '<i8', 'shape': (1, -1), }", eight),
      npyOf("{'descr': '<i8', 'shape': (2, 1), }", eight + eight),
      npyOf("{'descr': '<i8', 'shape': (1, 1, 1), }", eight),
      npyOf("{'descr': '<i8', 'shape': (), }", eight),
      npyOf("{'descr': '<i8', 'shape': (1, 2305843009213693953), }", eight),
      npyOf("{'descr': '<i8', 'shape': (1, 99999999999999999999), }", eight),
      npyOf("{'descr': '<i8', 'shape': (1, 1), }", std::string(8, '\xff')),
      npyOf("{'descr': '<i8', 'shape': (1, 1), }", eight, 9),
      npyOf("", eight),
      npyOf("{'descr': ", eight)};
  for (const std::string &file : files) {
    auto ids = app::parseNpyIds(file, "file.npy");
    ASSERT_FALSE(ids) << file;
    EXPECT_EQ(ids.message().find("file.npy: "), 0u) << ids.message();
  }
}

TEST(Npy, anyChangedByteIsAnErrorOrIds) {
  const std::string good = npyIds({5, 6, 7});
  for (size_t i = 0; i < good.size(); ++i)
    for (int bit = 0; bit < 8; ++bit) {
      std::string file = good;
      file[i] = static_cast<char>(file[i] ^ (1 << bit));
      auto ids = app::parseNpyIds(file, "f");
      EXPECT_TRUE(ids ? ids->size() <= 6 : !ids.message().empty());
    }
}

} // namespace
