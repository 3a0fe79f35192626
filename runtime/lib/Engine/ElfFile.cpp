//===- ElfFile.cpp - what a loader takes of a program's file --------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "llmrt/ElfFile.h"
#include "llmrt/Checksum.h"

#include <cinttypes>
#include <cstdio>
#include <cstring>
#include <elf.h>
#include <string_view>

using namespace llmrt;

namespace {
constexpr size_t mostSegments = 64; // linkers and patchelf make 10 to 15
}

static bool isElf(const Elf64_Ehdr &header) {
  return std::memcmp(header.e_ident, ELFMAG, SELFMAG) == 0 &&
         header.e_ident[EI_CLASS] == ELFCLASS64 &&
         header.e_ident[EI_DATA] == ELFDATA2LSB &&
         header.e_machine == EM_X86_64;
}

static Status passesTheEnd(size_t index, const Elf64_Phdr &segment,
                           size_t fileBytes) {
  char text[256];
  std::snprintf(text, sizeof text,
                "segment %zu of %" PRIu64 " bytes at %" PRIu64
                " passes the end of the file at %zu: was it cut off in a "
                "download? Compile or fetch it again",
                index, segment.p_filesz, segment.p_offset, fileBytes);
  return Status::error(text);
}

Expected<ElfFile> ElfFile::read(std::span<const uint8_t> file) {
  ElfFile elf;
  elf.file = file;
  if (Status status = elf.readSegments(); !status)
    return status;
  return elf;
}

Status ElfFile::readSegments() {
  Elf64_Ehdr header;
  if (file.size() < sizeof header)
    return Status::error("has no model: " + std::to_string(file.size()) +
                         " bytes are no program");
  std::memcpy(&header, file.data(), sizeof header);
  if (!isElf(header))
    return Status::error("has no model: it is no ELF file for x86-64");
  const size_t count = header.e_phnum;
  headBytes = sizeof header + count * sizeof(Elf64_Phdr);
  if (header.e_phoff != sizeof header || count > mostSegments ||
      header.e_phentsize != sizeof(Elf64_Phdr) || headBytes > file.size())
    return Status::error("has no model: its program headers are not those that "
                         "llmc writes: compile it again");
  for (size_t i = 0; i < count; ++i) {
    Elf64_Phdr segment;
    std::memcpy(&segment, file.data() + sizeof header + i * sizeof segment,
                sizeof segment);
    if (segment.p_type != PT_LOAD)
      continue;
    if (segment.p_offset > file.size() ||
        segment.p_filesz > file.size() - segment.p_offset)
      return passesTheEnd(i, segment, file.size());
    auto bytes = file.subspan(segment.p_offset, segment.p_filesz);
    const std::string_view magic = LLMRT_ARTIFACT_MAGIC;
    if (model.empty() && bytes.size() >= magic.size() &&
        std::memcmp(bytes.data(), magic.data(), magic.size()) == 0)
      model = bytes;
    else
      segments.push_back(bytes);
  }
  if (model.empty())
    return Status::error("has no model: none of its segments begins with "
                         "\"" LLMRT_ARTIFACT_MAGIC "\"");
  return Status::ok();
}

LlmrtSection ElfFile::code() const {
  std::vector<uint8_t> head(file.begin(), file.begin() + ptrdiff_t(headBytes));
  auto forget = [&](size_t at, size_t bytes) {
    std::memset(head.data() + at, 0, bytes);
  };
  forget(offsetof(Elf64_Ehdr, e_shoff), sizeof(Elf64_Ehdr::e_shoff));
  forget(offsetof(Elf64_Ehdr, e_shentsize),
         sizeof(Elf64_Ehdr) - offsetof(Elf64_Ehdr, e_shentsize));
  for (size_t at = sizeof(Elf64_Ehdr); at < headBytes; at += sizeof(Elf64_Phdr))
    forget(at + offsetof(Elf64_Phdr, p_offset), sizeof(Elf64_Phdr::p_offset));
  Checksum sum;
  sum.add(head.data(), head.size());
  LlmrtSection section = {LLMRT_SECTION_CODE, 0, 0, headBytes, 0};
  const uint8_t *headEnd = file.data() + headBytes;
  for (std::span<const uint8_t> segment : segments) {
    if (segment.data() < headEnd) // the first one, which has the head
      segment = segment.subspan(
          std::min<size_t>(segment.size(), size_t(headEnd - segment.data())));
    sum.add(segment.data(), segment.size());
    section.bytes += segment.size();
  }
  section.checksum = sum.value();
  return section;
}
