//===- SafetensorsTest.cpp - safetensors files and their index ------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Testing.h"

#include "llmc/Weights/Safetensors.h"

#include "mlir/IR/MLIRContext.h"

using namespace llmc;
using namespace llmc::test;

TEST(Safetensors, FindsTheBytesOfEveryTensor) {
  Bytes first = someFloats(6, 1), second = Bytes(8, 3);
  Bytes bytes = SafetensorsWriter()
                    .tensor("a", "F32", {2, 3}, first)
                    .tensor("b", "BF16", {4}, second)
                    .finish();
  std::vector<SafeTensor> tensors =
      llvm::cantFail(parseSafetensors("m.safetensors", bytes));
  ASSERT_EQ(tensors.size(), 2u);
  EXPECT_EQ(tensors[0].name, "a");
  EXPECT_EQ(tensors[0].shape, (llvm::SmallVector<int64_t>{2, 3}));
  EXPECT_EQ(tensors[0].bytes.vec(), first);
  EXPECT_EQ(tensors[1].dtype, "BF16");
  EXPECT_EQ(tensors[1].bytes.vec(), second);
}

TEST(Safetensors, OrdersTensorsByTheirBytes) {
  Bytes bytes =
      safetensors(R"({"z":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},)"
                  R"("a":{"dtype":"U8","shape":[3],"data_offsets":[2,5]}})",
                  Bytes(5));
  std::vector<SafeTensor> tensors =
      llvm::cantFail(parseSafetensors("m.safetensors", bytes));
  ASSERT_EQ(tensors.size(), 2u);
  EXPECT_EQ(tensors[0].name, "z");
}

TEST(Safetensors, SkipsMetadataAndPadding) {
  Bytes bytes = safetensors(
      R"({"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}     )",
      someFloats(1));
  EXPECT_EQ(llvm::cantFail(parseSafetensors("m.safetensors", bytes)).size(),
            1u);
}

TEST(Safetensors, TakesAScalarAsOneElement) {
  Bytes bytes =
      safetensors(R"({"a":{"dtype":"F32","shape":[],"data_offsets":[0,4]}})",
                  someFloats(1));
  EXPECT_EQ(
      llvm::cantFail(parseSafetensors("m.safetensors", bytes))[0].shape.size(),
      0u);
}

TEST(Safetensors, EncodesTheFloatTypesOnly) {
  mlir::MLIRContext context;
  context.loadDialect<mlir::llm::LLMDialect>();
  for (const char *dtype : {"F32", "F16", "BF16"})
    EXPECT_TRUE(getSafetensorsEncoding(dtype, &context)) << dtype;
  for (const char *dtype : {"F64", "I8", "F8_E4M3", "BOOL", ""})
    EXPECT_FALSE(getSafetensorsEncoding(dtype, &context)) << dtype;
}

TEST(SafetensorsIndex, MapsTensorsToFiles) {
  auto index = llvm::cantFail(parseSafetensorsIndex(
      "index.json",
      R"({"metadata":{},"weight_map":{"a":"1.safetensors","b":"2.safetensors"}})"));
  EXPECT_EQ(index.size(), 2u);
  EXPECT_EQ(index.lookup("b"), "2.safetensors");
}

//===----------------------------------------------------------------------===//
// Files that lie
//===----------------------------------------------------------------------===//

/// One tensor "w" with these fields.
static Bytes one(const std::string &dtype, const std::string &shape,
                 const std::string &offsets, size_t dataBytes = 16) {
  return safetensors("{\"w\":{\"dtype\":" + dtype + ",\"shape\":" + shape +
                         ",\"data_offsets\":" + offsets + "}}",
                     Bytes(dataBytes));
}

/// Two tensors of bytes at these places.
static Bytes two(const std::string &first, const std::string &second,
                 size_t firstBytes, size_t secondBytes, size_t dataBytes) {
  auto entry = [](const char *name, size_t size, const std::string &offsets) {
    return "\"" + std::string(name) + "\":{\"dtype\":\"U8\",\"shape\":[" +
           std::to_string(size) + "],\"data_offsets\":" + offsets + "}";
  };
  return safetensors("{" + entry("a", firstBytes, first) + "," +
                         entry("b", secondBytes, second) + "}",
                     Bytes(dataBytes));
}

