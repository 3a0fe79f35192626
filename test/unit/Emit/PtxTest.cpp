//===- PtxTest.cpp - a device's kernels to PTX ------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "EmitTesting.h"

using namespace llmc;
using namespace llmc::testing;

/// PTX of a module `name` that holds `functions`, or the error.
static std::string emit(const std::string &functions,
                        const std::string &name = "sm_80") {
  Context context;
  auto module = context.parse("module @" + name + " {" + functions + "}");
  EXPECT_TRUE(module);
  if (!module)
    return {};
  // The parser makes no module around one.
  auto text = emitPtx(*module);
  return text ? *text : "error: " + llvm::toString(text.takeError());
}

static size_t count(const std::string &text, const std::string &part) {
  size_t found = 0;
  for (size_t at = text.find(part); at != std::string::npos;
       at = text.find(part, at + 1))
    ++found;
  return found;
}

static const char *const scale = R"(
  llvm.func @scale(%x: !llvm.ptr, %n: i64) {
    %tid = llvm.call_intrinsic "llvm.nvvm.read.ptx.sreg.tid.x"() : () -> i32
    %i = llvm.sext %tid : i32 to i64
    %p = llvm.getelementptr %x[%i] : (!llvm.ptr, i64) -> !llvm.ptr, f32
    %v = llvm.load %p : !llvm.ptr -> f32
    %two = llvm.mlir.constant(2.0 : f32) : f32
    %w = llvm.fmul %v, %two : f32
    llvm.store %w, %p : f32, !llvm.ptr
    llvm.return
  })";

TEST(Ptx, EveryFunctionIsAKernelOfTheModulesGpu) {
  std::string text = emit(scale);
  EXPECT_EQ(count(text, ".target sm_80"), 1u) << text;
  EXPECT_EQ(count(text, ".visible .entry scale("), 1u) << text;
  EXPECT_EQ(count(text, ".func"), 0u) << text;
  EXPECT_EQ(count(emit(scale, "sm_90a"), ".target sm_90a"), 1u);
}

TEST(Ptx, WhatArgumentsPointToIsGlobalMemory) {
  std::string text = emit(scale);
  EXPECT_EQ(count(text, "ld.global.b32"), 1u) << text;
  EXPECT_EQ(count(text, "st.global.b32"), 1u) << text;
  EXPECT_EQ(count(text, "\tld.b32"), 0u) << text;
}

TEST(Ptx, ArgumentsHaveEightBytesEach) {
  std::string text = emit(scale);
  EXPECT_EQ(count(text, ".param .u64 .ptr") + count(text, ".param .u64 scale"),
            2u)
      << text;
}

TEST(Ptx, SharedMemoryIsTheBlocks) {
  std::string text = emit(R"(
  llvm.mlir.global private @sums() {addr_space = 3 : i32, alignment = 16 : i64} : !llvm.array<4 x f32> {
    %0 = llvm.mlir.undef : !llvm.array<4 x f32>
    llvm.return %0 : !llvm.array<4 x f32>
  }
  llvm.func @share(%x: f32) {
    %a = llvm.mlir.addressof @sums : !llvm.ptr<3>
    llvm.store volatile %x, %a : f32, !llvm.ptr<3>
    llvm.return
  })");
  EXPECT_EQ(count(text, ".shared .align 16 .b8 sums[16]"), 1u) << text;
  EXPECT_EQ(count(text, "st.volatile.shared.b32"), 1u) << text;
}

TEST(Ptx, ConstantTablesComeAlong) {
  std::string text = emit(R"(
  llvm.mlir.global private constant @table(dense<[3, 1, 4, 1]> : tensor<4xi32>) : !llvm.array<4 x i32>
  llvm.func @look(%x: !llvm.ptr, %i: i64) {
    %a = llvm.mlir.addressof @table : !llvm.ptr
    %p = llvm.getelementptr %a[%i] : (!llvm.ptr, i64) -> !llvm.ptr, i32
    %v = llvm.load %p : !llvm.ptr -> i32
    llvm.store %v, %x : i32, !llvm.ptr
    llvm.return
  })");
  EXPECT_EQ(count(text, "table[16] = {3, 0, 0, 0, 1, 0, 0, 0, 4, 0, 0, 0, 1}"),
            1u)
      << text;
}

TEST(Ptx, WhatNobodyDefinesIsNamed) {
  std::string text = emit(R"(
  llvm.func @sinf(f32) -> f32
  llvm.func @expf(f32) -> f32
  llvm.func @unused(f32) -> f32
  llvm.func @wave(%x: !llvm.ptr) {
    %v = llvm.load %x : !llvm.ptr -> f32
    %s = llvm.call @sinf(%v) : (f32) -> f32
    %e = llvm.call @expf(%s) : (f32) -> f32
    llvm.store %e, %x : f32, !llvm.ptr
    llvm.return
  })");
  EXPECT_EQ(text, "error: no lowering yet for a device of what its kernels "
                  "call: sinf, expf");
}

TEST(Ptx, TheHostsObjectHasNoKernels) {
  Context context;
  auto module = context.parse(std::string("module @sm_80 {") + scale +
                              "} llvm.func @host() { llvm.return }");
  ASSERT_TRUE(module);
  auto bytes = emitObject(*module, ObjectKind::assembly);
  ASSERT_TRUE(bool(bytes)) << llvm::toString(bytes.takeError());
  std::string assembly(bytes->begin(), bytes->end());
  EXPECT_EQ(count(assembly, "scale"), 0u);
  EXPECT_GE(count(assembly, "host:"), 1u);
}

TEST(Ptx, TheSameBytesTwice) { EXPECT_EQ(emit(scale), emit(scale)); }
