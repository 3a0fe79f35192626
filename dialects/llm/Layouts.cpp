//===- Layouts.cpp - the order of packed weights in memory ------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Panels put one output row in each vector lane: kernels broadcast activations
// and never sum across lanes. The byte order is drawn in LLMAttributes.td.
//===----------------------------------------------------------------------===//
#include "dialects/llm/LLMDialect.h"

#include "llvm/Support/MathExtras.h"

#include <cstring>

using namespace mlir;
using namespace mlir::llm;

LogicalResult
PanelsLayoutAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                         int64_t rows) {
  if (rows == 16)
    return success();
  return emitError() << "panels have 16 rows, found " << rows;
}

static constexpr int64_t gridGroup = 32; // k per group of an integer grid

/// Bytes of one panel's group of 32 k in an integer grid.
static int64_t getGridGroupBytes(AffineGrid grid, int64_t rows) {
  return rows * (grid.hasMin ? 4 : 2) + rows * gridGroup * grid.bits / 8;
}

int64_t PanelsLayoutAttr::getPackedBytes(int64_t rows, int64_t cols,
                                         EncodingAttrInterface encoding) const {
  int64_t panels = llvm::divideCeil(rows, getRows());
  if (auto grid = encoding.getAffineGrid())
    return panels * (cols / gridGroup) * getGridGroupBytes(*grid, getRows());
  return panels * getRows() * encoding.getBytes(cols);
}

/// One row's block of 32 codes goes to lane `row` of the group at `group`.
static void packGridBlock(AffineGrid grid, int64_t panelRows, int64_t row,
                          const uint8_t *codes, uint16_t scale, uint16_t min,
                          uint8_t *group) {
  std::memcpy(group + 2 * row, &scale, 2);
  uint8_t *packed = group + 2 * panelRows;
  if (grid.hasMin) {
    std::memcpy(packed + 2 * row, &min, 2);
    packed += 2 * panelRows;
  }
  int64_t vectorBytes = 4 * panelRows;
  for (int64_t k = 0; k < gridGroup; ++k) {
    if (grid.bits == 8) {
      packed[k / 4 * vectorBytes + 4 * row + k % 4] = codes[k];
      continue;
    }
    uint8_t &byte = packed[k / 8 * vectorBytes + 4 * row + k % 4];
    byte |= k % 8 < 4 ? codes[k] : codes[k] << 4;
  }
}

void PanelsLayoutAttr::pack(const uint8_t *source, int64_t rows, int64_t cols,
                            EncodingAttrInterface encoding,
                            uint8_t *packed) const {
  std::memset(packed, 0, getPackedBytes(rows, cols, encoding));
  int64_t panelRows = getRows();
  int64_t rowBytes = encoding.getBytes(cols);
  auto grid = encoding.getAffineGrid();
  if (!grid) {
    int64_t elemBytes = encoding.getBlockBytes();
    for (int64_t row = 0; row < rows; ++row) {
      uint8_t *panel = packed + row / panelRows * panelRows * rowBytes;
      for (int64_t k = 0; k < cols; ++k)
        std::memcpy(panel + (k * panelRows + row % panelRows) * elemBytes,
                    source + row * rowBytes + k * elemBytes, elemBytes);
    }
    return;
  }
  int64_t groups = cols / gridGroup;
  int64_t groupBytes = getGridGroupBytes(*grid, panelRows);
  uint8_t codes[gridGroup];
  for (int64_t row = 0; row < rows; ++row)
    for (int64_t g = 0; g < groups; ++g) {
      uint16_t scale = 0, min = 0;
      encoding.unpackBlock(source + row * rowBytes +
                               g * encoding.getBlockBytes(),
                           codes, scale, min);
      packGridBlock(*grid, panelRows, row % panelRows, codes, scale, min,
                    packed + (row / panelRows * groups + g) * groupBytes);
    }
}
