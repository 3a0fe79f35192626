//===- QuantizedFoldersTest.cpp - matrices that others quantised ----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What becomes of a matrix, and what is wrong with one. Whole folders of each
// method and their logits are among test/Inputs/models.
//===----------------------------------------------------------------------===//
#include "lib/Import/Quantized/QuantizedForm.h"

#include "../Weights/Testing.h"
#include "llmc/Weights/Json.h"

#include <list>

using namespace llmc;
using namespace llmc::test;
using namespace mlir::llm;

namespace {

struct Part {
  std::string name, dtype;
  llvm::SmallVector<int64_t> shape;
  Bytes bytes;
};

/// Parts of one matrix, 8 x 16 where nothing else is said, in a folder's config.
struct Folder {
  std::string config;
  std::vector<Part> parts;

  Part &part(llvm::StringRef name) {
    auto it = llvm::find_if(parts, [&](Part &p) { return p.name == name; });
    EXPECT_NE(it, parts.end()) << name.str();
    return *it;
  }
  void remove(llvm::StringRef name) {
    llvm::erase_if(parts, [&](Part &p) { return p.name == name; });
  }
  void replace(llvm::StringRef from, llvm::StringRef to) {
    size_t at = config.find(from.str());
    ASSERT_NE(at, std::string::npos) << from.str();
    config.replace(at, from.size(), to.str());
  }
};

Bytes halves(size_t count, uint16_t bits = 0x3c00) { // 1
  ByteWriter writer;
  for (size_t i = 0; i < count; ++i)
    writer.put(bits);
  return writer.bytes;
}
Bytes ints(const std::vector<int32_t> &values) {
  ByteWriter writer;
  for (int32_t value : values)
    writer.put(value);
  return writer.bytes;
}
Bytes text(llvm::StringRef json) { return {json.begin(), json.end()}; }

/// Row n's codes are 0 to 15, all zeros 8.
Folder gptq() {
  ByteWriter words;
  for (uint32_t word : {0x76543210u, 0xfedcba98u})
    for (int n = 0; n < 8; ++n)
      words.u32(word);
  return {R"({"quant_method": "gptq", "bits": 4, "group_size": 8})",
          {{"m.qweight", "I32", {2, 8}, words.bytes},
           {"m.qzeros", "I32", {2, 1}, ints({0x77777777, 0x77777777})},
           {"m.scales", "F16", {2, 8}, halves(16)},
           {"m.g_idx",
            "I32",
            {16},
            ints({0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1})}}};
}
Folder awq() {
  return {R"({"quant_method": "awq", "bits": 4, "group_size": 8})",
          {{"m.qweight",
            "I32",
            {16, 1},
            ints(std::vector<int32_t>(16, 0x73625140))},
           {"m.qzeros", "I32", {2, 1}, ints({0x73625140, 0x11111111})},
           {"m.scales", "F16", {2, 8}, halves(16)}}};
}
Folder packed() {
  return {R"({"quant_method": "compressed-tensors", "format": "pack-quantized",
              "config_groups": {"g": {"weights": {"num_bits": 4}}}})",
          {{"m.weight_packed", "I32", {8, 2}, Bytes(64, 0x98)},
           {"m.weight_scale", "F16", {8, 2}, halves(16)},
           {"m.weight_shape", "I64", {2}, ByteWriter().u64(8).u64(16).bytes}}};
}
/// The first of 8 bits, the second of 4.
void useTwoGroups(Folder &folder, const std::string &first,
                  const std::string &second) {
  folder.config =
      R"({"quant_method": "compressed-tensors", "format": "pack-quantized",
          "config_groups": {"a": {"targets": [)" +
      first + R"(], "weights": {"num_bits": 8}}, "b": {"targets": [)" + second +
      R"(], "weights": {"num_bits": 4}}}})";
}
/// Matrices of other columns, with two scales of each row.
void useColumns(Folder &folder, uint64_t columns) {
  folder.part("m.weight_shape").bytes = ByteWriter().u64(8).u64(columns).bytes;
}
Folder int8() {
  return {R"({"quant_method": "compressed-tensors", "format": "int-quantized",
              "config_groups": {"g": {"weights": {"num_bits": 8}}}})",
          {{"m.weight", "I8", {8, 16}, Bytes(128, 0xff)},
           {"m.weight_scale", "BF16", {8, 1}, halves(8, 0x4000)}}}; // 2
}
Folder fp8() {
  return {R"({"quant_method": "fp8", "weight_block_size": [4, 12]})",
          {{"m.weight", "F8_E4M3", {8, 16}, Bytes(128, 0x38)}, // 1
           {"m.weight_scale_inv", "F32", {2, 2}, someFloats(4)}}};
}
Folder nf4() {
  constexpr const char *state =
      R"({"quant_type": "nf4", "blocksize": 64, "shape": [8, 16],
          "nested_blocksize": 256, "nested_offset": 0.5})";
  return {R"({"quant_method": "bitsandbytes"})",
          {{"m.weight", "U8", {64, 1}, Bytes(64, 0x10)},
           {"m.weight.absmax", "U8", {2}, {3, 4}},
           {"m.weight.quant_map", "F32", {16}, someFloats(16)},
           {"m.weight.nested_absmax", "F32", {1}, someFloats(1, 2)},
           {"m.weight.nested_quant_map", "F32", {256}, someFloats(256)},
           {"m.weight.quant_state.bitsandbytes__nf4",
            "U8",
            {int64_t(strlen(state))},
            text(state)}}};
}

