//===- Console.h - what every command line says alike -----------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// llmc and the programs that it makes are one family to who reads their lines:
// the same unit for bytes, the same colours, the same "did you mean".
//===----------------------------------------------------------------------===//
#ifndef LLMRT_CONSOLE_H
#define LLMRT_CONSOLE_H

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace llmrt {

/// "94.2 MB": decimal, as disks and `ls -h --si` count.
std::string formatBytes(uint64_t bytes);

/// Whether escapes may go to this descriptor: a terminal that knows colours,
/// and nobody set NO_COLOR (https://no-color.org).
bool hasColors(int descriptor);

/// The text with every control character, and what is not UTF-8, spelled as an
/// escape (\\x1b): texts of a model never command a terminal. Line ends and tabs
/// stay.
std::string printable(std::string_view text);

/// "error: " and "warning: ", in colour where the descriptor has them.
std::string errorLabel(int descriptor);
std::string warningLabel(int descriptor);

/// The name that was probably meant; empty if none is near. Near is a typing
/// mistake or two, a part of one name, or a name with letters left out.
std::string nearestName(std::string_view given,
                        const std::vector<std::string> &names);

/// ": did you mean 'NAME'?", or nothing.
std::string didYouMean(std::string_view given,
                       const std::vector<std::string> &names);

/// "a, b and c", or with another last word.
std::string listNames(const std::vector<std::string> &names,
                      std::string_view last = "and");

} // namespace llmrt

#endif // LLMRT_CONSOLE_H
