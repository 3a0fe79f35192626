//===- SparseEncoding.cpp - #llm.sparse: columns and floats ------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "dialects/llm/SparseRows.h"

#include "llvm/ADT/Sequence.h"
#include "llvm/Support/Endian.h"

#include <algorithm>
#include <cmath>

using namespace mlir;
using namespace mlir::llm;
namespace endian = llvm::support::endian;

LogicalResult
SparseEncodingAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                           int64_t cols, int64_t entries, FloatType type) {
  if (entries < 1 || entries > cols || cols > mostSparseCols)
    return emitError() << "(C1) 1 <= entries <= cols <= " << mostSparseCols
                       << ", found " << entries << " entries of " << cols
                       << " columns";
  if (type.isF32() || type.isF16() || type.isBF16())
    return success();
  return emitError() << "(C2) the type is f16, bf16 or f32, found " << type;
}

bool mlir::llm::holdsOutliers(WeightOp weight) {
  ArrayAttr recipe = weight.getRecipeAttr();
  return recipe && llvm::any_of(recipe, [](Attribute step) {
           auto outliers = dyn_cast<OutliersStepAttr>(step);
           return outliers && outliers.getPart() == "kept";
         });
}

int64_t SparseEncodingAttr::getBlockElems() const { return getCols(); }
int64_t SparseEncodingAttr::getBlockBytes() const {
  return getEntries() * (2 + getValueBytes());
}

void SparseEncodingAttr::dequantizeBlock(const uint8_t *bytes,
                                         float *values) const {
  auto floats = FloatEncodingAttr::get(getContext(), getType());
  std::fill_n(values, getCols(), 0.0f);
  const uint8_t *numbers = bytes + 2 * getEntries();
  for (int64_t i = 0; i < getEntries(); ++i) {
    float number;
    floats.dequantizeBlock(numbers + i * getValueBytes(), &number);
    values[endian::read16le(bytes + 2 * i)] += number;
  }
}

SmallVector<int64_t> mlir::llm::findLargest(ArrayRef<float> values,
                                            int64_t entries) {
  SmallVector<int64_t> columns;
  for (int64_t column : llvm::seq<int64_t>(values.size()))
    if (values[column] != 0) // NaN as well
      columns.push_back(column);
  auto sizeOf = [&](int64_t column) {
    float size = std::abs(values[column]);
    return std::isnan(size) ? INFINITY : size;
  };
  auto isLarger = [&](int64_t a, int64_t b) {
    float x = sizeOf(a), y = sizeOf(b);
    return x != y ? x > y : a < b;
  };
  if (static_cast<int64_t>(columns.size()) > entries) {
    std::nth_element(columns.begin(), columns.begin() + entries, columns.end(),
                     isLarger);
    columns.truncate(entries);
    llvm::sort(columns);
  }
  return columns;
}

void SparseEncodingAttr::quantizeBlock(const float *values,
                                       uint8_t *bytes) const {
  auto floats = FloatEncodingAttr::get(getContext(), getType());
  SmallVector<int64_t> columns =
      findLargest(ArrayRef(values, getCols()), getEntries());
  std::fill_n(bytes, getBlockBytes(), 0);
  for (auto [i, column] : llvm::enumerate(columns)) {
    endian::write16le(bytes + 2 * i, static_cast<uint16_t>(column));
    floats.quantizeBlock(&values[column],
                         bytes + 2 * getEntries() + i * getValueBytes());
  }
}

std::optional<Grid> SparseEncodingAttr::getGrid() const { return std::nullopt; }
void SparseEncodingAttr::unpackBlock(const uint8_t *, GridBlock &) const {
  llvm_unreachable("sparse rows have no integer codes");
}
