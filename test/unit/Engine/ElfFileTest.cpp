//===- ElfFileTest.cpp - what a loader takes of a file --------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "FakeModel.h"

#include "llmrt/ElfFile.h"

#include <gtest/gtest.h>

#include <elf.h>
#include <functional>
#include <random>

using namespace llmrt;
using namespace llmrt::test;

namespace {

/// A compiled program whose headers can be changed.
struct Bytes {
  std::string text = programBytes(fakeSections());
  Elf64_Ehdr &header() { return *reinterpret_cast<Elf64_Ehdr *>(&text[0]); }
  Elf64_Phdr &segment(size_t i) {
    return reinterpret_cast<Elf64_Phdr *>(&text[sizeof(Elf64_Ehdr)])[i];
  }
  Expected<ElfFile> read() {
    return ElfFile::read({reinterpret_cast<uint8_t *>(&text[0]), text.size()});
  }
  uint64_t checksum() {
    auto elf = read();
    EXPECT_TRUE(elf) << elf.message();
    return elf ? elf->code().checksum : 0;
  }
};

TEST(ElfFile, findsTheArtifactByItsName) {
  Bytes bytes;
  auto elf = bytes.read();
  ASSERT_TRUE(elf) << elf.message();
  EXPECT_EQ(
      elf->artifact().data(),
      reinterpret_cast<uint8_t *>(&bytes.text[artifactOffset(bytes.text)]));
  EXPECT_EQ(elf->artifact().size(), bytes.segment(1).p_filesz);
}

TEST(ElfFile, theCodeIsEverythingElseThatIsLoaded) {
  Bytes bytes;
  const LlmrtSection code = bytes.read()->code();
  EXPECT_EQ(code.kind, unsigned(LLMRT_SECTION_CODE));
  EXPECT_EQ(code.bytes, bytes.segment(0).p_filesz);
}

TEST(ElfFile, whatStripRewritesDoesNotCount) {
  Bytes bytes;
  const uint64_t before = bytes.checksum();
  bytes.header().e_shoff = 12345;
  bytes.header().e_shnum = 3;
  bytes.header().e_shstrndx = 2;
  EXPECT_EQ(bytes.checksum(), before);
  const size_t offset = artifactOffset(bytes.text); // moved by a page
  bytes.text.insert(offset, std::string(LLMRT_SECTION_ALIGN, 'n'));
  bytes.segment(1).p_offset += LLMRT_SECTION_ALIGN;
  EXPECT_EQ(bytes.checksum(), before);
}

TEST(ElfFile, whatALoaderObeysCounts) {
  const uint64_t before = Bytes().checksum();
  const std::function<void(Bytes &)> changes[] = {
      [](Bytes &b) { b.header().e_entry += 16; },
      [](Bytes &b) { b.segment(0).p_flags |= PF_W; },
      [](Bytes &b) { b.segment(0).p_vaddr += 4096; },
      [](Bytes &b) { b.segment(0).p_memsz += 1; },
      [](Bytes &b) { b.segment(0).p_filesz -= 1; },
      [](Bytes &b) { b.segment(1).p_memsz += 1; },
  };
  for (const auto &change : changes) {
    Bytes bytes;
    change(bytes);
    EXPECT_NE(bytes.checksum(), before) << &change - changes;
  }
}

struct Hostile {
  const char *name;
  std::function<void(Bytes &)> change;
  const char *message; // part of it
};
class HostileElf : public testing::TestWithParam<Hostile> {};

const Hostile hostileFiles[] = {
    {"short", [](Bytes &b) { b.text.resize(63); }, "63 bytes are no program"},
    {"magic", [](Bytes &b) { b.text[0] = 'E'; }, "no ELF file for x86-64"},
    {"bits", [](Bytes &b) { b.header().e_ident[EI_CLASS] = ELFCLASS32; },
     "no ELF file for x86-64"},
    {"order", [](Bytes &b) { b.header().e_ident[EI_DATA] = ELFDATA2MSB; },
     "no ELF file for x86-64"},
    {"machine", [](Bytes &b) { b.header().e_machine = EM_AARCH64; },
     "no ELF file for x86-64"},
    {"headersElsewhere", [](Bytes &b) { b.header().e_phoff = UINT64_MAX; },
     "program headers are not those"},
    {"headerSize", [](Bytes &b) { b.header().e_phentsize = 1; },
     "program headers are not those"},
    {"headersMany", [](Bytes &b) { b.header().e_phnum = 65535; },
     "program headers are not those"},
    {"headersCut", [](Bytes &b) { b.text.resize(100); },
     "program headers are not those"},
    {"noSegments", [](Bytes &b) { b.header().e_phnum = 0; },
     "none of its segments begins with"},
    {"offsetHuge", [](Bytes &b) { b.segment(1).p_offset = UINT64_MAX; },
     "segment 1 of "},
    {"bytesHuge", [](Bytes &b) { b.segment(0).p_filesz = UINT64_MAX; },
     "passes the end of the file"},
    {"cut", [](Bytes &b) { b.text.pop_back(); }, "cut off in a download"},
};

TEST_P(HostileElf, isOneClearError) {
  Bytes bytes;
  GetParam().change(bytes);
  auto elf = bytes.read();
  ASSERT_FALSE(elf);
  EXPECT_NE(elf.message().find(GetParam().message), std::string::npos)
      << elf.message();
}
INSTANTIATE_TEST_SUITE_P(Classes, HostileElf, testing::ValuesIn(hostileFiles),
                         [](const auto &info) {
                           return std::string(info.param.name);
                         });

TEST(ElfFile, anyChangeOfTheHeadersIsAnErrorOrHarmless) {
  std::mt19937 random(3);
  for (int round = 0; round < 2000; ++round) {
    Bytes bytes;
    for (int changes = 1 + static_cast<int>(random() % 3); changes > 0;
         --changes)
      bytes.text[random() % (sizeof(Elf64_Ehdr) + 2 * sizeof(Elf64_Phdr))] =
          static_cast<char>(random());
    if (auto elf = bytes.read())
      (void)elf->code(); // reads all of every segment
  }
}

} // namespace
