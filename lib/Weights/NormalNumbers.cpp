//===- NormalNumbers.cpp - numbers of the normal distribution -------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// std::normal_distribution may be another function in each library; this is one.
//===----------------------------------------------------------------------===//
#include "NormalNumbers.h"

#include <cmath>

/// Pairs by Box and Muller.
std::vector<double> llmc::drawNormal(int64_t count, double deviation,
                                     uint32_t seed) {
  std::mt19937 engine(seed);
  auto draw = [&] { return (engine() + 0.5) / 4294967296.0; };
  std::vector<double> numbers;
  while (static_cast<int64_t>(numbers.size()) < count) {
    const double length = deviation * std::sqrt(-2 * std::log(draw())),
                 angle = 2 * M_PI * draw();
    numbers.push_back(length * std::cos(angle));
    numbers.push_back(length * std::sin(angle));
  }
  numbers.resize(count);
  return numbers;
}
