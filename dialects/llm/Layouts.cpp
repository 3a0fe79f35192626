//===- Layouts.cpp - the order of packed weights in memory ------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Panels put one output row in each vector lane: kernels broadcast activations
// and never sum across lanes. The byte order is drawn in LLMAttributes.td.
//===----------------------------------------------------------------------===//
#include "dialects/llm/FloatCodes.h"
#include "dialects/llm/GridPanel.h"
#include "dialects/llm/LLMDialect.h"

#include "llvm/Support/MathExtras.h"

#include <cstring>

using namespace mlir;
using namespace mlir::llm;

LogicalResult
PanelsLayoutAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                         int64_t rows, int64_t keep, int64_t of) {
  if (rows != 16)
    return emitError() << "panels have 16 rows, found " << rows;
  if ((keep || of) && (keep != 2 || of != 4))
    return emitError() << "panels skip zeros of 2:4, found " << keep << ":"
                       << of;
  return success();
}

Attribute PanelsLayoutAttr::parse(AsmParser &parser, Type) {
  int64_t rows = 16, keep = 0, of = 0;
  SMLoc start = parser.getCurrentLocation();
  if (succeeded(parser.parseOptionalLess())) {
    if (parser.parseInteger(rows))
      return {};
    if (succeeded(parser.parseOptionalComma()) &&
        (parser.parseInteger(keep) || parser.parseColon() ||
         parser.parseInteger(of)))
      return {};
    if (parser.parseGreater())
      return {};
  }
  return getChecked([&] { return parser.emitError(start); },
                    parser.getContext(), rows, keep, of);
}

void PanelsLayoutAttr::print(AsmPrinter &printer) const {
  if (isTwoOfFour())
    printer << "<" << getRows() << ", " << getKeep() << ":" << getOf() << ">";
}

std::string PanelsLayoutAttr::refuse(EncodingAttrInterface encoding) const {
  if (auto grid = encoding.getGrid())
    return GridPanel::refuse(*grid, isTwoOfFour());
  if (isa<FloatEncodingAttr, FloatCodesAttr, SparseEncodingAttr>(encoding))
    return isTwoOfFour() ? "only codes of integer grids are skipped" : "";
  return "panels hold weights, integer grids or floats";
}

MemRefType
PanelsLayoutAttr::getPackedType(int64_t rows, int64_t cols,
                                EncodingAttrInterface encoding) const {
  int64_t panels = llvm::divideCeil(rows, getRows());
  if (auto grid = encoding.getGrid()) {
    GridPanel panel(*grid, getRows(), isTwoOfFour());
    return MemRefType::get({panels, cols / grid->getBlock(), panel.getBytes()},
                           IntegerType::get(getContext(), 8));
  }
  if (auto codes = dyn_cast<FloatCodesAttr>(encoding))
    return MemRefType::get({panels, cols / codes.getGroup(),
                            FloatCodePanel(codes, getRows()).getBytes()},
                           IntegerType::get(getContext(), 8));
  if (auto sparse = dyn_cast<SparseEncodingAttr>(encoding))
    return MemRefType::get(
        {panels, sparse.getEntries(), getRows() * (2 + sparse.getValueBytes())},
        IntegerType::get(getContext(), 8));
  return MemRefType::get({panels, cols, getRows()},
                         cast<FloatEncodingAttr>(encoding).getType());
}

int64_t PanelsLayoutAttr::getPackedBytes(int64_t rows, int64_t cols,
                                         EncodingAttrInterface encoding) const {
  MemRefType type = getPackedType(rows, cols, encoding);
  return type.getNumElements() * type.getElementTypeBitWidth() / 8;
}

/// Per panel: for each k, one element of every row.
static bool packFloats(const uint8_t *source, int64_t rows, int64_t cols,
                       int64_t elemBytes, int64_t panelRows, uint8_t *packed) {
  for (int64_t row = 0; row < rows; ++row) {
    uint8_t *panel = packed + row / panelRows * panelRows * cols * elemBytes;
    for (int64_t k = 0; k < cols; ++k)
      std::memcpy(panel + (k * panelRows + row % panelRows) * elemBytes,
                  source + (row * cols + k) * elemBytes, elemBytes);
  }
  return true;
}

/// Per panel: for each entry, a column of every row, then its number.
static bool packSparse(const uint8_t *source, int64_t rows,
                       SparseEncodingAttr encoding, int64_t panelRows,
                       uint8_t *packed) {
  int64_t entries = encoding.getEntries(), size = encoding.getValueBytes();
  int64_t entryBytes = panelRows * (2 + size);
  for (int64_t row = 0; row < rows; ++row) {
    uint8_t *panel = packed + row / panelRows * entries * entryBytes;
    const uint8_t *values = source + 2 * entries;
    int64_t lane = row % panelRows;
    for (int64_t i = 0; i < entries; ++i) {
      uint8_t *entry = panel + i * entryBytes;
      std::memcpy(entry + 2 * lane, source + 2 * i, 2);
      std::memcpy(entry + 2 * panelRows + size * lane, values + size * i, size);
    }
    source += encoding.getBlockBytes();
  }
  return true;
}

static bool packFloatCodes(const uint8_t *source, int64_t rows, int64_t cols,
                           FloatCodesAttr codes, int64_t panelRows,
                           uint8_t *packed) {
  FloatCodePanel panel(codes, panelRows);
  int64_t groups = cols / codes.getGroup();
  for (int64_t row = 0; row < rows; ++row)
    for (int64_t group = 0; group < groups; ++group) {
      panel.pack(source, row % panelRows,
                 packed +
                     (row / panelRows * groups + group) * panel.getBytes());
      source += codes.getBlockBytes();
    }
  return true;
}

bool PanelsLayoutAttr::pack(const uint8_t *source, int64_t rows, int64_t cols,
                            EncodingAttrInterface encoding,
                            uint8_t *packed) const {
  std::memset(packed, 0, getPackedBytes(rows, cols, encoding));
  auto grid = encoding.getGrid();
  if (auto sparse = dyn_cast<SparseEncodingAttr>(encoding))
    return packSparse(source, rows, sparse, getRows(), packed);
  if (auto codes = dyn_cast<FloatCodesAttr>(encoding))
    return packFloatCodes(source, rows, cols, codes, getRows(), packed);
  if (!grid)
    return packFloats(source, rows, cols, encoding.getBlockBytes(), getRows(),
                      packed);
  GridPanel panel(*grid, getRows(), isTwoOfFour());
  GridBlock block(*grid);
  int64_t blocks = cols / grid->getBlock();
  for (int64_t row = 0; row < rows; ++row)
    for (int64_t i = 0; i < blocks; ++i) {
      encoding.unpackBlock(source, block);
      source += encoding.getBlockBytes();
      if (!panel.pack(block, row % getRows(),
                      packed +
                          (row / getRows() * blocks + i) * panel.getBytes()))
        return false;
    }
  return true;
}
