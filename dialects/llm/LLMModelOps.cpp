//===- LLMModelOps.cpp - checks of weights, params and kernels --------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "dialects/llm/LLMRotation.h"

using namespace mlir;
using namespace mlir::llm;

LogicalResult RowsStepAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                                   int64_t begin, int64_t end, int64_t every) {
  if (begin < 0 || begin >= end)
    return emitError()
           << "keeps rows [begin, end) with 0 <= begin < end, found [" << begin
           << ", " << end << ")";
  if (every == 0 || every >= end)
    return success();
  return emitError() << "keeps rows up to " << end << " of every " << every;
}

LogicalResult
DequantizeStepAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                           Attribute scales, Attribute zeros, int64_t axis,
                           int64_t block, GridAttr grid, bool transposed) {
  if (!isa_and_nonnull<StringAttr, FloatAttr>(scales))
    return emitError() << "scales name a tensor or are a float, found "
                       << scales;
  if (zeros && !isa<StringAttr, IntegerAttr>(zeros))
    return emitError() << "zeros name a tensor or are an integer, found "
                       << zeros;
  if (axis < 0 || block < 0)
    return emitError() << "axis and block are not negative, found " << axis
                       << " and " << block;
  if (grid && grid.getSub())
    return emitError() << "a group of the grid has one float, found " << grid;
  if (transposed && !grid)
    return emitError() << "only a grid is transposed: transpose floats by the "
                          "next step";
  return success();
}

LogicalResult
RoundStepAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                      GridAttr grid, StringAttr method, StringAttr stats,
                      int64_t span, bool search, FloatAttr damp, bool order) {
  if (grid.getSub() && span)
    return emitError() << "groups with sub-scales share no scale, found a span "
                          "of "
                       << span;
  if (span >= 0 && span % grid.getGroup() == 0)
    return success();
  return emitError() << "span is a multiple of the group of " << grid.getGroup()
                     << ", found " << span;
}

LogicalResult EqualizeAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                                   StringAttr method, ArrayAttr weights,
                                   StringAttr stats, GridAttr grid,
                                   FloatAttr alpha, int64_t repeat,
                                   int64_t head) {
  if (weights.empty() ||
      !llvm::all_of(weights, llvm::IsaPred<FlatSymbolRefAttr>))
    return emitError() << "weights are symbols, at least one, found "
                       << weights;
  if (repeat < 1 || head < 0 || (repeat > 1 && head == 0))
    return emitError() << "repeat is positive, and more than 1 of heads only, "
                          "found "
                       << repeat << " of " << head;
  return success();
}

LogicalResult
ScaleStepAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                      Attribute by, bool rows, bool inverse) {
  if (isa_and_nonnull<EqualizeAttr, StringAttr>(by))
    return success();
  return emitError() << "factors are #llm.equalize or name a tensor, found "
                     << by;
}

LogicalResult
SelectionAttr::verify(function_ref<InFlightDiagnostic()> emitError, StringAttr,
                      int64_t keep, int64_t of, ArrayAttr makers,
                      ArrayAttr readers, StringAttr) {
  for (ArrayAttr weights : {makers, readers})
    if (!llvm::all_of(weights, llvm::IsaPred<FlatSymbolRefAttr>))
      return emitError() << "weights are symbols, found " << weights;
  if (makers.empty() || readers.empty())
    return emitError() << "a unit has rows of a maker and columns of a reader";
  if (keep >= 1 && keep < of)
    return success();
  return emitError() << "fewer units stay than there are, at least one, found "
                     << keep << " of " << of;
}

LogicalResult
PruneStepAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                      StringAttr method, FloatAttr share, int64_t keep,
                      int64_t of, StringAttr stats, int64_t blockRows,
                      int64_t blockCols) {
  if (blockRows < 1 || blockCols < 1)
    return emitError() << "blocks have rows and columns, found " << blockRows
                       << " x " << blockCols;
  if (share ? keep || of : keep < 1 || keep >= of)
    return emitError()
           << "either a share becomes 0, or fewer than `of` of each "
              "`of` are kept, found keep = "
           << keep << ", of = " << of;
  double zeros = share ? share.getValueAsDouble() : 0.5;
  if (zeros > 0 && zeros < 1)
    return success();
  return emitError() << "share lies between 0 and 1, found " << share;
}

