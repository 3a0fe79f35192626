//===- StatisticsFileTest.cpp - statistics that are written input by input ===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "lib/Driver/StatisticsFile.h"

#include "DriverTesting.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"

using namespace llmc;
using llmc::testing::message;
using Found = StatisticsFile::Found;

namespace {

class StatisticsFileTest : public ::testing::Test {
protected:
  void SetUp() override {
    ASSERT_FALSE(llvm::sys::fs::createUniqueDirectory("statistics", folder));
    path = folder;
    llvm::sys::path::append(path, "x.stats");
    part = (path + ".part").str();
  }
  void TearDown() override { llvm::sys::fs::remove_directories(folder); }

  StatisticsLayout layOut(const char *text = "a") {
    return StatisticsLayout({{{"u"}, 2}, {{"v", "w"}, 3}, {{"x"}, 2}},
                            /*tokens=*/4, {}, {{"text", text}});
  }
  std::unique_ptr<StatisticsFile> open(const char *text = "a") {
    auto file = StatisticsFile::open(path, layOut(text));
    EXPECT_TRUE(bool(file)) << llvm::toString(file.takeError());
    return file ? std::move(*file) : nullptr;
  }
  void add(StatisticsFile &file) {
    const int64_t cols = file.size() == 1 ? 3 : 2;
    auto some = [&](size_t count) {
      return std::vector<float>(count, float(file.size()));
    };
    EXPECT_EQ(
        message(file.add({some(cols * cols), some(cols), some(cols), some(cols),
                          some(cols), some(cols), some(3), some(4 * cols)})),
        "");
  }
  std::string read(llvm::StringRef name) {
    auto file = llvm::MemoryBuffer::getFile(name);
    return file ? (*file)->getBuffer().str() : "no file";
  }
  void write(llvm::StringRef text) {
    std::error_code code;
    llvm::raw_fd_ostream(part, code) << text;
    EXPECT_FALSE(code);
  }
  /// All at once.
  std::string makeWhole() {
    auto file = open();
    for (int i = 0; i < 3; ++i)
      add(*file);
    EXPECT_EQ(message(file->commit()), "");
    std::string text = read(path);
    llvm::sys::fs::remove(path);
    return text;
  }
  size_t countFiles() {
    std::error_code code;
    size_t count = 0;
    for (llvm::sys::fs::directory_iterator at(folder, code), end;
         !code && at != end; at.increment(code))
      ++count;
    return count;
  }

  llvm::SmallString<128> folder, path;
  std::string part;
};

} // namespace

TEST_F(StatisticsFileTest, IsThereOnceItIsWhole) {
  auto file = open();
  EXPECT_EQ(file->getFound(), Found::nothing);
  EXPECT_EQ(file->partPath(), part);
  for (int i = 0; i < 3; ++i)
    add(*file);
  EXPECT_EQ(read(path), "no file");
  EXPECT_EQ(message(file->commit()), "");
  file.reset();
  EXPECT_EQ(read(path).size(),
            layOut().getEnd(3) + layOut().getEnding().size());
  EXPECT_EQ(countFiles(), 1u);
}

TEST_F(StatisticsFileTest, GoesOnBehindWhatWasKept) {
  const std::string whole = makeWhole();
  auto file = open();
  add(*file);
  EXPECT_EQ(message(file->keep()), "");
  add(*file); // not kept
  file.reset();
  EXPECT_EQ(read(part), whole.substr(0, layOut().getEnd(1)));
  file = open();
  EXPECT_EQ(file->getFound(), Found::inputs);
  EXPECT_EQ(file->size(), 1u);
  add(*file);
  add(*file);
  EXPECT_EQ(message(file->commit()), "");
  EXPECT_EQ(read(path), whole);
  file.reset();
  EXPECT_EQ(countFiles(), 1u);
}

/// Who is killed leaves any length.
TEST_F(StatisticsFileTest, HasTheInputsThatAreWhole) {
  const std::string whole = makeWhole();
  const StatisticsLayout layout = layOut();
  std::vector<size_t> sizes = {0, 1, whole.size() - 1, whole.size()};
  for (size_t i = 0; i <= 3; ++i)
    sizes.insert(sizes.end(), {layout.getEnd(i) - 1, layout.getEnd(i),
                               layout.getEnd(i) + 1});
  for (size_t size : sizes) {
    write(whole.substr(0, size));
    auto file = open();
    size_t inputs = 0;
    while (inputs < 3 && layout.getEnd(inputs + 1) <= size)
      ++inputs;
    EXPECT_EQ(file->size(), inputs) << size;
    EXPECT_EQ(file->getFound(), inputs ? Found::inputs : Found::nothing);
    file.reset();
    EXPECT_EQ(read(part),
              inputs ? whole.substr(0, layout.getEnd(inputs)) : "no file");
  }
}

TEST_F(StatisticsFileTest, BeginsAnewBehindOthers) {
  auto file = open("b");
  add(*file);
  EXPECT_EQ(message(file->keep()), "");
  file.reset();
  file = open("a");
  EXPECT_EQ(file->getFound(), Found::others);
  EXPECT_EQ(file->size(), 0u);
  for (int i = 0; i < 3; ++i)
    add(*file);
  EXPECT_EQ(message(file->commit()), "");
  file.reset();
  const std::string text = read(path);
  EXPECT_EQ(text, makeWhole());
}

TEST_F(StatisticsFileTest, LeavesNothingThatWasNotKept) {
  auto file = open();
  add(*file);
  file.reset();
  EXPECT_EQ(countFiles(), 0u);
}

TEST_F(StatisticsFileTest, IsOneProcess) {
  auto file = open();
  add(*file);
  auto second = StatisticsFile::open(path, layOut());
  ASSERT_FALSE(bool(second));
  EXPECT_EQ(llvm::toString(second.takeError()),
            "'" + part +
                "' is being written by another llmc calibrate: wait for it, or "
                "name another file with -o");
  add(*file);
  add(*file);
  EXPECT_EQ(message(file->commit()), "");
}

TEST_F(StatisticsFileTest, SaysWhatCannotBeWritten) {
  auto folderItself = StatisticsFile::open(folder, layOut());
  ASSERT_FALSE(bool(folderItself));
  EXPECT_NE(llvm::toString(folderItself.takeError()).find("is not a file"),
            std::string::npos);
  ASSERT_FALSE(llvm::sys::fs::create_directory(part));
  auto taken = StatisticsFile::open(path, layOut());
  ASSERT_FALSE(bool(taken));
  EXPECT_EQ(llvm::toString(taken.takeError()),
            "cannot write '" + part + "': Is a directory");
}
