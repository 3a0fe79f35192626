//===- App.h - the commands of a compiled program -------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Options as plain values, one command per file: the command line is read in
// one place (CommandLine.cpp) and a test calls commands as the command line
// does.
//===----------------------------------------------------------------------===//
#ifndef LLMRT_APP_APP_H
#define LLMRT_APP_APP_H

#include "Application.h"
#include "GenerationPlan.h"
#include "Output.h"

#include "llmrt/EnginePlan.h"
#include "llmrt/Sampler.h"
#include "llmrt/Status.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace llmrt::app {

/// How tokens are generated; shared by ask, run and chat. What is absent is
/// chosen by planAnswer or planCompletion.
struct GenerateOptions {
  SamplerChoice sampling;
  std::optional<int64_t> maxTokens; // -1: until an end token or a full context
  bool allowLoops = false;
  std::vector<std::string> stops;
  int64_t threads = 0;
  Device device = Device::Auto;
  int64_t context = 0;
  bool printIds = false;
  bool ignoreEos = false;
  bool stats = false;
};

struct AskOptions {
  std::string text; // empty: standard input
  std::string system;
  std::string variables; // of the chat template, a JSON object
  GenerateOptions generate;
};

struct RunOptions {
  std::vector<std::string> prompts;
  std::vector<std::string> ids; // "1,2,3"
  std::string file;             // "-": standard input
  GenerateOptions generate;
};

struct ChatOptions {
  std::string system;
  std::string variables; // of the chat template, a JSON object
  GenerateOptions generate;
};

struct LogitsOptions {
  std::string ids;
  std::string out;
  bool step = false; // token by token
  int64_t threads = 0;
  Device device = Device::Auto;
  int64_t rowsPerStep = 0;
};

struct CallOptions {
  std::vector<std::string> inputs; // "NAME=FILE.npy"
  std::string out;                 // a folder
  int64_t threads = 0;
};

struct EmbedOptions {
  std::string text;
  std::string file;              // one text per line; "-": standard input
  std::string pooling;           // "mean" or "cls"; empty: the model's
  std::optional<bool> normalize; // absent: as the model does
  bool truncate = false;         // texts that are longer than the model reads
  int64_t batch = 32;
  int64_t threads = 0;
  std::string out; // a .npy file; empty: print
};

struct BenchOptions {
  int64_t prompt = 128;
  int64_t generate = 64;
  int64_t depth = 0;
  int64_t batch = 1;
  int64_t threads = 0;
  Device device = Device::Auto;
  int64_t repetitions = 5;
  /// Of the figures with sampling.
  SamplerOptions sampler = {.temperature = 0.8f, .topP = 0.95f};
  bool profile = false; // each kernel's time too
  bool json = false;
};

struct EvalOptions {
  std::string text;
  std::string klBase,
      kl; // files of distributions, to write and to compare with
  int64_t context = 512;
  int64_t windows = 0; // 0: all
  int64_t threads = 0;
  Device device = Device::Auto;
  bool json = false;
};

struct InfoOptions {
  bool verify = false;
  bool json = false;
  int64_t batch = 1;
  int64_t context = 0;
  Device device = Device::Auto;
};

Status ask(Application &program, const AskOptions &options);
Status run(Application &program, const RunOptions &options);
Status chat(Application &program, const ChatOptions &options);
Status logits(Application &program, const LogitsOptions &options);
Status call(Application &program, const CallOptions &options);
Status embed(Application &program, const EmbedOptions &options);
Status bench(Application &program, const BenchOptions &options);
Status eval(Application &program, const EvalOptions &options);
Status info(Application &program, const InfoOptions &options);

/// Generates for all prompts as one batch and prints: one streams, several come
/// one after the other.
Status generate(Application &program, std::vector<std::vector<int32_t>> prompts,
                const GenerateOptions &options, const GenerationPlan &plan);

/// How a question is answered: as the command line says, else as the model's
/// makers say, else so that small models neither loop nor ramble.
Expected<GenerationPlan> planAnswer(const Application &program,
                                    const GenerateOptions &options);
/// How a text is completed: greedily, unless the command line says otherwise.
GenerationPlan planCompletion(const GenerateOptions &options);

/// Reads the command line, runs one command, reports its error. The exit code:
/// 0, 1 (error) or 2 (usage).
int runApp(int argc, const char *const *argv, const Host &host);

} // namespace llmrt::app

#endif // LLMRT_APP_APP_H
