//===- RotaryProbe.cpp - the rotation that a region computes --------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "RotaryProbe.h"

#include <cmath>

using namespace llmc;
using namespace mlir;

RotaryProbe::RotaryProbe(const Graph &graph, Value source, Value end,
                         int64_t longest)
    : graph(graph), source(source), end(end), longest(longest),
      same(toleranceOf(getElementTypeOrSelf(end.getType()))) {
  const Graph::Sizes *sizes = graph.sizes(source);
  if (!sizes || sizes->size() < 3 || !graph.sizes(end) ||
      *sizes != *graph.sizes(end))
    return;
  columns = sizes->back();
  for (auto [i, size] : llvm::enumerate(*sizes))
    if (size == graph.lengths().seq && i + 1 < sizes->size())
      axis = i;
}

std::optional<SmallVector<double>> RotaryProbe::apply(int64_t position,
                                                      const Vector &vector,
                                                      ArrayRef<int64_t> which) {
  Lengths lengths =
      graph.settle({1, std::max(position + 1, shortest) - before, before});
  onnx::Evaluator evaluator = graph.evaluator(lengths);
  Graph::Sizes row;
  for (int64_t size : *graph.sizes(source))
    row.push_back(size == graph.lengths().batch ? lengths.batch : size);
  row[axis] = lengths.seq;
  evaluator.bind(source, row, [&](onnx::Index index) {
    return onnx::Scalar::of(vector(index.back()));
  });
  const Graph::Sizes *made = evaluator.sizes(end);
  if (!made || *made != row)
    return std::nullopt;
  Graph::Sizes place(row.size(), 0);
  if (isLastHead)
    for (auto [at, size] : llvm::zip_equal(place, row))
      at = size - 1;
  place[axis] = position - before;
  SmallVector<double> result;
  for (int64_t column : which) {
    place.back() = column;
    auto element = evaluator.element(end, place);
    if (!element || !std::isfinite(element->number()))
      return std::nullopt;
    result.push_back(element->number());
  }
  return result;
}

static SmallVector<int64_t> countTo(int64_t end) {
  return llvm::to_vector(llvm::seq<int64_t>(0, end));
}

/// The columns of the end that a column of the source moves into at position 1.
std::optional<SmallVector<int64_t>> RotaryProbe::reachedBy(int64_t column) {
  auto unit =
      apply(1, [&](int64_t d) { return d == column; }, countTo(columns));
  if (!unit)
    return std::nullopt;
  SmallVector<int64_t> reached;
  for (int64_t d = 0; d < columns; ++d)
    if ((*unit)[d] != 0)
      reached.push_back(d);
  return reached;
}

/// Which dims turn, and in which pairs; read from position 1, where each of them
/// is another than at 0.
std::optional<Rotation> RotaryProbe::findShape(std::string &reason) {
  auto random = [](int64_t d) { return 1.5 + pseudoRandom(d); };
  auto zero = apply(1, [](int64_t) { return 0.0; }, {0, columns - 1});
  if (!zero || (*zero)[0] != 0 || (*zero)[1] != 0)
    return std::nullopt; // not linear
  SmallVector<int64_t> all = countTo(columns);
  auto turned = apply(1, random, all);
  if (!turned)
    return std::nullopt;
  auto moves = [&](int64_t d) { return (*turned)[d] != random(d); };
  Rotation rotation;
  rotation.sequenceAxis = axis;
  while (rotation.start < columns && !moves(rotation.start))
    ++rotation.start;
  if (rotation.start == columns)
    return std::nullopt; // passes everything
  int64_t end = columns;
  while (!moves(end - 1))
    --end;
  int64_t first = rotation.start;
  auto unit = reachedBy(first);
  if (!unit)
    return std::nullopt;
  ArrayRef<int64_t> reached = *unit;
  // Only what depends on the position looks like a rotation.
  auto refuse = [&](const std::string &what) {
    auto before = apply(0, random, all);
    if (before && *before != *turned)
      reason = what;
    return std::nullopt;
  };
  if (reached.size() != 2 || reached[0] != first)
    return refuse("moves its dim " + std::to_string(first) + " into " +
                  std::to_string(reached.size()) +
                  " dims by position; a rotation moves it into two");
  int64_t distance = reached[1] - first, dims = end - first;
  rotation.interleaved = distance == 1 && dims != 2;
  if (!rotation.interleaved)
    dims = 2 * distance; // frequencies may be 0 at the end of a part
  // Neighbours may be turned and then sorted into halves (DeepSeek).
  if (distance > 1 && reachedBy(first + 1) == unit)
    rotation.interleaved = rotation.leavesHalves = true;
  if (dims % 2 || first + dims > columns || dims < end - first)
    return refuse("moves its dim " + std::to_string(first) + " into dim " +
                  std::to_string(reached[1]) +
                  ", which pairs neither neighbours nor halves");
  rotation.inv.resize(dims / 2);
  return rotation;
}

