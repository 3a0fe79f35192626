//===- Quantization.h - what of its options is checked early -*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Numbers are crunched last, when a program is written: nobody should wait for them to
// hear what was wrong from the start.
//===----------------------------------------------------------------------===//
#ifndef LLMC_LIB_DRIVER_QUANTIZATION_H
#define LLMC_LIB_DRIVER_QUANTIZATION_H

#include "llmc/Driver/Options.h"
#include "llmc/Weights/WeightStore.h"

#include "mlir/IR/BuiltinOps.h"

namespace llmc {

/// A preset of --quantize that says what activations are too (w8a8, w8a8-smooth) becomes
/// the options that it stands for; fails where others are given.
llvm::Error expandPreset(CompileOptions &options);

/// The options alone: --quantize, --equalize, --sparsify and --low-rank.
llvm::Error checkWeightOptions(const CompileOptions &options);

/// Whether they give weights other numbers than the model's.
bool changesWeights(const CompileOptions &options);

/// Whether statistics of the model's activations may be given: they change weights, or
/// round inputs by what calibration saw.
bool takesStatistics(const CompileOptions &options);

/// Whether they ask for statistics of the model's activations, rightly spelled.
bool needsStatistics(const CompileOptions &options);

/// What a user should know of weights that are on a grid already; empty if none is.
/// Rounding twice has the errors of both: nobody should take it for a method's.
std::string describeGrids(mlir::ModuleOp module);

/// The statistics that recipes ask for.
llvm::Error checkRecipes(mlir::ModuleOp module, const WeightStore &weights);

/// Everything counted: scales, minimums, tables, vectors.
double countBitsPerWeight(mlir::ModuleOp module);

} // namespace llmc

#endif // LLMC_LIB_DRIVER_QUANTIZATION_H
