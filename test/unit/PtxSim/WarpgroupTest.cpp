//===- WarpgroupTest.cpp - wgmma ------------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Operands are laid out piece by piece as the PTX manual's canonical layouts say, and
// products are compared with plain ones, with every seed. Then one mistake each, found
// with every seed.
//===----------------------------------------------------------------------===//
#include "Testing.h"

using namespace llmc::ptxsim;
using namespace llmc::ptxsim::test;

namespace {

constexpr unsigned seeds = 6, rows = 64, columns = 24;
constexpr uint32_t tileBytes = 8192; // of each operand

std::string replaced(std::string text, const std::string &what,
                     const std::string &with) {
  size_t at = text.find(what);
  EXPECT_NE(at, std::string::npos) << what;
  return at == std::string::npos ? text : text.replace(at, what.size(), with);
}

/// How an operand lies. `width` is of a line in pieces of 16 bytes: 1, 2, 4, 8.
struct Layout {
  unsigned width;
  bool isTransposed;
};

/// An operand in memory, and its descriptor without the address.
struct Image {
  std::vector<uint8_t> bytes = std::vector<uint8_t>(tileBytes, 0xee);
  uint64_t descriptor = 0;
};

/// Pieces of the patterns in the order of the manual's figures. `put` writes elements
/// (row, k) of a piece, the first of which is named.
template <typename Put>
Image layOut(Layout layout, unsigned count, unsigned inner, unsigned inPiece,
             Put put) {
  Image image;
  unsigned w = layout.width;
  // Pieces along the lines, and across them.
  unsigned along = (layout.isTransposed ? count : inner) / inPiece,
           across = layout.isTransposed ? inner : count;
  // Patterns of w pieces by 8 lines; of lines along k there is one along, as they are
  // wide enough: else the next begins behind all those across.
  uint64_t pattern = w * 8 * 16, behindAll = across / 8 * pattern;
  for (unsigned line = 0; line < across; ++line)
    for (unsigned piece = 0; piece < along; ++piece) {
      uint64_t place = piece / w * behindAll + line / 8 * pattern +
                       line % 8 * w * 16 + piece % w * 16;
      unsigned moved = unsigned(place >> 7 & (w - 1)); // Swizzle<log2 w, 4, 3>
      uint8_t *to = image.bytes.data() + (place ^ moved << 4);
      layout.isTransposed ? put(to, piece * inPiece, line)
                          : put(to, line, piece * inPiece);
    }
  uint64_t modes[] = {0, 0, 3, 0, 2, 0, 0, 0, 1};
  uint64_t leading = behindAll / 16, stride = pattern / 16;
  // Without swizzling the two change places where rows lie together.
  if (w == 1 && layout.isTransposed)
    std::swap(leading, stride);
  image.descriptor = leading << 16 | stride << 32 | modes[w] << 62;
  return image;
}

int valueOfA(unsigned row, unsigned k) { return int(row * 5 + k * 3) % 13 - 6; }
int valueOfB(unsigned k, unsigned column) {
  return int(k * 7 + column * 2) % 11 - 5;
}

/// A kernel of 128 threads: both operands to memory, a product of 24 columns, its sums.
/// `$k` and so on are replaced.
const std::string product =
    header +
    ".visible .entry k(.param .u64 a, .param .u64 b, .param .u64 out,\n"
    "                  .param .u64 da, .param .u64 db) {\n"
    "  .shared .align 1024 .b8 tile[16384];\n"
    "  .reg .b64 %r<16>;\n  .reg .b32 %t<8>, %f<12>, %g<12>;\n"
    "  .reg .pred %p<4>;\n"
    "  mov.u32 %t0, %tid.x;\n  mov.b64 %r0, tile;\n"
    "  ld.param.u64 %r1, [a];\n  ld.param.u64 %r2, [b];\n"
    "  mov.u32 %t1, 0;\n  mul.wide.u32 %r3, %t0, 16;\n"
    "  add.s64 %r1, %r1, %r3;\n  add.s64 %r2, %r2, %r3;\n"
    "  add.s64 %r4, %r0, %r3;\n"
    "FILL:\n"
    "  ld.global.v4.u32 {%t2, %t3, %t4, %t5}, [%r1];\n"
    "  st.shared.v4.u32 [%r4], {%t2, %t3, %t4, %t5};\n"
    "  ld.global.v4.u32 {%t2, %t3, %t4, %t5}, [%r2];\n"
    "  st.shared.v4.u32 [%r4+8192], {%t2, %t3, %t4, %t5};\n"
    "  add.s64 %r1, %r1, 2048;\n  add.s64 %r2, %r2, 2048;\n"
    "  add.s64 %r4, %r4, 2048;\n  add.u32 %t1, %t1, 1;\n"
    "  setp.lt.u32 %p0, %t1, 4;\n  @%p0 bra FILL;\n"
    "  ld.param.u64 %r5, [da];\n  ld.param.u64 %r6, [db];\n"
    "  shr.u64 %r7, %r0, 4;\n  add.s64 %r5, %r5, %r7;\n"
    "  add.s64 %r6, %r6, %r7;\n  add.s64 %r6, %r6, 512;\n"
    "  fence.proxy.async;\n"
    "  bar.sync 0;\n"
    "  wgmma.fence.sync.aligned;\n"
    "  wgmma.mma_async.sync.aligned.m64n24k16.f32.bf16.bf16 {%f0, %f1, %f2, "
    "%f3, %f4, %f5, %f6, %f7, %f8, %f9, %f10, %f11}, %r5, %r6, 0, 1, 1, 0, 0;\n"
    "  wgmma.commit_group.sync.aligned;\n"
    "  wgmma.wait_group.sync.aligned 0;\n"
    "  ld.param.u64 %r8, [out];\n  mul.wide.u32 %r9, %t0, 48;\n"
    "  add.s64 %r8, %r8, %r9;\n"
    "  st.global.v4.b32 [%r8], {%f0, %f1, %f2, %f3};\n"
    "  st.global.v4.b32 [%r8+16], {%f4, %f5, %f6, %f7};\n"
    "  st.global.v4.b32 [%r8+32], {%f8, %f9, %f10, %f11};\n"
    "  ret;\n}\n";
const std::string begin = "  wgmma.mma_async", commit = "  wgmma.commit_group",
                  waitAll = "  wgmma.wait_group.sync.aligned 0;\n",
                  openFence = "  wgmma.fence.sync.aligned;\n",
                  proxyFence = "  fence.proxy.async;\n";
/// The whole line of the product.
std::string productLine() {
  size_t at = product.find(begin);
  return product.substr(at, product.find(";\n", at) + 2 - at);
}
/// The same on other accumulators.
std::string secondProduct() {
  std::string line = productLine();
  for (size_t at; (at = line.find("%f")) != std::string::npos;)
    line[at + 1] = 'g';
  return line;
}

struct Operands {
  Image a, b;
};

Operands halves(Layout a, Layout b, uint16_t (*code)(int)) {
  auto put = [&](auto value) {
    return [=](uint8_t *to, unsigned row, unsigned k, bool alongRows) {
      for (unsigned e = 0; e < 8; ++e) {
        uint16_t bits = code(alongRows ? value(row + e, k) : value(row, k + e));
        std::memcpy(to + 2 * e, &bits, 2);
      }
    };
  };
  auto putA = put([](unsigned row, unsigned k) { return valueOfA(row, k); });
  auto putB = put([](unsigned row, unsigned k) { return valueOfB(k, row); });
  return {layOut(a, rows, 16, 8,
                 [&](uint8_t *to, unsigned row, unsigned k) {
                   putA(to, row, k, a.isTransposed);
                 }),
          layOut(b, columns, 16, 8, [&](uint8_t *to, unsigned row, unsigned k) {
            putB(to, row, k, b.isTransposed);
          })};
}
uint16_t bfloat(int value) {
  return uint16_t(std::bit_cast<uint32_t>(float(value)) >> 16);
}
uint16_t half(int value) { // of small integers
  if (!value)
    return 0;
  unsigned size = unsigned(std::abs(value)),
           exponent = std::bit_width(size) - 1;
  return uint16_t((value < 0) << 15 | (15 + exponent) << 10 |
                  (size << (10 - exponent) & 0x3ff));
}
Operands usual() { return halves({4, false}, {2, true}, bfloat); }
std::string transposing(const std::string &text, bool a, bool b) {
  return replaced(text, "1, 1, 0, 0;",
                  "1, 1, " + std::to_string(a) + ", " + std::to_string(b) +
                      ";");
}
const std::string usualText = transposing(product, false, true);

std::vector<uint32_t> run(const std::string &text, const Operands &operands,
                          uint64_t seed, uint32_t threads = 128) {
  Arrays arrays;
  uint64_t a = arrays.put(operands.a.bytes), b = arrays.put(operands.b.bytes),
           out = arrays.make<uint32_t>(threads * columns / 2);
  runKernel(arrays, text,
            Parameters(a, b, out, operands.a.descriptor, operands.b.descriptor),
            shape(1, threads, seed));
  return arrays.get<uint32_t>(out, threads * columns / 2);
}

/// Sum of a row and a column, as the manual's figure of D places it.
uint32_t sumAt(const std::vector<uint32_t> &found, unsigned row,
               unsigned column) {
  unsigned thread = row / 16 * 32 + row % 8 * 4 + column % 8 / 2;
  return found[thread * columns / 2 + column / 8 * 4 + row % 16 / 8 * 2 +
               column % 2];
}

void expectProduct(const std::vector<uint32_t> &found, int inner = 16,
                   int factor = 1) {
  for (unsigned row = 0; row < rows; ++row)
    for (unsigned column = 0; column < columns; ++column) {
      int sum = 0;
      for (unsigned k = 0; k < unsigned(inner); ++k)
        sum += valueOfA(row, k) * valueOfB(k, column);
      ASSERT_EQ(std::bit_cast<float>(sumAt(found, row, column)),
                float(factor * sum))
          << row << ", " << column;
    }
}

void expectFound(const std::string &text, Error::Kind kind,
                 const std::string &says, const Operands &operands = usual(),
                 uint32_t threads = 128) {
  for (uint64_t seed = 0; seed < seeds; ++seed)
    EXPECT_NE(
        failureOf(kind, [&] { run(text, operands, seed, threads); }).find(says),
        std::string::npos)
        << "seed " << seed;
}

} // namespace

