//===- GridEncoding.cpp - #llm.grid: an encoding that is data ---------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A number format that no file has yet needs no code: its grid is spelled in
// the IR and its blocks have the bytes drawn at LLM_GridEncoding.
//===----------------------------------------------------------------------===//
#include "BlockFormat.h"
#include "dialects/llm/LLMDialect.h"

using namespace mlir;
using namespace mlir::llm;

/// Wider groups could overflow the i32 sum of a group's products.
static constexpr int64_t mostElements = 1 << 16;

static LogicalResult verifySub(function_ref<InFlightDiagnostic()> emitError,
                               int64_t group, FloatType scale, IntegerType sub,
                               int64_t block) {
  if (!sub != !block)
    return emitError() << "(C3) sub and block come together, found "
                       << (sub ? "sub" : "block") << " alone";
  if (!sub)
    return success();
  if (isa<Float8E8M0FNUType>(scale))
    return emitError() << "(C3) scales of f8E8M0FNU have no sub";
  if (sub.isSignless() || sub.getWidth() > 8 ||
      (sub.isSigned() && sub.getWidth() < 2))
    return emitError() << "(C3) sub is ui1 to ui8 or si2 to si8, found " << sub;
  if (block < group || block % group || block > mostElements)
    return emitError() << "(C3) block is a multiple of the group of " << group
                       << ", at most " << mostElements << ", found " << block;
  return success();
}

LogicalResult GridAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                               int64_t bits, int64_t group, FloatType scale,
                               IntegerType sub, int64_t block, int64_t zero,
                               bool min, DenseI8ArrayAttr values) {
  if (bits < 1 || bits > 8)
    return emitError() << "(C1) codes have 1 to 8 bits, found " << bits;
  if (group < 1 || group % 8 || group > mostElements)
    return emitError() << "(C1) a group is a positive multiple of 8, at most "
                       << mostElements << ", found " << group;
  if (!scale.isF16() && !scale.isBF16() && !scale.isF32() &&
      !isa<Float8E8M0FNUType>(scale))
    return emitError()
           << "(C2) the scale is f16, bf16, f32 or f8E8M0FNU, found " << scale;
  if (failed(verifySub(emitError, group, scale, sub, block)))
    return failure();
  if (zero < 0 || zero >= int64_t(1) << bits)
    return emitError() << "(C4) zero is a code of " << bits << " bits, found "
                       << zero;
  if (zero && min)
    return emitError() << "(C4) a grid with a minimum has no zero, found "
                       << zero;
  if (values && (bits > 4 || values.size() != int64_t(1) << bits))
    return emitError()
           << "(C5) values are 2^bits for codes of 1 to 4 bits, found "
           << values.size() << " for codes of " << bits;
  if (values && (zero || min))
    return emitError() << "(C5) a grid with values has neither zero nor min";
  return success();
}

std::optional<Grid> GridAttr::getGrid() const {
  Grid grid{getBits(), getGroup()};
  if (!getScale().isF16())
    grid.scale = getScale().isF32() ? ScaleType::f32 : ScaleType::bf16;
  grid.powerScales = isa<Float8E8M0FNUType>(getScale());
  grid.zero = getZero();
  grid.hasMin = getMin();
  if (DenseI8ArrayAttr values = getValues())
    grid.table = values.asArrayRef();
  if (IntegerType sub = getSub()) {
    grid.superBlock = getBlock();
    grid.subBits = sub.getWidth();
    grid.subSigned = sub.isSigned();
  }
  return grid;
}

static BlockFormat getFormat(const Grid &grid) {
  BlockFormat format;
  format.grid = grid;
  format.min = getScaleBytes(grid.scale);
  int64_t at = getScaleBytes(grid.scale) * (grid.hasMin ? 2 : 1);
  if (grid.hasSub()) {
    format.subFormat = SubFormat::bytes;
    format.subs = at;
    at += grid.getGroups() * (grid.hasMin ? 2 : 1);
  }
  for (CodePlane plane : grid.getPlanes()) {
    format.planes.push_back({at, /*lanes=*/1});
    at += grid.getBlock() * plane.bits / 8;
  }
  format.bytes = at;
  return format;
}

int64_t GridAttr::getBlockElems() const { return getGrid()->getBlock(); }
int64_t GridAttr::getBlockBytes() const { return getFormat(*getGrid()).bytes; }
void GridAttr::unpackBlock(const uint8_t *bytes, GridBlock &block) const {
  getFormat(*getGrid()).unpack(bytes, block);
}
void GridAttr::packBlock(const GridBlock &block, uint8_t *bytes) const {
  getFormat(*getGrid()).pack(block, bytes);
}
void GridAttr::dequantizeBlock(const uint8_t *bytes, float *values) const {
  getFormat(*getGrid()).dequantizeBlock(bytes, values);
}
void GridAttr::quantizeBlock(const float *values, uint8_t *bytes) const {
  getFormat(*getGrid()).quantizeBlock(values, bytes);
}
