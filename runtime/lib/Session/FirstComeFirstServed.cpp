//===- FirstComeFirstServed.cpp - whose rows are in the next step ---------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "llmrt/Scheduler.h"

#include <algorithm>

using namespace llmrt;

static Status checkRequest(const Engine &engine,
                           const GenerationRequest &request) {
  const auto tokens = static_cast<int64_t>(request.prompt.size());
  if (tokens == 0)
    return Status::error(request.name +
                         " is empty: it needs at least one token");
  if (tokens > engine.options().context)
    return Status::error(request.name + " has " + std::to_string(tokens) +
                         " tokens: the context holds " +
                         std::to_string(engine.options().context) +
                         "; shorten the prompt, or allow a larger context");
  if (Status status = engine.checkTokens(request.prompt); !status)
    return status;
  return Sampler::check(static_cast<int32_t>(engine.model().vocabulary),
                        request.sampler);
}

Expected<RequestId> FirstComeFirstServed::submit(GenerationRequest request) {
  if (Status status = checkRequest(engine, request); !status)
    return status;
  if (nextId == 0)
    start = steadySeconds();
  waiting.push_back({nextId, std::move(request)});
  return nextId++;
}

Expected<bool>
FirstComeFirstServed::poll(std::vector<GenerationEvent> &events) {
  // Whatever goes wrong, an exception included, leaves no request behind.
  struct EndAll {
    FirstComeFirstServed *scheduler;
    ~EndAll() {
      if (!scheduler)
        return;
      scheduler->waiting.clear();
      scheduler->active.clear();
    }
  } endAll = {this};
  events.clear();
  Status status = admit(events);
  const bool runs = status && !active.empty();
  if (runs) {
    fillStep();
    status = runStep();
    if (status)
      status = takeTokens(events);
  }
  if (!status)
    return status;
  endAll.scheduler = nullptr;
  return runs || !events.empty();
}

void FirstComeFirstServed::cancel(RequestId request) noexcept {
  std::erase_if(waiting, [&](const Waiting &one) { return one.id == request; });
  std::erase_if(active, [&](const Active &one) { return one.id == request; });
}

/// Whether the first that waits finds a sequence. While nobody is active it
/// tries in any case: the error says who holds them all.
bool FirstComeFirstServed::canAdmit() const {
  if (waiting.empty())
    return false;
  if (active.empty() || waiting.front().request.kept)
    return static_cast<int64_t>(active.size()) < engine.options().batch;
  for (int32_t sequence = 0; sequence < engine.options().batch; ++sequence)
    if (!engine.kvCache().isOpen(sequence))
      return true;
  return false;
}

Status FirstComeFirstServed::admit(std::vector<GenerationEvent> &events) {
  while (canAdmit()) {
    Waiting next = std::move(waiting.front());
    waiting.pop_front();
    if (next.request.maxTokens == 0)
      events.push_back({next.id, GenerationEvent::noToken, /*ended=*/true,
                        EndReason::MaxTokens});
    else if (Status status = activate(std::move(next)); !status)
      return status;
  }
  return Status::ok();
}

/// The tokens of the prompt that its sequence keeps.
Expected<size_t>
FirstComeFirstServed::findCommon(const GenerationRequest &request) {
  if (!request.kept)
    return 0;
  std::vector<int32_t> &cached = request.kept->tokens;
  auto differs = std::mismatch(request.prompt.begin(), request.prompt.end(),
                               cached.begin(), cached.end())
                     .first;
  // The last row's logits are needed.
  size_t common = std::min<size_t>(differs - request.prompt.begin(),
                                   request.prompt.size() - 1);
  const int32_t sequence = request.kept->sequence.number();
  // Where a window is gone, so is all that follows from it.
  if (!engine.canTruncate(sequence, static_cast<int64_t>(common)))
    common = 0;
  cached.resize(common);
  if (Status status = engine.truncate(sequence, static_cast<int64_t>(common));
      !status)
    return status;
  return common;
}

