//===- MatrixOps.cpp - mma.sync, ldmatrix and their like ------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One rule places the elements of all shapes. With E elements in a register, lane
// l = 4 g + t holds of A (m x k) in register r: row g + 8 (r & 1), columns
// 4 E (r >> 1) + E t + 0..E-1; of B (k x n): rows 4 E r + E t + 0..E-1, column g;
// of C and D: row g + 8 (r >> 1), column 2 t + (r & 1), two to a register of halves.
// Of a sparse A these columns are those of what is kept, 2 of 4 neighbours.
//===----------------------------------------------------------------------===//
#include "MatrixOps.h"
#include "Decode.h"
#include "FloatBits.h"
#include "Grid.h"
#include "Lanes.h"
#include "MemoryOps.h"
#include "Traffic.h"

#include <algorithm>

using namespace llmc::ptxsim;

namespace {

constexpr unsigned rows = 16, columns = 8, mostInner = 64;

enum class Kept : uint8_t { All, TwoOfFour, InOrder };

/// Shape and types of a product; packed into `mode`.
struct Product {
  unsigned inner; // k
  Type a, b, accumulator;
  bool saturates;
  Kept kept = Kept::All; // of A
  unsigned selector = 0; // of the lanes that say which

  bool isSparse() const { return kept != Kept::All; }
  unsigned elements() const { return 32 / sizeBits(a); }
  unsigned registersOfA() const {
    return inner / elements() / (isSparse() ? 4 : 2);
  }
  unsigned registersOfB() const { return inner / elements() / 4; }
  /// Of four, those that say which are kept: 4 bits for each four of 16 rows are inner / 2
  /// words.
  unsigned lanesOfIndices() const { return inner / 16; }
  unsigned registersOfC() const { return accumulator == Type::F16 ? 2 : 4; }

  uint32_t pack() const {
    return inner | uint32_t(a) << 8 | uint32_t(b) << 14 |
           uint32_t(accumulator) << 20 | uint32_t(saturates) << 26 |
           uint32_t(kept) << 27 | selector << 29;
  }
  static Product of(uint32_t mode) {
    return {mode & 255,
            Type(mode >> 8 & 63),
            Type(mode >> 14 & 63),
            Type(mode >> 20 & 63),
            bool(mode >> 26 & 1),
            Kept(mode >> 27 & 3),
            mode >> 29};
  }
};

} // namespace

double llmc::ptxsim::elementOf(uint32_t word, unsigned index, Type type) {
  switch (type) {
  case Type::F16:
    return halfToFloat(uint16_t(word >> (16 * index)));
  case Type::BF16:
    return bfloatToFloat(uint16_t(word >> (16 * index)));
  case Type::TF32: // the low bits are not looked at
    return asType<float>(word & 0xffffe000);
  case Type::S8:
    return int8_t(word >> (8 * index));
  default:
    return uint8_t(word >> (8 * index));
  }
}

double llmc::ptxsim::accumulatorOf(uint64_t bits, Type type) {
  return type == Type::F32 ? asType<float>(bits) : double(int32_t(bits));
}

uint64_t llmc::ptxsim::resultOf(double value, Type type, bool saturates) {
  if (type == Type::F32) {
    float single = float(value);
    return single != single ? 0x7fffffff : toBits(single);
  }
  if (saturates)
    value = std::clamp(value, double(INT32_MIN), double(INT32_MAX));
  return uint32_t(int64_t(value)); // exact: at most 2^22 is added to 32 bits
}

/// Place of an element of C and D: lane and which of its four it is.
static std::pair<unsigned, unsigned> placeOfResult(unsigned row,
                                                   unsigned column) {
  return {row % 8 * 4 + column / 2, row / 8 * 2 + column % 2};
}

/// Of which two columns of four `four` of a row elements are kept, 2 bits each: lane and
/// bit of the word that says so. Words of 16-bit elements have 16 columns of two rows,
/// those of bytes 32 columns of one.
static std::pair<unsigned, unsigned>
placeOfIndices(const Product &product, unsigned row, unsigned four) {
  unsigned lane = row % 8 * 4 + product.selector * product.lanesOfIndices();
  unsigned lower = row / 8;
  if (product.elements() == 2)
    return {lane + four / 4, 16 * lower + four % 4 * 4};
  return {lane + lower + four / 8 * 2, four % 8 * 4};
}

