//===- ActRow.h - the bytes of a row of activations --------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Codes, or columns x f32:
//
//   columns x signed code | columns x fine code, if any | groups x f32 scale
//   | groups x i32 sum of codes | groups x i32 sum of fine codes, if any
//   | groups x f32 scale * sum of values
//
// Codes stand together, so that a kernel reads across groups with one address. The
// last follow from the others: kernels of grids with a minimum multiply each by
// thousands of minimums, and would compute it again for each panel.
//===----------------------------------------------------------------------===//
#ifndef LLMC_DIALECTS_LLM_ACTROW_H
#define LLMC_DIALECTS_LLM_ACTROW_H

#include "dialects/llm/LLMDialect.h"

#include "llvm/Support/MathExtras.h"

#include <algorithm>
#include <cassert>

namespace mlir::llm {

/// Bytes of a row that may be bf16 instead, where it has at least `bytes`: room for either
/// in an odd number of cache lines, so that those of 16 rows that a tile reads at once are
/// in different sets of the cache.
inline int64_t getBytesOfEither(int64_t bytes, int64_t columns) {
  return 64 * (llvm::divideCeil(std::max(bytes, 2 * columns), 64) | 1);
}

class ActRow {
public:
  /// `type` is a value of `#llm.int8_act`.
  explicit ActRow(PackedType type)
      : act(cast<Int8ActEncodingAttr>(type.getEncoding())),
        columns(type.getCols()), groups(columns / act.getGroup()) {
    assert(columns % act.getGroup() == 0 && "rows are whole groups");
  }
  int64_t getGroup() const { return act.getGroup(); }
  int64_t getGroups() const { return groups; }
  int64_t getPlanes() const { return act.getPlanes(); }
  int64_t getCodesOffset(int64_t plane) const { return plane * columns; }
  int64_t getScalesOffset() const { return getPlanes() * columns; }
  int64_t getSumsOffset(int64_t plane) const {
    return getScalesOffset() + 4 * (1 + plane) * groups;
  }
  int64_t getScaledSumsOffset() const { return getSumsOffset(getPlanes()); }
  int64_t getBytes() const {
    int64_t bytes = getScaledSumsOffset() + 4 * groups;
    return act.getBf16Prompts() ? getBytesOfEither(bytes, columns) : bytes;
  }

private:
  Int8ActEncodingAttr act;
  int64_t columns, groups;
};

/// Bytes of a row of activations, codes or floats.
inline int64_t getActRowBytes(PackedType type) {
  if (areFloatRows(type.getEncoding()))
    return getBytesOfEither(sizeof(float) * type.getCols(), type.getCols());
  return ActRow(type).getBytes();
}

} // namespace mlir::llm

#endif // LLMC_DIALECTS_LLM_ACTROW_H
