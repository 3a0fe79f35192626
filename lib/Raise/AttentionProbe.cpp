//===- AttentionProbe.cpp - the attention around a softmax ----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "AttentionProbe.h"

#include <cmath>

using namespace llmc;
using namespace mlir;

// Small, and different: a test of sums over all of them is short.
static constexpr Lengths triedLengths = {2, 5, 3};

SmallVector<int64_t> Heads::permutation() const {
  SmallVector<int64_t> order = {batch, head, row, column};
  return llvm::is_sorted(order) ? SmallVector<int64_t>() : order;
}

AttentionProbe::AttentionProbe(const Graph &graph, Operation *softmax)
    : graph(graph), scores(softmax->getOperand(0)),
      weights(softmax->getResult(0)) {}

//===----------------------------------------------------------------------===//
// The two products
//===----------------------------------------------------------------------===//

/// The product whose result the scores are made of.
static Value findProductAbove(const Graph &graph, Value scores) {
  Value found;
  auto isProduct = [](Value value) {
    return isa_and_nonnull<onnx::MatMulOp>(value.getDefiningOp());
  };
  if (isProduct(scores))
    return scores;
  cutAbove(
      graph, scores,
      [](Operation *op) {
        return onnx::isElementwise(op) || onnx::isMovement(op);
      },
      [&](Value cut) {
        if (isProduct(cut))
          found = cut;
        return isProduct(cut);
      });
  return found;
}

/// Scores before a row's greatest is taken from them, which softmax does not see.
static Value lookThroughShift(Value scores) {
  auto shift = scores.getDefiningOp<onnx::SubOp>();
  auto most =
      shift ? shift->getOperand(1).getDefiningOp<onnx::ReduceMaxOp>() : nullptr;
  return most && most->getOperand(0) == shift->getOperand(0)
             ? shift->getOperand(0)
             : scores;
}

/// A column that no key has (gpt-oss): one number per head beside the scores, and
/// its weight is cut off again.
bool AttentionProbe::findSinks(std::string &reason) {
  scores = lookThroughShift(scores);
  auto concat = scores.getDefiningOp<onnx::ConcatOp>();
  if (!concat || concat->getNumOperands() != 2 ||
      graph.isData(concat->getOperand(1)))
    return true;
  Value column = concat->getOperand(1);
  scores = concat->getOperand(0);
  const Graph::Sizes *sizes = graph.sizes(column), *all = graph.sizes(scores);
  Value cut;
  for (Operation *user : weights.getUsers())
    if (const Graph::Sizes *left = graph.sizes(user->getResult(0));
        left && all && *left == *all && onnx::isMovement(user))
      cut = user->getResult(0);
  onnx::Evaluator evaluator = graph.evaluator(graph.lengths());
  int64_t heads =
      sizes && sizes->size() == 4 && sizes->back() == 1 ? (*sizes)[1] : 0;
  for (int64_t head = 0; head < heads; ++head)
    if (auto element = evaluator.element(column, {0, head, 0, 0}))
      found.sinks.push_back(static_cast<float>(element->number()));
  if (cut && heads > 0 && static_cast<int64_t>(found.sinks.size()) == heads) {
    weights = cut;
    return true;
  }
  reason = "joins its scores with something that is no sink per head";
  return false;
}

bool AttentionProbe::findProducts(std::string &reason) {
  if (!findSinks(reason))
    return false;
  const Graph::Sizes *sizes = graph.sizes(scores);
  Lengths primes = graph.lengths();
  if (!sizes || sizes->size() != 4 || (*sizes)[0] != primes.batch ||
      (*sizes)[2] != primes.seq) {
    reason = "its scores are not [batch, heads, rows, keys]";
    return false;
  }
  product = findProductAbove(graph, scores);
  if (!product) {
    reason = "no matrix product makes its scores";
    return false;
  }
  if (findResult())
    return true;
  reason = "no matrix product reads its weights";
  return false;
}

