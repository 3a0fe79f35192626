//===- RoundedActEncoding.cpp - #llm.rounded_act: floats of few bits --------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "dialects/llm/ByteScale.h"
#include "dialects/llm/LLMDialect.h"

#include <cmath>
#include <cstring>

using namespace mlir;
using namespace mlir::llm;

LogicalResult
RoundedActEncodingAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                               Type type, int64_t group) {
  auto integer = dyn_cast<IntegerType>(type);
  bool isKnown = integer ? integer.getWidth() >= 2 && integer.getWidth() <= 8
                         : isa<Float8E4M3FNType, Float8E5M2Type>(type);
  if (!isKnown)
    return emitError() << "codes are i2 to i8, f8E4M3FN or f8E5M2, found "
                       << type;
  if (group < 1)
    return emitError() << "a group has 1 number or more, found " << group;
  return success();
}

float RoundedActEncodingAttr::getLevels() const {
  if (auto integer = dyn_cast<IntegerType>(getType()))
    return static_cast<float>((1 << (integer.getWidth() - 1)) - 1);
  return APFloat::getLargest(cast<FloatType>(getType()).getFloatSemantics())
      .convertToFloat();
}

/// The nearest code, ties to even.
static float roundTo(Type type, float x) {
  auto floats = dyn_cast<FloatType>(type);
  if (!floats)
    return std::nearbyint(x);
  APFloat code(x);
  bool losesInfo;
  code.convert(floats.getFloatSemantics(), APFloat::rmNearestTiesToEven,
               &losesInfo);
  return code.convertToFloat();
}

int64_t RoundedActEncodingAttr::getBlockElems() const { return getGroup(); }
int64_t RoundedActEncodingAttr::getBlockBytes() const {
  return static_cast<int64_t>(sizeof(float)) * getGroup();
}
std::optional<Grid> RoundedActEncodingAttr::getGrid() const {
  return std::nullopt;
}
void RoundedActEncodingAttr::unpackBlock(const uint8_t *, GridBlock &) const {
  llvm_unreachable("activations are not weight codes");
}
void RoundedActEncodingAttr::dequantizeBlock(const uint8_t *bytes,
                                             float *values) const {
  std::memcpy(values, bytes, getBlockBytes());
}
void RoundedActEncodingAttr::quantizeBlock(const float *values,
                                           uint8_t *bytes) const {
  ByteScale steps({values, static_cast<size_t>(getGroup())}, getLevels());
  for (int64_t i = 0; i < getGroup(); ++i) {
    float value = steps.scale * roundTo(getType(), steps.getSteps(values[i]));
    std::memcpy(bytes + sizeof(float) * i, &value, sizeof(float));
  }
}
