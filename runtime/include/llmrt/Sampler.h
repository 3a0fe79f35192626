//===- Sampler.h - what the step is told to choose a token ----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The choice itself is compiled with the model (llm.sample): this holds its
// parameters, the tokens that a penalty falls on, and the random numbers. The
// same seed gives the same tokens on every platform.
//===----------------------------------------------------------------------===//
#ifndef LLMRT_SAMPLER_H
#define LLMRT_SAMPLER_H

#include "llmrt/Status.h"
#include "llmrt/abi.h"

#include <cstdint>
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
  /// Fails on options out of range. All memory is taken here: samplerBytes.
  static Expected<Sampler> create(int32_t vocabSize,
                                  const SamplerOptions &options);

  /// For the next token. Points into the sampler: good until it is told of a
  /// token, reset or moved.
  LlmrtSampling next();

  /// Tells the repetition penalty of a token, of the prompt or sampled. An id
  /// outside the vocabulary is ignored.
  void accept(int32_t token);

  /// As if newly created, with another seed.
  void reset(uint64_t seed);

  const SamplerOptions &options() const { return settings; }

private:
  Sampler(int32_t vocabSize, const SamplerOptions &options);

  int32_t vocabSize;
  SamplerOptions settings;
  std::vector<int32_t> recent; // a ring of the window, or the distinct tokens
  std::vector<uint8_t> seen;   // [V], without a window: is in `recent`
  size_t recentUsed = 0;
  size_t ringNext = 0;
  uint64_t drawIndex = 0;
};

/// Bytes that a sampler of these options takes: none without a penalty.
int64_t samplerBytes(const SamplerOptions &options, int64_t vocabSize);

} // namespace llmrt

#endif // LLMRT_SAMPLER_H
