//===- Engine.cpp - sequences in, logits out ------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "llmrt/Engine.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>

using namespace llmrt;

/// What the engine itself reads: the others are the caller's matter.
static Status checkResults(const LlmrtModel &model) {
  if (findResult(model, "logits") < 0)
    return Status::error("the model's code has no result \"logits\"");
  const LlmrtResult expected[] = {
      {"logits", model.vocabulary, LLMRT_ELEMENT_F32, LLMRT_ROWS_ASKED},
      {"tokens", 1, LLMRT_ELEMENT_I32, LLMRT_ROWS_ASKED}};
  for (const LlmrtResult &result : resultsOf(model))
    for (const LlmrtResult &known : expected)
      if (std::strcmp(result.name, known.name) == 0 &&
          (result.columns != known.columns ||
           result.elementType != known.elementType ||
           result.rows != known.rows))
        return Status::error("the model's code states another form of result " +
                             std::string(result.name));
  return Status::ok();
}

Status llmrt::checkCode(const LlmrtModel &model,
                        std::span<const uint8_t> weights) {
  if (model.abiVersion != LLMRT_ABI_VERSION)
    return Status::error("the model's code has layout version " +
                         std::to_string(model.abiVersion) +
                         ", this runtime reads " +
                         std::to_string(LLMRT_ABI_VERSION));
  if (static_cast<int64_t>(weights.size()) != model.weightBytes)
    return Status::error("the weight section has " +
                         std::to_string(weights.size()) +
                         " bytes, the model's code expects " +
                         std::to_string(model.weightBytes));
  return Status::ok();
}

static Status checkModel(const LlmrtModel &model,
                         std::span<const uint8_t> weights) {
  if (Status status = checkCode(model, weights); !status)
    return status;
  if (model.signature)
    return Status::error("this program is a function: it has no sequences; "
                         "'call' or llmrt_function_create runs it");
  std::vector<int64_t> atLeastOne = {model.vocabulary, model.arenaBytesPerRow,
                                     model.cacheCount, model.contextLength,
                                     model.maxContext, model.maxBatch,
                                     model.rowsPerStep};
  for (const LlmrtCacheShape &cache : cachesOf(model))
    atLeastOne.push_back(cache.window < 0 ? cache.window : cache.bytesPerPage);
  for (int64_t number : atLeastOne)
    if (number < 1)
      return Status::error("the model's code states a size of " +
                           std::to_string(number));
  return checkResults(model);
}

Expected<std::unique_ptr<Engine>> Engine::create(const LlmrtModel &model,
                                                 const ModelSections &sections,
                                                 const EngineOptions &options) {
  if (Status status = checkModel(model, sections.weights); !status)
    return status;
  auto place = choosePlace(model, options.device);
  if (!place)
    return place.status();
  auto engine = createAt(*place, model, sections, options);
  if (engine || place->device == Device::Cpu ||
      options.device != Device::Auto || !hasCodeFor(model, Device::Cpu))
    return engine;
  auto processor = choosePlace(model, Device::Cpu);
  if (!processor)
    return engine;
  processor->notice = engine.message();
  return createAt(*processor, model, sections, options);
}

Expected<std::unique_ptr<Engine>>
Engine::createAt(const RunPlace &place, const LlmrtModel &model,
                 const ModelSections &sections, EngineOptions options) {
  options.device = place.device;
  auto resolved = resolveOptions(model, options);
  if (!resolved)
    return resolved.status();
  auto pool = ThreadPool::create(resolved->threads);
  if (!pool)
    return pool.status();
  auto runner = createRunner(model, place, sections, *resolved, **pool);
  if (!runner)
    return runner.status();
  std::unique_ptr<Engine> engine(new Engine);
  engine->compiled = &model;
  engine->where = place;
  engine->limits = *resolved;
  engine->pool = std::move(*pool);
  engine->runner = std::move(*runner);
  engine->layOutTables();
  return engine;
}

