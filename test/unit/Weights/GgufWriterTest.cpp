//===- GgufWriterTest.cpp - GGUF files as they are written ----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "RecipeTesting.h"

#include "llmc/Weights/GgufWriter.h"

#include "mlir/AsmParser/AsmParser.h"

using namespace llmc;
using namespace llmc::test;
using namespace mlir::llm;

namespace {

class GgufWriterTest : public RecipeTest {
protected:
  EncodingAttrInterface grid(const std::string &text) {
    return mlir::cast<EncodingAttrInterface>(
        mlir::parseAttribute("#llm.grid<" + text + ">", &context));
  }
  std::string typeOf(const std::string &text) {
    std::optional<GgmlType> type = findGgmlType(grid(text));
    return type ? spellGgmlType(*type) : "";
  }
};

const std::string e2m1 =
    "values = [0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12]";
const std::string iq4 = "values = [-127, -104, -83, -65, -49, -35, -22, -10, "
                        "1, 13, 25, 38, 53, 69, 89, 113]";

} // namespace

TEST_F(GgufWriterTest, GridsHaveTheTypeOfTheSameNumbers) {
  EXPECT_EQ(typeOf("bits = 4, group = 32, scale = f16, zero = 8"), "Q4_0");
  EXPECT_EQ(typeOf("bits = 4, group = 32, scale = f16, min = true"), "Q4_1");
  EXPECT_EQ(typeOf("bits = 5, group = 32, scale = f16, zero = 16"), "Q5_0");
  EXPECT_EQ(typeOf("bits = 5, group = 32, scale = f16, min = true"), "Q5_1");
  EXPECT_EQ(typeOf("bits = 8, group = 32, scale = f16, zero = 128"), "Q8_0");
  EXPECT_EQ(typeOf("bits = 4, group = 32, scale = f16, " + iq4), "IQ4_NL");
  EXPECT_EQ(typeOf("bits = 4, group = 32, scale = f8E8M0FNU, " + e2m1),
            "MXFP4");
  const std::string six = ", scale = f16, sub = si6, block = 256, ",
                    sixAbove = ", scale = f16, sub = ui6, block = 256, ";
  EXPECT_EQ(typeOf("bits = 3, group = 16" + six + "zero = 4"), "Q3_K");
  EXPECT_EQ(typeOf("bits = 4, group = 32" + sixAbove + "min = true"), "Q4_K");
  EXPECT_EQ(typeOf("bits = 5, group = 32" + sixAbove + "min = true"), "Q5_K");
  EXPECT_EQ(typeOf("bits = 6, group = 16, scale = f16, sub = si8, block = 256, "
                   "zero = 32"),
            "Q6_K");
  EXPECT_EQ(typeOf("bits = 4, group = 32" + six + iq4), "IQ4_XS");
  EXPECT_EQ(findGgmlType(f16()), GgmlType::F16);
  EXPECT_EQ(findGgmlType(q8()), GgmlType(8));
}

TEST_F(GgufWriterTest, OthersHaveNone) {
  EXPECT_EQ(typeOf("bits = 4, group = 64, scale = f16, zero = 8"), "");
  EXPECT_EQ(typeOf("bits = 4, group = 32, scale = f32, zero = 8"), "");
  EXPECT_EQ(typeOf("bits = 4, group = 32, scale = f16, zero = 7"), "");
  EXPECT_EQ(typeOf("bits = 8, group = 32, scale = f16, min = true"), "");
  EXPECT_EQ(typeOf("bits = 3, group = 32, scale = f16, zero = 4"), "");
  EXPECT_EQ(typeOf("bits = 4, group = 32, scale = f16, sub = ui8, block = 256, "
                   "min = true"),
            "");
  EXPECT_EQ(typeOf("bits = 6, group = 16, scale = f16, sub = si8, block = 192, "
                   "zero = 32"),
            "");
  // Scales between powers of two, and codes of other values.
  EXPECT_EQ(typeOf("bits = 4, group = 32, scale = bf16, " + e2m1), "");
  EXPECT_EQ(typeOf("bits = 4, group = 32, scale = f8E8M0FNU, " + iq4), "");
  EXPECT_EQ(typeOf("bits = 4, group = 32, scale = f8E8M0FNU, zero = 8"), "");
}

