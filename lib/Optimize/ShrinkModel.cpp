//===- ShrinkModel.cpp - layers lose channels and heads ---------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Zeros cost what other numbers cost unless a kernel skips them; channels and heads
// that are gone cost nothing, anywhere. Only types and recipes change here: which
// units go is chosen when weights are made.
//===----------------------------------------------------------------------===//
#include "DropLayers.h"
#include "EquivalentScaling.h"
#include "UnitGroups.h"
#include "llmc/Optimize/ObservedRows.h"
#include "llmc/Optimize/Passes.h"
#include "llmc/Optimize/ShrinkSpec.h"
#include "llmc/Support/Explain.h"
#include "llmc/Weights/Selecting.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/AttrTypeSubElements.h"

#include "llvm/ADT/StringExtras.h"

namespace llmc {
#define GEN_PASS_DEF_SHRINKMODEL
#include "llmc/Optimize/Passes.h.inc"

using namespace mlir;
using namespace mlir::llm;

namespace {

/// What units are, in words.
struct Kind {
  const char *option; // of the spec
  const char *units;  // "channels"
  const char *of;     // what has them
};

constexpr Kind channelKind = {"channels", "channels", "feed-forward part"};
constexpr Kind headKind = {"heads", "heads of keys and values", "attention"};

class Shrinker {
public:
  Shrinker(ModuleOp module, StringRef pass, const ShrinkSpec &spec)
      : module(module), context(module.getContext()), pass(pass), spec(spec) {}

  LogicalResult run();

private:
  InFlightDiagnostic fail(Operation *where = nullptr) {
    return (where ? where : module.getOperation())->emitError("shrink: ");
  }
  LogicalResult dropLayers();
  LogicalResult dropChannels(int64_t layers);
  LogicalResult dropHeads(int64_t layers);
  LogicalResult check(const Kind &kind, ArrayRef<UnitGroup> groups,
                      int64_t layers);
  FailureOr<SelectionAttr> drop(const Kind &kind, ArrayRef<UnitGroup> groups,
                                const ShrinkAmount &amount, int64_t multiple);
  FailureOr<SelectionAttr> makeSelection(const UnitGroup &group, int64_t keep);
  void apply(const UnitGroup &group, SelectionAttr by);
  void cutWeight(ParamOp param, SelectionAttr by, bool rows);
  void setFact(StringRef name, llvm::function_ref<int64_t(int64_t)> change);
  void scaleFact(StringRef name, SelectionAttr by);

  ModuleOp module;
  MLIRContext *context;
  StringRef pass;
  const ShrinkSpec &spec;
  std::optional<UnitGroups> weights; // once layers are gone
};

struct ShrinkModel : impl::ShrinkModelBase<ShrinkModel> {
  using Base::Base;

