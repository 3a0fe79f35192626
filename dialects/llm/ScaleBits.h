//===- ScaleBits.h - floats of the types of scales, in bytes ----*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMC_DIALECTS_LLM_SCALEBITS_H
#define LLMC_DIALECTS_LLM_SCALEBITS_H

#include "dialects/llm/Grid.h"

#include "mlir/IR/BuiltinTypes.h"
#include "llvm/Support/Endian.h"

namespace mlir::llm {

/// Of f32, f16 or bf16.
inline ScaleType toScaleType(FloatType type) {
  return type.isF32()   ? ScaleType::f32
         : type.isF16() ? ScaleType::f16
                        : ScaleType::bf16;
}

inline uint32_t readScaleBits(ScaleType type, const uint8_t *bytes) {
  return getScaleBytes(type) == 4 ? ::llvm::support::endian::read32le(bytes)
                                  : ::llvm::support::endian::read16le(bytes);
}

inline void writeScaleBits(ScaleType type, uint32_t bits, uint8_t *bytes) {
  if (getScaleBytes(type) == 4)
    return ::llvm::support::endian::write32le(bytes, bits);
  ::llvm::support::endian::write16le(bytes, static_cast<uint16_t>(bits));
}

} // namespace mlir::llm

#endif // LLMC_DIALECTS_LLM_SCALEBITS_H
