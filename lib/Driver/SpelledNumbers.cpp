//===- SpelledNumbers.cpp - numbers of options that CLI11 does not know ---===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "SpelledNumbers.h"

#include "llvm/ADT/StringExtras.h"

#include <cmath>

using namespace llmc;
using llvm::StringRef;

bool llmc::readNumber(StringRef text, double &number) {
  return !text.empty() &&
         (llvm::isDigit(text.front()) || text.front() == '.') &&
         !text.getAsDouble(number) && std::isfinite(number);
}

bool llmc::readPositive(StringRef text, double &number) {
  return readNumber(text, number) && number > 0;
}

static const std::pair<StringRef, double> units[] = {
    {"kB", 1e3}, {"KB", 1e3}, {"MB", 1e6}, {"GB", 1e9}, {"B", 1}};

bool llmc::readBytes(StringRef text, double &bytes) {
  for (const auto &[unit, size] : units) {
    StringRef number = text;
    if (!number.consume_back(unit))
      continue;
    if (!readPositive(number, bytes))
      return false;
    bytes *= size;
    return bytes < 0x1p62;
  }
  return false;
}
