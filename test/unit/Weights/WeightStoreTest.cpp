//===- WeightStoreTest.cpp - the tensors of a model's files ---------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "RecipeTesting.h"

using namespace llmc;
using namespace llmc::test;
using namespace mlir::llm;

using WeightStoreTest = RecipeTest;

TEST_F(WeightStoreTest, FindsTensorsByName) {
  add("a", {2}, f32(), someFloats(2));
  add("b", {3}, f32(), someFloats(3));
  ASSERT_NE(store.find("b"), nullptr);
  EXPECT_EQ(store.find("b")->shape, (llvm::SmallVector<int64_t>{3}));
  EXPECT_EQ(store.find("c"), nullptr);
  EXPECT_EQ(store.tensors().size(), 2u);
}

TEST_F(WeightStoreTest, KeepsNamesUnique) {
  add("a", {2}, f32(), someFloats(2));
  EXPECT_EQ(addError("a", {2}, f32(), someFloats(2)),
            "tensor 'a': the name is used twice");
}

TEST_F(WeightStoreTest, ComparesBytesWithTheShape) {
  EXPECT_EQ(addError("a", {2, 3}, f32(), someFloats(5)),
            "tensor 'a': shape [2, 3] needs 24 bytes, found 20");
  EXPECT_EQ(addError("b", {2, 48}, q8(), Bytes(3 * 34)),
            "tensor 'b': shape [2, 48] needs whole blocks of bytes, found 102");
}
