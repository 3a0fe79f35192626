//===- SectionWriterTest.cpp - one section after the other ----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "lib/Emit/SectionWriter.h"
#include "EmitTesting.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/raw_ostream.h"

#include <cstring>

using namespace llmc;
using namespace llmc::testing;

namespace {

void writeFile(llvm::StringRef path, llvm::StringRef text) {
  std::error_code code;
  llvm::raw_fd_ostream stream(path, code);
  ASSERT_FALSE(code);
  stream << text;
}

std::string readFile(llvm::StringRef path) {
  auto buffer = llvm::MemoryBuffer::getFile(path);
  EXPECT_TRUE(bool(buffer));
  return buffer ? (*buffer)->getBuffer().str() : "";
}

llvm::ArrayRef<uint8_t> bytes(llvm::StringRef text) {
  return llvm::arrayRefFromStringRef(text);
}

/// The checksum of a text in one go.
uint64_t checksum(llvm::StringRef text) {
  llmrt::Checksum sum;
  sum.add(text.data(), text.size());
  return sum.value();
}

} // namespace

TEST(SectionWriter, SectionsBeginAlignedBehindTheCode) {
  Folder folder;
  std::string path = folder.file("app");
  writeFile(path, "code");
  {
    auto writer = llvm::cantFail(SectionWriter::open(path, "app"));
    EXPECT_EQ(writer.fileOffset(), uint64_t(LLMRT_SECTION_ALIGN));
    EXPECT_EQ(writer.position(), sizeof(LlmrtArtifact));
    llvm::cantFail(writer.beginSection(LLMRT_SECTION_WEIGHTS));
    llvm::cantFail(writer.write(bytes("weights")));
    LlmrtSection section = writer.endSection();
    EXPECT_EQ(section.kind, unsigned(LLMRT_SECTION_WEIGHTS));
    EXPECT_EQ(section.offset, uint64_t(LLMRT_SECTION_ALIGN));
    EXPECT_EQ(section.bytes, 7u);
    llvm::cantFail(writer.flush());
  }
  std::string text = readFile(path);
  EXPECT_EQ(text.substr(0, 5), std::string("code\0", 5));
  EXPECT_EQ(text.substr(2 * LLMRT_SECTION_ALIGN), "weights");
}

TEST(SectionWriter, AChecksumDoesNotDependOnThePieces) {
  Folder folder;
  std::string path = folder.file("app");
  writeFile(path, "x");
  std::string text;
  for (int i = 0; i < 5000; ++i)
    text += char('a' + i % 23);
  for (size_t piece : {1u, 3u, 8u, 255u, 256u, 1000u, 5000u}) {
    auto writer = llvm::cantFail(SectionWriter::open(path, "app"));
    llvm::cantFail(writer.beginSection(LLMRT_SECTION_INFO));
    for (size_t at = 0; at < text.size(); at += piece)
      llvm::cantFail(
          writer.write(bytes(llvm::StringRef(text).substr(at, piece))));
    EXPECT_EQ(writer.endSection().checksum, checksum(text)) << piece;
  }
}

TEST(SectionWriter, SectionsDoNotSeeOneAnother) {
  Folder folder;
  std::string path = folder.file("app");
  writeFile(path, "x");
  auto writer = llvm::cantFail(SectionWriter::open(path, "app"));
  uint64_t before = 0;
  for (const char *text : {"one", "two", "three"}) {
    llvm::cantFail(writer.beginSection(LLMRT_SECTION_INFO));
    llvm::cantFail(writer.write(bytes(text)));
    LlmrtSection section = writer.endSection();
    EXPECT_EQ(section.checksum, checksum(text));
    EXPECT_EQ(section.bytes, llvm::StringRef(text).size());
    EXPECT_EQ(section.offset % LLMRT_SECTION_ALIGN, 0u);
    EXPECT_GT(section.offset, before);
    before = section.offset;
  }
}

TEST(SectionWriter, PaddingIsZerosThatCount) {
  Folder folder;
  std::string path = folder.file("app");
  writeFile(path, "x");
  {
    auto writer = llvm::cantFail(SectionWriter::open(path, "app"));
    llvm::cantFail(writer.beginSection(LLMRT_SECTION_WEIGHTS));
    llvm::cantFail(writer.write(bytes("ab")));
    llvm::cantFail(writer.padTo(10000));
    llvm::cantFail(writer.padTo(10000)); // nothing left to do
    llvm::cantFail(writer.write(bytes("c")));
    LlmrtSection section = writer.endSection();
    EXPECT_EQ(section.bytes, 10001u);
    EXPECT_EQ(section.checksum, checksum("ab" + std::string(9998, 0) + "c"));
    llvm::cantFail(writer.flush());
  }
  EXPECT_EQ(readFile(path).substr(2 * LLMRT_SECTION_ALIGN),
            "ab" + std::string(9998, 0) + "c");
}

