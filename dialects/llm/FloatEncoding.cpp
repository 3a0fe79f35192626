//===- FloatEncoding.cpp - #llm.float: one float per element ----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "dialects/llm/LLMDialect.h"
#include "dialects/llm/ScaleBits.h"

using namespace mlir;
using namespace mlir::llm;

LogicalResult
FloatEncodingAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                          FloatType type) {
  if (type.isF32() || type.isF16() || type.isBF16())
    return success();
  return emitError() << "a float encoding is f32, f16 or bf16, found " << type;
}

int64_t FloatEncodingAttr::getBlockElems() const { return 1; }
int64_t FloatEncodingAttr::getBlockBytes() const {
  return getType().getWidth() / 8;
}

void FloatEncodingAttr::dequantizeBlock(const uint8_t *bytes,
                                        float *values) const {
  ScaleType type = toScaleType(getType());
  *values = decodeScale(type, readScaleBits(type, bytes));
}

void FloatEncodingAttr::quantizeBlock(const float *values,
                                      uint8_t *bytes) const {
  ScaleType type = toScaleType(getType());
  writeScaleBits(type, encodeScale(type, *values), bytes);
}

std::optional<Grid> FloatEncodingAttr::getGrid() const { return std::nullopt; }
void FloatEncodingAttr::unpackBlock(const uint8_t *, GridBlock &) const {
  llvm_unreachable("plain floats have no integer codes");
}
