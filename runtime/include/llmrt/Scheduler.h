//===- Scheduler.h - whose rows are in the next step ----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Requests go in, tokens come out, a step at a time. The interface is what a
// server would call from its own loop; a caller that waits uses generate().
//===----------------------------------------------------------------------===//
#ifndef LLMRT_SCHEDULER_H
#define LLMRT_SCHEDULER_H

#include "llmrt/Prompt.h"
#include "llmrt/Sampler.h"
#include "llmrt/Sequence.h"

#include <deque>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace llmrt {

/// A sequence that outlives its requests, and the tokens in it: what a later
/// prompt begins with alike is not read again.
struct KeptSequence {
  Sequence sequence;
  std::vector<int32_t> tokens = {};
};

struct GenerationRequest {
  std::vector<int32_t> prompt; // token ids, at least one
  int64_t maxTokens = -1;      // -1: until the context is full
  SamplerOptions sampler = {};
  std::vector<int32_t> endIds = {}; // end the request and are not reported
  KeptSequence *kept = nullptr;     // null: a sequence of its own
  std::string name = "the prompt";  // in errors
};

/// Seconds of steady time and counts, for reports.
struct GenerationStats {
  int64_t promptTokens = 0;
  int64_t generatedTokens = 0;
  double firstTokenSeconds = 0; // from the first request to the first token
  double promptSeconds = 0;     // steps with prompt rows
  double decodeSeconds = 0;     // steps without
  int64_t decodedTokens = 0;    // rows of the steps without prompt rows
};

using RequestId = int64_t;

/// Why a request ended by itself.
enum class EndReason {
  None,        // it goes on
  EndToken,    // the model has ended it
  MaxTokens,   // as many as asked for
  ContextFull, // its sequence takes no more
};

/// What a step brought for one request.
struct GenerationEvent {
  static constexpr int32_t noToken = -1;

  RequestId request;
  int32_t token; // noToken: it ended without one more
  bool ended;    // nothing follows
  EndReason reason = EndReason::None;
};

class Scheduler {
public:
  virtual ~Scheduler() = default;

  /// Takes a request in. Fails, taking nothing, where the prompt is empty,
  /// longer than the context or not in the vocabulary, or the sampler's options
  /// are out of range.
  virtual Expected<RequestId> submit(GenerationRequest request) = 0;

  /// Runs at most one step and stores what it brought, in the order of the
  /// requests. False: there is nothing to run. A failure ends all requests.
  virtual Expected<bool> poll(std::vector<GenerationEvent> &events) = 0;

  /// Ends a request at once; nothing more is heard of it. One that has ended is
  /// ignored.
  virtual void cancel(RequestId request) noexcept = 0;

  virtual const GenerationStats &stats() const = 0;
};

/// Continuous batching without priorities: every step holds one row of each
/// sequence that generates and fills up with chunks of prompts in the order of
/// arrival; a request that ends makes room for the next.
class FirstComeFirstServed : public Scheduler {
public:
  /// The engine must outlive the scheduler, which closes what it opened.
  explicit FirstComeFirstServed(Engine &engine) : engine(engine) {}

  Expected<RequestId> submit(GenerationRequest request) override;
  Expected<bool> poll(std::vector<GenerationEvent> &events) override;
  void cancel(RequestId request) noexcept override;
  const GenerationStats &stats() const override { return counts; }

private:
  struct Waiting {
    RequestId id;
    GenerationRequest request;
  };
  struct Active {
    RequestId id;
    GenerationRequest request;
    std::optional<Sequence> own; // unless the request keeps one
    Sampler sampler;
    PromptReader prompt;
    int32_t next = GenerationEvent::noToken; // to append, after the prompt

    int32_t sequence() const {
      return own ? own->number() : request.kept->sequence.number();
    }
  };
  /// A row, or a chunk, of a step.
  struct Share {
    size_t active; // index
    StepPart part;
  };

  bool canAdmit() const;
  Status admit(std::vector<GenerationEvent> &events);
  Status activate(Waiting &&waiting);
  Expected<size_t> findCommon(const GenerationRequest &request);
  void fillStep();
  Status runStep();
  Status takeTokens(std::vector<GenerationEvent> &events);
  GenerationEvent eventOf(Active &one, int32_t token);

  Engine &engine;
  std::deque<Waiting> waiting;
  std::vector<Active> active; // in the order of arrival
  std::vector<Share> step;
  std::vector<StepPart> parts;
  std::vector<Sampler *> samplers; // of the parts with logits
  RequestId nextId = 0;
  double start = 0; // the first request came
  GenerationStats counts;
};

/// Hears every token of request `index`; false ends its request.
using OnToken = std::function<bool(size_t index, int32_t token)>;

/// What a caller that waits wants to hear.
struct GenerationListener {
  OnToken onToken;
  /// Request `index` has ended by itself.
  std::function<void(size_t index, EndReason reason)> onEnd = {};
  /// A step has run, maybe one that only read a prompt; heard before what it
  /// brought. False ends all requests.
  std::function<bool()> onStep = {};
};

/// Runs requests to their end. Fails before anything runs where one of them is
/// not taken. Whatever ends the run, a listener that throws included, ends all
/// of them.
Status generate(Scheduler &scheduler, std::vector<GenerationRequest> requests,
                const GenerationListener &listener);
inline Status generate(Scheduler &scheduler,
                       std::vector<GenerationRequest> requests,
                       OnToken onToken) {
  return generate(scheduler, std::move(requests),
                  GenerationListener{std::move(onToken)});
}

} // namespace llmrt

#endif // LLMRT_SCHEDULER_H
