//===- RaiseRouting.cpp - the choice of experts becomes what it computes ----===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Graph.h"

#include "dialects/onnx/Create.h"
#include "dialects/onnx/Routing.h"
#include "llmc/Raise/Passes.h"
#include "llmc/Support/Explain.h"

#include <cmath>
#include <map>

namespace llmc {
#define GEN_PASS_DEF_RAISEROUTING
#include "llmc/Raise/Passes.h.inc"

using namespace mlir;
using onnx::Routing;

namespace {

/// What a graph makes of one row of logits.
struct Observation {
  SmallVector<double> logits;
  std::map<int64_t, double> weights; // by expert
};

struct FoundRouting {
  Routing routing;
  Value logits, bias; // bias: of the choice, or null
};

/// The region between logits and what is chosen by them.
class RoutingProbe {
public:
  RoutingProbe(const Graph &graph, Value experts, Value weights)
      : graph(graph), experts(experts), weights(weights) {}

  /// The routing that explains all that the region shows, from the farthest
  /// logits that it can be seen from.
  std::optional<FoundRouting> find();

private:
  const Graph &graph;
  Value experts, weights;
  SmallVector<Value> biases; // constants of one number per expert, on the way
  bool hasGroups = false;    // several choices, one after the other

  bool passes(Operation *op);
  std::optional<Observation> observe(Value logits, double centre, double width,
                                     uint64_t seed) const;
  std::optional<FoundRouting> explain(Value logits);
  std::optional<FoundRouting> explainRows(Value logits,
                                          ArrayRef<Observation> seen);
  std::optional<FoundRouting> explain(Value logits, ArrayRef<Observation> seen,
                                      Value bias);
  std::optional<Routing> fit(Routing routing, ArrayRef<Observation> seen,
                             ArrayRef<double> bias) const;
  double findEps(const Routing &routing, Value logits,
                 ArrayRef<double> bias) const;
};

} // namespace

static bool isNear(double a, double b) {
  return std::fabs(a - b) <= 1e-5 * std::fmax(std::fabs(a), std::fabs(b));
}

static int64_t countOf(ArrayRef<int64_t> sizes) {
  int64_t count = 1;
  for (int64_t size : sizes)
    count *= size;
  return count;
}

/// Lengths with one row, so that all elements of a row's value are its own.
static constexpr Lengths oneRow = {1, 1, 0};

bool RoutingProbe::passes(Operation *op) {
  bool belongs =
      onnx::isElementwise(op) || onnx::isMovement(op) ||
      isa<onnx::TopKOp, onnx::SoftmaxOp, onnx::ReduceSumOp, onnx::ReduceMaxOp,
          onnx::ScatterElementsOp, onnx::GatherElementsOp, onnx::GatherNDOp>(
          op);
  if (!belongs)
    return false;
  hasGroups |= isa<onnx::ScatterElementsOp>(op);
  for (Value operand : op->getOperands()) {
    const Graph::Sizes *sizes = graph.sizes(operand);
    bool isVector = graph.isConstant(operand) && sizes && sizes->size() == 1 &&
                    sizes->front() > 1 &&
                    isa<FloatType>(getElementTypeOrSelf(operand.getType()));
    if (isVector && !llvm::is_contained(biases, operand))
      biases.push_back(operand);
  }
  return true;
}

/// The elements of a value with these sizes in front of the last.
static std::optional<SmallVector<double>> readAll(onnx::Evaluator &evaluator,
                                                  Value value, int64_t count) {
  const Graph::Sizes *sizes = evaluator.sizes(value);
  if (!sizes || sizes->empty() || sizes->back() != count ||
      countOf(*sizes) != count)
    return std::nullopt;
  SmallVector<double> read;
  Graph::Sizes place(sizes->size(), 0);
  for (place.back() = 0; place.back() < count; ++place.back()) {
    auto element = evaluator.element(value, place);
    if (!element)
      return std::nullopt;
    read.push_back(element->number());
  }
  return read;
}

std::optional<Observation> RoutingProbe::observe(Value logits, double centre,
                                                 double width,
                                                 uint64_t seed) const {
  int64_t count = graph.sizes(logits)->back();
  int64_t k = graph.sizes(experts)->back();
  Graph::Sizes row(graph.sizes(logits)->size(), 1);
  row.back() = count;
  Observation seen;
  for (int64_t expert = 0; expert < count; ++expert)
    seen.logits.push_back(centre +
                          width * pseudoRandom(seed * 1000003 + expert));
  onnx::Evaluator evaluator = graph.evaluator(oneRow);
  evaluator.bind(logits, row, [&seen](onnx::Index at) {
    return onnx::Scalar::of(seen.logits[at.back()]);
  });
  auto chosen = readAll(evaluator, experts, k);
  auto given = readAll(evaluator, weights, k);
  if (!chosen || !given)
    return std::nullopt;
  for (auto [expert, weight] : llvm::zip_equal(*chosen, *given))
    seen.weights[static_cast<int64_t>(expert)] = weight;
  return seen;
}

/// `routing` with the factor that the weights show; nothing if it does not
/// explain them.
std::optional<Routing> RoutingProbe::fit(Routing routing,
                                         ArrayRef<Observation> seen,
                                         ArrayRef<double> bias) const {
  std::optional<double> factor;
  for (const Observation &row : seen)
    for (auto [expert, weight] : chooseExperts(routing, row.logits, bias)) {
      auto found = row.weights.find(expert);
      if (found == row.weights.end() || weight == 0)
        return std::nullopt;
      double here = found->second / weight;
      if (factor && !isNear(here, *factor))
        return std::nullopt;
      factor = here;
    }
  if (!factor || !std::isfinite(*factor) || *factor == 0)
    return std::nullopt;
  routing.scale = isNear(*factor, 1) ? 1 : *factor;
  return routing;
}

/// What is added to the sum that weights are divided by: it shows where all
/// scores are tiny.
double RoutingProbe::findEps(const Routing &routing, Value logits,
                             ArrayRef<double> bias) const {
  bool canBeTiny = routing.score == Routing::Sigmoid ||
                   routing.score == Routing::SqrtSoftplus;
  if (routing.weighting != Routing::Sum || !canBeTiny)
    return 0;
  auto seen = observe(logits, -30, 1, 77);
  if (!seen)
    return 0;
  Routing raw = routing;
  raw.weighting = Routing::Raw;
  auto chosen = chooseExperts(raw, seen->logits, bias);
  double sum = 0;
  for (auto [expert, weight] : chosen)
    sum += weight / raw.scale;
  auto found = seen->weights.find(chosen.front().expert);
  if (found == seen->weights.end() || found->second == 0)
    return 0;
  double eps = chosen.front().weight / found->second - sum;
  return eps > 1e-4 * sum ? eps : 0;
}

std::optional<FoundRouting>
RoutingProbe::explain(Value logits, ArrayRef<Observation> seen, Value bias) {
  int64_t count = graph.sizes(logits)->back();
  SmallVector<double> numbers;
  if (bias) {
    onnx::Evaluator evaluator = graph.evaluator(oneRow);
    auto read = readAll(evaluator, bias, count);
    if (!read)
      return std::nullopt;
    numbers = *read;
  }
  Routing routing;
  routing.k = graph.sizes(experts)->back();
  auto tryAll = [&]() -> std::optional<FoundRouting> {
    for (auto score : {Routing::Softmax, Routing::Sigmoid,
                       Routing::SqrtSoftplus, Routing::Identity})
      for (auto weighting :
           {Routing::Raw, Routing::Sum, Routing::SoftmaxOfChosen}) {
        routing.score = score;
        routing.weighting = weighting;
        if (!routing.fits(count))
          continue;
        if (auto found = fit(routing, seen, numbers)) {
          found->eps = findEps(*found, logits, numbers);
          return FoundRouting{*found, logits, bias};
        }
      }
    return std::nullopt;
  };
  if (auto found = tryAll())
    return found;
  for (routing.groups = 2; hasGroups && routing.groups <= count;
       ++routing.groups)
    for (routing.topGroups = 1; routing.topGroups < routing.groups;
         ++routing.topGroups)
      for (auto groupScore : {Routing::Max, Routing::Top2Sum}) {
        routing.groupScore = groupScore;
        if (count % routing.groups != 0)
          continue;
        if (auto found = tryAll())
          return found;
      }
  return std::nullopt;
}

std::optional<FoundRouting> RoutingProbe::explain(Value logits) {
  const Graph::Sizes *from = graph.sizes(logits);
  const Graph::Sizes *to = graph.sizes(weights);
  if (!from || !to || from->empty() || from->back() < 2 ||
      getElementTypeOrSelf(logits.getType()) !=
          getElementTypeOrSelf(weights.getType()))
    return std::nullopt;
  // Of few experts the greatest are often in the groups that stay: more rows are
  // asked where there are groups, once what some of them show is explained.
  SmallVector<int64_t> tries = {12};
  if (hasGroups)
    tries.push_back(std::max<int64_t>(64, 8192 / from->back()));
  SmallVector<Observation> seen;
  std::optional<FoundRouting> found;
  for (int64_t rows : tries) {
    for (int64_t seed = seen.size(); seed < rows; ++seed) {
      auto row = observe(logits, 0, seed % 2 ? 1 : 4, seed);
      if (!row)
        return std::nullopt;
      seen.push_back(std::move(*row));
    }
    found = explainRows(logits, seen);
    if (!found)
      return std::nullopt;
  }
  return found;
}

/// Without a bias of the choice, or with one of those that the region reads.
std::optional<FoundRouting>
RoutingProbe::explainRows(Value logits, ArrayRef<Observation> seen) {
  if (auto found = explain(logits, seen, Value()))
    return found;
  for (Value bias : biases)
    if (graph.sizes(bias)->front() == graph.sizes(logits)->back() &&
        getElementTypeOrSelf(bias.getType()) ==
            getElementTypeOrSelf(logits.getType()))
      if (auto found = explain(logits, seen, bias))
        return found;
  return std::nullopt;
}

std::optional<FoundRouting> RoutingProbe::find() {
  std::optional<FoundRouting> farthest;
  cutAbove(
      graph, weights, [&](Operation *op) { return passes(op); },
      [&](Value cut) {
        if (auto found = explain(cut))
          farthest = found;
        return false;
      });
  return farthest;
}

namespace {

struct RaiseRouting : impl::RaiseRoutingBase<RaiseRouting> {
  explicit RaiseRouting(const WeightStore *store) : store(store) {}
  const WeightStore *store;

