//===- Device.cpp - the simulated device ----------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Device.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>

using namespace llmc::ptxsim;

static uint64_t numberOf(const char *name, uint64_t otherwise) {
  const char *text = std::getenv(name);
  if (!text || !*text)
    return otherwise;
  char *end = nullptr;
  uint64_t value = std::strtoull(text, &end, 0);
  if (*end == '\0')
    return value;
  std::fprintf(stderr,
               "llmc-ptxsim: error: %s must be a whole number, found "
               "'%s'\n",
               name, text);
  std::exit(1);
}

static DeviceSettings readSettings() {
  DeviceSettings settings;
  settings.seed = numberOf("LLMC_PTXSIM_SEED", settings.seed);
  settings.races = numberOf("LLMC_PTXSIM_RACES", 1) != 0;
  settings.memoryBytes = numberOf("LLMC_PTXSIM_MEMORY", settings.memoryBytes);
  uint64_t capability = numberOf("LLMC_PTXSIM_CAPABILITY", 90);
  settings.major = int(capability / 10);
  settings.minor = int(capability % 10);
  if (const char *file = std::getenv("LLMC_PTXSIM_COUNTERS"))
    settings.countersFile = file;
  return settings;
}

SimulatedDevice::SimulatedDevice()
    : settings(readSettings()), memory(settings.memoryBytes) {}

SimulatedDevice &SimulatedDevice::get() {
  static SimulatedDevice device;
  return device;
}

cuda::Result SimulatedDevice::complain(cuda::Result result,
                                       const std::string &message) {
  std::fprintf(stderr, "llmc-ptxsim: error: %s\n", message.c_str());
  return result;
}

cuda::Result SimulatedDevice::fail(const Error &error) {
  using Kind = Error::Kind;
  lost = error.kind == Kind::Address      ? cuda::IllegalAddress
         : error.kind == Kind::Misaligned ? cuda::MisalignedAddress
         : error.kind == Kind::Deadlock   ? cuda::LaunchTimeout
                                          : cuda::LaunchFailed;
  if (error.kind == Kind::Launch) {
    lost = cuda::Success; // nothing ran
    return complain(cuda::InvalidValue, error.what());
  }
  return complain(lost, error.what());
}

cuda::Result SimulatedDevice::enqueue(cuda::Stream stream, cuda::Work work) {
  if (!stream || !stream->capture)
    return work();
  stream->capture->nodes.push_back(std::move(work));
  return cuda::Success;
}

void SimulatedDevice::writeCounters(const std::string &kernel,
                                    const LaunchOptions &options,
                                    const Counters &counters) {
  std::FILE *file = std::fopen(settings.countersFile.c_str(), "a");
  if (!file) {
    complain(cuda::Success, "cannot write '" + settings.countersFile +
                                "': " + std::strerror(errno));
    return;
  }
  const Extent &grid = options.grid, &block = options.block;
  std::fprintf(file,
               "{\"kernel\": \"%s\", \"grid\": [%u, %u, %u], \"block\": [%u, "
               "%u, %u], \"dynamic_shared\": %u, \"counters\": %s}\n",
               kernel.c_str(), grid.x, grid.y, grid.z, block.x, block.y,
               block.z, options.dynamicSharedBytes,
               toJson(counters, true).c_str());
  std::fclose(file);
}

cuda::Result SimulatedDevice::launch(const cuda::FunctionObject &function,
                                     LaunchOptions options, bool mayOverlap,
                                     const std::vector<uint8_t> &parameters) {
  if (lost)
    return lost;
  try {
    Counters counters;
    Footprint written;
    options.written = options.races ? &written : nullptr;
    options.before = mayOverlap ? &lastWritten : nullptr;
    ptxsim::launch(*function.module->module, *function.kernel, parameters,
                   memory, options, &counters);
    lastWritten = std::move(written);
    if (!settings.countersFile.empty())
      writeCounters(function.name, options, counters);
  } catch (const Error &error) {
    return fail(error);
  } catch (const std::bad_alloc &) {
    return complain(cuda::OutOfMemory, "the host has no memory left");
  }
  return cuda::Success;
}