Status FirstComeFirstServed::activate(Waiting &&next) {
  GenerationRequest &request = next.request;
  auto sampler = Sampler::create(
      static_cast<int32_t>(engine.model().vocabulary), request.sampler);
  if (!sampler)
    return sampler.status();
  for (int32_t token : request.prompt)
    sampler->accept(token);
  std::optional<Sequence> own;
  if (!request.kept) {
    auto opened = Sequence::open(engine);
    if (!opened)
      return opened.status();
    own.emplace(std::move(*opened));
  }
  auto common = findCommon(request);
  if (!common)
    return common.status();
  const int32_t sequence =
      own ? own->number() : request.kept->sequence.number();
  // Moving the request keeps its tokens where they are.
  PromptReader prompt(sequence, std::span(request.prompt).subspan(*common));
  active.push_back({next.id, std::move(request), std::move(own),
                    std::move(*sampler), prompt});
  return Status::ok();
}

/// A row of every sequence that generates, then chunks of prompts.
void FirstComeFirstServed::fillStep() {
  step.clear();
  int64_t rows = 0;
  for (size_t i = 0; i < active.size(); ++i)
    if (active[i].prompt.done()) {
      step.push_back({i,
                      {active[i].sequence(),
                       {&active[i].next, 1},
                       LogitRows::Last,
                       LLMRT_PHASE_GENERATED}});
      ++rows;
    }
  for (size_t i = 0; i < active.size() && rows < engine.options().rowsPerStep;
       ++i)
    if (!active[i].prompt.done()) {
      step.push_back(
          {i, active[i].prompt.next(engine.options().rowsPerStep - rows)});
      rows += static_cast<int64_t>(step.back().part.tokens.size());
    }
}

Status FirstComeFirstServed::runStep() {
  parts.clear();
  samplers.clear();
  for (const auto &[index, part] : step) {
    parts.push_back(part);
    if (part.logits != LogitRows::None)
      samplers.push_back(&active[index].sampler);
  }
  const double begin = steadySeconds();
  if (Status status = engine.step(parts, samplers); !status)
    return status;
  const double seconds = steadySeconds() - begin;
  int64_t rows = 0, promptRows = 0;
  for (const auto &[index, part] : step) {
    Active &one = active[index];
    rows += static_cast<int64_t>(part.tokens.size());
    if (one.request.kept)
      one.request.kept->tokens.insert(one.request.kept->tokens.end(),
                                      part.tokens.begin(), part.tokens.end());
    if (one.prompt.done())
      continue;
    promptRows += static_cast<int64_t>(part.tokens.size());
    one.prompt.advance(part);
  }
  counts.promptTokens += promptRows;
  (promptRows > 0 ? counts.promptSeconds : counts.decodeSeconds) += seconds;
  if (promptRows == 0)
    counts.decodedTokens += rows;
  return Status::ok();
}

/// What `token` means for its request.
GenerationEvent FirstComeFirstServed::eventOf(Active &one, int32_t token) {
  const std::vector<int32_t> &endIds = one.request.endIds;
  if (std::find(endIds.begin(), endIds.end(), token) != endIds.end())
    return {one.id, GenerationEvent::noToken, /*ended=*/true,
            EndReason::EndToken};
  one.next = token;
  if (counts.generatedTokens++ == 0)
    counts.firstTokenSeconds = steadySeconds() - start;
  if (one.request.maxTokens > 0)
    --one.request.maxTokens;
  if (one.request.maxTokens == 0)
    return {one.id, token, /*ended=*/true, EndReason::MaxTokens};
  if (engine.length(one.sequence()) == engine.options().context)
    return {one.id, token, /*ended=*/true, EndReason::ContextFull};
  return {one.id, token, /*ended=*/false};
}

/// The token of every part with logits; closes the requests that end.
Status FirstComeFirstServed::takeTokens(std::vector<GenerationEvent> &events) {
  const size_t before = events.size();
  int64_t logitRow = 0;
  for (const auto &[index, part] : step) {
    if (part.logits == LogitRows::None)
      continue;
    auto token = engine.token(logitRow++);
    if (!token)
      return token.status();
    active[index].sampler.accept(*token);
    events.push_back(eventOf(active[index], *token));
  }
  auto byArrival = [](const GenerationEvent &a, const GenerationEvent &b) {
    return a.request < b.request;
  };
  std::sort(events.begin() + static_cast<std::ptrdiff_t>(before), events.end(),
            byArrival);
  for (const GenerationEvent &event : events)
    if (event.ended)
      cancel(event.request);
  return Status::ok();
}
