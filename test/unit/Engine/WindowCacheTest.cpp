//===- WindowCacheTest.cpp - pages that no window reaches any more --------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "llmrt/KvCache.h"

#include <gtest/gtest.h>

#include <numeric>
#include <random>

using namespace llmrt;

namespace {

constexpr int64_t page = LLMRT_PAGE_TOKENS;

/// A cache that keeps all, and one with a window; their tables and copies.
class WindowCache : public testing::Test, public PageCopier {
protected:
  void make(int64_t sequences, int64_t context, int64_t window, int64_t rows) {
    geometry = {sequences, context, {}};
    geometry.pools.push_back({64, 0, geometry.blocks()});
    geometry.pools.push_back(
        {64, window, mostPages(window, sequences, context, rows)});
    tables.assign(geometry.tableBytes() / 4, 0);
    cache = KvCache(geometry,
                    {reinterpret_cast<uint8_t *>(tables.data()),
                     static_cast<size_t>(geometry.tableBytes())},
                    *this);
  }
  void copyPage(int64_t pool, int32_t from, int32_t to) override {
    EXPECT_NE(from, to);
    copied.push_back(pool);
  }

  Status append(int32_t sequence, int64_t count) {
    std::vector<int32_t> positions(count);
    std::iota(positions.begin(), positions.end(),
              static_cast<int32_t>(cache.length(sequence)));
    return cache.append(sequence, positions);
  }
  int32_t pageOf(size_t pool, int32_t sequence, int64_t block) const {
    return cache.pools()[pool]
        .blockTable()[sequence * geometry.blocksPerSequence() + block];
  }
  /// Whether both caches have what rows of a sequence from `row` on read.
  void expectReadable(int32_t sequence, int64_t row) const {
    for (size_t pool : {0, 1}) {
      const int64_t window = geometry.pools[pool].window;
      int64_t slot = window ? std::max<int64_t>(row - window + 1, 0) : 0;
      for (; slot < cache.length(sequence); ++slot) {
        const int32_t where = pageOf(pool, sequence, slot / page);
        ASSERT_GE(where, 0) << "slot " << slot << " of pool " << pool;
        ASSERT_EQ(
            cache.pools()[pool].slotPositions()[where * page + slot % page],
            slot);
      }
    }
  }