static std::string nested(size_t depth) {
  return "{\"w\":" + std::string(depth, '[') + std::string(depth, ']') + "}";
}

static const Hostile cases[] = {
    {"Empty", [] { return Bytes(); }, "needs 8 bytes"},
    {"CutInLength", [] { return Bytes(7); }, "needs 8 bytes"},
    {"LengthOverflows", [] { return ByteWriter().u64(UINT64_MAX).bytes; },
     "has length 18446744073709551615"},
    {"LengthBehindTheEnd", [] { return ByteWriter().u64(10).raw("{}").bytes; },
     "has length 10"},
    {"EmptyHeader", [] { return safetensors(""); }, "is not valid JSON"},
    {"HeaderIsNoJson", [] { return safetensors("{\"w\":"); },
     "is not valid JSON"},
    {"HeaderIsAList", [] { return safetensors("[]"); },
     "requires a JSON object, found an array of 0"},
    {"HeaderIsNoUtf8", [] { return safetensors("{\"\xff\xfe\":1}"); },
     "is not valid JSON"},
    {"DeepNesting", [] { return safetensors(nested(100000)); },
     "nested deeper than 64 levels"},
    {"TensorTwice", [] { return safetensors(R"({"w":{},"w":{}})"); },
     "the key 'w' appears twice"},
    {"TensorTwiceInOtherSpelling",
     [] { return safetensors(R"({"w":{},"\u0077":{}})"); },
     "the key 'w' appears twice"},
    {"TensorIsNoObject", [] { return safetensors(R"({"w":5})"); },
     "tensor 'w': requires an object, found 5"},
    {"EmptyName", [] { return safetensors(R"({"":{}})"); },
     "a name has 1 to 1024"},
    {"NoDtype", [] { return one("null", "[4]", "[0,16]"); }, "unknown dtype"},
    {"UnknownDtype", [] { return one("\"F33\"", "[4]", "[0,16]"); },
     "unknown dtype 'F33'"},
    {"NoShape", [] { return one("\"F32\"", "null", "[0,16]"); },
     "requires a shape"},
    {"ManyDimensions",
     [] { return one("\"F32\"", "[1,1,1,1,1,1,1,1,4]", "[0,16]"); },
     "at most 8 dimensions"},
    {"NegativeDimension", [] { return one("\"F32\"", "[-4]", "[0,16]"); },
     "from 1 to 2^40, found -4"},
    {"FractionalDimension", [] { return one("\"F32\"", "[4.5]", "[0,16]"); },
     "found 4.5"},
    {"DimensionOverflows", [] { return one("\"F32\"", "[1e300]", "[0,16]"); },
     "from 1 to 2^40"},
    {"ProductOverflows",
     [] { return one("\"F32\"", "[1099511627776,1099511627776]", "[0,16]"); },
     "does not fill"},
    {"NoOffsets", [] { return one("\"F32\"", "[4]", "null"); },
     "requires data_offsets"},
    {"OneOffset", [] { return one("\"F32\"", "[4]", "[0]"); },
     "requires data_offsets"},
    {"NegativeOffset", [] { return one("\"F32\"", "[4]", "[-16,0]"); },
     "requires data_offsets"},
    {"OffsetsReversed", [] { return one("\"F32\"", "[4]", "[16,0]"); },
     "requires data_offsets"},
    {"OffsetBehindTheEnd", [] { return one("\"F32\"", "[4]", "[0,16]", 12); },
     "ends at byte 16 of the data, which has 12"},
    {"OffsetOverflows",
     [] {
       return one("\"F32\"", "[4]",
                  "[9223372036854775800,9223372036854775807]");
     },
     "ends at byte 9223372036854775807"},
    {"SizeIsNotThatOfTheShape", [] { return one("\"F32\"", "[3]", "[0,16]"); },
     "does not fill its 16 bytes"},
    {"SizeIsNotThatOfTheDtype", [] { return one("\"F16\"", "[4]", "[0,16]"); },
     "shape [4] of F16"},
    {"Overlap", [] { return two("[0,8]", "[4,12]", 8, 8, 12); },
     "tensor 'b': starts at byte 4"},
    {"Gap", [] { return two("[0,4]", "[8,12]", 4, 4, 12); },
     "tensor 'b': starts at byte 8"},
    {"GapAtTheStart", [] { return one("\"F32\"", "[2]", "[8,16]"); },
     "starts at byte 8"},
    {"DataBehindTheLastTensor", [] { return one("\"F32\"", "[2]", "[0,8]"); },
     "end at byte 8, but the data has 16"},
};

