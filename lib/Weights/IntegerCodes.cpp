//===- IntegerCodes.cpp - integers with scales of their own ---------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// DequantizeLinear of a weight: the codes stay what they are, so a matrix of
// 4 bits is read as 4 bits. Only their order changes, and where the scales lie.
//===----------------------------------------------------------------------===//
#include "IntegerCodes.h"

#include "llmc/Weights/Errors.h"

using namespace llvm;
using namespace llmc;
using namespace mlir::llm;

std::string llmc::readBeside(const WeightStore &store, StringRef name,
                             std::vector<float> &values) {
  const SourceTensor *source = store.find(name);
  if (!source)
    return "the model's files have no tensor " + quote(name);
  values.resize(*countElements(source->shape));
  EncodingAttrInterface encoding = source->encoding;
  std::vector<uint8_t> made;
  encoding.dequantize(source->read(made).data(), values.size(), values.data());
  return "";
}

void llmc::appendScale(std::vector<uint8_t> &bytes, ScaleType type,
                       float value) {
  uint32_t bits = encodeScale(type, value);
  for (int64_t i = 0; i < getScaleBytes(type); ++i)
    bytes.push_back(static_cast<uint8_t>(bits >> 8 * i));
}

namespace {
/// Which scale and which zero an element has.
class Scales {
public:
  std::string read(const IntegerCodes &codes, DequantizeStepAttr step,
                   const WeightStore &store);

  /// The scale's place for an element, both row-major.
  int64_t place(int64_t element) const {
    if (scales.size() == 1 && zeros.size() <= 1)
      return 0;
    int64_t at = element / inner % size;
    if (!block)
      return at;
    int64_t outer = element / (inner * size);
    return (outer * blocks + at / block) * inner + element % inner;
  }
  float scale(int64_t place) const {
    return scales[scales.size() == 1 ? 0 : place];
  }
  float zero(int64_t place) const {
    return zeros.empty() ? 0 : zeros[zeros.size() == 1 ? 0 : place];
  }

private:
  std::vector<float> scales, zeros; // zeros may be none
  int64_t size = 1, inner = 1;      // of the dim, and behind it
  int64_t block = 0, blocks = 1;    // places that share a scale, if not all

  std::string readAll(mlir::Attribute what, const WeightStore &store,
                      int64_t count, std::vector<float> &values);
};
} // namespace

std::string Scales::readAll(mlir::Attribute what, const WeightStore &store,
                            int64_t count, std::vector<float> &values) {
  if (auto number = dyn_cast<mlir::FloatAttr>(what)) {
    values = {static_cast<float>(number.getValueAsDouble())};
    return "";
  }
  if (auto number = dyn_cast<mlir::IntegerAttr>(what)) {
    values = {static_cast<float>(number.getValue().getSExtValue())};
    return "";
  }
  StringRef name = cast<mlir::StringAttr>(what).getValue();
  if (std::string problem = readBeside(store, name, values); !problem.empty())
    return problem;
  auto found = static_cast<int64_t>(values.size());
  if (found == 1 || found == count)
    return "";
  return "needs " + std::to_string(count) + " scales and zeros, " +
         quote(name) + " has " + std::to_string(found);
}

std::string Scales::read(const IntegerCodes &codes, DequantizeStepAttr step,
                         const WeightStore &store) {
  auto axis = static_cast<size_t>(step.getAxis());
  bool hasAxis = axis < codes.shape.size();
  int64_t outer = 1;
  for (auto [dim, places] : enumerate(codes.shape))
    (dim < axis ? outer : dim == axis ? size : inner) *= places;
  block = step.getBlock();
  blocks = block ? (size + block - 1) / block : 1;
  int64_t count = block ? outer * blocks * inner : size;
  if (!hasAxis)
    count = 1;
  std::string problem = readAll(step.getScales(), store, count, scales);
  if (problem.empty() && step.getZeros())
    problem = readAll(step.getZeros(), store, count, zeros);
  return problem;
}

std::string llmc::dequantizeCodes(const IntegerCodes &codes,
                                  DequantizeStepAttr step,
                                  const WeightStore &store,
                                  std::vector<float> &values) {
  Scales scales;
  if (std::string problem = scales.read(codes, step, store); !problem.empty())
    return problem;
  for (auto [i, value] : enumerate(values)) {
    int64_t place = scales.place(static_cast<int64_t>(i));
    value = (value - scales.zero(place)) * scales.scale(place);
  }
  return "";
}

//===----------------------------------------------------------------------===//
// Blocks
//===----------------------------------------------------------------------===//

static std::string checkMatrix(const IntegerCodes &codes,
                               DequantizeStepAttr step) {
  const Grid grid = *step.getGrid().getGrid();
  if (codes.shape.size() != 2)
    return "only a matrix becomes blocks, found shape " +
           spellShape(codes.shape);
  unsigned bits = codes.type.getWidth();
  if (bits > 8 || static_cast<int64_t>(bits) != grid.bits || bits == 1)
    return "codes of " + std::to_string(bits) + " bits are none of " +
           std::to_string(grid.bits);
  int64_t columns = codes.shape[step.getTransposed() ? 0 : 1];
  if (columns % grid.group)
    return "rows of " + std::to_string(columns) + " are no groups of " +
           std::to_string(grid.group);
  return "";
}

std::string llmc::packCodes(const IntegerCodes &codes, DequantizeStepAttr step,
                            const WeightStore &store,
                            std::vector<uint8_t> &made) {
  if (std::string problem = checkMatrix(codes, step); !problem.empty())
    return problem;
  Scales scales;
  if (std::string problem = scales.read(codes, step, store); !problem.empty())
    return problem;
  const Grid grid = *step.getGrid().getGrid();
  bool turned = step.getTransposed();
  int64_t rows = codes.shape[turned ? 1 : 0];
  int64_t columns = codes.shape[turned ? 0 : 1];
  int64_t toNext = turned ? rows : 1; // from one column to the next
  unsigned mask = (1u << grid.bits) - 1;
  // Two's complement counts from the middle of the codes.
  unsigned middle = codes.type.isUnsigned() ? 0 : 1u << (grid.bits - 1);
  made.reserve(rows * columns / grid.group * step.getGrid().getBlockBytes());
  for (int64_t row = 0; row < rows; ++row)
    for (int64_t column = 0; column < columns; column += grid.group) {
      int64_t first = turned ? column * rows + row : row * columns + column;
      int64_t place = scales.place(first);
      if (scales.place(first + (grid.group - 1) * toNext) != place)
        return "a group of " + std::to_string(grid.group) +
               " has several scales";
      float zero = scales.zero(place) + static_cast<float>(middle);
      if (!grid.hasMin && zero != static_cast<float>(grid.zero))
        return "has a zero that is not the grid's";
      appendScale(made, grid.scale, scales.scale(place));
      if (grid.hasMin)
        appendScale(made, grid.scale, -scales.scale(place) * zero);
      unsigned byte = 0;
      for (int64_t i = 0; i < grid.group; ++i) {
        int64_t bit = (first + i * toNext) * grid.bits;
        unsigned code = (codes.bytes[bit / 8] >> bit % 8 & mask) ^ middle;
        int64_t shift = i * grid.bits % 8;
        byte |= code << shift;
        if (shift + grid.bits < 8)
          continue;
        made.push_back(static_cast<uint8_t>(byte));
        byte = 0;
      }
    }
  return "";
}
