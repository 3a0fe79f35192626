//===- FakeElf.cpp - the fake model's program -----------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "FakeModel.h"

#include "llmrt/Checksum.h"
#include "llmrt/ElfFile.h"

#include <cstdlib>
#include <cstring>
#include <elf.h>

using namespace llmrt;
using namespace llmrt::test;

namespace {
/// All headers of a program with two segments; the sections' stand with the rest.
struct Headers {
  Elf64_Ehdr elf = {};
  Elf64_Phdr code = {}, artifact = {};
  Elf64_Shdr none = {}, place = {};
};
constexpr uint64_t artifactAddress = 1 << 20;
} // namespace

std::string llmrt::test::linkedProgram(const std::string &code) {
  Headers all;
  std::memcpy(all.elf.e_ident, ELFMAG, SELFMAG);
  all.elf.e_ident[EI_CLASS] = ELFCLASS64;
  all.elf.e_ident[EI_DATA] = ELFDATA2LSB;
  all.elf.e_ident[EI_VERSION] = EV_CURRENT;
  all.elf.e_type = ET_DYN;
  all.elf.e_machine = EM_X86_64;
  all.elf.e_phoff = offsetof(Headers, code);
  all.elf.e_phnum = 2;
  all.elf.e_phentsize = sizeof(Elf64_Phdr);
  all.elf.e_shoff = offsetof(Headers, none);
  all.elf.e_shnum = 2;
  all.elf.e_shentsize = sizeof(Elf64_Shdr);
  all.code.p_type = all.artifact.p_type = PT_LOAD;
  all.code.p_flags = PF_R | PF_X;
  all.code.p_filesz = all.code.p_memsz = sizeof all + code.size();
  all.artifact.p_flags = PF_R;
  all.artifact.p_vaddr = all.place.sh_addr = artifactAddress;
  all.place.sh_type = SHT_NOBITS;
  all.place.sh_flags = SHF_ALLOC | 0x10000000; // SHF_X86_64_LARGE
  return std::string(reinterpret_cast<const char *>(&all), sizeof all) + code;
}

/// To the next page.
static void align(std::string &bytes) {
  bytes.resize((bytes.size() + LLMRT_SECTION_ALIGN - 1) / LLMRT_SECTION_ALIGN *
               LLMRT_SECTION_ALIGN);
}

/// The segment, without the code's entry and without its checksum.
static std::string artifactBytes(const Sections &sections) {
  LlmrtArtifact header = {};
  std::string bytes(sizeof header, 0);
  auto add = [&](uint32_t kind, const std::string &section) {
    if (section.empty())
      return;
    align(bytes);
    header.sections[header.sectionCount++] = {
        kind, 0, bytes.size(), section.size(),
        checksum(section.data(), section.size())};
    bytes += section;
  };
  add(LLMRT_SECTION_WEIGHTS, sections.weights);
  add(LLMRT_SECTION_TOKENIZER, sections.tokenizer);
  add(LLMRT_SECTION_INFO, sections.info);
  for (const std::string &device : sections.devices)
    add(LLMRT_SECTION_DEVICE, device);
  bytes.resize((bytes.size() + 7) / 8 * 8);
  bytes += LLMRT_ARTIFACT_END;
  std::memcpy(header.magic, LLMRT_ARTIFACT_MAGIC, sizeof header.magic);
  header.abiVersion = LLMRT_ABI_VERSION;
  header.bytes = bytes.size();
  std::memcpy(bytes.data(), &header, sizeof header);
  return bytes;
}

std::string llmrt::test::programBytes(const Sections &sections,
                                      const std::string &code) {
  std::string file = linkedProgram(code);
  align(file);
  const size_t offset = file.size();
  file += artifactBytes(sections);
  auto &artifact = *reinterpret_cast<Headers *>(file.data());
  artifact.artifact.p_offset = offset;
  artifact.artifact.p_filesz = artifact.artifact.p_memsz = file.size() - offset;
  auto elf =
      ElfFile::read({reinterpret_cast<uint8_t *>(file.data()), file.size()});
  if (!elf)
    std::abort();
  auto &header = *reinterpret_cast<LlmrtArtifact *>(&file[offset]);
  header.sections[header.sectionCount++] = elf->code();
  header.checksum = checksum(&header, sizeof header);
  return file;
}

size_t llmrt::test::artifactOffset(const std::string &program) {
  return reinterpret_cast<const Headers *>(program.data())->artifact.p_offset;
}
