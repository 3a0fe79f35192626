//===- Sampler.cpp - logits to the next token -----------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Filters narrow one array in place. Every order that the result depends on is
// total (ties by id), so no choice of the standard library shows.
//===----------------------------------------------------------------------===//
#include "llmrt/Sampler.h"

#include "Exponential.h"

#include <algorithm>
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

Status notANumber(size_t id) {
  return Status::error("logit of token " + std::to_string(id) +
                       " is NaN: the model's output cannot be sampled");
}

Status noMaximum(float largest) {
  return Status::error(std::string("the largest logit is ") +
                       (largest > 0 ? "+" : "-") +
                       "infinity: the model's output cannot be sampled");
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

Sampler::Sampler(int32_t vocabSize, const SamplerOptions &options)
    : vocabSize(vocabSize), settings(options) {
  if (settings.temperature > 0)
    candidates.resize(vocabSize);
  if (settings.repetitionPenalty != 1.0f) {
    seenCount.resize(vocabSize);
    window.resize(settings.repetitionWindow);
  }
}

Expected<int32_t> Sampler::sample(std::span<const float> logits) {
  if (logits.size() != size_t(vocabSize))
    return Status::error("sampler wants " + std::to_string(vocabSize) +
                         " logits, found " + std::to_string(logits.size()));
  if (settings.temperature == 0)
    return sampleGreedy(logits);
  if (Status status = fillCandidates(logits); status.failed())
    return status;
  size_t count = keepTopK(candidates.size());
  for (size_t i = 0; i < count; ++i)
    candidates[i].value = float(sample::exponential(candidates[i].value));
  count = keepTopP(count);
  count = keepMinP(count);
  return draw(count);
}

float Sampler::penalized(float logit, int32_t id) const {
  if (seenCount.empty() || seenCount[id] == 0)
    return logit;
  return logit < 0 ? logit * settings.repetitionPenalty
                   : logit / settings.repetitionPenalty;
}

Expected<int32_t> Sampler::sampleGreedy(std::span<const float> logits) const {
  float largest = -INFINITY;
  int32_t best = 0;
  for (int32_t id = 0; id < vocabSize; ++id) {
    float logit = logits[id];
    if (std::isnan(logit))
      return notANumber(id);
    logit = penalized(logit, id);
    if (logit > largest) {
      largest = logit;
      best = id;
    }
  }
  if (std::isinf(largest))
    return noMaximum(largest);
  return best;
}

/// Candidates in the order of ids, values (logit - max) / temperature.
Status Sampler::fillCandidates(std::span<const float> logits) {
  float largest = -INFINITY;
  for (int32_t id = 0; id < vocabSize; ++id) {
    if (std::isnan(logits[id]))
      return notANumber(id);
    float logit = penalized(logits[id], id);
    candidates[id] = {logit, id};
    largest = std::max(largest, logit);
  }
  if (std::isinf(largest))
    return noMaximum(largest);
  for (Candidate &candidate : candidates)
    candidate.value = (candidate.value - largest) / settings.temperature;
  return Status::ok();
}

/// Keeps what is not below the k-th largest value (ties stay, as in
/// transformers), in the order of ids: a selection, not a sort, of V.
size_t Sampler::keepTopK(size_t count) {
  size_t k = size_t(settings.topK);
  if (k == 0 || k >= count)
    return count;
  auto begin = candidates.begin(), end = begin + count;
  std::nth_element(
      begin, begin + (k - 1), end,
      [](const Candidate &a, const Candidate &b) { return a.value > b.value; });
  float smallest = candidates[k - 1].value;
  auto kept = std::partition(begin + k, end, [&](const Candidate &candidate) {
    return candidate.value >= smallest;
  });
  std::sort(begin, kept,
            [](const Candidate &a, const Candidate &b) { return a.id < b.id; });
  return size_t(kept - begin);
}

/// Keeps candidates, largest first, until their mass reaches p. A heap yields
/// them in order and stops there; the rest of V is never sorted.
size_t Sampler::keepTopP(size_t count) {
  if (settings.topP >= 1.0f)
    return count;
  auto smaller = [](const Candidate &a, const Candidate &b) {
    return a.value != b.value ? a.value < b.value : a.id > b.id;
  };
  auto begin = candidates.begin(), end = begin + count;
  double total = 0.0;
  for (auto candidate = begin; candidate != end; ++candidate)
    total += candidate->value;

  std::make_heap(begin, end, smaller);
  double mass = 0.0;
  size_t kept = 0;
  while (kept < count && (kept == 0 || mass < double(settings.topP) * total)) {
    std::pop_heap(begin, end - kept, smaller);
    ++kept;
    mass += (end - kept)->value;
  }
  std::reverse(begin, end);
  return kept;
}

/// The largest weight is exp(0) = 1 and survives every filter, so min-p
/// compares with minP itself. Keeps the order.
size_t Sampler::keepMinP(size_t count) {
  if (settings.minP <= 0.0f)
    return count;
  size_t kept = 0;
  for (size_t i = 0; i < count; ++i)
    if (candidates[i].value >= settings.minP)
      candidates[kept++] = candidates[i];
  return kept;
}

/// Inverts the cumulative distribution at one uniform number.
int32_t Sampler::draw(size_t count) {
  double total = 0.0;
  for (size_t i = 0; i < count; ++i)
    total += candidates[i].value;
  double target = uniform(settings.seed, drawIndex++) * total;
  double mass = 0.0;
  int32_t last = candidates[0].id;
  for (size_t i = 0; i < count; ++i) {
    if (candidates[i].value <= 0)
      continue;
    last = candidates[i].id;
    mass += candidates[i].value;
    if (mass > target)
      break;
  }
  return last;
}

void Sampler::accept(int32_t token) {
  if (seenCount.empty() || token < 0 || token >= vocabSize)
    return;
  ++seenCount[token];
  if (window.empty())
    return;
  if (windowUsed == window.size())
    --seenCount[window[windowNext]];
  else
    ++windowUsed;
  window[windowNext] = token;
  windowNext = (windowNext + 1) % window.size();
}

void Sampler::reset(uint64_t seed) {
  settings.seed = seed;
  drawIndex = windowNext = windowUsed = 0;
  std::fill(seenCount.begin(), seenCount.end(), 0);
}
