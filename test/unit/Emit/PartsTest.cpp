//===- PartsTest.cpp - code of several instruction sets in parts ----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "lib/Emit/Parts.h"

#include "llvm/AsmParser/Parser.h"
#include "llvm/IR/Verifier.h"
#include "llvm/Support/SourceMgr.h"

#include "gtest/gtest.h"

using namespace llmc;

namespace {
class Parts : public ::testing::Test {
protected:
  void split(const char *text) {
    llvm::SMDiagnostic diagnostic;
    code = llvm::parseAssemblyString(text, diagnostic, context);
    ASSERT_TRUE(code) << diagnostic.getMessage().str();
    parts = splitByTarget(*code);
    for (const std::unique_ptr<llvm::Module> &part : parts)
      EXPECT_FALSE(llvm::verifyModule(*part));
  }

  /// How the part has the symbol: "" not at all, "named", "hidden" or "local" with
  /// what it is, "public".
  std::string find(size_t part, llvm::StringRef name) {
    const llvm::GlobalValue *value = parts[part]->getNamedValue(name);
    if (!value || (value->isDeclaration() && value->use_empty()))
      return "";
    if (value->isDeclaration())
      return "named";
    return value->hasLocalLinkage()       ? "local"
           : value->hasHiddenVisibility() ? "hidden"
                                          : "public";
  }

  llvm::LLVMContext context;
  std::unique_ptr<llvm::Module> code;
  std::vector<std::unique_ptr<llvm::Module>> parts;
};
} // namespace

TEST_F(Parts, AreTheTargets) {
  split(R"(
    @model = constant [2 x ptr] [ptr @step.a, ptr @step.b]
    @numbers = internal constant [2 x i32] [i32 1, i32 2]
    @inner = internal constant [1 x ptr] [ptr @numbers]
    @count = internal global i32 0
    define internal i32 @plain(i32 %i) {
      ret i32 %i
    }
    define internal i32 @kernel.a(i32 %i) "target-features"="+avx2" {
      %at = getelementptr [2 x i32], ptr @numbers, i32 0, i32 %i
      %x = load i32, ptr %at
      ret i32 %x
    }
    define internal i32 @step.a(i32 %i) "target-features"="+avx2" {
      %x = call i32 @kernel.a(i32 %i)
      %y = call i32 @plain(i32 %x)
      ret i32 %y
    }
    define internal i32 @step.b(i32 %i) "target-features"="+avx512f" {
      %table = load ptr, ptr @inner
      %x = load i32, ptr %table
      store i32 %x, ptr @count
      ret i32 %x
    }
  )");
  ASSERT_EQ(parts.size(), 3u);
  EXPECT_EQ(find(0, "model"), "public");
  EXPECT_EQ(find(1, "model"), "");
  // What one part has to itself stays its own.
  EXPECT_EQ(find(0, "kernel.a"), "");
  EXPECT_EQ(find(1, "kernel.a"), "local");
  EXPECT_EQ(find(2, "kernel.a"), "");
  // What the table or another part names is a symbol that no other object sees.
  EXPECT_EQ(find(0, "step.a"), "named");
  EXPECT_EQ(find(1, "step.a"), "hidden");
  EXPECT_EQ(find(2, "step.b"), "hidden");
  EXPECT_EQ(find(0, "plain"), "hidden");
  EXPECT_EQ(find(1, "plain"), "named");
  EXPECT_EQ(find(0, "count"), "hidden");
  EXPECT_EQ(find(2, "count"), "named");
  // A constant is wherever it is used, through other constants too.
  EXPECT_EQ(find(0, "numbers"), "");
  EXPECT_EQ(find(1, "numbers"), "local");
  EXPECT_EQ(find(2, "numbers"), "local");
  EXPECT_EQ(find(1, "inner"), "");
  EXPECT_EQ(find(2, "inner"), "local");
}

TEST_F(Parts, AreOneWithoutTargets) {
  split("@used = internal constant i32 1\n"
        "define ptr @f() {\n ret ptr @used\n}\n");
  ASSERT_EQ(parts.size(), 1u);
  EXPECT_EQ(find(0, "used"), "local");
  EXPECT_EQ(find(0, "f"), "public");
}