/// Cuts the tables, widest elements first.
void Engine::layOutTables() {
  const std::span<uint8_t> all = runner->tables();
  const auto ofRows = static_cast<size_t>(rowTableBytes(limits));
  uint8_t *next = all.data();
  auto take = [&next]<typename Element>(std::span<Element> &span,
                                        int64_t count) {
    span = {reinterpret_cast<Element *>(next), static_cast<size_t>(count)};
    next += span.size_bytes();
  };
  take(sampling, limits.logitRows);
  take(ranges, limits.batch);
  for (auto *column : {&tokens, &positions, &slots, &sequences, &parents})
    take(*column, limits.rowsPerStep);
  take(logitRows, limits.logitRows);
  take(inStep, limits.batch);
  assert(next <= all.data() + ofRows && next + 64 > all.data() + ofRows &&
         "tables of another size than the contract says");
  std::fill(parents.begin(), parents.end(), -1);
  cache = KvCache(kvGeometry(*compiled, limits), all.subspan(ofRows), *runner);
  logitsIndex = findResult(*compiled, "logits");
  tokensIndex = findResult(*compiled, "tokens");

  LlmrtStep &step = request.step;
  step.tokens = tokens.data();
  step.positions = positions.data();
  step.slots = slots.data();
  step.sequences = sequences.data();
  step.parents = parents.data();
  step.logitRows = logitRows.data();
  step.ranges = ranges.data();
  for (const PagePool &pool : cache.pools())
    caches.push_back({/*kv=*/nullptr, pool.slotPositions(), pool.blockTable(),
                      pool.geometry().pages});
  growths.reserve(limits.batch);
  step.caches = caches.data();
  step.rowCapacity = limits.rowsPerStep;
  step.blocksPerSequence = cache.geometry().blocksPerSequence();
}

static Status closedSequence(int32_t sequence) {
  return Status::error("sequence " + std::to_string(sequence) + " is not open");
}

Expected<int32_t> Engine::fork(int32_t sequence) {
  if (!cache.isOpen(sequence))
    return closedSequence(sequence);
  return cache.fork(sequence);
}

Status Engine::close(int32_t sequence) {
  if (!cache.isOpen(sequence))
    return closedSequence(sequence);
  cache.close(sequence);
  return Status::ok();
}

Status Engine::truncate(int32_t sequence, int64_t length) {
  if (!cache.isOpen(sequence))
    return closedSequence(sequence);
  if (length < 0)
    return Status::error("asked to truncate a sequence to " +
                         std::to_string(length) + " tokens");
  if (!canTruncate(sequence, length))
    return Status::error(
        "sequence " + std::to_string(sequence) + " cannot go back to " +
        std::to_string(length) + " tokens: of layers with a window it keeps " +
        "what rows from " + std::to_string(cache.keptFrom(sequence)) +
        " on read; truncate it to 0 and append the tokens again");
  cache.truncate(sequence, length);
  return Status::ok();
}

bool Engine::canTruncate(int32_t sequence, int64_t length) const {
  return length == 0 || length >= cache.length(sequence) ||
         length >= cache.keptFrom(sequence);
}

/// The rows of a part whose logits are asked for.
static int64_t askedRows(const StepPart &part) {
  switch (part.logits) {
  case LogitRows::None:
    return 0;
  case LogitRows::Last:
    return 1;
  case LogitRows::All:
    return static_cast<int64_t>(part.tokens.size());
  }
  return 0;
}

