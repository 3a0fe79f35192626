//===- InputScale.h - the scale that all rows of an input have --*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The largest number that was seen may be one of millions. Where the scale is less, such
// become the largest code, and all others are rounded more finely.
//===----------------------------------------------------------------------===//
#ifndef LLMC_WEIGHTS_INPUTSCALE_H
#define LLMC_WEIGHTS_INPUTSCALE_H

#include "dialects/llm/LLMDialect.h"

#include "llvm/Support/Error.h"

#include <string>

namespace llmc {

class WeightStore;

/// Ways to choose it: "no", "error", "0.01", "0.001", "0.0001".
bool isClip(llvm::StringRef name);
std::string listClips();

/// What of the largest magnitude of the input of `weight` is left, at most 1: `no` all,
/// `error` that which leaves the least squared error of rounded rows of the sample, a
/// share that which so large a share of numbers at most is above.
llvm::Expected<double> findClip(mlir::llm::WeightOp weight,
                                llvm::StringRef clip, const WeightStore &store);

} // namespace llmc

#endif // LLMC_WEIGHTS_INPUTSCALE_H
