//===- CommandLine.cpp - the options of every command ---------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The only file that knows CLI11: it costs more to compile than all commands.
//===----------------------------------------------------------------------===//
#include "App.h"

#include <CLI/CLI.hpp>

#include <csignal>
#include <unistd.h>

using namespace llmrt;
using namespace llmrt::app;

namespace {

constexpr int exitOk = 0, exitError = 1, exitUsage = 2;

/// All commands with their options; parsing fills them.
class CommandLine {
public:
  explicit CommandLine(const Host &host);

  CLI::App cli{"A language model as one program. Without a command: one turn "
               "of chat (or a "
               "completion, where the model has no chat template)."};
  Status dispatch(Application &program);
  bool wantsHelp() const;

private:
  void addAsk();
  void addRun();
  void addChat();
  void addLogits();
  void addBench();
  void addEval();
  void addInfo();
  CLI::App *command(const char *name, const char *about);
  static void addGeneration(CLI::App *to, GenerateOptions &options);
  static void addThreads(CLI::App *to, int64_t &threads);

  const Host &host;
  CLI::App *runCommand = nullptr, *chatCommand = nullptr,
           *logitsCommand = nullptr, *benchCommand = nullptr,
           *evalCommand = nullptr, *infoCommand = nullptr;
  AskOptions askOptions;
  RunOptions runOptions;
  app::ChatOptions chatOptions;
  LogitsOptions logitsOptions;
  BenchOptions benchOptions;
  EvalOptions evalOptions;
  InfoOptions infoOptions;
};

const std::string version =
    "llmrt " LLMRT_VERSION ", layout " + std::to_string(LLMRT_ABI_VERSION);

CommandLine::CommandLine(const Host &host) : host(host) {
  cli.set_version_flag("--version", version);
  cli.require_subcommand(0, 1);
  addAsk();
  addRun();
  addChat();
  addLogits();
  addBench();
  addEval();
  addInfo();
}

CLI::App *CommandLine::command(const char *name, const char *about) {
  CLI::App *added = cli.add_subcommand(name, about);
  added->set_version_flag("--version", version);
  return added;
}

void CommandLine::addThreads(CLI::App *to, int64_t &threads) {
  to->add_option("--threads,-t", threads,
                 "Threads; default: the physical cores available")
      ->check(CLI::Range(int64_t(1), ThreadPool::maxWorkers));
}

void CommandLine::addGeneration(CLI::App *to, GenerateOptions &options) {
  SamplerOptions &sampler = options.sampler;
  to->add_option("-n,--tokens", options.maxTokens,
                 "Tokens to generate at most; -1: until the model ends or the "
                 "context is full")
      ->check(CLI::Range(int64_t(-1), int64_t(INT32_MAX)))
      ->capture_default_str();
  to->add_option("--temperature,--temp", sampler.temperature,
                 "0: always the most likely token")
      ->capture_default_str();
  to->add_option("--top-k", sampler.topK,
                 "Keep the k most likely tokens; 0: all");
  to->add_option("--top-p", sampler.topP,
                 "Keep the smallest set of this probability; 1: all");
  to->add_option("--min-p", sampler.minP,
                 "Keep tokens of this share of the best one's probability");
  to->add_option("--repetition-penalty,--repeat-penalty",
                 sampler.repetitionPenalty,
                 "Make tokens seen before less likely; 1: off");
  to->add_option("--repetition-window,--repeat-last-n",
                 sampler.repetitionWindow,
                 "Tokens back that count as seen; 0: all");
  to->add_option("--seed,-s", sampler.seed, "The same seed gives the same text")
      ->capture_default_str();
  to->add_option("--stop", options.stops,
                 "End before this text; may be given several times")
      ->allow_extra_args(false);
  to->add_option("--context,-c", options.context,
                 "Tokens of prompt and answer together at most")
      ->check(CLI::PositiveNumber);
  to->add_flag("--ignore-eos", options.ignoreEos,
               "Go on after the model's end token");
  to->add_flag("--stats", options.stats, "Say speed and memory on stderr");
  addThreads(to, options.threads);
}

void CommandLine::addAsk() {
  cli.add_option("text", askOptions.text,
                 "What to say to the model; default: standard input");
  cli.add_option("--system", askOptions.system, "The system message");
  addGeneration(&cli, askOptions.generate);
}

void CommandLine::addRun() {
  runCommand = command("run", "Complete a text");
  runOptions.generate.maxTokens = 128;
  auto *prompt = runCommand
                     ->add_option("-p,--prompt", runOptions.prompts,
                                  "A prompt; several are one batch")
                     ->allow_extra_args(false);
  auto *file = runCommand->add_option("-f,--file", runOptions.file,
                                      "Read the prompt from a file; -: stdin");
  auto *ids =
      runCommand
          ->add_option("--ids", runOptions.ids, "A prompt as token ids: 1,2,3")
          ->allow_extra_args(false);
  prompt->excludes(file)->excludes(ids);
  file->excludes(ids);
  runCommand->add_flag("--print-ids", runOptions.generate.printIds,
                       "Print token ids instead of text");
  addGeneration(runCommand, runOptions.generate);
}

void CommandLine::addChat() {
  chatCommand =
      command("chat", "Talk to the model; Ctrl-C stops an answer, Ctrl-D ends");
  chatCommand->add_option("--system", chatOptions.system, "The system message");
  addGeneration(chatCommand, chatOptions.generate);
}

void CommandLine::addLogits() {
  logitsCommand =
      command("logits", "Write the logits of every row of a prompt");
  logitsCommand
      ->add_option("--ids", logitsOptions.ids, "Token ids, .npy, int64 [1, T]")
      ->required();
  logitsCommand
      ->add_option("--out", logitsOptions.out,
                   "Result, .npy, float32 [1, T, V]")
      ->required();
  logitsCommand->add_flag("--step", logitsOptions.step,
                          "Token by token instead of the whole prompt");
  logitsCommand
      ->add_option("--rows", logitsOptions.rowsPerStep,
                   "Rows of one step at most")
      ->check(CLI::PositiveNumber);
  addThreads(logitsCommand, logitsOptions.threads);
}

void CommandLine::addBench() {
  benchCommand = command("bench", "Measure speed and memory");
  auto count = CLI::Range(int64_t(0), int64_t(INT32_MAX));
  benchCommand
      ->add_option("-p,--prompt", benchOptions.prompt, "Tokens of the prompt")
      ->check(count)
      ->capture_default_str();
  benchCommand
      ->add_option("-n,--tokens", benchOptions.generate, "Tokens to generate")
      ->check(count)
      ->capture_default_str();
  benchCommand
      ->add_option("-d,--depth", benchOptions.depth,
                   "Tokens in the cache before each test")
      ->check(count)
      ->capture_default_str();
  benchCommand
      ->add_option("-b,--batch", benchOptions.batch, "Sequences at once")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  benchCommand
      ->add_option("--temperature,--temp", benchOptions.sampler.temperature,
                   "Of the figures with sampling")
      ->capture_default_str();
  benchCommand
      ->add_option("--top-p", benchOptions.sampler.topP,
                   "Of the figures with sampling")
      ->capture_default_str();
  benchCommand
      ->add_option("-r,--repetitions", benchOptions.repetitions,
                   "Of which the median is shown")
      ->check(CLI::Range(int64_t(1), int64_t(10000)))
      ->capture_default_str();
  benchCommand->add_flag("--json", benchOptions.json, "As JSON");
  addThreads(benchCommand, benchOptions.threads);
}

void CommandLine::addEval() {
  evalCommand = command("eval", "Measure the perplexity of a text");
  evalCommand->add_option("--text", evalOptions.text, "A text file; -: stdin")
      ->required();
  evalCommand
      ->add_option("--context,-c", evalOptions.context,
                   "Tokens of one window; the second half is scored")
      ->check(CLI::Range(int64_t(4), int64_t(INT32_MAX)))
      ->capture_default_str();
  evalCommand
      ->add_option("--windows", evalOptions.windows,
                   "The first so many windows; default: all")
      ->check(CLI::PositiveNumber);
  evalCommand->add_flag("--json", evalOptions.json, "As JSON");
  addThreads(evalCommand, evalOptions.threads);
}

void CommandLine::addInfo() {
  infoCommand =
      command("info", "Say what this program holds and what memory it needs");
  infoCommand->add_flag("--verify", infoOptions.verify,
                        "Check the checksum of every section");
  infoCommand->add_flag("--json", infoOptions.json, "As JSON");
  infoCommand
      ->add_option("-b,--batch", infoOptions.batch,
                   "Sequences at once, for the memory contract")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  infoCommand
      ->add_option("--context,-c", infoOptions.context,
                   "Context, for the memory contract")
      ->check(CLI::PositiveNumber);
}

/// Nothing to do and nobody to ask: a terminal without a text.
bool CommandLine::wantsHelp() const {
  return cli.get_subcommands().empty() && askOptions.text.empty() &&
         isatty(host.in);
}

Status CommandLine::dispatch(Application &program) {
  if (*runCommand)
    return run(program, runOptions);
  if (*chatCommand)
    return chat(program, chatOptions);
  if (*logitsCommand)
    return logits(program, logitsOptions);
  if (*benchCommand)
    return bench(program, benchOptions);
  if (*evalCommand)
    return eval(program, evalOptions);
  if (*infoCommand)
    return info(program, infoOptions);
  return ask(program, askOptions);
}

/// Help and version are results; a wrong command line is a diagnostic.
int reportParse(CLI::App &cli, const CLI::ParseError &error, const Host &host) {
  std::ostringstream result, diagnostic;
  const bool failed = cli.exit(error, result, diagnostic) != 0;
  (void)writeAll(host.out, result.str());
  (void)writeAll(host.err, diagnostic.str());
  return failed ? exitUsage : exitOk;
}

int runParsed(CommandLine &line, const Host &host) {
  auto program = Application::open(host);
  if (!program) {
    say(host.err, "error: %s", program.message().c_str());
    return exitError;
  }
  Status status = line.dispatch(**program);
  if (status || (*program)->out.closed())
    return exitOk;
  say(host.err, "error: %s", status.message().c_str());
  return exitError;
}

} // namespace

int app::runApp(int argc, const char *const *argv, const Host &host) {
  signal(SIGPIPE,
         SIG_IGN); // a reader that has gone is an error value, not a death
  try {
    CommandLine line(host);
    try {
      line.cli.parse(argc, argv);
    } catch (const CLI::ParseError &error) {
      return reportParse(line.cli, error, host);
    }
    if (line.wantsHelp()) {
      (void)writeAll(host.err, line.cli.help());
      return exitUsage;
    }
    return runParsed(line, host);
  } catch (const std::bad_alloc &) {
    say(host.err, "error: out of memory");
    return exitError;
  }
}
