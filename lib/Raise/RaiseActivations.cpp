//===- RaiseActivations.cpp - regions become the activation they compute --===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// GELU alone is spelled in a dozen ways by exporters; its values are one.
//===----------------------------------------------------------------------===//
#include "Graph.h"

#include "llmc/Raise/Passes.h"
#include "llmc/Support/Explain.h"

#include <cmath>

namespace llmc {
#define GEN_PASS_DEF_RAISEACTIVATIONS
#include "llmc/Raise/Passes.h.inc"

using namespace mlir;

namespace {

struct Activation {
  StringLiteral name; // as llm.act has it
  double (*function)(double);
};

double swish(double x, double alpha) { return x / (1 + std::exp(-alpha * x)); }

constexpr Activation activations[] = {
    {"silu", [](double x) { return swish(x, 1); }},
    {"quick_gelu", [](double x) { return swish(x, 1.702); }},
    {"gelu_erf",
     [](double x) { return x / 2 * (1 + std::erf(x / std::sqrt(2))); }},
    {"gelu_tanh",
     [](double x) {
       double inner = std::sqrt(2 / M_PI) * (x + 0.044715 * x * x * x);
       return x / 2 * (1 + std::tanh(inner));
     }},
};

SmallVector<double> makePoints() {
  SmallVector<double> points = {-20, 20};
  for (double x = -7.9; x < 8; x += 0.37)
    points.push_back(x);
  return points;
}

struct RaiseActivations : impl::RaiseActivationsBase<RaiseActivations> {
  explicit RaiseActivations(const WeightStore *store) : store(store) {}
  const WeightStore *store;
  const SmallVector<double> points = makePoints();

  void runOnOperation() override {
    for (auto function : getOperation().getOps<func::FuncOp>()) {
      Graph graph(function, store);
      raiseRoots(
          graph, [&](Operation *op) { return isRoot(graph, op); },
          [&](Operation *op) { raise(graph, op); });
      for (Operation &op : function.getBody().front())
        if (isBent(&op) && graph.isData(op.getResult(0)))
          explain(graph, &op);
    }
  }

  /// All of them end by a product, or by a sum where that is multiplied out.
  static bool isRoot(const Graph &graph, Operation *op) {
    return isa<onnx::MulOp, onnx::DivOp, onnx::AddOp>(op) &&
           graph.isData(op->getResult(0));
  }

  /// The functions that activations are made of.
  static bool isBent(Operation *op) {
    return isa<onnx::SigmoidOp, onnx::TanhOp, onnx::ErfOp, onnx::ExpOp>(op);
  }

  /// What a product is where its source, above `bent`, is 1; nothing if it is a
  /// function of more than one value.
  static std::optional<double> valueAtOne(const Graph &graph, Operation *bent,
                                          Value product) {
    std::optional<double> atOne;
    bool isAbove = false;
    auto passes = [&](Operation *op) {
      isAbove |= op == bent;
      return onnx::isElementwise(op);
    };
    cutAbove(graph, product, passes, [&](Value cut) {
      if (auto values = evaluate(graph, cut, product, {1}); values && isAbove)
        atOne = values->front();
      return false; // the farthest source
    });
    return atOne;
  }

  /// Says why what is left of these functions is no activation, by the farthest
  /// product behind it that is of one value.
  void explain(const Graph &graph, Operation *bent) {
    constexpr int mostSteps = 5;
    std::optional<double> atOne;
    bool isMultiplied = false;
    Value value = bent->getResult(0);
    for (int step = 0; step < mostSteps && !value.use_empty(); ++step) {
      Operation *user = *value.getUsers().begin();
      if (!onnx::isElementwise(user))
        break;
      value = user->getResult(0);
      if (!isa<onnx::MulOp, onnx::DivOp>(user))
        continue;
      isMultiplied = true;
      auto found = valueAtOne(graph, bent, value);
      if (!found)
        break;
      atOne = found;
    }
    if (!isMultiplied)
      return; // it stands for itself
    std::string product =
        "the product behind " + bent->getName().getStringRef().str();
    decline(bent, getArgument(),
            atOne ? product + " is no activation that is known: at 1 it is " +
                        std::to_string(*atOne)
                  : product + " is of more than one value and numbers: a gate, "
                              "no activation");
  }

  void raise(Graph &graph, Operation *root) {
    Value result = root->getResult(0), source;
    const Activation *activation = nullptr;
    cutAbove(graph, result, onnx::isElementwise, [&](Value cut) {
      source = cut;
      activation = find(graph, cut, result);
      return activation != nullptr;
    });
    if (!activation)
      return;
    OpBuilder builder(root);
    Value made =
        create(builder, root->getLoc(), *activation, source, result.getType());
    graph.replace(result, made);
    applied(made.getDefiningOp(), getArgument(),
            [&] { return "elementwise ops became " + activation->name.str(); });
  }

  const Activation *find(const Graph &graph, Value source, Value result) {
    std::optional<SmallVector<double>> values =
        evaluate(graph, source, result, points);
    if (!values)
      return nullptr;
    // Of constants in half precision a tenth of what tables lose is seen. The
    // nearest: the two GELUs are 5e-4 apart.
    Type element = getElementTypeOrSelf(result.getType());
    double least = toleranceOf(element) / (element.isF32() ? 1 : 10);
    const Activation *nearest = nullptr;
    for (const Activation &candidate : activations) {
      double most = 0;
      for (auto [x, y] : llvm::zip_equal(points, *values))
        most = std::fmax(most, std::fabs(candidate.function(x) - y) /
                                   (1 + std::fabs(x)));
      if (most > least)
        continue;
      least = most;
      nearest = &candidate;
    }
    return nearest;
  }

  /// The region's values at the points; nothing if it reads more than scalars
  /// besides.
  static std::optional<SmallVector<double>> evaluate(const Graph &graph,
                                                     Value source, Value result,
                                                     ArrayRef<double> points) {
    const Graph::Sizes *sizes = graph.sizes(source);
    if (!sizes || sizes->empty())
      return std::nullopt;
    onnx::Evaluator evaluator = graph.evaluator(graph.lengths());
    Graph::Sizes line(sizes->size(), 1);
    line.back() = points.size();
    evaluator.bind(source, line, [&](onnx::Index index) {
      return onnx::Scalar::of(points[index.back()]);
    });
    const Graph::Sizes *made = evaluator.sizes(result);
    if (!made || *made != line)
      return std::nullopt;
    SmallVector<double> values;
    Graph::Sizes place(line.size(), 0);
    for (size_t i = 0; i < points.size(); ++i) {
      place.back() = i;
      auto element = evaluator.element(result, place);
      if (!element)
        return std::nullopt;
      values.push_back(element->number());
    }
    return values;
  }

  static Value create(OpBuilder &builder, Location loc,
                      const Activation &activation, Value source, Type type) {
    bool isGelu = activation.name.starts_with("gelu");
    OperationState state(loc, isGelu ? "onnx.Gelu" : "onnx.Swish");
    state.addOperands(source);
    state.addTypes(type);
    if (isGelu)
      state.addAttribute("approximate",
                         builder.getStringAttr(
                             activation.name == "gelu_tanh" ? "tanh" : "none"));
    else
      state.addAttribute("alpha", builder.getF32FloatAttr(
                                      activation.name == "silu" ? 1 : 1.702f));
    return builder.create(state)->getResult(0);
  }
};

} // namespace

std::unique_ptr<Pass> createRaiseActivationsPass(const WeightStore *store) {
  return std::make_unique<RaiseActivations>(store);
}
} // namespace llmc
