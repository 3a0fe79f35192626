//===- GenerationPlan.cpp - how tokens are chosen, and until when ---------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "GenerationPlan.h"

#include "App.h"
#include "Description.h"

#include <sys/random.h>

using namespace llmrt;
using namespace llmrt::app;

/// For models whose files say nothing. utils/everyday-questions.py measures
/// them; greedy, a model of 135M parameters loops on two of nine questions.
static constexpr SamplerOptions ownDefaults = {.temperature = 0.7f,
                                               .topK = 40,
                                               .topP = 0.9f,
                                               .minP = 0.05f,
                                               .repetitionPenalty = 1.1f,
                                               .repetitionWindow = 64};

/// Small enough to be typed again.
static uint32_t drawSeed() {
  uint32_t seed = 0;
  if (getrandom(&seed, sizeof seed, 0) != sizeof seed)
    seed = static_cast<uint32_t>(steadySeconds() * 1e6);
  return seed;
}

SamplerOptions app::resolveSampling(const SamplerChoice &choice,
                                    const SamplerOptions &defaults) {
  SamplerOptions result =
      choice.temperature == 0.0f ? SamplerOptions() : defaults;
  result.temperature = choice.temperature.value_or(result.temperature);
  result.topK = choice.topK.value_or(result.topK);
  result.topP = choice.topP.value_or(result.topP);
  result.minP = choice.minP.value_or(result.minP);
  result.repetitionPenalty =
      choice.repetitionPenalty.value_or(result.repetitionPenalty);
  result.repetitionWindow =
      choice.repetitionWindow.value_or(result.repetitionWindow);
  if (choice.seed)
    result.seed = *choice.seed;
  else if (result.temperature != 0)
    result.seed = drawSeed();
  return result;
}

std::string app::describeSampling(const SamplerOptions &options) {
  std::string text;
  auto add = [&text](const char *format, double value) {
    char part[64];
    std::snprintf(part, sizeof part, format, value);
    text += (text.empty() ? "" : ", ") + std::string(part);
  };
  if (options.temperature == 0)
    text = "greedy";
  else
    add("temperature %.6g", options.temperature);
  if (options.temperature != 0 && options.topK != 0)
    add("top-k %.0f", options.topK);
  if (options.temperature != 0 && options.topP != 1)
    add("top-p %.6g", options.topP);
  if (options.temperature != 0 && options.minP != 0)
    add("min-p %.6g", options.minP);
  if (options.repetitionPenalty != 1) {
    add("repetition penalty %.6g", options.repetitionPenalty);
    text += options.repetitionWindow == 0
                ? " on all tokens"
                : " on " + std::to_string(options.repetitionWindow) + " tokens";
  }
  if (options.temperature != 0)
    text += ", seed " + std::to_string(options.seed);
  return text;
}

/// The model's own defaults over ours. Whoever set a temperature has thought
/// about the rest: what he leaves out is off.
static Expected<SamplerOptions> answerDefaults(const Application &program) {
  auto facts = modelInfo(program);
  if (!facts)
    return facts.status();
  const auto found = facts->find("sampling");
  if (found == facts->end() || !found->is_object())
    return ownDefaults;
  const Json &sampling = *found;
  SamplerOptions result =
      sampling.contains("temperature") ? SamplerOptions() : ownDefaults;
  auto read = [&sampling](const char *key, auto &value) {
    if (auto entry = sampling.find(key);
        entry != sampling.end() && entry->is_number())
      value = entry->get<std::decay_t<decltype(value)>>();
  };
  read("temperature", result.temperature);
  read("top_k", result.topK);
  read("top_p", result.topP);
  read("min_p", result.minP);
  read("repetition_penalty", result.repetitionPenalty);
  read("repetition_window", result.repetitionWindow);
  return result;
}

Expected<GenerationPlan> app::planAnswer(const Application &program,
                                         const GenerateOptions &options) {
  auto defaults = answerDefaults(program);
  if (!defaults)
    return defaults.status();
  return GenerationPlan{
      resolveSampling(options.sampling, *defaults),
      options.maxTokens.value_or(GenerationPlan::answerTokens),
      /*defaultLength=*/!options.maxTokens, !options.allowLoops};
}

GenerationPlan app::planCompletion(const GenerateOptions &options) {
  return {.sampler = resolveSampling(options.sampling, SamplerOptions()),
          .maxTokens =
              options.maxTokens.value_or(GenerationPlan::completionTokens),
          .continues = true};
}

std::string AnswerWatch::complaint(int64_t context) const {
  if (looped)
    return "stopped: the last " + std::to_string(loop.period()) +
           " tokens came " + std::to_string(loop.rounds()) +
           " times in a row; --allow-loops goes on";
  if (reason == EndReason::ContextFull)
    return "stopped: the context of " + std::to_string(context) +
           " tokens is full; -c N allows more, up to the --max-context that "
           "the model was compiled with";
  if (reason == EndReason::MaxTokens && plan.defaultLength)
    return "stopped after " + std::to_string(plan.maxTokens) +
           " tokens; -n N sets another length, -n -1 none";
  return {};
}
