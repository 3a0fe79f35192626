//===- KvCache.h - pages of keys and values, shared by sequences ----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A sequence is a row of block numbers; a page holds LLMRT_PAGE_TOKENS slots of
// all layers. Sequences with a common beginning share its pages by reference
// count; a page that two sequences hold is copied before one of them writes.
// Here are the tables; the keys and values lie where steps compute.
//===----------------------------------------------------------------------===//
#ifndef LLMRT_KVCACHE_H
#define LLMRT_KVCACHE_H

#include "llmrt/Status.h"
#include "llmrt/abi.h"

#include <span>

namespace llmrt {

/// Sizes of a cache, all at least 1.
struct KvGeometry {
  int64_t sequences = 1;     // S
  int64_t context = 1;       // slots of one sequence
  int64_t bytesPerPage = 64; // keys and values of one page
  int64_t pages = 1;         // of all sequences together

  /// With a page for every block of every sequence.
  static KvGeometry full(int64_t sequences, int64_t context,
                         int64_t bytesPerPage) {
    KvGeometry geometry = {sequences, context, bytesPerPage, 0};
    geometry.pages = geometry.blocks();
    return geometry;
  }

  int64_t blocksPerSequence() const {
    return (context + LLMRT_PAGE_TOKENS - 1) / LLMRT_PAGE_TOKENS;
  }
  /// Entries of the block table.
  int64_t blocks() const { return sequences * blocksPerSequence(); }
  int64_t kvBytes() const { return pages * bytesPerPage; }
  /// Block tables, slot positions, reference counts, free list.
  int64_t tableBytes() const;
};

/// Who has the keys and values.
class PageCopier {
public:
  /// Copies a page before any later step; a failure is the next step's.
  virtual void copyPage(int32_t from, int32_t to) = 0;

protected:
  ~PageCopier() = default;
};

class KvCache {
public:
  KvCache() = default; // to be assigned to
  /// `tables`: KvGeometry.tableBytes zeros, 4-byte aligned, which outlive it, as
  /// does who copies.
  KvCache(const KvGeometry &geometry, std::span<uint8_t> tables,
          PageCopier &pages);

  /// An empty sequence's number; fails when all are in use.
  Expected<int32_t> open();
  /// A sequence with the same content, sharing all pages.
  Expected<int32_t> fork(int32_t sequence);
  /// Gives the sequence's pages back.
  void close(int32_t sequence);

  /// Appends one slot per position: assigns pages, copies a shared last page,
  /// stores the positions. Fails, changing nothing, where the context is full
  /// or too few pages are free.
  Status append(int32_t sequence, std::span<const int32_t> positions);
  /// Forgets all slots from `length` on.
  void truncate(int32_t sequence, int64_t length);

  /// Pages that appending `count` slots takes from the free ones, after `copies`
  /// other sequences have copied its last page.
  int64_t pagesNeeded(int32_t sequence, int64_t count,
                      int64_t copies = 0) const;
  /// Whether appending to either would write into the same page.
  bool sharesLastPage(int32_t a, int32_t b) const;
  /// What `append` says where `needed` pages are more than are free.
  Status checkFree(int64_t needed) const;

  bool isOpen(int32_t sequence) const {
    return sequence >= 0 && sequence < sizes.sequences &&
           lengths[sequence] >= 0;
  }
  /// Slots in use.
  int64_t length(int32_t sequence) const { return lengths[sequence]; }
  int64_t freePages() const { return freeCount; }
  const KvGeometry &geometry() const { return sizes; }

  /// Bytes of the tables, from their beginning, that steps read.
  int64_t tableBytesInUse() const;
  const int32_t *slotPositions() const { return positionTable.data(); }
  const int32_t *blockTable() const { return blocks.data(); } // [S, blocks]

private:
  static constexpr int32_t noPage = -1;

  int32_t &block(int32_t sequence, int64_t index) {
    return blocks[sequence * sizes.blocksPerSequence() + index];
  }
  int32_t openPage(int32_t sequence) const;
  int32_t takePage();
  void releasePage(int32_t page);
  void unshareLastPage(int32_t sequence);

  KvGeometry sizes;
  PageCopier *copier = nullptr;
  // One behind the other in the tables; what steps read comes first.
  std::span<int32_t> blocks;          // [S, blocksPerSequence]
  std::span<int32_t> positionTable;   // [pages, LLMRT_PAGE_TOKENS]
  std::span<int32_t> referenceCounts; // [pages]
  std::span<int32_t> freeList;        // [pages], a stack
  std::span<int32_t> lengths;         // [S], -1: closed
  int64_t freeCount = 0;
  int64_t touchedPages = 0; // pages from here on have never been in use
};

} // namespace llmrt

#endif // LLMRT_KVCACHE_H