/// Blocks of 4 x 32, of which the last of 48 columns is half.
void useWideBlocks(Folder &folder) {
  folder.config = R"({"quant_method": "fp8", "weight_block_size": [4, 32]})";
  folder.part("m.weight").shape = {8, 48};
  folder.part("m.weight").bytes = Bytes(8 * 48, 0x38);
}

class QuantizedFolder : public testing::Test {
protected:
  QuantizedFolder() { context.loadDialect<LLMDialect>(); }

  /// The weight of useWideBlocks: each block has its scale, and codes stay.
  void expectWideBlocks() {
    EXPECT_EQ(encoding(),
              "#llm.float_codes<type = f8E4M3FN, group = 16, scale = f32>");
    std::vector<float> found = values();
    EXPECT_EQ(found[0], 0.5f);
    EXPECT_EQ(found[31], 0.5f);
    EXPECT_EQ(found[32], 0.75f);
    EXPECT_EQ(found[4 * 48], 1.0f);
    EXPECT_EQ(found[8 * 48 - 1], 1.25f);
  }

  /// What is wrong with the folder; empty if nothing is.
  std::string open(Folder folder) {
    auto fields = parseJsonObject("config.json", R"({"quantization_config": )" +
                                                     folder.config + "}");
    source.config.emplace("config.json", llvm::cantFail(std::move(fields)));
    auto tensors = QuantizedTensors::open(*source.config);
    if (!tensors)
      return llvm::toString(tensors.takeError());
    for (Part &part : folder.parts) {
      contents.push_back(part.bytes);
      EXPECT_TRUE(
          tensors->take({part.name, part.dtype, part.shape, contents.back()},
                        "x.safetensors"))
          << part.name;
    }
    return llvm::toString(tensors->addMatrices(source, context));
  }
  std::vector<float> values() {
    const SourceTensor *tensor = source.weights.find("m.weight");
    std::vector<uint8_t> made;
    std::vector<float> numbers(tensor->shape[0] * tensor->shape[1]);
    EncodingAttrInterface encoding = tensor->encoding;
    encoding.dequantize(tensor->read(made).data(), numbers.size(),
                        numbers.data());
    return numbers;
  }
  std::string encoding() {
    std::string spelled;
    llvm::raw_string_ostream(spelled)
        << mlir::Attribute(source.weights.find("m.weight")->encoding);
    return spelled;
  }

