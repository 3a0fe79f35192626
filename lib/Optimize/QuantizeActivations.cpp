//===- QuantizeActivations.cpp - integer weights meet int8 rows -------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Dequantising 4-bit weights to multiply floats costs an fma per weight and row;
// on int8 rows one instruction does 4 products per lane. The rounding is an op,
// so the reference computes exactly what the integer kernel means.
//===----------------------------------------------------------------------===//
#include "llmc/Optimize/Passes.h"
#include "llmc/Support/Explain.h"

namespace llmc {
#define GEN_PASS_DEF_QUANTIZEACTIVATIONS
#include "llmc/Optimize/Passes.h.inc"

using namespace mlir;
using namespace mlir::llm;

namespace {

/// Why `linear` keeps its float rows; null if it takes integers.
const char *findObstacle(LinearOp linear) {
  auto input = dyn_cast<RankedTensorType>(linear.getInput().getType());
  if (!input)
    return "the rows are integers already";
  auto weight = dyn_cast<PackedType>(linear.getWeight().getType());
  if (!weight || !weight.getEncoding().getGrid())
    return "the weight is no integer grid";
  if (input.getRank() != 2 || weight.getShape().size() != 2)
    return "each head has a matrix of its own";
  if (!input.getElementType().isF32())
    return "the rows are not f32";
  return nullptr;
}

struct QuantizeActivations
    : impl::QuantizeActivationsBase<QuantizeActivations> {
  void runOnOperation() override {
    DenseMap<std::pair<Value, int64_t>, Value> quantised; // by input and group
    getOperation().walk([&](LinearOp linear) {
      if (const char *obstacle = findObstacle(linear))
        return decline(linear, getArgument(), obstacle);
      // One scale of the activations for each of the weights.
      int64_t group =
          getEncoding(linear.getWeight().getType()).getGrid()->group;
      Value &q = quantised[{linear.getInput(), group}];
      if (!q)
        q = quantise(linear.getInput(), group);
      linear.getInputMutable().assign(q);
      applied(linear, getArgument(), [&] {
        return "linear takes int8 activations, one scale per " +
               std::to_string(group);
      });
    });
  }

  /// Places the quantisation right after its input, before every reader.
  Value quantise(Value input, int64_t group) {
    OpBuilder builder(&getContext());
    builder.setInsertionPointAfterValue(input);
    auto encoding = Int8ActEncodingAttr::get(&getContext(), group);
    auto shape = cast<RankedTensorType>(input.getType()).getShape();
    return QuantizeActOp::create(builder, input.getLoc(),
                                 PackedType::get(shape, encoding), input);
  }
};

} // namespace
} // namespace llmc
