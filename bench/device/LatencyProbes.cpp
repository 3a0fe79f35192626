//===- LatencyProbes.cpp - what launches and flags cost -------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A decode step is a chain of some hundred short kernels: what lies between two of
// them is lost to every token. Chains of n and 2n launches are timed and subtracted,
// so that what a chain costs once is in neither.
//===----------------------------------------------------------------------===//
#include "Probe.h"

#include <algorithm>
#include <chrono>

using namespace llmc::bench;
using namespace llmrt::cuda;

/// The same grid in every chain: a block for each multiprocessor.
static ProbeDevice::Grid gridOf(const ProbeDevice &device) {
  return {static_cast<unsigned>(device.attribute(MultiprocessorCount)), 128};
}

/// Microseconds of one more launch, from chains of n and of 2n.
static Json perLaunch(ProbeDevice &device,
                      const std::function<std::vector<double>(int)> &chain) {
  const int count = device.sizes.launches;
  const std::vector<double> one = chain(count), two = chain(2 * count);
  std::vector<double> differences;
  for (size_t i = 0; i < one.size(); ++i)
    differences.push_back(two[i] - one[i]);
  std::sort(differences.begin(), differences.end());
  Json found =
      summary("us", differences, [&](double ms) { return 1e3 * ms / count; });
  found["launches"] = count;
  return found;
}

static std::vector<double> recorded(ProbeDevice &device, int count,
                                    const std::function<void()> &one) {
  one(); // a driver may load a kernel with its first launch, which none records
  device.wait();
  const GraphExec graph = device.record([&] {
    for (int i = 0; i < count; ++i)
      one();
  });
  auto times = device.time([&] {
    device.check(device.gpu.api.cuGraphLaunch(graph, device.gpu.stream()),
                 "start a graph");
  });
  device.check(device.gpu.api.cuGraphExecDestroy(graph), "forget a graph");
  return times;
}

static Json graphNodeGap(ProbeDevice &device) {
  const Function nothing = device.kernel("ceilings.ptx", "nothing");
  const ProbeDevice::Grid grid = gridOf(device);
  return perLaunch(device, [&](int count) {
    return recorded(device, count, [&] { device.launch(nothing, grid); });
  });
}

static Json dependentLaunchGap(ProbeDevice &device) {
  if (device.facts.capability < 90)
    throw NotMeasured{"dependent launches need compute capability 9.0"};
  const Function dependent = device.kernel("ceilings-sm_90.ptx", "dependent");
  ProbeDevice::Grid grid = gridOf(device);
  grid.dependent = true;
  return perLaunch(device, [&](int count) {
    return recorded(device, count, [&] { device.launch(dependent, grid); });
  });
}

static Json launchGap(ProbeDevice &device) {
  const Function nothing = device.kernel("ceilings.ptx", "nothing");
  const ProbeDevice::Grid grid = gridOf(device);
  return perLaunch(device, [&](int count) {
    return device.time([&] {
      for (int i = 0; i < count; ++i)
        device.launch(nothing, grid);
    });
  });
}

/// Flags of blocks that are all there at once.
static Json flags(ProbeDevice &device, const char *kernel, unsigned blocks,
                  double hopsOfRound) {
  if (!device.attribute(CooperativeLaunch))
    throw NotMeasured{"the device has no cooperative launches"};
  const Function function = device.kernel("ceilings.ptx", kernel);
  const DevicePointer memory = device.allocate(512);
  const int rounds = device.sizes.rounds;
  auto times = device.time(
      [&] {
        device.launch(function, {blocks, 1, /*cooperative=*/true},
                      {memory, static_cast<uint64_t>(rounds)});
      },
      [&] { device.check(device.gpu.zero(memory, 512)); });
  device.gpu.free(memory);
  Json found = summary("us", times, [&](double ms) {
    return 1e3 * ms / (rounds * hopsOfRound);
  });
  found["blocks"] = blocks;
  found["rounds"] = rounds;
  return found;
}

/// One way, from a block that writes to one that waits.
static Json flagLatency(ProbeDevice &device) {
  return flags(device, "pass", 2, 2);
}

/// All multiprocessors meet.
static Json gridBarrier(ProbeDevice &device) {
  return flags(device, "meet",
               static_cast<unsigned>(device.attribute(MultiprocessorCount)), 1);
}

/// What a step costs that computes nothing: tables up, a kernel, a token down, and the
/// host hears of it. The host's clock.
static Json roundTrip(ProbeDevice &device) {
  constexpr int64_t tableBytes = 4096;
  auto host = device.gpu.allocatePinned(tableBytes);
  device.check(host ? llmrt::Status::ok() : host.status());
  const DevicePointer memory = device.allocate(tableBytes);
  const Function nothing = device.kernel("ceilings.ptx", "nothing");
  std::vector<double> times;
  for (int i = -1; i < device.sizes.repetitions; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    device.check(device.gpu.copyUp(memory, host->data(), tableBytes));
    device.launch(nothing, gridOf(device));
    device.check(device.gpu.copyDown(host->data(), memory, 4));
    device.wait();
    const std::chrono::duration<double, std::milli> took =
        std::chrono::steady_clock::now() - begin;
    if (i >= 0)
      times.push_back(took.count());
  }
  std::sort(times.begin(), times.end());
  device.gpu.free(memory);
  device.gpu.freePinned(*host);
  return summary("us", times, [](double ms) { return 1e3 * ms; });
}

std::vector<Probe> llmc::bench::latencyProbes() {
  return {{"graph-node-gap", graphNodeGap},
          {"dependent-launch-gap", dependentLaunchGap},
          {"launch-gap", launchGap},
          {"flag-latency", flagLatency},
          {"grid-barrier", gridBarrier},
          {"round-trip", roundTrip}};
}
