//===- Safetensors.cpp - fuzzes the reader of safetensors files -------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Fuzz.h"

#include "llmc/Weights/Safetensors.h"

using namespace llmc;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  fuzz::drop(parseSafetensors("model.safetensors", {data, size}));
  // The same bytes with a header length that fits: most inputs get this far.
  std::vector<uint8_t> framed(8 + size);
  for (size_t i = 0; i < 8; ++i)
    framed[i] = uint8_t(uint64_t(size) >> 8 * i);
  std::copy(data, data + size, framed.begin() + 8);
  fuzz::drop(parseSafetensors("model.safetensors", framed));
  fuzz::drop(parseSafetensorsIndex("model.safetensors.index.json",
                                   fuzz::textOf(data, size)));
  return 0;
}
