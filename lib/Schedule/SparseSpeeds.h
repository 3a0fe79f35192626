//===- SparseSpeeds.h - what products take without their zeros ---*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMC_LIB_SCHEDULE_SPARSESPEEDS_H
#define LLMC_LIB_SCHEDULE_SPARSESPEEDS_H

#include "Packing.h"

#include <optional>

namespace llmc {

/// What the weights of a product are multiplied with: f32, signed bytes, or 15 bits in two
/// planes of bytes. Later ones take longer.
enum class ProductInputs { floats, bytes, words };

/// How a program multiplies.
struct ProductUse {
  ProductInputs inputs = ProductInputs::floats;
  bool manyRows = false; // at once; else generated rows, one by one
  bool inCache = false;  // all its weights; else each is read from memory
};

/// Time without zeros, of that with all numbers, where both take `cols` columns; nothing
/// of a form or an instruction set that was not measured.
std::optional<double> estimateTime(const Packing &sparse, const Packing &dense,
                                   int64_t cols, ProductUse use,
                                   llvm::StringRef isa);

/// Those with figures, for a step whose targets are not known yet.
llvm::ArrayRef<llvm::StringRef> getMeasuredIsas();

} // namespace llmc

#endif // LLMC_LIB_SCHEDULE_SPARSESPEEDS_H