class SafetensorsHostile : public testing::TestWithParam<Hostile> {};

TEST_P(SafetensorsHostile, IsRefused) {
  Bytes bytes = GetParam().make();
  expectError(parseSafetensors("m.safetensors", bytes), "m.safetensors",
              GetParam().says);
}

INSTANTIATE_TEST_SUITE_P(, SafetensorsHostile, testing::ValuesIn(cases),
                         hostileName);

TEST(SafetensorsMutations, DoNoHarm) {
  Bytes good =
      SafetensorsWriter()
          .tensor("model.embed_tokens.weight", "F32", {4, 3}, someFloats(12))
          .tensor("b", "BF16", {2, 2}, Bytes(8, 1))
          .finish();
  expectNoHarm(good, 20000, [](const Bytes &bytes) -> llvm::Expected<int> {
    auto tensors = parseSafetensors("m.safetensors", bytes);
    if (!tensors)
      return tensors.takeError();
    int sum = 0;
    for (const SafeTensor &tensor : *tensors)
      for (uint8_t byte : tensor.bytes)
        sum += byte;
    return sum;
  });
}

TEST(SafetensorsTruncation, IsRefusedAtEveryByte) {
  Bytes good =
      SafetensorsWriter().tensor("w", "F32", {4}, someFloats(4)).finish();
  for (size_t size = 0; size < good.size(); ++size)
    expectError(parseSafetensors("m.safetensors",
                                 llvm::ArrayRef(good).take_front(size)),
                "m.safetensors", "");
}

static Bytes indexOf(const std::string &shard) {
  return ByteWriter().raw("{\"weight_map\":{\"w\":" + shard + "}}").bytes;
}

static Bytes textOf(const std::string &text) {
  return ByteWriter().raw(text).bytes;
}

static const Hostile indexCases[] = {
    {"Empty", [] { return Bytes(); }, "is not valid JSON"},
    {"NoWeightMap", [] { return textOf("{}"); },
     "weight_map: requires an object"},
    {"EmptyWeightMap", [] { return textOf(R"({"weight_map":{}})"); },
     "requires an object"},
    {"WeightMapIsAList", [] { return textOf(R"({"weight_map":[]})"); },
     "requires an object"},
    {"ShardIsANumber", [] { return indexOf("7"); },
     "tensor 'w': requires the name of a file in the same folder, found 7"},
    {"ShardIsEmpty", [] { return indexOf("\"\""); },
     "requires the name of a file"},
    {"ParentFolder", [] { return indexOf("\"../secret\""); },
     "found the string '../secret'"},
    {"DotDot", [] { return indexOf("\"..\""); }, "requires the name of a file"},
    {"AbsolutePath", [] { return indexOf("\"/etc/passwd\""); },
     "requires the name of a file"},
    {"Subfolder", [] { return indexOf("\"a/b\""); },
     "requires the name of a file"},
    {"Backslash", [] { return indexOf(R"("a\\b")"); },
     "requires the name of a file"},
    {"NulInName", [] { return indexOf(R"("a\u0000b")"); },
     "requires the name of a file"},
    {"TensorTwice",
     [] { return textOf(R"({"weight_map":{"w":"a","w":"b"}})"); },
     "the key 'w' appears twice"},
    {"DeepNesting", [] { return textOf(std::string(1 << 20, '{')); },
     "nested deeper than 64 levels"},
};

class SafetensorsIndexHostile : public testing::TestWithParam<Hostile> {};

TEST_P(SafetensorsIndexHostile, IsRefused) {
  Bytes bytes = GetParam().make();
  llvm::StringRef text(reinterpret_cast<const char *>(bytes.data()),
                       bytes.size());
  expectError(parseSafetensorsIndex("index.json", text), "index.json",
              GetParam().says);
}

INSTANTIATE_TEST_SUITE_P(, SafetensorsIndexHostile,
                         testing::ValuesIn(indexCases), hostileName);
