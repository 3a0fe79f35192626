//===- RunCommand.cpp - llmc run ------------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "ProgramCache.h"
#include "llmc/Driver/Commands.h"
#include "llmc/Driver/Isolation.h"

#include <cerrno>
#include <cstring>
#include <unistd.h>

using namespace llmc;

llvm::Error llmc::makeProgram(const RunCommand &command) {
  auto path = getCachedPath(command.model, command.options);
  if (!path)
    return path.takeError();
  auto made =
      cacheProgram(*path, command.model, command.options, command.quiet);
  if (!made)
    return made.takeError();
  handOver(*path);
  return llvm::Error::success();
}

/// Options alone mean `run`, as `app run -p ...`.
llvm::Error llmc::becomeProgram(const std::string &path,
                                const std::vector<std::string> &arguments) {
  std::vector<const char *> raw = {path.c_str()};
  if (!arguments.empty() && llvm::StringRef(arguments.front()).starts_with("-"))
    raw.push_back("run");
  for (const std::string &argument : arguments)
    raw.push_back(argument.c_str());
  raw.push_back(nullptr);
  ::execv(path.c_str(), const_cast<char *const *>(raw.data()));
  return llvm::createStringError("cannot run '" + path +
                                 "': " + std::strerror(errno));
}
