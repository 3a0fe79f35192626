//===- ActRow.h - the bytes of a row of quantised activations ----*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//   columns x signed code | groups x f32 scale | groups x i32 sum of codes
//   | groups x f32 scale * sum
//
// Codes stand together, so that a kernel reads across groups with one address. The
// last follow from the others: kernels of grids with a minimum multiply each by
// thousands of minimums, and would compute it again for each panel.
//===----------------------------------------------------------------------===//
#ifndef LLMC_DIALECTS_LLM_ACTROW_H
#define LLMC_DIALECTS_LLM_ACTROW_H

#include "dialects/llm/LLMDialect.h"

#include <cassert>

namespace mlir::llm {

class ActRow {
public:
  /// `type` is a value of `#llm.int8_act`.
  explicit ActRow(PackedType type)
      : columns(type.getCols()),
        group(cast<Int8ActEncodingAttr>(type.getEncoding()).getGroup()),
        groups(columns / group) {
    assert(columns % group == 0 && "rows are whole groups");
  }
  int64_t getGroup() const { return group; }
  int64_t getGroups() const { return groups; }
  int64_t getScalesOffset() const { return columns; }
  int64_t getSumsOffset() const { return columns + 4 * groups; }
  int64_t getScaledSumsOffset() const { return columns + 8 * groups; }
  int64_t getBytes() const { return columns + 12 * groups; }

private:
  int64_t columns, group, groups;
};

} // namespace mlir::llm

#endif // LLMC_DIALECTS_LLM_ACTROW_H
