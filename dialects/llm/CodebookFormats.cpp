//===- CodebookFormats.cpp - GGML's IQ1, IQ2 and IQ3 blocks -----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Blocks of 256 elements as ggml-common.h draws them, all numbers little endian.
// Their scales are a half times an odd number, divided by a power of two: that is
// one f32 per block and an integer per group, exactly.
//===----------------------------------------------------------------------===//
#include "CodebookFormats.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/bit.h"
#include "llvm/Support/Endian.h"

#include <cassert>
#include <cstddef>
#include <vector>

using namespace mlir::llm;
using llvm::support::endian::read16le;
using llvm::support::endian::read32le;

#include "Codebooks.inc"

//===----------------------------------------------------------------------===//
// Codebooks
//===----------------------------------------------------------------------===//

namespace {
/// The points of a set, taken apart once.
class Codebook {
public:
  Codebook(llvm::ArrayRef<uint64_t> set, size_t elems, unsigned base)
      : elems(elems) {
    for (auto [i, word] : llvm::enumerate(set))
      for (uint64_t left = word; left; left &= left - 1) {
        auto point = static_cast<unsigned>(64 * i + llvm::countr_zero(left));
        for (size_t e = 0; e < elems; ++e, point /= base)
          digits.push_back(static_cast<uint8_t>(point % base));
      }
  }

  const size_t elems;
  /// Of an entry's elements, each the place of its value.
  llvm::ArrayRef<uint8_t> operator[](size_t entry) const {
    return llvm::ArrayRef(digits).slice(entry * elems, elems);
  }

private:
  std::vector<uint8_t> digits;
};
} // namespace

/// Eight elements of three values.
template <const auto &set> static const Codebook &getTernary() {
  static const Codebook book(set, 8, 3);
  return book;
}
/// Four elements of eight values.
template <const auto &set> static const Codebook &getOctal() {
  static const Codebook book(set, 4, 8);
  return book;
}

//===----------------------------------------------------------------------===//
// Grids
//===----------------------------------------------------------------------===//

static Grid getGrid(int64_t group, llvm::ArrayRef<int8_t> table) {
  assert(table.size() == 16 && "a value per code");
  Grid grid{4, group, ScaleType::f32};
  grid.superBlock = 256;
  grid.subBits = 5; // odd numbers up to 31
  grid.table = table;
  return grid;
}

// Code 2 m + s is magnitude m, negative where s is 1.
Grid mlir::llm::getIq2Grid(int64_t group) {
  static constexpr int8_t table[16] = {8, -8, 25, -25, 43, -43};
  return getGrid(group, table);
}
Grid mlir::llm::getIq3XxsGrid() {
  static constexpr int8_t table[] = {4,  -4,  12, -12, 20, -20, 28, -28,
                                     36, -36, 44, -44, 52, -52, 62, -62};
  return getGrid(32, table);
}
Grid mlir::llm::getIq3SGrid() {
  static constexpr int8_t table[] = {1, -1, 3,  -3,  5,  -5,  7,  -7,
                                     9, -9, 11, -11, 13, -13, 15, -15};
  return getGrid(32, table);
}
// Code 3 s + t + 1 is 8 t + 1, or 8 t - 1 where s is 1.
Grid mlir::llm::getIq1Grid(int64_t group) {
  static constexpr int8_t table[16] = {-7, 1, 9, -9, -1, 7};
  return getGrid(group, table);
}

//===----------------------------------------------------------------------===//
// Parts of blocks
//===----------------------------------------------------------------------===//

static void setScale(GridBlock &block, uint16_t half, float divisor) {
  block.scale =
      encodeScale(ScaleType::f32, decodeScale(ScaleType::f16, half) / divisor);
}

/// 2 n + 1 for the number `n` that a group's scale is stored as.
static uint8_t odd(unsigned n) { return static_cast<uint8_t>(2 * n + 1); }

/// Nibble `i`, the lower one of a byte first.
static unsigned nibble(const uint8_t *bytes, size_t i) {
  return bytes[i / 2] >> i % 2 * 4 & 15;
}

/// Seven signs of eight: the number of negative elements is even.
static unsigned completeSigns(unsigned seven) {
  seven &= 127;
  return seven | (llvm::popcount(seven) & 1u) << 7;
}

/// Elements from `at` on: an entry's magnitudes with the lowest signs.
static void putSigned(GridBlock &block, size_t at, const Codebook &book,
                      size_t entry, unsigned signs) {
  for (uint8_t magnitude : book[entry]) {
    block.codes[at++] = static_cast<uint8_t>(2 * magnitude + (signs & 1));
    signs >>= 1;
  }
}

/// Eight elements: an entry's digits, all moved one way or the other.
static void putMoved(GridBlock &block, size_t eighth, size_t entry, bool down) {
  size_t at = 8 * eighth;
  for (uint8_t digit : getTernary<ternary2048>()[entry])
    block.codes[at++] = static_cast<uint8_t>(3 * down + digit);
}

//===----------------------------------------------------------------------===//
// IQ1
//===----------------------------------------------------------------------===//