/// Moves what is kept of each row to its columns.
static void spread(Warp &warp, const Product &product, const uint64_t *words,
                   double (&a)[rows][mostInner]) {
  for (unsigned row = 0; row < rows; ++row) {
    double kept[mostInner / 2];
    std::copy_n(a[row], product.inner / 2, kept);
    std::fill_n(a[row], product.inner, 0.0);
    for (unsigned four = 0; four < product.inner / 4; ++four) {
      auto [lane, bit] = placeOfIndices(product, row, four);
      unsigned first = words[lane] >> bit & 3,
               next = words[lane] >> bit >> 2 & 3;
      if (first == next || (product.kept == Kept::InOrder && first > next))
        warp.fail(
            Error::Kind::Program, lane,
            "of columns " + std::to_string(4 * four) + " to " +
                std::to_string(4 * four + 3) + " of row " +
                std::to_string(row) + " elements " + std::to_string(first) +
                " and " + std::to_string(next) + " are kept: they must differ" +
                (product.kept == Kept::InOrder ? ", in rising order" : ""));
      a[row][4 * four + first] = kept[2 * four];
      a[row][4 * four + next] = kept[2 * four + 1];
    }
  }
}

static void multiply(Warp &warp, const Instruction &i) {
  if (!warp.converge(~0u))
    return;
  Product product = Product::of(i.mode);
  unsigned inC = product.registersOfC(), inA = product.registersOfA(),
           inB = product.registersOfB(), each = product.elements();
  double a[rows][mostInner], b[mostInner][columns], sums[rows][columns];
  for (unsigned lane = 0; lane < warpLanes; ++lane) {
    unsigned g = lane / 4, t = lane % 4;
    for (unsigned r = 0; r < inA; ++r)
      for (unsigned e = 0; e < each; ++e)
        a[g + 8 * (r & 1)][4 * each * (r >> 1) + each * t + e] =
            elementOf(uint32_t(warp.slot(i, inC + r)[lane]), e, product.a);
    for (unsigned r = 0; r < inB; ++r)
      for (unsigned e = 0; e < each; ++e)
        b[4 * each * r + each * t + e][g] = elementOf(
            uint32_t(warp.slot(i, inC + inA + r)[lane]), e, product.b);
  }
  if (product.isSparse())
    spread(warp, product, warp.slot(i, 2 * inC + inA + inB), a);
  bool isHalf = product.accumulator == Type::F16;
  for (unsigned row = 0; row < rows; ++row)
    for (unsigned column = 0; column < columns; ++column) {
      auto [lane, k] = placeOfResult(row, column);
      unsigned operand = inC + inA + inB + (isHalf ? k / 2 : k);
      uint64_t bits = warp.slot(i, operand)[lane];
      sums[row][column] = isHalf ? halfToFloat(uint16_t(bits >> (16 * (k & 1))))
                                 : accumulatorOf(bits, product.accumulator);
    }
  for (unsigned row = 0; row < rows; ++row)
    for (unsigned k = 0; k < product.inner; ++k)
      for (unsigned column = 0; column < columns; ++column)
        sums[row][column] += a[row][k] * b[k][column];
  for (unsigned row = 0; row < rows; ++row)
    for (unsigned column = 0; column < columns; ++column) {
      auto [lane, k] = placeOfResult(row, column);
      if (!isHalf) {
        warp.slot(i, k)[lane] =
            resultOf(sums[row][column], product.accumulator, product.saturates);
        continue;
      }
      uint64_t &word = warp.slot(i, k / 2)[lane];
      uint64_t half = floatToHalf(float(sums[row][column]));
      word = k & 1 ? (word & 0xffff) | half << 16 : half;
    }
}

/// Which of four lanes say what is kept: one of four, a pair, or all.
static unsigned takeSelector(Decoder &d, const Product &product) {
  constexpr unsigned lanes = 4;
  int64_t selector = d.integer(5);
  int64_t choices = lanes / product.lanesOfIndices();
  if (selector < 0 || selector >= choices)
    d.fail("the selector is below " + std::to_string(choices) + ", found " +
           std::to_string(selector));
  return unsigned(selector);
}