/// The only op that reads elements of the value; null if there are several.
static Operation *findOnlyReader(Value value) {
  Operation *only = nullptr;
  for (Operation *user : value.getUsers()) {
    if (isa<onnx::ShapeOp, onnx::SizeOp>(user))
      continue;
    if (only)
      return nullptr;
    only = user;
  }
  return only;
}

/// Follows the only reader of a value through moves to [B, H, S, D].
static Value findHeadsBelow(const Graph &graph, Value value) {
  for (int steps = 0; steps < 4; ++steps) {
    const Graph::Sizes *sizes = graph.sizes(value);
    if (sizes && sizes->size() == 4 && (*sizes)[0] == graph.lengths().batch)
      return value;
    Operation *user = findOnlyReader(value);
    if (!user || !onnx::isMovement(user))
      return value;
    value = user->getResult(0);
  }
  return value;
}

/// The product behind the softmax: past a guard against rows without keys, casts
/// and moves.
bool AttentionProbe::findResult() {
  constexpr size_t mostValues = 8;
  SmallVector<Value> reached = {weights};
  for (size_t i = 0; i < reached.size() && reached.size() < mostValues; ++i)
    for (Operation *user : reached[i].getUsers()) {
      if (isa<onnx::MatMulOp>(user) && user->getOperand(0) == reached[i]) {
        values = user->getOperand(1);
        result = findHeadsBelow(graph, user->getResult(0));
        return true;
      }
      if (onnx::isElementwise(user) || onnx::isMovement(user) ||
          isa<onnx::DropoutOp>(user))
        reached.push_back(user->getResult(0));
    }
  return false;
}

//===----------------------------------------------------------------------===//
// Heads
//===----------------------------------------------------------------------===//

/// The ways to read a value as heads: which of its static dims are heads.
static SmallVector<Heads> readAsHeads(const Graph &graph, Value value,
                                      int64_t rows) {
  SmallVector<Heads> ways;
  const Graph::Sizes *sizes = graph.sizes(value);
  if (!sizes || sizes->size() != 4)
    return ways;
  Heads heads;
  heads.value = value;
  heads.batch = heads.row = -1;
  SmallVector<int64_t> others;
  for (auto [i, size] : llvm::enumerate(*sizes)) {
    if (size == graph.lengths().batch && heads.batch < 0)
      heads.batch = i;
    else if (size == rows && heads.row < 0)
      heads.row = i;
    else
      others.push_back(i);
  }
  if (heads.batch < 0 || heads.row < 0)
    return ways;
  for (int64_t first : {0, 1}) {
    heads.head = others[first];
    heads.column = others[1 - first];
    heads.heads = (*sizes)[heads.head];
    heads.columns = (*sizes)[heads.column];
    ways.push_back(heads);
  }
  return ways;
}

/// Whether an op only moves elements or multiplies all of them by a number.
static bool keepsHeads(const Graph &graph, Operation *op) {
  if (onnx::isMovement(op) ||
      isa<onnx::CastOp, onnx::IdentityOp, onnx::GatherOp>(op))
    return true;
  if (!isa<onnx::MulOp, onnx::DivOp>(op))
    return false;
  return getScalar(graph, op->getOperand(0)) ||
         getScalar(graph, op->getOperand(1));
}

/// The farthest value above an operand of a product that, read as heads, `fits`.
std::optional<Heads>
AttentionProbe::findHeads(Value operand, bool isQuery,
                          llvm::function_ref<bool(const Heads &)> fits) {
  Lengths primes = graph.lengths();
  int64_t rows = isQuery ? primes.seq : primes.past + primes.seq;
  std::optional<Heads> best;
  auto attempt = [&](Value value) {
    for (const Heads &heads : readAsHeads(graph, value, rows))
      if (fits(heads)) {
        best = heads;
        return;
      }
  };
  attempt(operand);
  cutAbove(
      graph, operand, [&](Operation *op) { return keepsHeads(graph, op); },
      [&](Value cut) {
        attempt(cut);
        return false;
      });
  return best;
}

