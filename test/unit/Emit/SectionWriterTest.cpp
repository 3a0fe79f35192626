//===- SectionWriterTest.cpp - one section after the other ----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "lib/Emit/SectionWriter.h"
#include "EmitTesting.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/raw_ostream.h"

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
    EXPECT_EQ(writer.position(), 4u);
    llvm::cantFail(writer.beginSection(LLMRT_SECTION_WEIGHTS));
    EXPECT_EQ(writer.position(), uint64_t(LLMRT_SECTION_ALIGN));
    llvm::cantFail(writer.write(bytes("weights")));
    LlmrtSection section = writer.endSection();
    EXPECT_EQ(section.kind, unsigned(LLMRT_SECTION_WEIGHTS));
    EXPECT_EQ(section.offset, uint64_t(LLMRT_SECTION_ALIGN));
    EXPECT_EQ(section.bytes, 7u);
  }
  std::string text = readFile(path);
  EXPECT_EQ(text.substr(0, 5), std::string("code\0", 5));
  EXPECT_EQ(text.substr(LLMRT_SECTION_ALIGN), "weights");
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
  for (const char *text : {"one", "", "three"}) {
    llvm::cantFail(writer.beginSection(LLMRT_SECTION_INFO));
    llvm::cantFail(writer.write(bytes(text)));
    LlmrtSection section = writer.endSection();
    EXPECT_EQ(section.checksum, checksum(text));
    EXPECT_EQ(section.bytes, llvm::StringRef(text).size());
    EXPECT_EQ(section.offset % LLMRT_SECTION_ALIGN, 0u);
    EXPECT_GT(section.offset, before);
    before = section.offset;
    llvm::cantFail(writer.writeRaw("between", 7)); // of no section
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
  }
  EXPECT_EQ(readFile(path).substr(LLMRT_SECTION_ALIGN),
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
  EXPECT_EQ(readFile(path).size(), LLMRT_SECTION_ALIGN + 9u);
}

TEST(SectionWriter, TheCodeIsCoveredAsItStandsInTheFile) {
  Folder folder;
  std::string path = folder.file("app"), code((3 << 20) + 17, 'c');
  writeFile(path, code);
  auto writer = llvm::cantFail(SectionWriter::open(path, "app"));
  LlmrtSection section = llvm::cantFail(writer.coverCode(code.size()));
  EXPECT_EQ(section.kind, unsigned(LLMRT_SECTION_CODE));
  EXPECT_EQ(section.offset, 0u);
  EXPECT_EQ(section.bytes, code.size());
  EXPECT_EQ(section.checksum, checksum(code));
  auto tooLong = writer.coverCode(code.size() + 1);
  ASSERT_FALSE(bool(tooLong));
  EXPECT_EQ(llvm::toString(tooLong.takeError()),
            "cannot read 'app' back: it became shorter");
}

TEST(SectionWriter, AFileThatIsNotThereIsNamed) {
  auto writer = SectionWriter::open("no/such/file", "the program");
  ASSERT_FALSE(bool(writer));
  EXPECT_EQ(llvm::toString(writer.takeError()),
            "cannot write 'the program': No such file or directory");
}
