//===- ExpertAnchors.cpp - kernels of mixtures of experts -------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Attached as models, like an anchor from outside of the dialect: the ops are
// verified and interpreted without them.
//===----------------------------------------------------------------------===//
#include "AttachedAnchors.h"

#include "dialects/llm/LLMDialect.h"

using namespace mlir;
using namespace mlir::llm;

namespace {

struct RouteAnchor
    : KernelAnchorOpInterface::ExternalModel<RouteAnchor, RouteOp> {
  std::string getDecline(Operation *) const { return {}; }
};

struct CombineAnchor
    : KernelAnchorOpInterface::ExternalModel<CombineAnchor, CombineOp> {
  std::string getDecline(Operation *op) const { return declineNarrowRows(op); }
  bool absorbsUser(Operation *op, Operation *user) const {
    return isElementwise(user) &&
           user->getResult(0).getType() == op->getResult(0).getType();
  }
};

struct ExpertLinearAnchor
    : KernelAnchorOpInterface::ExternalModel<ExpertLinearAnchor,
                                             ExpertLinearOp> {
  std::string getDecline(Operation *op) const {
    auto weight =
        dyn_cast<PackedType>(cast<ExpertLinearOp>(op).getWeight().getType());
    if (!weight || !weight.getLayout())
      return "its weight is no parameter in a layout";
    return declineNarrowRows(op);
  }

  bool absorbsUser(Operation *op, Operation *user) const {
    return isElementwise(user) &&
           user->getResult(0).getType() == op->getResult(0).getType();
  }

  /// Each row reads the matrices that it chose.
  void addCost(Operation *op, KernelCost &cost) const {
    auto linear = cast<ExpertLinearOp>(op);
    int64_t experts = getMatrixShape(linear.getWeight().getType())[0];
    int64_t chosen = getMatrixShape(linear.getIndices().getType())[1];
    cost.rowBytes +=
        getWeightBytes(linear.getWeight().getType()) / experts * chosen;
    cost.rowOps += 2 * getMatrixShape(linear.getInput().getType()).back() *
                   ShapedType::getNumElements(
                       getMatrixShape(linear.getType()).drop_front());
  }

  /// Gate and up: the same rows, sent to the same experts.
  bool runsBeside(Operation *op, Operation *other) const {
    auto linear = cast<ExpertLinearOp>(op);
    auto beside = dyn_cast<ExpertLinearOp>(other);
    return beside && beside.getInput() == linear.getInput() &&
           beside.getIndices() == linear.getIndices() &&
           beside.getType() == linear.getType();
  }

  /// Rows that chose one expert are not neighbours: one row at a time, a panel
  /// wide. Front to back, as a product of one row reads its weight.
  ScheduleAttr chooseSchedule(Operation *op, TargetAttr target) const {
    auto weight =
        cast<PackedType>(cast<ExpertLinearOp>(op).getWeight().getType());
    int64_t panelRows = cast<PanelsLayoutAttr>(weight.getLayout()).getRows();
    int64_t lanes = std::min(target.getLanes(), panelRows);
    return ScheduleAttr::get(op->getContext(), /*rows=*/1,
                             /*strips=*/panelRows / lanes, lanes, /*panels=*/1);
  }
};

} // namespace

void llm::attachExpertAnchors(MLIRContext *context) {
  RouteOp::attachInterface<RouteAnchor>(*context);
  CombineOp::attachInterface<CombineAnchor>(*context);
  ExpertLinearOp::attachInterface<ExpertLinearAnchor>(*context);
}
