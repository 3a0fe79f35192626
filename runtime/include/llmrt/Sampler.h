//===- Sampler.h - logits to the next token -------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// In the order of Hugging Face transformers: repetition penalty, temperature,
// top-k, top-p, min-p, then one draw. Every filter sees the distribution that
// the previous one left, renormalised. The same seed gives the same tokens on
// every platform: own generator, own exponential, sums in a fixed order.
//===----------------------------------------------------------------------===//
#ifndef LLMRT_SAMPLER_H
#define LLMRT_SAMPLER_H

#include "llmrt/Status.h"

#include <cstdint>
#include <span>
#include <vector>

namespace llmrt {

struct SamplerOptions {
  float temperature = 0.0f; // 0: the largest logit, ties to the lowest id
  int32_t topK = 0;         // keeps the k largest and their ties; 0: all
  float topP = 1.0f;        // keeps the smallest set of mass >= p; 1: all
  float minP = 0.0f;        // keeps p >= minP * max(p); 0: all
  /// Divides positive and multiplies negative logits of tokens seen; 1: off.
  float repetitionPenalty = 1.0f;
  int32_t repetitionWindow = 0; // the last n tokens; 0: all tokens
  uint64_t seed = 0;
};

class Sampler {
public:
  /// What `create` says of options out of range.
  static Status check(int32_t vocabSize, const SamplerOptions &options);
  /// Fails on options out of range. All memory is taken here: 8 bytes per
  /// vocabulary entry if temperature > 0, 4 more with a repetition penalty.
  static Expected<Sampler> create(int32_t vocabSize,
                                  const SamplerOptions &options);

  /// The next token. `logits` holds vocabSize values [V]; fails on NaN, on
  /// +infinity and where all are -infinity. Does not call `accept`.
  Expected<int32_t> sample(std::span<const float> logits);

  /// Tells the repetition penalty of a token, of the prompt or sampled. An id
  /// outside the vocabulary is ignored.
  void accept(int32_t token);

  /// As if newly created, with another seed.
  void reset(uint64_t seed);

  const SamplerOptions &options() const { return settings; }

private:
  struct Candidate {
    float value; // (logit - max) / temperature, then its exponential
    int32_t id;
  };

  Sampler(int32_t vocabSize, const SamplerOptions &options);
  float penalized(float logit, int32_t id) const;
  Expected<int32_t> sampleGreedy(std::span<const float> logits) const;
  Status fillCandidates(std::span<const float> logits);
  size_t keepTopK(size_t count);
  size_t keepTopP(size_t count);
  size_t keepMinP(size_t count);
  int32_t draw(size_t count);

  int32_t vocabSize;
  SamplerOptions settings;
  std::vector<Candidate> candidates; // [V] if temperature > 0
  std::vector<uint32_t> seenCount;   // [V], of tokens in the window
  std::vector<int32_t> window;       // ring of the last tokens
  size_t windowNext = 0;
  size_t windowUsed = 0;
  uint64_t drawIndex = 0;
};

} // namespace llmrt

#endif // LLMRT_SAMPLER_H
