//===- EqualizeInputs.cpp - large inputs move into the weights --------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// W x = (W S) (S^-1 x): the same product of floats, whose inputs are easier to round.
//===----------------------------------------------------------------------===//
#include "EquivalentScaling.h"
#include "llmc/Optimize/EqualizeSpec.h"
#include "llmc/Optimize/ObservedRows.h"
#include "llmc/Optimize/Passes.h"
#include "llmc/Support/Explain.h"

namespace llmc {
#define GEN_PASS_DEF_EQUALIZEINPUTS
#include "llmc/Optimize/Passes.h.inc"

using namespace mlir;
using namespace mlir::llm;

static bool hasFloats(WeightOp weight) {
  return weight && weight.getSource() &&
         isa<FloatEncodingAttr>(getEncoding(weight.getType()));
}

namespace {

struct EqualizeInputs : impl::EqualizeInputsBase<EqualizeInputs> {
  using Base::Base;

  void runOnOperation() override {
    auto parsed = parseEqualizeSpec(spec);
    if (!parsed) {
      getOperation().emitError("equalize: ") << toString(parsed.takeError());
      return signalPassFailure();
    }
    EqualizeRequest request{parsed->method, {}, {}};
    if (parsed->alpha)
      request.alpha =
          FloatAttr::get(Float64Type::get(&getContext()), *parsed->alpha);
    InputScaling scaling(getOperation());
    bool isApplied = false;
    for (auto &[input, linears] : scaling.inputs()) {
      std::string problem = scaleInput(scaling, input, linears, request);
      isApplied |= problem.empty();
      if (problem.empty())
        applied(linears.front(), getArgument(),
                "large columns of its input move into the weights");
      else
        decline(linears.front(), getArgument(), problem);
    }
    if (isApplied)
      return;
    getOperation().emitError(
        "equalize: no input of a product can be scaled: weights have other "
        "readers, or are on a grid already (take a model of floats)");
    signalPassFailure();
  }

private:
  static std::string scaleInput(InputScaling &scaling, Value input,
                                ArrayRef<LinearOp> linears,
                                const EqualizeRequest &request) {
    for (LinearOp linear : linears) {
      if (!isObserved(linear))
        return "there are no statistics of its input";
      if (!hasFloats(scaling.getOwnWeight(linear)))
        return "its weights have other readers, or are no floats";
    }
    return scaling.scale(input, linears, request, hasFloats);
  }
};

} // namespace
} // namespace llmc