  mlir::MLIRContext context;
  Source source{SourceKind::HuggingFace, "folder"};
  std::list<Bytes> contents;
};

} // namespace

//===----------------------------------------------------------------------===//
// What becomes of a matrix
//===----------------------------------------------------------------------===//

TEST_F(QuantizedFolder, KeepsCodesAroundOneZero) {
  ASSERT_EQ(open(gptq()), "");
  EXPECT_EQ(encoding(),
            "#llm.grid<bits = 4, group = 8, scale = f16, zero = 8>");
  std::vector<float> found = values();
  for (size_t i = 0; i < 128; ++i)
    EXPECT_EQ(found[i], float(i % 16) - 8) << i;
  EXPECT_TRUE(source.warnings.empty());
}

TEST_F(QuantizedFolder, GivesZerosOfGroupsAMinimum) {
  ASSERT_EQ(open(awq()), "");
  EXPECT_EQ(encoding(),
            "#llm.grid<bits = 4, group = 8, scale = f32, min = true>");
  std::vector<float> found = values();
  // Nibbles 0, 4, 1, 5, 2, 6, 3, 7 are those of rows 0, 2, 4, 6, 1, 3, 5, 7.
  for (size_t row = 0; row < 8; ++row)
    for (size_t k = 0; k < 16; ++k) {
      int code =
          0x73625140 >> std::array{0, 16, 4, 20, 8, 24, 12, 28}[row] & 15;
      EXPECT_EQ(found[16 * row + k], float(code - (k < 8 ? code : 1))) << row;
    }
}

TEST_F(QuantizedFolder, ReadsZerosOfTheSecondVersionAsTheyAre) {
  Folder folder = gptq();
  folder.replace("\"bits\"", "\"checkpoint_format\": \"gptq_v2\", \"bits\"");
  ASSERT_EQ(open(folder), "");
  EXPECT_EQ(encoding(),
            "#llm.grid<bits = 4, group = 8, scale = f16, zero = 7>");
}

TEST_F(QuantizedFolder, DequantisesGroupsOutOfOrder) {
  Folder folder = gptq();
  std::vector<int32_t> order(16);
  for (int32_t k = 0; k < 16; ++k)
    order[k] = k % 2;
  folder.part("m.g_idx").bytes = ints(order);
  folder.part("m.scales").bytes = halves(8);
  folder.part("m.scales").bytes.resize(32, 0); // of the second group 0
  ASSERT_EQ(open(folder), "");
  EXPECT_EQ(encoding(), "#llm.float<f32>");
  std::vector<float> found = values();
  for (size_t k = 0; k < 16; ++k)
    EXPECT_EQ(found[k], k % 2 ? 0 : float(k) - 8) << k;
  ASSERT_EQ(source.warnings.size(), 1u);
  EXPECT_EQ(source.warnings[0],
            "folder: quantised with gptq: 1 matrix is dequantised to f32: "
            "groups take columns out of order (desc_act)");
}

TEST_F(QuantizedFolder, KeepsPackedCodesAndBytes) {
  ASSERT_EQ(open(packed()), "");
  EXPECT_EQ(encoding(),
            "#llm.grid<bits = 4, group = 8, scale = f16, zero = 8>");
  EXPECT_EQ(values()[0], 0);
  EXPECT_EQ(values()[1], 1);
}

TEST_F(QuantizedFolder, PacksCodesOfAnyBitsOneBehindTheOther) {
  Folder folder = packed();
  folder.replace("4", "5"); // 80 bits, 3 words
  useColumns(folder, 64);   // 320 bits, 10 words
  Bytes words(8 * 10 * 4);
  for (size_t i = 0; i < 8 * 64; ++i)
    for (size_t bit = 0; bit < 5; ++bit)
      if (i * 7 % 32 >> bit & 1)
        words[(i * 5 + bit) / 8] |= 1 << (i * 5 + bit) % 8;
  folder.part("m.weight_packed").bytes = words;
  folder.part("m.weight_packed").shape = {8, 10};
  ASSERT_EQ(open(folder), "");
  for (size_t i = 0; i < 8 * 64; ++i)
    EXPECT_EQ(values()[i], float(i * 7 % 32) - 16) << i;
}

