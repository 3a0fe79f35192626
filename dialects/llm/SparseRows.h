//===- SparseRows.h - rows of few numbers: #llm.sparse, #llm.sparse_codes -*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMC_DIALECTS_LLM_SPARSEROWS_H
#define LLMC_DIALECTS_LLM_SPARSEROWS_H

#include "dialects/llm/LLMDialect.h"

namespace mlir::llm {

/// Columns have 16 bits.
inline constexpr int64_t mostSparseCols = int64_t(1) << 16;

/// Columns of a block have 8.
inline constexpr int64_t mostSparseBlock = 256;

/// Whether kernels gather x for the few numbers of such rows.
bool areSparseRows(EncodingAttrInterface encoding);

/// The columns of the largest of `values`, and of those that are no numbers, in order: as
/// many as there are entries, fewer where others are 0; of equal ones the first.
llvm::SmallVector<int64_t> findLargest(llvm::ArrayRef<float> values,
                                       int64_t entries);

/// A block of `codes` of `rows` output rows in a panel, drawn at #llm.panels.
class SparseCodePanel {
public:
  SparseCodePanel(SparseCodesAttr codes, int64_t rows)
      : rows(rows), entries(codes.getEntries()),
        scaleBytes(codes.getScale().getWidth() / 8) {}

  int64_t getBytes() const { return rows * (scaleBytes + 2 * entries); }
  /// The columns of an entry, behind which its codes lie.
  int64_t getEntryOffset(int64_t entry) const {
    return rows * (scaleBytes + 2 * entry);
  }

  /// Writes the block at `block` into lane `row`.
  void pack(const uint8_t *block, int64_t row, uint8_t *bytes) const;

  const int64_t rows, entries, scaleBytes;
};

/// Whether a weight has the outliers of another, beside its codes.
bool holdsOutliers(WeightOp weight);

} // namespace mlir::llm

#endif // LLMC_DIALECTS_LLM_SPARSEROWS_H