// d | 32 low bytes of entries | 8 x u16: of 32 elements 4 x 3 upper bits of
// entries, 3 bits of scale, 1 bit of direction
void mlir::llm::decodeIq1S(const uint8_t *bytes, GridBlock &block) {
  setScale(block, read16le(bytes), 8);
  for (size_t group = 0; group < 8; ++group) {
    unsigned high = read16le(bytes + 34 + 2 * group);
    block.subScales[group] = odd(high >> 12 & 7);
    for (size_t i = 0; i < 4; ++i) {
      size_t eighth = 4 * group + i;
      size_t entry = bytes[2 + eighth] | (high >> 3 * i & 7) << 8;
      putMoved(block, eighth, entry, high >> 15);
    }
  }
}

// 32 low bytes of entries | 32 nibbles: 3 upper bits, 1 bit of direction
// | 4 x u16: 4 x 3 bits of scale of 16 elements, above them a nibble of d
void mlir::llm::decodeIq1M(const uint8_t *bytes, GridBlock &block) {
  unsigned half = 0;
  for (size_t group = 0; group < 16; ++group) {
    unsigned scales = read16le(bytes + 48 + group / 4 * 2);
    block.subScales[group] = odd(scales >> group % 4 * 3 & 7);
    half |= scales >> 12 << group / 4 * 4;
  }
  setScale(block, static_cast<uint16_t>(half), 8);
  for (size_t eighth = 0; eighth < 32; ++eighth) {
    unsigned high = nibble(bytes + 32, eighth);
    putMoved(block, eighth, bytes[eighth] | (high & 7) << 8, high >> 3);
  }
}

//===----------------------------------------------------------------------===//
// IQ2
//===----------------------------------------------------------------------===//

// d | of 32 elements: 4 bytes of entries, u32 of 4 x 7 signs and 4 bits of scale
void mlir::llm::decodeIq2Xxs(const uint8_t *bytes, GridBlock &block) {
  setScale(block, read16le(bytes), 8);
  for (size_t group = 0; group < 8; ++group) {
    const uint8_t *part = bytes + 2 + 8 * group;
    uint32_t signs = read32le(part + 4);
    block.subScales[group] = odd(signs >> 28);
    for (size_t i = 0; i < 4; ++i)
      putSigned(block, 32 * group + 8 * i, getTernary<ternary256>(), part[i],
                completeSigns(signs >> 7 * i));
  }
}

// d | 32 x u16 of 9 bits of entry, 7 signs | 16 nibbles of scale
void mlir::llm::decodeIq2Xs(const uint8_t *bytes, GridBlock &block) {
  setScale(block, read16le(bytes), 8);
  for (size_t group = 0; group < 16; ++group)
    block.subScales[group] = odd(nibble(bytes + 66, group));
  for (size_t eighth = 0; eighth < 32; ++eighth) {
    unsigned word = read16le(bytes + 2 + 2 * eighth);
    putSigned(block, 8 * eighth, getTernary<ternary512>(), word & 511,
              completeSigns(word >> 9));
  }
}

// d | 32 low bytes of entries | 32 bytes of signs | 32 x 2 upper bits
// | 16 nibbles of scale
void mlir::llm::decodeIq2S(const uint8_t *bytes, GridBlock &block) {
  setScale(block, read16le(bytes), 8);
  for (size_t group = 0; group < 16; ++group)
    block.subScales[group] = odd(nibble(bytes + 74, group));
  for (size_t eighth = 0; eighth < 32; ++eighth) {
    unsigned high = bytes[66 + eighth / 4] >> eighth % 4 * 2 & 3;
    putSigned(block, 8 * eighth, getTernary<ternary1024>(),
              bytes[2 + eighth] | high << 8, bytes[34 + eighth]);
  }
}

//===----------------------------------------------------------------------===//
// IQ3
//===----------------------------------------------------------------------===//

// d | 64 bytes of entries | 8 x u32 of 4 x 7 signs and 4 bits of scale
void mlir::llm::decodeIq3Xxs(const uint8_t *bytes, GridBlock &block) {
  setScale(block, read16le(bytes), 4);
  for (size_t group = 0; group < 8; ++group) {
    uint32_t word = read32le(bytes + 66 + 4 * group);
    block.subScales[group] = odd(word >> 28);
    for (size_t i = 0; i < 8; ++i) {
      unsigned signs = completeSigns(word >> i / 2 * 7) >> i % 2 * 4;
      putSigned(block, 32 * group + 4 * i, getOctal<octal256>(),
                bytes[2 + 8 * group + i], signs);
    }
  }
}

// d | 64 low bytes of entries | 64 upper bits | 32 bytes of signs
// | 8 nibbles of scale
void mlir::llm::decodeIq3S(const uint8_t *bytes, GridBlock &block) {
  setScale(block, read16le(bytes), 1);
  for (size_t group = 0; group < 8; ++group)
    block.subScales[group] = odd(nibble(bytes + 106, group));
  for (size_t quarter = 0; quarter < 64; ++quarter) {
    unsigned high = bytes[66 + quarter / 8] >> quarter % 8 & 1;
    putSigned(block, 4 * quarter, getOctal<octal512>(),
              bytes[2 + quarter] | high << 8, nibble(bytes + 74, quarter));
  }
}
