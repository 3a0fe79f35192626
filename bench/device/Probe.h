//===- Probe.h - what the probes of a device share --------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef LLMC_BENCH_DEVICE_PROBE_H
#define LLMC_BENCH_DEVICE_PROBE_H

#include "Gpu.h"

#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace llmc::bench {

using Json = nlohmann::ordered_json;

/// What a machine lacks: the probe is not run, and says why.
struct NotMeasured {
  std::string why;
};
/// What went wrong while it ran.
struct Failed {
  std::string why;
};

struct ProbeSizes {
  int64_t streamBytes; // what a stream reads, several times the L2
  int repetitions;     // medians are of so many
  int launches;        // of a chain; a second one has twice as many
  int rounds;          // of flags
};

/// A GPU with the probes' kernels, and how times are taken on it.
class ProbeDevice {
public:
  /// `folder` holds the PTX of the probes.
  ProbeDevice(llmrt::cuda::Gpu &gpu, llmrt::cuda::GpuFacts facts,
              std::string folder, ProbeSizes sizes);

  llmrt::cuda::Gpu &gpu;
  const llmrt::cuda::GpuFacts facts;
  const ProbeSizes sizes;

  int attribute(llmrt::cuda::DeviceAttribute which) const;
  /// Line of the device itself.
  Json describe() const;
  /// A kernel of a file of PTX, which is loaded once.
  llmrt::cuda::Function kernel(const std::string &file, const char *name);
  llmrt::cuda::DevicePointer allocate(int64_t bytes);

  struct Grid {
    unsigned blocks = 1, threads = 32;
    bool cooperative = false; // all blocks are there at once
    bool dependent = false;   // may start before what is in front has ended
  };
  void launch(llmrt::cuda::Function function, const Grid &grid,
              std::vector<uint64_t> arguments = {});
  /// A graph of what `enqueue` launches.
  llmrt::cuda::GraphExec record(const std::function<void()> &enqueue);

  /// Milliseconds of the device for what `enqueue` gives the stream: one each of so
  /// many repetitions behind one that is not counted, ascending. `before` is not timed.
  std::vector<double> time(
      const std::function<void()> &enqueue,
      const std::function<void()> &before = [] {});
  void wait();
  void check(llmrt::Status status) const;
  void check(llmrt::cuda::Result result, const char *what) const;

private:
  std::string folder;
  std::vector<std::pair<std::string, llmrt::cuda::Module>> modules;
  llmrt::cuda::Event begin = nullptr, end = nullptr;
};

/// Median, least and most of `value(milliseconds)`, with its unit.
Json summary(const char *unit, const std::vector<double> &milliseconds,
             const std::function<double(double)> &value);

struct Probe {
  const char *name;
  std::function<Json(ProbeDevice &)> measure;
};
std::vector<Probe> streamProbes();
std::vector<Probe> latencyProbes();

} // namespace llmc::bench

#endif // LLMC_BENCH_DEVICE_PROBE_H
