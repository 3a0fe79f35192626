//===- SparseSpeeds.cpp - what products take without their zeros ----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A product takes what its instructions take where weights lie in a cache, and what its
// bytes take from memory. Added up that is nearer to what was measured than the longer of
// both (decision 37). Stored figures instead of a clock at each compile: programs are the
// same wherever they are made, and for what machine.
//===----------------------------------------------------------------------===//
#include "SparseSpeeds.h"

#include "dialects/llm/BlockPanel.h"

#include <algorithm>

using namespace mlir;
using namespace mlir::llm;

namespace llmc {

namespace {

enum class Form { dense, twoOfFour, few, columns, squares };
enum class Numbers { floats, codes };

/// What a product was measured to take of a core per number of its matrix, zeros counted.
struct Measured {
  StringRef target;
  Form form;
  Numbers numbers;
  int64_t bits; // of a number
  ProductInputs inputs;
  double kept;               // share of the numbers
  double generated, prompts; // picoseconds, of one row and of each of several
};

/// A curve of the figures: all but `kept` and the times.
struct Kind {
  StringRef target;
  Form form;
  Numbers numbers;
  int64_t bits;
  ProductInputs inputs;

  bool isOf(const Measured &figure, int64_t bits) const {
    return figure.target == target && figure.form == form &&
           figure.numbers == numbers && figure.bits == bits &&
           figure.inputs == inputs;
  }
};

// bench/sparse-speeds.py writes them, and what they were measured on.
constexpr Measured measured[] = {
#define LLMC_SPEED(TARGET, FORM, NUMBERS, BITS, INPUTS, KEPT, GENERATED,       \
                   PROMPTS)                                                    \
  {TARGET, Form::FORM, Numbers::NUMBERS, BITS, ProductInputs::INPUTS,          \
   KEPT,   GENERATED,  PROMPTS},
#include "SparseSpeeds.inc"
};

// Of what one core reads from memory.
constexpr double picosecondsPerByte =
#define LLMC_MEMORY(PICOSECONDS) PICOSECONDS
#include "SparseSpeeds.inc"
    ;

} // namespace

ArrayRef<StringRef> getMeasuredIsas() {
  static const SmallVector<StringRef> names = [] {
    SmallVector<StringRef> found;
    for (const Measured &figure : measured)
      if (!llvm::is_contained(found, figure.target))
        found.push_back(figure.target);
    return found;
  }();
  return names;
}

static Form getForm(const Packing &packing) {
  if (isa<SparseEncodingAttr>(packing.encoding))
    return Form::few;
  KeptBlocks kept = getKept(packing.panels);
  if (!kept.skipsZeros())
    return Form::dense;
  if (kept.isTwoOfFour())
    return Form::twoOfFour;
  return kept.cols == 1 ? Form::columns : Form::squares;
}

static double getKeptShare(const Packing &packing) {
  auto share = [](int64_t part, int64_t all) {
    return static_cast<double>(part) / static_cast<double>(all);
  };
  if (auto rows = dyn_cast<SparseEncodingAttr>(packing.encoding))
    return share(rows.getEntries(), rows.getCols());
  return packing.skipsZeros()
             ? share(packing.panels.getKeep(), packing.panels.getOf())
             : 1;
}

/// The widest numbers with figures that are not wider: narrower ones gain less by what is
/// left out. Of numbers that are narrower than all, the narrowest.
static int64_t findBits(const Kind &kind) {
  int64_t below = 0, least = 0;
  for (const Measured &figure : measured) {
    if (!kind.isOf(figure, figure.bits))
      continue;
    if (figure.bits <= kind.bits)
      below = std::max(below, figure.bits);
    least = least ? std::min(least, figure.bits) : figure.bits;
  }
  return below ? below : least;
}

/// Picoseconds for a number at a share that lies between measured ones, which rise; those
/// of the nearest outside of them.
static std::optional<double> findTime(const Kind &kind, double kept,
                                      bool manyRows) {
  const int64_t bits = findBits(kind);
  const Measured *before = nullptr;
  auto timeOf = [&](const Measured &figure) {
    return manyRows ? figure.prompts : figure.generated;
  };
  for (const Measured &figure : measured) {
    if (!kind.isOf(figure, bits))
      continue;
    if (figure.kept < kept) {
      before = &figure;
      continue;
    }
    if (!before)
      return timeOf(figure);
    const double way = (kept - before->kept) / (figure.kept - before->kept);
    return timeOf(*before) + way * (timeOf(figure) - timeOf(*before));
  }
  return before ? std::optional(timeOf(*before)) : std::nullopt;
}

/// Of codes that are no integers nothing was measured.
static std::optional<Kind> getKind(const Packing &dense, Form form,
                                   ProductInputs inputs, StringRef target) {
  if (auto floats = dyn_cast<FloatEncodingAttr>(dense.encoding))
    return Kind{target, form, Numbers::floats, floats.getType().getWidth(),
                inputs};
  if (std::optional<Grid> grid = dense.encoding.getGrid())
    return Kind{target, form, Numbers::codes, grid->bits, inputs};
  return std::nullopt;
}

std::optional<double> estimateTime(const Packing &sparse, const Packing &dense,
                                   int64_t cols, ProductUse use,
                                   StringRef target) {
  auto take = [&](const Packing &packing) -> std::optional<double> {
    auto kind = getKind(dense, getForm(packing), use.inputs, target);
    if (!kind)
      return std::nullopt;
    auto time = findTime(*kind, getKeptShare(packing), use.manyRows);
    if (!time || use.manyRows || use.inCache)
      return time;
    return *time + countBits(packing, cols) / 8 * picosecondsPerByte;
  };
  std::optional<double> without = take(sparse), with = take(dense);
  if (!without || !with)
    return std::nullopt;
  return *without / *with;
}

} // namespace llmc
