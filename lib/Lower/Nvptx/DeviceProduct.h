//===- DeviceProduct.h - what products on a device share ----------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A kernel of products has two forms, for few rows and for many. Both compute the
// same numbers to the last bit, so the number of rows may choose. Of bytes, products of a
// group's codes are exact, and the sum over k is always that of `slices` ranges of
// blocks, each a chain from zero up, added in order. Of floats see FloatProduct.cpp.
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
  /// Whether rows of prompts are kept as bf16, which another form of the kernel multiplies
  /// (`hasBFloatPrompts`), and whether a row is none of these.
  bool hasPrompts() const;
  Value isGenerated(Value row);
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

/// Rows of f32 times floats, for few rows and for more; nothing where they are none.
llvm::SmallVector<DeviceTiler> getFloatProduct(mlir::llm::KernelOp kernel);
/// Rows of bytes on tensor cores, for many; nothing where they cannot do it.
std::optional<DeviceTiler> getTensorProduct(mlir::llm::KernelOp kernel);

} // namespace llmc

#endif // LLMC_LIB_LOWER_NVPTX_DEVICEPRODUCT_H
