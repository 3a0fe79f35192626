//===- Int8ActEncoding.cpp - #llm.int8_act: quantised activations -----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One group as `group` signed bytes, as many of what they leave over if it is fine,
// the f32 scale, an i32 sum of each plane's codes.
//===----------------------------------------------------------------------===//
#include "dialects/llm/ByteScale.h"
#include "dialects/llm/LLMDialect.h"

#include "mlir/IR/DialectImplementation.h"

#include <cmath>
#include <cstring>

using namespace mlir;
using namespace mlir::llm;

//===----------------------------------------------------------------------===//
// Syntax: #llm.int8_act, #llm.int8_act<16>, #llm.int8_act<32, fine, bf16_prompts>
//===----------------------------------------------------------------------===//

Attribute Int8ActEncodingAttr::parse(AsmParser &parser, Type) {
  int64_t group = 32;
  bool fine = false, bf16Prompts = false;
  if (succeeded(parser.parseOptionalLess())) {
    if (parser.parseInteger(group))
      return {};
    while (succeeded(parser.parseOptionalComma())) {
      if (!fine && !bf16Prompts &&
          succeeded(parser.parseOptionalKeyword("fine")))
        fine = true;
      else if (bf16Prompts || parser.parseKeyword("bf16_prompts"))
        return {};
      else
        bf16Prompts = true;
    }
    if (parser.parseGreater())
      return {};
  }
  return parser.getChecked<Int8ActEncodingAttr>(parser.getContext(), group,
                                                fine, bf16Prompts);
}

void Int8ActEncodingAttr::print(AsmPrinter &printer) const {
  if (getGroup() == 32 && !getFine() && !getBf16Prompts())
    return;
  printer << "<" << getGroup() << (getFine() ? ", fine" : "")
          << (getBf16Prompts() ? ", bf16_prompts" : "") << ">";
}

//===----------------------------------------------------------------------===//
// Meaning
//===----------------------------------------------------------------------===//

LogicalResult
Int8ActEncodingAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                            int64_t group, bool, bool) {
  // Wider groups could overflow the i32 sum of their codes.
  constexpr int64_t most = 1 << 16;
  if (group >= 1 && group <= most)
    return success();
  return emitError() << "a group has 1 to " << most << " codes, found "
                     << group;
}

int64_t Int8ActEncodingAttr::getBlockElems() const { return getGroup(); }
int64_t Int8ActEncodingAttr::getBlockBytes() const {
  return getPlanes() * (getGroup() + 4) + 4;
}
std::optional<Grid> Int8ActEncodingAttr::getGrid() const {
  return std::nullopt;
}
void Int8ActEncodingAttr::unpackBlock(const uint8_t *, GridBlock &) const {
  llvm_unreachable("activations are not weight codes");
}
void Int8ActEncodingAttr::dequantizeBlock(const uint8_t *bytes,
                                          float *values) const {
  float scale;
  std::memcpy(&scale, bytes + getPlanes() * getGroup(), 4);
  for (int64_t i = 0; i < getGroup(); ++i) {
    auto value = static_cast<float>(static_cast<int8_t>(bytes[i]));
    if (getFine())
      value += static_cast<float>(static_cast<int8_t>(bytes[getGroup() + i])) /
               fineSteps;
    values[i] = scale * value;
  }
}
void Int8ActEncodingAttr::quantizeBlock(const float *values,
                                        uint8_t *bytes) const {
  ByteScale steps({values, static_cast<size_t>(getGroup())});
  uint8_t *end = bytes + getPlanes() * getGroup();
  std::memcpy(end, &steps.scale, 4);
  for (int64_t plane = 0; plane < getPlanes(); ++plane) {
    int32_t sum = 0;
    for (int64_t i = 0; i < getGroup(); ++i) {
      float x = steps.getSteps(values[i]);
      if (plane == 1)
        x = (x - std::nearbyint(x)) * fineSteps;
      auto code = static_cast<int32_t>(std::nearbyint(x));
      bytes[plane * getGroup() + i] =
          static_cast<uint8_t>(static_cast<int8_t>(code));
      sum += code;
    }
    std::memcpy(end + 4 + 4 * plane, &sum, 4);
  }
}
