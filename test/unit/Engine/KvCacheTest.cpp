//===- KvCacheTest.cpp - pages, shared and copied -------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "llmrt/KvCache.h"

#include <gtest/gtest.h>

#include <numeric>
#include <random>

using namespace llmrt;

namespace {

constexpr int64_t page = LLMRT_PAGE_TOKENS;

/// Tables and pages of a test.
struct Pages : PageCopier {
  std::vector<int32_t> tables;
  std::vector<std::pair<int32_t, int32_t>> copies; // from, to

  void copyPage(int64_t, int32_t from, int32_t to) override {
    copies.emplace_back(from, to);
  }
};

/// The last one is in use.
Pages pagesOfTest;

KvCache makeCache(int64_t sequences, int64_t context, int64_t pages = 0) {
  KvGeometry geometry = KvGeometry::full(sequences, context, 64);
  if (pages)
    geometry.pools[0].pages = pages;
  pagesOfTest.tables.assign(geometry.tableBytes() / 4, 0);
  pagesOfTest.copies.clear();
  return KvCache(geometry,
                 {reinterpret_cast<uint8_t *>(pagesOfTest.tables.data()),
                  static_cast<size_t>(geometry.tableBytes())},
                 pagesOfTest);
}

Status append(KvCache &cache, int32_t sequence, int64_t count) {
  std::vector<int32_t> positions(count);
  std::iota(positions.begin(), positions.end(),
            static_cast<int32_t>(cache.length(sequence)));
  return cache.append(sequence, positions);
}

int32_t pageOf(const KvCache &cache, int32_t sequence, int64_t block) {
  return cache.pools()[0]
      .blockTable()[sequence * cache.geometry().blocksPerSequence() + block];
}

int32_t positionAt(const KvCache &cache, int32_t sequence, int64_t slot) {
  return cache.pools()[0]
      .slotPositions()[pageOf(cache, sequence, slot / page) * page +
                       slot % page];
}

TEST(KvCache, takesPagesAsTheyAreNeeded) {
  KvCache cache = makeCache(1, 3 * page);
  int32_t s = *cache.open();
  EXPECT_EQ(cache.freePages(), 3);
  ASSERT_TRUE(append(cache, s, page));
  EXPECT_EQ(cache.freePages(), 2);
  ASSERT_TRUE(append(cache, s, 1));
  EXPECT_EQ(cache.freePages(), 1);
}

TEST(KvCache, positionsOfUsedSlotsAndEmptyOnes) {
  KvCache cache = makeCache(1, 2 * page);
  int32_t s = *cache.open();
  ASSERT_TRUE(append(cache, s, 10));
  EXPECT_EQ(positionAt(cache, s, 9), 9);
  EXPECT_EQ(positionAt(cache, s, 10), LLMRT_EMPTY_POSITION);
}

TEST(KvCache, refusesMoreThanTheContextAndChangesNothing) {
  KvCache cache = makeCache(1, 70);
  int32_t s = *cache.open();
  ASSERT_TRUE(append(cache, s, 60));
  EXPECT_EQ(
      append(cache, s, 11).message(),
      "the context holds 70 tokens: 60 are in use, 11 more were asked for");
  EXPECT_EQ(cache.length(s), 60);
  EXPECT_EQ(cache.freePages(), 1);
  EXPECT_TRUE(append(cache, s, 10));
}

TEST(KvCache, forksShareUntilOneWrites) {
  KvCache cache = makeCache(2, 2 * page);
  int32_t a = *cache.open();
  ASSERT_TRUE(append(cache, a, page + 5));
  const int32_t shared = pageOf(cache, a, 1);
  int32_t b = *cache.fork(a);
  EXPECT_EQ(cache.freePages(), 2); // nothing was copied yet
  ASSERT_TRUE(append(cache, b, 1));
  EXPECT_EQ(pageOf(cache, a, 0), pageOf(cache, b, 0));
  EXPECT_NE(pageOf(cache, a, 1), pageOf(cache, b, 1));
  EXPECT_EQ(pagesOfTest.copies, (std::vector<std::pair<int32_t, int32_t>>{
                                    {shared, pageOf(cache, b, 1)}}));
  EXPECT_EQ(positionAt(cache, b, page + 4), page + 4);
  EXPECT_EQ(positionAt(cache, b, page + 5), page + 5);
  EXPECT_EQ(positionAt(cache, a, page + 5), LLMRT_EMPTY_POSITION);
}

TEST(KvCache, theLastHolderOfAPageWritesInPlace) {
  KvCache cache = makeCache(2, page);
  int32_t a = *cache.open();
  ASSERT_TRUE(append(cache, a, 5));
  int32_t b = *cache.fork(a), before = pageOf(cache, a, 0);
  cache.close(b);
  ASSERT_TRUE(append(cache, a, 1));
  EXPECT_EQ(pageOf(cache, a, 0), before);
}

TEST(KvCache, aCopyLeavesOutWhatItsSequenceForgot) {
  KvCache cache = makeCache(2, page);
  int32_t a = *cache.open();
  ASSERT_TRUE(append(cache, a, 30));
  int32_t b = *cache.fork(a);
  cache.truncate(b, 10);
  EXPECT_EQ(positionAt(cache, a, 20), 20); // still a's
  ASSERT_TRUE(append(cache, b, 1));
  EXPECT_EQ(positionAt(cache, b, 10), 10);
  EXPECT_EQ(positionAt(cache, b, 11), LLMRT_EMPTY_POSITION);
}

TEST(KvCache, truncationEmptiesSlotsAndGivesPagesBack) {
  KvCache cache = makeCache(1, 4 * page);
  int32_t s = *cache.open();
  ASSERT_TRUE(append(cache, s, 4 * page));
  cache.truncate(s, page + 1);
  EXPECT_EQ(cache.freePages(), 2);
  EXPECT_EQ(positionAt(cache, s, page), page);
  EXPECT_EQ(positionAt(cache, s, page + 1), LLMRT_EMPTY_POSITION);
  cache.truncate(s, page); // a page's end: the next one goes as well
  EXPECT_EQ(cache.freePages(), 3);
  cache.truncate(s, 1000); // nothing to forget
  EXPECT_EQ(cache.length(s), page);
}

TEST(KvCache, aReusedPageStartsEmpty) {
  KvCache cache = makeCache(1, page);
  int32_t s = *cache.open();
  ASSERT_TRUE(append(cache, s, page));
  cache.close(s);
  s = *cache.open();
  ASSERT_TRUE(append(cache, s, 1));
  EXPECT_EQ(positionAt(cache, s, 1), LLMRT_EMPTY_POSITION);
}

TEST(KvCache, fewerPagesThanBlocksAreRefusedBeforeAnythingChanges) {
  KvCache cache = makeCache(2, 3 * page, 4);
  int32_t a = *cache.open(), b = *cache.open();
  ASSERT_TRUE(append(cache, a, 3 * page));
  ASSERT_TRUE(append(cache, b, page - 1));
  EXPECT_EQ(append(cache, b, 2).message(),
            "the cache has 4 pages of 64 tokens: 0 are free, 1 more were "
            "needed");
  EXPECT_EQ(cache.length(b), page - 1);
  ASSERT_TRUE(append(cache, b, 1));
  cache.truncate(a, page);
  EXPECT_EQ(cache.freePages(), 2);
  EXPECT_TRUE(append(cache, b, 2 * page));
}

TEST(KvCache, aCopyOfASharedPageIsCounted) {
  KvCache cache = makeCache(3, page, 2);
  int32_t a = *cache.open();
  ASSERT_TRUE(append(cache, a, 10));
  int32_t b = *cache.fork(a), c = *cache.fork(a);
  const KvGrowth step[] = {{a, 1}, {b, 1}, {c, 1}};
  EXPECT_TRUE(cache.reserve({step, 1}));
  EXPECT_TRUE(cache.checkRoom(a, 1));
  EXPECT_EQ(cache.reserve({step, 2}).message(),
            "the cache has 2 pages of 64 tokens: 1 are free, 2 more were "
            "needed");
  // The last of three writes where it is.
  EXPECT_EQ(cache.reserve(step).message(),
            "the cache has 2 pages of 64 tokens: 1 are free, 2 more were "
            "needed");
  ASSERT_TRUE(append(cache, b, 1));
  EXPECT_FALSE(append(cache, c, 1));
  EXPECT_EQ(cache.length(c), 10);
}

TEST(KvCache, allPagesReturnWhateverHappens) {
  constexpr int64_t sequences = 5, context = 3 * page + 7;
  KvCache cache = makeCache(sequences, context);
  const int64_t all = cache.freePages();
  std::mt19937 random(3);
  std::vector<int32_t> open;
  for (int i = 0; i < 20000; ++i) {
    const size_t pick = open.empty() ? 0 : random() % open.size();
    switch (random() % 5) {
    case 0:
      if (auto s = cache.open())
        open.push_back(*s);
      break;
    case 1:
      if (!open.empty())
        if (auto s = cache.fork(open[pick]))
          open.push_back(*s);
      break;
    case 2:
      if (!open.empty() && random() % 3 == 0) {
        cache.close(open[pick]);
        open.erase(open.begin() + static_cast<std::ptrdiff_t>(pick));
      }
      break;
    case 3:
      if (!open.empty())
        cache.truncate(open[pick], random() % (cache.length(open[pick]) + 1));
      break;
    default:
      if (!open.empty()) {
        int64_t room = context - cache.length(open[pick]);
        ASSERT_TRUE(
            append(cache, open[pick], std::min<int64_t>(room, random() % 90)));
        for (int64_t slot = 0; slot < cache.length(open[pick]); ++slot)
          ASSERT_EQ(positionAt(cache, open[pick], slot), slot);
      }
    }
  }
  for (int32_t s : open)
    cache.close(s);
  EXPECT_EQ(cache.freePages(), all);
}

} // namespace
