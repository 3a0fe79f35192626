//===- Dsnot.cpp - zeros of a mask change places --------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// arXiv:2310.08915. In each row a weight that went comes back and another one goes,
// as long as the row's error falls. The paper estimates that error by mean and
// variance of the input; here are all of X^T X, so that it is exact: d X^T X d^T, where
// d is what the row has lost.
//===----------------------------------------------------------------------===//
#include "Pruning.h"

using namespace llvm;
using namespace llmc;

namespace {

/// A weight that comes back to its row, or goes: how much more of it is lost then.
struct Move {
  int64_t col = -1;
  double amount = 0;
  double change = 0; // of the error
};

struct Swap {
  Move first, second;
  double change() const { return first.change + second.change; }
};

class PrunedRow {
public:
  PrunedRow(const PruningInput &input, ArrayRef<float> weights,
            MutableArrayRef<float> kept);

  /// Makes the swap that lowers the error most; whether there was one.
  bool improve();

private:
  enum class Direction { back, away };

  double sum(int64_t a, int64_t b) const { return input.xtx[a * cols + b]; }
  void lose(int64_t col, double amount);
  void apply(const Move &move);
  Move findMove(Direction direction, int64_t begin, const Move &before) const;
  Swap findSwap(Direction first, int64_t begin) const;

  const PruningInput &input;
  const int64_t cols, group;   // swaps are within groups
  ArrayRef<float> weights;     // before any went
  MutableArrayRef<float> kept; // 0 where they did
  std::vector<double> slope;   // X^T X d
};

} // namespace

PrunedRow::PrunedRow(const PruningInput &input, ArrayRef<float> weights,
                     MutableArrayRef<float> kept)
    : input(input), cols(input.cols),
      group(input.pattern.of ? input.pattern.of : cols), weights(weights),
      kept(kept), slope(cols, 0) {
  for (int64_t col = 0; col < cols; ++col)
    if (kept[col] == 0)
      lose(col, weights[col]);
}

void PrunedRow::lose(int64_t col, double amount) {
  for (int64_t i = 0; amount != 0 && i < cols; ++i)
    slope[i] += amount * sum(col, i);
}

void PrunedRow::apply(const Move &move) {
  lose(move.col, move.amount);
  kept[move.col] = kept[move.col] == 0 ? weights[move.col] : 0;
}

/// The best one of a group, once `before` is made. Weights that were 0 stay.
Move PrunedRow::findMove(Direction direction, int64_t begin,
                         const Move &before) const {
  Move best;
  for (int64_t col = begin; col < begin + group; ++col) {
    const bool isGone = kept[col] == 0,
               wantsGone = direction == Direction::back;
    if (weights[col] == 0 || isGone != wantsGone)
      continue;
    const double amount = isGone ? -weights[col] : weights[col];
    const double shift =
        before.col < 0 ? 0 : before.amount * sum(before.col, col);
    const double change =
        amount * (amount * sum(col, col) + 2 * (slope[col] + shift));
    if (best.col < 0 || change < best.change)
      best = {col, amount, change};
  }
  return best;
}

/// The best move, and then the best one the other way: all pairs would take cols^2
/// steps instead of cols.
Swap PrunedRow::findSwap(Direction first, int64_t begin) const {
  const Direction second =
      first == Direction::back ? Direction::away : Direction::back;
  Swap swap;
  swap.first = findMove(first, begin, {});
  if (swap.first.col >= 0)
    swap.second = findMove(second, begin, swap.first);
  return swap.second.col < 0 ? Swap() : swap;
}

bool PrunedRow::improve() {
  Swap best;
  for (int64_t begin = 0; begin < cols; begin += group)
    for (Direction first : {Direction::back, Direction::away})
      if (Swap swap = findSwap(first, begin); swap.change() < best.change())
        best = swap;
  if (best.first.col < 0)
    return false;
  apply(best.first);
  apply(best.second);
  return true;
}

void llmc::refineByDsnot(const PruningInput &input, ArrayRef<float> weights,
                         MutableArrayRef<float> pruned) {
  const int64_t cols = input.cols;
  for (int64_t row = 0; row < input.rows; ++row) {
    PrunedRow current(input, weights.slice(row * cols, cols),
                      pruned.slice(row * cols, cols));
    // As many swaps as columns at most: rounding must not let it go in circles.
    for (int64_t swaps = 0; swaps < cols && current.improve(); ++swaps) {
    }
  }
}
