//===- Errors.h - what a reader says about a bad file -----------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Every complaint about a file is one line: file, place in it, rule and what
// was found instead. Text taken from a file is quoted and cut before it is
// printed.
//===----------------------------------------------------------------------===//
#ifndef LLMC_WEIGHTS_ERRORS_H
#define LLMC_WEIGHTS_ERRORS_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/Twine.h"
#include "llvm/Support/Error.h"

#include <optional>
#include <string>

namespace llmc {

/// `file: place: message`; an empty place is left out.
llvm::Error fileError(llvm::StringRef file, const llvm::Twine &place,
                      const llvm::Twine &message);

/// 'text' with control characters replaced and cut after 80 bytes.
std::string quote(llvm::StringRef text);

/// `[49152, 576]`.
std::string spellShape(llvm::ArrayRef<int64_t> shape);

/// `1e-05`.
std::string spellNumber(double number);

/// Product of the dimensions, or nothing when one is not positive or it is
/// above 2^62.
std::optional<int64_t> countElements(llvm::ArrayRef<int64_t> shape);

} // namespace llmc

#endif // LLMC_WEIGHTS_ERRORS_H
