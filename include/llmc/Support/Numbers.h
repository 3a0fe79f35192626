//===- Numbers.h - numbers as people wrote them -----------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMC_SUPPORT_NUMBERS_H
#define LLMC_SUPPORT_NUMBERS_H

#include <charconv>

namespace llmc {

/// The double whose shortest decimal text is that of the float: 1e-5, not
/// 9.99999974e-6. Every import has it, so that equal models give equal IR.
inline double widenAsPrinted(float value) {
  char text[32];
  auto end = std::to_chars(text, text + sizeof text, value).ptr;
  double wide = value;
  std::from_chars(text, end, wide);
  return wide;
}

} // namespace llmc

#endif // LLMC_SUPPORT_NUMBERS_H
