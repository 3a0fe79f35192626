//===- Engine.cpp - sequences in, logits out ------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "llmrt/Engine.h"
#include "llmrt/Cpu.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>

using namespace llmrt;

namespace {

/// The arena's rows are a multiple of this, so that every buffer in it starts
/// at a multiple of 64 bytes whatever the bytes per row.
constexpr int64_t rowGranule = 16;

int64_t roundUp(int64_t value, int64_t multiple) {
  return (value + multiple - 1) / multiple * multiple;
}

/// `asked`, or `limit` where nothing was asked.
/// The compiler's option that sets the limit is the advice.
Expected<int64_t> withinLimit(const char *what, const char *option,
                              int64_t asked, int64_t limit) {
  if (asked < 0)
    return Status::error("asked for a " + std::string(what) + " of " +
                         std::to_string(asked) + ": it is at least 1");
  if (asked > limit)
    return Status::error(
        "asked for a " + std::string(what) + " of " + std::to_string(asked) +
        ": this program was compiled for " + std::to_string(limit) +
        " at most; " +
        (*option ? "llmc compile " + std::string(option) + " sets the limit"
                 : "ask for less"));
  return asked == 0 ? limit : asked;
}

KvGeometry geometryOf(const LlmrtModel &model, const EngineOptions &limits) {
  return {limits.batch, limits.context, model.kvBytesPerPage, limits.pages};
}

int64_t rowTableBytes(const LlmrtModel &model, const EngineOptions &limits) {
  const auto wide = static_cast<int64_t>(
      limits.logitRows * sizeof(LlmrtSampling) +
      model.resultCount * sizeof(void *) + limits.batch * sizeof(LlmrtRange));
  return wide + 4 * (5 * limits.rowsPerStep + limits.logitRows + limits.batch);
}

/// Elements of all kinds have 4 bytes.
int64_t resultBytes(const LlmrtResult &result, const EngineOptions &limits) {
  const int64_t rows =
      result.rows == LLMRT_ROWS_BATCH ? limits.rowsPerStep : limits.logitRows;
  return roundUp(rows * result.columns * 4, 64);
}

std::span<const LlmrtResult> resultsOf(const LlmrtModel &model) {
  return {model.results, static_cast<size_t>(model.resultCount)};
}

/// The number of the result of this name; -1: there is none.
int64_t findResult(const LlmrtModel &model, std::string_view name) {
  for (int64_t i = 0; i < model.resultCount; ++i)
    if (model.results[i].name == name)
      return i;
  return -1;
}

} // namespace

Expected<EngineOptions> llmrt::resolveOptions(const LlmrtModel &model,
                                              const EngineOptions &options) {
  EngineOptions resolved = options;
  auto set = [&](int64_t &number, const char *what, const char *option,
                 int64_t limit) {
    auto value = withinLimit(what, option, number, limit);
    if (value)
      number = *value;
    return value.status();
  };
  if (resolved.batch == 0)
    resolved.batch = 1;
  if (Status status =
          set(resolved.batch, "batch", "--max-batch", model.maxBatch);
      !status)
    return status;
  if (Status status =
          set(resolved.context, "context", "--max-context", model.maxContext);
      !status)
    return status;
  const int64_t blocks =
      KvGeometry::full(resolved.batch, resolved.context, 1).pages;
  if (resolved.pages < 0 || resolved.pages > blocks)
    return Status::error("asked for " + std::to_string(resolved.pages) +
                         " pages: " + std::to_string(resolved.batch) +
                         " sequences of " + std::to_string(resolved.context) +
                         " tokens use 1 to " + std::to_string(blocks));
  if (resolved.pages == 0)
    resolved.pages = blocks;
  // A step holds at least one row of every sequence, and never more than all
  // contexts together.
  const int64_t mostRows = std::max(model.rowsPerStep, resolved.batch);
  if (Status status =
          set(resolved.rowsPerStep, "number of rows per step", "", mostRows);
      !status)
    return status;
  resolved.rowsPerStep = std::clamp(resolved.rowsPerStep, resolved.batch,
                                    resolved.batch * resolved.context);
  resolved.rowsPerStep = roundUp(resolved.rowsPerStep, rowGranule);
  if (resolved.logitRows == 0)
    resolved.logitRows = resolved.batch;
  if (Status status = set(resolved.logitRows, "number of logit rows", "",
                          resolved.rowsPerStep);
      !status)
    return status;
  if (resolved.threads == 0)
    resolved.threads = ThreadPool::availableCores();
  if (resolved.threads < 0 || resolved.threads > ThreadPool::maxWorkers)
    return Status::error("asked for " + std::to_string(resolved.threads) +
                         " threads: allowed are 1 to " +
                         std::to_string(ThreadPool::maxWorkers));
  return resolved;
}

