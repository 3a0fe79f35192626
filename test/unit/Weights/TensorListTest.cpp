//===- TensorListTest.cpp - lists of tensors ------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Testing.h"

#include "llmc/Weights/Gguf.h"
#include "llmc/Weights/TensorList.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

#include <fstream>

using namespace llmc;
using namespace llmc::test;

namespace {
class TensorList : public ::testing::Test {
protected:
  void SetUp() override {
    ASSERT_FALSE(llvm::sys::fs::createUniqueDirectory("llmc-list", folder));
  }
  void TearDown() override { llvm::sys::fs::remove_directories(folder); }

  std::string write(llvm::StringRef name, const Bytes &bytes) {
    llvm::SmallString<128> path(folder);
    llvm::sys::path::append(path, name);
    std::ofstream(path.str().str(), std::ios::binary)
        .write(reinterpret_cast<const char *>(bytes.data()), bytes.size());
    return path.str().str();
  }
  static Bytes gguf(const std::string &tensor) {
    return GgufWriter().tensor(tensor, {4}, 0, someFloats(4)).finish();
  }

  llvm::SmallString<128> folder;
};

std::vector<std::string> namesOf(llvm::ArrayRef<ListedFile> files) {
  std::vector<std::string> names;
  for (const ListedFile &file : files)
    for (const ListedTensor &tensor : file.tensors)
      names.push_back(tensor.name);
  return names;
}
} // namespace

/// Every number of the format, those without a name too; offsets are the file's.
TEST_F(TensorList, HoldsEveryTypeOfGguf) {
  GgufWriter writer;
  std::vector<int64_t> sizes;
  for (uint32_t type = 0; type <= 43; ++type) {
    auto block = getGgmlTypeBlock(GgmlType(type));
    sizes.push_back(block ? 512 / block->first * block->second : -1);
    writer.tensor("t" + std::to_string(type), {256, 2}, type,
                  Bytes(block ? sizes.back() : 64, uint8_t(type)));
  }
  Bytes bytes = writer.finish();
  auto files = llvm::cantFail(listTensors(write("all.gguf", bytes)));
  ASSERT_EQ(files.size(), 1u);
  EXPECT_EQ(files[0].format, "GGUF");
  EXPECT_EQ(files[0].sizeBytes, bytes.size());
  ASSERT_EQ(files[0].tensors.size(), 44u);
  for (uint32_t type = 0; type <= 43; ++type) {
    const ListedTensor &tensor = files[0].tensors[type];
    EXPECT_EQ(tensor.name, "t" + std::to_string(type));
    EXPECT_EQ(tensor.type, spellGgmlType(GgmlType(type)));
    EXPECT_EQ(tensor.shape, (llvm::SmallVector<int64_t>{2, 256}));
    EXPECT_EQ(bytes[tensor.offset], uint8_t(type));
    if (sizes[type] < 0)
      EXPECT_FALSE(tensor.sizeBytes) << type;
    else
      EXPECT_EQ(tensor.sizeBytes, uint64_t(sizes[type]));
  }
  EXPECT_EQ(files[0].tensors[12].type, "Q4_K");
  EXPECT_EQ(files[0].tensors[4].type, "number 4");
  EXPECT_EQ(files[0].tensors[43].type, "number 43");
}

/// Two tables: of all types for lists, of the dialect's formats for their bytes.
TEST(GgmlTypes, BlocksAreThoseOfTheDialect) {
  int64_t formats = 0;
  for (uint32_t type = 0; type < 64; ++type)
    if (auto format = mlir::llm::symbolizeGgmlFormat(type)) {
      auto block = mlir::llm::getGgmlBlock(*format);
      EXPECT_EQ(getGgmlTypeBlock(GgmlType(type)),
                std::pair(block.elems, block.bytes));
      ++formats;
    }
  EXPECT_GE(formats, 8);
}

TEST_F(TensorList, HoldsSafetensorsInTheOrderOfTheirBytes) {
  Bytes bytes = SafetensorsWriter()
                    .tensor("z", "F8_E4M3", {2, 3}, Bytes(6, 7))
                    .tensor("a", "BF16", {2}, Bytes(4, 9))
                    .finish();
  auto files = llvm::cantFail(listTensors(write("m.safetensors", bytes)));
  ASSERT_EQ(namesOf(files), (std::vector<std::string>{"z", "a"}));
  EXPECT_EQ(files[0].format, "safetensors");
  EXPECT_EQ(files[0].tensors[0].type, "F8_E4M3");
  EXPECT_EQ(files[0].tensors[0].sizeBytes, 6u);
  EXPECT_EQ(bytes[files[0].tensors[1].offset], 9);
}

TEST_F(TensorList, FollowsThePartsOfASplitFile) {
  write("m-00001-of-00002.gguf", gguf("first"));
  std::string second = write("m-00002-of-00002.gguf", gguf("second"));
  auto files = llvm::cantFail(listTensors(second));
  EXPECT_EQ(namesOf(files), (std::vector<std::string>{"first", "second"}));
  std::string lonely = write("n-00002-of-00003.gguf", gguf("x"));
  expectError(listTensors(lonely), "n-00001-of-00003.gguf", "No such file");
  // No part of anything.
  std::string odd = write("m-00003-of-00002.gguf", gguf("odd"));
  EXPECT_EQ(namesOf(llvm::cantFail(listTensors(odd))),
            std::vector<std::string>{"odd"});
}

TEST_F(TensorList, TakesTheModelFilesOfAFolder) {
  write("b.gguf", gguf("b"));
  write("a.safetensors",
        SafetensorsWriter().tensor("a", "U8", {1}, Bytes(1)).finish());
  write("config.json", Bytes{'{', '}'});
  EXPECT_EQ(namesOf(llvm::cantFail(listTensors(folder))),
            (std::vector<std::string>{"a", "b"}));
}

TEST_F(TensorList, SaysWhatIsNoModelFile) {
  expectError(listTensors(folder), std::string(folder.str()),
              "is an empty folder");
  std::string text = write("notes.txt", Bytes(100, 'x'));
  expectError(listTensors(text), "notes.txt", "is text that begins 'xxx");
  expectError(listTensors(std::string(folder.str()) + "/none"), "none",
              "No such file");
  expectError(listTensors(write("cut.gguf", Bytes{'G', 'G', 'U', 'F'})),
              "cut.gguf", "needs 4 bytes");
}

TEST_F(TensorList, HostileFilesDoNoHarm) {
  Bytes good = GgufWriter()
                   .string("general.name", "good")
                   .tensor("a", {256}, 12, Bytes(144))
                   .tensor("b", {256}, 4000, Bytes(32))
                   .finish();
  std::string path = write("mutated.gguf", good);
  expectNoHarm(good, 500, [&](const Bytes &bytes) {
    write("mutated.gguf", bytes);
    return listTensors(path);
  });
}
