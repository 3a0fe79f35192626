//===- ObjectTest.cpp - LLVM dialect to an object -------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "EmitTesting.h"

#include "llvm/Object/ELFObjectFile.h"

using namespace llmc;
using namespace llmc::testing;

static const char *const addFunctions = R"(
  llvm.func @add_avx512(%a: !llvm.ptr, %b: !llvm.ptr) attributes {
      target_cpu = "x86-64-v4",
      target_features = #llvm.target_features<["+avx512f", "+prefer-256-bit"]>} {
    %x = llvm.load %a : !llvm.ptr -> vector<16xf32>
    %y = llvm.load %b : !llvm.ptr -> vector<16xf32>
    %z = llvm.fadd %x, %y : vector<16xf32>
    llvm.store %z, %a : vector<16xf32>, !llvm.ptr
    llvm.return
  }
  llvm.func @add_baseline(%a: !llvm.ptr, %b: !llvm.ptr) {
    %x = llvm.load %a : !llvm.ptr -> vector<16xf32>
    %y = llvm.load %b : !llvm.ptr -> vector<16xf32>
    %z = llvm.fadd %x, %y : vector<16xf32>
    llvm.store %z, %a : vector<16xf32>, !llvm.ptr
    llvm.return
  }
)";

static std::string emit(llvm::StringRef text, ObjectKind kind) {
  Context context;
  auto module = context.parse(text);
  auto bytes = emitObject(*module, kind);
  if (!bytes)
    return "error: " + llvm::toString(bytes.takeError());
  return std::string(bytes->begin(), bytes->end());
}

TEST(Object, IsAnElfRelocatableForX86) {
  std::string bytes = emit(addFunctions, ObjectKind::object);
  auto object = llvm::object::ObjectFile::createObjectFile(
      llvm::MemoryBufferRef(bytes, "test.o"));
  ASSERT_TRUE(bool(object)) << llvm::toString(object.takeError());
  EXPECT_EQ((*object)->getArch(), llvm::Triple::x86_64);
  EXPECT_TRUE((*object)->isRelocatableObject());
}

TEST(Object, EveryFunctionUsesItsOwnInstructionSet) {
  std::string assembly = emit(addFunctions, ObjectKind::assembly);
  size_t baseline = assembly.find("add_baseline:");
  ASSERT_NE(baseline, std::string::npos) << assembly;
  EXPECT_NE(assembly.substr(0, baseline).find("zmm"), std::string::npos);
  EXPECT_EQ(assembly.substr(baseline).find("ymm"), std::string::npos);
  EXPECT_NE(assembly.substr(baseline).find("addps"), std::string::npos);
}

TEST(Object, FunctionsHaveSectionsOfTheirOwn) {
  EXPECT_NE(emit(addFunctions, ObjectKind::assembly).find(".text.add_baseline"),
            std::string::npos);
}

TEST(Object, MultiplyAndAddAreNotFusedUnlessAsked) {
  std::string assembly = emit(R"(
    llvm.func @apart(%a: f32, %b: f32, %c: f32) -> f32 attributes {
        target_features = #llvm.target_features<["+fma", "+avx2"]>} {
      %p = llvm.fmul %a, %b : f32
      %s = llvm.fadd %p, %c : f32
      llvm.return %s : f32
    })",
                              ObjectKind::assembly);
  EXPECT_NE(assembly.find("vmulss"), std::string::npos) << assembly;
  EXPECT_EQ(assembly.find("vfmadd"), std::string::npos) << assembly;
}

TEST(Object, IrIsTextForTheTarget) {
  std::string text = emit(addFunctions, ObjectKind::llvmIR);
  EXPECT_NE(text.find("target triple = \"x86_64-unknown-linux-gnu\""),
            std::string::npos);
  EXPECT_NE(text.find("define void @add_baseline"), std::string::npos);
}

TEST(Object, SameInputGivesTheSameBytes) {
  EXPECT_EQ(emit(addFunctions, ObjectKind::object),
            emit(addFunctions, ObjectKind::object));
}

TEST(Object, AnOperationWithoutTranslationIsNamed) {
  std::string text = emit(R"(
    llvm.func @left() {
      "other.operation"() : () -> ()
      llvm.return
    })",
                          ObjectKind::object);
  EXPECT_EQ(text.find("error: translation to LLVM IR failed"), 0u) << text;
  EXPECT_NE(text.find("other.operation"), std::string::npos) << text;
}

TEST(Object, CodeThatCannotBeIsAnError) {
  std::string text = emit(R"(
    llvm.func @narrow(%a: f32) {
      llvm.inline_asm has_side_effects "", "{ymm0},{ymm0}" %a, %a : (f32, f32) -> ()
      llvm.return
    })",
                          ObjectKind::object);
  EXPECT_TRUE(llvm::StringRef(text).starts_with("error: "))
      << text.substr(0, 99);
  EXPECT_NE(text.find("LLVM generates no code"), std::string::npos);
}
