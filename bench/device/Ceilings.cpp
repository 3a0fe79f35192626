//===- Ceilings.cpp - what a device can do, before what llmc does with it --===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// device-ceilings [--ptx FOLDER] [--bytes N] [--repetitions N] [--launches N] [--rounds N] [PROBE...]
//
// Prints a line of JSON for the device and one for each probe: its figure, or why
// there is none. A probe that failed makes the exit status 1; what the device lacks
// does not. The driver is the programs' own (LLMRT_CUDA_DRIVER), so that the
// simulator can show that the probes run; its times mean nothing.
//===----------------------------------------------------------------------===//
#include "DriverLibrary.h"
#include "Probe.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <string_view>

using namespace llmc::bench;
using namespace llmrt::cuda;

namespace {
struct Options {
  std::string folder = ".";
  int64_t bytes = int64_t(4) << 30, repetitions = 20, launches = 400,
          rounds = 2000;
  std::vector<std::string> probes;
};
} // namespace

static Options parse(int count, char **words) {
  Options options;
  const std::pair<std::string_view, int64_t *> numbers[] = {
      {"--bytes", &options.bytes},
      {"--repetitions", &options.repetitions},
      {"--launches", &options.launches},
      {"--rounds", &options.rounds}};
  for (int i = 1; i < count; ++i) {
    const std::string_view word = words[i];
    if (!word.starts_with("--")) {
      options.probes.emplace_back(word);
      continue;
    }
    if (++i == count)
      throw Failed{std::string(word) + " needs a value"};
    const std::string_view value = words[i];
    if (word == "--ptx") {
      options.folder = value;
      continue;
    }
    auto known =
        std::find_if(std::begin(numbers), std::end(numbers),
                     [&](const auto &each) { return each.first == word; });
    if (known == std::end(numbers))
      throw Failed{"there is no option " + std::string(word) +
                   ": --ptx, --bytes, --repetitions, --launches, --rounds"};
    auto [end, error] = std::from_chars(
        value.data(), value.data() + value.size(), *known->second);
    if (error != std::errc() || end != value.data() + value.size() ||
        *known->second < 1)
      throw Failed{std::string(word) + " is '" + std::string(value) +
                   "': a whole number from 1 on"};
  }
  return options;
}

static std::vector<Probe> chosen(const std::vector<std::string> &names) {
  std::vector<Probe> all = streamProbes();
  for (Probe &probe : latencyProbes())
    all.push_back(std::move(probe));
  for (const std::string &name : names)
    if (std::none_of(all.begin(), all.end(),
                     [&](const Probe &probe) { return probe.name == name; })) {
      std::string known;
      for (const Probe &probe : all)
        known += std::string(" ") + probe.name;
      throw Failed{"there is no probe '" + name + "':" + known};
    }
  std::erase_if(all, [&](const Probe &probe) {
    return !names.empty() &&
           std::find(names.begin(), names.end(), probe.name) == names.end();
  });
  return all;
}

/// Whether it failed.
static bool print(ProbeDevice &device, const Probe &probe) {
  Json line = {{"what", "ceiling"}, {"name", probe.name}};
  bool failed = false;
  try {
    line.update(probe.measure(device));
  } catch (const NotMeasured &reason) {
    line["not_measured"] = reason.why;
  } catch (const Failed &reason) {
    line["not_measured"] = "failed: " + reason.why;
    failed = true;
  }
  std::printf("%s\n", line.dump().c_str());
  std::fflush(stdout);
  return failed;
}

static int run(int count, char **words) {
  const Options options = parse(count, words);
  const std::vector<Probe> probes = chosen(options.probes);
  auto driver = loadDriver();
  if (!driver)
    throw Failed{driver.message()};
  auto gpus = listGpus(*driver);
  if (!gpus)
    throw Failed{gpus.message()};
  auto gpu = Gpu::open(0);
  if (!gpu)
    throw Failed{gpu.message()};
  ProbeDevice device(**gpu, gpus->front(), options.folder,
                     {options.bytes, static_cast<int>(options.repetitions),
                      static_cast<int>(options.launches),
                      static_cast<int>(options.rounds)});
  std::printf("%s\n", device.describe().dump().c_str());
  int failures = 0;
  for (const Probe &probe : probes)
    failures += print(device, probe);
  return failures > 0;
}

int main(int count, char **words) {
  try {
    return run(count, words);
  } catch (const Failed &reason) {
    std::fprintf(stderr, "error: %s\n", reason.why.c_str());
    return 2;
  }
}
