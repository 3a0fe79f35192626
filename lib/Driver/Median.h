//===- Median.h - the middle of several measurements ------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMC_LIB_DRIVER_MEDIAN_H
#define LLMC_LIB_DRIVER_MEDIAN_H

#include <algorithm>
#include <vector>

namespace llmc {

/// Of one value at least; of an even number the mean of the middle two.
inline double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const size_t half = values.size() / 2;
  return values.size() % 2 ? values[half]
                           : (values[half - 1] + values[half]) / 2;
}

} // namespace llmc

#endif // LLMC_LIB_DRIVER_MEDIAN_H