LogicalResult
LowRankStepAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                        StringAttr part, int64_t rank, RoundStepAttr round,
                        int64_t iterations) {
  if (part != "left" && part != "right" && part != "rest")
    return emitError() << "part is left, right or rest, found " << part;
  if (rank < 1 || iterations < 1)
    return emitError() << "rank and iterations are positive, found " << rank
                       << " and " << iterations;
  return success();
}

LogicalResult
FactorStepAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                       StringAttr part, StringAttr method, int64_t rank,
                       StringAttr stats, RoundStepAttr round) {
  if (part != "left" && part != "right")
    return emitError() << "part is left or right, found " << part;
  if (rank < 1)
    return emitError() << "rank is positive, found " << rank;
  return success();
}

LogicalResult
OutliersStepAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                         StringAttr part, int64_t entries, RoundStepAttr round,
                         StringAttr by, int64_t block) {
  if (part != "kept" && part != "rest")
    return emitError() << "part is kept or rest, found " << part;
  if (entries < 1)
    return emitError() << "entries is positive, found " << entries;
  if (by && by != "weight" && by != "column" && by != "magnitude" &&
      by != "hessian")
    return emitError() << "by is weight, column, magnitude or hessian, found "
                       << by;
  if (by && by != "magnitude" && !round)
    return emitError() << "outliers are chosen by what `round` costs, which is "
                          "not there";
  if (block && !round)
    return emitError() << "outliers of blocks are what `round` leaves of "
                          "them, which is not there";
  if (block < 0 || (block && entries > block))
    return emitError() << "a block has room for its entries, found " << entries
                       << " of " << block << " columns";
  return success();
}

bool mlir::llm::isQuantiserStep(Attribute step) {
  if (auto convert = dyn_cast<ConvertStepAttr>(step))
    return isa<FloatCodesAttr>(convert.getEncoding());
  return isa<ScaleStepAttr, PruneStepAttr, RoundStepAttr, LowRankStepAttr,
             FactorStepAttr, OutliersStepAttr, KronRotateStepAttr>(step);
}

bool mlir::llm::isLowRankFactor(WeightOp weight) {
  ArrayAttr recipe = weight.getRecipeAttr();
  return recipe && llvm::any_of(recipe, [](Attribute step) {
           auto lowRank = dyn_cast<LowRankStepAttr>(step);
           return lowRank && lowRank.getPart() != "rest";
         });
}

FactorStepAttr mlir::llm::getFactorStep(WeightOp weight) {
  if (ArrayAttr recipe = weight.getRecipeAttr())
    for (Attribute step : recipe)
      if (auto factor = dyn_cast<FactorStepAttr>(step))
        return factor;
  return {};
}

/// A tensor of numbers or a packed value whose bytes can be counted.
static bool isWeightType(Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  if (!isa<PackedType>(type) &&
      !(tensor && isa<FloatType, IntegerType>(tensor.getElementType())))
    return false;
  int64_t elements = 1;
  constexpr int64_t most = int64_t(1) << 48; // beyond any file
  for (int64_t dim : getMatrixShape(type)) {
    if (dim <= 0 || dim > most / elements)
      return false;
    elements *= dim;
  }
  return true;
}

static LogicalResult verifyRecipe(WeightOp op) {
  std::optional<ArrayAttr> recipe = op.getRecipe();
  if (!recipe)
    return success();
  // What follows from statistics alone begins with numbers.
  if (!op.getSource() &&
      !llvm::all_of(*recipe, llvm::IsaPred<InputScaleStepAttr, ScaleStepAttr>))
    return op.emitOpError("(C4) the recipe of a value has input_scale and "
                          "scale steps alone");
  for (Attribute step : *recipe)
    if (!isa<TransposeStepAttr, RowsStepAttr, StackStepAttr, MatricesStepAttr,
             ConvertStepAttr, AddStepAttr, BlocksStepAttr, DequantizeStepAttr,
             RoundStepAttr, ScaleStepAttr, PruneStepAttr, LowRankStepAttr,
             FactorStepAttr, OutliersStepAttr, KeepStepAttr, KronRotateStepAttr,
             InputScaleStepAttr>(step))
      return op.emitOpError(
                 "(C4) a recipe lists transpose, rows, stack, matrices, "
                 "convert, add, blocks, dequantize, keep, round, scale, prune, "
                 "low_rank, factor, outliers, kron_rotate and input_scale "
                 "steps, found ")
             << step;
  return success();
}

