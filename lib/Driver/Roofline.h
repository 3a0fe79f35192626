//===- Roofline.h - kernels against what the machine can --------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Williams, Waterman and Patterson, doi:10.1145/1498765.1498785. A kernel takes the
// longer of two times at least: of its bytes at the speed of memory, of its
// operations at that of their type.
//===----------------------------------------------------------------------===//
#ifndef LLMC_LIB_DRIVER_ROOFLINE_H
#define LLMC_LIB_DRIVER_ROOFLINE_H

#include "MachineLimits.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/JSON.h"

#include <string>
#include <vector>

namespace llmc {

/// A kernel's part of a phase, over all its calls.
struct KernelTime {
  std::string name;
  double seconds, bytes, operations;
  double leastSeconds = 0; // by the limits

  double share() const { return leastSeconds / seconds; }
};

/// Kernels that compute prompts, or generate.
struct KernelPhase {
  std::string name;
  std::vector<KernelTime> kernels;
};

/// Where products are of floats, not of bytes; attention always is.
struct FloatProducts {
  bool prompts = false, generated = false;
};

/// The phases of several `app bench --profile --json`, a kernel's seconds being the
/// median.
std::vector<KernelPhase> readPhases(llvm::ArrayRef<llvm::json::Object> rounds,
                                    const MachineLimits &limits,
                                    FloatProducts floats);

/// Markdown; kernels that take no half percent of the phase are in its sum alone.
std::string writeKernelTable(const KernelPhase &phase);

/// SVG: operations per byte against operations per second, both logarithmic, under the
/// roofs of the limits. A circle's area is a kernel's share of its phase.
std::string drawRoofline(llvm::ArrayRef<KernelPhase> phases,
                         const MachineLimits &limits);

} // namespace llmc

#endif // LLMC_LIB_DRIVER_ROOFLINE_H
