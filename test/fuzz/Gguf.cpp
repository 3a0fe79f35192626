//===- Gguf.cpp - fuzzes the reader of GGUF files ---------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Fuzz.h"

#include "llmc/Weights/Gguf.h"

using namespace llmc;

/// What the importer asks of a file.
static void readKeys(const GgufFile &file) {
  for (const char *key : {"general.architecture", "tokenizer.ggml.tokens",
                          "llama.block_count", "a"}) {
    fuzz::drop(file.getString(key));
    fuzz::drop(file.getInteger(key, 0, 1000));
    fuzz::drop(file.getFloat(key, 0, 1));
    fuzz::drop(file.getBool(key, false));
    fuzz::drop(file.getStrings(key));
    fuzz::drop(file.getIntegers(key));
  }
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  auto file = parseGguf("model.gguf", {data, size});
  if (file)
    readKeys(*file);
  else
    fuzz::checkMessage(llvm::toString(file.takeError()));
  return 0;
}
