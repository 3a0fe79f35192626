//===- ArtifactSegment.cpp - the artifact as a loaded segment -------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "ArtifactSegment.h"

#include "llvm/Object/ELF.h"
#include "llvm/Object/ELFTypes.h"

using namespace llvm;
using Elf = object::ELFFile<object::ELF64LE>;

/// Loaders read the program header: a read-only segment that is empty in the
/// file. Nothing if there is none, or more than one.
static Elf::Elf_Phdr *findSegment(ArrayRef<Elf::Elf_Phdr> headers) {
  const Elf::Elf_Phdr *found = nullptr;
  for (const Elf::Elf_Phdr &header : headers) {
    if (header.p_type != ELF::PT_LOAD || header.p_flags != ELF::PF_R ||
        header.p_filesz != 0)
      continue;
    if (found)
      return nullptr;
    found = &header;
  }
  return const_cast<Elf::Elf_Phdr *>(found); // of bytes that are ours to edit
}

/// Tools that copy programs read the section header at the same address.
static Elf::Elf_Shdr *findSection(ArrayRef<Elf::Elf_Shdr> headers,
                                  uint64_t address) {
  for (const Elf::Elf_Shdr &header : headers)
    if (header.sh_addr == address && header.sh_type == ELF::SHT_NOBITS &&
        (header.sh_flags & ELF::SHF_X86_64_LARGE))
      return const_cast<Elf::Elf_Shdr *>(&header);
  return nullptr;
}

namespace {
/// The headers of the artifact in a linked program, in its bytes.
struct ArtifactHeaders {
  Elf::Elf_Phdr *segment;
  Elf::Elf_Shdr *section;
};
} // namespace

static Expected<ArtifactHeaders> findHeaders(ArrayRef<char> linked) {
  auto elf = Elf::create(StringRef(linked.data(), linked.size()));
  if (!elf)
    return elf.takeError();
  auto segments = elf->program_headers();
  if (!segments)
    return segments.takeError();
  auto sections = elf->sections();
  if (!sections)
    return sections.takeError();
  Elf::Elf_Phdr *segment =
      findSegment(ArrayRef(segments->begin(), segments->end()));
  Elf::Elf_Shdr *section =
      segment ? findSection(*sections, segment->p_vaddr) : nullptr;
  if (!section)
    return createStringError("internal error: the link left no place for the "
                             "model's weights");
  return ArtifactHeaders{segment, section};
}

Expected<uint64_t> llmc::getArtifactAddress(ArrayRef<char> linked) {
  auto headers = findHeaders(linked);
  if (!headers)
    return headers.takeError();
  return headers->segment->p_vaddr;
}

Error llmc::placeArtifact(MutableArrayRef<char> linked, uint64_t offset,
                          uint64_t bytes) {
  auto headers = findHeaders(linked);
  if (!headers)
    return headers.takeError();
  auto [segment, section] = *headers;
  if ((segment->p_vaddr - offset) % hugePageBytes == 0)
    segment->p_align = hugePageBytes; // loaders keep the address so
  segment->p_offset = offset;
  segment->p_filesz = bytes;
  segment->p_memsz = bytes;
  section->sh_offset = offset;
  section->sh_size = bytes;
  section->sh_type = ELF::SHT_PROGBITS;
  return Error::success();
}
