//===- ScheduleTuning.h - tiles that are chosen by measuring ----*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMC_LIB_DRIVER_SCHEDULETUNING_H
#define LLMC_LIB_DRIVER_SCHEDULETUNING_H

#include "llmc/Driver/Compiler.h"

namespace llmc {

/// Other tiles for the products of a scheduled step where they measure faster, in the
/// first of its variants that this machine runs: the step is compiled once per
/// candidate, and all take turns. Results do not depend on tiles; which ones win
/// depends on the machine and its other work. Fails on functions, where no variant
/// runs here, and where there is no memory for the weights.
llvm::Error tuneSchedules(Compiler &compiler);

} // namespace llmc

#endif // LLMC_LIB_DRIVER_SCHEDULETUNING_H
