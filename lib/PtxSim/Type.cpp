//===- Type.cpp - the fundamental types of PTX ----------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Type.h"

#include <iterator>

using namespace llmc::ptxsim;

namespace {
struct Row {
  std::string_view name;
  Type type;
  unsigned bits;
  enum Class { Bits, Unsigned, Signed, Float } kind;
};
} // namespace

static constexpr Row rows[] = {
    {"pred", Type::Pred, 1, Row::Bits},
    {"b8", Type::B8, 8, Row::Bits},
    {"b16", Type::B16, 16, Row::Bits},
    {"b32", Type::B32, 32, Row::Bits},
    {"b64", Type::B64, 64, Row::Bits},
    {"b128", Type::B128, 128, Row::Bits},
    {"u8", Type::U8, 8, Row::Unsigned},
    {"u16", Type::U16, 16, Row::Unsigned},
    {"u32", Type::U32, 32, Row::Unsigned},
    {"u64", Type::U64, 64, Row::Unsigned},
    {"s8", Type::S8, 8, Row::Signed},
    {"s16", Type::S16, 16, Row::Signed},
    {"s32", Type::S32, 32, Row::Signed},
    {"s64", Type::S64, 64, Row::Signed},
    {"f16", Type::F16, 16, Row::Float},
    {"f16x2", Type::F16x2, 32, Row::Float},
    {"bf16", Type::BF16, 16, Row::Float},
    {"bf16x2", Type::BF16x2, 32, Row::Float},
    {"tf32", Type::TF32, 32, Row::Float},
    {"f32", Type::F32, 32, Row::Float},
    {"f64", Type::F64, 64, Row::Float},
    {"e4m3x2", Type::E4M3x2, 16, Row::Float},
    {"e5m2x2", Type::E5M2x2, 16, Row::Float},
};

static const Row *find(Type type) {
  for (const Row &row : rows)
    if (row.type == type)
      return &row;
  return nullptr;
}

std::optional<Type> llmc::ptxsim::parseType(std::string_view name) {
  for (const Row &row : rows)
    if (row.name == name)
      return row.type;
  return std::nullopt;
}

unsigned llmc::ptxsim::sizeBits(Type type) {
  const Row *row = find(type);
  return row ? row->bits : 0;
}

bool llmc::ptxsim::isFloat(Type type) {
  const Row *row = find(type);
  return row && row->kind == Row::Float;
}

bool llmc::ptxsim::isSigned(Type type) {
  const Row *row = find(type);
  return row && row->kind == Row::Signed;
}
