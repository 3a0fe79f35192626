//===- GgufHostileTest.cpp - GGUF files that lie --------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Testing.h"

#include "llmc/Weights/Gguf.h"

using namespace llmc;
using namespace llmc::test;

static constexpr uint64_t huge = UINT64_MAX;

static Bytes oneTensor(const std::vector<uint64_t> &dims, uint32_t type,
                       uint64_t offset = 0) {
  return GgufWriter()
      .tensorAt("w", dims, type, offset, someFloats(64))
      .finish();
}

static Bytes oneKey(uint32_t type, const Bytes &value) {
  return GgufWriter().key("k", type, value).finish();
}

/// A file whose counts are not those of its content.
static Bytes counted(std::optional<uint64_t> keys,
                     std::optional<uint64_t> tensors) {
  GgufWriter writer;
  writer.keyCount = keys;
  writer.tensorCount = tensors;
  return writer.integer("k", 1).tensor("w", {4}, 0, someFloats(4)).finish();
}

static Bytes withHeader(const char *magic, uint32_t version) {
  GgufWriter writer;
  writer.magic = magic;
  writer.version = version;
  return writer.finish();
}

/// A correct file, cut behind `bytes`.
static Bytes cut(size_t bytes) {
  Bytes file = GgufWriter()
                   .string("general.name", "cut")
                   .strings("words", {"a", "b"})
                   .tensor("w", {64}, 0, someFloats(64))
                   .finish();
  file.resize(std::min(bytes, file.size()));
  return file;
}

/// One key with a name of 100 bytes, cut behind `bytes`.
static Bytes cutKey(size_t bytes) {
  Bytes file = GgufWriter().string(std::string(100, 'k'), "value").finish();
  file.resize(bytes);
  return file;
}

static const Hostile cases[] = {
    {"Empty", [] { return Bytes(); }, "header at byte 0: needs 4 bytes"},
    {"WrongMagic", [] { return withHeader("GGML", 3); }, "found 'GGML'"},
    {"Version1", [] { return withHeader("GGUF", 1); }, "found 1"},
    {"FutureVersion", [] { return withHeader("GGUF", 4); }, "found 4"},
    {"BigEndian", [] { return withHeader("GGUF", 0x03000000); }, "big-endian"},
    {"CutInVersion", [] { return cut(6); }, "header at byte 4"},
    {"CutInTensorCount", [] { return cut(12); }, "header at byte 8"},
    {"CutInKeyCount", [] { return cut(20); }, "header at byte 16"},
    {"CutInKeyName", [] { return cutKey(80); },
     "key 0 at byte 32: needs 100 bytes"},
    {"CutInKeyType", [] { return cutKey(134); }, "at byte 132: needs 4 bytes"},
    {"CutInString", [] { return cut(57); }, "key 'general.name' at byte 56"},
    {"CutInArray", [] { return cut(95); }, "key 'words' at byte"},
    {"CutInTensorName", [] { return cut(107); }, "tensor 0 at byte"},
    {"CutInDimensions", [] { return cut(117); }, "tensor 'w' at byte"},
    {"CutInOffset", [] { return cut(128); }, "tensor 'w' at byte"},
    {"CutInData", [] { return cut(300); }, "is the file truncated"},
    {"KeyCountOverflows", [] { return counted(huge, {}); },
     "counts 18446744073709551615 keys"},
    {"TensorCountOverflows", [] { return counted({}, huge); },
     "counts 18446744073709551615 tensors"},
    {"KeyCountTooLarge", [] { return counted(2, {}); }, "model.gguf"},
    {"TensorCountTooLarge", [] { return counted({}, 2); }, "tensor 1 at byte"},
    {"StringLengthOverflows",
     [] { return oneKey(8, ByteWriter().u64(huge).bytes); },
     "needs 18446744073709551615 bytes"},
    {"StringTooLong",
     [] { return oneKey(8, ByteWriter().u64(1000).raw("abc").bytes); },
     "needs 1000 bytes"},
    {"ArrayCountOverflows",
     [] { return oneKey(9, ByteWriter().u32(4).u64(huge / 4 + 2).bytes); },
     "elements of uint32"},
    {"StringArrayCountOverflows",
     [] { return oneKey(9, ByteWriter().u32(8).u64(huge).bytes); },
     "elements of string"},
    {"StringInArrayTooLong",
     [] { return oneKey(9, ByteWriter().u32(8).u64(1).u64(huge - 7).bytes); },
     "needs 18446744073709551608 bytes"},
    {"ArrayOfArrays",
     [] {
       return oneKey(9, ByteWriter().u32(9).u64(1).u32(4).u64(1).u32(1).bytes);
     },
     "arrays of arrays"},
    {"UnknownValueType", [] { return oneKey(13, ByteWriter().u64(0).bytes); },
     "value types are 0 to 12, found 13"},
    {"UnknownElementType",
     [] { return oneKey(9, ByteWriter().u32(99).u64(1).u64(0).bytes); },
     "found 99"},
    {"KeyTwice",
     [] { return GgufWriter().integer("k", 1).integer("k", 2).finish(); },
     "key 'k' at byte 50: the key appears twice"},
    {"EmptyKey", [] { return GgufWriter().integer("", 1).finish(); },
     "a name has 1 to 1024"},
    {"KeyWithControlCharacters",
     [] { return GgufWriter().integer("a\nb", 1).finish(); }, "found 'a?b'"},
    {"AlignmentZero",
     [] { return GgufWriter().integer("general.alignment", 0).finish(); },
     "key 'general.alignment'"},
    {"AlignmentNoPowerOfTwo",
     [] { return GgufWriter().integer("general.alignment", 48).finish(); },
     "power of two"},
    {"AlignmentHuge",
     [] {
       return GgufWriter().integer("general.alignment", 1u << 31).finish();
     },
     "from 1 to 1048576"},
    {"AlignmentIsText",
     [] { return GgufWriter().string("general.alignment", "32").finish(); },
     "found the string '32'"},
    {"TensorTwice",
     [] {
       return GgufWriter()
           .tensor("w", {4}, 0, someFloats(4))
           .tensor("w", {4}, 0, someFloats(4))
           .finish();
     },
     "the name is used twice"},
    {"TensorWithoutName",
     [] { return GgufWriter().tensor("", {4}, 0, someFloats(4)).finish(); },
     "a name has 1 to 1024"},
    {"NoDimensions", [] { return oneTensor({}, 0); },
     "1 to 4 dimensions, found 0"},
    {"FiveDimensions", [] { return oneTensor({1, 1, 1, 1, 1}, 0); },
     "1 to 4 dimensions, found 5"},
    {"DimensionZero", [] { return oneTensor({4, 0}, 0); },
     "from 1 to 2^40, found 0"},
    {"DimensionOverflows", [] { return oneTensor({huge}, 0); },
     "from 1 to 2^40"},
    {"ProductOverflows",
     [] { return oneTensor({uint64_t(1) << 32, uint64_t(1) << 32}, 0); },
     "too many elements"},
    {"SizeOverflows",
     [] { return oneTensor({uint64_t(1) << 31, uint64_t(1) << 31}, 0); },
     "does not fit"},
    {"UnreadTypeTooShort", [] { return oneTensor({1024}, 10); },
     "does not fit"}, // 4 blocks of Q2_K in 256 bytes
    {"UnknownTypeBehindTheEnd", [] { return oneTensor({256}, 4000, 1 << 20); },
     "does not fit"},
    {"RowsThatAreNoBlocks", [] { return oneTensor({48, 2}, 8); },
     "multiples of 32 elements"},
    {"OffsetUnaligned", [] { return oneTensor({4}, 0, 4); },
     "multiples of the alignment 32, found 4"},
    {"OffsetBehindTheEnd", [] { return oneTensor({4}, 0, 1 << 20); },
     "does not fit"},
    {"OffsetOverflows", [] { return oneTensor({4}, 0, huge - 31); },
     "does not fit"},
    {"Overlap",
     [] {
       return GgufWriter()
           .tensor("a", {64}, 0, someFloats(64))
           .tensorAt("b", {8}, 0, 32)
           .finish();
     },
     "tensor 'b': its bytes overlap those of tensor 'a'"},
    {"SamePlace",
     [] {
       return GgufWriter()
           .tensor("a", {8}, 0, someFloats(8))
           .tensorAt("b", {8}, 0, 0)
           .finish();
     },
     "overlap"},
};

