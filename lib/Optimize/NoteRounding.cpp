//===- NoteRounding.cpp - what products round is written down ---------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "llmc/Optimize/Passes.h"

#include "mlir/Dialect/SCF/IR/SCF.h"
#include "llvm/ADT/MapVector.h"

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

/// Null where the product has its input as floats.
Int8ActEncodingAttr getCodes(Operation *product) {
  auto packed = dyn_cast<llm::PackedType>(product->getOperand(0).getType());
  return packed ? dyn_cast<Int8ActEncodingAttr>(packed.getEncoding())
                : Int8ActEncodingAttr();
}

/// The bounds follow from the formulas of #llm.int8_act.
std::string describe(Int8ActEncodingAttr codes) {
  if (!codes)
    return "f32";
  int64_t steps = 127 * (codes.getFine() ? Int8ActEncodingAttr::fineSteps : 1);
  return "codes of " + std::to_string(codes.getFine() ? 15 : 8) +
         " bits, each within 1/" + std::to_string(2 * steps) +
         " of the greatest of its " + std::to_string(codes.getGroup());
}

struct NoteRounding : impl::NoteRoundingBase<NoteRounding> {
  void runOnOperation() override {
    llvm::MapVector<Attribute, int64_t> inputs; // by their codes
    int64_t narrowCodes = 0, narrowFloats = 0, narrowAttentions = 0;
    bool keepsCodes = false;
    getOperation().walk([&](Operation *op) {
      if (auto attention = dyn_cast<AttentionOp>(op))
        narrowAttentions += attention.getNarrow() ? countRuns(op) : 0;
      if (auto write = dyn_cast<KVWriteOp>(op))
        keepsCodes |= write.getType().hasScales();
      if (!isa<LinearOp, ExpertLinearOp>(op))
        return;
      Int8ActEncodingAttr codes = getCodes(op);
      inputs[codes ? Int8ActEncodingAttr::get(&getContext(), codes.getGroup(),
                                              codes.getFine())
                   : codes] += countRuns(op);
      if (hasBFloatPrompts(op->getOperand(0).getType()))
        (codes ? narrowCodes : narrowFloats) += countRuns(op);
    });
    SmallVector<std::string> lines;
    for (auto [codes, count] : inputs)
      lines.push_back("inputs of " + std::to_string(count) + " products: " +
                      describe(cast_or_null<Int8ActEncodingAttr>(codes)));
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
