//===- EqualizeSpec.h - how inputs are to be scaled, as text ----*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//   SPEC   = METHOD { "," KEY "=" NUMBER }
//   METHOD = "smooth" | "lae" | "osplus" | "quip"
//   KEY    = "alpha" (of smooth, from 0 to 1) | "from" | "to"
//===----------------------------------------------------------------------===//
#ifndef LLMC_OPTIMIZE_EQUALIZESPEC_H
#define LLMC_OPTIMIZE_EQUALIZESPEC_H

#include "llvm/Support/Error.h"

#include <optional>
#include <string>

namespace llmc {

struct EqualizeSpec {
  std::string method; // of #llm.equalize
  // How much of the inputs' reach moves, where the method leaves that open.
  std::optional<double> alpha = {};
  // Inputs whose largest magnitude is below or above that stay.
  std::optional<double> from = {}, to = {};
};

/// Fails, saying what is known, on what is no spec.
llvm::Expected<EqualizeSpec> parseEqualizeSpec(llvm::StringRef text);

} // namespace llmc

#endif // LLMC_OPTIMIZE_EQUALIZESPEC_H
