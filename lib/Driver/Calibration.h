//===- Calibration.h - statistics that nobody collected ---------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMC_LIB_DRIVER_CALIBRATION_H
#define LLMC_LIB_DRIVER_CALIBRATION_H

#include "llmc/Driver/Options.h"

#include "llvm/Support/FileUtilities.h"

namespace llmc {

/// The text that llmc brings: public domain, 600 KB of English.
llvm::StringRef getBundledText();

/// Where the options need statistics and name none: calibrates the model on that text,
/// says so unless `quiet`, and has them name a file that goes with `file`.
llvm::Error calibrateIfNeeded(llvm::StringRef model, bool quiet,
                              CompileOptions &options, llvm::FileRemover &file);

} // namespace llmc

#endif // LLMC_LIB_DRIVER_CALIBRATION_H
