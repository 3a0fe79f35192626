//===- UsageAdvice.cpp - what the command line answers --------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "CommandLine.h"
#include "llmrt/Console.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/raw_ostream.h"

#include <cstdio>
#include <sstream>

using namespace llmc;

void llmc::complain(const std::string &message) {
  std::fprintf(stderr, "llmc: %s%s\n", llmrt::errorLabel(2).c_str(),
               llmrt::printable(message).c_str());
}

/// What was printed has been written, too.
static llvm::Error flushResults() {
  llvm::outs().flush();
  std::error_code code = llvm::outs().error();
  llvm::outs().clear_error();
  return code ? llvm::createStringError(code, "cannot write to stdout: " +
                                                  code.message())
              : llvm::Error::success();
}

int llmc::report(llvm::Error error) {
  llvm::Error unwritten = flushResults();
  if (error)
    llvm::consumeError(std::move(unwritten)); // the first one says more
  else
    error = std::move(unwritten);
  if (!error)
    return 0;
  complain(llvm::toString(std::move(error)));
  return 1;
}

int llmc::reportUsage(const std::string &message) {
  complain(message);
  return 2;
}

int llmc::printHelp(const CLI::App &app, const CLI::ParseError &error) {
  std::ostringstream result, none;
  app.exit(error, result, none);
  llvm::outs() << result.str();
  return report(llvm::Error::success());
}

//===----------------------------------------------------------------------===//
// What people type who come from other tools
//===----------------------------------------------------------------------===//

static const char *const ofPrograms =
    "programs have it: llmc run MODEL chat, or llmc compile MODEL -o app && "
    "./app chat";
static const char *const noLevels =
    "there are no levels, code is always optimised: leave it out";

/// A model where a command is wanted, as ollama and llama.cpp take it.
static std::string adviseArgument(const std::string &given) {
  if (!llvm::StringRef(given).contains('/') &&
      !llvm::StringRef(given).ends_with(".gguf") &&
      !llvm::sys::fs::exists(given))
    return "";
  return "did you mean 'llmc run " + given + "', or 'llmc compile " + given +
         " -o app'?";
}

llmrt::UsageContext llmc::makeUsageContext(const std::string &program) {
  return {
      program,
      {{"serve", ofPrograms},
       {"chat", ofPrograms},
       {"help", "did you mean 'llmc --help'?"},
       {"version", "did you mean 'llmc --version'?"},
       {"pull", "llmc downloads nothing: huggingface-cli download NAME "
                "--local-dir FOLDER, then llmc run FOLDER"},
       {"-v", "did you mean '-V' (the version)?"},
       {"-O", noLevels},
       {"-O*", noLevels},
       {"-m", "the model stands alone: llmc compile MODEL -o app"},
       {"--model", "the model stands alone: llmc compile MODEL -o app"},
       {"-hf*", "llmc downloads nothing: huggingface-cli download NAME "
                "--local-dir FOLDER, then llmc run FOLDER"},
       {"--low-rank*", "programs have it: llmc compile --low-rank=SPEC; files "
                       "of models have no place for factors"},
       {"-ngl", "--target=cuda compiles for an NVIDIA GPU, all layers"}},
      adviseArgument};
}
