//===- Blob.cpp - fuzzes the tokenizer section of a program -----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Fuzz.h"

#include "TokenizerBlob.h"
#include "llmrt/Tokenizer.h"

using namespace llmrt;

static void open(std::span<const uint64_t> aligned, size_t size) {
  Expected<Tokenizer> tokenizer =
      Tokenizer::open(std::as_bytes(std::span(aligned)).first(size));
  if (!tokenizer)
    return;
  Expected<std::vector<int32_t>> ids =
      tokenizer->encode("Hello <|im_start|> wor\u00e9ld 123\n\n  \xff");
  if (ids)
    fuzz::require(bool(tokenizer->decode(*ids)), "ids have a text");
  (void)tokenizer->findToken("Hello");
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  std::vector<uint64_t> aligned(size / 8 + 1);
  if (size) // libFuzzer's empty input is null
    std::memcpy(aligned.data(), data, size);
  open(aligned, size);
  // A header of this layout and size, which no mutation finds by chance.
  if (size < sizeof(text::BlobHeader))
    return 0;
  auto *header = reinterpret_cast<text::BlobHeader *>(aligned.data());
  header->magic = text::blobMagic;
  header->version = text::blobVersion;
  header->byteSize = uint32_t(size);
  open(aligned, size);
  return 0;
}
