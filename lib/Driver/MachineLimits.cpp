//===- MachineLimits.cpp - how fast this machine is at most ---------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Products run on registers alone, each instruction with more sums in flight than
// its latency times its units.
//===----------------------------------------------------------------------===//
#include "MachineLimits.h"

#include "llmrt/Cpu.h"

#include <algorithm>
#include <atomic>
#include <barrier>
#include <chrono>
#include <functional>
#include <immintrin.h>
#include <thread>
#include <vector>

using namespace llmc;

//===----------------------------------------------------------------------===//
// A team
//===----------------------------------------------------------------------===//

/// The most of `amount` per second of all threads in one pass of `work(thread)`.
static double measure(int64_t threads, int64_t passes, double amount,
                      const std::function<void(int64_t)> &work) {
  std::barrier start(threads), end(threads);
  double best = 0;
  auto run = [&](int64_t thread) {
    for (int64_t pass = 0; pass < passes; ++pass) {
      start.arrive_and_wait();
      const auto begin = std::chrono::steady_clock::now();
      work(thread);
      end.arrive_and_wait();
      const std::chrono::duration<double> seconds =
          std::chrono::steady_clock::now() - begin;
      if (thread == 0)
        best = std::max(best, amount * double(threads) / seconds.count());
    }
  };
  std::vector<std::jthread> others;
  for (int64_t thread = 1; thread < threads; ++thread)
    others.emplace_back(run, thread);
  run(0);
  return best;
}

//===----------------------------------------------------------------------===//
// Reading
//===----------------------------------------------------------------------===//

/// Four streams of one thread keep more reads under way than one would.
static uint64_t sum(const uint64_t *words, int64_t count) {
  constexpr int64_t wordsAhead = 512; // 4 KiB: as far as the kernels prefetch
  const int64_t quarter = count / 4;
  uint64_t total = 0;
  for (int64_t i = 0; i < quarter; i += 8)
    for (int64_t stream = 0; stream < 4; ++stream) {
      const uint64_t *line = words + stream * quarter + i;
      __builtin_prefetch(line + wordsAhead);
      for (int64_t k = 0; k < 8; ++k)
        total += line[k];
    }
  return total;
}

static double measureReading(int64_t bytes, int64_t threads, int64_t passes) {
  std::vector<uint64_t> words(std::max<int64_t>(bytes, 1 << 20) / 8);
  for (size_t i = 0; i < words.size(); ++i)
    words[i] = i * 0x9e3779b97f4a7c15ull; // no two pages alike
  // Whole lines in each of a thread's four streams.
  const int64_t share = int64_t(words.size()) / threads / 32 * 32;
  std::atomic<uint64_t> total = 0; // used: the sums are made
  return measure(threads, passes, 8.0 * double(share), [&](int64_t thread) {
    total += sum(words.data() + thread * share, share);
  });
}

//===----------------------------------------------------------------------===//
// Multiplying
//===----------------------------------------------------------------------===//

namespace {

constexpr int sums = 10;
constexpr int64_t turns = 1'000'000, tileTurns = 50'000;

/// A loop of one instruction, and the operations that it makes.
struct Products {
  void (*run)();
  double operations;
};

} // namespace

/// Keeps a register's value, and what it depends on, out of the optimiser's reach.
#define LLMC_HIDE(value) __asm__ volatile("" : "+v"(value))
#define LLMC_PRODUCTS(name, features, Vector, step)                            \
  __attribute__((target(features), noinline)) static void name() {             \
    Vector sum[sums] = {}, a = {}, b = {};                                     \
    LLMC_HIDE(a);                                                              \
    LLMC_HIDE(b);                                                              \
    for (int64_t turn = 0; turn < turns; ++turn)                               \
      for (Vector &one : sum) {                                                \
        one = step;                                                            \
        LLMC_HIDE(one);                                                        \
      }                                                                        \
  }
// Pairs in 16 bits; the widening to 32 is rarer in a kernel, and left out.
LLMC_PRODUCTS(multiplyPairs, "avx2", __m256i,
              _mm256_add_epi16(one, _mm256_maddubs_epi16(a, b)))
LLMC_PRODUCTS(multiplyBytes256, "avx2,avxvnni", __m256i,
              _mm256_dpbusd_avx_epi32(one, a, b))
LLMC_PRODUCTS(multiplyBytes512, "avx512f,avx512vnni", __m512i,
              _mm512_dpbusd_epi32(one, a, b))
