//===- SparseCodes.cpp - #llm.sparse_codes: columns and codes of a byte -----===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// An entry takes 16 bits where one of #llm.sparse with halves takes 32.
//===----------------------------------------------------------------------===//
#include "dialects/llm/ScaleBits.h"
#include "dialects/llm/SparseRows.h"

#include <algorithm>
#include <cmath>
#include <cstring>

using namespace mlir;
using namespace mlir::llm;

/// Codes go from -127.
static constexpr float mostSteps = 127;

LogicalResult
SparseCodesAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                        int64_t block, int64_t entries, FloatType scale) {
  if (entries < 1 || entries > block || block > mostSparseBlock)
    return emitError() << "(C1) 1 <= entries <= block <= " << mostSparseBlock
                       << ", found " << entries << " entries of " << block
                       << " columns";
  if (scale.isF32() || scale.isF16() || scale.isBF16())
    return success();
  return emitError() << "(C2) the scale is f16, bf16 or f32, found " << scale;
}

bool mlir::llm::areSparseRows(EncodingAttrInterface encoding) {
  return isa_and_nonnull<SparseEncodingAttr, SparseCodesAttr>(encoding);
}

int64_t SparseCodesAttr::getBlockElems() const { return getBlock(); }
int64_t SparseCodesAttr::getBlockBytes() const {
  return getScale().getWidth() / 8 + 2 * getEntries();
}

void SparseCodesAttr::dequantizeBlock(const uint8_t *bytes,
                                      float *values) const {
  const ScaleType type = toScaleType(getScale());
  const float scale = decodeScale(type, readScaleBits(type, bytes));
  const uint8_t *columns = bytes + getScaleBytes(type),
                *codes = columns + getEntries();
  std::fill_n(values, getBlock(), 0.0f);
  for (int64_t i = 0; i < getEntries(); ++i)
    values[columns[i]] +=
        scale * static_cast<float>(static_cast<int8_t>(codes[i]));
}

void SparseCodesAttr::quantizeBlock(const float *values, uint8_t *bytes) const {
  const ScaleType type = toScaleType(getScale());
  SmallVector<int64_t> kept =
      findLargest(ArrayRef(values, getBlock()), getEntries());
  float largest = 0;
  for (int64_t column : kept)
    largest = std::max(largest, std::fabs(values[column]));
  const uint32_t bits = encodeScale(type, largest / mostSteps);
  const float scale = decodeScale(type, bits);
  std::fill_n(bytes, getBlockBytes(), 0);
  writeScaleBits(type, bits, bytes);
  uint8_t *columns = bytes + getScaleBytes(type),
          *codes = columns + getEntries();
  for (auto [i, column] : llvm::enumerate(kept)) {
    const float steps =
        scale > 0 ? std::nearbyint(values[column] / scale) : 0.0f;
    columns[i] = static_cast<uint8_t>(column);
    codes[i] = static_cast<uint8_t>(
        static_cast<int8_t>(std::clamp(steps, -mostSteps, mostSteps)));
  }
}

std::optional<Grid> SparseCodesAttr::getGrid() const { return std::nullopt; }
void SparseCodesAttr::unpackBlock(const uint8_t *, GridBlock &) const {
  llvm_unreachable("sparse rows have no code for each number");
}

void SparseCodePanel::pack(const uint8_t *block, int64_t row,
                           uint8_t *bytes) const {
  std::memcpy(bytes + row * scaleBytes, block, scaleBytes);
  block += scaleBytes;
  for (int64_t i = 0; i < entries; ++i) {
    bytes[getEntryOffset(i) + row] = block[i];
    bytes[getEntryOffset(i) + rows + row] = block[entries + i];
  }
}