TEST_F(GgufWriterTest, BlocksKeepTheirNumbers) {
  constexpr int64_t count = 512;
  std::vector<float> values = noise(count, 3), expected(count), found(count);
  for (const std::string &text :
       {std::string("bits = 4, group = 32, scale = f16, zero = 8"),
        std::string("bits = 4, group = 32, scale = f16, min = true"),
        std::string("bits = 5, group = 32, scale = f16, zero = 16"),
        std::string("bits = 5, group = 32, scale = f16, min = true"),
        std::string("bits = 8, group = 32, scale = f16, zero = 128"),
        "bits = 4, group = 32, scale = f16, " + iq4,
        "bits = 4, group = 32, scale = f8E8M0FNU, " + e2m1,
        std::string("bits = 3, group = 16, scale = f16, sub = si6, block = "
                    "256, zero = 4"),
        std::string("bits = 4, group = 32, scale = f16, sub = ui6, block = "
                    "256, min = true"),
        std::string("bits = 5, group = 32, scale = f16, sub = ui6, block = "
                    "256, min = true"),
        std::string("bits = 6, group = 16, scale = f16, sub = si8, block = "
                    "256, zero = 32"),
        "bits = 4, group = 32, scale = f16, sub = si6, block = 256, " + iq4}) {
    EncodingAttrInterface from = grid(text);
    Bytes bytes(from.getBytes(count));
    from.quantize(values.data(), count, bytes.data());
    from.dequantize(bytes.data(), count, expected.data());
    GgmlType type = *findGgmlType(from);
    Bytes blocks = toGgmlBlocks(bytes, from, type);
    EncodingAttrInterface to = getGgmlEncoding(type, &context);
    ASSERT_EQ(static_cast<int64_t>(blocks.size()), to.getBytes(count));
    to.dequantize(blocks.data(), count, found.data());
    EXPECT_EQ(found, expected) << text;
  }
}

TEST_F(GgufWriterTest, WhatWasWrittenIsRead) {
  Bytes source = GgufWriter()
                     .string("general.architecture", "llama")
                     .strings("tokenizer.ggml.tokens", {"a", "bc", ""})
                     .integers("some.numbers", {3, 2, 1})
                     .number("some.scale", 0.5f)
                     .integer("some.count", 8)
                     .integer("general.file_type", 0)
                     .integer("split.count", 1)
                     .tensor("w", {32, 3}, 0, someFloats(96))
                     .tensor("v", {5}, 0, someFloats(5))
                     .finish();
  GgufFile before = llvm::cantFail(parseGguf("before", source));
  GgufPlace places[] = {{"w", {3, 32}, GgmlType(2), 3 * 18},
                        {"v", {5}, GgmlType::F32, 20}};
  std::string header =
      makeGgufHeader(before, {{"some.count", 7}, {"some.more", 9}}, places);
  EXPECT_EQ(places[0].offset, header.size());
  EXPECT_EQ(places[1].offset, header.size() + 64);
  Bytes written(header.begin(), header.end());
  written.resize(places[1].offset + 20);
  written[places[1].offset] = 7;

  GgufFile after = llvm::cantFail(parseGguf("after", written));
  EXPECT_EQ(llvm::cantFail(after.getString("general.architecture")), "llama");
  EXPECT_EQ(llvm::cantFail(after.getStrings("tokenizer.ggml.tokens")),
            (std::vector<llvm::StringRef>{"a", "bc", ""}));
  EXPECT_EQ(llvm::cantFail(after.getInteger("some.count", 0, 9)), 7);
  EXPECT_EQ(llvm::cantFail(after.getInteger("some.more", 0, 9)), 9);
  EXPECT_EQ(llvm::cantFail(after.getIntegers("some.numbers")),
            (std::vector<int64_t>{3, 2, 1}));
  EXPECT_EQ(llvm::cantFail(after.getFloat("some.scale", 0, 1)), 0.5);
  EXPECT_EQ(llvm::cantFail(after.getInteger("general.file_type", 0, 99)), 2);
  EXPECT_EQ(after.find("split.count"), nullptr);
  ASSERT_EQ(after.tensors.size(), 2u);
  EXPECT_EQ(after.tensors[0].shape, (llvm::SmallVector<int64_t>{3, 32}));
  EXPECT_EQ(after.tensors[0].type, GgmlType(2));
  EXPECT_EQ(after.tensors[1].bytes.front(), 7);
}