static void decodeProduct(Decoder &d, Kept kept) {
  std::string_view shape =
      kept == Kept::All
          ? d.takeOneOf({"m16n8k4", "m16n8k8", "m16n8k16", "m16n8k32"})
          : d.takeOneOf({"m16n8k16", "m16n8k32", "m16n8k64"});
  if (shape.empty())
    d.fail(kept == Kept::All
               ? "only the shapes m16n8k4 to m16n8k32 are known"
               : "only the shapes m16n8k16 to m16n8k64 are known");
  if (!d.take("aligned") || !d.take("row") || !d.take("col"))
    d.fail("needs .aligned, .row and .col");
  Product product;
  product.kept = kept;
  product.inner = unsigned(std::atoi(shape.substr(6).data()));
  product.saturates = d.take("satfinite");
  product.accumulator = d.takeType();
  product.a = d.takeType();
  product.b = d.takeType();
  Type last = d.takeType();
  bool isFloat = product.a == Type::F16 || product.a == Type::BF16 ||
                 (product.a == Type::TF32 && !product.isSparse());
  bool isInteger = product.a == Type::S8 || product.a == Type::U8;
  unsigned bits =
      product.inner * sizeBits(product.a) / (product.isSparse() ? 2 : 1);
  if (last != product.accumulator || !(isFloat || isInteger) ||
      sizeBits(product.b) != sizeBits(product.a) ||
      (isFloat && product.a != product.b) || (bits != 128 && bits != 256) ||
      (isInteger
           ? product.accumulator != Type::S32
           : product.accumulator != Type::F32 &&
                 !(product.accumulator == Type::F16 && product.a == Type::F16)))
    d.fail("these types do not go together, or not with the shape");
  d.needOperands(product.isSparse() ? 6 : 4);
  const unsigned counts[] = {product.registersOfC(), product.registersOfA(),
                             product.registersOfB(), product.registersOfC(), 1};
  for (size_t k = 0; k < (product.isSparse() ? 5 : 4); ++k) {
    unsigned before = d.out.count;
    k == 0 ? d.destinations(0) : d.sources(k, Type::B32);
    if (d.out.count - before != counts[k])
      d.fail("operand " + std::to_string(k + 1) + " needs " +
             std::to_string(counts[k]) + " registers, found " +
             std::to_string(d.out.count - before));
  }
  if (product.isSparse())
    product.selector = takeSelector(d, product);
  d.out.mode = product.pack();
  d.run(multiply);
}

static void decodeMma(Decoder &d) { decodeProduct(d, Kept::All); }
static void decodeSparseMma(Decoder &d, Kept kept) {
  if (!d.take("sync"))
    d.fail("needs .sync");
  decodeProduct(d, kept);
}
static void decodeAnyOrder(Decoder &d) { decodeSparseMma(d, Kept::TwoOfFour); }
static void decodeInOrder(Decoder &d) { decodeSparseMma(d, Kept::InOrder); }

// ---- 8 x 8 matrices of halves between shared memory and registers

constexpr unsigned side = 8, rowBytes = 16;
constexpr uint32_t isTransposed = 1;

/// Where lane and half of a register lie in a matrix.
static std::pair<unsigned, unsigned> placeInMatrix(unsigned lane, unsigned half,
                                                   bool transposed) {
  unsigned far = lane / 4, near = lane % 4 * 2 + half;
  return transposed ? std::pair(near, far) : std::pair(far, near);
}

/// Addresses of the rows: matrix m takes those of lanes 8 m to 8 m + 7.
static uint32_t rowAddresses(Warp &warp, const Instruction &i, unsigned slot,
                             uint64_t *addresses) {
  uint32_t lanes = uint32_t(lowBits(side * i.elements));
  forLanes(lanes, [&](unsigned lane) {
    addresses[lane] = warp.slot(i, slot)[lane] + uint64_t(i.offset);
  });
  uint32_t all = warp.active;
  warp.active = lanes;
  countTraffic(warp, i, addresses, rowBytes, false);
  warp.active = all;
  return lanes;
}

