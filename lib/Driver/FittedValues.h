//===- FittedValues.h - --quantize=values=kmeans ----------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMC_LIB_DRIVER_FITTEDVALUES_H
#define LLMC_LIB_DRIVER_FITTEDVALUES_H

#include "llmc/Driver/Options.h"

namespace llmc {

/// Where a SPEC of the options says values=kmeans, puts the values in its place that fit
/// the weights which this choice decides, and names them with `explain`.
llvm::Error chooseValues(llvm::StringRef model, bool explain,
                         CompileOptions &options);

} // namespace llmc

#endif // LLMC_LIB_DRIVER_FITTEDVALUES_H
