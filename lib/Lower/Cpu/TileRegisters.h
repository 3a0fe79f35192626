//===- TileRegisters.h - tiles of AMX as values ------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A tile register holds up to 16 rows of up to 64 bytes. They are values of LLVM's
// type x86_amx: LLVM chooses the registers and configures them, once in a function,
// with one shape for each register. So what needs tiles of many shapes is several
// functions.
//===----------------------------------------------------------------------===//
#ifndef LLMC_LIB_LOWER_CPU_TILEREGISTERS_H
#define LLMC_LIB_LOWER_CPU_TILEREGISTERS_H

#include "Isa.h"

namespace llmc {

/// Names of what tiles are made of. Sizes are rows and bytes of a row; lines lie
/// `stride` bytes apart, an i64.
class TileRegisters {
public:
  using Value = mlir::Value;
  static constexpr int64_t mostRows = 16, lineBytes = 64;

  explicit TileRegisters(TileBuilder &b) : b(b) {}

  Value zero(int64_t rows) {
    return call("tilezero", {half(rows), half(lineBytes)});
  }
  Value load(int64_t rows, int64_t bytes, Value address, Value stride) {
    return call("tileloadd64", {half(rows), half(bytes), address, stride});
  }
  void store(int64_t rows, Value tile, Value address, Value stride) {
    call("tilestored64", {half(rows), half(lineBytes), address, stride, tile},
         /*gives=*/false);
  }
  /// sums + x * y, of `bytes` signed bytes of x each, and as many of y.
  Value multiply(int64_t rows, int64_t bytes, Value sums, Value x, Value y,
                 bool isSigned) {
    return call(isSigned ? "tdpbssd" : "tdpbsud",
                {half(rows), half(lineBytes), half(bytes), sums, x, y});
  }
  /// sums + x * y of f32, of 32 bf16 of x each: TDPBF16PS.
  Value multiplyBFloats(int64_t rows, Value sums, Value x, Value y) {
    return call("tdpbf16ps",
                {half(rows), half(lineBytes), half(lineBytes), sums, x, y});
  }

  Value wide(int64_t value) { return b.constant(b.getI64Type(), value); }

private:
  Value call(llvm::StringRef name, llvm::ArrayRef<Value> operands,
             bool gives = true) {
    mlir::Type tile = mlir::LLVM::LLVMX86AMXType::get(b.getContext());
    return callIntrinsic(b, ("llvm.x86." + name + ".internal").str(),
                         gives ? tile : mlir::Type(), operands);
  }
  Value half(int64_t value) { return b.constant(b.getI16Type(), value); }

  TileBuilder &b;
};

} // namespace llmc

#endif // LLMC_LIB_LOWER_CPU_TILEREGISTERS_H
