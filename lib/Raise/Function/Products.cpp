//===- Products.cpp - products of matrices --------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// As plain loops: batches, rows, columns, and the sum. Floats are summed up in f32,
// or f64 where they are that.
//===----------------------------------------------------------------------===//
#include "Linears.h"
#include "Reductions.h"

using namespace mlir;

namespace llmc {

namespace {
/// A side of a product: its matrices, and which dim is the sum's.
struct Factor {
  SizedTensor tensor;
  int64_t summed;     // of its dims
  int64_t other = -1; // its rows or columns; -1: a vector
  int64_t batch() const { return std::max<int64_t>(0, tensor.rank() - 2); }
};
} // namespace

/// `a` and `c` are matrices in their last two dims, or vectors. The result has the
/// type that sums have.
static std::optional<SizedTensor> multiply(Node &node, const Factor &a,
                                           const Factor &c) {
  auto batchOf = [](const Factor &factor) {
    return SizedTensor{
        Value(),
        TensorSizes(ArrayRef(factor.tensor.sizes).take_front(factor.batch()))};
  };
  std::optional<Broadcast> batch = node.broadcast({batchOf(a), batchOf(c)});
  if (!batch)
    return std::nullopt;
  SizedTensor result{Value(), batch->sizes};
  int64_t loops = batch->sizes.size() + (a.other >= 0) + (c.other >= 0) + 1;
  Node::Maps maps;
  const Factor factors[] = {a, c};
  for (auto [factor, places] : llvm::zip_equal(factors, batch->maps)) {
    SmallVector<AffineExpr> exprs(places.getResults());
    exprs.resize(factor.tensor.rank());
    if (factor.other >= 0) {
      exprs[factor.other] = node.b.getAffineDimExpr(result.rank());
      result.sizes.push_back(factor.tensor.sizes[factor.other]);
    }
    exprs[factor.summed] = node.b.getAffineDimExpr(loops - 1);
    maps.push_back(AffineMap::get(loops, 0, exprs, node.b.getContext()));
  }
  maps.push_back(
      node.map(loops, llvm::to_vector(llvm::seq<int64_t>(0, loops - 1))));
  SmallVector<bool> reduced(loops, false);
  reduced.back() = true;
  Type type = getSumType(a.tensor.element());
  Value zero = arith::ConstantOp::create(node.b, node.b.getZeroAttr(type));
  result.value = node.loops(
      reduced, {a.tensor.value, c.tensor.value},
      {node.filled(result.sizes, zero)}, maps,
      [](Scalars &s, ValueRange x) -> SmallVector<Value> {
        return {s.add(x[2], s.multiply(s.widen(x[0]), s.widen(x[1])))};
      })[0];
  return result;
}

/// Rounded to the result's type.
static LogicalResult setRounded(Node &node, const SizedTensor &sums) {
  return node.set(convertTo(node, sums, node.element()));
}

static LogicalResult lowerMatMul(Node &node) {
  if (auto product = multiplyByWeights(node, /*isTransposed=*/false))
    return setRounded(node, *product);
  SizedTensor a = node.in(0), c = node.in(1);
  int64_t rankA = a.rank(), rankC = c.rank();
  if (!rankA || !rankC)
    return node.fail("multiplies a scalar");
  Factor left{a, rankA - 1, rankA > 1 ? rankA - 2 : -1};
  Factor right{c, rankC > 1 ? rankC - 2 : 0, rankC > 1 ? rankC - 1 : -1};
  std::optional<SizedTensor> product = multiply(node, left, right);
  if (!product)
    return node.fail("has batches of sizes that do not fit");
  return setRounded(node, *product);
}

/// alpha * product + beta * the summand, if there is one.
static LogicalResult addSummand(Node &node, const SizedTensor &product,
                                double alpha, double beta) {
  SmallVector<SizedTensor> summands = {product};
  SmallVector<Value> inputs = {product.value};
  if (node.has(2)) {
    summands.push_back(node.in(2));
    inputs.push_back(summands.back().value);
  }
  std::optional<Broadcast> places = node.broadcast(summands);
  if (!places || places->sizes.size() != 2)
    return node.fail("has a summand of sizes that do not fit");
  Type element = node.element();
  return node.set(node.each(places->sizes, element, inputs,
                            Node::Maps(places->maps),
                            [&](Scalars &s, ValueRange x) {
                              Value sum = x[0];
                              if (alpha != 1)
                                sum = s.multiply(sum, s.like(sum, alpha));
                              if (x.size() > 1) {
                                Value more = s.widen(x[1]);
                                if (beta != 1)
                                  more = s.multiply(more, s.like(more, beta));
                                sum = s.add(sum, more);
                              }
                              return s.convert(sum, element);
                            }));
}

static LogicalResult lowerGemm(Node &node) {
  SizedTensor a = node.in(0), c = node.in(1);
  if (a.rank() != 2 || c.rank() != 2)
    return node.fail("multiplies no matrices");
  bool turnsA = node.integer("transA", 0) != 0,
       turnsC = node.integer("transB", 0) != 0;
  std::optional<SizedTensor> product;
  if (!turnsA)
    product = multiplyByWeights(node, turnsC);
  if (!product)
    product = multiply(node, {a, !turnsA, turnsA}, {c, turnsC, !turnsC});
  if (!product)
    return node.fail("multiplies matrices that do not fit");
  double alpha = node.real("alpha", 1), beta = node.real("beta", 1);
  bool isPlain = alpha == 1 && beta == 1;
  if (isPlain &&
      (!node.has(2) || addBias(node, *product, node.op->getOperand(2))))
    return setRounded(node, *product);
  return addSummand(node, *product, alpha, beta);
}

void addProductLowerings(LoweringTable &table) {
  table["onnx.MatMul"] = lowerMatMul;
  table["onnx.Gemm"] = lowerGemm;
}

} // namespace llmc
