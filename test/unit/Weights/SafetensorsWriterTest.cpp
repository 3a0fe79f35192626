//===- SafetensorsWriterTest.cpp - safetensors files as they are written --===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Testing.h"

#include "llmc/Weights/Safetensors.h"
#include "llmc/Weights/SafetensorsWriter.h"

using namespace llmc;
using namespace llmc::test;

namespace {

std::vector<SafetensorsPlace> somePlaces() {
  return {{"a \"quoted\"", "F16", {3}, 6},
          {"b", "I64", {2}, 16},
          {"c", "U8", {5, 1}, 5},
          {"d", "F32", {}, 4}};
}

/// The bytes of a file whose tensors are filled with their places in the list.
Bytes fill(const std::vector<SafetensorsPlace> &places,
           const std::vector<SafetensorsLayout> &files, size_t file) {
  Bytes bytes(files[file].header.begin(), files[file].header.end());
  bytes.resize(files[file].bytes);
  for (auto [i, place] : llvm::enumerate(places))
    if (place.file == file)
      std::fill_n(bytes.begin() + place.offset, place.bytes, uint8_t(i + 1));
  return bytes;
}

} // namespace

TEST(SafetensorsWriter, TheReaderFindsEveryTensor) {
  std::vector<SafetensorsPlace> places = somePlaces();
  auto files = layOutSafetensors(places, 1000);
  ASSERT_EQ(files.size(), 1u);
  EXPECT_EQ(files[0].name, "model.safetensors");
  Bytes bytes = fill(places, files, 0);
  auto read = parseSafetensors("x", bytes);
  ASSERT_TRUE(bool(read)) << llvm::toString(read.takeError());
  ASSERT_EQ(read->size(), places.size());
  for (const SafeTensor &tensor : *read) {
    auto it = llvm::find_if(
        places, [&](auto &place) { return place.name == tensor.name; });
    ASSERT_NE(it, places.end()) << tensor.name;
    EXPECT_EQ(tensor.dtype, it->dtype);
    EXPECT_EQ(tensor.shape, it->shape);
    EXPECT_TRUE(llvm::all_of(tensor.bytes, [&](uint8_t byte) {
      return byte == it - places.begin() + 1;
    }));
  }
}

TEST(SafetensorsWriter, TensorsAreAligned) {
  std::vector<SafetensorsPlace> places = somePlaces();
  layOutSafetensors(places, 1000);
  EXPECT_EQ(places[1].offset % 8, 0u);
  EXPECT_EQ(places[3].offset % 4, 0u);
  EXPECT_EQ(places[0].offset % 2, 0u);
}

TEST(SafetensorsWriter, LargeModelsHaveSeveralFiles) {
  std::vector<SafetensorsPlace> places = somePlaces();
  places[1] = {"b", "I64", {20}, 160}; // larger than a file by itself
  auto files = layOutSafetensors(places, 10);
  ASSERT_EQ(files.size(), 3u);
  EXPECT_EQ(files[2].name, "model-00003-of-00003.safetensors");
  size_t found = 0;
  for (size_t i = 0; i < files.size(); ++i) {
    Bytes bytes = fill(places, files, i);
    auto read = parseSafetensors("x", bytes);
    ASSERT_TRUE(bool(read)) << llvm::toString(read.takeError());
    found += read->size();
  }
  EXPECT_EQ(found, 4u);
  auto index = parseSafetensorsIndex("x", makeSafetensorsIndex(places, files));
  ASSERT_TRUE(bool(index)) << llvm::toString(index.takeError());
  EXPECT_EQ(index->lookup("a \"quoted\""), "model-00001-of-00003.safetensors");
  EXPECT_EQ(index->lookup("b"), "model-00002-of-00003.safetensors");
  EXPECT_EQ(index->lookup("c"), index->lookup("d"));
}
