//===- MaskProbe.cpp - the mask that a graph adds to scores ---------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "MaskProbe.h"

#include <cmath>

using namespace llmc;
using namespace mlir;

MaskProbe::MaskProbe(const Graph &graph, Value scores, Value product,
                     double rise)
    : graph(graph), scores(scores), product(product), rise(rise) {
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
  ofOnes.emplace(graph.evaluator(lengths));
  ofOnes->bind(product, sizes,
               [](onnx::Index) { return onnx::Scalar::of(1.0); });
}

std::optional<double> MaskProbe::score(int64_t head, int64_t row, int64_t key) {
  auto element = evaluator->element(scores, {0, head, row - lengths.past, key});
  return element ? std::optional(element->number()) : std::nullopt;
}

/// Whether a product counts there as it does everywhere.
bool MaskProbe::rises(int64_t head, int64_t row, int64_t key, double from) {
  auto to = ofOnes->element(scores, {0, head, row - lengths.past, key});
  return to && std::fabs(to->number() - from - rise) <=
                   1e-4 * (std::fabs(rise) + 1e-4 * std::fabs(from));
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
    bool isSeen = *here > forbidden && *there > forbidden;
    slopes.push_back(isSeen ? static_cast<float>((*here - *there) / distance)
                            : 0);
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
        bool isScaled = !same || !wanted || rises(head, row, key, *there);
        if (same && isScaled)
          continue;
        std::string place = " position " + std::to_string(row) +
                            " and the key at " + std::to_string(key);
        if (!isScaled) {
          reason = "one scale for all scores does not explain head " +
                   std::to_string(head) + "," + place;
          return false;
        }
        reason = "no mask that is known explains" + place;
        if (!here || !there)
          reason += ": the score " + evaluator->reason();
        return false;
      }
  return true;
}

/// Lengths to look at the mask with, the longest that the graph takes: beyond all
/// its numbers, or as long as a table of it.
bool MaskProbe::findLengths() {
  int64_t number = findGreatestNumber(scores, product);
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
