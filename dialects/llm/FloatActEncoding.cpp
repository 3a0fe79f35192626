//===- FloatActEncoding.cpp - #llm.float_act: rows of floats ----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "dialects/llm/SparseRows.h"

#include <cstring>

using namespace mlir;
using namespace mlir::llm;

bool llm::areFloatRows(EncodingAttrInterface encoding) {
  return isa_and_nonnull<FloatActEncodingAttr, RoundedActEncodingAttr>(
      encoding);
}

bool llm::isActivation(EncodingAttrInterface encoding) {
  return isa_and_nonnull<Int8ActEncodingAttr>(encoding) ||
         areFloatRows(encoding);
}

bool llm::becomesBFloats(EncodingAttrInterface encoding) {
  constexpr int64_t together = 16; // k that are unpacked at once
  if (auto codes = dyn_cast<FloatCodesAttr>(encoding))
    return codes.getGroup() % together == 0;
  return !areSparseRows(encoding);
}

bool llm::hasBFloatPrompts(Type type) {
  auto packed = dyn_cast<PackedType>(type);
  if (!packed)
    return false;
  auto codes = dyn_cast<Int8ActEncodingAttr>(packed.getEncoding());
  return codes ? codes.getBf16Prompts()
               : isa<FloatActEncodingAttr>(packed.getEncoding());
}

int64_t FloatActEncodingAttr::getBlockElems() const { return 1; }
int64_t FloatActEncodingAttr::getBlockBytes() const { return sizeof(float); }
std::optional<Grid> FloatActEncodingAttr::getGrid() const {
  return std::nullopt;
}
void FloatActEncodingAttr::unpackBlock(const uint8_t *, GridBlock &) const {
  llvm_unreachable("activations are not weight codes");
}
void FloatActEncodingAttr::dequantizeBlock(const uint8_t *bytes,
                                           float *values) const {
  std::memcpy(values, bytes, sizeof(float));
}
void FloatActEncodingAttr::quantizeBlock(const float *values,
                                         uint8_t *bytes) const {
  std::memcpy(bytes, values, sizeof(float));
}
