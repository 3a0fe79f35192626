//===- NormalNumbers.h - numbers of the normal distribution -----*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMC_LIB_WEIGHTS_NORMALNUMBERS_H
#define LLMC_LIB_WEIGHTS_NORMALNUMBERS_H

#include <cstdint>
#include <random>
#include <vector>

namespace llmc {

/// `count` of them, the same always for a seed, so that a program has one value.
std::vector<double> drawNormal(int64_t count, double deviation,
                               uint32_t seed = std::mt19937::default_seed);

} // namespace llmc

#endif // LLMC_LIB_WEIGHTS_NORMALNUMBERS_H
