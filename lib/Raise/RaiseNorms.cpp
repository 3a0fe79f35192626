//===- RaiseNorms.cpp - regions become the norm that they compute ---------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "JoinHeadNorms.h"

#include "dialects/onnx/Create.h"
#include "llmc/Raise/Passes.h"
#include "llmc/Support/Explain.h"

#include <cmath>

namespace llmc {
#define GEN_PASS_DEF_RAISENORMS
#include "llmc/Raise/Passes.h.inc"

using namespace mlir;

namespace {

enum class Kind { Rms, Layer };

struct Norm {
  Kind kind;
  double eps;
  Value source;
  Value scale, bias; // one number per column, inside the region; or null
};

/// Column `d` of a test vector of `scale`.
double testElement(int64_t d, double scale, uint64_t seed) {
  return scale * pseudoRandom(seed * 1000003 + d);
}

/// What a test vector's norm needs.
struct Moments {
  double mean = 0, square = 0; // means over the columns

  Moments(int64_t columns, double scale, uint64_t seed) {
    for (int64_t d = 0; d < columns; ++d) {
      double x = testElement(d, scale, seed);
      mean += x / columns;
      square += x * x / columns;
    }
  }
  double centred(Kind kind, double x) const {
    return kind == Kind::Rms ? x : x - mean;
  }
  double variance(Kind kind) const {
    return kind == Kind::Rms ? square : square - mean * mean;
  }
};

struct RaiseNorms : impl::RaiseNormsBase<RaiseNorms> {
  explicit RaiseNorms(const WeightStore *store) : store(store) {}
  const WeightStore *store;

  void runOnOperation() override {
    for (auto function : getOperation().getOps<func::FuncOp>()) {
      Graph graph(function, store);
      for (Operation &op :
           llvm::make_early_inc_range(function.getBody().front()))
        if (!op.use_empty() && isMean(graph, &op))
          raise(graph, &op);
      joinHeadNorms(graph);
      eraseDead(function);
    }
  }

  static bool isMean(const Graph &graph, Operation *op) {
    return isa<onnx::ReduceMeanOp, onnx::ReduceSumOp, onnx::ReduceL2Op,
               onnx::ReduceSumSquareOp>(op) &&
           graph.isData(op->getResult(0));
  }

  /// Ops between a mean and the end of its norm.
  static bool belongs(Operation *op) {
    return onnx::isElementwise(op) ||
           isa<onnx::ReduceMeanOp, onnx::ReduceSumOp, onnx::ReduceL2Op,
               onnx::ReduceSumSquareOp, onnx::UnsqueezeOp, onnx::SqueezeOp,
               onnx::ExpandOp>(op);
  }

  /// Tries the ends behind a mean, the nearest first.
  void raise(Graph &graph, Operation *mean) {
    SmallVector<Value> ends = findEnds(graph, mean);
    for (Value end : ends) {
      // The farthest source: a layer norm is an RMS norm of what is centred. What
      // others read too is as far as one goes, though: a scale of all rows would
      // only move into epsilon, and make one layer's norm unlike the others'.
      std::optional<Norm> norm;
      SmallVector<Value> vectors;
      llvm::DenseSet<Operation *> region;
      auto passes = [&](Operation *op) {
        for (Value operand : op->getOperands())
          if (isColumns(graph, operand, graph.sizes(end)->back()) &&
              !llvm::is_contained(vectors, operand))
            vectors.push_back(operand);
        return belongs(op) && region.insert(op).second;
      };
      auto isReadElsewhere = [&](Value source) {
        return llvm::any_of(source.getUsers(), [&](Operation *user) {
          return !region.contains(user);
        });
      };
      cutAbove(graph, end, passes, [&](Value cut) {
        auto found = find(graph, cut, end, vectors);
        bool mayReplace = !norm || !isReadElsewhere(norm->source);
        if (found && (mayReplace || found->kind != norm->kind))
          norm = found;
        return false;
      });
      if (norm)
        return replace(graph, *norm, end);
    }
    declineNode(mean, getArgument(),
                isOfColumns(graph, mean)
                    ? "a mean of columns, but no norm behind it"
                    : "a mean of other than the last dim alone");
  }

  /// Whether only the last dim is summed up.
  static bool isOfColumns(const Graph &graph, Operation *mean) {
    const Graph::Sizes *from = graph.sizes(mean->getOperand(0));
    const Graph::Sizes *to = graph.sizes(mean->getResult(0));
    if (!from || !to || from->empty())
      return false;
    ArrayRef<int64_t> rows = ArrayRef(*from).drop_back(), left = *to;
    if (left.size() == from->size() && left.back() == 1)
      left = left.drop_back();
    return left == rows;
  }

