//===- Json.h - JSON from a file that nobody vouches for --------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMC_WEIGHTS_JSON_H
#define LLMC_WEIGHTS_JSON_H

#include "llvm/Support/Error.h"
#include "llvm/Support/JSON.h"

namespace llmc {

/// Parses one JSON value. Nesting is at most 64 deep, so that the recursive
/// parser behind it cannot exhaust the stack, and no object names a key twice.
/// Errors name `fileName`, line and cause.
llvm::Expected<llvm::json::Value> parseJson(llvm::StringRef fileName,
                                            llvm::StringRef text);
/// The same of an object.
llvm::Expected<llvm::json::Object> parseJsonObject(llvm::StringRef fileName,
                                                   llvm::StringRef text);

/// What kind of value stands there and, for short ones, the value itself.
std::string spellJson(const llvm::json::Value &value);

} // namespace llmc

#endif // LLMC_WEIGHTS_JSON_H
