//===- KvCache.cpp - keys and values of sequences, in pages ---------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A sequence within its context always finds a page where there are as many as
// mostPages() says, also for the copy of a shared page: a page in use stands in at
// least one entry of the block table. With fewer pages an append may be refused,
// before it changes anything.
//===----------------------------------------------------------------------===//
#include "llmrt/KvCache.h"

#include <algorithm>

using namespace llmrt;

namespace {
constexpr int64_t pageTokens = LLMRT_PAGE_TOKENS;
} // namespace

int64_t KvGeometry::pages() const {
  int64_t sum = 0;
  for (const PoolGeometry &pool : pools)
    sum += pool.pages;
  return sum;
}

int64_t KvGeometry::offsetOf(size_t pool) const {
  int64_t sum = 0;
  for (size_t before = 0; before < pool; ++before)
    sum += pools[before].bytes();
  return sum;
}

int64_t KvGeometry::tableBytes() const {
  // Of each pool block table, slot positions, reference counts and free list, first
  // blocks; lengths.
  const auto count = static_cast<int64_t>(pools.size());
  return 4 * (count * (blocks() + sequences) + pages() * (pageTokens + 2) +
              sequences);
}

KvCache::KvCache(const KvGeometry &geometry, std::span<uint8_t> tables,
                 PageCopier &copier)
    : sizes(geometry) {
  assert(static_cast<int64_t>(tables.size()) == geometry.tableBytes() &&
         "tables of another size than the contract says");
  std::span<int32_t> rest(reinterpret_cast<int32_t *>(tables.data()),
                          tables.size() / 4);
  auto take = [&rest](int64_t count) {
    std::span<int32_t> front = rest.first(count);
    rest = rest.subspan(count);
    return front;
  };
  const std::vector<PoolGeometry> &pools = geometry.pools;
  std::vector<PagePool::Tables> parts(pools.size());
  for (size_t i = 0; i < pools.size(); ++i) {
    assert(pools[i].pages >= 1 && pools[i].pages <= geometry.blocks() &&
           "pages that no block can name");
    parts[i].blocks = take(geometry.blocks());
    if (pools[i].pages > pools[largest].pages)
      largest = i;
  }
  // The others' are small, and soon in use.
  for (size_t i = 0; i < pools.size(); ++i)
    if (i != largest)
      parts[i].positions = take(pools[i].pages * pageTokens);
  parts[largest].positions = take(pools[largest].pages * pageTokens);
  for (size_t i = 0; i < pools.size(); ++i) {
    parts[i].referenceCounts = take(pools[i].pages);
    parts[i].freeList = take(pools[i].pages);
    parts[i].firstBlocks = take(geometry.sequences);
    all.emplace_back(static_cast<int64_t>(i), pools[i], parts[i], copier);
  }
  lengths = take(geometry.sequences);
  std::fill(lengths.begin(), lengths.end(), -1);
}

int64_t KvCache::tableBytesInUse() const {
  int64_t words = 0;
  for (size_t i = 0; i < all.size(); ++i)
    words += sizes.blocks() +
             (i == largest ? all[i].touchedPages() : sizes.pools[i].pages) *
                 pageTokens;
  return 4 * words;
}

int64_t KvCache::freePages() const {
  int64_t sum = 0;
  for (const PagePool &pool : all)
    sum += pool.freePages();
  return sum;
}

Expected<int32_t> KvCache::open() {
  auto unused = std::find(lengths.begin(), lengths.end(), -1);
  if (unused == lengths.end())
    return Status::error(
        "all " + std::to_string(sizes.sequences) +
        " sequences are in use: close one or ask for a larger batch");
  *unused = 0;
  return static_cast<int32_t>(unused - lengths.begin());
}

Expected<int32_t> KvCache::fork(int32_t sequence) {
  assert(isOpen(sequence) && "fork of a closed sequence");
  auto copy = open();
  if (!copy)
    return copy;
  lengths[*copy] = lengths[sequence];
  for (PagePool &pool : all)
    pool.fork(sequence, *copy);
  return copy;
}

void KvCache::close(int32_t sequence) {
  truncate(sequence, 0);
  lengths[sequence] = -1;
}

void KvCache::truncate(int32_t sequence, int64_t length) {
  assert(isOpen(sequence) && length >= 0 && "truncation of a closed sequence");
  if (length >= lengths[sequence])
    return;
  for (PagePool &pool : all)
    pool.truncate(sequence, length);
  lengths[sequence] = static_cast<int32_t>(length);
}

int64_t KvCache::keptFrom(int32_t sequence) const {
  int64_t least = 0;
  for (const PagePool &pool : all)
    least = std::max(least, pool.keptFrom(sequence));
  return least;
}

/// What is said where `needed` pages are more than are free.
static Status checkFree(const PagePool &pool, int64_t needed) {
  if (needed <= pool.freePages())
    return Status::ok();
  return Status::error(
      "the cache has " + std::to_string(pool.geometry().pages) + " pages of " +
      std::to_string(pageTokens) +
      " tokens: " + std::to_string(pool.freePages()) + " are free, " +
      std::to_string(needed) + " more were needed");
}

/// The copy of a page that several of the sequences write into is made by all but
/// the last of its holders.
int64_t KvCache::pagesNeeded(const PagePool &pool,
                             std::span<const KvGrowth> step) const {
  int64_t pages = 0;
  for (const KvGrowth &growth : step) {
    const int32_t last =
        pool.openPage(growth.sequence, length(growth.sequence));
    const auto copies =
        std::count_if(step.data(), &growth, [&](const KvGrowth &before) {
          return last >= 0 && pool.openPage(before.sequence,
                                            length(before.sequence)) == last;
        });
    pages += pool.pagesNeeded(growth.sequence, length(growth.sequence),
                              growth.slots, copies);
  }
  return pages;
}

Status KvCache::reserve(std::span<const KvGrowth> step) {
  for (PagePool &pool : all) {
    const int64_t needed = pagesNeeded(pool, step);
    pool.makeRoom(needed, lengths);
    if (Status status = checkFree(pool, needed); !status)
      return status;
  }
  return Status::ok();
}

Status KvCache::append(int32_t sequence, std::span<const int32_t> positions) {
  assert(isOpen(sequence) && "append to a closed sequence");
  const int64_t used = lengths[sequence];
  const auto count = static_cast<int64_t>(positions.size());
  if (used + count > sizes.context)
    return Status::error("the context holds " + std::to_string(sizes.context) +
                         " tokens: " + std::to_string(used) + " are in use, " +
                         std::to_string(count) + " more were asked for");
  const KvGrowth alone = {sequence, count};
  if (Status status = reserve({&alone, 1}); !status)
    return status;
  for (PagePool &pool : all)
    pool.append(sequence, used, positions);
  lengths[sequence] = static_cast<int32_t>(used + count);
  return Status::ok();
}

/// Those with a window have enough for any step.
Status KvCache::checkRoom(int32_t sequence, int64_t slots) const {
  const KvGrowth alone = {sequence, slots};
  for (const PagePool &pool : all)
    if (pool.geometry().window == 0)
      if (Status status = checkFree(pool, pagesNeeded(pool, {&alone, 1}));
          !status)
        return status;
  return Status::ok();
}
