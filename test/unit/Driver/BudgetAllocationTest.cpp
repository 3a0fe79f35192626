//===- BudgetAllocationTest.cpp - one choice each, within a budget --------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "llmc/Optimize/BudgetAllocation.h"

#include <gtest/gtest.h>

#include <limits>
#include <random>

using namespace llmc;

/// Rows whose entries of more bytes are nearer, as encodings are; of about `scale` bytes.
static AllocationTable makeTable(size_t rows, size_t entries, unsigned seed,
                                 int64_t scale) {
  std::mt19937 generator(seed);
  AllocationTable table;
  for (size_t i = 0; i < rows; ++i) {
    const int64_t size = scale * (1 + generator() % 9);
    const double matters = 1.0 / (1 + generator() % 100);
    std::vector<AllocationEntry> &row = table.emplace_back();
    for (size_t bits = 2; bits < entries + 2; ++bits)
      row.push_back({size * static_cast<int64_t>(bits),
                     matters / static_cast<double>(1 << (2 * bits))});
  }
  return table;
}

/// Every way to choose, one after the other.
template <typename Visit>
static void visitAll(const AllocationTable &table, Visit visit) {
  std::vector<size_t> chosen(table.size());
  for (;;) {
    BudgetAllocation sum;
    for (size_t i = 0; i < table.size(); ++i) {
      sum.bytes += table[i][chosen[i]].bytes;
      sum.divergence += table[i][chosen[i]].divergence;
    }
    visit(sum);
    size_t row = 0;
    while (row < table.size() && ++chosen[row] == table[row].size())
      chosen[row++] = 0;
    if (row == table.size())
      return;
  }
}

static void expectConsistent(const AllocationTable &table,
                             const BudgetAllocation &found) {
  ASSERT_EQ(found.chosen.size(), table.size());
  int64_t bytes = 0;
  double divergence = 0;
  for (size_t i = 0; i < table.size(); ++i) {
    bytes += table[i][found.chosen[i]].bytes;
    divergence += table[i][found.chosen[i]].divergence;
  }
  EXPECT_EQ(found.bytes, bytes);
  EXPECT_DOUBLE_EQ(found.divergence, divergence);
}

TEST(BudgetAllocation, NothingWithinTheBudgetIsNearer) {
  for (unsigned seed = 0; seed < 20; ++seed) {
    AllocationTable table = makeTable(6, 4, seed, 7);
    const int64_t fewest = findSmallest(table).bytes;
    for (int64_t budget : {fewest, fewest + 10, 2 * fewest, 10 * fewest}) {
      double least = std::numeric_limits<double>::infinity();
      visitAll(table, [&](const BudgetAllocation &other) {
        if (other.bytes <= budget)
          least = std::min(least, other.divergence);
      });
      auto found = allocateBytes(table, budget);
      ASSERT_TRUE(found);
      expectConsistent(table, *found);
      EXPECT_LE(found->bytes, budget);
      EXPECT_DOUBLE_EQ(found->divergence, least) << seed << " " << budget;
    }
  }
}

TEST(BudgetAllocation, NothingAsNearIsSmaller) {
  for (unsigned seed = 0; seed < 20; ++seed) {
    AllocationTable table = makeTable(6, 4, seed, 7);
    const double nearest = findNearest(table).divergence;
    for (double budget : {nearest, 2 * nearest, 30 * nearest, 1e3}) {
      int64_t fewest = std::numeric_limits<int64_t>::max();
      visitAll(table, [&](const BudgetAllocation &other) {
        if (other.divergence <= budget)
          fewest = std::min(fewest, other.bytes);
      });
      auto found = allocateDivergence(table, budget * (1 + 1e-12));
      ASSERT_TRUE(found);
      expectConsistent(table, *found);
      EXPECT_LE(found->divergence, budget * (1 + 1e-9));
      EXPECT_EQ(found->bytes, fewest) << seed << " " << budget;
    }
  }
}

/// As many bytes as a model has: they are counted in cells.
TEST(BudgetAllocation, ALargerBudgetIsNeverFurtherAway) {
  AllocationTable table = makeTable(150, 7, 1, 40000);
  const int64_t fewest = findSmallest(table).bytes,
                most = findNearest(table).bytes;
  double before = std::numeric_limits<double>::infinity();
  for (int64_t budget = fewest; budget < most + most / 12;
       budget += most / 12 + 1) {
    auto found = allocateBytes(table, budget);
    ASSERT_TRUE(found);
    expectConsistent(table, *found);
    EXPECT_LE(found->bytes, budget);
    EXPECT_LE(found->divergence, before * (1 + 1e-12)) << budget;
    before = found->divergence;
    // Little of it stays unused: no row alone could be nearer.
    for (size_t row = 0; row < table.size(); ++row) {
      const size_t entry = found->chosen[row];
      if (entry + 1 < table[row].size())
        EXPECT_GT(found->bytes + table[row][entry + 1].bytes -
                      table[row][entry].bytes + most / 200,
                  budget)
            << row;
    }
  }
  EXPECT_DOUBLE_EQ(allocateBytes(table, 2 * most)->divergence,
                   findNearest(table).divergence);
}

TEST(BudgetAllocation, TheSameTableGivesTheSame) {
  AllocationTable table = makeTable(40, 7, 5, 1000);
  for (AllocationEntry &entry : table[7]) // equals are no coin's toss
    entry = {5000, 0.25};
  auto first = allocateBytes(table, 1500000),
       second = allocateBytes(table, 1500000);
  ASSERT_TRUE(first && second);
  EXPECT_EQ(first->chosen, second->chosen);
  EXPECT_EQ(first->chosen[7], 0u);
}

TEST(BudgetAllocation, WhatCannotBeReachedIsNone) {
  AllocationTable table = makeTable(5, 3, 2, 100);
  EXPECT_FALSE(allocateBytes(table, findSmallest(table).bytes - 1));
  EXPECT_FALSE(allocateBytes(table, -5));
  EXPECT_FALSE(allocateDivergence(table, findNearest(table).divergence / 2));
  EXPECT_TRUE(allocateBytes(table, std::numeric_limits<int64_t>::max()));
}

TEST(BudgetAllocation, RowsWithoutAChoiceCost) {
  AllocationTable table = {{{100, 0.5}}, {{10, 0.2}, {20, 0.1}}};
  auto found = allocateBytes(table, 119);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->bytes, 110);
  EXPECT_DOUBLE_EQ(found->divergence, 0.7);
  EXPECT_FALSE(allocateDivergence(table, 0.55));
  EXPECT_TRUE(allocateBytes({}, 0));
}

/// More bytes may be further away: a grid with a minimum that fits badly.
TEST(BudgetAllocation, EntriesNeedNoOrder) {
  AllocationTable table = {{{30, 0.1}, {10, 0.3}, {20, 0.4}}};
  EXPECT_EQ(allocateBytes(table, 29)->chosen.front(), 1u);
  EXPECT_EQ(allocateBytes(table, 30)->chosen.front(), 0u);
  EXPECT_EQ(allocateDivergence(table, 0.45)->chosen.front(), 1u);
}
