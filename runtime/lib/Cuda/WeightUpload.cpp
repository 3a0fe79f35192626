//===- WeightUpload.cpp - weights to a GPU --------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From pageable memory the driver copies twice and one after the other. A ring of
// pinned buffers lets the processor fill one while the GPU reads another.
//===----------------------------------------------------------------------===//
#include "WeightUpload.h"
#include "llmrt/EnginePlan.h"

#include <algorithm>
#include <cstring>
#include <sys/mman.h>
#include <unistd.h>

using namespace llmrt;
using namespace llmrt::cuda;

namespace {

constexpr int slots = 4;
constexpr int64_t slotBytes = MemoryContract::uploadBytes / slots;

class Ring {
public:
  explicit Ring(Gpu &gpu) : gpu(gpu) {}
  ~Ring();
  Status create();
  Status send(DevicePointer to, std::span<const uint8_t> bytes);

private:
  Gpu &gpu;
  std::span<uint8_t> buffer;
  Event done[slots] = {}; // the copy out of it
  int64_t sent = 0;
};

Ring::~Ring() {
  (void)gpu.wait();
  for (Event event : done)
    if (event)
      (void)gpu.api.cuEventDestroy_v2(event);
  if (!buffer.empty())
    gpu.freePinned(buffer);
}

Status Ring::create() {
  auto pinned = gpu.allocatePinned(slots * slotBytes);
  if (!pinned)
    return pinned.status();
  buffer = *pinned;
  for (Event &event : done)
    if (Status status = gpu.check(
            gpu.api.cuEventCreate(&event, EventDisableTiming), "make an event");
        !status)
      return status;
  return Status::ok();
}

Status Ring::send(DevicePointer to, std::span<const uint8_t> bytes) {
  const int64_t slot = sent % slots;
  if (sent++ >= slots)
    if (Status status = gpu.check(gpu.api.cuEventSynchronize(done[slot]),
                                  "take the weights");
        !status)
      return status;
  uint8_t *from = &buffer[slot * slotBytes];
  std::memcpy(from, bytes.data(), bytes.size());
  if (Status status = gpu.copyUp(to, from, static_cast<int64_t>(bytes.size()));
      !status)
    return status;
  return gpu.check(gpu.api.cuEventRecord(done[slot], gpu.stream()),
                   "take the weights");
}

} // namespace

/// Whole pages only: another section may begin on the last one.
static void giveBack(std::span<const uint8_t> read) {
  const auto page = static_cast<uintptr_t>(sysconf(_SC_PAGESIZE));
  const auto begin =
      (reinterpret_cast<uintptr_t>(read.data()) + page - 1) / page * page;
  const auto end =
      reinterpret_cast<uintptr_t>(read.data() + read.size()) / page * page;
  if (begin < end)
    madvise(reinterpret_cast<void *>(begin), end - begin, MADV_DONTNEED);
}

Status cuda::uploadWeights(Gpu &gpu, DevicePointer to,
                           std::span<const uint8_t> weights, bool isFile) {
  Ring ring(gpu);
  if (Status status = ring.create(); !status)
    return status;
  for (size_t at = 0; at < weights.size(); at += slotBytes) {
    auto part =
        weights.subspan(at, std::min<size_t>(slotBytes, weights.size() - at));
    if (Status status = ring.send(to + at, part); !status)
      return status;
    if (isFile)
      giveBack(part);
  }
  return gpu.wait();
}