  void runOnOperation() override {
    auto parsed = parseShrinkSpec(spec);
    if (!parsed) {
      getOperation().emitError("shrink: ") << toString(parsed.takeError());
      return signalPassFailure();
    }
    if (parsed->layers) {
      getOperation().emitError(
          "shrink: layers=N is no choice but leaves it to llmc compile, which "
          "measures the model: give the SPEC that it names with --explain");
      return signalPassFailure();
    }
    if (failed(Shrinker(getOperation(), getArgument(), *parsed).run()))
      signalPassFailure();
  }
};

} // namespace

//===----------------------------------------------------------------------===//
// Types
//===----------------------------------------------------------------------===//

static int64_t scaleSize(int64_t size, SelectionAttr by) {
  assert(size % by.getOf() == 0 && "units are equally large");
  return size / by.getOf() * by.getKeep();
}

static Type cutType(Type type, size_t dim, SelectionAttr by) {
  SmallVector<int64_t> shape(getMatrixShape(type));
  shape[dim] = scaleSize(shape[dim], by);
  if (auto packed = dyn_cast<PackedType>(type))
    return PackedType::get(shape, packed.getEncoding(), packed.getLayout());
  return cast<RankedTensorType>(type).clone(shape);
}

void Shrinker::cutWeight(ParamOp param, SelectionAttr by, bool rows) {
  WeightOp weight = weights->getWeight(param);
  const size_t dim = rows ? 0 : getMatrixShape(weight.getType()).size() - 1;
  appendStep(weight, KeepStepAttr::get(context, by, rows));
  weight.setType(cutType(weight.getType(), dim, by));
  param.getResult().setType(weight.getType());
}

void Shrinker::apply(const UnitGroup &group, SelectionAttr by) {
  for (Operation *param : group.makers)
    cutWeight(cast<ParamOp>(param), by, /*rows=*/true);
  for (Operation *op : group.readers) {
    auto linear = cast<LinearOp>(op);
    cutWeight(linear.getWeight().getDefiningOp<ParamOp>(), by, /*rows=*/false);
  }
  // A number that others read in all places, too, is spread anew.
  for (OpOperand *operand : group.spreads) {
    OpBuilder builder(operand->getOwner());
    Operation *spread = builder.clone(*operand->get().getDefiningOp());
    spread->getResult(0).setType(cutType(operand->get().getType(), 1, by));
    operand->set(spread->getResult(0));
  }
  for (Value value : group.values) {
    value.setType(cutType(value.getType(), 1, by));
    if (auto split = value.getDefiningOp<tensor::ExpandShapeOp>())
      split.setStaticOutputShape(getMatrixShape(value.getType()));
  }
}

/// The caches of a step, in the types of all that has one.
static void cutCaches(ModuleOp module, SelectionAttr by) {
  AttrTypeReplacer replacer;
  replacer.addReplacement([&](KVType kv) -> Type {
    return KVType::get(kv.getContext(), kv.getLayers(),
                       scaleSize(kv.getHeads(), by), kv.getKeyDim(),
                       kv.getValueDim(), kv.getElementType(), kv.getPrefix(),
                       kv.getWindow());
  });
  replacer.recursivelyReplaceElementsIn(module, /*replaceAttrs=*/true,
                                        /*replaceLocs=*/false,
                                        /*replaceTypes=*/true);
}

//===----------------------------------------------------------------------===//
// What goes
//===----------------------------------------------------------------------===//

FailureOr<SelectionAttr> Shrinker::makeSelection(const UnitGroup &group,
                                                 int64_t keep) {
  SmallVector<Attribute> makers, readers;
  // In the step's order, whatever the walk's: sums of scores then have one.
  SmallVector<Operation *> params(group.makers.getArrayRef());
  llvm::sort(params,
             [](Operation *a, Operation *b) { return a->isBeforeInBlock(b); });
  for (Operation *param : params)
    if (isa<LinearOp>(*param->user_begin()) &&
        getMatrixShape(param->getResult(0).getType()).size() == 2)
      makers.push_back(cast<ParamOp>(param).getWeightAttr());
  bool isObservedToo = true;
  for (Operation *op : group.readers) {
    auto linear = cast<LinearOp>(op);
    isObservedToo &= isObserved(linear);
    readers.push_back(
        linear.getWeight().getDefiningOp<ParamOp>().getWeightAttr());
  }
  StringAttr stats;
  if (needsStatistics(spec)) {
    if (!isObservedToo)
      return fail() << "there are no statistics of the input of '"
                    << cast<FlatSymbolRefAttr>(readers.front()).getValue()
                    << "': take by=magnitude";
    stats = cast<FlatSymbolRefAttr>(readers.front()).getAttr();
  }
  return SelectionAttr::get(context, StringAttr::get(context, spec.method),
                            keep, group.units, ArrayAttr::get(context, makers),
                            ArrayAttr::get(context, readers), stats);
}

/// Whether each layer can lose as much as any other.
LogicalResult Shrinker::check(const Kind &kind, ArrayRef<UnitGroup> groups,
                              int64_t layers) {
  for (const UnitGroup &group : groups)
    if (!group.obstacle.empty())
      return fail(group.where) << kind.option << ": " << group.obstacle;
  if (groups.empty() || static_cast<int64_t>(groups.size()) != layers)
    return fail() << kind.option << ": of " << layers << " layers "
                  << groups.size() << " have a " << kind.of
                  << " whose weights are known";
  for (const UnitGroup &group : groups)
    if (group.units != groups.front().units)
      return fail() << kind.option << ": layers have " << groups.front().units
                    << " and " << group.units << " " << kind.units
                    << ", and a plain model has as many in each";
  return success();
}

FailureOr<SelectionAttr> Shrinker::drop(const Kind &kind,
                                        ArrayRef<UnitGroup> groups,
                                        const ShrinkAmount &amount,
                                        int64_t multiple) {
  const int64_t all = groups.front().units;
  const int64_t left = countLeft(amount, all, multiple);
  if (left < 1 || left >= all)
    return fail() << kind.option << ": of " << all << " " << kind.units
                  << " of a layer "
                  << (left < 1 ? "none would be left" : "none would go")
                  << (multiple > 1 ? " (what is left is a multiple of " +
                                         std::to_string(multiple) +
                                         "; multiple=N chooses another)"
                                   : "");
  FailureOr<SelectionAttr> by = failure();
  for (const UnitGroup &group : groups) {
    by = makeSelection(group, left);
    if (failed(by))
      return failure();
    apply(group, *by);
    applied(group.readers.front(), pass, [&] {
      return std::to_string(all - left) + " of its " + std::to_string(all) +
             " " + kind.units + " go by " + spec.method;
    });
  }
  return by;
}

/// What the module says of the model, where it says so.
void Shrinker::setFact(StringRef name,
                       llvm::function_ref<int64_t(int64_t)> change) {
  auto facts = module->getAttrOfType<DictionaryAttr>("llm.model");
  auto fact = facts ? facts.getAs<IntegerAttr>(name) : IntegerAttr();
  if (!fact)
    return;
  NamedAttrList list(facts);
  list.set(name, IntegerAttr::get(fact.getType(), change(fact.getInt())));
  module->setAttr("llm.model", list.getDictionary(context));
}

void Shrinker::scaleFact(StringRef name, SelectionAttr by) {
  setFact(name, [&](int64_t size) { return scaleSize(size, by); });
}

LogicalResult Shrinker::dropLayers() {
  ArrayRef<int64_t> without = spec.without;
  auto step = module.lookupSymbol<func::FuncOp>("step");
  if (!step)
    return fail() << "without: there is no @step";
  StepLayers layers;
  std::string problem = layers.find(step);
  const int64_t all = layers.size();
  if (problem.empty())
    problem = layers.drop(without);
  if (!problem.empty())
    return fail() << "without: " << problem;
  applied(step, pass, [&] {
    return "of " + std::to_string(all) + " layers " +
           std::to_string(without.size()) + " go: " +
           llvm::join(llvm::map_range(
                          without,
                          [](int64_t layer) { return std::to_string(layer); }),
                      ", ");
  });
  setFact("layers",
          [&](int64_t) { return all - static_cast<int64_t>(without.size()); });
  return success();
}

/// Of a cap on logits no layer knows.
static bool makesLogits(Value value) {
  return llvm::any_of(value.getUsers(), [](Operation *user) {
    return isa<func::ReturnOp>(user) ||
           (isElementwise(user) && makesLogits(user->getResult(0)));
  });
}

LogicalResult Shrinker::dropChannels(int64_t layers) {
  SmallVector<UnitGroup> groups;
  module.walk([&](ActOp act) {
    if (!makesLogits(act.getResult()))
      groups.push_back(weights->findChannels(act));
  });
  if (failed(check(channelKind, groups, layers)))
    return failure();
  auto by = drop(channelKind, groups, spec.channels, spec.multiple);
  if (succeeded(by))
    scaleFact("feed_forward_length", *by);
  return by;
}

LogicalResult Shrinker::dropHeads(int64_t layers) {
  SmallVector<UnitGroup> groups;
  module.walk([&](AttentionOp attention) {
    groups.push_back(weights->findHeads(attention));
  });
  if (failed(check(headKind, groups, layers)))
    return failure();
  auto by = drop(headKind, groups, spec.heads, /*multiple=*/1);
  if (failed(by))
    return failure();
  cutCaches(module, *by);
  scaleFact("heads", *by);
  scaleFact("kv_heads", *by);
  return success();
}

LogicalResult Shrinker::run() {
  // First: layers that go lose nothing else, whatever they are.
  if (!spec.without.empty() && failed(dropLayers()))
    return failure();
  int64_t layers = 0;
  module.walk([&](AttentionOp) { ++layers; });
  if (!layers)
    return fail() << "there are no layers with attention to make smaller: only "
                     "models that complete text are";
  weights.emplace(module);
  if (spec.channels.isAsked() && failed(dropChannels(layers)))
    return failure();
  if (spec.heads.isAsked() && failed(dropHeads(layers)))
    return failure();
  return success();
}

} // namespace llmc