LLMC_PRODUCTS(multiplyHalves512, "avx512f,avx512bf16", __m512,
              _mm512_dpbf16_ps(one, (__m512bh)a, (__m512bh)b))
LLMC_PRODUCTS(multiplyFloats256, "avx2,fma", __m256, _mm256_fmadd_ps(a, b, one))
LLMC_PRODUCTS(multiplyFloats512, "avx512f", __m512, _mm512_fmadd_ps(a, b, one))

/// All eight registers whole: 16 rows of 64 bytes.
__attribute__((target("amx-tile"))) static void configureTiles() {
  struct alignas(64) {
    uint8_t palette = 1, start = 0, reserved[14] = {};
    uint16_t rowBytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};
    uint8_t rows[16] = {16, 16, 16, 16, 16, 16, 16, 16};
  } configuration;
  // The load reads what the compiler may not have stored yet.
  __asm__ volatile("" : : "r"(&configuration) : "memory");
  _tile_loadconfig(&configuration);
}

#define LLMC_TILES(name, features, product)                                    \
  __attribute__((target("amx-tile," features), noinline)) static void name() { \
    configureTiles();                                                          \
    _tile_zero(4), _tile_zero(5), _tile_zero(6), _tile_zero(7);                \
    for (int64_t turn = 0; turn < tileTurns; ++turn) {                         \
      product(0, 4, 6);                                                        \
      product(1, 4, 7);                                                        \
      product(2, 5, 6);                                                        \
      product(3, 5, 7);                                                        \
    }                                                                          \
    _tile_release();                                                           \
  }
LLMC_TILES(multiplyByteTiles, "amx-int8", _tile_dpbssd)
LLMC_TILES(multiplyHalfTiles, "amx-bf16", _tile_dpbf16ps)

namespace {

constexpr double vectors = double(turns) * sums,
                 tiles = double(tileTurns) * 4 * 16 * 16;

/// What a variant multiplies with; the best first.
constexpr struct {
  llvm::StringLiteral variant;
  uint64_t needs;
  Products int8, bf16, f32;
} instructions[] = {{"amx",
                     LLMRT_CPU_AMX,
                     {multiplyByteTiles, tiles * 2 * 64},
                     {multiplyHalfTiles, tiles * 2 * 32},
                     {multiplyFloats512, vectors * 2 * 16}},
                    {"avx512-bf16",
                     LLMRT_CPU_AVX512_BF16 | LLMRT_CPU_AVX512_VNNI,
                     {multiplyBytes512, vectors * 2 * 64},
                     {multiplyHalves512, vectors * 2 * 32},
                     {multiplyFloats512, vectors * 2 * 16}},
                    {"avx512-vnni",
                     LLMRT_CPU_AVX512_VNNI,
                     {multiplyBytes512, vectors * 2 * 64},
                     {nullptr, 0},
                     {multiplyFloats512, vectors * 2 * 16}},
                    {"avx-vnni",
                     LLMRT_CPU_AVX_VNNI,
                     {multiplyBytes256, vectors * 2 * 32},
                     {nullptr, 0},
                     {multiplyFloats256, vectors * 2 * 8}},
                    {"avx2",
                     LLMRT_CPU_AVX2,
                     {multiplyPairs, vectors * 2 * 32},
                     {nullptr, 0},
                     {multiplyFloats256, vectors * 2 * 8}}};

} // namespace

MachineLimits llmc::measureLimits(llvm::StringRef variant, int64_t bytes,
                                  int64_t threads, int64_t passes) {
  MachineLimits limits;
  limits.read = measureReading(bytes, threads, passes);
  const uint64_t features = llmrt::cpuFeatures();
  auto isThere = [&](const auto &row) {
    return (features & row.needs) == row.needs;
  };
  const auto *row = std::find_if(
      std::begin(instructions), std::end(instructions), [&](const auto &each) {
        return each.variant == variant && isThere(each);
      });
  if (row == std::end(instructions))
    row =
        std::find_if(std::begin(instructions), std::end(instructions), isThere);
  if (row == std::end(instructions))
    return limits; // no program of llmc runs here either
  auto multiply = [&](const Products &products) {
    return products.run ? measure(threads, passes, products.operations,
                                  [&](int64_t) { products.run(); })
                        : 0;
  };
  limits.int8 = multiply(row->int8);
  limits.bf16 = multiply(row->bf16);
  limits.f32 = multiply(row->f32);
  return limits;
}
