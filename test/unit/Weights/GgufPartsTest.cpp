//===- GgufPartsTest.cpp - one model in several GGUF files ----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "llmc/Weights/GgufParts.h"

#include "Testing.h"

#include "llvm/ADT/STLExtras.h"

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

Bytes write(const Part &part) {
  GgufWriter writer;
  writer.integer("split.no", part.number).integer("split.count", part.count);
  if (part.all)
    writer.integer("split.tensors.count", *part.all);
  for (const std::string &tensor : part.tensors)
    writer.tensor(tensor, {2}, 0, someFloats(2));
  return writer.finish();
}

llvm::Expected<GgufFile> join(const std::vector<Bytes> &contents) {
  std::vector<GgufFile> files;
  for (auto [index, bytes] : llvm::enumerate(contents))
    files.push_back(
        llvm::cantFail(parseGguf("part" + std::to_string(index), bytes)));
  return joinGgufParts(std::move(files));
}

} // namespace

TEST(GgufParts, BringTheTensorsOfAll) {
  std::vector<Bytes> contents = {write({{"a", "b"}, 0, 2, 3}),
                                 write({{"c"}, 1, 2})};
  auto joined = join(contents);
  ASSERT_TRUE(bool(joined)) << llvm::toString(joined.takeError());
  std::vector<std::string> names;
  for (const GgufTensor &tensor : joined->tensors)
    names.push_back(tensor.name.str());
  EXPECT_EQ(names, (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_TRUE(joined->find("split.tensors.count"));
}

//===----------------------------------------------------------------------===//
// Parts that are none of one model
//===----------------------------------------------------------------------===//

namespace {

struct BadParts {
  const char *name;
  std::function<std::vector<Bytes>()> make;
  const char *file, *says;
};
void PrintTo(const BadParts &bad, std::ostream *os) { *os << bad.name; }

class BadGgufParts : public testing::TestWithParam<BadParts> {};

/// A first part with a key of another type than it should have.
Bytes spoiled(std::string_view key) {
  GgufWriter writer;
  for (std::string_view known : {"split.no", "split.count"})
    if (known == key)
      writer.string(known, "2");
    else
      writer.integer(known, known == "split.no" ? 0 : 2);
  if (key == "split.tensors.count")
    writer.string(key, "2");
  return writer.tensor("a", {2}, 0, someFloats(2)).finish();
}

const BadParts badParts[] = {
    {"SamePartTwice",
     [] { return std::vector{write({{"a"}, 0}), write({{"b"}, 0})}; }, "part1",
     "key 'split.no': requires part 2 of 2, found part 1 of 2"},
    {"TurnedAround",
     [] { return std::vector{write({{"a"}, 1}), write({{"b"}, 0})}; }, "part0",
     "requires part 1 of 2, found part 2 of 2"},
    {"PartOfAnotherCount",
     [] { return std::vector{write({{"a"}, 0}), write({{"b"}, 1, 3})}; },
     "part1", "requires part 2 of 2, found part 2 of 3"},
    {"CountOfNone",
     [] { return std::vector{write({{"a"}, 0, 0}), write({{"b"}, 1, 0})}; },
     "part0", "found part 1 of 0"},
    {"CountOfMany",
     [] { return std::vector{write({{"a"}, 0, UINT32_MAX}), write({{"b"}})}; },
     "part0", "key 'split.count'"},
    {"NumberOfMany",
     [] { return std::vector{write({{"a"}, UINT32_MAX}), write({{"b"}, 1})}; },
     "part0", "key 'split.no'"},
    {"TensorInBoth",
     [] { return std::vector{write({{"a"}, 0}), write({{"a"}, 1})}; }, "part1",
     "tensor 'a': another part of the model has it too"},
    {"TensorsTooFew",
     [] { return std::vector{write({{"a"}, 0, 2, 3}), write({{"b"}, 1})}; },
     "part0",
     "key 'split.tensors.count': requires 3 tensors in all parts, found 2"},
    {"TensorsTooMany",
     [] { return std::vector{write({{"a"}, 0, 2, 1}), write({{"b"}, 1})}; },
     "part0", "requires 1 tensors in all parts, found 2"},
    {"NumberIsText",
     [] { return std::vector{spoiled("split.no"), write({{"b"}, 1})}; },
     "part0", "key 'split.no'"},
    {"CountIsText",
     [] { return std::vector{spoiled("split.count"), write({{"b"}, 1})}; },
     "part0", "key 'split.count'"},
    {"TensorsAreText",
     [] {
       return std::vector{spoiled("split.tensors.count"), write({{"b"}, 1})};
     },
     "part0", "key 'split.tensors.count'"},
};

} // namespace

TEST_P(BadGgufParts, AreRefused) {
  std::vector<Bytes> contents = GetParam().make();
  expectError(join(contents), GetParam().file, GetParam().says);
}

INSTANTIATE_TEST_SUITE_P(, BadGgufParts, testing::ValuesIn(badParts),
                         [](const auto &info) { return info.param.name; });
