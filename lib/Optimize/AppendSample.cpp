//===- AppendSample.cpp - the token of every row of logits ------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A function of its own: whoever steers a generation may read and change the
// logits between the step and the choice, or choose from them again.
//===----------------------------------------------------------------------===//
#include "llmc/Optimize/Passes.h"
#include "llmc/Support/Explain.h"

#include "dialects/llm/Sampling.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace llmc {
#define GEN_PASS_DEF_APPENDSAMPLE
#include "llmc/Optimize/Passes.h.inc"

using namespace mlir;
using namespace mlir::llm;

namespace {

constexpr StringLiteral functionName = "sample";

/// The type of the step's logits: its only tensor, or the one of this name; null
/// where it returns none.
RankedTensorType findLogits(func::FuncOp step) {
  SmallVector<RankedTensorType> tensors;
  for (auto [index, type] : llvm::enumerate(step.getResultTypes())) {
    auto tensor = dyn_cast<RankedTensorType>(type);
    if (!tensor)
      continue;
    auto name = step.getResultAttrOfType<StringAttr>(index, resultNameAttr);
    if (name && name.getValue() == "logits")
      return tensor;
    tensors.push_back(name ? RankedTensorType() : tensor);
  }
  return tensors.size() == 1 ? tensors[0] : RankedTensorType();
}

/// Why `logits` cannot be sampled; empty where they can.
StringRef getDecline(RankedTensorType logits) {
  if (!logits)
    return "the step returns no logits";
  if (logits.getRank() != 2 || !logits.getElementType().isF32())
    return "logits are sampled as rows of f32";
  if (logits.getDimSize(1) > sampling::mostColumns)
    return "sums over so large a vocabulary are not exact";
  return {};
}

struct AppendSample : impl::AppendSampleBase<AppendSample> {
  void runOnOperation() override {
    auto step = getOperation().lookupSymbol<func::FuncOp>("step");
    if (!step)
      return;
    if (getOperation().lookupSymbol(functionName))
      return decline(step, getArgument(), "the module has a @sample");
    RankedTensorType logits = findLogits(step);
    if (StringRef reason = getDecline(logits); !reason.empty())
      return decline(step, getArgument(), reason);
    append(step, logits);
    applied(step, getArgument(), [&] {
      return "@sample chooses from " + std::to_string(logits.getDimSize(1)) +
             " logits";
    });
  }

  void append(func::FuncOp step, RankedTensorType logits) {
    OpBuilder builder(step->getContext());
    builder.setInsertionPointAfter(step);
    Location loc = step.getLoc();
    auto ids =
        RankedTensorType::get(logits.getDimSize(0), builder.getI32Type());
    auto type = builder.getFunctionType(
        {logits, BatchType::get(builder.getContext())}, ids);
    auto sample = func::FuncOp::create(builder, loc, functionName, type);
    sample.setArgAttr(0, resultNameAttr, builder.getStringAttr("logits"));
    sample.setResultAttr(0, resultNameAttr, builder.getStringAttr("tokens"));
    Block *body = sample.addEntryBlock();
    builder.setInsertionPointToStart(body);
    Value tokens = SampleOp::create(builder, loc, ids, body->getArgument(0),
                                    body->getArgument(1));
    func::ReturnOp::create(builder, loc, tokens);
  }
};

} // namespace
} // namespace llmc