MemoryContract llmrt::memoryContract(const LlmrtModel &model,
                                     const EngineOptions &resolved) {
  const KvGeometry geometry = geometryOf(model, resolved);
  MemoryContract contract;
  contract.weights = model.weightBytes;
  contract.kv = geometry.kvBytes();
  contract.arena = resolved.rowsPerStep * model.arenaBytesPerRow +
                   resolved.threads * model.scratchBytesPerWorker;
  contract.tables = geometry.tableBytes() + rowTableBytes(model, resolved);
  for (const LlmrtResult &result : resultsOf(model))
    contract.logits += resultBytes(result, resolved);
  contract.fixed +=
      resolved.otherBytes + resolved.threads * MemoryContract::threadBytes;
  return contract;
}

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
  const int64_t atLeastOne[] = {model.vocabulary,     model.arenaBytesPerRow,
                                model.kvBytesPerPage, model.contextLength,
                                model.maxContext,     model.maxBatch,
                                model.rowsPerStep};
  for (int64_t number : atLeastOne)
    if (number < 1)
      return Status::error("the model's code states a size of " +
                           std::to_string(number));
  return checkResults(model);
}

Expected<std::unique_ptr<Engine>>
Engine::create(const LlmrtModel &model, std::span<const uint8_t> weights,
               const EngineOptions &options) {
  if (Status status = checkModel(model, weights); !status)
    return status;
  auto resolved = resolveOptions(model, options);
  if (!resolved)
    return resolved.status();
  auto variant =
      chooseVariant(model, cpuFeatures(), std::getenv("LLMRT_VARIANT"));
  if (!variant)
    return variant.status();

  std::unique_ptr<Engine> engine(new Engine);
  engine->compiled = &model;
  engine->chosen = *variant;
  engine->limits = *resolved;
  if (Status status = engine->map(weights); !status)
    return status;
  auto pool = ThreadPool::create(resolved->threads);
  if (!pool)
    return pool.status();
  engine->pool = std::move(*pool);
  engine->promptTeam =
      std::min(resolved->threads, ThreadPool::availableProcessors());
  engine->team.emplace(resolved->threads, engine->promptTeam);
  engine->descriptor.barrier = engine->pool->barrier();
  return engine;
}

Status Engine::map(std::span<const uint8_t> weights) {
  auto newCache = KvCache::create(geometryOf(*compiled, limits));
  if (!newCache)
    return newCache.status();
  cache = std::move(*newCache);

  auto mapInto = [](MappedMemory &memory, int64_t size, const char *purpose) {
    auto mapped = MappedMemory::anonymous(size, purpose);
    if (mapped)
      memory = std::move(*mapped);
    return mapped.status();
  };
  if (Status status =
          mapInto(arena, limits.rowsPerStep * compiled->arenaBytesPerRow,
                  "activations");
      !status)
    return status;
  const int64_t scratchBytes = limits.threads * compiled->scratchBytesPerWorker;
  if (scratchBytes > 0)
    if (Status status = mapInto(scratch, scratchBytes, "scratch"); !status)
      return status;
  if (Status status = mapInto(resultBuffers, contract().logits, "results");
      !status)
    return status;
  if (Status status =
          mapInto(tables, rowTableBytes(*compiled, limits), "row tables");
      !status)
    return status;
  layOutTables();
  descriptor.weights = weights.data();
  descriptor.arena = arena.data();
  descriptor.scratch = scratch.data();
  descriptor.kv = cache.data();
  descriptor.slotPositions = cache.slotPositions();
  descriptor.blockTable = cache.blockTable();
  descriptor.rowCapacity = limits.rowsPerStep;
  descriptor.blocksPerSequence = cache.geometry().blocksPerSequence();
  descriptor.kvPages = cache.geometry().pages;
  return Status::ok();
}

