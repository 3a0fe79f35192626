//===- MeasuringCommands.cpp - eval and bench by command line -------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// With exceptions, as CommandLine.cpp.
//===----------------------------------------------------------------------===//
#include "CommandLine.h"
#include "CommandOptions.h"

using namespace llmc;

void CommandLine::addSweep(CLI::App *command, CLI::Option *base) {
  CLI::Option *sweeps =
      command
          ->add_option("--sweep", variants,
                       "A further build, compared with the one of the other "
                       "options: a SPEC of --quantize, or options with blanks "
                       "between; give it once per build")
          ->type_name("BUILD")
          ->allow_extra_args(false)
          ->excludes(base);
  command
      ->add_option("--results", eval.results,
                   "A file that keeps the rows of sweeps: what it has is not "
                   "measured again")
      ->type_name("FILE")
      ->needs(sweeps);
  command
      ->add_option("--svg", eval.svg,
                   "Draw sizes against divergences into this file")
      ->type_name("FILE")
      ->needs(sweeps);
  command
      ->add_flag("--speed", eval.speed,
                 "Measure the tokens per second of each build, too")
      ->needs(sweeps);
  command->footer("llmc eval model.gguf --text my.txt --sweep=w8 "
                  "--sweep='--quantize=w4 --sparsify=2:4-wanda'");
}

void CommandLine::addEval() {
  CLI::App *command = app.add_subcommand(
      "eval", "Measure how well a build, or several, predict a text");
  takesModel(command, eval.model);
  addCompileOptions(command, eval.options);
  command->add_option("--text", eval.text, "A text file")
      ->required()
      ->type_name("FILE");
  llmrt::takesWhole(
      command->add_option("--context,-c", eval.context,
                          "Tokens of one window; the second half is scored "
                          "(default: 512)"),
      4, INT32_MAX);
  llmrt::takesWhole(
      command->add_option("--windows", eval.windows,
                          "The first so many windows (default: all)"),
      1, INT32_MAX);
  takesThreads(command, "--threads", eval.threads);
  takesDevice(command, eval.device);
  CLI::Option *base = command
                          ->add_option("--kl-base", eval.klBase,
                                       "Write what the build predicts to FILE")
                          ->type_name("FILE");
  command
      ->add_option("--kl", eval.kl,
                   "Compare with what --kl-base wrote of another build")
      ->type_name("FILE")
      ->excludes(base);
  command->add_flag("--json", eval.json, "As JSON");
  CLI::Option *layers = command->add_flag(
      "--layers", showLayers,
      "How far what each layer hands on is from that of the model in floats, "
      "instead of what is predicted");
  command->add_flag("-q,--quiet", eval.quiet, "No progress and no summary");
  addSweep(command, base);
  for (const char *other : {"--kl-base", "--kl", "--sweep", "--device"})
    layers->excludes(command->get_option(other));
  command->callback([this] {
    run.model = eval.model;
    run.options = eval.options;
    run.quiet = eval.quiet;
    if (variants.empty())
      run.arguments = getEvalArguments(eval);
    action = [this] {
      if (showLayers)
        return report(runLayerErrors(eval));
      return variants.empty() ? report(makeProgram(run)) : sweep();
    };
  });
}

void CommandLine::addLimits(CLI::App *command) {
  CLI::Option *roofline =
      command
          ->add_option(
              "--roofline", bench.roofline,
              "Measure the machine, too, compare each kernel with what "
              "it can, and draw that into this file")
          ->type_name("FILE")
          ->excludes(command->get_option("--device"));
  CLI::Option *limits = command->add_flag(
      "--limits", showLimits,
      "Measure the machine alone: reading memory, and products");
  llmrt::takesWhole(
      command
          ->add_option("--bytes", bench.bytes,
                       "Bytes that --limits reads (default: 256 MiB)")
          ->needs(limits),
      int64_t(1) << 20, int64_t(1) << 40);
  limits->excludes(roofline);
}

void CommandLine::addBench() {
  CLI::App *command = app.add_subcommand(
      "bench", "Measure how fast a build is, and the machine");
  takesModel(command, bench.model)->required(false); // --limits has none
  addCompileOptions(command, bench.options);
  auto takes = [&](const char *flags, int64_t &value, int64_t least,
                   const char *what) {
    llmrt::takesWhole(
        command->add_option(flags, value, what)->capture_default_str(), least,
        INT32_MAX);
  };
  takes("-p,--prompt", bench.prompt, 0, "Tokens of the prompt");
  takes("-n,--tokens", bench.tokens, 0, "Tokens to generate");
  takes("-d,--depth", bench.depth, 0, "Tokens in the cache before each test");
  takes("-b,--batch", bench.batch, 1, "Sequences at once");
  takes("-r,--repetitions", bench.repetitions, 1,
        "Of which the median is shown");
  takesThreads(command, "-t,--threads", bench.threads);
  takesDevice(command, bench.device);
  command->add_flag(
      "--profile", bench.profile,
      "Once more, with the time, bytes and operations of each kernel");
  addLimits(command);
  command->add_flag("--json", bench.json, "As JSON");
  command->add_flag("-q,--quiet", bench.quiet, "No progress and no summary");
  command->callback([this] {
    run.model = bench.model;
    run.options = bench.options;
    run.quiet = bench.quiet;
    const bool becomes = !showLimits && bench.roofline.empty();
    if (becomes)
      run.arguments = getBenchArguments(bench);
    action = [this, becomes] {
      if (bench.model.empty() != showLimits)
        return reportUsage(
            showLimits
                ? "bench: --limits measures the machine: MODEL does not "
                  "go with it, leave one out"
                : "bench: MODEL is missing: An ONNX file, a GGUF file or "
                  "a Hugging Face folder; or --limits for the machine "
                  "alone");
      if (showLimits)
        return report(runLimits(bench));
      return report(becomes ? makeProgram(run) : runRoofline(bench));
    };
  });
}

/// Of what one --sweep says: a SPEC alone, or options. Nothing and a complaint if it is
/// neither.
static std::optional<SweptBuild> parseBuild(const std::string &text,
                                            const CompileOptions &common) {
  SweptBuild build{text, common};
  CLI::App app("A build of a sweep", "--sweep");
  addCompileOptions(&app, build.options);
  try {
    if (llvm::StringRef(text).ltrim().starts_with("-"))
      app.parse(text);
    else
      app.parse(std::vector<std::string>{"--quantize=" + text});
  } catch (const CLI::ParseError &error) {
    reportUsage("eval: --sweep='" + text + "': " +
                llmrt::explainUsage(app, error, makeUsageContext("llmc eval")));
    return std::nullopt;
  }
  return build;
}

int CommandLine::sweep() {
  for (const std::string &text : variants) {
    auto build = parseBuild(text, eval.options);
    if (!build)
      return 2;
    eval.sweep.push_back(std::move(*build));
  }
  return report(runSweep(eval));
}
