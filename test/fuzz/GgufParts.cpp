//===- GgufParts.cpp - fuzzes models in several GGUF files ------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// An input is the length of the first file, four bytes, and both files.
//===----------------------------------------------------------------------===//
#include "Fuzz.h"

#include "llmc/Weights/GgufParts.h"

#include "llvm/Support/Endian.h"

using namespace llmc;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size < 4)
    return 0;
  llvm::ArrayRef<uint8_t> bytes(data + 4, size - 4);
  size_t first =
      std::min<size_t>(llvm::support::endian::read32le(data), size - 4);
  std::vector<GgufFile> parts;
  for (llvm::ArrayRef<uint8_t> part :
       {bytes.take_front(first), bytes.drop_front(first)}) {
    auto file = parseGguf("part", part);
    if (!file) {
      fuzz::checkMessage(llvm::toString(file.takeError()));
      return 0;
    }
    parts.push_back(std::move(*file));
  }
  auto joined = joinGgufParts(std::move(parts));
  if (!joined)
    fuzz::checkMessage(llvm::toString(joined.takeError()));
  return 0;
}
