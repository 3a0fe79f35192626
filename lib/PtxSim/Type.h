//===- Type.h - the fundamental types of PTX ------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMC_PTXSIM_TYPE_H
#define LLMC_PTXSIM_TYPE_H

#include <cstdint>
#include <optional>
#include <string_view>

namespace llmc::ptxsim {

enum class Type : uint8_t {
  None,
  Pred,
  B8,
  B16,
  B32,
  B64,
  B128,
  U8,
  U16,
  U32,
  U64,
  S8,
  S16,
  S32,
  S64,
  F16,
  F16x2,
  BF16,
  BF16x2,
  TF32,
  F32,
  F64,
  E4M3x2,
  E5M2x2,
};

std::optional<Type> parseType(std::string_view name);
unsigned sizeBits(Type type);
inline unsigned sizeBytes(Type type) { return sizeBits(type) / 8; }
bool isFloat(Type type);
bool isSigned(Type type);

} // namespace llmc::ptxsim

#endif // LLMC_PTXSIM_TYPE_H