TEST(Warpgroup, MultipliesInEveryLayout) {
  for (unsigned a : {1, 2, 4, 8})
    for (unsigned b : {1, 2, 4, 8})
      for (unsigned turned = 0; turned < 4; ++turned) {
        bool turnsA = turned & 1, turnsB = turned & 2;
        SCOPED_TRACE(testing::Message() << a << ", " << b << ", " << turned);
        expectProduct(run(transposing(product, turnsA, turnsB),
                          halves({a, turnsA}, {b, turnsB}, bfloat), turned));
      }
}

TEST(Warpgroup, IsRightWithEverySeed) {
  for (uint64_t seed = 0; seed < 4 * seeds; ++seed)
    expectProduct(run(usualText, usual(), seed));
}

TEST(Warpgroup, MultipliesHalves) {
  expectProduct(run(replaced(usualText, "bf16.bf16", "f16.f16"),
                    halves({4, false}, {2, true}, half), 1));
}

TEST(Warpgroup, AddsInOrder) {
  std::string second =
      replaced(transposing(productLine(), false, true), "%r6, 0,", "%r6, 1,");
  expectProduct(
      run(replaced(usualText, commit, second + second + commit), usual(), 3),
      16, 3);
}

TEST(Warpgroup, Negates) {
  expectProduct(run(replaced(usualText, "0, 1, 1,", "0, -1, 1,"), usual(), 1),
                16, -1);
}

