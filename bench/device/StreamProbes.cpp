//===- StreamProbes.cpp - how fast memory is read and copied --------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Decoding reads every weight once, so reading is the ceiling that its kernels are
// held against; a copy, which also writes, is what others publish.
//===----------------------------------------------------------------------===//
#include "Probe.h"

using namespace llmc::bench;
using namespace llmrt::cuda;

static constexpr int64_t vectorBytes = 16, vectorsOfThread = 4;

/// Memory with values in it.
static DevicePointer filled(ProbeDevice &device, int64_t bytes) {
  const DevicePointer base = device.allocate(bytes);
  const auto blocks =
      4 * static_cast<unsigned>(device.attribute(MultiprocessorCount));
  device.launch(device.kernel("ceilings.ptx", "fill"), {blocks, 256},
                {base, static_cast<uint64_t>(bytes / vectorBytes)});
  device.wait();
  return base;
}

/// The best grid is the ceiling: a kernel may choose its own.
static Json readStream(ProbeDevice &device) {
  const DevicePointer base = filled(device, device.sizes.streamBytes);
  const Function read = device.kernel("ceilings.ptx", "read");
  const int multiprocessors = device.attribute(MultiprocessorCount);
  Json best;
  for (unsigned perMultiprocessor : {1, 2, 4, 8}) {
    constexpr unsigned threads = 512;
    const unsigned blocks = perMultiprocessor * multiprocessors;
    const int64_t turn =
        int64_t(blocks) * threads * vectorsOfThread * vectorBytes;
    const int64_t bytes = device.sizes.streamBytes / turn * turn;
    if (bytes == 0)
      continue; // fewer than one turn of so many blocks
    auto times = device.time([&] {
      device.launch(read, {blocks, threads},
                    {base, static_cast<uint64_t>(bytes / vectorBytes)});
    });
    Json found =
        summary("GB/s", times, [&](double ms) { return 1e-6 * bytes / ms; });
    found["bytes"] = bytes;
    found["blocks"] = blocks;
    if (best.is_null() || found["value"] > best["value"])
      best = std::move(found);
  }
  device.gpu.free(base);
  if (best.is_null())
    throw Failed{"--bytes is less than what one turn of the grid reads"};
  return best;
}

static Json copyStream(ProbeDevice &device) {
  const int64_t half = device.sizes.streamBytes / 2;
  const DevicePointer base = filled(device, 2 * half);
  auto times = device.time(
      [&] { device.check(device.gpu.copyWithin(base + half, base, half)); });
  Json found = summary("GB/s, read and written", times,
                       [&](double ms) { return 2e-6 * half / ms; });
  found["bytes"] = 2 * half;
  device.gpu.free(base);
  return found;
}

/// How weights come to the device: from pinned memory, in pieces of the upload's ring.
static Json upload(ProbeDevice &device) {
  constexpr int64_t piece = 4 << 20;
  const int64_t pieces =
      std::max<int64_t>(1, device.sizes.streamBytes / piece / 16);
  auto host = device.gpu.allocatePinned(piece);
  device.check(host ? llmrt::Status::ok() : host.status());
  const DevicePointer base = device.allocate(piece);
  auto times = device.time([&] {
    for (int64_t i = 0; i < pieces; ++i)
      device.check(device.gpu.copyUp(base, host->data(), piece));
  });
  device.gpu.free(base);
  device.gpu.freePinned(*host);
  return summary("GB/s", times,
                 [&](double ms) { return 1e-6 * piece * pieces / ms; });
}

std::vector<Probe> llmc::bench::streamProbes() {
  return {{"read-stream", readStream},
          {"copy-stream", copyStream},
          {"upload", upload}};
}
