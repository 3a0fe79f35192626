//===- MeaningsContraction.cpp - sums of products over shared dims --------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "EinsumEquation.h"
#include "Meanings.h"

using namespace mlir;
using namespace mlir::onnx;

//===----------------------------------------------------------------------===//
// Einsum
//===----------------------------------------------------------------------===//

static EinsumEquation readEquation(const Operands &in) {
  SmallVector<int64_t> ranks;
  for (unsigned i = 0; i < in.count(); ++i)
    ranks.push_back(in.rank(i));
  return EinsumEquation(in.string("equation", ""), ranks);
}

/// Of each loop; fails where dims of a letter differ, or only the result has one.
static Sizes findLoopSizes(const Operands &in, const EinsumEquation &equation) {
  Sizes sizes(equation.allLoops(), -1);
  for (unsigned i = 0; i < in.count(); ++i)
    for (auto [loop, size] :
         llvm::zip_equal(equation.loopsOf(i), in.sizes(i))) {
      if (sizes[loop] >= 0 && sizes[loop] != size)
        in.fail("has dims of one letter that differ in size");
      sizes[loop] = size;
    }
  if (llvm::is_contained(sizes, -1))
    in.fail("has a letter in its result alone");
  return sizes;
}

static void einsumSizes(const Operands &in, MutableArrayRef<Sizes> results) {
  EinsumEquation equation = readEquation(in);
  if (!equation.error().empty())
    return in.fail(equation.error());
  Sizes sizes = findLoopSizes(in, equation);
  results[0] = Sizes(ArrayRef(sizes).take_front(equation.keptLoops()));
}

static Scalar einsum(const Operands &in, unsigned, Index at) {
  EinsumEquation equation = readEquation(in);
  Sizes sizes = findLoopSizes(in, equation);
  Sizes summed(ArrayRef(sizes).drop_front(equation.keptLoops()));
  int64_t count = countOf(summed);
  if (in.hasFailed() || !in.affords(count))
    return {};
  double sum = 0;
  for (int64_t flat = 0; flat < count; ++flat) {
    Sizes place(at);
    llvm::append_range(place, unflatten(flat, summed));
    double product = 1;
    for (unsigned i = 0; i < in.count(); ++i) {
      Sizes own;
      for (int64_t loop : equation.loopsOf(i))
        own.push_back(place[loop]);
      product *= in.read(i, own).number();
    }
    sum += product;
  }
  return Scalar::of(sum);
}

//===----------------------------------------------------------------------===//
// Windows: sizes alone
//===----------------------------------------------------------------------===//

static void convSizes(const Operands &in, MutableArrayRef<Sizes> results) {
  const Sizes &input = in.sizes(0), &weights = in.sizes(1);
  if (input.size() < 3 || weights.size() != input.size())
    return in.fail("has no windows of its input's dims");
  Sizes strides = in.integerList("strides"),
        dilations = in.integerList("dilations"), pads = in.integerList("pads");
  size_t dims = input.size() - 2;
  strides.resize(dims, 1);
  dilations.resize(dims, 1);
  pads.resize(2 * dims, 0);
  StringRef automatic = in.string("auto_pad", "NOTSET");
  results[0] = {input[0], weights[0]};
  for (size_t d = 0; d < dims; ++d) {
    int64_t size = input[2 + d], stride = strides[d];
    if (stride < 1 || dilations[d] < 1 || weights[2 + d] < 1)
      return in.fail("has strides, dilations or windows below 1");
    if (automatic.starts_with("SAME")) {
      results[0].push_back(boundedSum(size, stride - 1) / stride);
      continue;
    }
    if (automatic == "NOTSET")
      size = boundedSum(size, boundedSum(pads[d], pads[dims + d]));
    int64_t extent =
        boundedSum(boundedProduct(weights[2 + d] - 1, dilations[d]), 1);
    results[0].push_back(size < extent ? 0 : (size - extent) / stride + 1);
  }
}

static void causalConvSizes(const Operands &in,
                            MutableArrayRef<Sizes> results) {
  if (in.rank(0) != 3 || in.rank(1) != 3)
    return in.fail("has no rows [batch, channels, places]");
  results[0] = results[1] = in.sizes(0);
  results[1][2] = std::max<int64_t>(in.sizes(1)[2] - 1, 0);
}

void mlir::onnx::addContractionMeanings(MeaningTable &table) {
  table["onnx.Einsum"] = {einsumSizes, einsum};
  table["onnx.Conv"] = {convSizes, nullptr};
  table["onnx.CausalConvWithState"] = {causalConvSizes, nullptr};
}