TEST(Warpgroup, MultipliesBytes) {
  auto putA = [](uint8_t *to, unsigned row, unsigned k) {
    for (unsigned e = 0; e < 16; ++e)
      to[e] = uint8_t(valueOfA(row, k + e));
  };
  auto putB = [](uint8_t *to, unsigned row, unsigned k) {
    for (unsigned e = 0; e < 16; ++e)
      to[e] = uint8_t(valueOfB(k + e, row));
  };
  Operands operands = {layOut({8, false}, rows, 32, 16, putA),
                       layOut({2, false}, columns, 32, 16, putB)};
  std::string text = replaced(product, "k16.f32.bf16.bf16", "k32.s32.s8.s8");
  std::vector<uint32_t> found =
      run(replaced(text, "0, 1, 1, 0, 0;", "0;"), operands, 2);
  for (uint32_t &sum : found)
    sum = std::bit_cast<uint32_t>(float(int32_t(sum)));
  expectProduct(found, 32);
}

TEST(Warpgroup, GroupsEndOneByOne) {
  // Of two groups the first has ended; the second has other accumulators.
  std::string text = replaced(usualText, waitAll,
                              transposing(secondProduct(), false, true) +
                                  "  wgmma.commit_group.sync.aligned;\n"
                                  "  wgmma.wait_group.sync.aligned 1;\n"
                                  "  add.f32 %f0, %f0, 0f00000000;\n"
                                  "  wgmma.wait_group.sync.aligned 0;\n");
  for (uint64_t seed = 0; seed < seeds; ++seed)
    expectProduct(run(text, usual(), seed));
  expectFound(replaced(text, "add.f32 %f0, %f0", "add.f32 %f0, %g0"),
              Error::Kind::Program, "before wgmma.wait_group");
}

