//===- SweepKnee.h - where a growing parameter begins to cost ---*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Many weights can go for almost nothing, and a few more cost everything (essential
// sparsity, arXiv:2306.03805). Of builds that differ in one number the knee is the last
// one before that: where the slope of the log of the perplexity grows most.
//===----------------------------------------------------------------------===//
#ifndef LLMC_LIB_DRIVER_SWEEPKNEE_H
#define LLMC_LIB_DRIVER_SWEEPKNEE_H

#include "SweepTable.h"

namespace llmc {

/// Of a series of at least three builds, in the order of the sweep: a number of theirs
/// only grows, or only falls. KEPT:OF is one, the share that goes.
struct Knee {
  std::string series;        // their names, with * for the number
  size_t row = 0;            // of the table
  double before = 0, behind; // slopes: nats over the number
};

/// Where no zeros are made is the reference, if that is a row, of series of --sparsify.
std::vector<Knee> findKnees(llvm::ArrayRef<SweepRow> rows);

/// A line below the table.
std::string describeKnee(const Knee &knee, llvm::ArrayRef<SweepRow> rows);

} // namespace llmc

#endif // LLMC_LIB_DRIVER_SWEEPKNEE_H
