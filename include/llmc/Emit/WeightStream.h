//===- WeightStream.h - weights in file order, packed ahead -----*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Packing one tensor costs far more than writing it, so workers pack ahead of
// the writer; but only by a few tensors, so that memory stays at a few tensors
// whatever the model's size.
//===----------------------------------------------------------------------===//
#ifndef LLMC_EMIT_WEIGHTSTREAM_H
#define LLMC_EMIT_WEIGHTSTREAM_H

#include "llmc/Weights/WeightStore.h"

#include "mlir/IR/BuiltinOps.h"

#include <functional>
#include <vector>

namespace llmc {

/// A weight and its place in the weight section, in bytes.
struct PlannedWeight {
  mutable mlir::llm::WeightOp op; // a handle; its accessors are not const
  uint64_t offset;
  uint64_t bytes;
};

/// The planned weights of a module by ascending offset. Fails on a weight
/// without a place and on weights that overlap.
llvm::Expected<std::vector<PlannedWeight>>
collectPlannedWeights(mlir::ModuleOp planned);

/// Makes the bytes of a planned weight. Called from several threads at once.
using WeightMaker =
    std::function<llvm::Expected<std::vector<uint8_t>>(mlir::llm::WeightOp)>;

/// Calls `consume` with the bytes of every weight, in order, on the calling
/// thread. Stops at the first failure of either.
llvm::Error
streamWeights(llvm::ArrayRef<PlannedWeight> weights, const WeightMaker &make,
              llvm::function_ref<llvm::Error(const PlannedWeight &,
                                             llvm::ArrayRef<uint8_t>)>
                  consume);

} // namespace llmc

#endif // LLMC_EMIT_WEIGHTSTREAM_H
