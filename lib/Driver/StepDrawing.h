//===- StepDrawing.h - the kernels of a step as a graph ---------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef LLMC_LIB_DRIVER_STEPDRAWING_H
#define LLMC_LIB_DRIVER_STEPDRAWING_H

#include "Svg.h"

#include "mlir/IR/BuiltinOps.h"

namespace llmc {

/// Draws the kernels of the first step of a scheduled module from the top down,
/// loops as boxes around theirs. Neighbours follow one another; what skips a
/// kernel is an arc.
void drawStep(mlir::ModuleOp module, Svg &svg, double x, double y);

} // namespace llmc

#endif // LLMC_LIB_DRIVER_STEPDRAWING_H
