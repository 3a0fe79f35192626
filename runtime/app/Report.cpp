//===- Report.cpp - what --stats and info say about a run -----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Report.h"
#include "GenerationPlan.h"
#include "Output.h"

#include "llmrt/Console.h"

#include <cinttypes>
#include <cstdio>

using namespace llmrt;
using namespace llmrt::app;

double app::perSecond(int64_t items, double seconds) {
  return seconds > 0 ? static_cast<double>(items) / seconds : 0;
}

std::string app::describeContract(const MemoryContract &contract) {
  return formatBytes(contract.total()) + " = weights " +
         formatBytes(contract.weights) + " + kv " + formatBytes(contract.kv) +
         " + arena " + formatBytes(contract.arena) + " + tables " +
         formatBytes(contract.tables) + " + logits " +
         formatBytes(contract.logits) + " + fixed " +
         formatBytes(contract.fixed) +
         (contract.device > 0 ? "; on the GPU " + formatBytes(contract.device)
                              : "");
}

void app::reportRun(int descriptor, const Engine &engine,
                    const GenerationStats &stats,
                    const SamplerOptions &sampler) {
  const EngineOptions &options = engine.options();
  const RunPlace &place = engine.place();
  const std::string workers = place.name.empty()
                                  ? std::to_string(options.threads) + " threads"
                                  : place.name;
  say(descriptor,
      "run: %s, %s, batch %" PRId64 ", context %" PRId64 ", %" PRId64
      " rows per step",
      place.variant->name, workers.c_str(), options.batch, options.context,
      options.rowsPerStep);
  say(descriptor, "prompt: %" PRId64 " tokens in %.3f s, %.1f tokens/s",
      stats.promptTokens, stats.promptSeconds,
      perSecond(stats.promptTokens, stats.promptSeconds));
  say(descriptor,
      "generated: %" PRId64
      " tokens, %.1f tokens/s with sampling, first after %.3f s",
      stats.generatedTokens,
      perSecond(stats.decodedTokens, stats.decodeSeconds),
      stats.firstTokenSeconds);
  say(descriptor, "sampling: %s", describeSampling(sampler).c_str());
  say(descriptor, "memory contract: %s",
      describeContract(engine.contract()).c_str());
  say(descriptor, "memory peak: %s", formatBytes(peakMemoryBytes()).c_str());
}
