//===- dot-limit.cpp - how fast this machine multiplies and adds ----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Prompts are products: of bytes where activations are integers, of f32 in
// attention. Runs the best instruction that the compiler was allowed for each, on
// registers alone, and prints the best of the passes in operations/s, a
// multiplication and an addition counting as two: bytes, then f32.
// usage: dot-limit THREADS [PASSES]
//===----------------------------------------------------------------------===//
#include <algorithm>
#include <barrier>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <immintrin.h>
#include <thread>
#include <vector>

namespace {

constexpr int64_t rounds = 2'000'000;
constexpr int sums = 10; // in flight: more than latency times units

#if defined(__AVX512VNNI__)
using Integers = __m512i;
using Floats = __m512;
Integers dot(Integers sum, Integers a, Integers b) {
  return _mm512_dpbusd_epi32(sum, a, b);
}
Floats fma(Floats sum, Floats a, Floats b) {
  return _mm512_fmadd_ps(a, b, sum);
}
#elif defined(__AVX2__)
using Integers = __m256i;
using Floats = __m256;
Integers dot(Integers sum, Integers a, Integers b) {
#if defined(__AVXVNNI__)
  return _mm256_dpbusd_avx_epi32(sum, a, b);
#else
  // Pairs in 16 bits; the widening to 32 is rarer in a kernel, and left out.
  return _mm256_add_epi16(sum, _mm256_maddubs_epi16(a, b));
#endif
}
Floats fma(Floats sum, Floats a, Floats b) {
  return _mm256_fmadd_ps(a, b, sum);
}
#else
#error "no AVX2: generated code does not run on this machine either"
#endif

/// Keeps a value, and what it depends on, out of the optimiser's reach.
template <typename T> void keep(T &value) {
  __asm__ volatile("" : "+x"(value));
}

template <typename T, typename Step> void turn(Step step) {
  T sum[sums] = {}, a = {}, b = {};
  keep(a), keep(b);
  for (int64_t i = 0; i < rounds; ++i)
    for (T &one : sum) {
      one = step(one, a, b);
      keep(one);
    }
}

/// Operations per second of `work`, which makes `operations` on each thread.
template <typename Work>
double measure(int64_t threads, int64_t passes, double operations, Work work) {
  std::barrier start(threads), end(threads);
  double best = 0;
  auto run = [&](int64_t thread) {
    for (int64_t pass = 0; pass < passes; ++pass) {
      start.arrive_and_wait();
      const auto begin = std::chrono::steady_clock::now();
      work();
      end.arrive_and_wait();
      const std::chrono::duration<double> seconds =
          std::chrono::steady_clock::now() - begin;
      if (thread == 0)
        best = std::max(best, operations * static_cast<double>(threads) /
                                  seconds.count());
    }
  };
  std::vector<std::jthread> others;
  for (int64_t thread = 1; thread < threads; ++thread)
    others.emplace_back(run, thread);
  run(0);
  return best;
}

} // namespace

int main(int argc, char **argv) {
  const int64_t threads = argc > 1 ? std::atoll(argv[1]) : 0;
  const int64_t passes = argc > 2 ? std::atoll(argv[2]) : 10;
  if (threads < 1 || threads > 1024 || passes < 1) {
    std::fputs("usage: dot-limit THREADS [PASSES]\n", stderr);
    return 2;
  }
  const auto each = static_cast<double>(rounds * sums);
  std::printf("%.6g %.6g\n",
              measure(threads, passes, each * 2 * sizeof(Integers),
                      [] { turn<Integers>(dot); }),
              measure(threads, passes,
                      each * 2 * sizeof(Floats) / sizeof(float),
                      [] { turn<Floats>(fma); }));
}