static void loadMatrices(Warp &warp, const Instruction &i) {
  if (!warp.converge(~0u))
    return;
  uint64_t addresses[warpLanes];
  const uint8_t *memory[warpLanes];
  uint32_t lanes = rowAddresses(warp, i, i.elements, addresses);
  forLanes(lanes, [&](unsigned lane) {
    memory[lane] = warp.reach(i, lane, addresses[lane], rowBytes, {});
  });
  for (unsigned m = 0; m < i.elements; ++m)
    for (unsigned lane = 0; lane < warpLanes; ++lane) {
      uint32_t word = 0;
      for (unsigned half = 0; half < 2; ++half) {
        auto [row, column] = placeInMatrix(lane, half, i.mode & isTransposed);
        uint16_t element;
        std::memcpy(&element, memory[side * m + row] + 2 * column, 2);
        word |= uint32_t(element) << (16 * half);
      }
      warp.slot(i, m)[lane] = word;
    }
}

static void storeMatrices(Warp &warp, const Instruction &i) {
  if (!warp.converge(~0u))
    return;
  uint64_t addresses[warpLanes];
  uint32_t lanes = rowAddresses(warp, i, 0, addresses);
  uint8_t rowsOut[warpLanes][rowBytes];
  for (unsigned m = 0; m < i.elements; ++m)
    for (unsigned lane = 0; lane < warpLanes; ++lane)
      for (unsigned half = 0; half < 2; ++half) {
        auto [row, column] = placeInMatrix(lane, half, i.mode & isTransposed);
        uint16_t element = uint16_t(warp.slot(i, m + 1)[lane] >> (16 * half));
        std::memcpy(rowsOut[side * m + row] + 2 * column, &element, 2);
      }
  forLanes(lanes, [&](unsigned lane) {
    Access access;
    access.writes = true;
    access.value = rowsOut[lane];
    std::memcpy(warp.reach(i, lane, addresses[lane], rowBytes, access),
                rowsOut[lane], rowBytes);
  });
}

static void decodeMatrices(Decoder &d, bool loads) {
  if (!d.take("sync") || !d.take("aligned") || !d.take("m8n8"))
    d.fail("needs .sync, .aligned and .m8n8");
  std::string_view count = d.takeOneOf({"x1", "x2", "x4"});
  if (count.empty())
    d.fail("needs .x1, .x2 or .x4");
  d.out.mode = d.take("trans") ? isTransposed : 0;
  takeSpace(d, Operand());
  if (d.takeType() != Type::B16)
    d.fail("is for .b16");
  d.needOperands(2);
  d.out.elements = uint8_t(count[1] - '0');
  if (loads) {
    d.destinations(0);
    d.memory(1);
  } else {
    d.memory(0);
    d.sources(1, Type::B32);
  }
  if (d.out.count != d.out.elements + 1u)
    d.fail("needs " + std::to_string(d.out.elements) + " registers, found " +
           std::to_string(d.out.count - 1));
  d.run(loads ? loadMatrices : storeMatrices);
}

static void decodeLdmatrix(Decoder &d) { decodeMatrices(d, true); }
static void decodeStmatrix(Decoder &d) { decodeMatrices(d, false); }

static void transposeMatrix(Warp &warp, const Instruction &i) {
  if (!warp.converge(~0u))
    return;
  uint16_t matrix[side][side];
  for (unsigned lane = 0; lane < warpLanes; ++lane)
    for (unsigned half = 0; half < 2; ++half) {
      auto [row, column] = placeInMatrix(lane, half, false);
      matrix[row][column] = uint16_t(warp.slot(i, 1)[lane] >> (16 * half));
    }
  for (unsigned lane = 0; lane < warpLanes; ++lane) {
    auto [row, column] = placeInMatrix(lane, 0, true);
    auto [next, same] = placeInMatrix(lane, 1, true);
    warp.slot(i, 0)[lane] = matrix[row][column] | uint32_t(matrix[next][same])
                                                      << 16;
  }
}

static void decodeMovmatrix(Decoder &d) {
  if (!d.take("sync") || !d.take("aligned") || !d.take("m8n8") ||
      !d.take("trans") || d.takeType() != Type::B16)
    d.fail("needs .sync.aligned.m8n8.trans.b16");
  d.needOperands(2);
  d.destination(0);
  d.source(1, Type::B32);
  d.run(transposeMatrix);
}

static constexpr Family families[] = {
    {"mma.sync", decodeMma},
    {"mma.sp", decodeAnyOrder},
    {"mma.sp::ordered_metadata", decodeInOrder},
    {"ldmatrix", decodeLdmatrix},
    {"stmatrix", decodeStmatrix},
    {"movmatrix", decodeMovmatrix},
};

std::span<const Family> llmc::ptxsim::matrixFamilies() { return families; }
