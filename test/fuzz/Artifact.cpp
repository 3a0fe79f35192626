//===- Artifact.cpp - fuzzes the segments and sections of a program ---===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Fuzz.h"

#include "llmrt/Artifact.h"
#include "llmrt/Checksum.h"
#include "llmrt/ElfFile.h"
#include "llmrt/Tokenizer.h"

#include <sys/mman.h>
#include <unistd.h>

using namespace llmrt;

/// A header that fits what it lists, which no mutation finds by chance.
static void seal(std::vector<uint8_t> &file) {
  Expected<ElfFile> elf = ElfFile::read(file);
  if (!elf || elf->artifact().size() < sizeof(LlmrtArtifact) + 8)
    return;
  std::span<const uint8_t> segment = elf->artifact();
  uint8_t *start = file.data() + (segment.data() - file.data());
  std::memcpy(start + segment.size() - 8, LLMRT_ARTIFACT_END, 8);
  LlmrtArtifact header;
  std::memcpy(&header, start, sizeof(header));
  header.abiVersion = LLMRT_ABI_VERSION;
  header.sectionCount =
      std::clamp<uint32_t>(header.sectionCount, 1, LLMRT_MAX_SECTIONS);
  header.bytes = segment.size();
  header.checksum = 0;
  header.checksum = checksum(&header, sizeof(header));
  std::memcpy(start, &header, sizeof(header));
}

static void open(const std::vector<uint8_t> &file) {
  static const int descriptor = ::memfd_create("artifact", MFD_CLOEXEC);
  static const std::string path = "/proc/self/fd/" + std::to_string(descriptor);
  if (::ftruncate(descriptor, off_t(file.size())) != 0 ||
      ::pwrite(descriptor, file.data(), file.size(), 0) != ssize_t(file.size()))
    std::abort();
  Expected<Artifact> artifact = Artifact::open(path);
  if (!artifact)
    return;
  (void)artifact->verify().failed();
  (void)artifact->equals(*artifact);
  auto blob = std::as_bytes(artifact->section(LLMRT_SECTION_TOKENIZER));
  if (blob.empty())
    return;
  Expected<Tokenizer> tokenizer = Tokenizer::open(blob);
  if (tokenizer)
    fuzz::drop(tokenizer->encode("Hello world 123"));
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  std::vector<uint8_t> file(data, data + size);
  open(file);
  seal(file);
  open(file);
  return 0;
}
