//===- ValueTables.h - what codes of few bits may stand for -----*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMC_DIALECTS_LLM_VALUETABLES_H
#define LLMC_DIALECTS_LLM_VALUETABLES_H

#include <cstdint>

namespace mlir::llm {

/// GGML's IQ4: values that lie closer together around zero.
inline constexpr int8_t iq4Values[] = {
    -127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113};

/// Floats of 4 bits, E2M1 of the OCP MX formats, doubled.
inline constexpr int8_t e2m1Values[] = {0, 1,  2,  3,  4,  6,  8,  12,
                                        0, -1, -2, -3, -4, -6, -8, -12};

/// NormalFloat (arXiv:2305.14314, appendix E): quantiles of a normal distribution, in
/// 127ths of the largest.
inline constexpr int8_t nf4Values[] = {-127, -88, -67, -50, -36, -23, -12, 0,
                                       10,   20,  31,  43,  56,  71,  92,  127};

/// Codes of 1 bit: a scale alone says how large a weight is.
inline constexpr int8_t binaryValues[] = {-1, 1};

} // namespace mlir::llm

#endif // LLMC_DIALECTS_LLM_VALUETABLES_H
