//===- MaskProbe.cpp - the mask that a graph adds to scores ---------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "MaskProbe.h"

#include <cmath>

using namespace llmc;
using namespace mlir;

// Masks are -inf, the smallest of a float type, -1e9 or -1e4; biases are not.
static constexpr double forbidden = -5000;

/// The largest whole number in the ops that the value is made of, short of those
/// that mean "to the end": windows are such numbers.
static int64_t findGreatestNumber(const Graph &graph, Value value) {
  constexpr int64_t ends = int64_t{1} << 20;
  constexpr size_t mostOps = 4000;
  SmallVector<Value> open = {value};
  llvm::DenseSet<Value> seen = {value};
  int64_t greatest = 0;
  while (!open.empty() && seen.size() < mostOps) {
    Operation *op = open.pop_back_val().getDefiningOp();
    if (!op)
      continue;
    if (auto constant = dyn_cast<onnx::ConstantOp>(op))
      if (auto values =
              dyn_cast_or_null<DenseIntElementsAttr>(constant.getValueAttr()))
        for (const APInt &number : values.getValues<APInt>())
          if (std::abs(number.getSExtValue()) < ends)
            greatest = std::max(greatest, std::abs(number.getSExtValue()));
    for (Value operand : op->getOperands())
      if (!graph.isData(operand) && seen.insert(operand).second)
        open.push_back(operand);
  }
  return greatest;
}

MaskProbe::MaskProbe(const Graph &graph, Value scores, Value product)
    : graph(graph), scores(scores), product(product) {
  heads = (*graph.sizes(scores))[1];
}

void MaskProbe::setLengths(Lengths wanted) {
  lengths = graph.settle(wanted);
  evaluator.emplace(graph.evaluator(lengths));
  // The product as the primes say it, for these lengths.
  Graph::Sizes sizes;
  Lengths primes = graph.lengths();
  for (int64_t size : *graph.sizes(product)) {
    if (size == primes.past + primes.seq &&
        sizes.size() + 1 == graph.sizes(product)->size())
      size = lengths.past + lengths.seq;
    else if (size == primes.seq)
      size = lengths.seq;
    else if (size % primes.batch == 0)
      size = size / primes.batch * lengths.batch;
    sizes.push_back(size);
  }
  evaluator->bind(product, sizes,
                  [](onnx::Index) { return onnx::Scalar::of(0.0); });
}

std::optional<double> MaskProbe::score(int64_t head, int64_t row, int64_t key) {
  auto element = evaluator->element(scores, {0, head, row - lengths.past, key});
  return element ? std::optional(element->number()) : std::nullopt;
}

bool MaskProbe::allowed(int64_t row, int64_t key) {
  std::optional<double> found = score(0, row, key);
  return found && *found > forbidden;
}

/// How far from `row` keys are allowed, in `direction`; -1 if as far as `room`.
int64_t MaskProbe::findLimit(int64_t row, int64_t direction, int64_t room) {
  if (allowed(row, row + direction * room))
    return -1;
  int64_t inside = 0, outside = room; // the last allowed, the first that is not
  while (outside - inside > 1) {
    int64_t middle = inside + (outside - inside) / 2;
    (allowed(row, row + direction * middle) ? inside : outside) = middle;
  }
  return inside;
}

/// A key's score less that of the row itself, per head and distance.
bool MaskProbe::findSlopes(Mask &mask) {
  int64_t row = lengths.past + lengths.seq - 1;
  int64_t distance = mask.left < 0 ? 16 : std::min<int64_t>(16, mask.left);
  SmallVector<float> slopes;
  bool any = false;
  for (int64_t head = 0; head < heads && distance > 0; ++head) {
    auto here = score(head, row, row), there = score(head, row, row - distance);
    if (!here || !there)
      return false;
    slopes.push_back(static_cast<float>((*here - *there) / distance));
    any |= slopes.back() != 0;
  }
  if (any)
    mask.slopes = slopes;
  return true;
}

bool MaskProbe::explains(const Mask &mask, std::string &reason) {
  int64_t keys = lengths.past + lengths.seq;
  SmallVector<int64_t> distances = {0, 1, 2, 3, 7, farthest / 3, farthest - 1};
  for (int64_t limit : {mask.left, mask.right, farthest / 2})
    for (int64_t near = -2; near <= 2; ++near)
      distances.push_back(limit + near);
  for (int64_t step :
       {int64_t{0}, int64_t{1}, lengths.seq / 2, lengths.seq - 1})
    for (int64_t distance : distances)
      for (int64_t key :
           {lengths.past + step - distance, lengths.past + step + distance}) {
        int64_t row = lengths.past + step, back = row - key;
        if (key < 0 || key >= keys)
          continue;
        bool wanted = (mask.left < 0 || back <= mask.left) &&
                      (mask.right < 0 || -back <= mask.right);
        int64_t head = mask.slopes.empty() ? key % heads : (row + key) % heads;
        auto here = score(head, row, row), there = score(head, row, key);
        bool isAllowed = there && *there > forbidden;
        double bias = mask.slopes.empty() ? 0 : -back * mask.slopes[head];
        bool same = here && there && isAllowed == wanted &&
                    (!wanted || std::fabs(*there - *here - bias) <=
                                    1e-4 * (1 + std::fabs(bias)));
        if (same)
          continue;
        reason = "no mask that is known explains position " +
                 std::to_string(row) + " and the key at " + std::to_string(key);
        if (!here || !there)
          reason += ": the score " + evaluator->reason();
        return false;
      }
  return true;
}

/// Lengths to look at the mask with, the longest that the graph takes: beyond all
/// its numbers, or as long as a table of it.
bool MaskProbe::findLengths() {
  int64_t number = findGreatestNumber(graph, scores);
  for (int64_t length : {4 * number + 64, number, int64_t{200}, int64_t{60}}) {
    farthest = length;
    if (length < 16)
      continue;
    setLengths({1, length, 0});
    if (score(0, length - 1, 0) && score(0, 0, length - 1))
      return true;
  }
  return false;
}

std::optional<Mask> MaskProbe::find(std::string &reason) {
  Mask mask;
  if (!findLengths()) {
    reason = "its scores: " + evaluator->reason();
    return std::nullopt;
  }
  mask.left = findLimit(farthest - 1, -1, farthest - 1);
  mask.right = findLimit(0, +1, farthest - 1);
  if (!findSlopes(mask) || !explains(mask, reason))
    return std::nullopt;
  if (!graph.past.empty()) { // behind a cache, too
    setLengths({1, 3, farthest - 3});
    if (!explains(mask, reason))
      return std::nullopt;
  }
  return mask;
}
