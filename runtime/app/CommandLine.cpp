//===- CommandLine.cpp - the options of every command ---------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The only file that knows CLI11: it costs more to compile than all commands.
//===----------------------------------------------------------------------===//
#include "App.h"
#include "Description.h"

#include "llmrt/Usage.h"

#include <algorithm>
#include <charconv>
#include <csignal>
#include <cstring>
#include <unistd.h>

using namespace llmrt;
using namespace llmrt::app;

namespace {

constexpr int exitOk = 0, exitError = 1, exitUsage = 2;

/// CLI11 wraps negative numbers round and takes what is too large as 2^64-1.
const CLI::Validator seedRange(
    [](std::string &text) {
      uint64_t seed;
      auto [end, error] =
          std::from_chars(text.data(), text.data() + text.size(), seed);
      bool valid = error == std::errc() && end == text.data() + text.size();
      return valid ? std::string()
                   : "takes a whole number, from 0 to 18446744073709551615, "
                     "found '" +
                         text + "'";
    },
    "");

const CLI::Validator someText(
    [](std::string &text) {
      return text.empty() ? "takes a text, found an empty one (is a variable "
                            "unset?)"
                          : std::string();
    },
    "");

/// All commands with their options; parsing fills them.
class CommandLine {
public:
  explicit CommandLine(const Host &host);

  CLI::App cli{"A language model as one program. Without a command: one turn "
               "of chat (or a "
               "completion, where the model has no chat template)."};
  Status dispatch(Application &program);
  bool wantsHelp() const;
  /// What to ask back of a text that looks like a mistyped command; empty:
  /// nothing. `quoted`: it stood behind "--", so it is a text.
  std::string doubtText(bool quoted) const;

private:
  void addAsk();
  void addRun();
  void addChat();
  void addLogits();
  void addCall();
  void addEmbed();
  void addBench();
  void addEval();
  void addInfo();
  void addVersion(CLI::App *to);
  CLI::App *command(const char *name, const char *about);
  enum class Purpose { Answers, Completions };
  static void addTemplateVariables(CLI::App *to, std::string &variables);
  static void addGeneration(CLI::App *to, GenerateOptions &options,
                            Purpose purpose);
  static void addSampling(CLI::App *to, SamplerChoice &sampling,
                          Purpose purpose);
  static void addThreads(CLI::App *to, int64_t &threads);
  static void addDevice(CLI::App *to, Device &device);
  template <typename Options>
  static void addPlace(CLI::App *to, Options &options) {
    addThreads(to, options.threads);
    addDevice(to, options.device);
  }

