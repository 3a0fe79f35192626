//===- PendingFileTest.cpp - whole or not at all --------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "llmc/Emit/PendingFile.h"
#include "EmitTesting.h"

#include "llvm/Support/MemoryBuffer.h"

#include <csignal>
#include <fstream>
#include <sys/wait.h>
#include <unistd.h>

using namespace llmc;
using namespace llmc::testing;

TEST(PendingFile, AppearsOnCommit) {
  Folder folder;
  auto file = PendingFile::create(folder.file("out"));
  ASSERT_TRUE(bool(file));
  ASSERT_EQ(message(file->write("contents")), "");
  EXPECT_FALSE(llvm::sys::fs::exists(folder.file("out")));
  ASSERT_EQ(message(file->commit()), "");
  auto buffer = llvm::MemoryBuffer::getFile(folder.file("out"));
  ASSERT_TRUE(bool(buffer));
  EXPECT_EQ((*buffer)->getBuffer(), "contents");
  EXPECT_EQ(folder.entries().size(), 1u);
}

TEST(PendingFile, LeavesNothingWithoutCommit) {
  Folder folder;
  {
    auto file = PendingFile::create(folder.file("out"));
    ASSERT_TRUE(bool(file));
    ASSERT_EQ(message(file->write("half")), "");
  }
  EXPECT_TRUE(folder.entries().empty());
}

TEST(PendingFile, LeavesNothingWhenInterrupted) {
  Folder folder;
  for (int signal : {SIGINT, SIGTERM}) {
    pid_t child = fork();
    if (child == 0) {
      auto file = PendingFile::create(folder.file("out"));
      raise(signal);
      ::pause(); // where a sanitizer holds signals until a thread waits
      _exit(0);
    }
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    EXPECT_FALSE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    EXPECT_TRUE(folder.entries().empty());
  }
}

TEST(PendingFile, RemovesWhatAKilledProcessLeft) {
  Folder folder;
  for (int i = 0; i < 3; ++i) {
    pid_t child = fork();
    if (child == 0) {
      auto file = PendingFile::create(folder.file("out"));
      raise(SIGKILL);
    }
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFSIGNALED(status));
  }
  EXPECT_EQ(folder.entries().size(), 1u); // the last one's
  auto file = PendingFile::create(folder.file("out"));
  ASSERT_TRUE(bool(file));
  EXPECT_EQ(folder.entries().size(), 1u); // ours
}

TEST(PendingFile, LeavesTheFilesOfOthersAlone) {
  Folder folder;
  for (const char *name : {"out.0123abcd.tmp.txt", "out.notes000.tmp",
                           "other.0123abcd.tmp", "out.0123abc.tmp"})
    std::ofstream(folder.file(name)) << "not ours";
  auto first = PendingFile::create(folder.file("out")); // alive: locked
  auto second = PendingFile::create(folder.file("out"));
  ASSERT_TRUE(bool(first));
  ASSERT_TRUE(bool(second));
  EXPECT_EQ(folder.entries().size(), 6u);
}

TEST(PendingFile, AdoptsWhatALinkerWrote) {
  Folder folder;
  {
    auto file = PendingFile::create(folder.file("out"));
    ASSERT_TRUE(bool(file));
    std::ofstream(file->besidePath()) << "linked";
    ASSERT_EQ(message(file->adopt()), "");
    auto other = PendingFile::create(folder.file("out")); // it is locked again
    ASSERT_TRUE(bool(other));
    ASSERT_EQ(message(file->commit()), "");
  }
  auto buffer = llvm::MemoryBuffer::getFile(folder.file("out"));
  ASSERT_TRUE(bool(buffer));
  EXPECT_EQ((*buffer)->getBuffer(), "linked");
  EXPECT_EQ(folder.entries().size(), 1u);
}

TEST(PendingFile, RefusesAFolderAsOutput) {
  Folder folder;
  auto file = PendingFile::create(folder.path);
  ASSERT_FALSE(bool(file));
  EXPECT_NE(llvm::toString(file.takeError()).find("exists and is not a file"),
            std::string::npos);
}

TEST(PendingFile, RefusesADevice) {
  auto file = PendingFile::create("/dev/null");
  ASSERT_FALSE(bool(file));
  llvm::consumeError(file.takeError());
}

TEST(PendingFile, NamesAMissingFolder) {
  Folder folder;
  std::string path = folder.file("missing/out");
  auto file = PendingFile::create(path);
  ASSERT_FALSE(bool(file));
  EXPECT_EQ(llvm::toString(file.takeError()),
            "cannot write '" + path +
                "': No such file or directory: there is no folder '" +
                folder.file("missing") + "'; mkdir -p it first");
}
