//===- QuantizeActivations.cpp - what rows of products are rounded to -------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Dequantising 4-bit weights to multiply floats costs an fma per weight and row;
// on int8 rows one instruction does 4 products per lane. The rounding is an op,
// so the reference computes exactly what the integer kernel means. Where 8 bits
// cost too much accuracy, rows get a second plane of codes for the rest. Fewer bits are
// floats that were rounded, until kernels read such codes.
//===----------------------------------------------------------------------===//
#include "dialects/llm/LLMRotation.h"
#include "dialects/llm/SparseRows.h"
#include "llmc/Optimize/InputScaleSpec.h"
#include "llmc/Optimize/ObservedRows.h"
#include "llmc/Optimize/Passes.h"
#include "llmc/Support/Explain.h"
#include "llmc/Weights/Equalizing.h"
#include "llmc/Weights/InputScale.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/Support/Format.h"

namespace llmc {
#define GEN_PASS_DEF_QUANTIZEACTIVATIONS
#include "llmc/Optimize/Passes.h.inc"

using namespace mlir;
using namespace mlir::llm;

namespace {

/// The numbers that rows are rounded to and stay floats; null where they become codes.
Type findRoundedType(RowRounding to, MLIRContext *context) {
  switch (to) {
  case RowRounding::i6:
    return IntegerType::get(context, 6);
  case RowRounding::i4:
    return IntegerType::get(context, 4);
  case RowRounding::e4m3:
    return Float8E4M3FNType::get(context);
  case RowRounding::i8:
  case RowRounding::mixed:
  case RowRounding::i16:
  case RowRounding::i8Static:
    return {};
  }
  llvm_unreachable("every choice is a case");
}

/// Why `linear` keeps its float rows; null if they become codes, or else are rounded.
const char *findObstacle(LinearOp linear, bool becomeCodes) {
  auto input = dyn_cast<RankedTensorType>(linear.getInput().getType());
  if (!input)
    return "the rows are integers already";
  EncodingAttrInterface weight = getEncoding(linear.getWeight().getType());
  if (becomeCodes && !(weight && weight.getGrid()))
    return "the weight is no integer grid";
  if (areSparseRows(weight))
    return "the weight holds sparse rows";
  if (input.getRank() != 2 ||
      getMatrixShape(linear.getWeight().getType()).size() != 2)
    return "each head has a matrix of its own";
  if (!input.getElementType().isF32())
    return "the rows are not f32";
  return nullptr;
}

/// Numbers of a row that share a scale: as many as of the weight.
int64_t getGroup(LinearOp linear) {
  EncodingAttrInterface weight = getEncoding(linear.getWeight().getType());
  if (weight && weight.getGrid())
    return weight.getGrid()->group;
  auto codes = dyn_cast_or_null<FloatCodesAttr>(weight);
  return codes ? codes.getGroup()
               : getMatrixShape(linear.getWeight().getType()).back();
}

/// What adds to a row of another kernel: what is added is one of many there. Products
/// that are added up are one, with a weight and factors beside it.
bool isResidual(Operation *op) {
  return isa<arith::AddFOp>(op) &&
         !llvm::all_of(
             op->getOperands(),
             [](Value operand) { return operand.getDefiningOp<LinearOp>(); }) &&
         llvm::none_of(op->getOperands(), [](Value operand) {
           return isa_and_nonnull<arith::ConstantOp, tensor::SplatOp,
                                  BroadcastOp>(operand.getDefiningOp());
         });
}

/// Whether rows are written to a cache or returned, at most turned, normalised
/// and computed with on the way.
bool areKept(Value rows) {
  llvm::SetVector<Value> seen;
  seen.insert(rows);
  for (size_t i = 0; i < seen.size(); ++i)
    for (Operation *user : seen[i].getUsers()) {
      if (isa<KVWriteOp, func::ReturnOp>(user))
        return true;
      bool passesOn =
          isa<RopeOp, NormOp, KronRotateOp, tensor::ExpandShapeOp,
              tensor::CollapseShapeOp>(user) ||
          (user->hasTrait<OpTrait::Elementwise>() && !isResidual(user));
      if (passesOn)
        seen.insert(user->getResult(0));
    }
  return false;
}

/// Whether each element of the result is made of those in its place.
bool isElementwise(Operation *op) {
  if (auto generic = dyn_cast<linalg::GenericOp>(op))
    return generic.getNumReductionLoops() == 0;
  return op->hasTrait<OpTrait::Elementwise>() && !isResidual(op);
}

bool isNonlinearity(Operation *op) {
  auto generic = dyn_cast<linalg::GenericOp>(op);
  return isa<ActOp>(op) ||
         (generic && llvm::any_of(*generic.getBody(), [](Operation &inner) {
            return isa<math::ErfOp, math::ExpOp, math::TanhOp,
                       arith::MaximumFOp>(inner);
          }));
}

/// Whether rows are what a nonlinearity made of others, gated or not: few large
/// numbers, which are what a group's scale follows.
bool areActivated(Value rows) {
  llvm::SetVector<Value> seen;
  seen.insert(rows);
  for (size_t i = 0; i < seen.size(); ++i) {
    Operation *op = seen[i].getDefiningOp();
    if (!op)
      continue;
    if (isElementwise(op) && isNonlinearity(op))
      return true;
    if (isa<tensor::CollapseShapeOp, tensor::ExpandShapeOp>(op))
      seen.insert(op->getOperand(0));
    else if (isElementwise(op))
      seen.insert_range(op->getOperands());
  }
  return false;
}

struct QuantizeActivations
    : impl::QuantizeActivationsBase<QuantizeActivations> {
  using Base::Base;
  QuantizeActivations(const QuantizeActivationsOptions &options,
                      const WeightStore *store)
      : Base(options), store(store) {}

  void runOnOperation() override {
    const Type rounded = findRoundedType(to, &getContext());
    if (to == RowRounding::i8Static && failed(findStatistics()))
      return signalPassFailure();
    // By input and encoding.
    DenseMap<std::pair<Value, Attribute>, Value> quantised;
    getOperation().walk([&](LinearOp linear) {
      if (const char *obstacle = findObstacle(linear, !rounded))
        return decline(linear, getArgument(), obstacle);
      const int64_t group = getGroup(linear);
      EncodingAttrInterface encoding;
      if (rounded)
        encoding = RoundedActEncodingAttr::get(&getContext(), rounded, group);
      else
        encoding = Int8ActEncodingAttr::get(&getContext(), group,
                                            readsFineRows(linear));
      const Value rows = linear.getInput();
      Value &q = quantised[{rows, encoding}];
      if (!q)
        q = quantise(rows, encoding);
      linear.getInputMutable().assign(q);
      applied(linear, getArgument(), [&] {
        return describe(q.getDefiningOp<QuantizeActOp>()) + describeReach(rows);
      });
    });
  }

  /// Where that chooses, how far the rows reach.
  std::string describeReach(Value rows) const {
    auto of = observed.find(rows);
    if (!asked.to || of == observed.end())
      return "";
    std::string text;
    llvm::raw_string_ostream(text)
        << "; they reach " << llvm::format("%.4g", of->second.reach);
    return text;
  }

  static std::string describe(QuantizeActOp op) {
    auto codes = dyn_cast<Int8ActEncodingAttr>(op.getType().getEncoding());
    if (!codes) {
      std::string text;
      llvm::raw_string_ostream(text) << "linear takes rows that are "
                                     << Attribute(op.getType().getEncoding());
      return text;
    }
    return std::string("linear takes int8 activations") +
           (codes.getFine() ? " in two planes" : "") + ", one scale " +
           (op.getScale() ? "for all rows"
                          : "per " + std::to_string(codes.getGroup()));
  }

  bool readsFineRows(LinearOp linear) const {
    return to == RowRounding::i16 ||
           (to == RowRounding::mixed &&
            (areKept(linear.getResult()) || areActivated(linear.getInput())));
  }

  /// Places the quantisation right after its input, before every reader.
  Value quantise(Value input, EncodingAttrInterface encoding) {
    OpBuilder builder(&getContext());
    builder.setInsertionPointAfterValue(input);
    auto shape = cast<RankedTensorType>(input.getType()).getShape();
    return QuantizeActOp::create(builder, input.getLoc(),
                                 PackedType::get(shape, encoding), input,
                                 makeScale(builder, input));
  }

  //===--- one scale for all rows -------------------------------------------===//

  struct Observed {
    WeightOp weight;
    double reach = 0; // where that chooses
    float share = 1;  // of the reach, that the scale spans
  };

  LogicalResult findStatistics() {
    auto parsed = parseInputScaleSpec(scales);
    if (!parsed)
      return getOperation().emitError("quantize-activations: ")
             << toString(parsed.takeError());
    asked = *parsed;
    if ((asked.to || asked.clip != "no") && !store)
      return getOperation().emitError("quantize-activations: clip and to read "
                                      "statistics, which only llmc has");
    findObserved();
    for (auto &[input, found] : observed)
      if (std::string problem = readStatistics(found); !problem.empty())
        return getOperation().emitError("quantize-activations: ") << problem;
    return success();
  }

  std::string readStatistics(Observed &found) const {
    if (asked.to) {
      auto reach = findReach(*store, found.weight.getSymName());
      if (!reach)
        return toString(reach.takeError());
      found.reach = *reach;
    }
    if (asked.clip == "no" || !hasOneScale(found))
      return "";
    auto share = findClip(found.weight, asked.clip, *store);
    if (!share)
      return toString(share.takeError());
    found.share = static_cast<float>(*share);
    return "";
  }

  bool hasOneScale(const Observed &found) const {
    return !asked.to || found.reach <= *asked.to;
  }

  /// Of each input that calibration sees a weight that the model has.
  void findObserved() {
    SymbolTable symbols(getOperation());
    getOperation().walk([&](LinearOp linear) {
      if (!isObserved(linear))
        return;
      auto weight = symbols.lookup<WeightOp>(
          linear.getWeight().getDefiningOp<ParamOp>().getWeight());
      FactorStepAttr factor = weight ? getFactorStep(weight) : FactorStepAttr();
      bool isOfModel = weight && !isLowRankFactor(weight) &&
                       !holdsOutliers(weight) &&
                       !(factor && factor.getPart() == "left");
      if (isOfModel)
        observed.insert({linear.getInput(), {weight}});
    });
  }

  /// The number that is the scale of all rows of `input`; null where each has its own.
  Value makeScale(OpBuilder &builder, Value input) {
    auto found = observed.find(input);
    if (found == observed.end() || !hasOneScale(found->second))
      return {};
    WeightOp of = found->second.weight;
    OpBuilder before(of);
    auto share = DenseElementsAttr::get(
        RankedTensorType::get({1}, before.getF32Type()), found->second.share);
    auto name = before.getStringAttr(of.getSymName() + ".input_scale");
    Attribute step = InputScaleStepAttr::get(
        &getContext(), FlatSymbolRefAttr::get(of.getSymNameAttr()));
    if (!SymbolTable::lookupSymbolIn(getOperation(), name))
      WeightOp::create(before, of.getLoc(), name,
                       TypeAttr::get(share.getType()),
                       /*source=*/StringAttr(), before.getArrayAttr(step),
                       share, /*offset=*/IntegerAttr());
    return ParamOp::create(builder, input.getLoc(), share.getType(),
                           name.getValue(), Value());
  }

  InputScaleSpec asked;
  llvm::MapVector<Value, Observed> observed; // by the input of its product
  const WeightStore *store = nullptr;
};

} // namespace

std::unique_ptr<Pass>
createQuantizeActivations(const QuantizeActivationsOptions &options,
                          const WeightStore *store) {
  return std::make_unique<QuantizeActivations>(options, store);
}

ArrayRef<Choice<RowRounding>> getChoices(RowRounding) {
  static const Choice<RowRounding> choices[] = {
      {"i8", RowRounding::i8},    {"mixed", RowRounding::mixed},
      {"i16", RowRounding::i16},  {"i8-static", RowRounding::i8Static},
      {"i6", RowRounding::i6},    {"i4", RowRounding::i4},
      {"e4m3", RowRounding::e4m3}};
  return choices;
}

} // namespace llmc
