//===- CudaRunner.cpp - steps on an NVIDIA GPU ----------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The engine writes its tables into pinned memory; a step is one copy up of them,
// kernels, and one copy down of the tokens. Logits come down when they are asked
// for. Everything on the GPU is one allocation, so that no step allocates; only
// what penalties fall on, whose number samplers decide, has one that grows.
//===----------------------------------------------------------------------===//
#include "llmrt/CudaRunner.h"
#include "DriverLibrary.h"
#include "Gpu.h"
#include "KernelQueue.h"
#include "KernelTimes.h"
#include "StepGraphs.h"
#include "WeightUpload.h"

#include <algorithm>
#include <cstring>

using namespace llmrt;
using namespace llmrt::cuda;

//===----------------------------------------------------------------------===
// Which GPU, which variant
//===----------------------------------------------------------------------===

static bool runsOn(const LlmrtVariant &variant, int capability) {
  const auto needed = static_cast<int>(variant.features & 0xffffffff);
  return variant.features & LLMRT_CUDA_EXACT ? capability == needed
                                             : capability >= needed;
}

static std::string describeCapability(int capability) {
  return std::to_string(capability / 10) + "." +
         std::to_string(capability % 10);
}

Expected<RunPlace> llmrt::chooseCuda(const LlmrtModel &model,
                                     const char *wanted) {
  std::vector<const LlmrtVariant *> variants;
  std::string names;
  for (uint32_t i = 0; i < model.variantCount; ++i) {
    const LlmrtVariant &variant = model.variants[i];
    if (variant.device != LLMRT_DEVICE_CUDA ||
        (wanted && *wanted && std::strcmp(variant.name, wanted) != 0))
      continue;
    names += (names.empty() ? "" : ", ") + std::string(variant.name);
    variants.push_back(&variant);
  }
  if (variants.empty())
    return Status::error("LLMRT_VARIANT=" + std::string(wanted ? wanted : "") +
                         " names no code of this program for a GPU: unset it, "
                         "'info' lists what there is");
  auto driver = loadDriver();
  if (!driver)
    return driver.status();
  auto gpus = listGpus(*driver);
  if (!gpus)
    return gpus.status();
  for (size_t i = 0; i < gpus->size(); ++i)
    for (const LlmrtVariant *variant : variants)
      if (runsOn(*variant, (*gpus)[i].capability))
        return RunPlace{variant, Device::Cuda, static_cast<int>(i),
                        (*gpus)[i].name, ""};
  const GpuFacts &found = gpus->front();
  return Status::error("this program's code for GPUs is " + names + ": " +
                       found.name + " has compute capability " +
                       describeCapability(found.capability) +
                       "; compile the model with --target=cuda:sm_80");
}

//===----------------------------------------------------------------------===
// The runner
//===----------------------------------------------------------------------===

namespace {

class CudaRunner final : public StepRunner {
public:
  CudaRunner(std::unique_ptr<Gpu> gpu, const LlmrtModel &model,
             const LlmrtVariant &variant, const EngineOptions &resolved)
      : gpu(std::move(gpu)), model(model), variant(variant),
        memory(stepMemory(model, resolved)), place(layOutDevice(memory)),
        geometry(kvGeometry(model, resolved)), queue(*this->gpu, variant),
        graphs(*this->gpu, queue), times(*this->gpu, queue, graphs),
        logitsIndex(findResult(model, "logits")),
        tokensIndex(findResult(model, "tokens")) {}
  // What goes with it is destroyed by calls to this context.
  ~CudaRunner() override { (void)gpu->enter(); }
  Status start(const ModelSections &sections, const EngineOptions &resolved);

  std::span<uint8_t> tables() override { return hostTables; }
  Status run(const StepRequest &request) override;
  Status sample(int64_t row, const LlmrtSampling &how) override;
  Expected<const void *> result(int64_t index) override;
  void copyPage(int64_t cache, int32_t from, int32_t to) override;
  void setClock(KernelClock *clock) override { times.setClock(clock); }

private:
  struct Result {
    void *device, *host;
    bool fetched; // the rows of the last step
  };
  /// Ids that samplers penalise, one sampler's behind another's.
  struct Recent {
    std::span<uint8_t> host;
    DevicePointer device = 0;
  };

  Status begin();
  Status keep(Status status);
  template <typename T> const T *onDevice(const T *inTables) const;
  LlmrtStep translate(const LlmrtStep &step);
  Status sendRecent(std::span<LlmrtSampling> sampling);
  Status growRecent(int64_t bytes);
  Status enqueue(const StepRequest &request);
  Status runRecorded(bool alike);
  Status fetch(int64_t index, int64_t rows);

