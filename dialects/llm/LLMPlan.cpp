//===- LLMPlan.cpp - checks of the memory plan ------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "dialects/llm/LLMDialect.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;
using namespace mlir::llm;

bool mlir::llm::isResultType(Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  if (!tensor || tensor.getRank() < 1 || tensor.getRank() > 2 ||
      !tensor.isDynamicDim(0))
    return false;
  Type element = tensor.getElementType();
  return (tensor.getRank() == 1 || tensor.getDimSize(1) > 0) &&
         (element.isF32() || element.isInteger(32));
}

LogicalResult
ResultPlanAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                       llvm::StringRef name, RankedTensorType type,
                       ResultRows) {
  if (!isResultType(type))
    return emitError() << "(C1) a result is rows of f32 or i32, found " << type;
  if (name.empty())
    return emitError() << "(C2) a result has a name, found \"\"";
  return success();
}

LogicalResult
CachePlanAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                      int64_t bytesPerPage, int64_t window) {
  if (bytesPerPage < 1 || window < 0)
    return emitError() << "(C1) a page has bytes and a window is not negative, "
                          "found "
                       << bytesPerPage << " and " << window;
  return success();
}

LogicalResult PlanAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                               int64_t arenaBytesPerRow,
                               int64_t scratchBytesPerWorker,
                               int64_t weightBytes, ArrayRef<CachePlanAttr>,
                               ArrayRef<ResultPlanAttr> results) {
  for (int64_t bytes : {arenaBytesPerRow, scratchBytesPerWorker, weightBytes})
    if (bytes < 0)
      return emitError() << "(C1) sizes are not negative, found " << bytes;
  llvm::StringSet<> names;
  for (ResultPlanAttr result : results)
    if (!names.insert(result.getName()).second)
      return emitError() << "(C2) results have different names, found \""
                         << result.getName() << "\" twice";
  return success();
}

ResultPlanAttr PlanAttr::getResult(llvm::StringRef name) const {
  for (ResultPlanAttr result : getResults())
    if (result.getName() == name)
      return result;
  return {};
}

FailureOr<PlanAttr> mlir::llm::getPlan(Operation *module) {
  if (auto plan = module->getAttrOfType<PlanAttr>(PlanAttr::moduleAttrName))
    return plan;
  return module->emitError("the module has no memory plan '")
         << PlanAttr::moduleAttrName << "': run llm-plan-memory first";
}

llvm::StringRef mlir::llm::getResultName(FunctionOpInterface function,
                                         unsigned index) {
  if (auto name =
          function.getResultAttrOfType<StringAttr>(index, resultNameAttr))
    return name.getValue();
  auto isTensor = [](Type type) { return isa<RankedTensorType>(type); };
  return llvm::count_if(function.getResultTypes(), isTensor) == 1 ? "logits"
                                                                  : "";
}

//===----------------------------------------------------------------------===//
// Attributes of other dialects' ops
//===----------------------------------------------------------------------===//

LogicalResult LLMDialect::verifyOperationAttribute(Operation *op,
                                                   NamedAttribute attribute) {
  if (attribute.getName() != PlanAttr::moduleAttrName)
    return success();
  if (!isa<ModuleOp>(op))
    return op->emitError("'")
           << attribute.getName().getValue() << "' is an attribute of modules";
  if (!isa<PlanAttr>(attribute.getValue()))
    return op->emitError("'")
           << attribute.getName().getValue() << "' is a #llm.plan<...>";
  return success();
}

LogicalResult
LLMDialect::verifyRegionResultAttribute(Operation *op, unsigned, unsigned index,
                                        NamedAttribute attribute) {
  if (attribute.getName() != resultNameAttr)
    return success();
  auto name = dyn_cast<StringAttr>(attribute.getValue());
  if (!name || name.empty())
    return op->emitError("'")
           << attribute.getName().getValue() << "' of result " << index
           << " is a name, found " << attribute.getValue();
  return success();
}
