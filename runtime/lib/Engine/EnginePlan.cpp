//===- EnginePlan.cpp - what a run may use, and the memory it takes -------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "llmrt/EnginePlan.h"
#include "llmrt/ThreadPool.h"

#include <algorithm>
#include <string>

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

/// Devices read 16 bytes at a time, and start allocations at such multiples.
constexpr int64_t deviceAlign = 256;

} // namespace

std::string_view llmrt::deviceName(Device device) {
  switch (device) {
  case Device::Auto:
    return "auto";
  case Device::Cpu:
    return "cpu";
  case Device::Cuda:
    return "cuda";
  }
  return {};
}

Device llmrt::deviceOfName(std::string_view name) {
  for (Device device : {Device::Cpu, Device::Cuda})
    if (name == deviceName(device))
      return device;
  return Device::Auto;
}

KvGeometry llmrt::kvGeometry(const LlmrtModel &model,
                             const EngineOptions &resolved) {
  KvGeometry geometry = {resolved.batch, resolved.context, {}};
  for (const LlmrtCacheShape &cache : cachesOf(model))
    geometry.pools.push_back(
        {cache.bytesPerPage, cache.window,
         cache.window == 0
             ? resolved.pages
             : mostPages(cache.window, resolved.batch, resolved.context,
                         resolved.rowsPerStep)});
  return geometry;
}

int64_t llmrt::rowTableBytes(const EngineOptions &resolved) {
  const auto wide =
      static_cast<int64_t>(resolved.logitRows * sizeof(LlmrtSampling) +
                           resolved.batch * sizeof(LlmrtRange));
  return roundUp(wide + 4 * (5 * resolved.rowsPerStep + resolved.logitRows +
                             resolved.batch),
                 64);
}

/// Elements of all kinds have 4 bytes.
int64_t llmrt::resultBytes(const LlmrtResult &result,
                           const EngineOptions &resolved) {
  const int64_t rows = result.rows == LLMRT_ROWS_BATCH ? resolved.rowsPerStep
                                                       : resolved.logitRows;
  return roundUp(rows * result.columns * 4, 64);
}

int64_t llmrt::findResult(const LlmrtModel &model, std::string_view name) {
  for (int64_t i = 0; i < model.resultCount; ++i)
    if (model.results[i].name == name)
      return i;
  return -1;
}

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
      KvGeometry::full(resolved.batch, resolved.context, 1).pages();
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
    resolved.threads =
        resolved.device == Device::Cuda ? 1 : ThreadPool::availableCores();
  if (resolved.threads < 0 || resolved.threads > ThreadPool::maxWorkers)
    return Status::error("asked for " + std::to_string(resolved.threads) +
                         " threads: allowed are 1 to " +
                         std::to_string(ThreadPool::maxWorkers));
  return resolved;
}

StepMemory llmrt::stepMemory(const LlmrtModel &model,
                             const EngineOptions &resolved) {
  const KvGeometry geometry = kvGeometry(model, resolved);
  StepMemory memory;
  memory.weights = model.weightBytes;
  memory.kv = geometry.kvBytes();
  memory.arena = resolved.rowsPerStep * model.arenaBytesPerRow;
  memory.scratch = model.scratchBytesPerWorker *
                   (resolved.device == Device::Cuda
                        ? std::max(resolved.logitRows, resolved.batch)
                        : resolved.threads);
  for (const LlmrtResult &result : resultsOf(model))
    memory.results += resultBytes(result, resolved);
  memory.tables = rowTableBytes(resolved) + geometry.tableBytes();
  return memory;
}

DeviceLayout llmrt::layOutDevice(const StepMemory &memory) {
  int64_t end = 0;
  auto place = [&end](int64_t bytes) {
    const int64_t begin = end;
    end += roundUp(bytes, deviceAlign);
    return begin;
  };
  DeviceLayout layout = {};
  layout.weights = place(memory.weights);
  layout.kv = place(memory.kv);
  layout.arena = place(memory.arena);
  layout.scratch = place(memory.scratch);
  layout.results = place(memory.results);
  layout.tables = place(memory.tables);
  layout.bytes = end;
  return layout;
}

MemoryContract llmrt::memoryContract(const LlmrtModel &model,
                                     const EngineOptions &resolved) {
  const StepMemory memory = stepMemory(model, resolved);
  MemoryContract contract;
  contract.tables = memory.tables;
  contract.logits = memory.results;
  contract.fixed +=
      resolved.otherBytes + resolved.threads * MemoryContract::threadBytes;
  if (resolved.device == Device::Cuda) {
    contract.fixed +=
        MemoryContract::cudaDriverBytes + MemoryContract::uploadBytes;
    contract.device = layOutDevice(memory).bytes;
    return contract;
  }
  contract.weights = memory.weights;
  contract.kv = memory.kv;
  contract.arena = memory.arena + memory.scratch;
  return contract;
}
