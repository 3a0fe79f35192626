//===- Generator.h - prompts to tokens, as one batch ----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Continuous batching: every step holds one row of each sequence that generates
// and fills up with chunks of prompts; a request that ends makes room for the
// next.
//===----------------------------------------------------------------------===//
#ifndef LLMRT_GENERATOR_H
#define LLMRT_GENERATOR_H

#include "llmrt/Engine.h"
#include "llmrt/Sampler.h"

#include <functional>
#include <span>
#include <vector>

namespace llmrt {

struct GenerationRequest {
  std::vector<int32_t> prompt; // token ids, at least one
  int64_t maxTokens = -1;      // -1: until the context is full
  SamplerOptions sampler;
};

/// Seconds of steady time and counts, for reports.
struct GenerationStats {
  int64_t promptTokens = 0;
  int64_t generatedTokens = 0;
  double firstTokenSeconds = 0; // from the start to the first token of any
  double promptSeconds = 0;     // steps with prompt rows
  double decodeSeconds = 0;     // steps without
  int64_t decodedTokens = 0;    // rows of the steps without prompt rows
};

class Generator {
public:
  /// Hears every token; false ends its request.
  using OnToken = std::function<bool(size_t request, int32_t token)>;

  /// `endIds` end a request and are not reported; empty: nothing does.
  Generator(Engine &engine, std::vector<int32_t> endIds)
      : engine(engine), endIds(std::move(endIds)) {}

  /// Runs all requests to their end; more of them than sequences wait their
  /// turn. Fails where a prompt is empty or longer than the context, before
  /// anything runs. All sequences it opened are closed when it returns.
  Status run(std::span<const GenerationRequest> requests,
             const OnToken &onToken);

  const GenerationStats &stats() const { return counts; }

private:
  struct Active {
    size_t request;
    int32_t sequence;
    Sampler sampler;
    size_t promptDone = 0; // tokens of the prompt in the cache
    int32_t next = -1;     // the token to append, once the prompt is in
    int64_t generated = 0;
  };

  Status admit(std::span<const GenerationRequest> requests,
               size_t &nextRequest);
  Status stepOnce(std::span<const GenerationRequest> requests);
  Status takeTokens(std::span<const GenerationRequest> requests,
                    const OnToken &onToken);
  Expected<bool> takeToken(Active &one, const GenerationRequest &request,
                           std::span<const float> logits,
                           const OnToken &onToken);
  void closeAll();

  Engine &engine;
  std::vector<int32_t> endIds;
  std::vector<Active> active;
  std::vector<StepPart> parts; // of the step, in the order of `stepped`
  std::vector<size_t> stepped; // indices into `active`
  GenerationStats counts;
};

} // namespace llmrt

#endif // LLMRT_GENERATOR_H
