//===- GgufTypes.cpp - names and encodings of GGUF's type numbers ---------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "llmc/Weights/Gguf.h"

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

std::string llmc::spellGgmlType(uint32_t type) {
  // Numbers without a name were removed from the format.
  static constexpr StringLiteral names[] = {
      "F32",   "F16",   "Q4_0",    "Q4_1",   "",        "",      "Q5_0",
      "Q5_1",  "Q8_0",  "Q8_1",    "Q2_K",   "Q3_K",    "Q4_K",  "Q5_K",
      "Q6_K",  "Q8_K",  "IQ2_XXS", "IQ2_XS", "IQ3_XXS", "IQ1_S", "IQ4_NL",
      "IQ3_S", "IQ2_S", "IQ4_XS",  "I8",     "I16",     "I32",   "I64",
      "F64",   "IQ1_M", "BF16",    "",       "",        "",      "TQ1_0",
      "TQ2_0", "",      "",        "",       "MXFP4"};
  if (type < std::size(names) && !names[type].empty())
    return names[type].str();
  return "number " + std::to_string(type);
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
  auto format = symbolizeGgmlFormat(static_cast<uint32_t>(type));
  assert(format && "parseGguf admits no other type");
  return GgmlEncodingAttr::get(context, *format);
}