/// As it was before codes could be in two words.
TEST_F(QuantizedFolder, PacksCodesOfAnyBitsInWholeWords) {
  Folder folder = packed();
  useColumns(folder, 64);
  folder.replace("4", "5"); // 6 in a word, 11 words for 64
  Bytes words;
  for (int row = 0; row < 8; ++row)
    for (int word = 0; word < 11; ++word) {
      uint32_t codes = 0;
      for (int i = 0; i < 6 && word * 6 + i < 64; ++i)
        codes |= uint32_t((word * 6 + i + row) % 32) << (5 * i);
      for (int byte = 0; byte < 4; ++byte)
        words.push_back(codes >> 8 * byte & 0xff);
    }
  folder.part("m.weight_packed").bytes = words;
  folder.part("m.weight_packed").shape = {8, 11};
  ASSERT_EQ(open(folder), "");
  for (size_t i = 0; i < 8 * 64; ++i)
    EXPECT_EQ(values()[i], float((i / 64 + i % 64) % 32) - 16) << i;
}

TEST_F(QuantizedFolder, HasBitsModuleByModule) {
  // By name before by pattern, by pattern before by class.
  for (const char *targets :
       {R"("m", "Linear")", R"("re:.$", "Linear")", R"("Linear", "n")"}) {
    Folder folder = packed();
    useTwoGroups(folder, R"("re:x$", "Embedding")", targets);
    ASSERT_EQ(open(folder), "") << targets;
    EXPECT_EQ(encoding(),
              "#llm.grid<bits = 4, group = 8, scale = f16, zero = 8>");
    source.weights = {};
  }
}

TEST_F(QuantizedFolder, CutsRowsOfOneScaleIntoGroups) {
  ASSERT_EQ(open(int8()), "");
  EXPECT_EQ(encoding(),
            "#llm.grid<bits = 8, group = 16, scale = bf16, zero = 128>");
  EXPECT_EQ(values(), std::vector<float>(128, -2));
}

TEST_F(QuantizedFolder, KeepsSmallFloatsBlockByBlock) {
  Folder folder = fp8();
  useWideBlocks(folder);
  ASSERT_EQ(open(folder), "");
  expectWideBlocks();
  EXPECT_TRUE(source.warnings.empty());
}

/// The bytes are those of the file, and the scale's bits.
TEST_F(QuantizedFolder, KeepsSmallFloatsRowByRow) {
  Folder folder = fp8();
  folder.config = R"({"quant_method": "fbgemm_fp8"})";
  folder.remove("m.weight_scale_inv");
  folder.parts.push_back({"m.weight_scale", "BF16", {8, 1}, halves(8, 0x4000)});
  folder.part("m.weight").dtype = "F8_E5M2";
  for (size_t i = 0; i < 128; ++i)
    folder.part("m.weight").bytes[i] = static_cast<uint8_t>(i);
  ASSERT_EQ(open(folder), "");
  EXPECT_EQ(encoding(),
            "#llm.float_codes<type = f8E5M2, group = 16, scale = bf16>");
  const SourceTensor *tensor = source.weights.find("m.weight");
  std::vector<uint8_t> made = tensor->make();
  for (size_t row = 0; row < 8; ++row) {
    EXPECT_EQ(made[18 * row + 1], 0x40);
    for (size_t k = 0; k < 16; ++k)
      EXPECT_EQ(made[18 * row + 2 + k], 16 * row + k);
  }
}

