//===- CommandLine.cpp - the command line of llmc -------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// With exceptions, as CommandOptions.cpp: CLI11 reports through them, LLVM is
// built without.
//===----------------------------------------------------------------------===//
#include "CommandLine.h"
#include "CommandOptions.h"
#include "MlirFlags.h"
#include "llmc/Driver/Isolation.h"
#include "llmc/Driver/Version.h"
#include "llmrt/CommandDocs.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"

#include <csignal>
#include <cstdio>

using namespace llmc;

CLI::Option *llmc::takesModel(CLI::App *command, std::string &model) {
  return command
      ->add_option("MODEL", model,
                   "An ONNX file, a GGUF file or a Hugging Face folder")
      ->required();
}

void llmc::takesThreads(CLI::App *command, const char *flags,
                        int64_t &threads) {
  llmrt::takesWhole(
      command->add_option(flags, threads, "Threads (default: all cores)"), 1,
      1024);
}

void llmc::takesDevice(CLI::App *command, std::string &device) {
  llmrt::takesName(
      command->add_option("--device", device, "Where to run (default: auto)"),
      {"auto", "cpu", "cuda"});
}

void CommandLine::addCompile() {
  CLI::App *command =
      app.add_subcommand("compile", "Compile a model into a program");
  command
      ->add_option("MODEL", compile.model,
                   "An ONNX file, a GGUF file, a Hugging Face folder, or IR of "
                   "any stage "
                   "(.mlir, .mlirbc) to go on from")
      ->required();
  command->add_option("--weights-from", compile.weightsFrom,
                      "The model that the IR names tensors of");
  command
      ->add_option("-o,--output", compile.output,
                   "The program; for IR and assembly a file "
                   "(default: stdout)")
      ->type_name("FILE");
  addCompileOptions(command, compile.options);
  addChoice(command, "--emit", compile.emit, "What to write (default: exe)",
            "so is a shared library, exe a program");
  llmrt::takesName(
      command->add_option("--compile-to", stopAfter,
                          "Stop after this stage and write its IR"),
      {"import", "optimize", "schedule", "lower"});
  command->add_flag("--explain", compile.explain,
                    "Say what each pass did and why");
  command->add_flag("-q,--quiet", compile.quiet, "No progress and no summary");
  command->callback([this, command] {
    action = [this, command] {
      for (Stage stage :
           {Stage::import, Stage::optimize, Stage::schedule, Stage::lower})
        if (getStageName(stage) == stopAfter)
          compile.stopAfter = stage;
      if (command->count("--weights-from") && !isModuleFile(compile.model))
        return reportUsage("compile: --weights-from goes with IR (.mlir, "
                           ".mlirbc), " +
                           compile.model + " brings its own weights");
      bool binary =
          !compile.stopAfter &&
          (compile.emit == EmitKind::exe || compile.emit == EmitKind::so ||
           compile.emit == EmitKind::obj || compile.emit == EmitKind::cubin);
      if (binary && compile.output.empty())
        return reportUsage(
            "compile: -o is required: where should the program go? llmc "
            "compile " +
            compile.model + " -o app");
      if (compile.stopAfter && command->count("--emit") &&
          compile.emit != EmitKind::mlir)
        return reportUsage(
            "compile: --compile-to writes IR: it goes with --emit=mlir only");
      return report(runCompile(compile));
    };
  });
}

void CommandLine::addCalibrate() {
  CLI::App *command = app.add_subcommand(
      "calibrate", "Collect what quantisers want to know of a model's inputs");
  takesModel(command, calibrate.model);
  command
      ->add_option("--text", calibrate.text,
                   "A file of text like that the model will see (default: a "
                   "text that llmc brings)")
      ->type_name("FILE");
  command
      ->add_option("-o,--output", calibrate.output,
                   "The statistics, for llmc compile --stats")
      ->required()
      ->type_name("FILE");
  llmrt::takesWhole(
      command->add_option("--tokens", calibrate.tokens,
                          "Tokens to run, 0 for all (default: 32768)"),
      0, int64_t(1) << 32);
  llmrt::takesWhole(command->add_option("--context", calibrate.context,
                                        "Tokens of a window (default: 512)"),
                    1, int64_t(1) << 24);
  command
      ->add_option(
          "--memory", calibrate.memory,
          "What sums take at once, which the model's inputs are parted "
          "by, a run for each part (default: 4GB)")
      ->type_name("SIZE");
  takesThreads(command, "--threads", calibrate.threads);
  command->add_flag("-q,--quiet", calibrate.quiet,
                    "No progress and no summary");
  command->footer("Stopped between parts, the same command goes on behind the "
                  "last one, which FILE.part has.");
  command->callback(
      [this] { action = [this] { return report(runCalibrate(calibrate)); }; });
}

