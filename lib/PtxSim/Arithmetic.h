//===- Arithmetic.h - handlers by type ------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMC_PTXSIM_ARITHMETIC_H
#define LLMC_PTXSIM_ARITHMETIC_H

#include "Decode.h"
#include "Lanes.h"

namespace llmc::ptxsim {

/// `pick(T())` for the C++ type of an integer type; null for others.
template <typename Pick> Handler byInteger(Type type, Pick pick) {
  switch (type) {
  case Type::B16:
  case Type::U16:
    return pick(uint16_t());
  case Type::S16:
    return pick(int16_t());
  case Type::B32:
  case Type::U32:
    return pick(uint32_t());
  case Type::S32:
    return pick(int32_t());
  case Type::B64:
  case Type::U64:
    return pick(uint64_t());
  case Type::S64:
    return pick(int64_t());
  default:
    return nullptr;
  }
}

/// For types of bits: the unsigned type of the same width.
template <typename Pick> Handler byBits(Type type, Pick pick) {
  switch (sizeBits(type)) {
  case 1:
    return pick(bool());
  case 8:
    return pick(uint8_t());
  case 16:
    return pick(uint16_t());
  case 32:
    return pick(uint32_t());
  case 64:
    return pick(uint64_t());
  default:
    return nullptr;
  }
}

enum class FloatOp {
  Add,
  Sub,
  Mul,
  Fma,
  Div,
  Min,
  Max,
  Abs,
  Neg,
  Sqrt,
  Rcp,
  Rsqrt,
  Ex2,
  Lg2,
  Sin,
  Cos,
  Tanh,
};
/// The form of an opcode that is for integers as well, once its type is known.
void decodeFloatOp(Decoder &decoder, FloatOp op, Type type);

} // namespace llmc::ptxsim

#endif // LLMC_PTXSIM_ARITHMETIC_H
