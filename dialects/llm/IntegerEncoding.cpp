//===- IntegerEncoding.cpp - #llm.integer: one integer per element --------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "dialects/llm/LLMDialect.h"

#include <cmath>

using namespace mlir;
using namespace mlir::llm;

LogicalResult
IntegerEncodingAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                            IntegerType type) {
  unsigned width = type.getWidth();
  if (!type.isSigned() && width >= 2 && width <= 64 &&
      llvm::isPowerOf2_32(width))
    return success();
  return emitError()
         << "an integer encoding is iN or uiN of 2, 4, 8, 16, 32 or "
            "64 bits, found "
         << type;
}

int64_t IntegerEncodingAttr::getBlockElems() const {
  return std::max<int64_t>(1, 8 / getType().getWidth());
}
int64_t IntegerEncodingAttr::getBlockBytes() const {
  return std::max<int64_t>(1, getType().getWidth() / 8);
}

void IntegerEncodingAttr::dequantizeBlock(const uint8_t *bytes,
                                          float *values) const {
  unsigned width = getType().getWidth();
  uint64_t bits = 0;
  for (int64_t i = 0; i < getBlockBytes(); ++i)
    bits |= static_cast<uint64_t>(bytes[i]) << 8 * i;
  for (int64_t i = 0; i < getBlockElems(); ++i) {
    uint64_t code = bits << (64 - width - i * width);
    values[i] =
        getType().isUnsigned()
            ? static_cast<float>(code >> (64 - width))
            : static_cast<float>(static_cast<int64_t>(code) >> (64 - width));
  }
}

void IntegerEncodingAttr::quantizeBlock(const float *values,
                                        uint8_t *bytes) const {
  unsigned width = getType().getWidth();
  uint64_t mask = width == 64 ? ~uint64_t{0} : (uint64_t{1} << width) - 1;
  uint64_t bits = 0;
  for (int64_t i = 0; i < getBlockElems(); ++i) {
    auto code = static_cast<uint64_t>(std::llrint(values[i])) & mask;
    bits |= code << i * width;
  }
  for (int64_t i = 0; i < getBlockBytes(); ++i)
    bytes[i] = static_cast<uint8_t>(bits >> 8 * i);
}

std::optional<Grid> IntegerEncodingAttr::getGrid() const {
  return std::nullopt;
}
void IntegerEncodingAttr::unpackBlock(const uint8_t *, GridBlock &) const {
  llvm_unreachable("integers alone are no codes of a grid");
}
