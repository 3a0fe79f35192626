//===- Generate.cpp - generate for prompts and print ----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The engine is made for the prompts at hand: context and rows no larger than
// they need, so that the memory contract of a short run is small.
//===----------------------------------------------------------------------===//
#include "App.h"
#include "PromptProgress.h"
#include "Report.h"

#include <algorithm>
#include <memory>

using namespace llmrt;
using namespace llmrt::app;

namespace {

/// Text or ids of one prompt's answer, as they come.
class Answer {
public:
  Answer(const Application &program, const GenerateOptions &options,
         const GenerationPlan &plan)
      : watch(plan), printIds(options.printIds),
        text(program.tokenizer(), plan.continues, options.stops) {}

  /// What can be shown after this token; the id that completes a stop text is
  /// swallowed as the text is.
  std::string push(int32_t token) {
    std::string shown = text.push(token);
    if (!printIds || text.stopped())
      return printIds ? "" : shown;
    std::string id = any ? "," : "";
    any = true;
    return id + std::to_string(token);
  }
  std::string finish() { return (printIds ? "" : text.finish()) + "\n"; }
  bool stopped() const { return text.stopped(); }

  AnswerWatch watch;

private:
  bool printIds;
  TextStream text;
  bool any = false;
};

} // namespace

static EngineOptions engineOptions(const Application &program,
                                   std::span<const GenerationRequest> requests,
                                   const GenerateOptions &options) {
  EngineOptions engine;
  engine.threads = options.threads;
  engine.device = options.device;
  engine.batch = std::min<int64_t>(static_cast<int64_t>(requests.size()),
                                   program.model().maxBatch);
  engine.context = options.context;
  int64_t rows = 0, longest = 0;
  for (const GenerationRequest &request : requests) {
    const auto tokens = static_cast<int64_t>(request.prompt.size());
    rows += tokens;
    longest =
        std::max(longest, request.maxTokens < 0 ? program.model().maxContext
                                                : tokens + request.maxTokens);
  }
  if (engine.context == 0)
    engine.context =
        std::clamp<int64_t>(longest, 1, program.model().maxContext);
  engine.rowsPerStep =
      std::clamp<int64_t>(rows, 1, program.model().rowsPerStep);
  return engine;
}

/// All answers to the output: one as it is generated, several in order.
static Status printAnswers(Application &program, Scheduler &scheduler,
                           std::vector<GenerationRequest> requests,
                           std::vector<Answer> &answers) {
  const bool streams = requests.size() == 1;
  std::vector<std::string> texts(requests.size());
  Status written = Status::ok();
  int64_t promptTokens = 0;
  for (const GenerationRequest &request : requests)
    promptTokens += static_cast<int64_t>(request.prompt.size());
  PromptProgress progress(program.err, promptTokens);
  GenerationListener listener;
  listener.onStep = [&] {
    progress.update(scheduler.stats().promptTokens);
    return true;
  };
  listener.onToken = [&](size_t request, int32_t token) {
    std::string text = answers[request].push(token);
    if (streams)
      written = program.out.write(text);
    else
      texts[request] += text;
    return answers[request].watch.push(token) && !answers[request].stopped() &&
           written;
  };
  listener.onEnd = [&](size_t request, EndReason reason) {
    answers[request].watch.end(reason);
  };
  Status status = llmrt::generate(scheduler, std::move(requests), listener);
  progress.clear();
  if (!written)
    return written;
  if (streams && (status || scheduler.stats().generatedTokens > 0)) {
    Status ended = program.out.write(answers[0].finish());
    return status ? ended : status;
  }
  if (!status)
    return status;
  for (size_t i = 0; i < texts.size(); ++i) {
    std::string header = "==> " + std::to_string(i + 1) + " <==\n";
    if (Status wrote =
            program.out.write(header + texts[i] + answers[i].finish());
        !wrote)
      return wrote;
  }
  return Status::ok();
}

static void sayEndings(Application &program, const std::vector<Answer> &answers,
                       int64_t context) {
  for (size_t i = 0; i < answers.size(); ++i)
    if (std::string text = answers[i].watch.complaint(context); !text.empty())
      say(program.err, "%s%s",
          answers.size() > 1
              ? ("prompt " + std::to_string(i + 1) + ": ").c_str()
              : "",
          text.c_str());
}

Status app::generate(Application &program,
                     std::vector<std::vector<int32_t>> prompts,
                     const GenerateOptions &options,
                     const GenerationPlan &plan) {
  if (!options.printIds || !options.stops.empty())
    if (auto needed = program.needTokenizer(); !needed)
      return needed.status();
  std::vector<GenerationRequest> requests;
  std::vector<Answer> answers;
  for (size_t i = 0; i < prompts.size(); ++i) {
    GenerationRequest request = {std::move(prompts[i]), plan.maxTokens,
                                 plan.sampler};
    request.sampler.seed += i; // equal prompts differ
    if (!options.ignoreEos)
      request.endIds = program.endIds();
    if (prompts.size() > 1)
      request.name = "prompt " + std::to_string(i + 1);
    requests.push_back(std::move(request));
    answers.emplace_back(program, options, plan);
  }
  const EngineOptions wanted = engineOptions(program, requests, options);
  auto engine = program.createEngine(wanted, plan.sampler, wanted.batch);
  if (!engine)
    return engine.status();
  FirstComeFirstServed scheduler(**engine);
  Status status =
      printAnswers(program, scheduler, std::move(requests), answers);
  if (status)
    sayEndings(program, answers, (*engine)->options().context);
  if (status && options.stats)
    reportRun(program.err, **engine, scheduler.stats(), plan.sampler);
  return status;
}