/// What quantize and prune share: a model, and where it is written.
static CLI::App *addRewriting(CLI::App &app, const std::string &name,
                              const std::string &what, QuantizeCommand &to) {
  CLI::App *command = app.add_subcommand(name, what);
  command->add_option("MODEL", to.model, "A GGUF file or a Hugging Face folder")
      ->required();
  command
      ->add_option("-o,--output", to.output,
                   "Of a GGUF file a GGUF file, of a folder a folder, for "
                   "llmc compile and other tools")
      ->required()
      ->type_name("OUT");
  command->add_flag("--explain", to.explain, "Say what each pass did and why");
  command->add_flag("-q,--quiet", to.quiet, "No progress and no summary");
  return command;
}

void CommandLine::addQuantize() {
  CLI::App *command =
      addRewriting(app, "quantize",
                   "Write the model with fewer bits for its weights", quantize);
  addQuantizeOptions(command, quantize.options);
  command->callback([this] {
    action = [this] {
      const CompileOptions &options = quantize.options;
      if (options.quantize.empty() && options.sparsify.empty() &&
          options.equalize.empty() && options.shrink.empty())
        return reportUsage("quantize: --quantize=SPEC is required: "
                           "--quantize=bits=4,group=32");
      return report(runQuantize(quantize));
    };
  });
}

void CommandLine::addPrune() {
  CLI::App *command = addRewriting(
      app, "prune",
      "Write the model without what matters least, or with zeros for it",
      prune);
  addPruneOptions(command, prune.options);
  command->callback([this] {
    action = [this] {
      if (prune.options.sparsify.empty() && prune.options.shrink.empty())
        return reportUsage("prune: --sparsify=SPEC or --shrink=SPEC is "
                           "required: --shrink=channels=20%");
      return report(runQuantize(prune));
    };
  });
}

void CommandLine::addImport() {
  CLI::App *command = app.add_subcommand("import", "Print a model as llm IR");
  takesModel(command, import.model);
  command->add_option("-o,--output", import.output, "A file (default: stdout)")
      ->type_name("FILE");
  command->add_flag("--graph", import.graph,
                    "An ONNX graph as its file has it, before it is raised");
  command->callback(
      [this] { action = [this] { return report(runImport(import)); }; });
}

void CommandLine::addCheck() {
  CLI::App *command = app.add_subcommand(
      "check", "Say what of a model is recognised, and whether it compiles");
  takesModel(command, check.model);
  command->add_flag("--json", check.json, "As JSON");
  command->footer("Exits with 1 if the model cannot be compiled.");
  command->callback(
      [this] { action = [this] { return report(runCheck(check)); }; });
}

void CommandLine::addInspect() {
  CLI::App *command = app.add_subcommand(
      "inspect", "Show tensors, encodings, memory and ops after each stage");
  takesModel(command, inspect.model);
  addCompileOptions(command, inspect.options);
  command->add_flag("--tensors", listTensors,
                    "Only list the tensors of a GGUF or safetensors file or "
                    "folder, whatever its architecture and types");
  CLI::Option *json = command->add_flag("--json", inspect.json, "As JSON");
  command
      ->add_option("--svg", inspect.svg,
                   "Draw memory, layers and the step's kernels into this file")
      ->excludes(json);
  command->callback([this, command] {
    action = [this, command] {
      if (!listTensors)
        return report(runInspect(inspect));
      for (const CLI::Option *option : command->get_options())
        if (option->count() && option->get_name() != "MODEL" &&
            option->get_name() != "--tensors" && option->get_name() != "--json")
          return reportUsage("inspect: --tensors compiles nothing: " +
                             option->get_name() + " does not go with it");
      return report(runTensors({inspect.model, inspect.json}));
    };
  });
}

/// What follows `run MODEL --reference`; a subset of the program's own options.
static int runReferenceArguments(const RunCommand &run) {
  ReferenceCommand reference;
  reference.model = run.model;
  CLI::App app("Greedy decoding by the reference interpreter",
               "llmc run MODEL --reference");
  CLI::Option *prompt =
      app.add_option("-p,--prompt", reference.prompt, "The prompt, as text");
  CLI::Option *ids =
      app.add_option("--ids", reference.ids, "The prompt, as token ids: 1,2,3");
  ids->delimiter(',')->excludes(prompt);
  llmrt::takesWhole(app.add_option("-n,--tokens", reference.count,
                                   "Tokens to generate (default: 32)"),
                    0, int64_t(1) << 24);
  app.add_flag("--print-ids", reference.printIds, "Print ids, not text");
  app.add_flag("--ignore-eos", reference.ignoreEnd, "Go on after an end token");
  std::vector<std::string> arguments(run.arguments.rbegin(),
                                     run.arguments.rend());
  try {
    app.parse(arguments);
  } catch (const CLI::ParseError &error) {
    if (error.get_exit_code() == 0)
      return printHelp(app, error);
    return reportUsage(llmrt::explainUsage(
        app, error, makeUsageContext("llmc run MODEL --reference")));
  }
  if (!*prompt && !*ids)
    return reportUsage(
        "run: --reference needs a prompt: -p TEXT or --ids 1,2,3");
  return report(runReference(reference));
}

