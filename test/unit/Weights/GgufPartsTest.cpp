//===- GgufPartsTest.cpp - one model in several GGUF files ----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "llmc/Weights/GgufParts.h"

#include "Testing.h"

#include "llvm/ADT/STLExtras.h"

#include <list>

using namespace llmc;
using namespace llmc::test;

TEST(GgufParts, HaveTheNameOfAnyOfThem) {
  EXPECT_EQ(getGgufPartNames("a/m-00002-of-00003.gguf"),
            (std::vector<std::string>{"a/m-00001-of-00003.gguf",
                                      "a/m-00002-of-00003.gguf",
                                      "a/m-00003-of-00003.gguf"}));
  for (const char *name :
       {"m.gguf", "m-00004-of-00003.gguf", "m-00000-of-00003.gguf",
        "m-1-of-3.gguf", "m-00001-of-00003.bin"})
    EXPECT_EQ(getGgufPartNames(name), std::vector<std::string>{name});
  EXPECT_EQ(getGgufStem("a/m-00002-of-00003.gguf"), "m");
  EXPECT_EQ(getGgufStem("a/m.gguf"), "m");
}

namespace {

struct Part {
  std::vector<std::string> tensors;
  uint32_t number = 0, count = 2;
  std::optional<uint32_t> all = {}; // tensors, as the file counts them
};

class Joining : public testing::Test {
protected:
  llvm::Expected<GgufFile> join(const std::vector<Part> &parts) {
    std::vector<GgufFile> files;
    for (auto [index, part] : llvm::enumerate(parts)) {
      GgufWriter writer;
      writer.integer("split.no", part.number)
          .integer("split.count", part.count);
      if (part.all)
        writer.integer("split.tensors.count", *part.all);
      for (const std::string &tensor : part.tensors)
        writer.tensor(tensor, {2}, 0, someFloats(2));
      contents.push_back(writer.finish());
      files.push_back(llvm::cantFail(
          parseGguf("part" + std::to_string(index), contents.back())));
    }
    return joinGgufParts(std::move(files));
  }
  std::list<Bytes> contents;
};

} // namespace

TEST_F(Joining, CollectsTheTensorsOfAllParts) {
  auto joined = join({{{"a", "b"}, 0, 2, 3}, {{"c"}, 1, 2}});
  ASSERT_TRUE(bool(joined)) << llvm::toString(joined.takeError());
  std::vector<std::string> names;
  for (const GgufTensor &tensor : joined->tensors)
    names.push_back(tensor.name.str());
  EXPECT_EQ(names, (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_TRUE(joined->find("split.tensors.count"));
}

TEST_F(Joining, RefusesPartsOfOtherModels) {
  expectError(join({{{"a"}, 0, 2}, {{"b"}, 0, 2}}), "part1",
              "key 'split.no': requires part 2 of 2, found part 1 of 2");
  expectError(join({{{"a"}, 1, 2}, {{"b"}, 0, 2}}), "part0",
              "requires part 1 of 2, found part 2 of 2");
  expectError(join({{{"a"}, 0, 2}, {{"b"}, 1, 3}}), "part1",
              "requires part 2 of 2, found part 2 of 3");
  expectError(join({{{"a"}, 0, 2}, {{"a"}, 1, 2}}), "part1",
              "tensor 'a': another part of the model has it too");
  expectError(join({{{"a"}, 0, 2, 3}, {{"b"}, 1, 2}}), "part0",
              "key 'split.tensors.count': requires 3 tensors in all parts, "
              "found 2");
}
