//===- PendingFolderTest.cpp - a folder, whole or not at all --------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "llmc/Emit/PendingFolder.h"
#include "EmitTesting.h"
#include "llmc/Emit/PlacedFile.h"

#include "llvm/Support/MemoryBuffer.h"

#include <csignal>
#include <fstream>
#include <sys/wait.h>
#include <unistd.h>

using namespace llmc;
using namespace llmc::testing;

namespace {

std::string read(const std::string &path) {
  auto buffer = llvm::MemoryBuffer::getFile(path);
  return buffer ? (*buffer)->getBuffer().str() : "nothing";
}

void addText(PendingFolder &folder, llvm::StringRef name) {
  auto file = folder.add(name);
  ASSERT_TRUE(bool(file)) << message(file.takeError());
  ASSERT_EQ(message((*file)->write(name)), "");
}

std::string refusal(const std::string &path) {
  auto folder = PendingFolder::create(path);
  return folder ? "" : llvm::toString(folder.takeError());
}

} // namespace

TEST(PendingFolder, AppearsOnCommit) {
  Folder place;
  auto folder = PendingFolder::create(place.file("out/"));
  ASSERT_TRUE(bool(folder));
  addText(*folder, "config.json");
  addText(*folder, "1_Pooling/config.json");
  EXPECT_FALSE(llvm::sys::fs::exists(place.file("out")));
  ASSERT_EQ(message(folder->commit()), "");
  EXPECT_EQ(place.entries().size(), 1u);
  EXPECT_EQ(read(place.file("out/config.json")), "config.json");
  EXPECT_EQ(read(place.file("out/1_Pooling/config.json")),
            "1_Pooling/config.json");
}

TEST(PendingFolder, LeavesNothingWithoutCommit) {
  Folder place;
  {
    auto folder = PendingFolder::create(place.file("out"));
    ASSERT_TRUE(bool(folder));
    addText(*folder, "half");
    EXPECT_EQ(place.entries().size(), 1u);
  }
  EXPECT_TRUE(place.entries().empty());
}

TEST(PendingFolder, LeavesNothingWhenInterrupted) {
  Folder place;
  pid_t child = fork();
  if (child == 0) {
    auto folder = PendingFolder::create(place.file("out"));
    addText(*folder, "a");
    addText(*folder, "b");
    raise(SIGINT);
    ::pause();
    _exit(0);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_FALSE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  EXPECT_TRUE(place.entries().empty());
}

TEST(PendingFolder, RemovesWhatAKilledProcessLeft) {
  Folder place;
  llvm::sys::fs::create_directory(place.file("out.0123abcd.tmp"));
  std::ofstream(place.file("out.0123abcd.tmp/config.json")) << "half";
  std::ofstream(place.file("out.89abcdef.tmp")) << "half";
  auto folder = PendingFolder::create(place.file("out"));
  ASSERT_TRUE(bool(folder));
  EXPECT_TRUE(place.entries().empty());
}

TEST(PendingFolder, TakesThePlaceOfAnEmptyFolderAlone) {
  Folder place;
  llvm::sys::fs::create_directory(place.file("out"));
  auto folder = PendingFolder::create(place.file("out"));
  ASSERT_TRUE(bool(folder));
  addText(*folder, "config.json");
  ASSERT_EQ(message(folder->commit()), "");
  EXPECT_EQ(read(place.file("out/config.json")), "config.json");
  EXPECT_NE(refusal(place.file("out")).find("it is a folder with files in it"),
            std::string::npos);
  EXPECT_NE(refusal(place.file("out/config.json")).find("is not a folder"),
            std::string::npos);
  EXPECT_NE(refusal(place.file("none/out")).find("mkdir -p it first"),
            std::string::npos);
  EXPECT_NE(refusal(".").find("it is the current folder"), std::string::npos);
  EXPECT_NE(refusal("/").find("needs the name of a folder"), std::string::npos);
}

/// Somebody writes into the target while the model is made.
TEST(PendingFolder, KeepsWhatCameMeanwhile) {
  Folder place;
  auto folder = PendingFolder::create(place.file("out"));
  ASSERT_TRUE(bool(folder));
  addText(*folder, "config.json");
  llvm::sys::fs::create_directory(place.file("out"));
  std::ofstream(place.file("out/notes")) << "mine";
  EXPECT_NE(message(folder->commit()).find("cannot write"), std::string::npos);
  EXPECT_EQ(place.entries().size(), 1u);
  EXPECT_EQ(read(place.file("out/notes")), "mine");
}

TEST(PlacedFile, IsWrittenInAnyOrder) {
  Folder place;
  std::ofstream(place.file("x")) << "";
  auto file = PlacedFile::open(place.file("x"), "x", 4);
  ASSERT_TRUE(bool(file));
  ASSERT_EQ(message(file->write(2, {'c', 'd'})), "");
  ASSERT_EQ(message(file->write(0, {'a', 'b'})), "");
  EXPECT_EQ(read(place.file("x")), "abcd");
}

TEST(PlacedFile, HearsEarlyOfADiskWithoutRoom) {
  Folder place;
  std::ofstream(place.file("x")) << "";
  auto file = PlacedFile::open(place.file("x"), "name", uint64_t(1) << 60);
  ASSERT_FALSE(bool(file));
  EXPECT_NE(message(file.takeError()).find("cannot write 'name'"),
            std::string::npos);
}
