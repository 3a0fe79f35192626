//===- PagePool.cpp - the pages of one cache, and who holds them ----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "llmrt/PagePool.h"

#include <algorithm>
#include <cassert>

using namespace llmrt;

namespace {
constexpr int64_t pageTokens = LLMRT_PAGE_TOKENS;

int64_t blocksOf(int64_t slots) {
  return (slots + pageTokens - 1) / pageTokens;
}
} // namespace

/// A run of n slots lies in (n + 62) / 64 + 1 blocks at most. A sequence needs a run
/// of its window but one and its rows of the step; rounding once for all of them is
/// never less than the sum, and exact for one.
int64_t llmrt::mostPages(int64_t window, int64_t sequences, int64_t context,
                         int64_t rows) {
  const int64_t whole = sequences * blocksOf(context);
  if (window == 0 || window > context)
    return whole;
  const int64_t slots = sequences * (window - 1 + pageTokens - 2) + rows;
  return std::min(whole, slots / pageTokens + sequences);
}

PagePool::PagePool(int64_t cache, const PoolGeometry &geometry,
                   const Tables &tables, PageCopier &copier)
    : cache(cache), sizes(geometry), tables(tables), copier(&copier),
      freeCount(geometry.pages) {
  std::fill(tables.blocks.begin(), tables.blocks.end(), noPage);
  // Lowest page on top: a short run touches the beginning only.
  for (int64_t i = 0; i < geometry.pages; ++i)
    tables.freeList[i] = static_cast<int32_t>(geometry.pages - 1 - i);
}

void PagePool::fork(int32_t sequence, int32_t copy) {
  tables.firstBlocks[copy] = tables.firstBlocks[sequence];
  for (int64_t i = 0; i < blocksPerSequence(); ++i) {
    const int32_t page = block(sequence, i);
    block(copy, i) = page;
    if (page != noPage)
      ++tables.referenceCounts[page];
  }
}

void PagePool::truncate(int32_t sequence, int64_t length) {
  assert((length == 0 || length >= keptFrom(sequence)) &&
         "truncation to where a window has been given up");
  const int64_t end = blocksOf(length);
  for (int64_t i = std::max<int64_t>(end, tables.firstBlocks[sequence]);
       i < blocksPerSequence() && block(sequence, i) != noPage; ++i)
    releaseBlock(sequence, i);
  if (length == 0)
    tables.firstBlocks[sequence] = 0;
  // A shared page keeps its slots for the others; `append` copies it first.
  const int32_t last = openPage(sequence, length);
  if (last == noPage || tables.referenceCounts[last] > 1)
    return;
  int32_t *slots = &tables.positions[last * pageTokens];
  std::fill(slots + length % pageTokens, slots + pageTokens,
            LLMRT_EMPTY_POSITION);
}

void PagePool::append(int32_t sequence, int64_t length,
                      std::span<const int32_t> positions) {
  if (length % pageTokens != 0 && !positions.empty())
    unshareLastPage(sequence, length);
  int64_t slot = length;
  for (int32_t position : positions) {
    int32_t &page = block(sequence, slot / pageTokens);
    if (page == noPage)
      page = takePage();
    tables.positions[page * pageTokens + slot % pageTokens] = position;
    ++slot;
  }
}

int64_t PagePool::pagesNeeded(int32_t sequence, int64_t length, int64_t count,
                              int64_t copies) const {
  const int32_t last = openPage(sequence, length);
  const bool isShared =
      count > 0 && last != noPage && tables.referenceCounts[last] - copies > 1;
  return blocksOf(length + count) - blocksOf(length) + isShared;
}

int32_t PagePool::openPage(int32_t sequence, int64_t length) const {
  if (length % pageTokens == 0)
    return noPage;
  return tables.blocks[sequence * blocksPerSequence() + length / pageTokens];
}

/// The first block that the row behind `length` slots reaches.
int64_t PagePool::firstInReach(int64_t length) const {
  return sizes.window == 0
             ? 0
             : std::max<int64_t>(length - sizes.window + 1, 0) / pageTokens;
}

void PagePool::makeRoom(int64_t needed, std::span<const int32_t> lengths) {
  for (size_t s = 0; s < lengths.size(); ++s) {
    const auto sequence = static_cast<int32_t>(s);
    int32_t &first = tables.firstBlocks[sequence];
    for (; freeCount < needed && first < firstInReach(lengths[s]); ++first)
      releaseBlock(sequence, first);
  }
}

int64_t PagePool::keptFrom(int32_t sequence) const {
  const int64_t first = tables.firstBlocks[sequence];
  return first == 0 ? 0 : first * pageTokens + sizes.window - 1;
}

int32_t PagePool::takePage() {
  assert(freeCount > 0 && "a page was promised that is not free");
  const int32_t page = tables.freeList[--freeCount];
  touched = std::max<int64_t>(touched, page + 1);
  tables.referenceCounts[page] = 1;
  std::fill_n(&tables.positions[page * pageTokens], pageTokens,
              LLMRT_EMPTY_POSITION);
  return page;
}

void PagePool::releaseBlock(int32_t sequence, int64_t index) {
  int32_t &page = block(sequence, index);
  assert(page != noPage && tables.referenceCounts[page] > 0 &&
         "page released twice");
  if (--tables.referenceCounts[page] == 0)
    tables.freeList[freeCount++] = page;
  page = noPage;
}

/// Copies the last, partly filled page if another sequence holds it as well.
void PagePool::unshareLastPage(int32_t sequence, int64_t length) {
  const int64_t index = length / pageTokens;
  const int32_t shared = block(sequence, index);
  if (tables.referenceCounts[shared] == 1)
    return;
  const int32_t own = takePage();
  copier->copyPage(cache, shared, own);
  std::copy_n(&tables.positions[shared * pageTokens], length % pageTokens,
              &tables.positions[own * pageTokens]);
  releaseBlock(sequence, index);
  block(sequence, index) = own;
}
