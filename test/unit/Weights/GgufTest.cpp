//===- GgufTest.cpp - GGUF files that are as they should be ---------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Testing.h"

#include "llmc/Weights/Gguf.h"

using namespace llmc;
using namespace llmc::test;

/// The file must outlive the result.
static GgufFile parseGood(const Bytes &bytes) {
  llvm::Expected<GgufFile> file = parseGguf("model.gguf", bytes);
  if (!file) {
    ADD_FAILURE() << llvm::toString(file.takeError());
    return {};
  }
  return std::move(*file);
}

static GgufFile parseGood(Bytes &&) = delete;

TEST(Gguf, ReversesDimensionsToOutermostFirst) {
  Bytes bytes = GgufWriter().tensor("w", {8, 3}, 0, someFloats(24)).finish();
  GgufFile file = parseGood(bytes);
  ASSERT_EQ(file.tensors.size(), 1u);
  EXPECT_EQ(file.tensors[0].shape, (llvm::SmallVector<int64_t>{3, 8}));
}

TEST(Gguf, FindsTheBytesOfEveryTensorBehindPadding) {
  Bytes first = someFloats(3, 1), second = someFloats(5, 2);
  Bytes bytes = GgufWriter()
                    .tensor("a", {3}, 0, first)
                    .tensor("b", {5}, 0, second)
                    .finish();
  GgufFile file = parseGood(bytes);
  ASSERT_EQ(file.tensors.size(), 2u);
  EXPECT_EQ(file.tensors[0].bytes.vec(), first);
  EXPECT_EQ(file.tensors[1].bytes.vec(), second);
}

TEST(Gguf, HonoursTheAlignmentKey) {
  GgufWriter writer;
  writer.alignment = 128;
  writer.integer("general.alignment", 128);
  Bytes content = someFloats(3, 7);
  Bytes bytes = writer.tensor("a", {3}, 0, someFloats(3))
                    .tensor("b", {3}, 0, content)
                    .finish();
  GgufFile file = parseGood(bytes);
  ASSERT_EQ(file.tensors.size(), 2u);
  EXPECT_EQ(file.tensors[1].bytes.vec(), content);
}

TEST(Gguf, SizesBlockEncodedTensors) {
  Bytes bytes = GgufWriter()
                    .tensor("q4_0", {64, 2}, 2, Bytes(4 * 18))
                    .tensor("q4_1", {64, 2}, 3, Bytes(4 * 20))
                    .tensor("q8_0", {64, 2}, 8, Bytes(4 * 34))
                    .tensor("bf16", {64, 2}, 30, Bytes(256))
                    .finish();
  GgufFile file = parseGood(bytes);
  ASSERT_EQ(file.tensors.size(), 4u);
  size_t sizes[] = {72, 80, 136, 256};
  for (size_t i = 0; i < 4; ++i)
    EXPECT_EQ(file.tensors[i].bytes.size(), sizes[i]);
}

/// Of a type that nobody knows, whose size is none: the file may end before the
/// place where data would begin.
TEST(Gguf, TensorsWithoutBytesNeedNoData) {
  Bytes bytes = GgufWriter().tensor("a", {3}, 999, {}).finish();
  bytes.pop_back(); // of the padding
  GgufFile file = parseGood(bytes);
  ASSERT_EQ(file.tensors.size(), 1u);
  EXPECT_TRUE(file.tensors[0].bytes.empty());
  EXPECT_LE(file.tensors[0].bytes.data(), bytes.data() + bytes.size());
}

TEST(Gguf, ReadsVersion2) {
  GgufWriter writer;
  writer.version = 2;
  Bytes bytes = writer.integer("n", 5).finish();
  EXPECT_EQ(parseGood(bytes).version, 2u);
}

