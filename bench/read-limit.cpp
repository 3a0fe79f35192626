//===- read-limit.cpp - how fast this machine reads a model's bytes -------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Decoding reads every weight once a token, so tokens/s cannot exceed the bytes
// that the threads read in a second. Sums a buffer of a given size, each thread
// a stretch of its own, and prints the best of the passes in bytes/s.
// usage: read-limit BYTES THREADS [PASSES]
//===----------------------------------------------------------------------===//
#include <algorithm>
#include <atomic>
#include <barrier>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <vector>

namespace {

constexpr int64_t wordsAhead = 512; // 4 KiB: as far as the kernels prefetch

/// Four streams of one thread keep more reads under way than one would.
uint64_t sum(const uint64_t *words, int64_t count) {
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

double bestBytesPerSecond(const std::vector<uint64_t> &words, int64_t threads,
                          int64_t passes) {
  // Whole lines in each of a thread's four streams.
  const int64_t share = static_cast<int64_t>(words.size()) / threads / 32 * 32;
  std::atomic<uint64_t> total = 0;
  std::barrier start(threads), end(threads);
  double best = 0;
  auto read = [&](int64_t thread) {
    for (int64_t pass = 0; pass < passes; ++pass) {
      start.arrive_and_wait();
      const auto begin = std::chrono::steady_clock::now();
      total += sum(words.data() + thread * share, share);
      end.arrive_and_wait();
      const std::chrono::duration<double> seconds =
          std::chrono::steady_clock::now() - begin;
      if (thread == 0)
        best = std::max(best, 8.0 * share * threads / seconds.count());
    }
  };
  std::vector<std::jthread> others;
  for (int64_t thread = 1; thread < threads; ++thread)
    others.emplace_back(read, thread);
  read(0);
  others.clear();
  std::fprintf(stderr, "sum %llu\n",
               static_cast<unsigned long long>(total.load()));
  return best;
}

} // namespace

int main(int argc, char **argv) {
  const int64_t bytes = argc > 2 ? std::atoll(argv[1]) : 0;
  const int64_t threads = argc > 2 ? std::atoll(argv[2]) : 0;
  const int64_t passes = argc > 3 ? std::atoll(argv[3]) : 10;
  if (bytes < (1 << 20) || threads < 1 || threads > 1024 || passes < 1) {
    std::fputs("usage: read-limit BYTES THREADS [PASSES]; at least 1 MiB\n",
               stderr);
    return 2;
  }
  std::vector<uint64_t> words(bytes / 8);
  for (size_t i = 0; i < words.size(); ++i)
    words[i] = i * 0x9e3779b97f4a7c15ull; // no two pages alike
  std::printf("%.6g\n", bestBytesPerSecond(words, threads, passes));
}