/// Cuts the tables, widest elements first, and the results.
void Engine::layOutTables() {
  uint8_t *next = tables.data();
  auto take = [&next]<typename Element>(std::span<Element> &span,
                                        int64_t count) {
    span = {reinterpret_cast<Element *>(next), static_cast<size_t>(count)};
    next += span.size_bytes();
  };
  take(sampling, limits.logitRows);
  take(results, compiled->resultCount);
  take(ranges, limits.batch);
  for (auto *column : {&tokens, &positions, &slots, &sequences, &parents})
    take(*column, limits.rowsPerStep);
  take(logitRows, limits.logitRows);
  take(inStep, limits.batch);
  assert(next == tables.data() + rowTableBytes(*compiled, limits) &&
         "tables of another size than the contract says");
  std::fill(parents.begin(), parents.end(), -1);

  uint8_t *buffer = resultBuffers.data();
  for (int64_t i = 0; i < compiled->resultCount; ++i) {
    results[i] = buffer;
    buffer += resultBytes(compiled->results[i], limits);
  }
  logitsIndex = findResult(*compiled, "logits");
  tokensIndex = findResult(*compiled, "tokens");

  descriptor.results = results.data();
  descriptor.tokens = tokens.data();
  descriptor.positions = positions.data();
  descriptor.slots = slots.data();
  descriptor.sequences = sequences.data();
  descriptor.parents = parents.data();
  descriptor.logitRows = logitRows.data();
  descriptor.ranges = ranges.data();
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
  cache.truncate(sequence, length);
  return Status::ok();
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
  int64_t rows = 0, asked = 0, pages = 0;
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
    const int64_t copies =
        std::count_if(parts.data(), &part, [&](const StepPart &before) {
          return cache.sharesLastPage(before.sequence, part.sequence);
        });
    pages += cache.pagesNeeded(
        part.sequence, static_cast<int64_t>(part.tokens.size()), copies);
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
  return cache.checkFree(pages);
}

Status Engine::checkSampling() const {
  if (chosen->sample && tokensIndex >= 0)
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
  descriptor.rows = row;
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
  descriptor.logitRowCount = lastLogitRows = asked;
}

/// The rows of each part, as the generated code sees them.
void Engine::fillRanges(std::span<const StepPart> parts) {
  int32_t row = 0;
  for (size_t i = 0; i < parts.size(); ++i) {
    const auto rows = static_cast<int32_t>(parts[i].tokens.size());
    ranges[i] = {parts[i].sequence, row, rows, parts[i].phase};
    row += rows;
  }
  descriptor.rangeCount = static_cast<int64_t>(parts.size());
  assert(row == descriptor.rows && "ranges cover other rows than the step");
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
  descriptor.sampling = samplers.empty() ? nullptr : sampling.data();
  runStep(static_cast<int64_t>(parts.size()) == descriptor.rows);
  return Status::ok();
}

/// `alike`: a row of each sequence, as the steps before it and after.
void Engine::runStep(bool alike) {
  // Two words of capture: std::function keeps them inside, without allocating.
  auto share = [step = &descriptor, variant = chosen](int64_t worker,
                                                      int64_t workers) {
    variant->step(step, worker, workers);
    if (!step->sampling)
      return;
    llmrt_barrier(step->barrier);
    variant->sample(step, worker, workers);
  };
  if (!alike)
    return pool->run(promptTeam, share);
  const int64_t longWaits = pool->longWaits();
  const double start = steadySeconds();
  pool->run(team->workers(), share);
  team->took(steadySeconds() - start, pool->longWaits() > longWaits);
}

Expected<int32_t> Engine::token(int64_t row) const {
  assert(row >= 0 && row < lastLogitRows && "a token that was not asked for");
  return checkToken(static_cast<const int32_t *>(results[tokensIndex])[row],
                    row);
}

Expected<int32_t> Engine::sample(int64_t row, Sampler &sampler) {
  assert(row >= 0 && row < lastLogitRows && "logits that were not asked for");
  if (Status status = checkSampling(); !status)
    return status;
  // The row alone, as if it were the only one.
  LlmrtStep one = descriptor;
  const LlmrtSampling parameters = sampler.next();
  one.logitRowCount = 1;
  one.sampling = &parameters;
  void *const allLogits = results[logitsIndex];
  results[logitsIndex] = const_cast<float *>(logits(row).data());
  chosen->sample(&one, /*worker=*/0, /*workers=*/1);
  results[logitsIndex] = allLogits;
  return checkToken(*static_cast<const int32_t *>(results[tokensIndex]), row);
}

/// A token of -1 says that the row has no distribution: finds out why.
Expected<int32_t> Engine::checkToken(int32_t token, int64_t row) const {
  assert(token < compiled->vocabulary && "a token outside the vocabulary");
  if (token >= 0)
    return token;
  auto values = logits(row);
  auto nan = std::find_if(values.begin(), values.end(),
                          [](float value) { return std::isnan(value); });
  if (nan != values.end())
    return Status::error("logit of token " +
                         std::to_string(nan - values.begin()) +
                         " is NaN: the model's output cannot be sampled");
  const float largest = *std::max_element(values.begin(), values.end());
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
  return cache.checkFree(
      cache.pagesNeeded(sequence, static_cast<int64_t>(prompt.size())));
}

std::span<const float> Engine::logits(int64_t row) const {
  assert(row >= 0 && row < lastLogitRows && "logits that were not asked for");
  return {static_cast<const float *>(results[logitsIndex]) +
              row * compiled->vocabulary,
          static_cast<size_t>(compiled->vocabulary)};
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
