//===- ThreadPoolTest.cpp - workers and barriers --------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "llmrt/ThreadPool.h"
#include "llmrt/abi.h"

#include <gtest/gtest.h>

#include <chrono>
#include <ctime>
#include <sched.h>
#include <thread>
#include <vector>

using namespace llmrt;

namespace {

class Pools : public testing::TestWithParam<int64_t> {};
INSTANTIATE_TEST_SUITE_P(Workers, Pools, testing::Values(1, 2, 3, 8));

TEST_P(Pools, everyWorkerRunsOncePerCall) {
  auto pool = ThreadPool::create(GetParam());
  ASSERT_TRUE(pool) << pool.message();
  for (int round = 0; round < 50; ++round) {
    std::vector<int> calls(GetParam(), 0);
    (*pool)->run([&](int64_t worker, int64_t workers) {
      EXPECT_EQ(workers, GetParam());
      ++calls[worker];
    });
    EXPECT_EQ(calls, std::vector<int>(GetParam(), 1));
  }
}

TEST_P(Pools, aBarrierShowsWhatOthersWrote) {
  auto pool = ThreadPool::create(GetParam());
  std::vector<int64_t> values(GetParam(), 0);
  bool wrong = false;
  (*pool)->run([&](int64_t worker, int64_t workers) {
    for (int64_t round = 1; round <= 200; ++round) {
      values[worker] = round;
      llmrt_barrier((*pool)->barrier());
      if (values[(worker + 1) % workers] != round)
        wrong = true;
      llmrt_barrier((*pool)->barrier());
    }
  });
  EXPECT_FALSE(wrong);
}

TEST_P(Pools, aSmallerTeamRunsAloneAndTheRestJoinsLater) {
  auto pool = ThreadPool::create(GetParam());
  for (int64_t team = GetParam(); team >= 1; --team)
    for (int64_t size : {team, GetParam()}) {
      std::vector<int> calls(GetParam(), 0);
      (*pool)->run(size, [&](int64_t worker, int64_t workers) {
        EXPECT_EQ(workers, size);
        llmrt_barrier((*pool)->barrier());
        ++calls[worker];
      });
      for (int64_t worker = 0; worker < GetParam(); ++worker)
        EXPECT_EQ(calls[worker], worker < size) << worker << " of " << size;
    }
}

cpu_set_t firstOf(const cpu_set_t &all) {
  cpu_set_t one;
  CPU_ZERO(&one);
  for (int cpu = 0; cpu < CPU_SETSIZE && CPU_COUNT(&one) == 0; ++cpu)
    if (CPU_ISSET(cpu, &all))
      CPU_SET(cpu, &one);
  return one;
}

/// Processor time of a task of `rounds` barriers, in seconds: what the workers
/// burn, whoever else is on the machine.
double barrierSeconds(int64_t workers, int64_t rounds) {
  auto pool = ThreadPool::create(workers);
  const std::clock_t start = std::clock();
  (*pool)->run([&](int64_t, int64_t) {
    for (int64_t round = 0; round < rounds; ++round)
      llmrt_barrier((*pool)->barrier());
  });
  return double(std::clock() - start) / CLOCKS_PER_SEC;
}

// A worker that spins while another waits for its core costs half a millisecond
// per barrier, and all but the last do.
TEST(ThreadPool, moreWorkersThanProcessorsPassBarriersQuickly) {
  const int64_t processors = ThreadPool::availableProcessors();
  EXPECT_LT(barrierSeconds(4 * processors, 3000), 1.5);
  EXPECT_LT(barrierSeconds(16 * processors, 200), 1.0);
}

/// As Linux places them where the other cores are busy: each wait looks in vain,
/// since who is waited for needs this core.
TEST(ThreadPool, twoWorkersOnOneCorePassBarriersQuickly) {
  cpu_set_t all, one;
  ASSERT_EQ(sched_getaffinity(0, sizeof all, &all), 0);
  one = firstOf(all);
  auto pool = ThreadPool::create(2);
  const std::clock_t start = std::clock();
  (*pool)->run([&](int64_t, int64_t) {
    sched_setaffinity(0, sizeof one, &one);
    for (int64_t round = 0; round < 2000; ++round)
      llmrt_barrier((*pool)->barrier());
  });
  sched_setaffinity(0, sizeof all, &all);
  EXPECT_LT(double(std::clock() - start) / CLOCKS_PER_SEC, 0.3);
}

TEST(ThreadPool, aWorkerThatWaitsLongSleeps) {
  auto pool = ThreadPool::create(2);
  const int64_t before = (*pool)->longWaits();
  const std::clock_t start = std::clock();
  (*pool)->run([&](int64_t worker, int64_t) {
    if (worker == 1)
      std::this_thread::sleep_for(std::chrono::milliseconds(200));
    llmrt_barrier((*pool)->barrier());
  });
  EXPECT_LT(double(std::clock() - start) / CLOCKS_PER_SEC, 0.1);
  EXPECT_GT((*pool)->longWaits(), before); // more where the machine is busy
}

TEST(ThreadPool, sleepingWorkersWakeUp) {
  auto pool = ThreadPool::create(4);
  std::atomic<int> calls{0};
  for (int round = 0; round < 5; ++round) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    (*pool)->run([&](int64_t, int64_t) { ++calls; });
  }
  EXPECT_EQ(calls, 20);
}

TEST(ThreadPool, idleWorkersDoNotBurn) {
  auto pool = ThreadPool::create(2);
  (*pool)->run([](int64_t, int64_t) {});
  const std::clock_t before = std::clock();
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  const double seconds = double(std::clock() - before) / CLOCKS_PER_SEC;
  EXPECT_LT(seconds, 0.1);
}

TEST(ThreadPool, refusesSenselessCounts) {
  EXPECT_EQ(ThreadPool::create(0).message(),
            "asked for 0 threads: allowed are 1 to 1024");
  EXPECT_FALSE(ThreadPool::create(-3));
  EXPECT_FALSE(ThreadPool::create(1025));
}

TEST(ThreadPool, coresRespectTheAffinityMask) {
  cpu_set_t all, one;
  ASSERT_EQ(sched_getaffinity(0, sizeof all, &all), 0);
  EXPECT_GE(ThreadPool::availableCores(), 1);
  EXPECT_LE(ThreadPool::availableCores(), ThreadPool::availableProcessors());
  EXPECT_LE(ThreadPool::availableProcessors(), CPU_COUNT(&all));
  one = firstOf(all);
  ASSERT_EQ(sched_setaffinity(0, sizeof one, &one), 0);
  EXPECT_EQ(ThreadPool::availableCores(), 1);
  EXPECT_EQ(ThreadPool::availableProcessors(), 1);
  sched_setaffinity(0, sizeof all, &all);
}

} // namespace