  const Host &host;
  CLI::App *runCommand = nullptr, *chatCommand = nullptr,
           *logitsCommand = nullptr, *callCommand = nullptr,
           *embedCommand = nullptr, *benchCommand = nullptr,
           *evalCommand = nullptr, *infoCommand = nullptr;
  AskOptions askOptions;
  RunOptions runOptions;
  app::ChatOptions chatOptions;
  LogitsOptions logitsOptions;
  CallOptions callOptions;
  EmbedOptions embedOptions;
  BenchOptions benchOptions;
  EvalOptions evalOptions;
  InfoOptions infoOptions;
};

/// Asks the program only when its version is asked for. Where it cannot be
/// opened, that is what there is to say.
std::string describe(const Host &host,
                     std::string (*about)(const Application &)) {
  auto program = Application::open(host);
  return program ? about(**program)
                 : "llmrt " LLMRT_VERSION ", layout " +
                       std::to_string(LLMRT_ABI_VERSION) +
                       "; no model: " + program.message();
}

CommandLine::CommandLine(const Host &host) : host(host) {
  addVersion(&cli);
  cli.add_flag_callback(
      "--licenses",
      [&host] {
        throw CLI::CallForVersion(describe(host, describeLicenses), 0);
      },
      "The licenses of the model and of what came with it");
  cli.require_subcommand(0, 1);
  addAsk();
  addRun();
  addChat();
  addLogits();
  addCall();
  addEmbed();
  addBench();
  addEval();
  addInfo();
}

void CommandLine::addVersion(CLI::App *to) {
  to->set_version_flag("-V,--version",
                       [this] { return describe(host, describeVersion); });
}

CLI::App *CommandLine::command(const char *name, const char *about) {
  CLI::App *added = cli.add_subcommand(name, about);
  addVersion(added);
  return added;
}

void CommandLine::addThreads(CLI::App *to, int64_t &threads) {
  takesWhole(to->add_option("--threads,-t", threads,
                            "Threads; default: the physical cores available"),
             1, ThreadPool::maxWorkers);
}

void CommandLine::addDevice(CLI::App *to, Device &device) {
  auto set = [&](const std::string &name) { device = deviceOfName(name); };
  takesName(to->add_option_function<std::string>(
                "--device", set,
                "Where to compute: cpu, cuda (an NVIDIA GPU) or auto, the GPU "
                "if the program has code for it; default: auto"),
            {"auto", "cpu", "cuda"});
}

void CommandLine::addGeneration(CLI::App *to, GenerateOptions &options,
                                Purpose purpose) {
  const bool answers = purpose == Purpose::Answers;
  takesWhole(
      to->add_option(
          "-n,--tokens", options.maxTokens,
          "Tokens to generate at most; -1: until the model ends or "
          "the context is full; default: " +
              std::to_string(answers ? GenerationPlan::answerTokens
                                     : GenerationPlan::completionTokens)),
      -1, INT32_MAX);
  addSampling(to, options.sampling, purpose);
  if (answers)
    to->add_flag("--allow-loops", options.allowLoops,
                 "Go on where the answer repeats itself without end");
  to->add_option("--stop", options.stops,
                 "End before this text; may be given several times")
      ->check(someText)
      ->allow_extra_args(false);
  takesWhole(to->add_option("--context,-c", options.context,
                            "Tokens of prompt and answer together at most"),
             1, INT32_MAX);
  to->add_flag("--ignore-eos", options.ignoreEos,
               "Go on after the model's end token");
  if (to->get_name() != "chat")
    to->add_flag("--print-ids", options.printIds,
                 "Print token ids instead of text");
  to->add_flag("--stats", options.stats, "Say speed and memory on stderr");
  addPlace(to, options);
}

void CommandLine::addSampling(CLI::App *to, SamplerChoice &sampling,
                              Purpose purpose) {
  constexpr double unbounded = std::numeric_limits<double>::infinity();
  takesNumber(
      to->add_option(
          "--temperature,--temp", sampling.temperature,
          std::string("0: always the most likely token; default: ") +
              (purpose == Purpose::Answers ? "the model's, else 0.7" : "0")),
      0, unbounded);
  takesWhole(to->add_option("--top-k", sampling.topK,
                            "Keep the k most likely tokens; 0: all"),
             0, INT32_MAX);
  takesNumber(to->add_option("--top-p", sampling.topP,
                             "Keep the smallest set of this probability; "
                             "1: all"),
              0, 1);
  takesNumber(to->add_option("--min-p", sampling.minP,
                             "Keep tokens of this share of the best one's "
                             "probability"),
              0, 1);
  takesNumber(to->add_option("--repetition-penalty,--repeat-penalty",
                             sampling.repetitionPenalty,
                             "Make tokens seen before less likely; 1: off"),
              0, unbounded);
  takesWhole(to->add_option("--repetition-window,--repeat-last-n",
                            sampling.repetitionWindow,
                            "Tokens back that count as seen; 0: all"),
             0, INT32_MAX);
  to->add_option("--seed,-s", sampling.seed,
                 "The same seed gives the same text; default: drawn, --stats "
                 "says which")
      ->check(seedRange);
}

void CommandLine::addTemplateVariables(CLI::App *to, std::string &variables) {
  to->add_option("--template-variables,--chat-template-kwargs", variables,
                 "What else the chat template sees, a JSON object: "
                 "{\"enable_thinking\": false, \"tools\": [...]}");
}

void CommandLine::addAsk() {
  cli.add_option("text", askOptions.text,
                 "What to say to the model; default: standard input");
  cli.add_option("--system", askOptions.system, "The system message");
  addTemplateVariables(&cli, askOptions.variables);
  addGeneration(&cli, askOptions.generate, Purpose::Answers);
}

void CommandLine::addRun() {
  runCommand = command("run", "Complete a text");
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
  addGeneration(runCommand, runOptions.generate, Purpose::Completions);
}

void CommandLine::addChat() {
  chatCommand =
      command("chat", "Talk to the model; Ctrl-C stops an answer, Ctrl-D ends");
  chatCommand->add_option("--system", chatOptions.system, "The system message");
  addTemplateVariables(chatCommand, chatOptions.variables);
  addGeneration(chatCommand, chatOptions.generate, Purpose::Answers);
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
  takesWhole(logitsCommand->add_option("--rows", logitsOptions.rowsPerStep,
                                       "Rows of one step at most"),
             1, INT32_MAX);
  addPlace(logitsCommand, logitsOptions);
}

void CommandLine::addCall() {
  callCommand =
      command("call", "Run a function program on .npy files; 'info' says what "
                      "it takes and gives");
  callCommand->add_option("inputs", callOptions.inputs,
                          "NAME=FILE.npy, one for each input");
  callCommand
      ->add_option("--out", callOptions.out,
                   "A folder: each output becomes NAME.npy in it")
      ->required();
  addThreads(callCommand, callOptions.threads);
}

void CommandLine::addEmbed() {
  embedCommand =
      command("embed", "Turn texts into vectors, by an encoder's program");
  auto *text = embedCommand
                   ->add_option("text", embedOptions.text,
                                "A text, which becomes one vector")
                   ->check(someText);
  embedCommand
      ->add_option("-f,--file", embedOptions.file,
                   "Read one text from each line of a file; -: stdin")
      ->excludes(text);
  embedCommand
      ->add_option("--pooling", embedOptions.pooling,
                   "What becomes of a text's tokens: their mean, or the first "
                   "(cls); default: the model's own, else mean")
      ->check(CLI::IsMember({"mean", "cls"}));
  auto normalize = [this](bool wanted) {
    return [this, wanted] { embedOptions.normalize = wanted; };
  };
  embedCommand
      ->add_flag_callback("--normalize", normalize(true),
                          "Vectors of length 1; default: as the model's folder "
                          "says, else as they are")
      ->excludes(embedCommand->add_flag_callback(
          "--no-normalize", normalize(false), "Vectors as they are"));
  embedCommand->add_flag("--truncate", embedOptions.truncate,
                         "Embed the beginning of texts that are too long");
  takesWhole(embedCommand
                 ->add_option("-b,--batch", embedOptions.batch,
                              "Texts at once, at most")
                 ->capture_default_str(),
             1, 65536);
  embedCommand
      ->add_option("--out", embedOptions.out,
                   "Write float32 [texts, columns] to a .npy file; default: "
                   "print an array for each text")
      ->type_name("FILE");
  addThreads(embedCommand, embedOptions.threads);
}

void CommandLine::addBench() {
  benchCommand = command("bench", "Measure speed and memory");
  auto count = [this](const char *flag, int64_t &value, const char *about,
                      int64_t least, int64_t most = INT32_MAX) {
    takesWhole(
        benchCommand->add_option(flag, value, about)->capture_default_str(),
        least, most);
  };
  count("-p,--prompt", benchOptions.prompt, "Tokens of the prompt", 0);
  count("-n,--tokens", benchOptions.generate, "Tokens to generate", 0);
  count("-d,--depth", benchOptions.depth,
        "Tokens in the cache before each test", 0);
  count("-b,--batch", benchOptions.batch, "Sequences at once", 1);
  count("-r,--repetitions", benchOptions.repetitions,
        "Of which the median is shown", 1, 10000);
  takesNumber(benchCommand
                  ->add_option("--temperature,--temp",
                               benchOptions.sampler.temperature,
                               "Of the figures with sampling")
                  ->capture_default_str(),
              0, std::numeric_limits<double>::infinity());
  takesNumber(benchCommand
                  ->add_option("--top-p", benchOptions.sampler.topP,
                               "Of the figures with sampling")
                  ->capture_default_str(),
              0, 1);
  benchCommand->add_flag("--profile", benchOptions.profile,
                         "Once more, with the time, bytes and operations of "
                         "each kernel");
  benchCommand->add_flag("--json", benchOptions.json, "As JSON");
  addPlace(benchCommand, benchOptions);
}

void CommandLine::addEval() {
  evalCommand = command("eval", "Measure the perplexity of a text");
  evalCommand->add_option("--text", evalOptions.text, "A text file; -: stdin")
      ->required();
  takesWhole(evalCommand
                 ->add_option("--context,-c", evalOptions.context,
                              "Tokens of one window; the second half is "
                              "scored")
                 ->capture_default_str(),
             4, INT32_MAX);
  takesWhole(evalCommand->add_option("--windows", evalOptions.windows,
                                     "The first so many windows; default: all"),
             1, INT32_MAX);
  CLI::Option *base =
      evalCommand->add_option("--kl-base", evalOptions.klBase,
                              "Write what this program predicts to FILE, two "
                              "bytes per scored token and "
                              "entry of the vocabulary");
  base->type_name("FILE");
  evalCommand
      ->add_option("--kl", evalOptions.kl,
                   "Compare with what another program wrote by --kl-base")
      ->type_name("FILE")
      ->excludes(base);
  evalCommand->add_flag("--json", evalOptions.json, "As JSON");
  addPlace(evalCommand, evalOptions);
}

void CommandLine::addInfo() {
  infoCommand =
      command("info", "Say what this program holds and what memory it needs");
  infoCommand->add_flag("--verify", infoOptions.verify,
                        "Check the checksum of every section");
  infoCommand->add_flag("--json", infoOptions.json, "As JSON");
  takesWhole(infoCommand
                 ->add_option("-b,--batch", infoOptions.batch,
                              "Sequences at once, for the memory contract")
                 ->capture_default_str(),
             1, INT32_MAX);
  takesWhole(infoCommand->add_option("--context,-c", infoOptions.context,
                                     "Context, for the memory contract"),
             1, INT32_MAX);
  addDevice(infoCommand, infoOptions.device);
}

/// Nothing to do and nobody to ask: a terminal without a text.
bool CommandLine::wantsHelp() const {
  return cli.get_subcommands().empty() && askOptions.text.empty() &&
         isatty(host.in);
}

/// One word that is nearly a command, or one of other programs.
std::string CommandLine::doubtText(bool quoted) const {
  const std::string &text = askOptions.text;
  if (quoted || !cli.get_subcommands().empty() || text.empty() ||
      text.find_first_not_of("abcdefghijklmnopqrstuvwxyz-") !=
          std::string::npos)
    return {};
  std::vector<std::string> names;
  for (const CLI::App *command : cli.get_subcommands({}))
    names.push_back(command->get_name());
  const std::string near = nearestName(text, names);
  const bool foreign = text == "serve" || text == "help" || text == "version" ||
                       text == "show" || text == "list" || text == "ask";
  if (near.empty() && !foreign)
    return {};
  return "'" + text + "' is no command" + didYouMean(text, names) +
         (near.empty() ? "; the commands are " + listNames(names) + "." : "") +
         " To say it to the model: " + cli.get_name() + " -- " + text;
}

Status CommandLine::dispatch(Application &program) {
  if (*callCommand)
    return call(program, callOptions);
  if (*embedCommand)
    return embed(program, embedOptions);
  if (*logitsCommand)
    return logits(program, logitsOptions);
  if (program.isFunction() && !*infoCommand)
    return Status::error("this program is a function and does not complete "
                         "text: " +
                         cli.get_name() +
                         " call NAME=FILE.npy --out FOLDER runs it, embed TEXT "
                         "where it is an encoder; info says what it takes and "
                         "gives");
  if (*runCommand)
    return run(program, runOptions);
  if (*chatCommand)
    return chat(program, chatOptions);
  if (*benchCommand)
    return bench(program, benchOptions);
  if (*evalCommand)
    return eval(program, evalOptions);
  if (*infoCommand)
    return info(program, infoOptions);
  return ask(program, askOptions);
}

/// What people type who come from llama.cpp and ollama.
std::vector<Habit> habits() {
  const char *const own = "this program is its model: leave it out";
  return {{"-p", "it belongs to run; here the text stands alone: \"TEXT\", or "
                 "run -p TEXT"},
          {"-f", "it belongs to run: run -f FILE"},
          {"-m", own},
          {"--model", own},
          {"-ngl", "--device cuda computes on a GPU, all or nothing"},
          {"-v", "did you mean '-V' (the version)?"}};
}

/// -h and -V take letters behind them for more flags, and answer: "-hello" would
/// print the help. Of all that begin so only -help is meant.
void refuseFlagWithMore(const CLI::App &cli, const std::string &argument) {
  if (argument.size() < 3 || argument[0] != '-' || argument[1] == '-' ||
      argument == "-help")
    return;
  const CLI::Option *flag = cli.get_option_no_throw(argument.substr(0, 2));
  if (flag && flag->get_items_expected_min() == 0)
    throw CLI::ValidationError("'" + argument +
                               "' is no option; to say it to the model: " +
                               cli.get_name() + " -- " + argument);
}

/// The arguments, with a text that begins with a dash moved behind a `--`: no
/// option has white space in its name, so such an argument is meant for the
/// model. Values of options and arguments of commands stay where they are.
std::vector<std::string> separateText(const CLI::App &cli, int argc,
                                      const char *const *argv) {
  std::vector<std::string> arguments, texts;
  bool isValue = false; // of the option before
  bool isPlain = true;  // neither behind `--` nor behind a command
  for (int i = 1; i < argc; ++i) {
    std::string argument = argv[i];
    std::string name = argument.substr(0, argument.find('='));
    bool isText = isPlain && !isValue && name.starts_with('-') &&
                  argument.find_first_of(" \t\r\n") != argument.npos &&
                  !cli.get_option_no_throw(name);
    auto isNamed = [&](const CLI::App *command) {
      return command->get_name() == argument;
    };
    if (isPlain && !isValue && !isText)
      refuseFlagWithMore(cli, argument);
    isPlain &=
        isValue || (argument != "--" && cli.get_subcommands(isNamed).empty());
    const CLI::Option *option =
        isPlain && !isValue && !isText && name == argument
            ? cli.get_option_no_throw(name)
            : nullptr;
    isValue =
        option && name.starts_with('-') && option->get_items_expected_min() > 0;
    (isText ? texts : arguments).push_back(std::move(argument));
  }
  if (!texts.empty() && isPlain)
    arguments.emplace_back("--");
  arguments.insert(arguments.end(), texts.begin(), texts.end());
  std::reverse(arguments.begin(), arguments.end()); // as CLI11 wants them
  return arguments;
}

/// Help and version are results; a wrong command line is a diagnostic.
int reportParse(CLI::App &cli, const CLI::ParseError &error, const Host &host) {
  if (error.get_exit_code() != 0) {
    complain(host.err,
             explainUsage(cli, error, {cli.get_name(), habits(), nullptr}));
    return exitUsage;
  }
  std::ostringstream result, diagnostic;
  cli.exit(error, result, diagnostic);
  Status written = Output(host.out).write(result.str());
  if (written)
    return exitOk;
  complain(host.err, written.message());
  return exitError;
}

int runParsed(CommandLine &line, const Host &host) {
  auto program = Application::open(host);
  if (!program) {
    complain(host.err, program.message());
    return exitError;
  }
  Status status = line.dispatch(**program);
  if (status || (*program)->out.closed())
    return exitOk;
  complain(host.err, status.message());
  return exitError;
}

} // namespace

int app::runApp(int argc, const char *const *argv, const Host &host) {
  openStandardDescriptors();
  // A reader that has gone and a file that must not grow are error values, not
  // deaths.
  signal(SIGPIPE, SIG_IGN);
  signal(SIGXFSZ, SIG_IGN);
  try {
    CommandLine line(host);
    try {
      line.cli.name(argc > 0 ? argv[0] : "app");
      line.cli.parse(separateText(line.cli, argc, argv));
    } catch (const CLI::ParseError &error) {
      return reportParse(line.cli, error, host);
    }
    const bool quoted = std::any_of(argv, argv + argc, [](const char *one) {
      return std::strcmp(one, "--") == 0;
    });
    if (std::string doubt = line.doubtText(quoted); !doubt.empty()) {
      complain(host.err, doubt);
      return exitUsage;
    }
    if (line.wantsHelp()) {
      (void)writeAll(host.err, line.cli.help());
      return exitUsage;
    }
    return runParsed(line, host);
  } catch (const std::bad_alloc &) {
    // Not by complain, which takes some.
    (void)writeAll(host.err, "error: out of memory\n");
    return exitError;
  }
}
