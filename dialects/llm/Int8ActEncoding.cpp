//===- Int8ActEncoding.cpp - #llm.int8_act: quantised activations -----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One group as `group` signed bytes, f32 scale, i32 sum of codes.
//===----------------------------------------------------------------------===//
#include "dialects/llm/LLMDialect.h"

#include <cmath>
#include <cstring>

using namespace mlir;
using namespace mlir::llm;

LogicalResult
Int8ActEncodingAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                            int64_t group) {
  // Wider groups could overflow the i32 sum of their codes.
  constexpr int64_t most = 1 << 16;
  if (group >= 1 && group <= most)
    return success();
  return emitError() << "a group has 1 to " << most << " codes, found "
                     << group;
}

int64_t Int8ActEncodingAttr::getBlockElems() const { return getGroup(); }
int64_t Int8ActEncodingAttr::getBlockBytes() const { return getGroup() + 8; }
std::optional<Grid> Int8ActEncodingAttr::getGrid() const {
  return std::nullopt;
}
void Int8ActEncodingAttr::unpackBlock(const uint8_t *, GridBlock &) const {
  llvm_unreachable("activations are not weight codes");
}
void Int8ActEncodingAttr::dequantizeBlock(const uint8_t *bytes,
                                          float *values) const {
  float scale;
  std::memcpy(&scale, bytes + getGroup(), 4);
  for (int64_t i = 0; i < getGroup(); ++i)
    values[i] = scale * static_cast<float>(static_cast<int8_t>(bytes[i]));
}
void Int8ActEncodingAttr::quantizeBlock(const float *values,
                                        uint8_t *bytes) const {
  float most = 0;
  for (int64_t i = 0; i < getGroup(); ++i)
    if (float x = std::fabs(values[i]); x > most || std::isnan(x))
      most = x; // and nothing is greater than a NaN
  // The reciprocal is taken first: compiled code multiplies, and both must
  // round to the same codes.
  float scale = most / 127.0f;
  float inverse = 127.0f / most;
  bool usable = inverse > 0 && inverse < INFINITY;
  int32_t sum = 0;
  for (int64_t i = 0; i < getGroup(); ++i) {
    auto code =
        usable ? static_cast<int32_t>(std::nearbyint(values[i] * inverse)) : 0;
    bytes[i] = static_cast<uint8_t>(static_cast<int8_t>(code));
    sum += code;
  }
  std::memcpy(bytes + getGroup(), &scale, 4);
  std::memcpy(bytes + getGroup() + 4, &sum, 4);
}