  void runOnOperation() override {
    for (auto function : getOperation().getOps<func::FuncOp>()) {
      Graph graph(function, store);
      raiseRoots(
          graph,
          [&](Operation *op) {
            return isa<onnx::TopKOp>(op) && graph.isData(op->getResult(1)) &&
                   !op->getResult(1).use_empty();
          },
          [&](Operation *op) { raise(graph, cast<onnx::TopKOp>(op)); });
    }
  }

  void raise(Graph &graph, onnx::TopKOp choice) {
    // The last that explains itself: what scales weights is theirs.
    SmallVector<Value> candidates = findWeights(graph, choice);
    for (Value weights : llvm::reverse(candidates))
      if (auto found = RoutingProbe(graph, choice.getIndices(), weights).find())
        return replace(graph, *found, choice, weights);
    declineNode(choice, getArgument(),
                "chooses the greatest of a dim, but by no scores that weights "
                "of experts are made of");
  }

  /// Floats of the sizes of what is chosen, that are made of the choice; in the
  /// order of the block.
  static SmallVector<Value> findWeights(const Graph &graph,
                                        onnx::TopKOp choice) {
    constexpr size_t mostValues = 24;
    SmallVector<Value> reached(choice->getResults()), found;
    const Graph::Sizes *wanted = graph.sizes(choice.getIndices());
    for (size_t i = 0; i < reached.size() && reached.size() < mostValues; ++i)
      for (Operation *user : reached[i].getUsers()) {
        bool belongs = onnx::isElementwise(user) ||
                       isa<onnx::SoftmaxOp, onnx::ReduceSumOp,
                           onnx::ReduceMaxOp, onnx::GatherElementsOp>(user);
        if (belongs && !llvm::is_contained(reached, user->getResult(0)))
          reached.push_back(user->getResult(0));
      }
    for (Value value : reached)
      if (wanted && graph.sizes(value) && *graph.sizes(value) == *wanted &&
          isa<FloatType>(getElementTypeOrSelf(value.getType())))
        found.push_back(value);
    llvm::stable_sort(found, [](Value a, Value b) {
      return a.getDefiningOp() != b.getDefiningOp() &&
             a.getDefiningOp()->isBeforeInBlock(b.getDefiningOp());
    });
    return found;
  }

