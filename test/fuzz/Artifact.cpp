//===- Artifact.cpp - fuzzes the sections of a program ----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Fuzz.h"

#include "llmrt/Artifact.h"
#include "llmrt/Checksum.h"
#include "llmrt/Tokenizer.h"

#include <sys/mman.h>
#include <unistd.h>

using namespace llmrt;

/// A trailer that fits the table before it, which no mutation finds by chance.
static void seal(std::vector<uint8_t> &file) {
  LlmrtTrailer trailer = {}, found;
  if (file.size() < sizeof(trailer) + sizeof(LlmrtSection))
    return;
  uint8_t *end = file.data() + file.size() - sizeof(trailer);
  std::memcpy(&found, end, sizeof(found));
  std::memcpy(trailer.magic, LLMRT_TRAILER_MAGIC, sizeof(trailer.magic));
  trailer.abiVersion = LLMRT_ABI_VERSION;
  size_t most = (file.size() - sizeof(trailer)) / sizeof(LlmrtSection);
  trailer.sectionCount = uint32_t(
      std::clamp<size_t>(found.sectionCount, 1, std::min<size_t>(most, 16)));
  uint64_t tableBytes = trailer.sectionCount * sizeof(LlmrtSection);
  trailer.tableOffset = file.size() - sizeof(trailer) - tableBytes;
  trailer.fileBytes = file.size();
  trailer.checksum = checksum(file.data() + trailer.tableOffset, tableBytes);
  std::memcpy(end, &trailer, sizeof(trailer));
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