TEST(Warpgroup, NotWaitingIsFound) {
  expectFound(replaced(usualText, waitAll, ""), Error::Kind::Program,
              "before wgmma.wait_group");
  expectFound(
      replaced(usualText, "aligned 0;\n  ld.param", "aligned 1;\n  ld.param"),
      Error::Kind::Program, "before wgmma.wait_group");
}

TEST(Warpgroup, WaitingForWhatWasNotCommittedIsFound) {
  expectFound(replaced(usualText, "  wgmma.commit_group.sync.aligned;\n", ""),
              Error::Kind::Program, "before wgmma.wait_group");
}

TEST(Warpgroup, EndingBeforeItsProductsIsFound) {
  std::string text = replaced(usualText, waitAll, "  ret;\n");
  expectFound(text, Error::Kind::Program, "ends before its wgmma.mma_async");
}

TEST(Warpgroup, MissingProxyFenceIsFound) {
  expectFound(replaced(usualText, proxyFence, ""), Error::Kind::Race,
              "with no fence.proxy.async between");
  // Nor is one of another kind of memory enough.
  expectFound(replaced(usualText, proxyFence, "  fence.proxy.async.global;\n"),
              Error::Kind::Race, "with no fence.proxy.async between");
  // Between the barrier and the product it is as good as before the barrier.
  std::string later = replaced(usualText, proxyFence, "");
  expectProduct(
      run(replaced(later, "  bar.sync 0;\n", "  bar.sync 0;\n" + proxyFence),
          usual(), 1));
}

TEST(Warpgroup, MissingBarrierIsFound) {
  for (uint64_t seed = 0; seed < seeds; ++seed) // or nobody has written it
    EXPECT_THROW(run(replaced(usualText, "  bar.sync 0;\n", ""), usual(), seed),
                 Error);
}

