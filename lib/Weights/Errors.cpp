//===- Errors.cpp - what a reader says about a bad file -------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "llmc/Weights/Errors.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/MathExtras.h"

#include <cstdio>

using namespace llvm;

static constexpr size_t quotedBytes = 80;

Error llmc::fileError(StringRef file, const Twine &place,
                      const Twine &message) {
  std::string where = place.str();
  if (!where.empty())
    where += ": ";
  return createStringError(Twine(file) + ": " + where + message);
}

std::string llmc::quote(StringRef text) {
  std::string quoted = "'";
  for (char c : text.take_front(quotedBytes))
    quoted += isPrint(c) ? c : '?';
  return quoted + (text.size() > quotedBytes ? "...'" : "'");
}

std::string llmc::spellShape(ArrayRef<int64_t> shape) {
  std::string text = "[";
  for (auto [i, dim] : enumerate(shape))
    text += (i ? ", " : "") + std::to_string(dim);
  return text + "]";
}

std::string llmc::spellNumber(double number) {
  char text[32];
  snprintf(text, sizeof text, "%.9g", number);
  return text;
}

std::optional<int64_t> llmc::countElements(ArrayRef<int64_t> shape) {
  constexpr int64_t limit = int64_t(1) << 62;
  int64_t elements = 1;
  for (int64_t dim : shape)
    if (dim <= 0 || MulOverflow(elements, dim, elements) || elements > limit)
      return std::nullopt;
  return elements;
}