/// The element of random heads at b, h, row, d.
static double headElement(uint64_t seed, int64_t b, int64_t h, int64_t row,
                          int64_t d) {
  return pseudoRandom((((seed * 64 + b) * 512 + h) * 4096 + row) * 4096 + d);
}

/// Gives the value random heads.
static void bindHeads(const Graph &graph, onnx::Evaluator &evaluator,
                      const Heads &heads, bool isQuery, uint64_t seed) {
  Lengths lengths = graph.settle(triedLengths);
  Graph::Sizes sizes(4);
  sizes[heads.batch] = lengths.batch;
  sizes[heads.head] = heads.heads;
  sizes[heads.row] = isQuery ? lengths.seq : lengths.past + lengths.seq;
  sizes[heads.column] = heads.columns;
  evaluator.bind(heads.value, sizes, [=](onnx::Index at) {
    return onnx::Scalar::of(headElement(seed, at[heads.batch], at[heads.head],
                                        at[heads.row], at[heads.column]));
  });
}

namespace {
struct Place {
  int64_t b, h, row, other;
};
} // namespace

/// Some places of [B, H, S, other].
static SmallVector<Place> samplePlaces(Lengths lengths, int64_t heads,
                                       int64_t others) {
  SmallVector<Place> places;
  for (int64_t h : {int64_t{0}, int64_t{1}, heads / 2, heads - 1})
    for (int64_t row : {int64_t{0}, lengths.seq - 1})
      places.push_back(
          {(h + row) % lengths.batch, h % heads, row, (h + 2 * row) % others});
  return places;
}

//===----------------------------------------------------------------------===//
// What they compute
//===----------------------------------------------------------------------===//

double AttentionProbe::applySoftcap(double score) const {
  if (found.softcap == 0)
    return score;
  return found.softcap * std::tanh(score / found.softcap);
}

/// Whether scores at allowed places are those of these heads; sets the scale by
/// the first.
bool AttentionProbe::scoresMatch(const Heads &query, const Heads &key) {
  Lengths lengths = graph.settle(triedLengths);
  int64_t heads = (*graph.sizes(scores))[1];
  if (query.heads != heads || heads % key.heads || query.columns != key.columns)
    return false;
  onnx::Evaluator evaluator = graph.evaluator(lengths);
  bindHeads(graph, evaluator, query, true, 1);
  bindHeads(graph, evaluator, key, false, 2);
  const Graph::Sizes *sizes = evaluator.sizes(product);
  if (!sizes)
    return false;
  // A product's element stands where the scores' does; its own value is asked,
  // so that masks and softcap do not matter.
  bool isFlat = sizes->size() == 3;
  double scale = 0;
  for (Place at : samplePlaces(lengths, heads, lengths.past + lengths.seq)) {
    Graph::Sizes index = {at.b, at.h, at.row, at.other};
    if (isFlat)
      index = {at.b * heads + at.h, at.row, at.other};
    auto element = evaluator.element(product, index);
    if (!element)
      return false;
    double dot = 0;
    for (int64_t d = 0; d < query.columns; ++d)
      dot += headElement(1, at.b, at.h, at.row, d) *
             headElement(2, at.b, at.h / (heads / key.heads), at.other, d);
    if (scale == 0)
      scale = element->number() / dot;
    if (std::fabs(element->number() - scale * dot) >
        1e-4 * (std::fabs(scale) + std::fabs(element->number())))
      return false;
  }
  found.scale = scale;
  return std::isfinite(scale) && scale != 0;
}

