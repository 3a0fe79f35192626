//===- ByteSteps.h - f32s become codes of 8 bits ----------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMC_LIB_LOWER_CPU_BYTESTEPS_H
#define LLMC_LIB_LOWER_CPU_BYTESTEPS_H

#include "llmc/Lower/Cpu/TileBuilder.h"

namespace llmc {

/// The scale of numbers that share one, as dialects/llm/ByteScale.h has it.
class ByteSteps {
public:
  /// `magnitude`: max|x| as it comes out of toMagnitude.
  ByteSteps(TileBuilder &b, mlir::Value magnitude, float levels = 127);
  /// The same of a `scale`, f32, that is known before.
  static ByteSteps withScale(TileBuilder &b, mlir::Value scale,
                             mlir::Value magnitude);

  mlir::Value getScale() const { return scale; } // f32
  /// Vectors in steps of the scale: not yet rounded.
  mlir::Value getSteps(mlir::Value x) const;

  /// The bits of max|x| of all values of a lane, as i32s: their order is that of
  /// floats without a sign, and NaN stands above infinity.
  static mlir::Value maxBits(TileBuilder &b, llvm::ArrayRef<mlir::Value> values,
                             mlir::Value before = {});
  /// Of all lanes of such bits, f32; NaN if one is.
  static mlir::Value toMagnitude(TileBuilder &b, mlir::Value bits);

private:
  ByteSteps(TileBuilder &b, mlir::Value scale, mlir::Value inverse,
            bool isClamped);

  TileBuilder &b;
  mlir::Value scale, inverse, isUsable;
  bool isClamped; // to 127 steps
};

/// The nearest codes, as f32s, ties to even: integers, or those of a float of 8 bits, of
/// which no step is larger than the largest.
mlir::Value roundToCodes(TileBuilder &b, mlir::Type type, mlir::Value steps);

} // namespace llmc

#endif // LLMC_LIB_LOWER_CPU_BYTESTEPS_H
