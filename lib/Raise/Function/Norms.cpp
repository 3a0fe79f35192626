//===- Norms.cpp - rows divided by their size -----------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Means over the last dims, from `axis` on, in f32 (f64 where the input is that).
// The variance is of what is left without the mean, so nothing cancels.
//===----------------------------------------------------------------------===//
#include "Reductions.h"

using namespace mlir;

namespace llmc {

namespace {

class NormLowering {
public:
  NormLowering(Node &node, bool isCentred)
      : node(node), isCentred(isCentred), input(node.in(0)) {}

  LogicalResult run() {
    auto axis = Node::axis(node.integer("axis", -1), input.rank());
    if (!axis || !isa<FloatType>(input.element()))
      return node.fail("has an axis beside its dims, or no floats");
    first = *axis;
    type = getSumType(input.element());
    reduced.assign(input.rank(), false);
    std::fill(reduced.begin() + first, reduced.end(), true);
    count = node.sizes.product(ArrayRef(input.sizes).drop_front(first));
    if (isCentred)
      mean = findMean();
    SizedTensor inverse = findInverse();
    if (failed(scale(inverse)))
      return failure();
    if (!isCentred)
      return success();
    return success(succeeded(setStatistic(mean, 1)) &&
                   succeeded(setStatistic(inverse, 2)));
  }

private:
  /// The input, and what was found of each row.
  SmallVector<SizedTensor> rows() {
    SmallVector<SizedTensor> all = {input};
    if (isCentred)
      all.push_back(mean);
    return all;
  }

  Value centre(Scalars &s, ValueRange x) {
    return isCentred ? s.subtract(x[0], x[1]) : x[0];
  }

  SizedTensor eachRow(const SizedTensor &sums,
                      llvm::function_ref<Value(Scalars &, Value)> body) {
    return node.each(sums.sizes, type, {sums.value}, {node.all(sums.rank())},
                     [&](Scalars &s, ValueRange x) {
                       return body(
                           s, s.divide(x[0], countOf(s, node, count, type)));
                     });
  }

  SizedTensor findMean() {
    SizedTensor sums =
        reduceDims(node, {input}, reduced, node.b.getZeroAttr(type),
                   [](Scalars &s, ValueRange x) { return s.add(x[1], x[0]); });
    return eachRow(sums, [](Scalars &, Value mean) { return mean; });
  }

  /// 1 / sqrt(mean of squares + epsilon).
  SizedTensor findInverse() {
    SizedTensor sums =
        reduceDims(node, rows(), reduced, node.b.getZeroAttr(type),
                   [&](Scalars &s, ValueRange x) {
                     Value value = centre(s, x);
                     return s.add(x.back(), s.multiply(value, value));
                   });
    double epsilon = node.real("epsilon", 1e-5);
    return eachRow(sums, [&](Scalars &s, Value square) {
      Value root =
          s.apply<math::SqrtOp>(s.add(square, s.like(square, epsilon)));
      return s.divide(s.like(root, 1), root);
    });
  }

  LogicalResult scale(const SizedTensor &inverse) {
    int64_t rank = input.rank();
    SmallVector<SizedTensor> paired = {input};
    for (unsigned i : {1u, 2u})
      if (node.has(i) && (i == 1 || isCentred))
        paired.push_back(node.in(i));
    std::optional<Broadcast> places = node.broadcast(paired);
    if (!places || places->sizes.size() != input.sizes.size())
      return node.fail("has a scale of sizes that do not fit");
    AffineMap row =
        node.map(rank, llvm::to_vector(llvm::seq<int64_t>(0, first)));
    SmallVector<Value> inputs = {input.value};
    Node::Maps maps = {node.all(rank)};
    if (isCentred) {
      inputs.push_back(mean.value);
      maps.push_back(row);
    }
    inputs.push_back(inverse.value);
    maps.push_back(row);
    for (size_t i = 1; i < paired.size(); ++i) {
      inputs.push_back(paired[i].value);
      maps.push_back(places->maps[i]);
    }
    Type element = node.element();
    return node.set(node.each(
        input.sizes, element, inputs, maps, [&](Scalars &s, ValueRange x) {
          SmallVector<Value> wide;
          for (Value value : x)
            wide.push_back(s.convert(s.widen(value), type));
          size_t next = isCentred ? 2 : 1;
          Value result = s.multiply(centre(s, wide), wide[next++]);
          if (next < wide.size())
            result = s.multiply(result, wide[next++]);
          if (next < wide.size())
            result = s.add(result, wide[next]);
          return s.convert(result, element);
        }));
  }

  /// Of each row, with the dims that are gone as 1.
  LogicalResult setStatistic(const SizedTensor &statistic, unsigned result) {
    if (!node.wants(result))
      return success();
    Type element = node.element(result);
    SizedTensor made =
        node.each(statistic.sizes, element, {statistic.value},
                  {node.all(statistic.rank())}, [&](Scalars &s, ValueRange x) {
                    return s.convert(x[0], element);
                  });
    TensorSizes sizes = statistic.sizes;
    sizes.resize(input.rank(), node.sizes.number(1));
    return node.set(node.reshape(made, sizes), result);
  }

  Node &node;
  bool isCentred;
  SizedTensor input, mean;
  int64_t first = 0;
  Type type;
  SmallVector<bool> reduced;
  Size count;
};

} // namespace

void addNormLowerings(LoweringTable &table) {
  table["onnx.LayerNormalization"] = [](Node &node) {
    return NormLowering(node, true).run();
  };
  table["onnx.RMSNormalization"] = [](Node &node) {
    return NormLowering(node, false).run();
  };
}

} // namespace llmc