void CommandLine::addRun() {
  CLI::App *command = app.add_subcommand(
      "run", "Compile a model into the cache folder, then run it");
  takesModel(command, run.model);
  addCompileOptions(command, run.options);
  command->add_flag(
      "--reference", useReference,
      "Interpret instead: greedy, with -p, --ids, -n, --print-ids");
  command->footer("The first argument that is none of these, and all after it, "
                  "go to the program: "
                  "llmc run MODEL -p \"Once upon a time\" -n 32");
  // Stops at the program's first argument.
  command->prefix_command();
  command->callback([this, command] {
    run.arguments = command->remaining();
    action = [this, command] {
      if (!useReference)
        return report(makeProgram(run));
      for (const CLI::Option *option : command->get_options())
        if (option->count() && option->get_name() != "MODEL" &&
            option->get_name() != "--reference")
          return reportUsage(
              "run: --reference interprets the model as it was imported: " +
              option->get_name() + " does not go with it, leave one out");
      return runReferenceArguments(run);
    };
  });
}

CommandLine::CommandLine() {
  app.set_version_flag("-V,--version", describeVersion);
  app.require_subcommand(1);
  app.footer("Every command also takes the flags of mlir-opt that begin with "
             "--mlir-, like --mlir-print-ir-after-all and --mlir-timing; "
             "a value follows '='.");
  addCompile();
  addCalibrate();
  addQuantize();
  addPrune();
  addImport();
  addCheck();
  addInspect();
  addRun();
  addEval();
  addBench();
  for (CLI::App *command : app.get_subcommands({}))
    command->set_version_flag("-V,--version", describeVersion);
}

/// Runs the command, then the program that `llmc run` has made.
static int runAction(CommandLine &line) {
  CommandEnd end = runIsolated(line.action);
  if (!end.failure.empty())
    complain(end.failure);
  if (end.code != 0 || end.result.empty())
    return end.code;
  return report(becomeProgram(end.result, line.run.arguments));
}

int llmc::runCommandLine(int argc, const char *const *argv) {
  endWhereMemoryEnds();
  openStandardDescriptors();
  // A limit on file sizes (ulimit -f) is an error value, not a death.
  signal(SIGXFSZ, SIG_IGN);
  std::vector<const char *> arguments(argv, argv + argc);
  if (llvm::Error error = takeMlirFlags(arguments))
    return reportUsage(llvm::toString(std::move(error)));
  CommandLine line;
  try {
    line.app.parse(arguments.size(), arguments.data());
  } catch (const CLI::ParseError &error) {
    if (error.get_exit_code() == 0)
      return printHelp(line.app, error);
    if (argc < 2) {
      std::fputs(line.app.help().c_str(), stderr);
      return 2;
    }
    return reportUsage(
        llmrt::explainUsage(line.app, error, makeUsageContext("llmc")));
  }
  return runAction(line);
}

//===----------------------------------------------------------------------===//
// Manual pages and completions
//===----------------------------------------------------------------------===//

static llvm::Error writeDoc(const std::string &path, const std::string &text) {
  std::error_code code =
      llvm::sys::fs::create_directories(llvm::sys::path::parent_path(path));
  if (code)
    return llvm::createStringError(code, path + ": " + code.message());
  llvm::raw_fd_ostream stream(path, code);
  if (!code) {
    stream << text;
    stream.flush();
    code = stream.error();
    stream.clear_error();
  }
  return code ? llvm::createStringError(code, path + ": " + code.message())
              : llvm::Error::success();
}

int llmc::writeCommandDocs(const std::string &folder) {
  CommandLine line;
  const std::string program = "llmc", source = program + " " LLMC_VERSION;
  std::vector<std::pair<std::string, std::string>> files = {
      {"man/man1/llmc.1", llmrt::manPage(line.app, line.app, program, source)},
      {"bash-completion/completions/llmc",
       llmrt::bashCompletion(line.app, program)},
      {"zsh/site-functions/_llmc", llmrt::zshCompletion(line.app, program)},
      {"fish/vendor_completions.d/llmc.fish",
       llmrt::fishCompletion(line.app, program)}};
  for (const CLI::App *command : line.app.get_subcommands({}))
    files.push_back({"man/man1/llmc-" + command->get_name() + ".1",
                     llmrt::manPage(line.app, *command, program, source)});
  for (const auto &[name, text] : files)
    if (llvm::Error error = writeDoc(folder + "/" + name, text))
      return report(std::move(error));
  return 0;
}
