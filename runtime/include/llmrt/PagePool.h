//===- PagePool.h - the pages of one cache, and who holds them ------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A page holds LLMRT_PAGE_TOKENS slots of all layers of a cache; a sequence is a
// row of block numbers. Where the layers have a window, a sequence needs no block
// before the one that its next row reaches: those are given up when another block
// needs their pages, so that a long sequence is a ring.
//===----------------------------------------------------------------------===//
#ifndef LLMRT_PAGEPOOL_H
#define LLMRT_PAGEPOOL_H

#include "llmrt/abi.h"

#include <span>

namespace llmrt {

/// Sizes of a pool, all but `window` at least 1.
struct PoolGeometry {
  int64_t bytesPerPage = 64; // keys and values of one page
  int64_t window = 0;        // the last positions that a row sees; 0: all
  int64_t pages = 1;         // of all sequences together

  int64_t bytes() const { return pages * bytesPerPage; }
};

/// The pages that steps of `rows` rows of `sequences` sequences of `context` slots
/// take at most, whatever their lengths.
int64_t mostPages(int64_t window, int64_t sequences, int64_t context,
                  int64_t rows);

/// Who has the keys and values.
class PageCopier {
public:
  /// Copies a page of a cache before any later step; a failure is the next step's.
  virtual void copyPage(int64_t cache, int32_t from, int32_t to) = 0;

protected:
  ~PageCopier() = default;
};

class PagePool {
public:
  /// Its parts of the tables, zeros.
  struct Tables {
    std::span<int32_t> blocks;          // [S, blocksPerSequence]
    std::span<int32_t> positions;       // [pages, LLMRT_PAGE_TOKENS]
    std::span<int32_t> referenceCounts; // [pages]
    std::span<int32_t> freeList;        // [pages], a stack
    std::span<int32_t> firstBlocks;     // [S], none before is held
  };

  PagePool() = default; // to be assigned to
  /// Pool number `cache`, whose pages `copier` has.
  PagePool(int64_t cache, const PoolGeometry &geometry, const Tables &tables,
           PageCopier &copier);

  /// The copy holds what the sequence holds.
  void fork(int32_t sequence, int32_t copy);
  /// Forgets the slots from `length` on, which is at least keptFrom() or 0.
  void truncate(int32_t sequence, int64_t length);
  /// Appends slots to a sequence of `length`; the pages are there (pagesNeeded).
  void append(int32_t sequence, int64_t length,
              std::span<const int32_t> positions);

  /// Pages that appending `count` slots to a sequence of `length` takes, after
  /// `copies` other sequences have copied its last page.
  int64_t pagesNeeded(int32_t sequence, int64_t length, int64_t count,
                      int64_t copies = 0) const;
  /// The partly filled page of a sequence of `length`, or -1.
  int32_t openPage(int32_t sequence, int64_t length) const;
  /// Gives up pages that no later row of any sequence reaches, the oldest first,
  /// until `needed` are free. `lengths`: of all sequences, -1 of closed ones.
  void makeRoom(int64_t needed, std::span<const int32_t> lengths);
  /// The least length but 0 that a sequence can be truncated to: the rows behind
  /// it find all that they reach.
  int64_t keptFrom(int32_t sequence) const;

  int64_t freePages() const { return freeCount; }
  /// Pages from here on have never been in use.
  int64_t touchedPages() const { return touched; }
  const PoolGeometry &geometry() const { return sizes; }
  const int32_t *slotPositions() const { return tables.positions.data(); }
  const int32_t *blockTable() const { return tables.blocks.data(); }

private:
  static constexpr int32_t noPage = -1;

  int64_t blocksPerSequence() const {
    return static_cast<int64_t>(tables.blocks.size() /
                                tables.firstBlocks.size());
  }
  int32_t &block(int32_t sequence, int64_t index) {
    return tables.blocks[sequence * blocksPerSequence() + index];
  }
  int64_t firstInReach(int64_t length) const;
  int32_t takePage();
  void releaseBlock(int32_t sequence, int64_t index);
  void unshareLastPage(int32_t sequence, int64_t length);

  int64_t cache = 0;
  PoolGeometry sizes;
  Tables tables;
  PageCopier *copier = nullptr;
  int64_t freeCount = 0, touched = 0;
};

} // namespace llmrt

#endif // LLMRT_PAGEPOOL_H
