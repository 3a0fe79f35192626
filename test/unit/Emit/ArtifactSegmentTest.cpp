//===- ArtifactSegmentTest.cpp - headers of a linked program --------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "lib/Emit/ArtifactSegment.h"
#include "EmitTesting.h"
#include "FakeModel.h"

#include "llvm/Object/ELF.h"
#include "llvm/Object/ELFTypes.h"

using namespace llmc;
using namespace llmc::testing;
using Elf = llvm::object::ELFFile<llvm::object::ELF64LE>;

namespace {

struct Linked {
  std::string bytes = llmrt::test::linkedProgram("code");
  std::string place(uint64_t offset, uint64_t size) {
    return message(placeArtifact(
        llvm::MutableArrayRef(bytes.data(), bytes.size()), offset, size));
  }
  Elf elf() { return llvm::cantFail(Elf::create(bytes)); }
  Elf::Elf_Phdr &segment(size_t i) {
    return const_cast<Elf::Elf_Phdr &>(
        llvm::cantFail(elf().program_headers()).begin()[i]);
  }
  Elf::Elf_Shdr &section(size_t i) {
    return const_cast<Elf::Elf_Shdr &>(llvm::cantFail(elf().sections())[i]);
  }
};

constexpr const char *noPlace =
    "internal error: the link left no place for the model's weights";

} // namespace

TEST(ArtifactSegment, LoadersAndToolsFindTheSameBytes) {
  Linked linked;
  constexpr uint64_t bytes = uint64_t(5) << 30; // beyond 32 bits
  ASSERT_EQ(linked.place(4096, bytes), "");
  EXPECT_EQ(linked.segment(1).p_offset, 4096u);
  EXPECT_EQ(linked.segment(1).p_filesz, bytes);
  EXPECT_EQ(linked.segment(1).p_memsz, bytes);
  EXPECT_EQ(linked.section(1).sh_offset, 4096u);
  EXPECT_EQ(linked.section(1).sh_size, bytes);
  EXPECT_EQ(linked.section(1).sh_type, unsigned(llvm::ELF::SHT_PROGBITS));
}

TEST(ArtifactSegment, LoadersKeepHugePagesThatTheFileHas) {
  Linked linked;
  auto address = getArtifactAddress(linked.bytes);
  ASSERT_TRUE(bool(address)) << message(address.takeError());
  EXPECT_EQ(*address, linked.segment(1).p_vaddr);
  Linked before = linked;
  ASSERT_EQ(linked.place(*address + 4096, 1), "");
  EXPECT_EQ(linked.segment(1).p_align, before.segment(1).p_align);
  ASSERT_EQ(before.place(*address + hugePageBytes, 1), "");
  EXPECT_EQ(before.segment(1).p_align, hugePageBytes);
}

TEST(ArtifactSegment, NothingElseChanges) {
  Linked linked, before;
  ASSERT_EQ(linked.place(4096, 8192), "");
  linked.segment(1) = before.segment(1);
  linked.section(1) = before.section(1);
  EXPECT_EQ(linked.bytes, before.bytes);
}

TEST(ArtifactSegment, WhereThereIsNoPlaceOrNoOneAloneItIsAnError) {
  Linked writable, two, full, noSection;
  writable.segment(1).p_flags = llvm::ELF::PF_R | llvm::ELF::PF_W;
  EXPECT_EQ(writable.place(4096, 1), noPlace);
  two.segment(0) = two.segment(1);
  EXPECT_EQ(two.place(4096, 1), noPlace);
  full.segment(1).p_filesz = 1;
  EXPECT_EQ(full.place(4096, 1), noPlace);
  noSection.section(1).sh_addr = 1;
  EXPECT_EQ(noSection.place(4096, 1), noPlace);
}

TEST(ArtifactSegment, WhatIsNoProgramIsAnError) {
  Linked linked;
  linked.bytes.resize(20);
  EXPECT_NE(linked.place(4096, 1), "");
  linked.bytes.assign(4096, 'x');
  EXPECT_NE(linked.place(4096, 1), "");
}
