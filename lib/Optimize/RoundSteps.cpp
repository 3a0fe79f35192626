//===- RoundSteps.cpp - from a choice to a step of a recipe ---------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "llmc/Optimize/RoundSteps.h"

#include "dialects/llm/GridPanel.h"
#include "dialects/llm/ValueTables.h"
#include "llmc/Weights/Rounding.h"

using namespace llmc;
using namespace mlir;
using namespace mlir::llm;

/// Columns that share a float at most, as in K-quants: more spare a sixteenth of a bit,
/// and a block's codes no longer fit where tiles of integers unpack them.
static constexpr int64_t mostShared = 256;

/// The most columns that share a float; 0: none can.
static int64_t findShared(int64_t bits, int64_t group, int64_t cols) {
  Grid grid{bits, group};
  for (grid.superBlock = mostShared / group * group; grid.superBlock > 0;
       grid.superBlock -= group)
    if (cols % grid.superBlock == 0 && GridPanel::refuse(grid).empty())
      return grid.superBlock;
  return 0;
}

std::string llmc::refuseGroup(int64_t bits, int64_t group, int64_t cols,
                              bool sharesFloat) {
  if (cols % group)
    return "does not divide";
  if (sharesFloat && findShared(bits, group, cols))
    return "";
  return GridPanel::refuse(Grid{bits, group});
}

int64_t llmc::findUsualGroup(ArrayRef<OpenGroup> matrices) {
  for (int64_t group : usualGroups)
    if (llvm::all_of(matrices, [&](const OpenGroup &matrix) {
          return refuseGroup(matrix.bits, group, matrix.cols).empty();
        }))
      return group;
  return 0;
}

int64_t llmc::findWidestGroup(int64_t bits, int64_t cols) {
  for (int64_t group = 256; group >= 8; group -= 8)
    if (refuseGroup(bits, group, cols).empty())
      return group;
  return 0;
}

std::string llmc::findRoundObstacle(WeightOp weight,
                                    const QuantizeChoice &choice) {
  if (choice.keep)
    return "the spec keeps it";
  if (!weight.getSource())
    return "a constant of the graph";
  std::optional<Grid> grid = getEncoding(weight.getType()).getGrid();
  if (grid && grid->bits <= choice.bits)
    return "a grid of " + std::to_string(grid->bits) + " bits already";
  auto codes = dyn_cast<FloatCodesAttr>(getEncoding(weight.getType()));
  if (codes && codes.getBits() < choice.bits + (choice.float8 ? 1 : 0))
    return "codes of floats of " + std::to_string(codes.getBits()) +
           " bits already";
  return "";
}

void llmc::settleMethod(const Reading &reading, QuantizeChoice &choice) {
  if (reading.isObserved)
    return;
  if (weighsOutliers(choice))
    choice.outliersBy = "magnitude";
  choice.rounding = "rtn";
  choice.scaled = false;
}

FloatCodesAttr llmc::makeFloatCodes(MLIRContext *context,
                                    const QuantizeChoice &choice,
                                    int64_t cols) {
  assert(choice.float8 && choice.group && "chosen before");
  return FloatCodesAttr::get(
      context, mlir::llm::getFloatType(*choice.float8, context),
      DenseF32ArrayAttr(), *choice.group ? *choice.group : cols,
      llmc::getFloatType(context, choice.scale));
}

GridAttr llmc::makeGrid(MLIRContext *context, const QuantizeChoice &choice,
                        int64_t cols) {
  assert(choice.group && "groups are chosen before grids are made");
  const int64_t group =
      *choice.group ? *choice.group : findWidestGroup(choice.bits, cols);
  const int64_t middle = int64_t(1) << (choice.bits - 1);
  ArrayRef<int8_t> values = choice.values;
  if (values.empty() && choice.bits == 1)
    values = mlir::llm::binaryValues;
  const bool isUniform = values.empty();
  FloatType scale = getFloatType(context, choice.scale);
  if (choice.powerScales)
    scale = Float8E8M0FNUType::get(context);
  IntegerType sub;
  int64_t block = 0;
  if (choice.subBits) {
    sub = IntegerType::get(context, choice.subBits,
                           choice.hasMin ? IntegerType::Unsigned
                                         : IntegerType::Signed);
    block = findShared(choice.bits, group, cols);
  }
  return GridAttr::get(context, choice.bits, group, scale, sub, block,
                       choice.hasMin || !isUniform ? 0 : middle, choice.hasMin,
                       isUniform ? DenseI8ArrayAttr()
                                 : DenseI8ArrayAttr::get(context, values));
}

RoundStepAttr llmc::makeRoundStep(WeightOp weight,
                                  const QuantizeChoice &choice) {
  MLIRContext *context = weight.getContext();
  const int64_t cols = getMatrixShape(weight.getType()).back();
  const bool isCalibrated = needsStatistics(choice.rounding);
  StringAttr stats = choice.scaled || isCalibrated || weighsOutliers(choice)
                         ? weight.getSymNameAttr()
                         : StringAttr();
  auto damp = isCalibrated && choice.damp
                  ? FloatAttr::get(Float64Type::get(context), *choice.damp)
                  : FloatAttr();
  return RoundStepAttr::get(context, makeGrid(context, choice, cols),
                            StringAttr::get(context, choice.rounding), stats,
                            *choice.group == 0 ? cols : 0, choice.search, damp,
                            isCalibrated && choice.order);
}