TEST(Warpgroup, OverwritingAnOperandThatIsStillReadIsFound) {
  // Before the wait, and behind one's own while other warps may not have waited.
  std::string store = "  st.shared.u32 [%r0+8192], %t0;\n";
  std::string only = "  setp.eq.u32 %p1, %t0, 0;\n  @%p1" + store;
  expectFound(replaced(usualText, waitAll, only + waitAll), Error::Kind::Race,
              "");
  expectFound(replaced(usualText, waitAll, waitAll + only), Error::Kind::Race,
              "");
  expectProduct(
      run(replaced(usualText, waitAll, waitAll + "  bar.sync 0;\n" + only),
          usual(), 1));
}

TEST(Warpgroup, CopiesNeedTheProxyFenceToo) {
  std::string text =
      replaced(usualText, proxyFence,
               "  setp.lt.u32 %p1, %t0, 64;\n  ld.param.u64 %r10, [a];\n"
               "  add.s64 %r10, %r10, %r3;\n  add.s64 %r11, %r0, %r3;\n"
               "  @%p1 cp.async.cg.shared.global [%r11], [%r10], 16;\n"
               "  cp.async.wait_all;\n" +
                   proxyFence);
  expectProduct(run(text, usual(), 1));
  expectFound(replaced(text, "wait_all;\n" + proxyFence, "wait_all;\n"),
              Error::Kind::Race, "with no fence.proxy.async between");
}

TEST(Warpgroup, BulkCopiesNeedNone) {
  // They write by the proxy that the product reads by.
  std::string text = replaced(
      usualText, "  fence.proxy.async;\n  bar.sync 0;\n",
      "  fence.proxy.async;\n  bar.sync 0;\n"
      "  setp.ne.u32 %p1, %t0, 0;\n  mov.b64 %r11, full;\n"
      "  @%p1 bra WAIT;\n  mbarrier.init.shared.b64 [%r11], 1;\n"
      "  ld.param.u64 %r10, [a];\n"
      "  mbarrier.arrive.expect_tx.shared.b64 _, [%r11], 8192;\n"
      "  cp.async.bulk.shared::cluster.global.mbarrier::complete_tx::bytes "
      "[%r0], [%r10], 8192, [%r11];\n"
      "WAIT:\n  bar.sync 0;\nAGAIN:\n"
      "  mbarrier.try_wait.parity.shared.b64 %p2, [%r11], 0;\n"
      "  @!%p2 bra AGAIN;\n");
  text = replaced(text, "  .reg .b64",
                  "  .shared .align 8 .b64 full[1];\n  .reg .b64");
  for (uint64_t seed = 0; seed < seeds; ++seed)
    expectProduct(run(text, usual(), seed));
}

TEST(Warpgroup, MissingFenceOfRegistersIsFound) {
  expectFound(replaced(usualText, openFence, ""), Error::Kind::Program,
              "before the first wgmma.fence");
  expectFound(replaced(usualText, openFence,
                       openFence + "  mov.b32 %f3, 0f3f800000;\n"),
              Error::Kind::Program, "was written since the last wgmma.fence");
}

TEST(Warpgroup, WrongDescriptorsAreFound) {
  auto with = [](uint64_t bits) {
    Operands operands = usual();
    operands.b.descriptor ^= bits;
    return operands;
  };
  expectFound(usualText, Error::Kind::Address, "a descriptor names",
              with(uint64_t(0x2000) << 16));
  expectFound(usualText, Error::Kind::Program, "bits that mean nothing",
              with(uint64_t(1) << 47));
  expectFound(usualText, Error::Kind::Program, "has a base offset",
              with(uint64_t(1) << 49));
  // A layout that it has not gives other numbers.
  EXPECT_NE(run(usualText, with(uint64_t(1) << 62), 0),
            run(usualText, usual(), 0));
  expectFound(replaced(usualText, "  bar.sync 0;\n",
                       "  bar.sync 0;\n  cvt.u64.u32 %r12, %t0;\n"
                       "  add.s64 %r5, %r5, %r12;\n"),
              Error::Kind::Program, "lanes give different descriptors of A");
  expectFound(replaced(usualText, "  bar.sync 0;\n",
                       "  bar.sync 0;\n  shr.u32 %t7, %t0, 5;\n"
                       "  cvt.u64.u32 %r12, %t7;\n"
                       "  add.s64 %r5, %r5, %r12;\n"),
              Error::Kind::Program, "another warp of the warpgroup");
}

