//===- CApiGenerate.cpp - generation from C -------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Twice the same: pushed, to a function of the caller's, and pulled, a token a call,
// for languages whose exceptions and interrupts must not cross a callback.
//===----------------------------------------------------------------------===//
#include "CApi.h"

using namespace llmrt;
using namespace llmrt::capi;

struct LlmrtGeneration {
  explicit LlmrtGeneration(LlmrtSession &session)
      : scheduler(*session.engine),
        text(session.program->tokenizer(), /*continues=*/true) {}

  FirstComeFirstServed scheduler;
  TextStream text;
  std::string piece; // the caller reads it until the next
  bool ended = false;
};

/// Fails where `maxTokens` is no count.
static LlmrtStatus checkMaxTokens(int64_t maxTokens) {
  if (maxTokens >= -1)
    return LLMRT_OK;
  return failure(LLMRT_INVALID_ARGUMENT, "asked for " +
                                             std::to_string(maxTokens) +
                                             " tokens: it is at least -1");
}

static GenerationRequest requestOf(const LlmrtSession &session,
                                   std::span<const int32_t> prompt,
                                   int64_t maxTokens,
                                   const LlmrtSamplerOptions *options) {
  GenerationRequest request = {
      {prompt.begin(), prompt.end()}, maxTokens, samplerOptions(options)};
  request.endIds = session.program->endIds();
  return request;
}

/// Tokens and their text to the caller's function.
static Status generateFor(LlmrtSession &session, GenerationRequest request,
                          LlmrtOnToken onToken, void *user) {
  TextStream text(session.program->tokenizer(), /*continues=*/true);
  bool stopped = false;
  FirstComeFirstServed scheduler(*session.engine);
  Status status =
      generate(scheduler, {std::move(request)}, [&](size_t, int32_t token) {
        const std::string piece = text.push(token);
        stopped = onToken(user, token, piece.data(), piece.size()) == 0;
        return !stopped;
      });
  if (!status || stopped)
    return status;
  const std::string rest = text.finish();
  if (!rest.empty())
    onToken(user, -1, rest.data(), rest.size());
  return status;
}

LlmrtStatus llmrt_generate(LlmrtSession *session, const int32_t *prompt,
                           size_t promptTokens, int64_t maxTokens,
                           const LlmrtSamplerOptions *options,
                           LlmrtOnToken onToken, void *user) {
  return guardedWith(
      __func__,
      {session, reinterpret_cast<const void *>(onToken),
       buffer(prompt, promptTokens)},
      [&]() -> LlmrtStatus {
        if (LlmrtStatus status = checkMaxTokens(maxTokens))
          return status;
        return statusOf(generateFor(
            *session,
            requestOf(*session, {prompt, promptTokens}, maxTokens, options),
            onToken, user));
      });
}

LlmrtStatus llmrt_generation_begin(LlmrtSession *session, const int32_t *prompt,
                                   size_t promptTokens, int64_t maxTokens,
                                   const LlmrtSamplerOptions *options,
                                   LlmrtGeneration **generation) {
  return guardedWith(
      __func__, {session, generation, buffer(prompt, promptTokens)},
      [&]() -> LlmrtStatus {
        if (LlmrtStatus status = checkMaxTokens(maxTokens))
          return status;
        auto begun = std::make_unique<LlmrtGeneration>(*session);
        auto request = begun->scheduler.submit(
            requestOf(*session, {prompt, promptTokens}, maxTokens, options));
        if (request)
          *generation = begun.release();
        return statusOf(request.status());
      });
}

/// Runs steps until one brings a token, or the end; its text is in `piece`.
static Expected<int32_t> nextToken(LlmrtGeneration &generation) {
  generation.piece.clear();
  std::vector<GenerationEvent> events;
  while (!generation.ended) {
    auto more = generation.scheduler.poll(events);
    if (!more)
      return more.status();
    if (!events.empty() && events.front().token != GenerationEvent::noToken) {
      generation.piece = generation.text.push(events.front().token);
      return events.front().token;
    }
    if (!*more || !events.empty()) {
      generation.piece = generation.text.finish();
      generation.ended = true;
    }
  }
  return GenerationEvent::noToken;
}

LlmrtStatus llmrt_generation_next(LlmrtGeneration *generation,
                                  LlmrtPiece *piece) {
  return guardedWith(__func__, {generation, piece}, [&]() -> LlmrtStatus {
    auto token = nextToken(*generation);
    if (!token)
      return statusOf(token.status());
    *piece = {*token, generation->ended, generation->piece.data(),
              generation->piece.size()};
    return LLMRT_OK;
  });
}

void llmrt_generation_end(LlmrtGeneration *generation) { delete generation; }