RotaryProbe::Turned RotaryProbe::turn(const Rotation &shape, int64_t position) {
  auto vector = [](int64_t d) { return 1.5 + pseudoRandom(d); };
  SmallVector<int64_t> all = countTo(columns);
  auto turned = apply(position, vector, all);
  if (!turned)
    return std::nullopt;
  int64_t pairs = shape.inv.size();
  SmallVector<std::pair<double, double>> result;
  for (int64_t i = 0; i < pairs; ++i) {
    int64_t a = shape.start + (shape.interleaved ? 2 * i : i);
    int64_t b = shape.interleaved ? a + 1 : a + pairs;
    double u = vector(a), v = vector(b), length = u * u + v * v;
    if (shape.leavesHalves) {
      a = shape.start + i;
      b = a + pairs;
    }
    result.push_back({(u * (*turned)[a] + v * (*turned)[b]) / length,
                      (u * (*turned)[b] - v * (*turned)[a]) / length});
  }
  // What is no rotation of pairs is not explained by one.
  for (int64_t d = 0; d < columns; ++d)
    if ((d < shape.start || d >= shape.start + 2 * pairs) &&
        (*turned)[d] != vector(d))
      return std::nullopt;
  return result;
}

/// A length beyond every number of the graph, with which frequencies may change.
int64_t RotaryProbe::beyondNumbers() const {
  return std::max<int64_t>(4096, 2 * findGreatestNumber(end, source));
}

/// Frequencies from position 1, made exact at longer and longer distances; as
/// many as a table has.
bool RotaryProbe::findAngles(Rotation &rotation, std::string &reason) {
  auto atZero = turn(rotation, 0), atOne = turn(rotation, 1);
  if (!atZero || !atOne)
    return false;
  rotation.mscale = std::hypot((*atOne)[0].first, (*atOne)[0].second);
  SmallVector<double> inv;
  for (auto [zero, one] : llvm::zip_equal(*atZero, *atOne)) {
    double scale = std::hypot(one.first, one.second);
    if (std::fabs(scale - rotation.mscale) > same * rotation.mscale ||
        std::fabs(zero.first - rotation.mscale) > same * rotation.mscale ||
        std::fabs(zero.second) > same * rotation.mscale) {
      reason = "pairs turn, but not by position times a frequency";
      return false;
    }
    inv.push_back(std::atan2(one.second, one.first));
  }
  int64_t farthest = shortest ? shortest - 1 : beyondNumbers();
  for (int64_t position = 2; position <= farthest; position *= 2) {
    auto turned = turn(rotation, position);
    if (!turned && position > 2)
      break; // the table ends
    if (!turned)
      return false;
    for (auto [frequency, there] : llvm::zip_equal(inv, *turned)) {
      double expected = frequency * position;
      double found = std::atan2(there.second, there.first);
      double error = std::remainder(found - expected, 2 * M_PI);
      if (std::fabs(error) > same * position) {
        reason = "the angle at position " + std::to_string(position) +
                 " is not as many times that at position 1";
        return false;
      }
      frequency += error / position;
    }
  }
  for (auto [to, from] : llvm::zip_equal(rotation.inv, inv))
    to = static_cast<float>(from);
  if (std::fabs(rotation.mscale - 1) < same)
    rotation.mscale = 1;
  return true;
}

/// Frequencies that the length of a run decides (LongRoPE): those of the longest,
/// which a run beyond every number of the graph has if one of twice its length
/// has them.
bool RotaryProbe::findAnglesOfLongest(Rotation &rotation) {
  int64_t length = std::min(longest, beyondNumbers());
  shortest = length;
  std::string reason;
  if (length <= 2 || !findAngles(rotation, reason))
    return false;
  Turned expected = turn(rotation, 2);
  shortest = std::min(longest, 2 * length);
  rotation.byLength = isTurned(rotation, 2, expected);
  shortest = length;
  return rotation.byLength;
}

bool RotaryProbe::isTurned(const Rotation &shape, int64_t position,
                           const Turned &expected) {
  Turned found = turn(shape, position);
  if (!found || !expected)
    return false;
  for (auto [a, b] : llvm::zip_equal(*found, *expected))
    if (std::hypot(a.first - b.first, a.second - b.second) > same)
      return false;
  return true;
}

/// Whether the last head turns as the first, and rows behind a cache by their
/// positions.
bool RotaryProbe::isSameElsewhere(const Rotation &rotation,
                                  std::string &reason) {
  constexpr int64_t position = 2; // the shortest tables have it
  Turned expected = turn(rotation, position);
  auto compare = [&](const char *where) {
    bool isSame = isTurned(rotation, position, expected);
    if (!isSame)
      reason = std::string(where) + " turns otherwise than the first";
    return isSame;
  };
  isLastHead = true;
  if (!compare("the last head"))
    return false;
  isLastHead = false;
  before = 1;
  return graph.past.empty() || compare("a row behind a cache");
}

std::optional<Rotation> RotaryProbe::find(std::string &reason) {
  if (axis < 0 || columns < 2)
    return std::nullopt;
  std::optional<Rotation> rotation = findShape(reason);
  if (!rotation ||
      !(findAngles(*rotation, reason) || findAnglesOfLongest(*rotation)) ||
      !isSameElsewhere(*rotation, reason))
    return std::nullopt;
  return rotation;
}