class GgufHostile : public testing::TestWithParam<Hostile> {};

TEST_P(GgufHostile, IsRefused) {
  Bytes bytes = GetParam().make();
  expectError(parseGguf("model.gguf", bytes), "model.gguf", GetParam().says);
}

INSTANTIATE_TEST_SUITE_P(, GgufHostile, testing::ValuesIn(cases), hostileName);

TEST(GgufMutations, DoNoHarm) {
  Bytes good = GgufWriter()
                   .string("general.architecture", "llama")
                   .integer("general.alignment", 32)
                   .strings("words", {"one", "two", "three"})
                   .integers("numbers", {1, 2, 3})
                   .flag("flag", true)
                   .tensor("a", {32, 2}, 8, Bytes(68, 1))
                   .tensor("b", {32, 2}, 3, Bytes(40, 2))
                   .tensor("c", {5}, 0, someFloats(5))
                   .finish();
  expectNoHarm(good, 20000, [](const Bytes &bytes) -> llvm::Expected<int> {
    llvm::Expected<GgufFile> file = parseGguf("model.gguf", bytes);
    if (!file)
      return file.takeError();
    int sum = 0; // every byte that the file claims to have can be read
    for (const GgufTensor &tensor : file->tensors)
      for (uint8_t byte : tensor.bytes)
        sum += byte;
    for (const auto &[key, value] : file->keys) {
      llvm::consumeError(file->getStrings(key).takeError());
      llvm::consumeError(file->getIntegers(key).takeError());
      llvm::consumeError(file->getString(key).takeError());
      llvm::consumeError(file->getFloat(key, 0, 1).takeError());
    }
    return sum;
  });
}

TEST(GgufTruncation, IsRefusedAtEveryByte) {
  Bytes good = GgufWriter()
                   .string("general.name", "whole")
                   .strings("words", {"one", "two"})
                   .tensor("w", {8}, 0, someFloats(8))
                   .finish();
  for (size_t size = 0; size < good.size(); ++size)
    expectError(parseGguf("model.gguf", llvm::ArrayRef(good).take_front(size)),
                "model.gguf", "");
}
