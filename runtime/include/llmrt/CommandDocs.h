//===- CommandDocs.h - man pages and completions of a command line --------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From the same definitions as --help, so that none of them can be out of date.
//===----------------------------------------------------------------------===//
#ifndef LLMRT_COMMANDDOCS_H
#define LLMRT_COMMANDDOCS_H

#include <CLI/CLI.hpp>

#include <string>

namespace llmrt {

/// A page of section 1 in roff: of `root`, or of its command `command`.
/// `program` is how it is called, `source` what stands at the foot of the page.
std::string manPage(const CLI::App &root, const CLI::App &command,
                    const std::string &program, const std::string &source);

/// What the shells source: commands, their options, the values of options that
/// take names; files for everything else.
std::string bashCompletion(const CLI::App &root, const std::string &program);
std::string zshCompletion(const CLI::App &root, const std::string &program);
std::string fishCompletion(const CLI::App &root, const std::string &program);

} // namespace llmrt

#endif // LLMRT_COMMANDDOCS_H
