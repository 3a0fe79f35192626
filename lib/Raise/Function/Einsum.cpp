//===- Einsum.cpp - products that letters pair ----------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Contraction.h"
#include "Reductions.h"

#include "dialects/onnx/EinsumEquation.h"

using namespace mlir;

namespace llmc {

static LogicalResult lowerEinsum(Node &node) {
  SmallVector<SizedTensor> tensors;
  SmallVector<int64_t> ranks;
  for (unsigned i = 0; i < node.count(); ++i) {
    tensors.push_back(node.in(i));
    ranks.push_back(tensors.back().rank());
  }
  onnx::EinsumEquation equation(node.string("equation", ""), ranks);
  if (!equation.error().empty())
    return node.fail(equation.error());
  SmallVector<Factor> factors;
  for (auto [i, tensor] : llvm::enumerate(tensors))
    factors.push_back({tensor, SmallVector<int64_t>(equation.loopsOf(i))});
  auto sums = contract(node, factors, equation.keptLoops());
  if (!sums)
    return node.fail("has dims of one letter that differ in size");
  return node.set(convertTo(node, *sums, node.element()));
}

void addEinsumLowerings(LoweringTable &table) {
  table["onnx.Einsum"] = lowerEinsum;
}

} // namespace llmc
