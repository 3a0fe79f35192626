//===- Sampling.h - the numbers of llm.sample -------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Interpreter and compiled code must agree to the last bit on every weight, or
// the same seed gives other tokens. Both take their constants from here.
//===----------------------------------------------------------------------===//
#ifndef LLMC_DIALECTS_LLM_SAMPLING_H
#define LLMC_DIALECTS_LLM_SAMPLING_H

#include <array>
#include <cstdint>

namespace mlir::llm::sampling {

/// 2^f for 0 <= f <= 1 by powers of f, in Horner's order with one fma in f32
/// each: within 7e-8 of the truth, never falling, and 1 at 0.
constexpr std::array<float, 7> exp2Coefficients = {
    1.0f,         0.69314706f,   0.24022931f,   0.055485282f,
    0.009675452f, 0.0012467846f, 0.00021612916f};

constexpr float log2e = 1.44269504f;
/// The exponent of the largest weight. Weights are integers up to 2^32 in f32;
/// sums of 2^20 of them stay below 2^53, so f64 holds them without rounding.
constexpr int weightBits = 32;
constexpr int64_t mostColumns = int64_t(1) << 20;
/// Below this exponent every weight is 0; a bound that keeps it an exponent.
constexpr float lowestExponent = -64.0f;

/// Compiled code scans a row of weights in steps of this many columns, and holds
/// two rows per worker: the weights, and a list of those still in question.
constexpr int64_t scanColumns = 256;
constexpr int64_t getPaddedColumns(int64_t columns) {
  return (columns + scanColumns - 1) / scanColumns * scanColumns;
}
constexpr int64_t listPadding = 32; // read beyond the list's end
constexpr int64_t getScratchBytes(int64_t columns) {
  return 4 * (2 * getPaddedColumns(columns) + listPadding);
}

} // namespace mlir::llm::sampling

#endif // LLMC_DIALECTS_LLM_SAMPLING_H
