//===- RotaryProbe.cpp - the rotation that a region computes --------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "RotaryProbe.h"

#include <cmath>

using namespace llmc;
using namespace mlir;

RotaryProbe::RotaryProbe(const Graph &graph, Value source, Value end)
    : graph(graph), source(source), end(end),
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
  Lengths lengths = graph.settle({1, position + 1 - before, before});
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
  place[axis] = lengths.seq - 1;
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
  auto unit = apply(1, [&](int64_t d) { return d == first ? 1.0 : 0.0; }, all);
  if (!unit)
    return std::nullopt;
  SmallVector<int64_t> reached;
  for (int64_t d = 0; d < columns; ++d)
    if ((*unit)[d] != 0)
      reached.push_back(d);
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
  if (dims % 2 || first + dims > columns || dims < end - first)
    return refuse("moves its dim " + std::to_string(first) + " into dim " +
                  std::to_string(reached[1]) +
                  ", which pairs neither neighbours nor halves");
  rotation.inv.resize(dims / 2);
  return rotation;
}

std::optional<SmallVector<std::pair<double, double>>>
RotaryProbe::turn(const Rotation &shape, int64_t position) {
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
  // Beyond every number of the graph: frequencies may change with the length.
  int64_t farthest =
      std::max<int64_t>(4096, 2 * findGreatestNumber(end, source));
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

/// Whether the last head turns as the first, and rows behind a cache by their
/// positions.
bool RotaryProbe::isSameElsewhere(const Rotation &rotation,
                                  std::string &reason) {
  constexpr int64_t position = 2; // the shortest tables have it
  auto expected = turn(rotation, position);
  auto compare = [&](const char *where) {
    auto found = turn(rotation, position);
    for (size_t i = 0; expected && found && i < expected->size(); ++i)
      if (std::hypot((*found)[i].first - (*expected)[i].first,
                     (*found)[i].second - (*expected)[i].second) > same)
        found = std::nullopt;
    if (!found || !expected)
      reason = std::string(where) + " turns otherwise than the first";
    return found && expected;
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
  if (!rotation || !findAngles(*rotation, reason) ||
      !isSameElsewhere(*rotation, reason))
    return std::nullopt;
  return rotation;
}
