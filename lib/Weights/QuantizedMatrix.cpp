//===- QuantizedMatrix.cpp - codes of a matrix, whoever stored them -------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "llmc/Weights/QuantizedMatrix.h"

#include "IntegerCodes.h"

#include "dialects/llm/FloatCodes.h"

using namespace llmc;
using namespace mlir::llm;

std::vector<float> llmc::dequantize(const QuantizedMatrix &matrix) {
  std::vector<float> values;
  values.reserve(matrix.codes.size());
  const uint8_t *code = matrix.codes.data();
  for (int64_t row = 0; row < matrix.rows; ++row)
    for (int64_t column = 0; column < matrix.columns; ++column) {
      int64_t place = row * matrix.getGroups() + matrix.getGroup(column);
      float number = matrix.table.empty()
                         ? static_cast<float>(*code) - matrix.getZero(place)
                         : matrix.table[*code];
      values.push_back(number * matrix.scales[place]);
      ++code;
    }
  return values;
}

/// Scales and bytes of codes.
static std::vector<uint8_t> packFloatCodes(const QuantizedMatrix &matrix,
                                           FloatCodesAttr attribute) {
  const int64_t group = attribute.getGroup(), perByte = 8 / attribute.getBits();
  std::vector<uint8_t> made;
  made.reserve(matrix.codes.size() / group * attribute.getBlockBytes());
  const uint8_t *code = matrix.codes.data();
  for (int64_t row = 0; row < matrix.rows; ++row)
    for (int64_t column = 0; column < matrix.columns; column += group) {
      const int64_t place = row * matrix.getGroups() + matrix.getGroup(column);
      assert(matrix.getGroup(column) == matrix.getGroup(column + group - 1) &&
             "a group has one scale");
      appendScale(made, getScaleType(attribute), matrix.scales[place]);
      for (int64_t i = 0; i < group; i += perByte, code += perByte)
        made.push_back(perByte == 1
                           ? *code
                           : static_cast<uint8_t>(code[0] | code[1] << 4));
    }
  return made;
}

static std::vector<uint8_t> packGrid(const QuantizedMatrix &matrix,
                                     GridAttr attribute) {
  const Grid grid = *attribute.getGrid();
  assert(!grid.hasSub() && matrix.table.empty() &&
         "a scale and a code per group");
  GridBlock block(grid);
  int64_t blockBytes = attribute.getBlockBytes();
  int64_t blocks = matrix.columns / grid.group;
  std::vector<uint8_t> made(matrix.rows * blocks * blockBytes);
  uint8_t *bytes = made.data();
  const uint8_t *code = matrix.codes.data();
  for (int64_t row = 0; row < matrix.rows; ++row)
    for (int64_t column = 0; column < matrix.columns; column += grid.group) {
      int64_t group = matrix.getGroup(column);
      assert(group == matrix.getGroup(column + grid.group - 1) &&
             "a group has one scale");
      int64_t place = row * matrix.getGroups() + group;
      float scale = matrix.scales[place], zero = matrix.getZero(place);
      assert((grid.hasMin || zero == static_cast<float>(grid.zero)) &&
             "a zero of its own needs a minimum");
      block.scale = encodeScale(grid.scale, scale);
      if (grid.hasMin)
        block.min = encodeScale(grid.scale, -scale * zero);
      std::copy_n(code, grid.group, block.codes.begin());
      attribute.packBlock(block, bytes);
      code += grid.group;
      bytes += blockBytes;
    }
  return made;
}

std::vector<uint8_t> llmc::packMatrix(const QuantizedMatrix &matrix,
                                      EncodingAttrInterface encoding) {
  if (auto codes = dyn_cast<FloatCodesAttr>(encoding))
    return packFloatCodes(matrix, codes);
  return packGrid(matrix, cast<GridAttr>(encoding));
}