  /// Whether a value is a constant of one number per column.
  static bool isColumns(const Graph &graph, Value value, int64_t columns) {
    const Graph::Sizes *sizes = graph.sizes(value);
    return graph.isConstant(value) && sizes && !sizes->empty() &&
           sizes->back() == columns && columns > 1 &&
           llvm::all_of(ArrayRef(*sizes).drop_back(),
                        [](int64_t size) { return size == 1; });
  }

  /// Values of the source's sizes that elementwise ops make of the mean, in the
  /// order of the block.
  static SmallVector<Value> findEnds(const Graph &graph, Operation *mean) {
    constexpr size_t mostValues = 12;
    SmallVector<Value> reached = {mean->getResult(0)}, ends;
    const Graph::Sizes *wanted = graph.sizes(mean->getOperand(0));
    for (size_t i = 0; i < reached.size() && reached.size() < mostValues; ++i)
      for (Operation *user : reached[i].getUsers())
        if (belongs(user) && !llvm::is_contained(reached, user->getResult(0)))
          reached.push_back(user->getResult(0));
    for (Value value : reached)
      if (wanted && graph.sizes(value) && *graph.sizes(value) == *wanted)
        ends.push_back(value);
    llvm::sort(ends, [](Value a, Value b) {
      return a.getDefiningOp()->isBeforeInBlock(b.getDefiningOp());
    });
    return ends;
  }

  //===--------------------------------------------------------------------===//
  // What it computes
  //===--------------------------------------------------------------------===//

  /// A norm with as few vectors as explain it, and each in each role.
  static std::optional<Norm> find(const Graph &graph, Value source, Value end,
                                  ArrayRef<Value> vectors) {
    const Graph::Sizes *sizes = graph.sizes(source);
    if (!sizes || sizes->empty() || !graph.sizes(end) ||
        *sizes != *graph.sizes(end) || vectors.size() > 2)
      return std::nullopt;
    for (Kind kind : {Kind::Rms, Kind::Layer}) {
      Norm norm{kind, 0, source, {}, {}};
      if (vectors.size() == 1)
        norm.scale = vectors[0];
      for (int turn : {0, 1}) {
        if (vectors.size() == 2)
          norm = {kind, 0, source, vectors[turn], vectors[1 - turn]};
        else if (turn)
          continue;
        std::optional<double> eps = findEps(graph, norm, end, sizes->back());
        norm.eps = eps.value_or(0);
        if (eps && matches(graph, norm, end, sizes->back()))
          return norm;
      }
    }
    return std::nullopt;
  }

  static double scaleAt(int64_t d) { return 1.5 + pseudoRandom(7000 + d); }
  static double biasAt(int64_t d) { return pseudoRandom(9000 + d); }

  /// Element `d` of the end, for a row that is the test vector, between rows that
  /// are others: a mean of them too is no norm of a row. Vectors are as `scaleAt`
  /// and `biasAt` say.
  static std::optional<double> evaluate(const Graph &graph, const Norm &norm,
                                        Value end, double scale, uint64_t seed,
                                        int64_t d) {
    onnx::Evaluator evaluator = graph.evaluator(graph.lengths());
    Graph::Sizes row = *graph.sizes(norm.source);
    for (int64_t &size : MutableArrayRef(row).drop_back())
      size = std::min<int64_t>(size, 2);
    evaluator.bind(norm.source, row, [&](onnx::Index index) {
      uint64_t other = 0; // 0: the row that is asked for
      for (int64_t place : ArrayRef(index).drop_back())
        other = 2 * other + place;
      return onnx::Scalar::of(
          testElement(index.back(), scale, seed + 100 * other));
    });
    auto bindVector = [&](Value vector, double (*at)(int64_t)) {
      if (vector)
        evaluator.bind(vector, *graph.sizes(vector), [at](onnx::Index index) {
          return onnx::Scalar::of(at(index.back()));
        });
    };
    bindVector(norm.scale, scaleAt);
    bindVector(norm.bias, biasAt);
    Graph::Sizes place(row.size(), 0);
    place.back() = d;
    const Graph::Sizes *made = evaluator.sizes(end);
    if (!made || *made != row)
      return std::nullopt;
    auto element = evaluator.element(end, place);
    return element ? std::optional(element->number()) : std::nullopt;
  }

  /// `y = x / sqrt(v + eps)` solved for eps, at a vector so small that eps shows.
  static std::optional<double> findEps(const Graph &graph, const Norm &norm,
                                       Value end, int64_t columns) {
    constexpr double tiny = 1e-4;
    Moments moments(columns, tiny, 1);
    auto y = evaluate(graph, norm, end, tiny, 1, 0);
    double x = moments.centred(norm.kind, testElement(0, tiny, 1));
    if (!y)
      return std::nullopt;
    double normed =
        ((norm.bias ? *y - biasAt(0) : *y)) / (norm.scale ? scaleAt(0) : 1);
    if (normed == 0 || x / normed <= 0)
      return std::nullopt;
    double eps = (x / normed) * (x / normed) - moments.variance(norm.kind);
    bool sensible = eps > 1e-14 && eps < 1;
    return sensible ? std::optional(eps) : std::nullopt;
  }