TEST(SectionWriter, MovesBetweenWrites) {
  Folder folder;
  std::string path = folder.file("app");
  writeFile(path, "x");
  auto first = llvm::cantFail(SectionWriter::open(path, "app"));
  llvm::cantFail(first.beginSection(LLMRT_SECTION_INFO));
  llvm::cantFail(first.write(bytes("12345")));
  SectionWriter second(std::move(first));
  llvm::cantFail(second.write(bytes("6789")));
  EXPECT_EQ(second.endSection().checksum, checksum("123456789"));
  llvm::cantFail(second.flush());
  EXPECT_EQ(readFile(path).size(), 2 * LLMRT_SECTION_ALIGN + 9u);
}

TEST(SectionWriter, TheHeaderIsCompleteWhenItIsWrittenLast) {
  Folder folder;
  std::string path = folder.file("app");
  writeFile(path, "code");
  auto header = [&] {
    LlmrtArtifact header;
    std::string text = readFile(path).substr(LLMRT_SECTION_ALIGN);
    std::memcpy(&header, text.data(), sizeof(header));
    return header;
  };
  auto writer = llvm::cantFail(SectionWriter::open(path, "app"));
  EXPECT_EQ(header().sectionCount, 0u); // what is killed here has no model
  llvm::cantFail(writer.beginSection(LLMRT_SECTION_INFO));
  llvm::cantFail(writer.write(bytes("{}")));
  LlmrtSection section = writer.endSection();
  llvm::cantFail(writer.writeEnd());
  llvm::cantFail(writer.writeHeader(section));
  LlmrtArtifact found = header();
  EXPECT_EQ(found.sectionCount, 1u);
  EXPECT_EQ(found.sections[0].bytes, 2u);
  EXPECT_EQ(found.bytes, LLMRT_SECTION_ALIGN + 8u + 8u);
  EXPECT_EQ(readFile(path).substr(writer.fileOffset() + found.bytes - 8),
            LLMRT_ARTIFACT_END);
  uint64_t expected = found.checksum;
  found.checksum = 0;
  EXPECT_EQ(expected, llmrt::checksum(&found, sizeof(found)));
}

TEST(SectionWriter, WhatStandsBeforeCanBeEdited) {
  Folder folder;
  std::string path = folder.file("app");
  writeFile(path, std::string((3 << 20) + 17, 'c'));
  auto writer = llvm::cantFail(SectionWriter::open(path, "app"));
  llvm::cantFail(writer.beginSection(LLMRT_SECTION_INFO));
  llvm::cantFail(writer.write(bytes("1234")));
  llvm::cantFail(writer.editLinked([&](llvm::MutableArrayRef<char> linked) {
    EXPECT_EQ(linked.size(), writer.fileOffset());
    EXPECT_EQ(linked[(3 << 20) + 16], 'c');
    linked[5] = 'd';
    return llvm::Error::success();
  }));
  llvm::cantFail(writer.write(bytes("5678"))); // goes on where it was
  llvm::cantFail(writer.flush());
  std::string text = readFile(path);
  EXPECT_EQ(text.substr(0, 8), "cccccdcc");
  EXPECT_EQ(text.substr(writer.fileOffset() + LLMRT_SECTION_ALIGN), "12345678");
}

/// As far from a huge page's beginning in the file as in memory.
TEST(SectionWriter, HugePagesOfTheFileAreThoseOfMemory) {
  constexpr uint64_t page = 2 << 20;
  Folder folder;
  std::string path = folder.file("app"), text;
  for (uint64_t i = 0; i < 3 * page; ++i)
    text += char(i * 7 + i / 300);
  for (uint64_t address : {0x5000u, 0x201000u, 0x3ff000u}) {
    writeFile(path, "code");
    auto writer =
        llvm::cantFail(SectionWriter::open(path, "app", address, page));
    EXPECT_EQ(writer.fileOffset(), address % page);
    llvm::cantFail(writer.beginSection(LLMRT_SECTION_WEIGHTS));
    llvm::cantFail(writer.write(bytes(text)));
    EXPECT_EQ(writer.endSection().checksum, checksum(text));
    EXPECT_EQ(readFile(path).size() % page, 0u); // whole ones, as they fill
    llvm::cantFail(writer.flush());
    EXPECT_EQ(readFile(path).substr(address % page + LLMRT_SECTION_ALIGN),
              text);
  }
}

TEST(SectionWriter, AFileThatIsNotThereIsNamed) {
  auto writer = SectionWriter::open("no/such/file", "the program");
  ASSERT_FALSE(bool(writer));
  EXPECT_EQ(llvm::toString(writer.takeError()),
            "cannot write 'the program': No such file or directory");
}
