//===- RawMemory.h - memrefs over bare addresses ------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef LLMC_LIB_LOWER_RAWMEMORY_H
#define LLMC_LIB_LOWER_RAWMEMORY_H

#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace llmc {

/// A memref of rank 1 at `address`, an i64 or a pointer. Its size is not known
/// here and never asked: kernels take their counts from views.
mlir::Value wrapAddress(mlir::ImplicitLocOpBuilder &b, mlir::Value address,
                        mlir::MemRefType type);

} // namespace llmc

#endif // LLMC_LIB_LOWER_RAWMEMORY_H