Status Engine::checkParts(std::span<const StepPart> parts,
                          std::span<Sampler *const> samplers) {
  int64_t rows = 0, asked = 0;
  growths.clear();
  for (const StepPart &part : parts) {
    if (!cache.isOpen(part.sequence))
      return closedSequence(part.sequence);
    if (part.tokens.empty())
      return Status::error("a step has no tokens for sequence " +
                           std::to_string(part.sequence));
    if (inStep[part.sequence])
      return Status::error("a step names sequence " +
                           std::to_string(part.sequence) + " twice");
    inStep[part.sequence] = 1;
    const int64_t used = cache.length(part.sequence);
    if (used + static_cast<int64_t>(part.tokens.size()) > limits.context)
      return Status::error(
          "the context holds " + std::to_string(limits.context) +
          " tokens: " + std::to_string(used) + " are in use, " +
          std::to_string(part.tokens.size()) + " more were asked for");
    if (Status status = checkTokens(part.tokens); !status)
      return status;
    rows += static_cast<int64_t>(part.tokens.size());
    asked += askedRows(part);
    growths.push_back(
        {part.sequence, static_cast<int64_t>(part.tokens.size())});
  }
  if (rows < 1 || rows > limits.rowsPerStep)
    return Status::error("a step of " + std::to_string(rows) +
                         " rows was asked for: 1 to " +
                         std::to_string(limits.rowsPerStep) + " fit");
  if (asked > limits.logitRows)
    return Status::error(
        "logits of " + std::to_string(asked) +
        " rows were asked for: " + std::to_string(limits.logitRows) + " fit");
  if (!samplers.empty() && static_cast<int64_t>(samplers.size()) != asked)
    return Status::error("a step has " + std::to_string(samplers.size()) +
                         " samplers for " + std::to_string(asked) +
                         " rows of logits");
  if (!samplers.empty())
    if (Status status = checkSampling(); !status)
      return status;
  return cache.reserve(growths);
}

Status Engine::checkSampling() const {
  if (variant().sample && tokensIndex >= 0)
    return Status::ok();
  return Status::error("this program was compiled without sampling");
}

Status Engine::appendRows(std::span<const StepPart> parts) {
  int64_t row = 0;
  for (const StepPart &part : parts) {
    const auto count = static_cast<int64_t>(part.tokens.size());
    const auto first = static_cast<int32_t>(cache.length(part.sequence));
    for (int64_t i = 0; i < count; ++i, ++row) {
      tokens[row] = part.tokens[i];
      sequences[row] = part.sequence;
      slots[row] = positions[row] = first + static_cast<int32_t>(i);
    }
    if (Status status =
            cache.append(part.sequence, positions.subspan(row - count, count));
        !status)
      return status;
  }
  request.step.rows = row;
  return Status::ok();
}

/// Which rows of the batch have logits.
void Engine::fillLogitRows(std::span<const StepPart> parts) {
  int64_t row = 0, asked = 0;
  for (const StepPart &part : parts) {
    const int64_t end = row + static_cast<int64_t>(part.tokens.size());
    for (int64_t i = end - askedRows(part); i < end; ++i)
      logitRows[asked++] = static_cast<int32_t>(i);
    row = end;
  }
  request.step.logitRowCount = lastLogitRows = asked;
}

/// The rows of each part, as the generated code sees them.
void Engine::fillRanges(std::span<const StepPart> parts) {
  int32_t row = 0;
  request.step.promptRows = 0;
  for (size_t i = 0; i < parts.size(); ++i) {
    const auto rows = static_cast<int32_t>(parts[i].tokens.size());
    ranges[i] = {parts[i].sequence, row, rows, parts[i].phase};
    row += rows;
    if (parts[i].phase == LLMRT_PHASE_PROMPT)
      request.step.promptRows += rows;
  }
  request.step.rangeCount = static_cast<int64_t>(parts.size());
  assert(row == request.step.rows && "ranges cover other rows than the step");
  assert(std::all_of(parents.begin(), parents.begin() + row,
                     [](int32_t parent) { return parent == -1; }) &&
         "no code follows parents yet");
}

Status Engine::step(std::span<const StepPart> parts,
                    std::span<Sampler *const> samplers) {
  Status checked = checkParts(parts, samplers);
  std::fill(inStep.begin(), inStep.end(), 0);
  if (!checked)
    return checked;
  if (Status status = appendRows(parts); !status)
    return status;
  fillLogitRows(parts);
  fillRanges(parts);
  for (size_t i = 0; i < samplers.size(); ++i)
    sampling[i] = samplers[i]->next();
  request.step.sampling = samplers.empty() ? nullptr : sampling.data();
  request.alike = static_cast<int64_t>(parts.size()) == request.step.rows;
  request.tableBytes = rowTableBytes(limits) + cache.tableBytesInUse();
  return runner->run(request);
}