TEST(Gguf, ReadsValuesOfEveryType) {
  Bytes bytes = GgufWriter()
                    .key("u8", 0, ByteWriter().u8(200).bytes)
                    .key("i8", 1, ByteWriter().u8(0xfe).bytes)
                    .key("u16", 2, ByteWriter().put<uint16_t>(65535).bytes)
                    .key("i16", 3, ByteWriter().put<int16_t>(-3).bytes)
                    .key("u32", 4, ByteWriter().u32(4000000000u).bytes)
                    .key("i32", 5, ByteWriter().put<int32_t>(-4).bytes)
                    .number("f32", 1e-5f)
                    .flag("bool", true)
                    .string("text", "caf\xc3\xa9")
                    .key("u64", 10, ByteWriter().u64(uint64_t(1) << 40).bytes)
                    .key("i64", 11, ByteWriter().put<int64_t>(-5).bytes)
                    .key("f64", 12, ByteWriter().put<double>(0.25).bytes)
                    .finish();
  GgufFile file = parseGood(bytes);
  auto integer = [&](const char *key) {
    return llvm::cantFail(file.getInteger(key, INT64_MIN, INT64_MAX));
  };
  EXPECT_EQ(integer("u8"), 200);
  EXPECT_EQ(integer("i8"), -2);
  EXPECT_EQ(integer("u16"), 65535);
  EXPECT_EQ(integer("i16"), -3);
  EXPECT_EQ(integer("u32"), 4000000000);
  EXPECT_EQ(integer("i32"), -4);
  EXPECT_EQ(integer("u64"), int64_t(1) << 40);
  EXPECT_EQ(integer("i64"), -5);
  EXPECT_EQ(llvm::cantFail(file.getFloat("f64", 0, 1)), 0.25);
  EXPECT_TRUE(llvm::cantFail(file.getBool("bool", false)));
  EXPECT_EQ(llvm::cantFail(file.getString("text")), "caf\xc3\xa9");
}

TEST(Gguf, WidensAFloatToTheDoubleThatPrintsAlike) {
  Bytes bytes = GgufWriter().number("eps", 1e-5f).finish();
  GgufFile file = parseGood(bytes);
  EXPECT_EQ(llvm::cantFail(file.getFloat("eps", 0, 1)), 1e-5);
}

TEST(Gguf, ReadsArrays) {
  Bytes bytes = GgufWriter()
                    .strings("words", {"one", "", "three"})
                    .integers("numbers", {7, 8, 9})
                    .strings("none", {})
                    .finish();
  GgufFile file = parseGood(bytes);
  std::vector<llvm::StringRef> words = llvm::cantFail(file.getStrings("words"));
  ASSERT_EQ(words.size(), 3u);
  EXPECT_EQ(words[2], "three");
  EXPECT_EQ(llvm::cantFail(file.getIntegers("numbers")),
            (std::vector<int64_t>{7, 8, 9}));
  EXPECT_TRUE(llvm::cantFail(file.getStrings("none")).empty());
}

TEST(Gguf, GivesDefaultsForAbsentKeysOnly) {
  Bytes bytes = GgufWriter().integer("n", 5).finish();
  GgufFile file = parseGood(bytes);
  EXPECT_EQ(llvm::cantFail(file.getInteger("absent", 1, 9, 3)), 3);
  EXPECT_EQ(llvm::cantFail(file.getInteger("n", 1, 9, 3)), 5);
  expectError(file.getInteger("n", 6, 9, 7), "model.gguf",
              "key 'n': requires an integer from 6 to 9, found 5");
  expectError(
      file.getInteger("absent", 1, 9), "model.gguf",
      "key 'absent': requires an integer from 1 to 9, found no such key");
}

TEST(Gguf, NamesTheTypeThatItFindsInPlaceOfAnother) {
  Bytes bytes = GgufWriter()
                    .string("text", "abc")
                    .number("nan", NAN)
                    .integers("numbers", {1, 2})
                    .finish();
  GgufFile file = parseGood(bytes);
  expectError(file.getInteger("text", 0, 9), "model.gguf",
              "found the string 'abc'");
  expectError(file.getFloat("nan", 0, 9), "model.gguf", "found nan");
  expectError(file.getString("numbers"), "model.gguf",
              "found an array of 2 of uint32");
  expectError(file.getStrings("text"), "model.gguf",
              "requires an array of strings");
  expectError(file.getIntegers("text"), "model.gguf",
              "requires an array of integers");
  expectError(file.getBool("text", false), "model.gguf", "requires a boolean");
}

TEST(Gguf, DoesNotTakeIntegersAboveInt64) {
  Bytes value = ByteWriter().u64(UINT64_MAX).bytes;
  Bytes bytes = GgufWriter().key("n", 10, value).finish();
  GgufFile file = parseGood(bytes);
  expectError(file.getInteger("n", INT64_MIN, INT64_MAX), "model.gguf",
              "requires an integer");
}
