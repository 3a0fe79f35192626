//===- ChangedTensorsTest.cpp - tensors that quantisers change ------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "lib/Driver/ChangedTensors.h"

#include "DriverTesting.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FileUtilities.h"

#include <cstring>

using namespace llmc;
using namespace llmc::testing;

namespace {

constexpr const char *half =
    "#llm.prune<method = \"magnitude\", share = 5.0e-01 : f64>";
constexpr const char *grid = "#llm.grid<bits = 8, group = 8, scale = f16, zero "
                             "= 128>";
constexpr const char *rounded =
    "#llm.round<grid = <bits = 8, group = 8, scale = f16, zero = 128>, method "
    "= \"rtn\">";

/// Tensors a and b of 4 rows with 8 floats each.
class ChangedTensorsTest : public ::testing::Test {
protected:
  ChangedTensorsTest() {
    for (const char *name : {"a", "b"})
      llvm::cantFail(store.addTensor(
          {name,
           {4, 8},
           mlir::llm::FloatEncodingAttr::get(&context,
                                             mlir::Float32Type::get(&context)),
           {reinterpret_cast<const uint8_t *>(numbers), sizeof numbers}}));
    for (int i = 0; i < 32; ++i)
      numbers[i] = static_cast<float>(i + 1);
  }

  static std::string weight(const std::string &name, const std::string &type,
                            const std::string &source,
                            const std::string &recipe) {
    return "llm.weight @" + name + " : " + type + " source \"" + source +
           "\" recipe [" + recipe + "]\n";
  }
  llvm::Expected<ChangedTensors> find(const std::string &weights) {
    module = context.parse(weights);
    EXPECT_TRUE(bool(module));
    return ChangedTensors::find(*module, store, "a file");
  }
  std::string refuse(const std::string &weights) {
    auto changed = find(weights);
    EXPECT_FALSE(bool(changed));
    return changed ? "" : llvm::toString(changed.takeError());
  }

  Context context;
  WeightStore store;
  float numbers[32];
  mlir::OwningOpRef<mlir::ModuleOp> module;
};

} // namespace

TEST_F(ChangedTensorsTest, OthersStay) {
  auto changed = find(weight("w", "tensor<4x8xf32>", "a", half) +
                      "llm.weight @v : tensor<4x8xf32> source \"b\"");
  ASSERT_TRUE(bool(changed)) << llvm::toString(changed.takeError());
  EXPECT_EQ(changed->lookup("a").getSymName(), "w");
  EXPECT_FALSE(changed->lookup("b"));
  EXPECT_TRUE(changed->isRead("b"));
  EXPECT_FALSE(changed->isRead("c"));
}

TEST_F(ChangedTensorsTest, PartsMakeTheWhole) {
  auto changed = find(weight("q", "tensor<3x8xf32>", "a",
                             std::string("#llm.rows<0, 3>, ") + half) +
                      weight("k", "tensor<1x8xf32>", "a",
                             std::string("#llm.rows<3, 4>, ") + half));
  ASSERT_TRUE(bool(changed)) << llvm::toString(changed.takeError());
  EXPECT_EQ(changed->lookup("a").getSymName(), "q");
}

TEST_F(ChangedTensorsTest, EachRowIsOfOneWeight) {
  std::string part = weight("q", "tensor<3x8xf32>", "a",
                            std::string("#llm.rows<0, 3>, ") + half);
  EXPECT_EQ(refuse(part),
            "tensor 'a': only some of its rows change: leave it as it is "
            "(;q:keep), or use llmc compile");
  EXPECT_EQ(refuse(part + weight("w", "tensor<4x8xf32>", "a", half)),
            "tensor 'a': several weights read its rows: leave it as it is "
            "(;w:keep), or use llmc compile");
  EXPECT_EQ(refuse(part + "llm.weight @k : tensor<1x8xf32> source \"a\" "
                          "recipe [#llm.rows<3, 4>]"),
            "tensor 'a': 'k' is made of it as it is, and 'q' changes: leave it "
            "as it is (;q:keep), or use llmc compile");
}

