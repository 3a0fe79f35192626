//===- Layouts.cpp - the order of packed weights in memory ------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Panels put one output row in each vector lane: kernels broadcast activations
// and never sum across lanes. The byte order is drawn in LLMAttributes.td.
//===----------------------------------------------------------------------===//
#include "dialects/llm/FloatCodes.h"
#include "dialects/llm/GridPanel.h"
#include "dialects/llm/SparseRows.h"

#include "llvm/Support/Endian.h"
#include "llvm/Support/MathExtras.h"

#include <cstring>
#include <vector>

using namespace mlir;
using namespace mlir::llm;
namespace endian = llvm::support::endian;

LogicalResult
PanelsLayoutAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                         int64_t rows, int64_t keep, int64_t of,
                         int64_t blockRows, int64_t blockCols) {
  if (rows != 16)
    return emitError() << "panels have 16 rows, found " << rows;
  std::pair<int64_t, int64_t> block(blockRows, blockCols);
  if (block == std::pair<int64_t, int64_t>(1, 1)) {
    if ((keep || of) && (keep != 2 || of != 4))
      return emitError() << "panels skip zeros of 2:4, or of blocks, found "
                         << keep << ":" << of;
    return success();
  }
  if (block != std::pair<int64_t, int64_t>(16, 1) &&
      block != std::pair<int64_t, int64_t>(4, 4))
    return emitError() << "panels skip zeros of blocks of 16x1 or 4x4, found "
                       << blockRows << "x" << blockCols;
  if (keep >= 1 && keep < of)
    return success();
  return emitError() << "fewer blocks are kept than there are, found " << keep
                     << ":" << of;
}

/// ", 16x1": rows and columns of a block.
static ParseResult parseBlock(AsmParser &parser, int64_t &rows, int64_t &cols) {
  SmallVector<int64_t> dims;
  SMLoc start = parser.getCurrentLocation();
  if (parser.parseDimensionList(dims, /*allowDynamic=*/false,
                                /*withTrailingX=*/false))
    return failure();
  if (dims.size() != 2)
    return parser.emitError(start, "expected the rows and columns of a block");
  rows = dims[0];
  cols = dims[1];
  return success();
}

Attribute PanelsLayoutAttr::parse(AsmParser &parser, Type) {
  int64_t rows = 16, keep = 0, of = 0, blockRows = 1, blockCols = 1;
  SMLoc start = parser.getCurrentLocation();
  if (succeeded(parser.parseOptionalLess())) {
    if (parser.parseInteger(rows))
      return {};
    if (succeeded(parser.parseOptionalComma()) &&
        (parser.parseInteger(keep) || parser.parseColon() ||
         parser.parseInteger(of)))
      return {};
    if (keep && succeeded(parser.parseOptionalComma()) &&
        parseBlock(parser, blockRows, blockCols))
      return {};
    if (parser.parseGreater())
      return {};
  }
  return getChecked([&] { return parser.emitError(start); },
                    parser.getContext(), rows, keep, of, blockRows, blockCols);
}

void PanelsLayoutAttr::print(AsmPrinter &printer) const {
  if (!skipsZeros())
    return;
  printer << "<" << getRows() << ", " << getKeep() << ":" << getOf();
  if (hasBlocks())
    printer << ", " << getBlockRows() << "x" << getBlockCols();
  printer << ">";
}

std::string PanelsLayoutAttr::refuse(EncodingAttrInterface encoding) const {
  if (auto grid = encoding.getGrid())
    return GridPanel::refuse(*grid, getKept(*this));
  if (isa<FloatEncodingAttr>(encoding))
    return isTwoOfFour() ? "only codes of integer grids are skipped" : "";
  if (isa<FloatCodesAttr, SparseEncodingAttr, SparseCodesAttr>(encoding))
    return skipsZeros() ? "only codes of integer grids are skipped" : "";
  return "panels hold weights, integer grids or floats";
}

