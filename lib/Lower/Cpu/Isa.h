//===- Isa.h - what an instruction set must answer --------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Everything but integer dot products is portable vector code that LLVM fits to
// the target's width. A new instruction set implements this interface.
//===----------------------------------------------------------------------===//
#ifndef LLMC_LIB_LOWER_CPU_ISA_H
#define LLMC_LIB_LOWER_CPU_ISA_H

#include "TileBuilder.h"

namespace llmc {

/// One x86-64 instruction set that kernels are spelled for.
class Isa {
public:
  virtual ~Isa() = default;
  virtual llvm::StringRef getName() const = 0;
  /// LLVM target features on top of the base CPU x86-64: no more than getCpuBits
  /// promises, or a machine could pass the check and fail on an instruction.
  virtual llvm::ArrayRef<llvm::StringRef> getFeatures() const = 0;
  /// LLMRT_CPU_* bits that the machine must have.
  virtual uint64_t getCpuBits() const = 0;

  /// `sum over j of (codes[j] - zero) . x[j]` for 16 rows as vector<16xi32>.
  /// codes: 8 vectors of 64 unsigned bytes, 4 per row; words: 8 i32, each 4
  /// signed activation codes; correction: -zero * sum of all activation codes
  /// (i32, null when zero is 0).
  virtual mlir::Value dot(TileBuilder &b, mlir::llm::AffineGrid grid,
                          llvm::ArrayRef<mlir::Value> codes,
                          llvm::ArrayRef<mlir::Value> words,
                          mlir::Value correction) const = 0;
};

/// All instruction sets, best first.
llvm::ArrayRef<const Isa *> getIsas();

} // namespace llmc

#endif // LLMC_LIB_LOWER_CPU_ISA_H