  static bool matches(const Graph &graph, const Norm &norm, Value end,
                      int64_t columns) {
    for (auto [scale, seed] : {std::pair(1.0, 2), {30.0, 3}, {1e-3, 4}}) {
      Moments moments(columns, scale, seed);
      for (int64_t d : {int64_t{0}, columns / 2, columns - 1}) {
        auto y = evaluate(graph, norm, end, scale, seed, d);
        double x = moments.centred(norm.kind, testElement(d, scale, seed));
        double expected = x / std::sqrt(moments.variance(norm.kind) + norm.eps);
        expected = expected * (norm.scale ? scaleAt(d) : 1) +
                   (norm.bias ? biasAt(d) : 0);
        if (!y ||
            std::fabs(*y - expected) > 1e-6 * (1e-3 + std::fabs(expected)))
          return false;
      }
    }
    return true;
  }

  //===--------------------------------------------------------------------===//
  // What takes its place
  //===--------------------------------------------------------------------===//

  /// The only reader of a value, if it is `Op` with a constant of one number per
  /// column; the constant goes to `vector`.
  template <typename Op>
  static Operation *findColumns(const Graph &graph, Value value,
                                int64_t columns, Value &vector) {
    // Half precision is left behind the statistics.
    while (value.hasOneUse() && isa<onnx::CastOp>(*value.getUsers().begin()))
      value = (*value.getUsers().begin())->getResult(0);
    auto user =
        value.hasOneUse() ? dyn_cast<Op>(*value.getUsers().begin()) : Op();
    if (!user)
      return nullptr;
    Value other = user->getOperand(user->getOperand(0) == value);
    if (!isColumns(graph, other, columns))
      return nullptr;
    vector = other;
    return user;
  }

  void replace(Graph &graph, const Norm &norm, Value end) {
    int64_t columns = graph.sizes(end)->back();
    Value last = end, scale = norm.scale, bias = norm.bias;
    if (!scale)
      if (Operation *user =
              findColumns<onnx::MulOp>(graph, last, columns, scale))
        last = user->getResult(0);
    if (scale && !bias && norm.kind == Kind::Layer)
      if (Operation *user =
              findColumns<onnx::AddOp>(graph, last, columns, bias))
        last = user->getResult(0);
    OpBuilder builder(last.getDefiningOp());
    Value made = create(builder, last, norm, columns, scale, bias);
    graph.replace(last, made);
    applied(made.getDefiningOp(), getArgument(), [&] {
      return norm.kind == Kind::Rms ? "a mean of squares became an RMS norm"
                                    : "a mean and variance became a layer norm";
    });
  }

  /// A vector [columns] of `element` from one with dims of 1 before it.
  static Value asVector(onnx::GraphWriter &writer, Value value, Type element,
                        int64_t columns) {
    auto type = dyn_cast<RankedTensorType>(value.getType());
    if (!type || type.getRank() != 1) {
      value = writer.make("Reshape", {value, writer.integers({columns})});
      value.setType(RankedTensorType::get(
          {columns}, getElementTypeOrSelf(value.getType())));
    }
    return castTo(writer, value, element);
  }

  /// The value in another element type.
  static Value castTo(onnx::GraphWriter &writer, Value value, Type element) {
    auto type = cast<ShapedType>(value.getType());
    if (type.getElementType() == element)
      return value;
    Value made = writer.make("CastLike", {value, writer.number(0, element)});
    made.setType(type.clone(element));
    return made;
  }

  static Value create(OpBuilder &builder, Value like, const Norm &norm,
                      int64_t columns, Value scale, Value bias) {
    onnx::GraphWriter writer(builder, like.getLoc());
    Value source = norm.source;
    Type element = getElementTypeOrSelf(source.getType());
    scale = scale ? asVector(writer, scale, element, columns)
                  : createOnes(builder, writer.loc, element, columns);
    NamedAttrList attributes;
    attributes.set("axis", builder.getI64IntegerAttr(-1));
    attributes.set("epsilon",
                   builder.getF32FloatAttr(static_cast<float>(norm.eps)));
    bool isRms = norm.kind == Kind::Rms;
    SmallVector<Value> operands = {source, scale};
    if (bias)
      operands.push_back(asVector(writer, bias, element, columns));
    Value made = writer.make(isRms ? "RMSNormalization" : "LayerNormalization",
                             operands, attributes);
    made.setType(source.getType());
    return castTo(writer, made, getElementTypeOrSelf(like.getType()));
  }
};

} // namespace

std::unique_ptr<Pass> createRaiseNormsPass(const WeightStore *store) {
  return std::make_unique<RaiseNorms>(store);
}
} // namespace llmc
