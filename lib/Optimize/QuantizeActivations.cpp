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

constexpr int64_t actGroup = 32; // one activation group per weight group

/// The weight is an integer grid and the input rows can be grouped like it.
bool takesInt8(LinearOp linear) {
  auto input = dyn_cast<RankedTensorType>(linear.getInput().getType());
  auto weight = dyn_cast<PackedType>(linear.getWeight().getType());
  return input && weight && input.getRank() == 2 &&
         input.getElementType().isF32() && weight.getShape().size() == 2 &&
         weight.getEncoding().getAffineGrid() &&
         weight.getEncoding().getBlockElems() == actGroup;
}

struct QuantizeActivations
    : impl::QuantizeActivationsBase<QuantizeActivations> {
  void runOnOperation() override {
    DenseMap<Value, Value> quantised;
    getOperation().walk([&](LinearOp linear) {
      if (!takesInt8(linear))
        return;
      Value &q = quantised[linear.getInput()];
      if (!q)
        q = quantise(linear.getInput());
      linear.getInputMutable().assign(q);
      explainApplied(linear.getLoc(), getArgument(), [&] {
        return "linear takes int8 activations, one scale per " +
               std::to_string(actGroup);
      });
    });
  }

  /// Places the quantisation right after its input, before every reader.
  Value quantise(Value input) {
    OpBuilder builder(&getContext());
    builder.setInsertionPointAfterValue(input);
    auto encoding = Int8ActEncodingAttr::get(&getContext(), actGroup);
    auto shape = cast<RankedTensorType>(input.getType()).getShape();
    return QuantizeActOp::create(builder, input.getLoc(),
                                 PackedType::get(shape, encoding), input);
  }
};

} // namespace
} // namespace llmc
