//===- DeviceProduct.h - what products on a device share ----------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A kernel of products has two forms, for few rows and for many; rows of prompts that are
// bf16 have one more, which shares the rows with these. The two compute the
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

  /// Of rows of prompts that are bf16, or of all others.
  DeviceProduct(TileBuilder &b, const KernelArgs &args,
                bool isOfPrompts = false);

  /// The first block of k of a weight's slice, or of the one behind the last.
  Value getFirstBlock(mlir::llm::PackedType of, Value slice);
  /// Whether rows of prompts are kept as bf16 (`hasBFloatPrompts`): a form of its own
  /// multiplies these.
  static bool hasPrompts(mlir::llm::KernelOp kernel);
  /// Whether a row is this form's; null where all are.
  Value isMine(Value row);
  /// Whether one of the rows [first, first + count) is, of those that exist.
  Value isAnyMine(Value first, int64_t count, Value rows);
  /// `body` where the row is this form's.
  void whenMine(Value row, llvm::function_ref<void()> body);
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
  bool isOfPrompts;
};

/// Of [product, row, slice, output row] f32, the slices of one of each, added in their order.
mlir::Value addSlices(TileBuilder &b, mlir::Value partial, int64_t product,
                      mlir::Value row, mlir::Value lane);

/// Sums over k of a panel's output rows: a thread has one of these and a slice of k, and the
/// slices add up through shared memory, in their order.
class SliceSums {
public:
  using Value = mlir::Value;

  /// Of so many products with panels of `lanes`, `rows` rows at most at a time.
  SliceSums(TileBuilder &b, int64_t products, int64_t rows, int64_t lanes);

  /// Product `p` of this thread's slice with `count` rows from `row` on; all threads do it, and
  /// then meet.
  void multiply(int64_t p, const PanelProduct &operand, Value row,
                int64_t count, Value panel);
  /// Of product `p` and the row whose number among these is this thread's slice.
  Value get(int64_t p);

  const int64_t lanes, slices;
  Value lane, slice; // of this thread

private:
  TileBuilder &b;
  Value partial; // [product, row, slice, lane] f32
};

/// Blocks of tiles of `tileRows` rows, each with a panel of the weight.
mlir::Value countPanelTiles(TileBuilder &b, mlir::Value rows, int64_t tileRows,
                            mlir::llm::PackedType weight);
/// Blocks of a form that is for all rows but those of prompts that are bf16: `blocks`, or
/// none where there is no such row.
mlir::Value countGenerated(TileBuilder &b, mlir::llm::KernelOp kernel,
                           const LaunchCounts &counts, mlir::Value blocks);

/// The same of a form that is for rows of prompts that are bf16 alone, if there are as
/// many as `least`, and fewer than `behind` where that is not 0.
mlir::Value countPrompts(TileBuilder &b, const LaunchCounts &counts,
                         mlir::Value blocks, int64_t least = 1,
                         int64_t behind = 0);

/// Rows of f32 times floats, for few rows and for more; nothing where they are none.
llvm::SmallVector<DeviceTiler> getFloatProduct(mlir::llm::KernelOp kernel);
/// Few rows of bytes times codes, of which a ring has room for two stages.
std::optional<DeviceTiler> getCodeProduct(mlir::llm::KernelOp kernel);
/// The same of codes of 2:4, on tensor cores.
std::optional<DeviceTiler> getSparseCodeProduct(mlir::llm::KernelOp kernel);
/// Rows of prompts that are bf16, as the form for any rows multiplies them.
DeviceTiler getPromptProduct(mlir::llm::KernelOp kernel);
/// The same on tensor cores, where a block has room for all products: one form, or two that
/// the number of rows of prompts chooses from where warpgroups multiply.
llvm::SmallVector<DeviceTiler> getHalfProducts(mlir::llm::KernelOp kernel);
/// That for fewer rows of prompts than `behind`, or for any number where that is 0.
DeviceTiler getHalfProduct(mlir::llm::KernelOp kernel, int64_t behind);
/// Rows of bytes on tensor cores, for many; nothing where they cannot do it.
std::optional<DeviceTiler> getTensorProduct(mlir::llm::KernelOp kernel);

} // namespace llmc

#endif // LLMC_LIB_LOWER_NVPTX_DEVICEPRODUCT_H