TEST(Warpgroup, AllFourWarpsMustCome) {
  expectFound(replaced(usualText, "  bar.sync 0;\n",
                       "  bar.sync 0;\n  setp.ge.u32 %p1, %t0, 96;\n"
                       "  @%p1 exit;\n"),
              Error::Kind::Program, "only 3 began it");
  expectFound(usualText, Error::Kind::Program, "needs four whole warps",
              usual(), 96);
}

TEST(Warpgroup, OtherFormsAreNotKnown) {
  auto fails = [](const std::string &what, const std::string &with) {
    failureOf(Error::Kind::Text,
              [&] { run(replaced(usualText, what, with), usual(), 0); });
  };
  fails("%r5, %r6", "{%t0, %t1, %t2, %t3}, %r6");
  fails("m64n24k16", "m64n24k8");
  fails("m64n24k16", "m64n16k16");
  fails("m64n24k16", "m64n20k16");
  fails("f32.bf16.bf16", "f32.bf16.f16");
  fails("0, 1, 1, 0, 1;", "0, 2, 1, 0, 1;");
  fails("0, 1, 1, 0, 1;", "0;");
}

/// "MN-Major, 32B swizzling and bf16 type", to the number: rows 16 apart are 128 elements apart,
/// k 8 apart 256.
TEST(Warpgroup, ReadsTheManualsExample) {
  Operands operands = usual();
  for (unsigned row = 0; row < columns; ++row)
    for (unsigned k = 0; k < 16; ++k) {
      unsigned place =
          2 * (row % 16 + row / 16 * 128 + k % 8 * 16 + k / 8 * 256);
      uint16_t bits = bfloat(valueOfB(k, row));
      std::memcpy(&operands.b.bytes[place ^ (place >> 3 & 16)], &bits, 2);
    }
  operands.b.descriptor =
      uint64_t(16) << 16 | uint64_t(32) << 32 | uint64_t(3) << 62;
  expectProduct(run(usualText, operands, 1));
}

/// The second half of a line of 64 bytes is what a descriptor two pieces later names.
TEST(Warpgroup, BeginsWithinALine) {
  Operands operands = usual();
  for (unsigned row = 0; row < rows; ++row)
    for (unsigned k = 0; k < 16; ++k) {
      unsigned place = row * 64 + 32 + 2 * k;
      uint16_t bits = bfloat(2 * valueOfA(row, k));
      std::memcpy(&operands.a.bytes[place ^ (place >> 3 & 48)], &bits, 2);
    }
  operands.a.descriptor += 2;
  expectProduct(run(usualText, operands, 1), 16, 2);
}

TEST(Warpgroup, TwoInABlock) {
  // The first stores what both multiply, each at its own pace.
  std::string text = replaced(usualText, "mul.wide.u32 %r3, %t0, 16;",
                              "and.b32 %t6, %t0, 127;\n"
                              "  setp.lt.u32 %p1, %t0, 128;\n"
                              "  mul.wide.u32 %r3, %t6, 16;");
  for (int i = 0; i < 2; ++i)
    text = replaced(text, "  st.shared", "  @%p1 st.shared");
  for (uint64_t seed = 0; seed < seeds; ++seed) {
    std::vector<uint32_t> found = run(text, usual(), seed, 256);
    size_t half = found.size() / 2;
    expectProduct({found.begin(), found.begin() + ptrdiff_t(half)});
    expectProduct({found.begin() + ptrdiff_t(half), found.end()});
  }
}

