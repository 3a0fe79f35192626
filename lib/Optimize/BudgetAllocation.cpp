//===- BudgetAllocation.cpp - one choice each, within a budget ------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// By dynamic programming over what an entry has beyond the fewest bytes of its row,
// in cells. Greedy steps along each row's hull leave gaps as large as the largest
// row's step, and a model's table of embeddings is a fifth of it. Cells depend on
// the table alone, not on the budget: so a larger budget never gives less.
//===----------------------------------------------------------------------===//
#include "llmc/Optimize/BudgetAllocation.h"

#include "llvm/ADT/STLExtras.h"

#include <cassert>
#include <limits>

using namespace llmc;

/// Bytes are counted this finely: 3 KB for SmolLM2-135M.
static constexpr int64_t mostCells = 1 << 15;
static constexpr double unreachable = std::numeric_limits<double>::infinity();

static BudgetAllocation addUp(const AllocationTable &table,
                              std::vector<size_t> chosen) {
  BudgetAllocation result{std::move(chosen)};
  for (auto [row, entry] : llvm::zip_equal(table, result.chosen)) {
    result.bytes += row[entry].bytes;
    result.divergence += row[entry].divergence;
  }
  return result;
}

/// The first entry that is least by `key` in each row.
template <typename Key>
static BudgetAllocation findLeast(const AllocationTable &table, Key key) {
  std::vector<size_t> chosen;
  for (const std::vector<AllocationEntry> &row : table) {
    assert(!row.empty() && "every row has a choice");
    const auto *least = std::min_element(
        row.data(), row.data() + row.size(),
        [&](const AllocationEntry &a, const AllocationEntry &b) {
          return key(a) < key(b);
        });
    chosen.push_back(least - row.data());
  }
  return addUp(table, std::move(chosen));
}

BudgetAllocation llmc::findSmallest(const AllocationTable &table) {
  return findLeast(table, [](const AllocationEntry &entry) {
    return std::pair(static_cast<double>(entry.bytes), entry.divergence);
  });
}

BudgetAllocation llmc::findNearest(const AllocationTable &table) {
  return findLeast(table, [](const AllocationEntry &entry) {
    return std::pair(entry.divergence, static_cast<double>(entry.bytes));
  });
}

namespace {

/// The least divergence for each number of cells, and the way there.
class Knapsack {
public:
  explicit Knapsack(const AllocationTable &table);

  /// Cells that a budget has beyond the fewest bytes.
  int64_t cellsOf(int64_t bytes) const {
    return std::min((bytes - fewest.bytes) / cellBytes, cells);
  }
  /// The fewest cells of at most that divergence, or -1.
  int64_t findCells(double divergence) const;
  BudgetAllocation follow(int64_t cell) const;

  const BudgetAllocation fewest;

private:
  void addRow(size_t row);
  /// Rounded up: what fits in cells fits in bytes.
  int64_t costOf(size_t row, const AllocationEntry &entry) const {
    int64_t beyond = entry.bytes - table[row][fewest.chosen[row]].bytes;
    return (beyond + cellBytes - 1) / cellBytes;
  }

  const AllocationTable &table;
  int64_t cellBytes = 1, cells = 0;
  std::vector<double> least;                 // within so many cells
  std::vector<std::vector<uint8_t>> choices; // of each row, by cells
};

} // namespace

Knapsack::Knapsack(const AllocationTable &table)
    : fewest(findSmallest(table)), table(table) {
  int64_t most = 0;
  for (const std::vector<AllocationEntry> &row : table)
    most += std::max_element(
                row.begin(), row.end(),
                [](const AllocationEntry &a, const AllocationEntry &b) {
                  return a.bytes < b.bytes;
                })
                ->bytes;
  cellBytes = std::max<int64_t>((most - fewest.bytes) / mostCells, 1);
  // Each row may round up by a cell.
  cells =
      (most - fewest.bytes) / cellBytes + static_cast<int64_t>(table.size());
  least.assign(cells + 1, 0);
  for (size_t row = 0; row < table.size(); ++row)
    addRow(row);
}

void Knapsack::addRow(size_t row) {
  assert(table[row].size() < 256 && "an entry's number is a byte");
  std::vector<double> sums(cells + 1, unreachable);
  std::vector<uint8_t> choice(cells + 1, 0);
  for (auto [number, entry] : llvm::enumerate(table[row])) {
    assert(entry.bytes >= 0 && entry.divergence >= 0 && "costs are no gains");
    const int64_t cost = costOf(row, entry);
    for (int64_t cell = cost; cell <= cells; ++cell) {
      double sum = least[cell - cost] + entry.divergence;
      if (sum < sums[cell]) {
        sums[cell] = sum;
        choice[cell] = static_cast<uint8_t>(number);
      }
    }
  }
  least = std::move(sums);
  choices.push_back(std::move(choice));
}

int64_t Knapsack::findCells(double divergence) const {
  // More cells never have a larger divergence.
  auto found = std::partition_point(
      least.begin(), least.end(), [&](double sum) { return sum > divergence; });
  return found == least.end() ? -1 : found - least.begin();
}

BudgetAllocation Knapsack::follow(int64_t cell) const {
  std::vector<size_t> chosen(table.size());
  for (size_t row = table.size(); row-- > 0;) {
    chosen[row] = choices[row][cell];
    cell -= costOf(row, table[row][chosen[row]]);
  }
  return addUp(table, std::move(chosen));
}

std::optional<BudgetAllocation>
llmc::allocateBytes(const AllocationTable &table, int64_t bytes) {
  Knapsack knapsack(table);
  if (knapsack.fewest.bytes > bytes)
    return std::nullopt;
  return knapsack.follow(knapsack.cellsOf(bytes));
}

std::optional<BudgetAllocation>
llmc::allocateDivergence(const AllocationTable &table, double divergence) {
  Knapsack knapsack(table);
  int64_t cell = knapsack.findCells(divergence);
  if (cell < 0)
    return std::nullopt;
  return knapsack.follow(cell);
}
