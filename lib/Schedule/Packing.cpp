//===- Packing.cpp - how a matrix lies in memory ----------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Generated rows read every weight, so fewer bytes are faster as long as what finds the
// numbers again costs less (SparseSpeeds.h): a shuffle for 2 of 4, a gather for sparse rows.
//===----------------------------------------------------------------------===//
#include "Packing.h"

#include "dialects/llm/BlockPanel.h"
#include "dialects/llm/SparseRows.h"

#include "llvm/Support/Format.h"
#include "llvm/Support/MathExtras.h"

#include <cmath>

using namespace mlir;
using namespace mlir::llm;

namespace llmc {

bool Packing::skipsZeros() const {
  return panels.skipsZeros() || areSparseRows(encoding);
}

Packing packDense(Type type) {
  return {getEncoding(type), PanelsLayoutAttr::get(type.getContext())};
}

static double countBits(int64_t bytes, int64_t elements) {
  return 8.0 * static_cast<double>(bytes) / static_cast<double>(elements);
}

double countBits(const Packing &packing, int64_t cols) {
  int64_t rows = packing.panels.getRows();
  return countBits(packing.panels.getPackedBytes(rows, cols, packing.encoding),
                   rows * cols);
}

/// The step that makes a recipe's last zeros, if those that follow keep them.
static PruneStepAttr findZeros(WeightOp weight) {
  PruneStepAttr zeros;
  if (ArrayAttr recipe = weight.getRecipeAttr())
    for (Attribute step : recipe) {
      if (auto prune = dyn_cast<PruneStepAttr>(step))
        zeros = prune;
      else if (!isa<RoundStepAttr, ScaleStepAttr>(step))
        zeros = {};
    }
  return zeros;
}

static bool leavesTwoOfFour(PruneStepAttr zeros) {
  return zeros.getKeep() == 2 && zeros.getOf() == 4 && !zeros.hasBlocks();
}

/// How many numbers of each row a step leaves; 0 where rows differ. Wanda compares
/// within a row, so each loses as many.
static int64_t countEntries(PruneStepAttr zeros, int64_t cols) {
  if (!zeros.getShare() || zeros.hasBlocks() ||
      !zeros.getMethod().getValue().starts_with("wanda"))
    return 0;
  return cols - std::llround(zeros.getShare().getValueAsDouble() *
                             static_cast<double>(cols));
}

/// Panels of what `zeros` leaves of blocks; null where no block of panels divides theirs.
/// A block is several side by side, or one below the other.
static PanelsLayoutAttr
findBlocks(PruneStepAttr zeros, EncodingAttrInterface encoding, int64_t cols) {
  int64_t rows = zeros.getBlockRows() % 16 == 0 ? 16 : 4;
  int64_t width = rows == 16 ? 1 : 4;
  if (zeros.getBlockRows() % rows || zeros.getBlockCols() % width)
    return {};
  int64_t keep = zeros.getKeep(), of = zeros.getOf();
  if (zeros.getShare()) {
    of = cols / zeros.getBlockCols();
    keep = of - std::llround(zeros.getShare().getValueAsDouble() *
                             static_cast<double>(of));
    // Kernels are unrolled over eight.
    keep = std::min<int64_t>(llvm::alignTo(keep, 8), of);
  }
  if (keep == 0 || keep == of || cols / width > mostBlocksOfRow)
    return {};
  int64_t beside = zeros.getBlockCols() / width;
  // Codes are found among 16 columns: of fewer there are several sets.
  constexpr int64_t together = 16;
  if (encoding.getGrid() && width == 1 && together % (of * beside) == 0)
    beside = together / of;
  if (cols % (of * beside * width))
    return {};
  return PanelsLayoutAttr::get(zeros.getContext(), /*rows=*/16, keep * beside,
                               of * beside, rows, width);
}

Packing choosePacking(WeightOp weight) {
  Packing dense = packDense(weight.getType());
  ArrayRef<int64_t> shape = getMatrixShape(weight.getType());
  PruneStepAttr zeros = findZeros(weight);
  if (!zeros || shape.size() != 2)
    return dense;
  MLIRContext *context = weight.getContext();
  int64_t cols = shape.back(), entries = countEntries(zeros, cols);
  Packing sparse = dense;
  auto floats = dyn_cast<FloatEncodingAttr>(dense.encoding);
  if (zeros.hasBlocks()) {
    if (auto blocks = findBlocks(zeros, dense.encoding, cols))
      sparse.panels = blocks;
  } else if (leavesTwoOfFour(zeros))
    sparse.panels = PanelsLayoutAttr::get(context, dense.panels.getRows(),
                                          /*keep=*/2, /*of=*/4);
  else if (floats && cols <= mostSparseCols && entries > 0)
    sparse.encoding =
        SparseEncodingAttr::get(context, cols, entries, floats.getType());
  bool pays = sparse.refuse().empty() &&
              countBits(sparse, cols) < countBits(dense, cols);
  return pays ? sparse : dense;
}

Packing combine(const Packing &a, const Packing &b, Type type) {
  auto x = dyn_cast<SparseEncodingAttr>(a.encoding),
       y = dyn_cast<SparseEncodingAttr>(b.encoding);
  if (x && y)
    return x.getEntries() < y.getEntries() ? b : a;
  bool areAlike = a.encoding == b.encoding && getKept(a.panels).hasBlocks() &&
                  a.panels.getOf() == b.panels.getOf() &&
                  a.panels.getBlockRows() == b.panels.getBlockRows();
  if (areAlike)
    return a.panels.getKeep() < b.panels.getKeep() ? b : a;
  return a == b ? a : packDense(type);
}

std::string describe(const Packing &packing, Type type) {
  std::string text = "a matrix is packed in panels";
  llvm::raw_string_ostream os(text);
  int64_t cols = getMatrixShape(type).back();
  Packing dense = packDense(type);
  double bits = countBits(packing, cols);
  if (packing.skipsZeros()) {
    os << llvm::format(" without %s, %.1f bits instead of %.1f",
                       packing.panels.isTwoOfFour() ? "the zeros of 2:4"
                       : packing.panels.hasBlocks() ? "its blocks of zeros"
                                                    : "its zeros",
                       bits, countBits(dense, cols));
    return text;
  }
  double file =
      countBits(dense.encoding.getBlockBytes(), dense.encoding.getBlockElems());
  if (bits > 1.1 * file)
    os << llvm::format(", where its codes take %.1f bits instead of %.1f", bits,
                       file);
  return text;
}

static std::string describeStoredBlocks(PruneStepAttr zeros,
                                        const Packing &dense, int64_t cols) {
  auto blocks = findBlocks(zeros, dense.encoding, cols);
  if (!blocks)
    return "panels skip blocks of 16 rows, or of 4 rows and 4 columns, or "
           "several of these";
  std::string problem = blocks.refuse(dense.encoding);
  return problem.empty() ? "panels of so many blocks are no smaller" : problem;
}

std::string describeStoredZeros(WeightOp weight) {
  PruneStepAttr zeros = findZeros(weight);
  if (!zeros)
    return "";
  Packing dense = packDense(weight.getType());
  if (zeros.hasBlocks())
    return describeStoredBlocks(zeros, dense,
                                getMatrixShape(weight.getType()).back());
  if (leavesTwoOfFour(zeros)) {
    auto sparse = PanelsLayoutAttr::get(weight.getContext(),
                                        dense.panels.getRows(), 2, 4);
    std::string problem = sparse.refuse(dense.encoding);
    return problem.empty() ? "panels of 2:4 are no smaller" : problem;
  }
  if (!isa<FloatEncodingAttr>(dense.encoding))
    return "codes are skipped only of 2:4";
  if (!countEntries(zeros, getMatrixShape(weight.getType()).back()))
    return "rows have a number of them each, which only "
           "wanda makes equal";
  return "columns and numbers are no smaller with so few";
}

} // namespace llmc
