//===- Commands.h - the commands of llmc ------------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Each command takes its options as a value and returns an error or nothing;
// only CommandLine.cpp knows how they are spelled on a command line. Results go
// to stdout, progress and diagnostics to stderr.
//===----------------------------------------------------------------------===//
#ifndef LLMC_DRIVER_COMMANDS_H
#define LLMC_DRIVER_COMMANDS_H

#include "llmc/Driver/Options.h"

#include <optional>

namespace llmc {

struct CompileCommand {
  std::string model;       // or IR of any stage: .mlir, .mlirbc
  std::string weightsFrom; // the model that the IR came from
  std::string output;      // empty: stdout for text
  CompileOptions options;
  std::optional<Stage> stopAfter; // prints the IR of this stage
  EmitKind emit = EmitKind::exe;
  bool explain = false;
  bool quiet = false; // no progress, no summary
};
llvm::Error runCompile(const CompileCommand &command);
/// Whether a name says that the file holds IR.
bool isModuleFile(llvm::StringRef path);

/// `calibrate`: what the inputs of a model's products are like, over a text.
struct CalibrateCommand {
  std::string model;
  std::string text;       // a file; empty: what llmc brings
  std::string output;     // Weights/Statistics.h draws it
  int64_t tokens = 32768; // of whole windows; 0: all of the text
  int64_t context = 512; // tokens of a window, which starts from nothing; 0: as
                         // many, or the model's limit
  // That sums take at once: those of one layer of 8B parameters are 1 GB, and a part
  // of one layer is the whole model run 17 times, one of three 6 times.
  std::string memory = "4GB";
  int64_t threads = 0; // 0: the cores available
  std::string cpu = "native";
  bool isTemporary = false; // a stopped one leaves nothing to go on with
  bool quiet = false;
};
llvm::Error runCalibrate(const CalibrateCommand &command);

/// `quantize` and `prune`: the model's files with the numbers that a program would have.
struct QuantizeCommand {
  std::string model;  // a GGUF file or a Hugging Face folder
  std::string output; // the same of it
  CompileOptions options;
  bool explain = false;
  bool quiet = false;
};
llvm::Error runQuantize(const QuantizeCommand &command);

struct ImportCommand {
  std::string model;
  std::string output;
  bool graph = false; // an ONNX graph as its file has it, not raised
};
llvm::Error runImport(const ImportCommand &command);

/// `check`: what of a model is recognised, and whether it compiles.
struct CheckCommand {
  std::string model;
  bool json = false;
};
llvm::Error runCheck(const CheckCommand &command);

struct InspectCommand {
  std::string model;
  CompileOptions options;
  bool json = false;
  std::string svg; // writes pictures there instead
};
llvm::Error runInspect(const InspectCommand &command);

/// `inspect --tensors`: what the files hold, without importing them.
struct TensorsCommand {
  std::string model;
  bool json = false;
};
llvm::Error runTensors(const TensorsCommand &command);

struct RunCommand {
  std::string model;
  CompileOptions options;
  std::vector<std::string> arguments; // for the compiled program
  bool quiet = false; // no progress, no summary of a compilation
};
/// Compiles into the cache folder unless the program is there, whole and ours,
/// and hands its path over (Isolation.h).
llvm::Error makeProgram(const RunCommand &command);
/// Replaces this process; returns only on failure.
llvm::Error becomeProgram(const std::string &path,
                          const std::vector<std::string> &arguments);

/// A build that a sweep measures.
struct SweptBuild {
  std::string name; // as it was asked for
  CompileOptions options;
};

/// `eval`: how well a build predicts a text, by its own `eval`.
struct EvalCommand {
  std::string model;
  CompileOptions options;
  std::string text;
  int64_t context = 512; // tokens of a window
  int64_t windows = 0;   // 0: all
  int64_t threads = 0;   // 0: the cores available
  std::string device = "auto";
  std::string klBase, kl; // files of predictions, to write and to compare with
  bool json = false;
  // A sweep: the build of `options`, then these beside it.
  std::vector<SweptBuild> sweep;
  std::string
      results;     // a file that keeps rows; those that it has are not measured
  std::string svg; // a picture of sizes against divergences
  bool speed = false; // measures how fast rows are generated, too
  bool quiet = false;
};
/// What the program is called with: "eval" and its options.
std::vector<std::string> getEvalArguments(const EvalCommand &command);
/// Prints a table, a row as soon as its build is measured. A build that fails costs its
/// row alone, and is an error at the end.
llvm::Error runSweep(const EvalCommand &command);
/// Prints how far what the layers of the build hand on is from that of the model as it
/// is, in floats: a row per norm, in the order of the step.
llvm::Error runLayerErrors(const EvalCommand &command);

/// `bench`: how fast a build is, by its own `bench`.
struct BenchCommand {
  std::string model; // none of the machine's limits alone
  CompileOptions options;
  int64_t prompt = 128, tokens = 64; // to read, to generate
  int64_t depth = 0;                 // tokens in the cache before
  int64_t batch = 1, repetitions = 5;
  int64_t threads = 0; // 0: the cores available
  std::string device = "auto";
  std::string roofline;             // a picture of kernels against limits
  int64_t bytes = int64_t(1) << 28; // that limits read
  bool profile = false, json = false, quiet = false;
};
/// What the program is called with: "bench" and its options.
std::vector<std::string> getBenchArguments(const BenchCommand &command);
/// Prints how fast memory is read and numbers are multiplied.
llvm::Error runLimits(const BenchCommand &command);
/// Prints each kernel's share of its limit, and draws it.
llvm::Error runRoofline(const BenchCommand &command);

struct ReferenceCommand {
  std::string model;
  std::string prompt;
  std::vector<int32_t> ids; // instead of the prompt
  int64_t count = 32;       // tokens to generate
  bool printIds = false;
  bool ignoreEnd = false;
};
/// Greedy decoding by the interpreter.
llvm::Error runReference(const ReferenceCommand &command);

/// Everything above by command line. Returns the process' exit code: 0, 1 for
/// an error, 2 for wrong usage.
int runCommandLine(int argc, const char *const *argv);

/// Writes the command line's manual pages and its completions for bash, zsh and
/// fish below `folder`, as they lie below share/. Returns an exit code.
int writeCommandDocs(const std::string &folder);

} // namespace llmc

#endif // LLMC_DRIVER_COMMANDS_H
