//===- ExplainTest.cpp - equal remarks are told as one ----------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "llmc/Driver/Explain.h"

#include "DriverTesting.h"
#include "llmc/Support/Explain.h"

using namespace llmc;

namespace {

std::string print(Explanation &explanation) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  explanation.print(stream);
  return text;
}

/// What is printed of one text at these places.
std::string explain(std::initializer_list<const char *> places) {
  Explanation explanation;
  for (const char *place : places)
    explanation.add("llm-pass", "done", false, place);
  return print(explanation);
}

TEST(Explain, OneRemarkKeepsItsPlace) {
  EXPECT_EQ(explain({"blk.0.attn"}), "  llm-pass: done at blk.0.attn\n");
  EXPECT_EQ(explain({""}), "  llm-pass: done\n");
}

TEST(Explain, EqualLayersAreCounted) {
  EXPECT_EQ(explain({"blk.0.attn", "blk.0.ffn", "blk.1.attn", "blk.1.ffn"}),
            "  llm-pass: done: x2 in each of 2 layers\n");
}

TEST(Explain, WhatStandsOutsideLayersIsNamed) {
  EXPECT_EQ(explain({"blk.0.attn", "blk.1.attn", "output"}),
            "  llm-pass: done: x1 in each of 2 layers, at output\n");
  EXPECT_EQ(explain({"blk.0.attn", "blk.1.attn", "output", "output"}),
            "  llm-pass: done: x1 in each of 2 layers, x2 at output\n");
  EXPECT_EQ(explain({"blk.0.attn", "blk.1.attn", "output", "head"}),
            "  llm-pass: done: x1 in each of 2 layers, x2 elsewhere\n");
}

TEST(Explain, UnequalLayersAreSummed) {
  EXPECT_EQ(explain({"blk.0.attn", "blk.0.ffn", "blk.1.ffn"}),
            "  llm-pass: done: x3 in 2 layers\n");
  EXPECT_EQ(explain({"blk.0.attn", "blk.0.ffn"}),
            "  llm-pass: done: x2 in blk.0\n");
}

TEST(Explain, LayersOfTwoStacksAreDifferent) {
  EXPECT_EQ(explain({"enc.0.attn", "dec.0.attn"}),
            "  llm-pass: done: x1 in each of 2 layers\n");
}

TEST(Explain, NumbersThatAreNoPartOfThePathAreNoLayers) {
  EXPECT_EQ(explain({"head1", "head2"}), "  llm-pass: done: x2\n");
  EXPECT_EQ(explain({"", ""}), "  llm-pass: done: x2\n");
}

TEST(Explain, PassesTextsAndDeclinesStayApart) {
  Explanation explanation;
  explanation.add("llm-a", "text", false, "");
  explanation.add("llm-b", "text", false, "");
  explanation.add("llm-a", "text", true, "");
  explanation.add("llm-a", "text", false, "");
  EXPECT_EQ(print(explanation), "  llm-a: text: x2\n"
                                "  llm-b: text\n"
                                "  llm-a: declined: text\n");
  EXPECT_EQ(print(explanation), "") << "what was printed is forgotten";
}

TEST(Explain, HearsWhatPassesSay) {
  llmc::testing::Context context;
  auto explanation = Explanation::listen(context);
  auto loc = mlir::NameLoc::get(mlir::StringAttr::get(&context, "blk.3.attn"));
  mlir::OwningOpRef<mlir::ModuleOp> module(mlir::ModuleOp::create(loc));
  applied(*module, "llm-pass", [] { return std::string("made it"); });
  decline(*module, "llm-pass", "the op has another user");
  EXPECT_EQ(print(*explanation),
            "  llm-pass: made it at blk.3.attn\n"
            "  llm-pass: declined: the op has another user at blk.3.attn\n");
}

TEST(Explain, NoTextIsBuiltWhereNobodyListens) {
  llmc::testing::Context context;
  mlir::OwningOpRef<mlir::ModuleOp> module(
      mlir::ModuleOp::create(mlir::UnknownLoc::get(&context)));
  bool built = false;
  applied(*module, "llm-pass", [&] {
    built = true;
    return std::string();
  });
  EXPECT_FALSE(built);
}

} // namespace