Expected<int32_t> Engine::token(int64_t row) const {
  assert(row >= 0 && row < lastLogitRows && "a token that was not asked for");
  auto tokens = runner->result(tokensIndex);
  if (!tokens)
    return tokens.status();
  return checkToken(static_cast<const int32_t *>(*tokens)[row], row);
}

Expected<int32_t> Engine::sample(int64_t row, Sampler &sampler) {
  assert(row >= 0 && row < lastLogitRows && "logits that were not asked for");
  if (Status status = checkSampling(); !status)
    return status;
  if (Status status = runner->sample(row, sampler.next()); !status)
    return status;
  auto tokens = runner->result(tokensIndex);
  if (!tokens)
    return tokens.status();
  return checkToken(*static_cast<const int32_t *>(*tokens), row);
}

/// A token of -1 says that the row has no distribution: finds out why.
Expected<int32_t> Engine::checkToken(int32_t token, int64_t row) const {
  assert(token < compiled->vocabulary && "a token outside the vocabulary");
  if (token >= 0)
    return token;
  auto values = logits(row);
  if (!values)
    return values.status();
  auto nan = std::find_if(values->begin(), values->end(),
                          [](float value) { return std::isnan(value); });
  if (nan != values->end())
    return Status::error("logit of token " +
                         std::to_string(nan - values->begin()) +
                         " is NaN: the model's output cannot be sampled");
  const float largest = *std::max_element(values->begin(), values->end());
  return Status::error("the largest logit is " +
                       std::string(largest > 0 ? "+" : "-") +
                       "infinity: the model's output cannot be sampled");
}

Status Engine::checkTokens(std::span<const int32_t> prompt) const {
  for (int32_t token : prompt)
    if (token < 0 || token >= compiled->vocabulary)
      return Status::error(
          "token " + std::to_string(token) + " is not in the vocabulary of " +
          std::to_string(compiled->vocabulary) + ": ids go from 0 to " +
          std::to_string(compiled->vocabulary - 1));
  return Status::ok();
}

Status Engine::checkAppend(int32_t sequence,
                           std::span<const int32_t> prompt) const {
  if (prompt.empty())
    return Status::error("the prompt is empty");
  if (!cache.isOpen(sequence))
    return closedSequence(sequence);
  const int64_t used = cache.length(sequence);
  if (used + static_cast<int64_t>(prompt.size()) > limits.context)
    return Status::error("the prompt has " + std::to_string(prompt.size()) +
                         " tokens: the context has " +
                         std::to_string(limits.context - used) + " of " +
                         std::to_string(limits.context) + " left");
  if (Status status = checkTokens(prompt); !status)
    return status;
  return cache.checkRoom(sequence, static_cast<int64_t>(prompt.size()));
}

Expected<std::span<const float>> Engine::logits(int64_t row) const {
  assert(row >= 0 && row < lastLogitRows && "logits that were not asked for");
  auto all = runner->result(logitsIndex);
  if (!all)
    return all.status();
  return std::span<const float>(static_cast<const float *>(*all) +
                                    row * compiled->vocabulary,
                                static_cast<size_t>(compiled->vocabulary));
}

double llmrt::steadySeconds() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<double>(now.tv_sec) +
         1e-9 * static_cast<double>(now.tv_nsec);
}

int64_t llmrt::peakMemoryBytes() {
  std::FILE *file = std::fopen("/proc/self/status", "re");
  if (!file)
    return 0;
  char line[256];
  long long kib = 0;
  while (std::fgets(line, sizeof line, file))
    if (std::sscanf(line, "VmHWM: %lld kB", &kib) == 1)
      break;
  std::fclose(file);
  return kib * 1024;
}