TEST_F(QuantizedFolder, KeepsSmallFloatsThatCompressorsCutIntoBlocks) {
  Folder folder = fp8();
  useWideBlocks(folder);
  folder.config =
      R"({"quant_method": "compressed-tensors", "format": "float-quantized",
          "config_groups": {"g": {"weights": {"num_bits": 8, "strategy": "block",
                                              "block_structure": [4, 32]}}}})";
  folder.part("m.weight_scale_inv").name = "m.weight_scale";
  ASSERT_EQ(open(folder), "");
  expectWideBlocks();
}

TEST_F(QuantizedFolder, KeepsOneScaleOfAllSmallFloats) {
  Folder folder = fp8();
  folder.part("m.weight_scale_inv").shape = {};
  folder.part("m.weight_scale_inv").bytes = someFloats(1, 3);
  ASSERT_EQ(open(folder), "");
  EXPECT_EQ(encoding(),
            "#llm.float_codes<type = f8E4M3FN, group = 16, scale = f32>");
  EXPECT_EQ(values(), std::vector<float>(128, values()[0]));
}

TEST_F(QuantizedFolder, DequantisesSmallFloatsInGroupsOfAFew) {
  ASSERT_EQ(open(fp8()), "");
  EXPECT_EQ(encoding(), "#llm.float<f32>");
  std::vector<float> found = values();
  EXPECT_EQ(found[0], 0.5f);
  EXPECT_EQ(found[12], 0.75f);
  EXPECT_EQ(found[4 * 16], 1.0f);
  EXPECT_EQ(found[127], 1.25f);
  ASSERT_EQ(source.warnings.size(), 1u);
  EXPECT_EQ(source.warnings[0],
            "folder: quantised with fp8: 1 matrix is dequantised to f32: no "
            "panel has groups of 12 of its 16 columns");
}

/// Blocks of 64 run on from row to row.
TEST_F(QuantizedFolder, KeepsNf4AndUndoesTheQuantisationOfItsScales) {
  for (const char *shape : {"[8, 16]", "[1, 128]", "[2, 64]"}) {
    Folder folder = nf4();
    auto &state = folder.parts.back().bytes;
    std::string json(state.begin(), state.end());
    json.replace(json.find("[8, 16]"), 7, shape);
    state = text(json);
    ASSERT_EQ(open(folder), "");
    EXPECT_EQ(encoding().substr(0, 31), "#llm.float_codes<values = [5.00");
    EXPECT_TRUE(source.warnings.empty());
    std::vector<float> found = values();
    // The map's value of a code, the other map's of the block's scale.
    float first = 1.25f * 2 + 0.5f, second = 1.5f * 2 + 0.5f;
    EXPECT_EQ(found[0], 0.75f * first); // code 1, the upper half
    EXPECT_EQ(found[1], 0.5f * first);
    EXPECT_EQ(found[63], 0.5f * first);
    EXPECT_EQ(found[64], 0.75f * second);
    source.weights = {};
  }
}

TEST_F(QuantizedFolder, DequantisesCodesForWhatIsNoNumber) {
  Folder folder = nf4();
  folder.part("m.weight.quant_map").bytes = Bytes(64, 0xff);
  ASSERT_EQ(open(folder), "");
  EXPECT_EQ(encoding(), "#llm.float<f32>");
  EXPECT_NE(source.warnings[0].find("stand for what are no numbers"),
            std::string::npos);
}

TEST_F(QuantizedFolder, DequantisesToTheConfigsFloats) {
  Folder folder = fp8();
  folder.config += R"(, "torch_dtype": "bfloat16")";
  ASSERT_EQ(open(folder), "");
  EXPECT_EQ(encoding(), "#llm.float<bf16>");
}

