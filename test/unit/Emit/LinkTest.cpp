//===- LinkTest.cpp - object and runtime to a program ---------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "EmitTesting.h"

#include "llvm/Support/MemoryBuffer.h"

#include <cmath>
#include <dlfcn.h>

using namespace llmc;
using namespace llmc::testing;

// The runtime needs a model to refer to. The probe calls into libm, so that a
// shared library is needed as well.
static const char *const probe = R"(
  llvm.mlir.global external constant @llmrt_model(dense<0> : tensor<80xi8>) : !llvm.array<80 x i8>
  llvm.func @cosf(f32) -> f32
  llvm.func @llmrt_probe(%x: f32) -> f32 {
    %y = llvm.call @cosf(%x) : (f32) -> f32
    llvm.return %y : f32
  }
  llvm.func @hidden_probe() {
    llvm.return
  }
)";

static llvm::Error link(llvm::StringRef text, LinkKind kind,
                        llvm::StringRef path) {
  Context context;
  auto module = context.parse(text);
  auto objects = emitObjects(*module);
  if (!objects)
    return objects.takeError();
  return linkProgram(*objects, kind, path);
}

static std::string contents(llvm::StringRef path) {
  auto buffer = llvm::MemoryBuffer::getFile(path);
  return buffer ? (*buffer)->getBuffer().str() : "";
}

TEST(Link, SharedObjectLoadsAndRuns) {
  Folder folder;
  std::string path = folder.file("probe.so");
  ASSERT_EQ(message(link(probe, LinkKind::shared, path)), "");
  void *library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  ASSERT_TRUE(library) << dlerror();
  auto function =
      reinterpret_cast<float (*)(float)>(dlsym(library, "llmrt_probe"));
  ASSERT_TRUE(function);
  EXPECT_EQ(function(0.5f), std::cos(0.5f));
  dlclose(library);
}

TEST(Link, SharedObjectExportsTheRuntimesNamesOnly) {
  Folder folder;
  std::string path = folder.file("probe.so");
  ASSERT_EQ(message(link(probe, LinkKind::shared, path)), "");
  void *library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  ASSERT_TRUE(library) << dlerror();
  EXPECT_FALSE(dlsym(library, "hidden_probe"));
  dlclose(library);
}

TEST(Link, TwiceGivesTheSameBytes) {
  Folder folder;
  ASSERT_EQ(message(link(probe, LinkKind::shared, folder.file("a.so"))), "");
  ASSERT_EQ(message(link(probe, LinkKind::shared, folder.file("b.so"))), "");
  ASSERT_FALSE(contents(folder.file("a.so")).empty());
  EXPECT_EQ(contents(folder.file("a.so")), contents(folder.file("b.so")));
}

TEST(Link, AMissingSymbolIsNamed) {
  Folder folder;
  std::string error = message(link(R"(
    llvm.mlir.global external constant @llmrt_model(dense<0> : tensor<80xi8>) : !llvm.array<80 x i8>
    llvm.func @no_such_function()
    llvm.func @llmrt_probe() {
      llvm.call @no_such_function() : () -> ()
      llvm.return
    })",
                                   LinkKind::shared, folder.file("probe.so")));
  EXPECT_EQ(error.find("linking failed: "), 0u) << error;
  EXPECT_NE(error.find("no_such_function"), std::string::npos) << error;
  EXPECT_TRUE(folder.entries().empty());
}

TEST(Link, AnUnwritableFolderIsAnError) {
  Folder folder;
  std::string error =
      message(link(probe, LinkKind::shared, folder.file("missing/probe.so")));
  EXPECT_NE(error.find("No such file or directory"), std::string::npos)
      << error;
}
