//===- Sampler.cpp - what the step is told to choose a token --------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "llmrt/Sampler.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <string>

using namespace llmrt;

namespace {

/// SplitMix64 as a counter-based generator: draw i needs no draw before it.
uint64_t randomBits(uint64_t seed, uint64_t index) {
  auto mix = [](uint64_t z) {
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
    return z ^ (z >> 31);
  };
  constexpr uint64_t golden = 0x9E3779B97F4A7C15ull;
  return mix(mix(seed + golden) + (index + 1) * golden);
}

/// Uniform in [0, 1), 53 bits.
double uniform(uint64_t seed, uint64_t index) {
  return double(randomBits(seed, index) >> 11) * 0x1p-53;
}

Status require(bool holds, const char *rule, double found) {
  if (holds)
    return Status::ok();
  return Status::error(std::string(rule) + ", found " + std::to_string(found));
}

bool hasPenalty(const SamplerOptions &options) {
  return options.repetitionPenalty != 1.0f;
}

/// Tokens that a penalty may fall on at once.
int64_t recentCapacity(const SamplerOptions &options, int64_t vocabSize) {
  if (!hasPenalty(options))
    return 0;
  return options.repetitionWindow ? options.repetitionWindow : vocabSize;
}

} // namespace

Status Sampler::check(int32_t vocabSize, const SamplerOptions &options) {
  const SamplerOptions &o = options;
  for (Status status : {
           require(vocabSize > 0, "sampler wants a vocabulary", vocabSize),
           require(o.temperature >= 0 && std::isfinite(o.temperature),
                   "temperature wants a finite number >= 0", o.temperature),
           require(o.topK >= 0, "top-k wants a count >= 0", o.topK),
           require(o.topP > 0 && o.topP <= 1, "top-p wants a number in (0, 1]",
                   o.topP),
           require(o.minP >= 0 && o.minP <= 1, "min-p wants a number in [0, 1]",
                   o.minP),
           require(o.repetitionPenalty > 0 &&
                       std::isfinite(o.repetitionPenalty),
                   "repetition penalty wants a finite number > 0",
                   o.repetitionPenalty),
           require(o.repetitionWindow >= 0 && o.repetitionWindow <= 1 << 24,
                   "repetition window wants 0 to 16777216 tokens",
                   o.repetitionWindow),
       })
    if (status.failed())
      return status;
  return Status::ok();
}

Expected<Sampler> Sampler::create(int32_t vocabSize,
                                  const SamplerOptions &options) {
  if (Status status = check(vocabSize, options); status.failed())
    return status;
  return Sampler(vocabSize, options);
}

int64_t llmrt::samplerBytes(const SamplerOptions &options, int64_t vocabSize) {
  const int64_t capacity = recentCapacity(options, vocabSize);
  const bool marks = capacity > 0 && options.repetitionWindow == 0;
  return 4 * capacity + (marks ? vocabSize : 0);
}

Sampler::Sampler(int32_t vocabSize, const SamplerOptions &options)
    : vocabSize(vocabSize), settings(options),
      recent(recentCapacity(options, vocabSize)) {
  if (hasPenalty(options) && options.repetitionWindow == 0)
    seen.resize(vocabSize);
}

LlmrtSampling Sampler::next() {
  return {settings.temperature,
          settings.topK,
          settings.topP,
          settings.minP,
          settings.repetitionPenalty,
          static_cast<int32_t>(recentUsed),
          recent.data(),
          uniform(settings.seed, drawIndex++)};
}

void Sampler::accept(int32_t token) {
  if (recent.empty() || token < 0 || token >= vocabSize)
    return;
  if (!seen.empty()) {
    if (seen[token])
      return;
    seen[token] = 1;
  }
  assert((seen.empty() || recentUsed < recent.size()) &&
         "more distinct tokens than the vocabulary has");
  recent[ringNext] = token;
  ringNext = (ringNext + 1) % recent.size();
  recentUsed = std::min(recentUsed + 1, recent.size());
}

void Sampler::reset(uint64_t seed) {
  settings.seed = seed;
  drawIndex = ringNext = recentUsed = 0;
  std::fill(seen.begin(), seen.end(), 0);
}
