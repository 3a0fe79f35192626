//===- Json.cpp - fuzzes the checks before JSON is parsed -------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Fuzz.h"

#include "llmc/Weights/Json.h"

using namespace llmc;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  auto object = parseJsonObject("config.json", fuzz::textOf(data, size));
  if (!object) {
    fuzz::checkMessage(llvm::toString(object.takeError()));
    return 0;
  }
  for (const auto &[key, value] : *object)
    fuzz::checkMessage(spellJson(value));
  return 0;
}
