//===- GgufTypes.cpp - names and encodings of GGUF's type numbers ---------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "llmc/Weights/Gguf.h"

#include "llvm/ADT/StringExtras.h"

using namespace llvm;
using namespace llmc;
using namespace mlir::llm;

StringRef llmc::spellGgufType(GgufType type) {
  static constexpr StringLiteral names[] = {
      "uint8",   "int8",   "uint16", "int16",  "uint32", "int32",  "float32",
      "boolean", "string", "array",  "uint64", "int64",  "float64"};
  auto number = static_cast<uint32_t>(type);
  assert(number < std::size(names) && "checked when the type was read");
  return names[number];
}

namespace {
struct TypeInfo {
  StringLiteral name; // empty: the number was removed from the format
  int32_t blockElems, blockBytes;
};
} // namespace

/// By number, as ggml.h counts them; sizes as ggml-common.h draws the blocks.
static constexpr TypeInfo types[] = {
    {"F32", 1, 4},        {"F16", 1, 2},        {"Q4_0", 32, 18},
    {"Q4_1", 32, 20},     {"", 0, 0},           {"", 0, 0},
    {"Q5_0", 32, 22},     {"Q5_1", 32, 24},     {"Q8_0", 32, 34},
    {"Q8_1", 32, 36},     {"Q2_K", 256, 84},    {"Q3_K", 256, 110},
    {"Q4_K", 256, 144},   {"Q5_K", 256, 176},   {"Q6_K", 256, 210},
    {"Q8_K", 256, 292},   {"IQ2_XXS", 256, 66}, {"IQ2_XS", 256, 74},
    {"IQ3_XXS", 256, 98}, {"IQ1_S", 256, 50},   {"IQ4_NL", 32, 18},
    {"IQ3_S", 256, 110},  {"IQ2_S", 256, 82},   {"IQ4_XS", 256, 136},
    {"I8", 1, 1},         {"I16", 1, 2},        {"I32", 1, 4},
    {"I64", 1, 8},        {"F64", 1, 8},        {"IQ1_M", 256, 56},
    {"BF16", 1, 2},       {"", 0, 0},           {"", 0, 0},
    {"", 0, 0},           {"TQ1_0", 256, 54},   {"TQ2_0", 256, 66},
    {"", 0, 0},           {"", 0, 0},           {"", 0, 0},
    {"MXFP4", 32, 17},    {"NVFP4", 64, 36},    {"Q1_0", 128, 18}};

static const TypeInfo *findType(GgmlType type) {
  auto number = static_cast<uint32_t>(type);
  return number < std::size(types) && !types[number].name.empty()
             ? &types[number]
             : nullptr;
}

std::string llmc::spellGgmlType(GgmlType type) {
  if (const TypeInfo *known = findType(type))
    return known->name.str();
  return "number " + std::to_string(static_cast<uint32_t>(type));
}

std::optional<std::pair<int64_t, int64_t>>
llmc::getGgmlTypeBlock(GgmlType type) {
  if (const TypeInfo *known = findType(type))
    return std::pair<int64_t, int64_t>(known->blockElems, known->blockBytes);
  return std::nullopt;
}

EncodingAttrInterface llmc::getGgmlEncoding(GgmlType type,
                                            mlir::MLIRContext *context) {
  auto floats = [&](mlir::FloatType type) {
    return FloatEncodingAttr::get(context, type);
  };
  switch (type) {
  case GgmlType::F32:
    return floats(mlir::Float32Type::get(context));
  case GgmlType::F16:
    return floats(mlir::Float16Type::get(context));
  case GgmlType::BF16:
    return floats(mlir::BFloat16Type::get(context));
  }
  if (auto format = symbolizeGgmlFormat(static_cast<uint32_t>(type)))
    return GgmlEncodingAttr::get(context, *format);
  return {};
}

std::string llmc::spellReadableGgmlTypes(mlir::MLIRContext *context) {
  SmallVector<std::string> names;
  for (uint32_t number = 0; number < std::size(types); ++number)
    if (getGgmlEncoding(GgmlType(number), context))
      names.push_back(spellGgmlType(GgmlType(number)));
  return join(names, ", ");
}
