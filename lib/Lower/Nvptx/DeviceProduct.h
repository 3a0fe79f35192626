//===- DeviceProduct.h - what products on a device share ----------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A kernel of products has two forms, for few rows and for many. Both compute the
// same numbers to the last bit, so the number of rows may choose: products of a
// group's codes are exact, and the sum over k is always that of `slices` ranges of
// blocks, each a chain from zero up, added in order.
//===----------------------------------------------------------------------===//
#ifndef LLMC_LIB_LOWER_NVPTX_DEVICEPRODUCT_H
#define LLMC_LIB_LOWER_NVPTX_DEVICEPRODUCT_H

#include "DeviceTiler.h"

#include "../Cpu/PanelProduct.h"

namespace llmc {

/// The linears of a kernel: one input, weights of one shape.
class DeviceProduct {
public:
  using Value = mlir::Value;

  static constexpr int64_t threads = 128;

  DeviceProduct(TileBuilder &b, const KernelArgs &args);

  /// The first block of k of a weight's slice, or of the one behind the last.
  Value getFirstBlock(mlir::llm::PackedType of, Value slice);
  /// Stores what the kernel yields at a place, from the sum over k of each product.
  void finish(Value row, Value column,
              llvm::function_ref<Value(int64_t product)> sum);

  llvm::SmallVector<mlir::llm::LinearOp> products;
  llvm::SmallVector<PanelProduct> operands; // of each product
  mlir::llm::PackedType weight;             // of the first
  int64_t lanes;                            // output rows of a panel
  int64_t slices;

private:
  TileBuilder &b;
  const KernelArgs &args;
};

/// On tensor cores, for many rows; nothing where they cannot do it.
std::optional<DeviceTiler> getTensorProduct(mlir::llm::KernelOp kernel);

} // namespace llmc

#endif // LLMC_LIB_LOWER_NVPTX_DEVICEPRODUCT_H