/// From product to scores, at a place that every mask allows: a factor, perhaps
/// through a softcap.
bool AttentionProbe::findScale(std::string &reason) {
  Lengths lengths = graph.settle({1, 4, 0});
  const Graph::Sizes *prime = graph.sizes(product);
  Graph::Sizes sizes;
  int64_t heads = (*graph.sizes(scores))[1];
  if (prime->size() == 3)
    sizes = {heads, lengths.seq, lengths.seq};
  else
    sizes = {1, heads, lengths.seq, lengths.seq};
  auto at = [&](double score) {
    onnx::Evaluator evaluator = graph.evaluator(lengths);
    evaluator.bind(product, sizes,
                   [score](onnx::Index) { return onnx::Scalar::of(score); });
    auto element = evaluator.element(scores, {0, 0, 2, 2});
    if (!element)
      reason = "its scores " + evaluator.reason();
    return element ? element->number() : NAN;
  };
  double zero = at(0), factor = (at(1e-3) - zero) / 1e-3;
  if (zero < forbidden) {
    reason = "a row of it does not see its own key";
    return false;
  }
  double far = at(1e6) - zero;
  if (std::isfinite(far) && std::fabs(far) < 0.5e6 * std::fabs(factor))
    found.softcap = std::fabs(far);
  if (found.softcap != 0) // 1e-3 is in the line of tanh to 1e-7
    factor = found.softcap * std::atanh((at(1) - zero) / found.softcap);
  for (double score : {1.0, -3.0, 20.0})
    if (!(std::fabs(at(score) - zero - applySoftcap(factor * score)) <=
          1e-4 * (1 + std::fabs(factor * score)))) {
      if (reason.empty())
        reason = "its scores are no multiple of a product";
      return false;
    }
  found.scale *= factor;
  rise = applySoftcap(factor);
  return true;
}

bool AttentionProbe::resultMatches(const Heads &value) {
  Lengths lengths = graph.settle(triedLengths);
  int64_t heads = (*graph.sizes(scores))[1];
  int64_t keys = lengths.past + lengths.seq;
  if (heads % value.heads)
    return false;
  onnx::Evaluator evaluator = graph.evaluator(lengths);
  bindHeads(graph, evaluator, value, false, 3);
  evaluator.bind(weights, {lengths.batch, heads, lengths.seq, keys},
                 [](onnx::Index at) {
                   return onnx::Scalar::of(
                       std::fabs(headElement(4, at[0], at[1], at[2], at[3])));
                 });
  for (Place at : samplePlaces(lengths, heads, value.columns)) {
    auto element = evaluator.element(result, {at.b, at.h, at.row, at.other});
    double sum = 0;
    for (int64_t key = 0; key < keys; ++key)
      sum += std::fabs(headElement(4, at.b, at.h, at.row, key)) *
             headElement(3, at.b, at.h / (heads / value.heads), key, at.other);
    if (!element || std::fabs(element->number() - sum) > 1e-4)
      return false;
  }
  return true;
}

std::optional<FoundAttention> AttentionProbe::find(std::string &reason) {
  if (!findProducts(reason))
    return std::nullopt;
  const Graph::Sizes *sizes = graph.sizes(result);
  if (!sizes || sizes->size() != 4) {
    reason = "its result is not [batch, heads, rows, columns]";
    return std::nullopt;
  }
  Operation *first = product.getDefiningOp();
  // The keys are sought with each way to read the query.
  std::optional<Heads> key;
  std::optional<Heads> query =
      findHeads(first->getOperand(0), true, [&](const Heads &query) {
        auto fitting =
            findHeads(first->getOperand(1), false, [&](const Heads &key) {
              return scoresMatch(query, key);
            });
        if (fitting)
          key = fitting;
        return fitting.has_value();
      });
  if (!query) {
    reason = "its product is not one of queries and keys per head";
    return std::nullopt;
  }
  scoresMatch(*query, *key); // the scale between these
  auto value = findHeads(
      values, false, [&](const Heads &value) { return resultMatches(value); });
  if (!value) {
    reason = "its result is not a sum of values per head";
    return std::nullopt;
  }
  found.query = *query;
  found.key = *key;
  found.value = *value;
  found.result = result;
  if (!findScale(reason))
    return std::nullopt;
  auto mask = MaskProbe(graph, scores, product, rise).find(reason);
  if (!mask)
    return std::nullopt;
  found.mask = *mask;
  return found;
}
