//===- FloatEncoding.cpp - #llm.float: one float per element ----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "dialects/llm/LLMDialect.h"

#include "llvm/Support/Endian.h"

using namespace mlir;
using namespace mlir::llm;
namespace endian = llvm::support::endian;

LogicalResult
FloatEncodingAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                          FloatType type) {
  if (type.isF32() || type.isF16() || type.isBF16())
    return success();
  return emitError() << "a float encoding is f32, f16 or bf16, found " << type;
}

static ScaleType getType(FloatEncodingAttr encoding) {
  FloatType type = encoding.getType();
  return type.isF32()   ? ScaleType::f32
         : type.isF16() ? ScaleType::f16
                        : ScaleType::bf16;
}

int64_t FloatEncodingAttr::getBlockElems() const { return 1; }
int64_t FloatEncodingAttr::getBlockBytes() const {
  return getType().getWidth() / 8;
}

void FloatEncodingAttr::dequantizeBlock(const uint8_t *bytes,
                                        float *values) const {
  uint32_t bits =
      getBlockBytes() == 4 ? endian::read32le(bytes) : endian::read16le(bytes);
  *values = decodeScale(::getType(*this), bits);
}

void FloatEncodingAttr::quantizeBlock(const float *values,
                                      uint8_t *bytes) const {
  uint32_t bits = encodeScale(::getType(*this), *values);
  if (getBlockBytes() == 4)
    return endian::write32le(bytes, bits);
  endian::write16le(bytes, static_cast<uint16_t>(bits));
}

std::optional<Grid> FloatEncodingAttr::getGrid() const { return std::nullopt; }
void FloatEncodingAttr::unpackBlock(const uint8_t *, GridBlock &) const {
  llvm_unreachable("plain floats have no integer codes");
}
