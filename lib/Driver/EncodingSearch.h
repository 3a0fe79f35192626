//===- EncodingSearch.h - --quantize=auto -----------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMC_LIB_DRIVER_ENCODINGSEARCH_H
#define LLMC_LIB_DRIVER_ENCODINGSEARCH_H

#include "llmc/Driver/Options.h"
#include "llmc/Optimize/EncodingUnits.h"

#include "llvm/Support/FileUtilities.h"

namespace llmc {

struct SearchManner {
  CodeFormats formats = CodeFormats::panels;
  bool explain = false; // says why, choice by choice
  bool quiet = false;
};

/// Where the options leave values to the weights, puts those in their place (kmeans, mofq).
/// Where they say
/// --quantize=auto, puts the SPEC in its place that keeps to their budget, and takes the
/// budget away; else only checks that they name none.
llvm::Error chooseEncodings(llvm::StringRef model, const SearchManner &manner,
                            CompileOptions &options);

/// What has to be known of `model` before it is compiled: layers that go, statistics
/// where the options need them and name none (in a file that goes with `file`), then
/// encodings.
llvm::Error prepareQuantizing(llvm::StringRef model, const SearchManner &manner,
                              CompileOptions &options, llvm::FileRemover &file);

} // namespace llmc

#endif // LLMC_LIB_DRIVER_ENCODINGSEARCH_H
