//===- QuantizeBudget.h - what --quantize=auto keeps to ---------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMC_LIB_DRIVER_QUANTIZEBUDGET_H
#define LLMC_LIB_DRIVER_QUANTIZEBUDGET_H

#include "llmc/Driver/Options.h"

#include <optional>

namespace llmc {

struct QuantizeBudget {
  enum Kind {
    bits,      // per weight, everything counted (bits_per_weight of app info)
    size,      // bytes of weights (weight_bytes of app info)
    divergence // nats that the output is further away, on the text of the search
  };
  Kind kind = bits;
  double limit = 0;
  std::string text; // "--size-budget=60MB"
};

/// That of --quantize=auto; none where nothing is to be searched. Fails, in one line,
/// on a budget without auto, auto without one, several, and what is no number.
llvm::Expected<std::optional<QuantizeBudget>>
readBudget(const CompileOptions &options);

} // namespace llmc

#endif // LLMC_LIB_DRIVER_QUANTIZEBUDGET_H
