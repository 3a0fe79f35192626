//===- NoteRounding.cpp - what products round is written down ---------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "llmc/Optimize/Passes.h"

#include "mlir/Dialect/SCF/IR/SCF.h"
#include "llvm/ADT/MapVector.h"

#include <cmath>

namespace llmc {
#define GEN_PASS_DEF_NOTEROUNDING
#include "llmc/Optimize/Passes.h.inc"

using namespace mlir;
using namespace mlir::llm;

namespace {

/// How often one step runs it: layers are turns of a loop.
int64_t countRuns(Operation *op) {
  int64_t runs = 1;
  for (auto loop = op->getParentOfType<scf::ForOp>(); loop;
       loop = loop->getParentOfType<scf::ForOp>())
    if (std::optional<llvm::APInt> turns = loop.getStaticTripCount())
      runs *= turns->getSExtValue();
  return runs;
}

/// How a product has its rows: null as floats, exact in what is generated.
Attribute getRounding(Operation *product) {
  auto packed = dyn_cast<llm::PackedType>(product->getOperand(0).getType());
  if (!packed || isa<FloatActEncodingAttr>(packed.getEncoding()))
    return {};
  auto codes = dyn_cast<Int8ActEncodingAttr>(packed.getEncoding());
  return codes ? Int8ActEncodingAttr::get(codes.getContext(), codes.getGroup(),
                                          codes.getFine())
               : Attribute(packed.getEncoding());
}

bool hasOneScale(Operation *product) {
  auto quantise = product->getOperand(0).getDefiningOp<QuantizeActOp>();
  return quantise && quantise.getScale();
}

/// The bounds follow from the formulas of the encodings.
std::string describe(Attribute rounding, bool hasOneScale) {
  if (!rounding)
    return "f32";
  auto within = [](int64_t steps) {
    return ", each within 1/" + std::to_string(2 * steps) + " of ";
  };
  if (auto act = dyn_cast<RoundedActEncodingAttr>(rounding)) {
    std::string greatest =
        "the greatest of its " + std::to_string(act.getGroup());
    if (auto integer = dyn_cast<IntegerType>(act.getType()))
      return "f32 rounded to " + std::to_string(integer.getWidth()) + " bits" +
             within(static_cast<int64_t>(act.getLevels())) + greatest;
    return "f32 rounded to floats of 8 bits, each within 1/16 of itself and "
           "1/" +
           std::to_string(
               static_cast<int64_t>(std::ldexp(act.getLevels(), 10))) +
           " of " + greatest;
  }
  auto codes = cast<Int8ActEncodingAttr>(rounding);
  int64_t steps = 127 * (codes.getFine() ? Int8ActEncodingAttr::fineSteps : 1);
  return "codes of " + std::to_string(codes.getFine() ? 15 : 8) + " bits" +
         within(steps) +
         (hasOneScale
              ? "a number that calibration chose, which larger ones become"
              : "the greatest of its " + std::to_string(codes.getGroup()));
}

struct NoteRounding : impl::NoteRoundingBase<NoteRounding> {
  void runOnOperation() override {
    llvm::MapVector<std::pair<Attribute, unsigned>, int64_t> inputs;
    int64_t narrowCodes = 0, narrowFloats = 0, narrowAttentions = 0;
    bool keepsCodes = false;
    getOperation().walk([&](Operation *op) {
      if (auto attention = dyn_cast<AttentionOp>(op))
        narrowAttentions += attention.getNarrow() ? countRuns(op) : 0;
      if (auto write = dyn_cast<KVWriteOp>(op))
        keepsCodes |= write.getType().hasScales();
      if (!isa<LinearOp, ExpertLinearOp>(op))
        return;
      Attribute rounding = getRounding(op);
      inputs[{rounding, hasOneScale(op) ? 1U : 0U}] += countRuns(op);
      if (hasBFloatPrompts(op->getOperand(0).getType()))
        (rounding ? narrowCodes : narrowFloats) += countRuns(op);
    });
    SmallVector<std::string> lines;
    for (auto [input, count] : inputs)
      lines.push_back("inputs of " + std::to_string(count) +
                      " products: " + describe(input.first, input.second));
    if (keepsCodes)
      lines.push_back("the cache: codes of 8 bits, each within 1/254 of the "
                      "greatest of its head's key or value");
    auto addPrompts = [&](int64_t count, const std::string &what) {
      if (count)
        lines.push_back("prompts, " + std::to_string(count) + " " + what +
                        ": bf16, each within 1/512 of itself");
    };
    addPrompts(narrowCodes, "products and their weights on amx");
    addPrompts(narrowFloats,
               "products and their weights on avx512-bf16 and amx");
    addPrompts(narrowAttentions, "attentions on avx512-bf16, amx and GPUs");
    if (!lines.empty())
      getOperation()->setAttr(
          roundingAttrName,
          Builder(&getContext())
              .getStrArrayAttr(llvm::to_vector_of<StringRef>(lines)));
  }
};

} // namespace
} // namespace llmc
