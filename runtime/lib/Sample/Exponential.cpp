//===- Exponential.cpp - exp with the same bits everywhere ----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// x = k ln 2 + r with |r| <= 0.35; the Taylor series to r^13 leaves 5e-18.
//===----------------------------------------------------------------------===//
#include "Exponential.h"

#include <bit>
#include <cstdint>

double llmrt::sample::exponential(double x) {
  if (!(x >= -700.0))
    return 0.0;
  constexpr double log2e = 1.4426950408889634;
  constexpr double ln2High =
      6.93147180369123816490e-01; // 33 bits: k*high exact
  constexpr double ln2Low = 1.90821492927058770002e-10;
  constexpr double inverseFactorials[] = {1.0 / 6227020800,
                                          1.0 / 479001600,
                                          1.0 / 39916800,
                                          1.0 / 3628800,
                                          1.0 / 362880,
                                          1.0 / 40320,
                                          1.0 / 5040,
                                          1.0 / 720,
                                          1.0 / 120,
                                          1.0 / 24,
                                          1.0 / 6,
                                          1.0 / 2,
                                          1.0,
                                          1.0};
  int64_t k = int64_t(x * log2e - 0.5); // truncation: to nearest for x <= 0
  double r = (x - double(k) * ln2High) - double(k) * ln2Low;
  double sum = 0.0;
  for (double coefficient : inverseFactorials)
    sum = sum * r + coefficient;
  return sum * std::bit_cast<double>(uint64_t(1023 + k) << 52);
}
