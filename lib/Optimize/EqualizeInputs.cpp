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
#include "llmc/Weights/Equalizing.h"

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
  EqualizeInputs(const EqualizeInputsOptions &options, const WeightStore *store)
      : Base(options), store(store) {}

  void runOnOperation() override {
    auto parsed = parseEqualizeSpec(spec);
    if (!parsed)
      return fail(toString(parsed.takeError()));
    const bool shifts = shiftsColumns(parsed->method);
    if ((shifts || parsed->from || parsed->to) && !store)
      return fail(std::string(shifts ? "osplus reads" : "from and to read") +
                  " statistics, which only llmc has");
    InputScaling scaling(getOperation());
    bool isApplied = false;
    for (auto &[input, linears] : scaling.inputs()) {
      std::string done;
      std::string problem = scaleInput(scaling, input, linears, *parsed, done);
      if (isBroken)
        return fail(problem);
      isApplied |= problem.empty();
      if (problem.empty())
        applied(linears.front(), getArgument(), done);
      else
        decline(linears.front(), getArgument(), problem);
    }
    if (!isApplied)
      fail("no input of a product can be scaled: weights have other readers, "
           "or are on a grid already (take a model of floats)");
  }

private:
  void fail(const Twine &problem) {
    getOperation().emitError("equalize: ") << problem;
    signalPassFailure();
  }

  /// Why an input stays; empty if it does not, and `done` says what became of it.
  std::string scaleInput(InputScaling &scaling, Value input,
                         ArrayRef<LinearOp> linears, const EqualizeSpec &asked,
                         std::string &done);
  std::string checkReach(WeightOp weight, const EqualizeSpec &asked);
  std::string shiftInput(InputScaling &scaling, ArrayRef<LinearOp> linears,
                         ScalingSite &site, EqualizeAttr by, std::string &done);

  const WeightStore *store = nullptr;
  bool isBroken = false; // what is there is no longer the model
};

} // namespace

std::string EqualizeInputs::checkReach(WeightOp weight,
                                       const EqualizeSpec &asked) {
  if (!asked.from && !asked.to)
    return "";
  auto reach = findReach(*store, weight.getSymName());
  if (!reach)
    return toString(reach.takeError());
  if (asked.from && *reach < *asked.from)
    return "its input reaches no further than from= says";
  if (asked.to && *reach > *asked.to)
    return "its input reaches further than to= says";
  return "";
}

std::string EqualizeInputs::scaleInput(InputScaling &scaling, Value input,
                                       ArrayRef<LinearOp> linears,
                                       const EqualizeSpec &asked,
                                       std::string &done) {
  for (LinearOp linear : linears) {
    if (!isObserved(linear))
      return "there are no statistics of its input";
    if (!hasFloats(scaling.getOwnWeight(linear)))
      return "its weights have other readers, or are no floats";
  }
  WeightOp first = scaling.getOwnWeight(linears.front());
  if (std::string problem = checkReach(first, asked); !problem.empty())
    return problem;
  ScalingSite site;
  if (std::string problem = scaling.findSite(input, linears, hasFloats, site);
      !problem.empty())
    return problem;
  EqualizeRequest request{asked.method, {}, {}};
  if (asked.alpha)
    request.alpha =
        FloatAttr::get(Float64Type::get(&getContext()), *asked.alpha);
  EqualizeAttr by = scaling.makeFactors(linears, request, site);
  done = "large columns of its input move into the weights";
  if (shiftsColumns(asked.method))
    return shiftInput(scaling, linears, site, by, done);
  scaling.apply(linears, site, by);
  return "";
}

/// Where a shift has no place, or costs more than it spares, columns are scaled alone.
std::string EqualizeInputs::shiftInput(InputScaling &scaling,
                                       ArrayRef<LinearOp> linears,
                                       ScalingSite &site, EqualizeAttr by,
                                       std::string &done) {
  EqualizeAttr alone =
      scaling.makeFactors(linears, {"osplus-scale", {}, {}}, site);
  const char *unshifted = site.unshifted;
  std::string problem;
  if (!unshifted) {
    auto pays = shiftPays(by, alone, getOperation(), *store);
    if (!pays)
      problem = toString(pays.takeError());
    else if (!*pays)
      unshifted = "that would cost more than it spares";
  }
  if (problem.empty() && !unshifted)
    problem = scaling.shift(linears, site, by, *store);
  isBroken |= !problem.empty();
  if (isBroken)
    return problem;
  if (unshifted)
    done += std::string(", none is shifted: ") + unshifted;
  else
    done = "columns of its input are shifted, and large ones move into the "
           "weights";
  scaling.apply(linears, site, unshifted ? alone : by);
  return "";
}

std::unique_ptr<Pass> createEqualizeInputs(const EqualizeInputsOptions &options,
                                           const WeightStore *store) {
  return std::make_unique<EqualizeInputs>(options, store);
}

} // namespace llmc
