//===- PackQuantized.cpp - codes as compressed-tensors stores them --------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "llmc/Weights/PackQuantized.h"

#include "llvm/Support/Endian.h"
#include "llvm/Support/MathExtras.h"

using namespace llvm;
using namespace llmc;
using namespace mlir::llm;

static constexpr int64_t wordBits = 32;

std::string llmc::refusePackQuantized(EncodingAttrInterface encoding) {
  if (isa<FloatCodesAttr>(encoding))
    return "has integers, float-quantized has floats";
  auto attribute = dyn_cast<GridAttr>(encoding);
  if (!attribute)
    return "takes no codes of another kind than --quantize makes";
  const Grid grid = *attribute.getGrid();
  if (grid.hasMin)
    return "has whole zeros, and a minimum of each group is none: take "
           "zero=sym";
  if (!grid.table.empty())
    return "has codes that are integers themselves: take values=uniform";
  if (grid.hasSub())
    return "has a float for each group, and scales here are integers: take "
           "scale=f16";
  if (grid.zero != int64_t(1) << (grid.bits - 1))
    return "has codes around zero and a scale for each group alone";
  return "";
}

int64_t PackQuantized::getRowWords() const {
  return divideCeilSigned(cols * grid.getGrid()->bits, wordBits);
}

int64_t PackQuantized::getScaleBytes() const {
  return mlir::llm::getScaleBytes(grid.getGrid()->scale);
}

StringRef PackQuantized::getScaleDtype() const {
  switch (grid.getGrid()->scale) {
  case ScaleType::f16:
    return "F16";
  case ScaleType::bf16:
    return "BF16";
  case ScaleType::f32:
    return "F32";
  }
  llvm_unreachable("scales are one of these");
}

/// Puts a code at a bit of a row; its upper bits may be the next word's.
static void putCode(MutableArrayRef<uint32_t> words, int64_t bit, int64_t bits,
                    uint32_t code) {
  const int64_t from = bit % wordBits;
  words[bit / wordBits] |= code << from;
  if (from + bits > wordBits)
    words[bit / wordBits + 1] |= code >> (wordBits - from);
}

std::vector<uint8_t> PackQuantized::pack(ArrayRef<uint8_t> blocks) const {
  const Grid numbers = *grid.getGrid();
  const int64_t blockBytes = grid.getBlockBytes(), group = numbers.group;
  assert(cols % span == 0 && span % group == 0 && "groups fill spans and rows");
  const int64_t rows = blocks.size() / (cols / group * blockBytes);
  const int64_t rowWords = getRowWords();
  const int64_t scaleBytes = getScaleBytes(), rowScales = getRowScales();
  std::vector<uint8_t> made(rows * (4 * rowWords + rowScales * scaleBytes));
  uint8_t *scales = made.data() + 4 * rows * rowWords;
  GridBlock block(numbers);
  std::vector<uint32_t> words(rowWords);
  for (int64_t row = 0; row < rows; ++row) {
    fill(words, 0);
    for (int64_t first = 0; first < cols; first += group) {
      grid.unpackBlock(blocks.data(), block);
      blocks = blocks.drop_front(blockBytes);
      for (int64_t i = 0; i < group; ++i)
        putCode(words, (first + i) * numbers.bits, numbers.bits,
                block.codes[i]);
      // The groups of a span have the same one.
      uint8_t bits[4];
      support::endian::write32le(bits, block.scale);
      std::copy_n(bits, scaleBytes,
                  scales + (row * rowScales + first / span) * scaleBytes);
    }
    for (int64_t i = 0; i < rowWords; ++i)
      support::endian::write32le(made.data() + 4 * (row * rowWords + i),
                                 words[i]);
  }
  return made;
}