TEST_F(QuantizedFolder, DropsABiasOfZeros) {
  Folder folder = gptq();
  contents.push_back(Bytes(32));
  auto f32 = FloatEncodingAttr::get(&context, mlir::Float32Type::get(&context));
  llvm::cantFail(
      source.weights.addTensor({"m.bias", {8}, f32, contents.back()}));
  ASSERT_EQ(open(folder), "");
  EXPECT_TRUE(source.meaningless.contains("m.bias"));
}

//===----------------------------------------------------------------------===//
// What is wrong with one
//===----------------------------------------------------------------------===//

namespace {
struct Bad {
  const char *name;
  Folder (*make)();
  std::function<void(Folder &)> spoil;
  const char *says;
};
void PrintTo(const Bad &bad, std::ostream *os) { *os << bad.name; }
class BadFolder : public QuantizedFolder,
                  public testing::WithParamInterface<Bad> {};
} // namespace

TEST_P(BadFolder, IsRefused) {
  Folder folder = GetParam().make();
  GetParam().spoil(folder);
  std::string found = open(folder);
  EXPECT_NE(found.find(GetParam().says), std::string::npos) << found;
  EXPECT_EQ(found.find('\n'), std::string::npos) << found;
}

static void reshape(Folder &folder, llvm::StringRef part,
                    llvm::SmallVector<int64_t> shape) {
  folder.part(part).shape = shape;
}