TEST(Warpgroup, APredicateSaysWhetherItAdds) {
  std::string second =
      replaced(transposing(productLine(), false, true), "%r6, 0,", "%r6, %p3,");
  auto text = [&](const char *compare) {
    return replaced(replaced(usualText, openFence,
                             std::string("  setp.") + compare +
                                 ".u32 %p3, %t0, 1000;\n" + openFence),
                    commit, second + commit);
  };
  expectProduct(run(text("lt"), usual(), 2), 16, 2);
  expectProduct(run(text("gt"), usual(), 2));
  expectFound(replaced(text("lt"), "%t0, 1000", "%t0, 7"), Error::Kind::Program,
              "lanes give different scales of D");
}

TEST(Warpgroup, AccumulatorsOfAnotherShapeMayNotBeUnderWay) {
  std::string other = replaced(
      replaced(transposing(productLine(), false, true), "m64n24", "m64n16"),
      ", %f8, %f9, %f10, %f11", "");
  expectFound(replaced(usualText, commit, other + commit), Error::Kind::Program,
              "accumulators of a product of another shape");
  // Behind the wait they are registers like others, once they are fenced.
  EXPECT_NO_THROW(
      run(replaced(usualText, waitAll,
                   waitAll + openFence + other +
                       "  wgmma.commit_group.sync.aligned;\n" + waitAll),
          usual(), 1));
}

TEST(Warpgroup, SumsOfBytesSaturate) {
  auto put = [](uint8_t value) {
    return [value](uint8_t *to, unsigned, unsigned) {
      std::memset(to, value, 16);
    };
  };
  Operands operands = {layOut({8, false}, rows, 32, 16, put(255)),
                       layOut({2, false}, columns, 32, 16, put(0x80))};
  std::string text =
      replaced(product, "k16.f32.bf16.bf16", "k32.s32.u8.s8.satfinite");
  text = replaced(text, "0, 1, 1, 0, 0;", "1;");
  for (unsigned k = 12; k-- > 0;) // sums are near the least number
    text = replaced(text, openFence,
                    "  mov.b32 %f" + std::to_string(k) + ", -2147483647;\n" +
                        openFence);
  for (uint32_t sum : run(text, operands, 0))
    EXPECT_EQ(int32_t(sum), INT32_MIN);
}

