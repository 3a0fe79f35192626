//===- Source.cpp - a model's files, opened -------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Source.h"

using namespace llvm;
using namespace llmc;

StringRef Source::fileOf(StringRef tensor) const {
  auto it = fileOfTensor.find(tensor);
  return it == fileOfTensor.end() ? StringRef(path) : StringRef(it->second);
}
