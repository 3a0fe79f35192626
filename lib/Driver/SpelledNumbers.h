//===- SpelledNumbers.h - numbers of options that CLI11 does not know -*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMC_LIB_DRIVER_SPELLEDNUMBERS_H
#define LLMC_LIB_DRIVER_SPELLEDNUMBERS_H

#include "llvm/ADT/StringRef.h"

namespace llmc {

/// Each says whether `text` is one. A number has no sign and is finite.
bool readNumber(llvm::StringRef text, double &number);
bool readPositive(llvm::StringRef text, double &number);
/// "60MB": positive, with a unit, below 2^62.
bool readBytes(llvm::StringRef text, double &bytes);

/// What `readBytes` takes, for who found something else.
inline constexpr llvm::StringLiteral bytesForm =
    "a number with B, kB, MB or GB (MB: 10^6 bytes)";

} // namespace llmc

#endif // LLMC_LIB_DRIVER_SPELLEDNUMBERS_H