  /// In front of the choice, which reads the logits and the bias.
  void replace(Graph &graph, const FoundRouting &found, onnx::TopKOp choice,
               Value weights) {
    OpBuilder builder(choice);
    Location loc = choice.getLoc();
    Routing routing = found.routing;
    OperationState state(loc, "onnx.llmc.Route");
    Value bias =
        found.bias ? found.bias : Value(onnx::NoneOp::create(builder, loc));
    state.addOperands({found.logits, bias});
    state.addTypes({weights.getType(), choice.getIndices().getType()});
    auto integer = [&](StringRef name, int64_t value) {
      state.addAttribute(name, builder.getI64IntegerAttr(value));
    };
    auto real = [&](StringRef name, double value) {
      state.addAttribute(name,
                         builder.getF32FloatAttr(static_cast<float>(value)));
    };
    auto word = [&](StringRef name, StringRef value) {
      state.addAttribute(name, builder.getStringAttr(value));
    };
    integer("k", routing.k);
    word("score", getWord(routing.score));
    word("weighting", getWord(routing.weighting));
    integer("groups", routing.groups);
    integer("top_groups", routing.topGroups);
    word("group_score", getWord(routing.groupScore));
    real("scale", routing.scale);
    real("eps", routing.eps);
    Operation *made = builder.create(state);
    graph.replace(weights, made->getResult(0));
    graph.replace(choice.getIndices(), made->getResult(1));
    applied(made, getArgument(), [&] {
      return "the " + std::to_string(routing.k) + " greatest of " +
             std::to_string(graph.sizes(found.logits)->back()) +
             " scores became a choice of experts";
    });
  }
};

} // namespace

std::unique_ptr<Pass> createRaiseRoutingPass(const WeightStore *store) {
  return std::make_unique<RaiseRouting>(store);
}
} // namespace llmc
