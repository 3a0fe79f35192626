//===- InputScaleSpec.h - which inputs have one scale, as text --*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//   SPEC = [ "clip=" CLIP ] [ "to=" NUMBER ], with a comma between
//   CLIP = "no" | "error" | "0.01" | "0.001" | "0.0001"
//===----------------------------------------------------------------------===//
#ifndef LLMC_OPTIMIZE_INPUTSCALESPEC_H
#define LLMC_OPTIMIZE_INPUTSCALESPEC_H

#include "llvm/Support/Error.h"

#include <optional>
#include <string>

namespace llmc {

struct InputScaleSpec {
  std::string clip = "no"; // of Weights/InputScale.h
  /// Rows of inputs that reach further have scales of their own.
  std::optional<double> to = {};
};

/// Fails, saying what is known, on what is no spec. An empty one is.
llvm::Expected<InputScaleSpec> parseInputScaleSpec(llvm::StringRef text);

} // namespace llmc

#endif // LLMC_OPTIMIZE_INPUTSCALESPEC_H