  KvGeometry geometry;
  std::vector<int32_t> tables;
  std::vector<int64_t> copied; // the pools of copies
  KvCache cache;
};

TEST(MostPages, aRunOfSlotsInTheWorstPlace) {
  // 100 slots before the row, and the row: 101, from a page's last slot on.
  EXPECT_EQ(mostPages(101, 1, 4096, 1), 3);
  EXPECT_EQ(mostPages(2, 1, 4096, 1), 2);
  EXPECT_EQ(mostPages(1, 1, 4096, 1), 1);
  EXPECT_EQ(mostPages(512, 1, 32768, 512), 17);
  EXPECT_EQ(mostPages(512, 4, 32768, 512), 47);
  // Never more than without a window.
  EXPECT_EQ(mostPages(0, 2, 130, 16), 6);
  EXPECT_EQ(mostPages(100, 2, 130, 4096), 6);
  EXPECT_EQ(mostPages(1000, 2, 130, 16), 6);
}

TEST_F(WindowCache, aLongSequenceIsARing) {
  make(1, 100 * page, 100, 40);
  const int32_t s = *cache.open();
  for (int64_t row = 0; row < 100 * page; row += 40) {
    const int64_t count = std::min<int64_t>(40, 100 * page - row);
    ASSERT_TRUE(append(s, count)) << row;
    expectReadable(s, row);
  }
  EXPECT_EQ(cache.pools()[0].freePages(), 0);
  EXPECT_EQ(cache.pools()[1].geometry().pages, 4);
  EXPECT_EQ(cache.pools()[1].touchedPages(), 4);
}

TEST_F(WindowCache, pagesStayWhileNoneIsNeeded) {
  make(1, 100 * page, 100, 4 * page);
  const int32_t s = *cache.open();
  const int64_t pages = geometry.pools[1].pages;
  ASSERT_TRUE(append(s, 4 * page));
  while (cache.length(s) < pages * page) {
    ASSERT_TRUE(append(s, 1));
    EXPECT_EQ(cache.keptFrom(s), 0);
  }
  ASSERT_TRUE(append(s, 1)); // takes the oldest
  EXPECT_EQ(pageOf(1, s, 0), -1);
  EXPECT_GE(pageOf(1, s, 1), 0);
  EXPECT_EQ(cache.keptFrom(s), page + 99);
}

TEST_F(WindowCache, goesBackAsFarAsItKeeps) {
  make(1, 100 * page, 100, 40);
  const int32_t s = *cache.open();
  for (int i = 0; i < 500; ++i)
    ASSERT_TRUE(append(s, 1));
  const int64_t least = cache.keptFrom(s);
  EXPECT_GT(least, 0);
  EXPECT_LE(least, 500);
  cache.truncate(s, least);
  expectReadable(s, least);
  ASSERT_TRUE(append(s, 40));
  expectReadable(s, least);
  cache.truncate(s, 0);
  EXPECT_EQ(cache.keptFrom(s), 0);
  EXPECT_EQ(cache.freePages(), geometry.pages());
}

TEST_F(WindowCache, forksShareAWindowUntilOneWrites) {
  make(2, 100 * page, 100, 40);
  const int32_t a = *cache.open();
  for (int i = 0; i < 310; ++i)
    ASSERT_TRUE(append(a, 1));
  const int32_t b = *cache.fork(a);
  EXPECT_EQ(cache.keptFrom(b), cache.keptFrom(a));
  EXPECT_EQ(pageOf(1, a, 4), pageOf(1, b, 4));
  ASSERT_TRUE(append(b, 1));
  EXPECT_EQ(copied, (std::vector<int64_t>{0, 1}));
  EXPECT_NE(pageOf(1, a, 4), pageOf(1, b, 4));
  EXPECT_EQ(pageOf(1, a, 3), pageOf(1, b, 3));
  for (int i = 0; i < 300; ++i)
    ASSERT_TRUE(append(b, 1));
  expectReadable(a, 310);
  expectReadable(b, 611);
}

/// Opens, forks, closes or truncates one of the sequences, or none.
void change(KvCache &cache, std::vector<int32_t> &open, std::mt19937 &random) {
  const size_t pick = open.empty() ? 0 : random() % open.size();
  const uint32_t kind = random() % 8;
  if (kind == 0) {
    if (auto s = cache.open())
      open.push_back(*s);
    return;
  }
  if (open.empty())
    return;
  const int32_t sequence = open[pick];
  if (kind == 1) {
    if (auto s = cache.fork(sequence))
      open.push_back(*s);
  } else if (kind == 2 && random() % 4 == 0) {
    cache.close(sequence);
    open.erase(open.begin() + static_cast<std::ptrdiff_t>(pick));
  } else if (kind == 3) {
    const int64_t least = cache.keptFrom(sequence),
                  most = cache.length(sequence);
    ASSERT_LE(least, most);
    cache.truncate(sequence, least + random() % (most - least + 1));
  }
}

/// A step takes pages from sequences that are not in it, never those that its own
/// rows read.
TEST_F(WindowCache, anyStepsOfManySequencesFindTheirPages) {
  constexpr int64_t sequences = 5, context = 30 * page + 7, rows = 150;
  for (int64_t window : {1, 2, 63, 64, 65, 200}) {
    make(sequences, context, window, rows);
    std::mt19937 random(static_cast<uint32_t>(window));
    std::vector<int32_t> open;
    for (int i = 0; i < 4000 && !HasFatalFailure(); ++i) {
      change(cache, open, random);
      std::vector<KvGrowth> step;
      std::vector<int64_t> before;
      int64_t left = rows;
      for (int32_t s : open) {
        const int64_t room = std::min(context - cache.length(s), left);
        if (room < 1 || random() % 2)
          continue;
        step.push_back({s, random() % 3 ? 1 : 1 + int64_t(random() % room)});
        before.push_back(cache.length(s));
        left -= step.back().slots;
      }
      const Status status = cache.reserve(step);
      ASSERT_TRUE(status) << status.message() << ", window " << window;
      for (const KvGrowth &growth : step)
        ASSERT_TRUE(append(growth.sequence, growth.slots));
      for (size_t k = 0; k < step.size(); ++k)
        expectReadable(step[k].sequence, before[k]);
    }
    for (int32_t s : open)
      cache.close(s);
    EXPECT_EQ(cache.freePages(), geometry.pages());
  }
}

TEST_F(WindowCache, whatStepsReadBeginsTheTables) {
  make(1, 100 * page, 100, 40);
  const int32_t s = *cache.open();
  ASSERT_TRUE(append(s, 10));
  // Two block tables, the ring's positions and one page's of the other.
  EXPECT_EQ(cache.tableBytesInUse(), 4 * (2 * 100 + 4 * page + page));
}

} // namespace
