//===- Layouts.cpp - the order of packed weights in memory ------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Panels put one output row in each vector lane: kernels broadcast activations
// and never sum across lanes. The byte order is drawn in LLMAttributes.td.
//===----------------------------------------------------------------------===//
#include "dialects/llm/GridPanel.h"
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

std::string PanelsLayoutAttr::refuse(EncodingAttrInterface encoding) const {
  if (auto grid = encoding.getGrid())
    return GridPanel::refuse(*grid);
  if (isa<FloatEncodingAttr>(encoding))
    return "";
  return "panels hold weights, integer grids or floats";
}

MemRefType
PanelsLayoutAttr::getPackedType(int64_t rows, int64_t cols,
                                EncodingAttrInterface encoding) const {
  int64_t panels = llvm::divideCeil(rows, getRows());
  if (auto grid = encoding.getGrid()) {
    GridPanel panel(*grid, getRows());
    return MemRefType::get({panels, cols / grid->getBlock(), panel.getBytes()},
                           IntegerType::get(getContext(), 8));
  }
  return MemRefType::get({panels, cols, getRows()},
                         cast<FloatEncodingAttr>(encoding).getType());
}

int64_t PanelsLayoutAttr::getPackedBytes(int64_t rows, int64_t cols,
                                         EncodingAttrInterface encoding) const {
  MemRefType type = getPackedType(rows, cols, encoding);
  return type.getNumElements() * type.getElementTypeBitWidth() / 8;
}

/// Per panel: for each k, one element of every row.
static void packFloats(const uint8_t *source, int64_t rows, int64_t cols,
                       int64_t elemBytes, int64_t panelRows, uint8_t *packed) {
  for (int64_t row = 0; row < rows; ++row) {
    uint8_t *panel = packed + row / panelRows * panelRows * cols * elemBytes;
    for (int64_t k = 0; k < cols; ++k)
      std::memcpy(panel + (k * panelRows + row % panelRows) * elemBytes,
                  source + (row * cols + k) * elemBytes, elemBytes);
  }
}

void PanelsLayoutAttr::pack(const uint8_t *source, int64_t rows, int64_t cols,
                            EncodingAttrInterface encoding,
                            uint8_t *packed) const {
  std::memset(packed, 0, getPackedBytes(rows, cols, encoding));
  auto grid = encoding.getGrid();
  if (!grid)
    return packFloats(source, rows, cols, encoding.getBlockBytes(), getRows(),
                      packed);
  GridPanel panel(*grid, getRows());
  GridBlock block(*grid);
  int64_t blocks = cols / grid->getBlock();
  for (int64_t row = 0; row < rows; ++row)
    for (int64_t i = 0; i < blocks; ++i) {
      encoding.unpackBlock(source, block);
      source += encoding.getBlockBytes();
      panel.pack(block, row % getRows(),
                 packed + (row / getRows() * blocks + i) * panel.getBytes());
    }
}
