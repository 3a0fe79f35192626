//===- TeamSizeTest.cpp - how many workers a step uses --------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "llmrt/TeamSize.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <random>
#include <vector>

using namespace llmrt;

namespace {

/// A machine in numbers: what a step of so many workers takes, and whether one
/// of them waits long.
struct Machine {
  std::function<double(int64_t workers)> seconds;
  std::function<bool(int64_t workers)> waits;
};

struct Course {
  std::vector<int64_t> teams; // of each step
  double seconds = 0;
};

Course run(TeamSize &team, const Machine &machine, double seconds) {
  Course result;
  while (result.seconds < seconds) {
    const int64_t workers = team.workers();
    const double step = machine.seconds(workers);
    team.took(step, machine.waits(workers));
    result.teams.push_back(workers);
    result.seconds += step;
  }
  return result;
}

double stepsPerSecond(const Course &course) {
  return static_cast<double>(course.teams.size()) / course.seconds;
}

const auto restful = [](int64_t workers) { return 0.008 / double(workers); };
const auto always = [](int64_t) { return true; };
const auto never = [](int64_t) { return false; };

TEST(TeamSize, aMachineAtRestUsesAllWorkersInEveryStep) {
  for (int64_t workers : {1, 2, 5, 64}) {
    TeamSize team(workers, 64);
    Course all = run(team, {restful, never}, 10);
    EXPECT_EQ(all.teams, std::vector<int64_t>(all.teams.size(), workers));
  }
}

TEST(TeamSize, longWaitsWithoutAFasterSizeCostLittle) {
  TeamSize team(2, 2);
  Course all = run(team, {restful, always}, 60);
  EXPECT_GT(stepsPerSecond(all), 0.97 / restful(2));
}

TEST(TeamSize, besideBusyProcessesItUsesFewer) {
  const Machine busy = {
      [](int64_t workers) { return workers == 1 ? 0.004 : 0.016; },
      [](int64_t workers) { return workers > 1; }};
  TeamSize team(2, 2);
  run(team, busy, 1);
  EXPECT_GT(stepsPerSecond(run(team, busy, 60)), 0.97 / 0.004);
}

// Windows of few time slices differ by much: chance must not look like a gain.
TEST(TeamSize, chanceIsNoGain) {
  for (uint32_t seed = 1; seed <= 20; ++seed) {
    std::mt19937 random(seed);
    std::uniform_real_distribution<double> draw(0, 1);
    // Each worker may lose its processor for a slice; all wait for it.
    auto step = [&](int64_t workers) {
      const double work = workers == 1 ? 0.0023 : 0.0013;
      const double slice = workers == 1 ? 0.004 : 0.006;
      double lost = 0;
      for (int64_t worker = 0; worker < workers; ++worker)
        if (draw(random) < work / 0.006)
          lost = std::max(lost, slice * (0.5 + draw(random)));
      return work + lost;
    };
    TeamSize one(1, 1), two(2, 2);
    const Machine machine = {step, [](int64_t workers) { return workers > 1; }};
    const double alone = stepsPerSecond(run(one, machine, 60));
    EXPECT_GT(stepsPerSecond(run(two, machine, 60)), 0.97 * alone) << seed;
  }
}

TEST(TeamSize, itGrowsAgainWhenTheyAreGone) {
  const Machine busy = {
      [](int64_t workers) { return workers == 1 ? 0.004 : 0.016; },
      [](int64_t workers) { return workers > 1; }};
  TeamSize team(2, 2);
  run(team, busy, 20); // trials are four seconds apart by now
  run(team, {restful, never}, 6);
  Course rest = run(team, {restful, never}, 5);
  EXPECT_EQ(rest.teams, std::vector<int64_t>(rest.teams.size(), 2));
}

TEST(TeamSize, rareLongWaitsAreEnoughToTry) {
  int64_t step = 0;
  const Machine busy = {
      [&](int64_t workers) {
        return workers == 1 ? 0.004 : ++step % 5 == 0 ? 0.022 : 0.002;
      },
      [&](int64_t workers) { return workers > 1 && step % 5 == 0; }};
  TeamSize team(2, 2);
  run(team, busy, 1);
  EXPECT_GT(stepsPerSecond(run(team, busy, 60)), 0.97 / 0.004);
}

// Two processors; every worker more costs 200 us of every step.
const Machine crowded = {[](int64_t workers) {
                           return workers == 1
                                      ? 0.004
                                      : 0.002 + 0.0002 * double(workers - 2);
                         },
                         [](int64_t workers) { return workers > 2; }};

TEST(TeamSize, farMoreWorkersThanProcessorsCostLittle) {
  for (int64_t workers : {3, 8, 64, 1000}) {
    TeamSize team(workers, 2);
    EXPECT_EQ(team.workers(), 2);
    EXPECT_GT(stepsPerSecond(run(team, crowded, 30)), 0.97 / 0.002) << workers;
  }
}

TEST(TeamSize, processorsThatAreNotThereAreFoundOut) {
  TeamSize team(64, 64); // a quota that the system does not show
  run(team, crowded, 10);
  EXPECT_GT(stepsPerSecond(run(team, crowded, 20)), 0.95 / 0.002);
}

TEST(TeamSize, besideBusyProcessesNoMoreThanTheProcessorsAreTried) {
  TeamSize team(8, 2);
  for (int64_t workers : run(team, {restful, always}, 20).teams)
    EXPECT_LE(workers, 2);
}

TEST(TeamSize, moreWorkersThanProcessorsAreUsedWhereTheyAreFaster) {
  TeamSize team(8, 2);
  run(team, {restful, never}, 20);
  EXPECT_EQ(run(team, {restful, never}, 1).teams.back(), 8);
}

} // namespace
