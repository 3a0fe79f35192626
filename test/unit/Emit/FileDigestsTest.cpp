//===- FileDigestsTest.cpp - SHA-256 of a model's files -------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "llmc/Emit/FileDigests.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/SHA256.h"

#include "gtest/gtest.h"

#include <fstream>

using namespace llmc;

namespace {

class FileDigestsTest : public testing::Test {
protected:
  void SetUp() override {
    ASSERT_FALSE(llvm::sys::fs::createUniqueDirectory("llmc-sum", folder));
  }
  void TearDown() override { llvm::sys::fs::remove_directories(folder); }

  std::string write(const std::string &name, const std::string &bytes) {
    std::string path = folder.str().str() + "/" + name;
    std::ofstream(path, std::ios::binary) << bytes;
    return path;
  }

  llvm::SmallString<128> folder;
};

TEST_F(FileDigestsTest, AreThoseOfTheStandard) {
  // FIPS 180-2, appendix B.1, and the empty message.
  auto digests = FileDigests({write("abc", "abc"), write("none", "")}).take();
  ASSERT_TRUE(bool(digests)) << llvm::toString(digests.takeError());
  ASSERT_EQ(digests->size(), 2u);
  EXPECT_EQ((*digests)[0].name, "abc");
  EXPECT_EQ((*digests)[0].bytes, 3u);
  EXPECT_EQ((*digests)[0].sha256,
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ((*digests)[1].sha256,
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST_F(FileDigestsTest, AgreeWithAnotherImplementation) {
  std::string bytes; // longer than a buffer, and no multiple of it
  for (size_t i = 0; i < (3 << 20) + 17; ++i)
    bytes += char(i * i >> 7);
  auto digests = FileDigests({write("long", bytes)}).take();
  ASSERT_TRUE(bool(digests)) << llvm::toString(digests.takeError());
  EXPECT_EQ(digests->front().sha256,
            llvm::toHex(llvm::SHA256::hash(llvm::arrayRefFromStringRef(bytes)),
                        /*LowerCase=*/true));
}

TEST_F(FileDigestsTest, AFileThatIsGoneIsNamed) {
  auto digests =
      FileDigests({write("a", "a"), folder.str().str() + "/gone"}).take();
  ASSERT_FALSE(bool(digests));
  std::string message = llvm::toString(digests.takeError());
  EXPECT_NE(message.find("/gone: cannot be read: No such file"),
            std::string::npos)
      << message;
}

/// A compilation that fails does not wait for the rest of a large file.
TEST_F(FileDigestsTest, NobodyNeedsToTakeThem) {
  FileDigests digests({"/dev/zero"});
}

} // namespace
