//===- KvCache.cpp - pages of keys and values, shared by sequences --------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// With a page per block table entry a sequence within its context always finds
// one, also for the copy of a shared page: a page in use stands in at least one
// entry. With fewer pages an append may be refused, before it changes anything.
//===----------------------------------------------------------------------===//
#include "llmrt/KvCache.h"

#include <algorithm>

using namespace llmrt;

namespace {
constexpr int64_t pageTokens = LLMRT_PAGE_TOKENS;
} // namespace

int64_t KvGeometry::tableBytes() const {
  // Block table, slot positions, reference counts and free list, lengths.
  return 4 * (blocks() + pages * pageTokens + 2 * pages + sequences);
}

KvCache::KvCache(const KvGeometry &geometry, std::span<uint8_t> tables,
                 PageCopier &pages)
    : sizes(geometry), copier(&pages) {
  assert(geometry.pages >= 1 && geometry.pages <= geometry.blocks() &&
         "pages that no block can name");
  assert(static_cast<int64_t>(tables.size()) == geometry.tableBytes() &&
         "tables of another size than the contract says");
  std::span<int32_t> rest(reinterpret_cast<int32_t *>(tables.data()),
                          tables.size() / 4);
  auto take = [&rest](int64_t count) {
    std::span<int32_t> front = rest.first(count);
    rest = rest.subspan(count);
    return front;
  };
  blocks = take(geometry.blocks());
  positionTable = take(geometry.pages * pageTokens);
  referenceCounts = take(geometry.pages);
  freeList = take(geometry.pages);
  lengths = take(geometry.sequences);

  std::fill(blocks.begin(), blocks.end(), noPage);
  std::fill(lengths.begin(), lengths.end(), -1);
  // Lowest page on top: a short run touches the beginning only.
  for (int64_t i = 0; i < geometry.pages; ++i)
    freeList[i] = static_cast<int32_t>(geometry.pages - 1 - i);
  freeCount = geometry.pages;
}

int64_t KvCache::tableBytesInUse() const {
  return 4 * (sizes.blocks() + touchedPages * pageTokens);
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
  for (int64_t i = 0; i < sizes.blocksPerSequence(); ++i) {
    int32_t page = block(sequence, i);
    block(*copy, i) = page;
    if (page != noPage)
      ++referenceCounts[page];
  }
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
  const int64_t kept = (length + pageTokens - 1) / pageTokens;
  for (int64_t i = kept; i < sizes.blocksPerSequence(); ++i) {
    if (block(sequence, i) == noPage)
      break;
    releasePage(block(sequence, i));
    block(sequence, i) = noPage;
  }
  // A shared page keeps its slots for the others; `append` copies it first.
  if (length % pageTokens != 0) {
    int32_t page = block(sequence, length / pageTokens);
    int32_t *slots = &positionTable[page * pageTokens];
    if (referenceCounts[page] == 1)
      std::fill(slots + length % pageTokens, slots + pageTokens,
                LLMRT_EMPTY_POSITION);
  }
  lengths[sequence] = static_cast<int32_t>(length);
}

Status KvCache::append(int32_t sequence, std::span<const int32_t> positions) {
  assert(isOpen(sequence) && "append to a closed sequence");
  int64_t slot = lengths[sequence];
  const int64_t end = slot + static_cast<int64_t>(positions.size());
  if (end > sizes.context)
    return Status::error("the context holds " + std::to_string(sizes.context) +
                         " tokens: " + std::to_string(slot) + " are in use, " +
                         std::to_string(positions.size()) +
                         " more were asked for");
  if (Status status = checkFree(pagesNeeded(sequence, end - slot)); !status)
    return status;
  if (slot % pageTokens != 0 && end > slot)
    unshareLastPage(sequence);
  for (int32_t position : positions) {
    int32_t &page = block(sequence, slot / pageTokens);
    if (page == noPage)
      page = takePage();
    positionTable[page * pageTokens + slot % pageTokens] = position;
    ++slot;
  }
  lengths[sequence] = static_cast<int32_t>(end);
  return Status::ok();
}

int64_t KvCache::pagesNeeded(int32_t sequence, int64_t count,
                             int64_t copies) const {
  assert(isOpen(sequence) && "pages of a closed sequence");
  const int64_t used = lengths[sequence];
  auto blocksOf = [](int64_t slots) {
    return (slots + pageTokens - 1) / pageTokens;
  };
  const int32_t last = openPage(sequence);
  const bool isShared =
      count > 0 && last != noPage && referenceCounts[last] - copies > 1;
  return blocksOf(used + count) - blocksOf(used) + isShared;
}

bool KvCache::sharesLastPage(int32_t a, int32_t b) const {
  assert(isOpen(a) && isOpen(b) && "pages of a closed sequence");
  return openPage(a) != noPage && openPage(a) == openPage(b);
}

/// The partly filled page, which the next slot lies in; or none.
int32_t KvCache::openPage(int32_t sequence) const {
  const int64_t used = lengths[sequence];
  if (used % pageTokens == 0)
    return noPage;
  return blocks[sequence * sizes.blocksPerSequence() + used / pageTokens];
}

Status KvCache::checkFree(int64_t needed) const {
  if (needed <= freeCount)
    return Status::ok();
  return Status::error("the cache has " + std::to_string(sizes.pages) +
                       " pages of " + std::to_string(pageTokens) +
                       " tokens: " + std::to_string(freeCount) + " are free, " +
                       std::to_string(needed) + " more were needed");
}

int32_t KvCache::takePage() {
  assert(freeCount > 0 && "a page was promised that is not free");
  int32_t page = freeList[--freeCount];
  touchedPages = std::max<int64_t>(touchedPages, page + 1);
  referenceCounts[page] = 1;
  std::fill_n(&positionTable[page * pageTokens], pageTokens,
              LLMRT_EMPTY_POSITION);
  return page;
}

void KvCache::releasePage(int32_t page) {
  assert(referenceCounts[page] > 0 && "page released twice");
  if (--referenceCounts[page] == 0)
    freeList[freeCount++] = page;
}

/// Copies the last, partly filled page if another sequence holds it as well.
void KvCache::unshareLastPage(int32_t sequence) {
  int32_t &last = block(sequence, lengths[sequence] / pageTokens);
  if (referenceCounts[last] == 1)
    return;
  const int32_t shared = last;
  last = takePage();
  copier->copyPage(shared, last);
  std::copy_n(&positionTable[shared * pageTokens],
              lengths[sequence] % pageTokens,
              &positionTable[last * pageTokens]);
  releasePage(shared);
}
