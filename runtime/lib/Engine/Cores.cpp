//===- Cores.cpp - how many cores this process may use --------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Two workers on one physical core share its vector units, and workers beyond
// the CPU quota stop in the middle of a barrier: both are slower than fewer.
//===----------------------------------------------------------------------===//
#include "llmrt/ThreadPool.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <sched.h>
#include <set>
#include <utility>
#include <vector>

using namespace llmrt;

/// The number in /sys/devices/system/cpu/cpuN/topology/NAME; -1: unknown.
static long topologyNumber(int cpu, const char *name) {
  char path[96];
  std::snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu%d/topology/%s",
                cpu, name);
  std::FILE *file = std::fopen(path, "re");
  if (!file)
    return -1;
  long number = -1;
  if (std::fscanf(file, "%ld", &number) != 1)
    number = -1;
  std::fclose(file);
  return number;
}

/// Whole cores of the control group's quota; INT64_MAX without one.
static int64_t quotaCores() {
  std::FILE *file = std::fopen("/sys/fs/cgroup/cpu.max", "re");
  if (!file)
    return INT64_MAX;
  long long quota = 0, period = 0; // "max 100000" leaves no number
  int fields = std::fscanf(file, "%lld %lld", &quota, &period);
  std::fclose(file);
  if (fields != 2 || quota <= 0 || period <= 0)
    return INT64_MAX;
  return std::max<int64_t>(1, quota / period);
}

/// The processors that this process may use; empty where the system does not
/// say.
static std::vector<int> processors() {
  cpu_set_t mask;
  CPU_ZERO(&mask);
  std::vector<int> found;
  if (sched_getaffinity(0, sizeof mask, &mask) != 0)
    return found;
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu)
    if (CPU_ISSET(cpu, &mask))
      found.push_back(cpu);
  return found;
}

static int64_t withinQuota(size_t count) {
  return std::min(std::max<int64_t>(1, static_cast<int64_t>(count)),
                  quotaCores());
}

int64_t ThreadPool::availableCores() {
  std::set<std::pair<long, long>> cores;
  for (int cpu : processors()) {
    long core = topologyNumber(cpu, "core_id");
    // A processor without a known core counts as one of its own.
    cores.insert(core < 0
                     ? std::pair<long, long>(-1, cpu)
                     : std::pair<long, long>(
                           topologyNumber(cpu, "physical_package_id"), core));
  }
  return withinQuota(cores.size());
}

int64_t ThreadPool::availableProcessors() {
  return withinQuota(processors().size());
}
