//===- CodeRing.h - panels of codes on their way to a block -------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// For few rows a block has a panel, of whose k each of eight slices has a part. Some blocks of
// k of each slice are a stage of a ring in shared memory; stages are copied ahead, by all threads
// in requests of 512 bytes (cp.async) or, where the device has them, by one bulk copy of
// each slice. Products of a kernel take turns.
//===----------------------------------------------------------------------===//
#ifndef LLMC_LIB_LOWER_NVPTX_CODERING_H
#define LLMC_LIB_LOWER_NVPTX_CODERING_H

#include "BulkCopies.h"
#include "DeviceProduct.h"

namespace llmc {

class CodeRing {
public:
  using Value = mlir::Value;

  static constexpr int64_t threads = DeviceProduct::threads, panelRows = 16;
  static constexpr int64_t slices = threads / panelRows;

  /// How blocks of k of a panel lie in the ring, [stage, slice, block]. Sums of `tileRows`
  /// rows of each product and slice have its place when all is multiplied.
  struct Plan {
    Plan(mlir::llm::PackedType weight, int64_t products, int64_t tileRows);
    /// Whether something is on its way while something is multiplied.
    bool fits() const;
    int64_t getStageBytes() const { return slices * stride; }
    int64_t countPieces() const;

    int64_t blockBytes, blocks; // of a slice in a stage
    int64_t stride;             // bytes from slice to slice
    int64_t total;              // stages of all k and products
    int64_t stages, ahead;
    int64_t sumBytes; // in place of the ring
  };
  /// Whether the products of a kernel are of rows of bytes and of such panels, one as the
  /// other, that a ring has room for.
  static bool fits(mlir::llm::KernelOp kernel, int64_t tileRows);

  CodeRing(TileBuilder &b, DeviceProduct &kernel, Value panel,
           int64_t tileRows);

  /// Blocks of k of a slice that are in the ring.
  struct Part {
    Value index;      // of the slice in `getPanels`
    Value begin, end; // of the slice
    Value firstBlock; // of the slice, in the row
  };
  Part getPart(Value slice, Value chunk, Value slot);
  /// What is in the ring as panels, [stage and slice, block, byte].
  Value getPanels();

  /// `sums` of each product from zero up: `addStage` adds what is in slot `slot`, chunk `chunk`
  /// of each slice's k.
  using AddStage = llvm::function_ref<void(Value chunk, Value slot,
                                           llvm::MutableArrayRef<Value> sums)>;
  llvm::SmallVector<Value> multiply(int64_t sums, Value zero,
                                    AddStage addStage);

  /// [product, row, slice, output row] f32, in place of the ring.
  Value getSums();
  /// The slices of a row and output row of this block, added in their order.
  Value addSlices(int64_t product, Value row, Value lane);

private:
  /// 16 bytes that a thread copies of every stage.
  struct Piece {
    Value from;  // in the first stage, of the panel
    Value bytes; // from there to the end of the slice
    Value to;    // in a stage
  };
  void findPieces();
  void copyStage(int64_t product, Value chunk, Value slot);
  void copyPieces(Value w, Value offset, Value slot);
  void copySlices(Value w, Value offset, Value slot);
  void endStage();
  void fill();
  void awaitStage(Value slot, Value parity);
  Value isLast(Value slot);
  Value isBelow(Value index, Value end);

  TileBuilder &b;
  DeviceProduct &kernel;
  int64_t products, tileRows;
  Plan plan;
  Value panel;
  llvm::SmallVector<Piece> pieces; // where there are no bulk copies
  std::optional<BulkCopies> bulk;
  Value memory; // the ring, then sums
};

} // namespace llmc

#endif // LLMC_LIB_LOWER_NVPTX_CODERING_H