static const Bad badFolders[] = {
    {"BitsOfNoWord", gptq, [](Folder &f) { f.replace("4", "5"); },
     "key 'quantization_config.bits': requires 2, 3, 4 or 8, found 5"},
    {"NoBits", gptq, [](Folder &f) { f.replace("\"bits\"", "\"b\""); },
     "bits': requires an integer from 2 to 8, found no such key"},
    {"EmptyGroups", gptq, [](Folder &f) { f.replace("8", "0"); },
     "group_size': requires -1 or a number of columns, found 0"},
    {"MarlinFormat", gptq,
     [](Folder &f) {
       f.replace("\"bits\"", "\"checkpoint_format\": \"marlin\", \"bits\"");
     },
     "checkpoint_format': requires gptq or gptq_v2"},
    {"ModulesOfTheirOwn", gptq,
     [](Folder &f) { f.replace("\"bits\"", "\"dynamic\": {}, \"bits\""); },
     "dynamic': modules quantised each in its own way"},
    {"NoScales", gptq, [](Folder &f) { f.remove("m.scales"); },
     "x.safetensors: tensor 'm.scales': is missing, though"},
    {"NoCodes", gptq, [](Folder &f) { f.remove("m.qweight"); },
     "tensor 'm.qweight': is missing"},
    {"CodesOfAnotherType", gptq,
     [](Folder &f) { f.part("m.qweight").dtype = "I16"; },
     "tensor 'm.qweight': requires dtype I32, found I16"},
    {"CodesAreAVector", gptq, [](Folder &f) { reshape(f, "m.qweight", {16}); },
     "requires words of 4-bit codes [K * bits / 32, N], found shape "
     "[16]"},
    {"ScalesOfOtherGroups", gptq,
     [](Folder &f) { reshape(f, "m.scales", {1, 16}); },
     "tensor 'm.scales': requires shape [2, 8], found [1, 16]"},
    {"ZerosOfOtherGroups", gptq,
     [](Folder &f) { reshape(f, "m.qzeros", {1, 2}); },
     "tensor 'm.qzeros': requires shape [2, 1], found [1, 2]"},
    {"GroupBeyondTheLast", gptq,
     [](Folder &f) { f.part("m.g_idx").bytes[0] = 2; },
     "tensor 'm.g_idx': requires groups from 0 to 1, found 2"},
    {"NegativeGroup", gptq,
     [](Folder &f) { f.part("m.g_idx").bytes[3] = 0xff; },
     "requires groups from 0 to 1, found -16777216"},
    {"AwqOfEightBits", awq, [](Folder &f) { f.replace("4", "8"); },
     "bits': requires an integer from 4 to 4, found 8"},
    {"AwqForVectors", awq,
     [](Folder &f) {
       f.replace("\"bits\"", "\"version\": \"gemv\", \"bits\"");
     },
     "version': requires gemm"},
    {"AwqScalesTurned", awq, [](Folder &f) { reshape(f, "m.scales", {8, 2}); },
     "tensor 'm.scales': requires shape [2, 8], found [8, 2]"},
    {"UnknownFormat", packed, [](Folder &f) { f.replace("pack-", "marlin-"); },
     "format': requires pack-quantized"},
    {"NoGroupsOfModules", packed,
     [](Folder &f) { f.replace("config_groups", "groups"); },
     "config_groups': requires an object, found no such key"},
    {"PackedBits", packed, [](Folder &f) { f.replace("4", "9"); },
     "num_bits': requires 2 to 8, found 9"},
    {"BitsOfNoModule", packed,
     [](Folder &f) { useTwoGroups(f, R"("n")", R"("re:.*\\.n$")"); },
     "tensor 'm.weight_packed': has no bits: no targets of config_groups name "
     "it"},
    {"PatternThatCounts", packed,
     [](Folder &f) { useTwoGroups(f, R"("n")", R"("re:m{1000000}")"); },
     "targets': requires names of modules and classes, or re: and a pattern"},
    {"PatternThatIsNone", packed,
     [](Folder &f) { useTwoGroups(f, R"("n")", R"("re:(m")"); },
     "targets': requires names of modules and classes, or re: and a pattern"},
    {"ShapeOfAnotherMatrix", packed,
     [](Folder &f) { f.part("m.weight_shape").bytes[0] = 9; },
     "tensor 'm.weight_packed': requires whole words of 4-bit codes of "
     "a "
     "matrix [9, 16], found shape [8, 2]"},
    {"NegativeShape", packed,
     [](Folder &f) { f.part("m.weight_shape").bytes[7] = 0x80; },
     "of a matrix [-9223372036854775800, 16]"},
    {"ScalesOfOtherRows", packed,
     [](Folder &f) { reshape(f, "m.weight_scale", {2, 8}); },
     "tensor 'm.weight_scale': requires one scale"},
    {"BytesAreAVector", int8, [](Folder &f) { reshape(f, "m.weight", {128}); },
     "tensor 'm.weight': requires a matrix, found shape [128]"},
    {"FactorsOfOtherBlocks", fp8,
     [](Folder &f) { reshape(f, "m.weight_scale_inv", {4, 1}); },
     "requires one factor, one per row or [2, 2] of blocks, found shape "
     "[4, 1]"},
    {"BlocksOfOneSide", fp8, [](Folder &f) { f.replace("[4, 12]", "[4]"); },
     "weight_block_size': requires rows and columns"},
    {"StateIsNoJson", nf4, [](Folder &f) { f.parts.back().bytes[0] = 'x'; },
     "tensor 'm.weight.quant_state.bitsandbytes__nf4': is not valid "
     "JSON"},
    {"StateOfAHugeMatrix", nf4,
     [](Folder &f) {
       auto &bytes = f.parts.back().bytes;
       std::string state(bytes.begin(), bytes.end());
       state.replace(state.find("[8, 16]"), 7, "[2147483648, 2147483648]");
       bytes = text(state);
     },
     "tensor 'm.weight': requires 2305843009213693952 elements, found "
     "shape [64, 1]"},
    {"NoNestedScales", nf4,
     [](Folder &f) { f.remove("m.weight.nested_absmax"); },
     "tensor 'm.weight.nested_absmax': is missing"},
    {"MapOfFewerCodes", nf4,
     [](Folder &f) { reshape(f, "m.weight.quant_map", {8}); },
     "tensor 'm.weight.quant_map': requires 16 elements, found shape "
     "[8]"}};

INSTANTIATE_TEST_SUITE_P(, BadFolder, testing::ValuesIn(badFolders),
                         [](auto &info) { return info.param.name; });