namespace {
/// Six stages of 64 x 16 and 16 x 8 through a ring of four: copies are two stages ahead, products
/// end a stage later than they begin.
const std::string ring =
    header +
    ".visible .entry k(.param .u64 in, .param .u64 out) {\n"
    "  .shared .align 1024 .b8 ring[9216];\n"
    "  .reg .b64 %r<16>;\n  .reg .b32 %t<8>, %f<4>;\n  .reg .pred %p<4>;\n"
    "  mov.u32 %t0, %tid.x;\n  mov.b64 %r0, ring;\n"
    "  ld.param.u64 %r1, [in];\n  mul.wide.u32 %r2, %t0, 16;\n"
    "  add.s64 %r1, %r1, %r2;\n  add.s64 %r2, %r0, %r2;\n"
    "  setp.lt.u32 %p0, %t0, 16;\n" // these have 16 bytes of B too
    "  cp.async.cg.shared.global [%r2], [%r1], 16;\n"
    "  @%p0 cp.async.cg.shared.global [%r2+2048], [%r1+2048], 16;\n"
    "  cp.async.commit_group;\n"
    "  cp.async.cg.shared.global [%r2+2304], [%r1+2304], 16;\n"
    "  @%p0 cp.async.cg.shared.global [%r2+4352], [%r1+4352], 16;\n"
    "  cp.async.commit_group;\n"
    "  shr.u64 %r3, %r0, 4;\n"
    "  add.s64 %r4, %r3, 34363932672;\n" // A: 1024 bytes to the next k, 128 to 8 rows
    "  add.s64 %r5, %r3, 34360262784;\n" // B: 128 and 128, behind A
    "  mov.u32 %t1, 0;\n"
    "LOOP:\n"
    "  cp.async.wait_group 1;\n"
    "  fence.proxy.async.shared::cta;\n"
    "  bar.sync 0;\n"
    "  add.u32 %t2, %t1, 2;\n  setp.ge.u32 %p1, %t2, 6;\n"
    "  @%p1 bra FILLED;\n"
    "  rem.u32 %t3, %t2, 4;\n  mul.wide.u32 %r6, %t3, 2304;\n"
    "  add.s64 %r6, %r2, %r6;\n  mul.wide.u32 %r7, %t2, 2304;\n"
    "  add.s64 %r7, %r1, %r7;\n"
    "  cp.async.cg.shared.global [%r6], [%r7], 16;\n"
    "  @%p0 cp.async.cg.shared.global [%r6+2048], [%r7+2048], 16;\n"
    "FILLED:\n"
    "  cp.async.commit_group;\n"
    "  rem.u32 %t3, %t1, 4;\n  mul.wide.u32 %r8, %t3, 144;\n"
    "  add.s64 %r9, %r4, %r8;\n  add.s64 %r10, %r5, %r8;\n"
    "  setp.ne.u32 %p2, %t1, 0;\n"
    "  wgmma.fence.sync.aligned;\n"
    "  wgmma.mma_async.sync.aligned.m64n8k16.f32.bf16.bf16 "
    "{%f0, %f1, %f2, %f3}, %r9, %r10, %p2, 1, 1, 0, 0;\n"
    "  wgmma.commit_group.sync.aligned;\n"
    "  wgmma.wait_group.sync.aligned 1;\n"
    "  add.u32 %t1, %t1, 1;\n  setp.lt.u32 %p3, %t1, 6;\n"
    "  @%p3 bra LOOP;\n"
    "  wgmma.wait_group.sync.aligned 0;\n"
    "  ld.param.u64 %r11, [out];\n  mul.wide.u32 %r12, %t0, 16;\n"
    "  add.s64 %r11, %r11, %r12;\n"
    "  st.global.v4.b32 [%r11], {%f0, %f1, %f2, %f3};\n  ret;\n}\n";

/// All ones but for the number of the stage in A: 16 (1 + ... + 6).
std::vector<float> runRing(const std::string &text, uint64_t seed) {
  Arrays arrays;
  std::vector<uint16_t> stages(6 * 1152, bfloat(1));
  for (size_t i = 0; i < stages.size(); ++i)
    if (i % 1152 < 1024)
      stages[i] = bfloat(int(i / 1152) + 1);
  uint64_t in = arrays.put(stages), out = arrays.make<float>(512);
  runKernel(arrays, text, Parameters(in, out), shape(1, 128, seed));
  return arrays.get<float>(out, 512);
}
} // namespace

TEST(WarpgroupRing, IsRightWithEverySeed) {
  for (uint64_t seed = 0; seed < 4 * seeds; ++seed)
    EXPECT_EQ(runRing(ring, seed), std::vector<float>(512, 16 * 21));
}

TEST(WarpgroupRing, MistakesAreFoundWithEverySeed) {
  const std::string mistakes[][2] = {
      // A stage is overwritten that the products before may still read.
      {"rem.u32 %t3, %t2, 4;", "rem.u32 %t3, %t2, 3;"},
      {"wgmma.wait_group.sync.aligned 1;", "wgmma.wait_group.sync.aligned 2;"},
      // A stage is read that has not come, or not for everybody, or not by this proxy.
      {"cp.async.wait_group 1;", "cp.async.wait_group 2;"},
      {"  bar.sync 0;\n", ""},
      {"  fence.proxy.async.shared::cta;\n", ""},
      // Sums are stored that have not ended.
      {"  wgmma.wait_group.sync.aligned 0;\n", ""}};
  for (auto &[what, with] : mistakes)
    for (uint64_t seed = 0; seed < seeds; ++seed)
      EXPECT_THROW(runRing(replaced(ring, what, with), seed), Error)
          << what << ", seed " << seed;
}
