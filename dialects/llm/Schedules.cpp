//===- Schedules.cpp - targets, and how kernels are tiled for them ----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "dialects/llm/LLMDialect.h"

using namespace mlir;
using namespace mlir::llm;

static constexpr StringLiteral targetName = "llm.target";

TargetAttr llm::getTarget(Operation *function) {
  return function->getAttrOfType<TargetAttr>(targetName);
}

void llm::setTarget(Operation *function, TargetAttr target) {
  if (target)
    function->setAttr(targetName, target);
  else
    function->removeAttr(targetName);
}

LogicalResult TargetAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                                 StringRef isa, int64_t registers,
                                 int64_t lanes, int64_t tileRows) {
  if (isa.empty())
    return emitError() << "a target names its instruction set";
  if (registers < 1 || lanes < 1 || !llvm::isPowerOf2_64(lanes))
    return emitError() << "a target has registers of a power of two lanes, "
                          "found "
                       << registers << " of " << lanes;
  if (tileRows < 0)
    return emitError() << "a tile has rows, found " << tileRows;
  return success();
}

LogicalResult ScheduleAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                                   int64_t rows, int64_t strips, int64_t lanes,
                                   int64_t panels) {
  if (rows < 1 || strips < 1 || lanes < 1 || panels < 1)
    return emitError() << "tile sizes are positive, found rows " << rows
                       << ", strips " << strips << ", lanes " << lanes
                       << ", panels " << panels;
  return success();
}