  std::unique_ptr<Gpu> gpu;
  const LlmrtModel &model;
  const LlmrtVariant &variant;
  const StepMemory memory;
  const DeviceLayout place;
  const KvGeometry geometry;
  KernelQueue queue;
  StepGraphs graphs;
  KernelTimes times;
  const int64_t logitsIndex, tokensIndex;
  DevicePointer base = 0;
  std::span<uint8_t> hostTables; // pinned, as they are on the GPU
  std::vector<Result> results;
  std::vector<void *> deviceResults;    // as a step wants them
  std::vector<void *> rowResults;       // with one row's logits
  std::vector<LlmrtCache> deviceCaches; // of the last step
  Recent recent;
  LlmrtStep last = {}; // with addresses of the GPU
  Status lost = Status::ok();
};

Status CudaRunner::start(const ModelSections &sections,
                         const EngineOptions &resolved) {
  if (variant.image < 0 ||
      variant.image >= static_cast<int64_t>(sections.images.size()))
    return Status::error("the program has no device section " +
                         std::to_string(variant.image) +
                         ": compile the model again");
  const auto image = sections.images[variant.image];
  if (image.empty() || image.back() != 0)
    return Status::error("device section " + std::to_string(variant.image) +
                         " does not end in a 0: compile the model again");
  // Memory first: it fails at once, compiling takes seconds.
  auto allocated = gpu->allocate(place.bytes);
  if (!allocated)
    return allocated.status();
  base = *allocated;
  auto pinned = gpu->allocatePinned(memory.tables + memory.results);
  if (!pinned)
    return pinned.status();
  hostTables = pinned->first(memory.tables);
  int64_t at = 0;
  for (const LlmrtResult &result : resultsOf(model)) {
    results.push_back({reinterpret_cast<void *>(base + place.results + at),
                       &(*pinned)[memory.tables + at], false});
    deviceResults.push_back(results.back().device);
    at += resultBytes(result, resolved);
  }
  rowResults = deviceResults;
  deviceCaches.resize(geometry.pools.size());
  auto module = gpu->load(image);
  if (!module)
    return module.status();
  if (Status status = queue.find(*module); !status)
    return status;
  // As memory of the system is: what is masked out must not be NaN.
  if (Status status = gpu->zero(base + place.kv, place.tables - place.kv);
      !status)
    return status;
  return uploadWeights(*gpu, base + place.weights, sections.weights,
                       sections.isFile);
}

/// What every call from outside starts with.
Status CudaRunner::begin() { return lost ? keep(gpu->enter()) : lost; }

/// A GPU that failed once answers nothing but errors.
Status CudaRunner::keep(Status status) {
  if (!status && lost)
    lost = Status::error("a step was lost, and with it this run: " +
                         status.message());
  return lost;
}

/// The address on the GPU of what lies in the tables; null stays null.
template <typename T> const T *CudaRunner::onDevice(const T *inTables) const {
  if (!inTables)
    return nullptr;
  const auto *bytes = reinterpret_cast<const uint8_t *>(inTables);
  assert(bytes >= hostTables.data() &&
         bytes <= hostTables.data() + hostTables.size() &&
         "a pointer of a step that is not into its tables");
  return reinterpret_cast<const T *>(base + place.tables +
                                     (bytes - hostTables.data()));
}

LlmrtStep CudaRunner::translate(const LlmrtStep &step) {
  LlmrtStep there = step;
  auto at = [&](int64_t offset) {
    return reinterpret_cast<uint8_t *>(base + offset);
  };
  there.weights = at(place.weights);
  there.arena = at(place.arena);
  for (size_t i = 0; i < deviceCaches.size(); ++i)
    deviceCaches[i] = {at(place.kv + geometry.offsetOf(i)),
                       onDevice(step.caches[i].slotPositions),
                       onDevice(step.caches[i].blockTable),
                       step.caches[i].pages};
  there.caches = deviceCaches.data();
  there.scratch = at(place.scratch);
  there.results = deviceResults.data();
  there.tokens = onDevice(step.tokens);
  there.positions = onDevice(step.positions);
  there.slots = onDevice(step.slots);
  there.sequences = onDevice(step.sequences);
  there.parents = onDevice(step.parents);
  there.logitRows = onDevice(step.logitRows);
  there.ranges = onDevice(step.ranges);
  there.sampling = onDevice(step.sampling);
  there.barrier = static_cast<KernelLauncher *>(&queue);
  return there;
}

Status CudaRunner::growRecent(int64_t bytes) {
  if (bytes <= static_cast<int64_t>(recent.host.size()))
    return Status::ok();
  if (!recent.host.empty()) {
    gpu->freePinned(recent.host);
    gpu->free(recent.device);
    recent = {};
  }
  // Answers grow: not for every token.
  const int64_t room = std::max<int64_t>(2 * bytes, 4096);
  auto host = gpu->allocatePinned(room);
  if (!host)
    return host.status();
  auto device = gpu->allocate(room);
  if (!device)
    return device.status();
  recent = {*host, *device};
  return Status::ok();
}

/// Copies what the samplers penalise to the GPU, and has `sampling`, which is in the
/// tables, point there.
Status CudaRunner::sendRecent(std::span<LlmrtSampling> sampling) {
  int64_t bytes = 0;
  for (const LlmrtSampling &how : sampling)
    bytes += 4 * int64_t(how.recentCount);
  if (Status status = growRecent(bytes); !status)
    return status;
  int64_t at = 0;
  for (LlmrtSampling &how : sampling) {
    const int64_t size = 4 * int64_t(how.recentCount);
    if (size > 0)
      std::memcpy(&recent.host[at], how.recent, size);
    how.recent = reinterpret_cast<const int32_t *>(recent.device + at);
    at += size;
  }
  return bytes == 0 ? Status::ok()
                    : gpu->copyUp(recent.device, recent.host.data(), bytes);
}

/// The kernels of the last step, plainly or as they were recorded.
Status CudaRunner::runRecorded(bool alike) {
  auto enqueueKernels = [this] {
    queue.beginRun();
    variant.step(&last, /*worker=*/0, /*workers=*/1);
    if (last.sampling)
      variant.sample(&last, /*worker=*/0, /*workers=*/1);
  };
  if (alike)
    graphs.run({last.rows, last.logitRowCount, last.promptRows,
                last.sampling != nullptr},
               enqueueKernels);
  else
    enqueueKernels();
  return queue.takeFailure();
}

Status CudaRunner::enqueue(const StepRequest &request) {
  last = translate(request.step);
  for (Result &result : results)
    result.fetched = false;
  if (request.step.sampling) {
    auto *sampling = reinterpret_cast<LlmrtSampling *>(
        hostTables.data() +
        (reinterpret_cast<const uint8_t *>(request.step.sampling) -
         hostTables.data()));
    if (Status status = sendRecent(
            {sampling, static_cast<size_t>(request.step.logitRowCount)});
        !status)
      return status;
  }
  if (Status status = gpu->copyUp(base + place.tables, hostTables.data(),
                                  request.tableBytes);
      !status)
    return status;
  if (Status status = runRecorded(request.alike); !status)
    return status;
  return request.step.sampling ? fetch(tokensIndex, last.logitRowCount)
                               : Status::ok();
}

Status CudaRunner::run(const StepRequest &request) {
  if (Status status = begin(); !status)
    return status;
  if (Status status = keep(enqueue(request)); !status)
    return status;
  // The tables may be written again when this has returned.
  if (Status status = keep(gpu->wait()); !status)
    return status;
  return keep(times.collect());
}

Status CudaRunner::sample(int64_t row, const LlmrtSampling &how) {
  if (Status status = begin(); !status)
    return status;
  // The row alone, as if it were the only one; its parameters are the first thing
  // in the tables.
  auto *sampling = reinterpret_cast<LlmrtSampling *>(hostTables.data());
  *sampling = how;
  rowResults[logitsIndex] =
      static_cast<float *>(deviceResults[logitsIndex]) + row * model.vocabulary;
  LlmrtStep one = last;
  one.results = rowResults.data();
  one.logitRowCount = 1;
  one.sampling = onDevice(sampling);
  auto enqueueRow = [&]() -> Status {
    if (Status status = sendRecent({sampling, 1}); !status)
      return status;
    if (Status status =
            gpu->copyUp(base + place.tables, sampling, sizeof *sampling);
        !status)
      return status;
    queue.beginRun();
    variant.sample(&one, /*worker=*/0, /*workers=*/1);
    if (Status status = queue.takeFailure(); !status)
      return status;
    return fetch(tokensIndex, 1);
  };
  if (Status status = keep(enqueueRow()); !status)
    return status;
  if (Status status = keep(gpu->wait()); !status)
    return status;
  return keep(times.collect());
}

/// Enqueues the copy of so many rows to the host.
Status CudaRunner::fetch(int64_t index, int64_t rows) {
  Result &result = results[index];
  result.fetched = true;
  const int64_t bytes = 4 * rows * model.results[index].columns;
  return bytes == 0
             ? Status::ok()
             : gpu->copyDown(result.host,
                             reinterpret_cast<DevicePointer>(result.device),
                             bytes);
}

Expected<const void *> CudaRunner::result(int64_t index) {
  const Result &result = results[index];
  if (!lost)
    return lost;
  if (!result.fetched) {
    const bool all = model.results[index].rows == LLMRT_ROWS_BATCH;
    if (Status status = begin(); !status)
      return status;
    if (Status status =
            keep(fetch(index, all ? last.rows : last.logitRowCount));
        !status)
      return status;
    if (Status status = keep(gpu->wait()); !status)
      return status;
  }
  return static_cast<const void *>(result.host);
}

void CudaRunner::copyPage(int64_t cache, int32_t from, int32_t to) {
  if (Status status = begin(); !status)
    return;
  const DevicePointer pages = base + place.kv + geometry.offsetOf(cache);
  const int64_t bytes = geometry.pools[cache].bytesPerPage;
  (void)keep(gpu->copyWithin(pages + to * bytes, pages + from * bytes, bytes));
}

} // namespace

Expected<std::unique_ptr<StepRunner>>
llmrt::createCudaRunner(const LlmrtModel &model, const RunPlace &place,
                        const ModelSections &sections,
                        const EngineOptions &resolved) {
  auto gpu = Gpu::open(place.ordinal);
  if (!gpu)
    return gpu.status();
  auto runner = std::make_unique<CudaRunner>(std::move(*gpu), model,
                                             *place.variant, resolved);
  if (Status status = runner->start(sections, resolved); !status)
    return status;
  return std::unique_ptr<StepRunner>(std::move(runner));
}
