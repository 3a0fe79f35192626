//===- CommandLine.h - the command line of llmc -----------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMC_LIB_DRIVER_COMMANDLINE_H
#define LLMC_LIB_DRIVER_COMMANDLINE_H

#include "llmc/Driver/Commands.h"
#include "llmrt/Usage.h"

#include <functional>

namespace llmc {

/// What can be asked, and what was.
struct CommandLine {
  CLI::App app{
      "llmc turns a language model into one native executable.\n"
      "Example: llmc compile model.gguf -o app && ./app \"Once upon a time\""};
  CompileCommand compile;
  CalibrateCommand calibrate;
  QuantizeCommand quantize, prune;
  ImportCommand import;
  CheckCommand check;
  InspectCommand inspect;
  RunCommand run;
  EvalCommand eval;
  BenchCommand bench;
  std::vector<std::string> variants; // of eval's sweep
  bool useReference = false;
  bool listTensors = false;
  bool showLayers = false;
  bool showLimits = false;
  std::string stopAfter;
  std::function<int()> action; // of the command given

  CommandLine();
  void addCompile();
  void addCalibrate();
  void addQuantize();
  void addPrune();
  void addImport();
  void addCheck();
  void addInspect();
  void addRun();
  void addEval();
  void addBench();
  void addLimits(CLI::App *command);
  void addSweep(CLI::App *command, CLI::Option *base);
  int sweep();
};

/// MODEL, which is required.
CLI::Option *takesModel(CLI::App *command, std::string &model);
/// The threads of `flags`; 0 as long as nobody says.
void takesThreads(CLI::App *command, const char *flags, int64_t &threads);
/// Where a build runs.
void takesDevice(CLI::App *command, std::string &device);

/// One line; texts of a model in it reach no terminal as escapes.
void complain(const std::string &message);

/// Exit codes: of a command, and of wrong usage.
int report(llvm::Error error);
int reportUsage(const std::string &message);

/// Help and versions are results.
int printHelp(const CLI::App &app, const CLI::ParseError &error);

/// With advice for what people type who come from other tools.
llmrt::UsageContext makeUsageContext(const std::string &program);

} // namespace llmc

#endif // LLMC_LIB_DRIVER_COMMANDLINE_H
