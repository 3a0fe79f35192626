//===- QuantizedMatrix.cpp - codes of a matrix, whoever stored them -------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "llmc/Weights/QuantizedMatrix.h"

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

std::vector<uint8_t> llmc::packGrid(const QuantizedMatrix &matrix,
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
