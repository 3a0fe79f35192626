//===- LayerChoice.h - --shrink=layers=N ------------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMC_LIB_DRIVER_LAYERCHOICE_H
#define LLMC_LIB_DRIVER_LAYERCHOICE_H

#include "llmc/Driver/Options.h"

namespace llmc {

/// Where the options ask for layers to be chosen that go, puts the names of those in
/// their place that change what they are given least: 1 - cos of what a layer is given
/// and what it leaves, on average over tokens (block influence, arXiv:2403.03853,
/// equation 1). They are of the text that llmc brings, and all chosen at once.
llvm::Error chooseLayers(llvm::StringRef model, bool explain, bool quiet,
                         CompileOptions &options);

} // namespace llmc

#endif // LLMC_LIB_DRIVER_LAYERCHOICE_H
