//===- KernelCost.h - what one call of a kernel reads and computes -*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef LLMC_DIALECTS_LLM_KERNELCOST_H
#define LLMC_DIALECTS_LLM_KERNELCOST_H

#include <cstdint>

namespace mlir::llm {

/// Bytes, and multiplications and additions with weights or keys: what limits of
/// a machine are compared with. Arithmetic of elements and norms does not count.
struct KernelCost {
  int64_t weightBytes = 0; // read by every call
  int64_t rowBytes = 0;    // read and written per row
  int64_t rowOps = 0;
  int64_t keyBytes = 0; // of the cache, per row and key that it may see
  int64_t keyOps = 0;
  int64_t mostKeys = 0; // that a row may see; 0: all
};

} // namespace mlir::llm

#endif // LLMC_DIALECTS_LLM_KERNELCOST_H
