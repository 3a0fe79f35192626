//===- FilesTest.cpp - files that change, and files that cannot be seen ---===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Testing.h"

#include "llmc/Weights/Files.h"

#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"

#include <fstream>

using namespace llmc;

namespace {

class Files : public testing::Test {
protected:
  void SetUp() override {
    ASSERT_FALSE(llvm::sys::fs::createTemporaryFile("llmc-files", "x", path));
  }
  void TearDown() override { llvm::sys::fs::remove(path); }

  void write(size_t bytes) { write(path.str(), bytes); }
  static void write(llvm::StringRef file, size_t bytes) {
    std::ofstream(file.str(), std::ios::binary) << std::string(bytes, 'x');
  }
  std::string watched(const FileWatch &watch) {
    return llvm::toString(watch.check());
  }

  llvm::SmallString<128> path;
};

// Small files are copied, large ones are mapped.
class FilesOfASize : public Files,
                     public testing::WithParamInterface<size_t> {};

} // namespace

TEST_P(FilesOfASize, ThatAreCutAreNoticed) {
  write(GetParam());
  FileWatch watch;
  auto buffer = llvm::cantFail(openFile(path));
  EXPECT_EQ(watched(watch), "");
  write(GetParam() / 2);
  EXPECT_NE(watched(watch).find("was changed while it was read"),
            std::string::npos);
  EXPECT_EQ(watched(FileWatch()), ""); // nothing was opened since
}

TEST_P(FilesOfASize, MayBeReplacedByOthers) {
  write(GetParam());
  FileWatch watch;
  auto buffer = llvm::cantFail(openFile(path));
  std::string other = (path + ".new").str();
  write(other, 1);
  ASSERT_FALSE(llvm::sys::fs::rename(other, path));
  EXPECT_EQ(watched(watch), "");
  EXPECT_EQ(buffer->getBufferSize(), GetParam());
}

INSTANTIATE_TEST_SUITE_P(, FilesOfASize, testing::Values(100, 1 << 20));

TEST_F(Files, ThatCannotBeSeenAreNoAbsentOnes) {
  EXPECT_TRUE(llvm::cantFail(fileExists(path)));
  EXPECT_FALSE(llvm::cantFail(fileExists((path + ".none").str())));
  EXPECT_FALSE(llvm::cantFail(fileExists((path + "/in-a-file").str())));
  std::string endless = (path + std::string(5000, 'x')).str();
  test::expectError(fileExists(endless), endless,
                    "cannot be looked for: File name too long");
}
