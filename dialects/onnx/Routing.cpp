//===- Routing.cpp - how experts are chosen -------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Routing.h"

#include "mlir/IR/BuiltinAttributes.h"

#include "llvm/ADT/STLExtras.h"

#include <cassert>
#include <cmath>
#include <limits>
#include <numeric>

using namespace mlir;
using namespace mlir::onnx;

//===----------------------------------------------------------------------===//
// Words
//===----------------------------------------------------------------------===//

// In the order of the enumerations.
static constexpr StringRef scores[] = {"softmax", "sigmoid", "sqrtsoftplus",
                                       "identity"};
static constexpr StringRef weightings[] = {"raw", "sum", "softmax"};
static constexpr StringRef groupScores[] = {"max", "top2_sum"};

StringRef onnx::getWord(Routing::Score score) { return scores[score]; }
StringRef onnx::getWord(Routing::Weighting weighting) {
  return weightings[weighting];
}
StringRef onnx::getWord(Routing::GroupScore score) {
  return groupScores[score];
}

/// Sets `value` to the word's place; false if it has none.
template <typename Enum>
static bool findWord(ArrayRef<StringRef> words, StringRef word, Enum &value) {
  auto found = llvm::find(words, word);
  value = static_cast<Enum>(found - words.begin());
  return found != words.end();
}

std::optional<Routing> Routing::of(Operation *route) {
  auto word = [&](StringRef name) {
    auto attr = route->getAttrOfType<StringAttr>(name);
    return attr ? attr.getValue() : StringRef();
  };
  auto integer = [&](StringRef name) {
    auto attr = route->getAttrOfType<IntegerAttr>(name);
    return attr ? attr.getInt() : 0;
  };
  auto real = [&](StringRef name) {
    auto attr = route->getAttrOfType<FloatAttr>(name);
    return attr ? attr.getValueAsDouble() : 0;
  };
  Routing made;
  if (!findWord(scores, word("score"), made.score) ||
      !findWord(weightings, word("weighting"), made.weighting) ||
      !findWord(groupScores, word("group_score"), made.groupScore))
    return std::nullopt;
  made.k = integer("k");
  made.groups = integer("groups");
  made.topGroups = integer("top_groups");
  made.scale = real("scale");
  made.eps = real("eps");
  return made;
}

bool Routing::fits(int64_t experts) const {
  if (groups < 1 || experts < 1 || experts % groups != 0)
    return false;
  int64_t size = experts / groups;
  if (groups > 1 && groupScore == Top2Sum && size < 2)
    return false;
  return topGroups >= 1 && topGroups <= groups && k >= 1 &&
         k <= topGroups * size &&
         (weighting != SoftmaxOfChosen || score == Identity);
}

//===----------------------------------------------------------------------===//
// Choosing
//===----------------------------------------------------------------------===//

static void softmax(MutableArrayRef<double> values) {
  double most = *llvm::max_element(values), sum = 0;
  for (double &value : values)
    sum += value = std::exp(value - most);
  for (double &value : values)
    value /= sum;
}

static SmallVector<double> scoreExperts(Routing::Score score,
                                        ArrayRef<double> logits) {
  SmallVector<double> made(logits);
  if (score == Routing::Softmax)
    softmax(made);
  if (score == Routing::Sigmoid)
    for (double &value : made)
      value = 1 / (1 + std::exp(-value));
  if (score == Routing::SqrtSoftplus)
    for (double &value : made)
      value = std::sqrt(std::fmax(value, 0) +
                        std::log1p(std::exp(-std::fabs(value))));
  return made;
}

/// The places of the `count` greatest.
static SmallVector<int64_t> findGreatest(ArrayRef<double> values,
                                         int64_t count) {
  auto places = llvm::to_vector(llvm::seq<int64_t>(0, values.size()));
  llvm::stable_sort(
      places, [&](int64_t a, int64_t b) { return values[a] > values[b]; });
  places.truncate(count);
  return places;
}

/// Sends what is in none of the greatest groups to the end.
static void maskGroups(const Routing &routing, MutableArrayRef<double> choice) {
  int64_t size = static_cast<int64_t>(choice.size()) / routing.groups;
  SmallVector<double> sums;
  for (int64_t group = 0; group < routing.groups; ++group) {
    ArrayRef<double> part = choice.slice(group * size, size);
    double sum = 0;
    for (int64_t place :
         findGreatest(part, routing.groupScore == Routing::Top2Sum ? 2 : 1))
      sum += part[place];
    sums.push_back(sum);
  }
  SmallVector<int64_t> kept = findGreatest(sums, routing.topGroups);
  for (auto [place, value] : llvm::enumerate(choice))
    if (!llvm::is_contained(kept, static_cast<int64_t>(place) / size))
      value = -std::numeric_limits<double>::infinity();
}

SmallVector<ChosenExpert> onnx::chooseExperts(const Routing &routing,
                                              ArrayRef<double> logits,
                                              ArrayRef<double> bias) {
  assert(routing.fits(logits.size()) && "checked by whoever made it");
  assert((bias.empty() || bias.size() == logits.size()) && "one per expert");
  SmallVector<double> scores = scoreExperts(routing.score, logits),
                      choice = scores;
  for (auto [value, more] : llvm::zip(choice, bias))
    value += more;
  if (routing.groups > 1)
    maskGroups(routing, choice);
  SmallVector<int64_t> places = findGreatest(choice, routing.k);
  SmallVector<double> weights;
  for (int64_t place : places)
    weights.push_back(scores[place]);
  if (routing.weighting == Routing::SoftmaxOfChosen)
    softmax(weights);
  double divisor = 1;
  if (routing.weighting == Routing::Sum)
    divisor = std::accumulate(weights.begin(), weights.end(), routing.eps);
  SmallVector<ChosenExpert> chosen;
  for (auto [place, weight] : llvm::zip_equal(places, weights))
    chosen.push_back({place, weight / divisor * routing.scale});
  return chosen;
}