MemRefType
PanelsLayoutAttr::getPackedType(int64_t rows, int64_t cols,
                                EncodingAttrInterface encoding) const {
  int64_t panels = llvm::divideCeil(rows, getRows());
  if (auto grid = encoding.getGrid()) {
    GridPanel panel(*grid, getRows(), getKept(*this));
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
  if (auto codes = dyn_cast<SparseCodesAttr>(encoding))
    return MemRefType::get({panels, cols / codes.getBlock(),
                            SparseCodePanel(codes, getRows()).getBytes()},
                           IntegerType::get(getContext(), 8));
  if (hasBlocks())
    return MemRefType::get({panels, FloatBlocks(getKept(*this), getRows(), cols,
                                                encoding.getBlockBytes())
                                        .getBytes()},
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

/// The rows of a panel that there are, and a panel that was zero.
static bool packFloatBlocks(const uint8_t *source, int64_t rows, int64_t cols,
                            EncodingAttrInterface encoding,
                            const FloatBlocks &drawing, uint8_t *panel) {
  const KeptBlocks &kept = drawing.kept;
  const int64_t size = drawing.floatBytes;
  auto isZero = [&](int64_t row, int64_t col) {
    float value;
    encoding.dequantizeBlock(source + (row * cols + col) * size, &value);
    return value == 0;
  };
  for (int64_t band = 0; band < drawing.countBands(); ++band) {
    const int64_t first = band * kept.rows,
                  end = std::min(first + kept.rows, rows);
    auto holds = [&](int64_t block) {
      for (int64_t row = first; row < end; ++row)
        for (int64_t c = 0; c < kept.cols; ++c)
          if (!isZero(row, block * kept.cols + c))
            return true;
      return false;
    };
    SmallVector<int64_t> chosen =
        chooseBlocks(drawing.units, cols / kept.cols, holds);
    if (chosen.empty())
      return false;
    for (auto [unit, number] : llvm::enumerate(chosen)) {
      endian::write16le(panel + unit * drawing.getNumbersBytes() + 2 * band,
                        static_cast<uint16_t>(number));
      for (int64_t row = first; row < end; ++row)
        for (int64_t c = 0; c < kept.cols; ++c)
          std::memcpy(panel + drawing.getFloatsOffset() +
                          (unit * kept.cols + c) * drawing.getColumnBytes() +
                          row * size,
                      source + (row * cols + number * kept.cols + c) * size,
                      size);
    }
  }
  return true;
}

/// The same of codes, of which `blocks` are beside one another.
static bool packGridBlocks(const uint8_t *source, int64_t rows, int64_t blocks,
                           EncodingAttrInterface encoding,
                           const GridPanel &drawing, uint8_t *panel) {
  std::vector<GridBlock> column(rows, GridBlock(drawing.grid));
  for (int64_t i = 0; i < blocks; ++i) {
    for (int64_t row = 0; row < rows; ++row)
      encoding.unpackBlock(
          source + (row * blocks + i) * encoding.getBlockBytes(), column[row]);
    if (!drawing.packBlocks(column, panel + i * drawing.getBytes()))
      return false;
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

/// Blocks of rows that a panel has in a drawing of its own.
template <typename Panel>
static bool packInBlocks(const uint8_t *source, int64_t rows, int64_t blocks,
                         int64_t blockBytes, const Panel &panel,
                         uint8_t *packed) {
  for (int64_t row = 0; row < rows; ++row)
    for (int64_t block = 0; block < blocks; ++block) {
      panel.pack(source, row % panel.rows,
                 packed +
                     (row / panel.rows * blocks + block) * panel.getBytes());
      source += blockBytes;
    }
  return true;
}

static bool packBlocks(PanelsLayoutAttr layout, const uint8_t *source,
                       int64_t rows, int64_t cols,
                       EncodingAttrInterface encoding, uint8_t *packed) {
  const int64_t panelRows = layout.getRows(),
                rowBytes =
                    cols / encoding.getBlockElems() * encoding.getBlockBytes();
  for (int64_t first = 0; first < rows; first += panelRows) {
    const int64_t count = std::min(panelRows, rows - first);
    const uint8_t *from = source + first * rowBytes;
    uint8_t *panel = packed + layout.getPackedBytes(first, cols, encoding);
    bool fits;
    if (auto grid = encoding.getGrid())
      fits =
          packGridBlocks(from, count, cols / grid->getBlock(), encoding,
                         GridPanel(*grid, panelRows, getKept(layout)), panel);
    else
      fits = packFloatBlocks(from, count, cols, encoding,
                             FloatBlocks(getKept(layout), panelRows, cols,
                                         encoding.getBlockBytes()),
                             panel);
    if (!fits)
      return false;
  }
  return true;
}

bool PanelsLayoutAttr::pack(const uint8_t *source, int64_t rows, int64_t cols,
                            EncodingAttrInterface encoding,
                            uint8_t *packed) const {
  std::memset(packed, 0, getPackedBytes(rows, cols, encoding));
  auto grid = encoding.getGrid();
  if (hasBlocks())
    return packBlocks(*this, source, rows, cols, encoding, packed);
  if (auto sparse = dyn_cast<SparseEncodingAttr>(encoding))
    return packSparse(source, rows, sparse, getRows(), packed);
  const int64_t blockBytes = encoding.getBlockBytes(),
                blocks = cols / encoding.getBlockElems();
  if (auto codes = dyn_cast<FloatCodesAttr>(encoding))
    return packInBlocks(source, rows, blocks, blockBytes,
                        FloatCodePanel(codes, getRows()), packed);
  if (auto codes = dyn_cast<SparseCodesAttr>(encoding))
    return packInBlocks(source, rows, blocks, blockBytes,
                        SparseCodePanel(codes, getRows()), packed);
  if (!grid)
    return packFloats(source, rows, cols, blockBytes, getRows(), packed);
  GridPanel panel(*grid, getRows(), getKept(*this));
  GridBlock block(*grid);
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