LogicalResult WeightOp::verify() {
  if (getSource().has_value() == getValue().has_value())
    return emitOpError("(C1) needs exactly one of source and value");
  Type type = getType();
  if (!isWeightType(type))
    return emitOpError("(C2) is a static tensor of numbers or packed, found ")
           << type;
  if (isActivation(getEncoding(type)))
    return emitOpError("(C2) holds weights, found an encoding of activations, ")
           << type;
  if (auto value = getValueAttr(); value && value.getType() != type)
    return emitOpError("(C3) has the type of its value: type is ")
           << type << ", value is " << value.getType();
  if (failed(verifyRecipe(*this)))
    return failure();
  if (getOffset().value_or(0) < 0)
    return emitOpError("(C5) offset is not negative, found ") << *getOffset();
  return success();
}

LogicalResult WeightTableOp::verifySymbolUses(SymbolTableCollection &symbols) {
  if (getEntries().empty())
    return emitOpError("(C2) needs at least one entry");
  for (auto entry : getEntries().getAsRange<FlatSymbolRefAttr>()) {
    auto weight = symbols.lookupNearestSymbolFrom<WeightOp>(*this, entry);
    if (!weight)
      return emitOpError("(C1) names ") << entry << ", which is no llm.weight";
    if (weight.getType() != getType())
      return emitOpError("(C1) holds weights of type ")
             << getType() << ", but " << entry << " is " << weight.getType();
  }
  return success();
}

LogicalResult EnterOp::verifySymbolUses(SymbolTableCollection &symbols) {
  if (!isa_and_nonnull<FunctionOpInterface>(
          symbols.lookupNearestSymbolFrom(*this, getKernelAttr())))
    return emitOpError("(C1) kernel is a function, found ") << getKernelAttr();
  return success();
}

LogicalResult LaunchOp::verifySymbolUses(SymbolTableCollection &symbols) {
  if (getKernel().getNestedReferences().size() == 1 &&
      isa_and_nonnull<FunctionOpInterface>(
          symbols.lookupNearestSymbolFrom(*this, getKernel())))
    return success();
  return emitOpError("(C1) kernel is a function in a module of the device, "
                     "found ")
         << getKernel();
}

LogicalResult ParamOp::verifySymbolUses(SymbolTableCollection &symbols) {
  Operation *symbol = symbols.lookupNearestSymbolFrom(*this, getWeightAttr());
  Type type;
  if (auto weight = dyn_cast_or_null<WeightOp>(symbol); weight && !getIndex())
    type = weight.getType();
  if (auto table = dyn_cast_or_null<WeightTableOp>(symbol); table && getIndex())
    type = table.getType();
  if (!type)
    return emitOpError("(C1) reads an llm.weight, or an llm.weight_table with "
                       "an index; found ")
           << getWeightAttr() << (getIndex() ? " with" : " without")
           << " index";
  if (type != getResult().getType())
    return emitOpError("(C2) result is ")
           << getResult().getType() << ", the weight is " << type;
  return success();
}

LogicalResult KernelOp::verify() {
  Block &body = getBody().front();
  if (body.getArgumentTypes() != getInputs().getTypes())
    return emitOpError(
        "(C1) region arguments must have the types of the inputs");
  auto yield = cast<YieldOp>(body.getTerminator());
  if (yield.getValues().getTypes() != getResultTypes())
    return emitOpError("(C1) yields types that differ from its results");
  if (getArena() && getArena()->size() != getNumResults())
    return emitOpError("(C2) arena has one offset per result: found ")
           << getArena()->size() << " for " << getNumResults() << " results";
  if (getScratch().value_or(0) < 0)
    return emitOpError("(C3) scratch is not negative, found ") << *getScratch();
  return success();
}
