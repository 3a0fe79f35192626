//===- Generator.cpp - prompts to tokens, as one batch --------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "llmrt/Generator.h"

#include <algorithm>

using namespace llmrt;

static Status checkPrompts(std::span<const GenerationRequest> requests,
                           int64_t context) {
  for (size_t i = 0; i < requests.size(); ++i) {
    std::string name =
        requests.size() == 1 ? "the prompt" : "prompt " + std::to_string(i + 1);
    const auto tokens = static_cast<int64_t>(requests[i].prompt.size());
    if (tokens == 0)
      return Status::error(name + " is empty: it needs at least one token");
    if (tokens > context)
      return Status::error(name + " has " + std::to_string(tokens) +
                           " tokens: the context holds " +
                           std::to_string(context));
  }
  return Status::ok();
}

Status Generator::run(std::span<const GenerationRequest> requests,
                      const OnToken &onToken) {
  if (Status status = checkPrompts(requests, engine.options().context); !status)
    return status;
  const double start = steadySeconds();
  counts = {};
  size_t nextRequest = 0;
  Status status = Status::ok();
  while (status && (nextRequest < requests.size() || !active.empty())) {
    status = admit(requests, nextRequest);
    if (status && !active.empty())
      status = stepOnce(requests);
    const bool first = counts.generatedTokens == 0;
    if (status)
      status = takeTokens(requests, onToken);
    if (first && counts.generatedTokens > 0)
      counts.firstTokenSeconds = steadySeconds() - start;
  }
  closeAll();
  return status;
}

/// Opens sequences for waiting requests while there are any of both.
Status Generator::admit(std::span<const GenerationRequest> requests,
                        size_t &nextRequest) {
  while (nextRequest < requests.size() &&
         static_cast<int64_t>(active.size()) < engine.options().batch) {
    const size_t index = nextRequest++;
    const GenerationRequest &request = requests[index];
    if (request.maxTokens == 0)
      continue;
    auto sampler = Sampler::create(
        static_cast<int32_t>(engine.model().vocabulary), request.sampler);
    if (!sampler)
      return sampler.status();
    auto sequence = engine.open();
    if (!sequence)
      return sequence.status();
    for (int32_t token : request.prompt)
      if (token >= 0 &&
          token < engine.model().vocabulary) // else `step` says so
        sampler->accept(token);
    active.push_back({index, *sequence, std::move(*sampler)});
  }
  return Status::ok();
}

/// One step: a row of every generating sequence, then chunks of prompts.
Status Generator::stepOnce(std::span<const GenerationRequest> requests) {
  parts.clear();
  stepped.clear();
  int64_t rows = 0, promptRows = 0;
  for (size_t i = 0; i < active.size(); ++i) {
    if (active[i].next < 0)
      continue;
    parts.push_back(
        {active[i].sequence, {&active[i].next, 1}, LogitRows::Last});
    stepped.push_back(i);
    ++rows;
  }
  for (size_t i = 0; i < active.size() && rows < engine.options().rowsPerStep;
       ++i) {
    Active &one = active[i];
    if (one.next >= 0)
      continue;
    auto rest = std::span(requests[one.request].prompt).subspan(one.promptDone);
    auto chunk = rest.first(
        std::min<size_t>(rest.size(), engine.options().rowsPerStep - rows));
    const bool last = chunk.size() == rest.size();
    parts.push_back(
        {one.sequence, chunk, last ? LogitRows::Last : LogitRows::None});
    stepped.push_back(i);
    one.promptDone += chunk.size();
    rows += static_cast<int64_t>(chunk.size());
    promptRows += static_cast<int64_t>(chunk.size());
  }
  const double start = steadySeconds();
  if (Status status = engine.step(parts); !status)
    return status;
  counts.promptTokens += promptRows;
  if (promptRows > 0) {
    counts.promptSeconds += steadySeconds() - start;
  } else {
    counts.decodeSeconds += steadySeconds() - start;
    counts.decodedTokens += rows;
  }
  return Status::ok();
}

/// Samples for every part with logits; closes the requests that end.
Status Generator::takeTokens(std::span<const GenerationRequest> requests,
                             const OnToken &onToken) {
  int64_t logitRow = 0;
  std::vector<size_t> ended;
  for (size_t i = 0; i < parts.size(); ++i) {
    if (parts[i].logits == LogitRows::None)
      continue;
    Active &one = active[stepped[i]];
    auto goesOn = takeToken(one, requests[one.request],
                            engine.logits(logitRow++), onToken);
    if (!goesOn)
      return goesOn.status();
    if (!*goesOn)
      ended.push_back(stepped[i]);
  }
  parts.clear();
  std::sort(ended.rbegin(), ended.rend()); // from the back: indices stay valid
  for (size_t index : ended) {
    if (Status status = engine.close(active[index].sequence); !status)
      return status;
    active.erase(active.begin() + static_cast<std::ptrdiff_t>(index));
  }
  return Status::ok();
}

/// The next token of one request; false where the request ends with it.
Expected<bool> Generator::takeToken(Active &one,
                                    const GenerationRequest &request,
                                    std::span<const float> logits,
                                    const OnToken &onToken) {
  auto token = one.sampler.sample(logits);
  if (!token)
    return token.status();
  if (std::find(endIds.begin(), endIds.end(), *token) != endIds.end())
    return false;
  one.sampler.accept(*token);
  one.next = *token;
  ++one.generated;
  ++counts.generatedTokens;
  if (!onToken(one.request, *token))
    return false;
  return one.generated != request.maxTokens &&
         engine.length(one.sequence) < engine.options().context;
}

void Generator::closeAll() {
  for (const Active &one : active)
    (void)engine.close(one.sequence).failed(); // open: it was active
  active.clear();
}