TEST_F(ChangedTensorsTest, RowsOfATensorHaveTheSameNumbers) {
  std::string packed = "!llm.packed<1x8, " + std::string(grid) + ">";
  EXPECT_EQ(refuse(weight("q", "tensor<3x8xf32>", "a",
                          std::string("#llm.rows<0, 3>, ") + half) +
                   weight("k", packed, "a",
                          std::string("#llm.rows<3, 4>, ") + rounded)),
            "tensor 'a': rows of it become 'q' and 'k', with other numbers: "
            "give both the same choice");
}

TEST_F(ChangedTensorsTest, WhatIsTurnedHasNoPlace) {
  EXPECT_EQ(refuse(weight("w", "tensor<8x4xf32>", "a",
                          std::string("#llm.transpose, ") + half)),
            "tensor 'a': the compiler turns it before it is rounded, and the "
            "file has it as it was: leave it as it is (;w:keep), or use llmc "
            "compile");
}

TEST_F(ChangedTensorsTest, ScalesAreOfGroupsOrRows) {
  auto span = [&](const std::string &recipe) {
    module = context.parse(weight(
        "w", "!llm.packed<4x8, " + std::string(grid) + ">", "a", recipe));
    return getScaleSpan(*module->getOps<mlir::llm::WeightOp>().begin());
  };
  EXPECT_EQ(span(rounded), 8);
  std::string row = rounded;
  EXPECT_EQ(span(row.insert(row.size() - 1, ", span = 16")), 16);
}

/// Experts go back to their tensors, in two parts of each: 4 and 2 bytes of a row.
TEST_F(ChangedTensorsTest, RowsAreWrittenToTheirPlaces) {
  auto changed = find(weight("w", "tensor<2x4x8xf32>", "a",
                             "#llm.stack<[\"b\"]>, " + std::string(rounded)));
  ASSERT_TRUE(bool(changed)) << llvm::toString(changed.takeError());
  llvm::SmallString<64> path;
  ASSERT_FALSE(
      llvm::sys::fs::createTemporaryFile("changed-tensors", "bin", path));
  llvm::FileRemover remover(path);
  auto file = PlacedFile::open(path, "x", 48);
  ASSERT_TRUE(bool(file));
  ChangedTensors::Places places;
  places["a"] = {{&*file, 0, 4}, {&*file, 40, 2}};
  places["b"] = {{&*file, 16, 4}, {&*file, 32, 2}};
  uint64_t told = 0;
  llvm::Error error = changed->write(
      [](mlir::llm::WeightOp) -> llvm::Expected<std::vector<uint8_t>> {
        std::vector<uint8_t> bytes; // rows of the first part, of the second
        for (int i = 0; i < 48; ++i)
          bytes.push_back(static_cast<uint8_t>(i));
        return bytes;
      },
      places,
      [&](uint64_t done, uint64_t all) {
        told = done;
        EXPECT_EQ(all, 48u);
      });
  ASSERT_EQ(message(std::move(error)), "");
  EXPECT_EQ(told, 48u);
  auto buffer = llvm::MemoryBuffer::getFile(path);
  ASSERT_TRUE(bool(buffer));
  for (int i = 0; i < 48; ++i) {
    int expected = i < 32 ? i : i < 40 ? i + 8 : i - 8;
    EXPECT_EQ((*buffer)->getBuffer()[i], expected) << i;
  }
}

TEST_F(ChangedTensorsTest, ATensorOfAnotherNameIsSaid) {
  auto changed = find(weight("w", "tensor<4x8xf32>", "a", half));
  ASSERT_TRUE(bool(changed)) << llvm::toString(changed.takeError());
  llvm::Error error = changed->write(
      [](mlir::llm::WeightOp) -> llvm::Expected<std::vector<uint8_t>> {
        return std::vector<uint8_t>();
      },
      {}, [](uint64_t, uint64_t) {});
  EXPECT_EQ(message(std::move(error)),
            "tensor 'a': the model's files have it under another name: leave "
            "it as it is (;w:keep), or use llmc compile");
}
