//===- KvCache.h - keys and values of sequences, in pages -----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A model has a cache for every group of layers that see equally far back, each
// with pages of its own (PagePool.h). Sequences with a common beginning share its
// pages by reference count; a page that two sequences hold is copied before one of
// them writes. Here are the tables; the keys and values lie where steps compute.
//===----------------------------------------------------------------------===//
#ifndef LLMRT_KVCACHE_H
#define LLMRT_KVCACHE_H

#include "llmrt/PagePool.h"
#include "llmrt/Status.h"

#include <vector>

namespace llmrt {

/// Sizes of all caches.
struct KvGeometry {
  int64_t sequences = 1; // S, at least 1
  int64_t context = 1;   // slots of one sequence, at least 1
  std::vector<PoolGeometry> pools;

  /// One cache, with a page for every block of every sequence.
  static KvGeometry full(int64_t sequences, int64_t context,
                         int64_t bytesPerPage) {
    KvGeometry geometry = {sequences, context, {}};
    geometry.pools.push_back({bytesPerPage, 0, geometry.blocks()});
    return geometry;
  }

  int64_t blocksPerSequence() const {
    return (context + LLMRT_PAGE_TOKENS - 1) / LLMRT_PAGE_TOKENS;
  }
  /// Entries of a block table.
  int64_t blocks() const { return sequences * blocksPerSequence(); }
  int64_t pages() const;
  int64_t kvBytes() const { return offsetOf(pools.size()); }
  /// Where in all these bytes the pages of a cache begin.
  int64_t offsetOf(size_t pool) const;
  /// Block tables, slot positions, reference counts, free lists, lengths.
  int64_t tableBytes() const;
};

/// Slots that a step appends to a sequence.
struct KvGrowth {
  int32_t sequence;
  int64_t slots;
};

class KvCache {
public:
  KvCache() = default; // to be assigned to
  /// `tables`: KvGeometry.tableBytes zeros, 4-byte aligned, which outlive it, as
  /// does who copies.
  KvCache(const KvGeometry &geometry, std::span<uint8_t> tables,
          PageCopier &copier);

  /// An empty sequence's number; fails when all are in use.
  Expected<int32_t> open();
  /// A sequence with the same content, sharing all pages.
  Expected<int32_t> fork(int32_t sequence);
  /// Gives the sequence's pages back.
  void close(int32_t sequence);

  /// Makes sure that one step can append all of these, each sequence once: where
  /// pages are short, those that no later row reaches are given up. Fails where too
  /// few are free even so.
  Status reserve(std::span<const KvGrowth> step);
  /// Appends one slot per position: assigns pages, copies shared last pages, stores
  /// the positions. Fails, changing nothing, where the context is full or too few
  /// pages are free; not after `reserve`.
  Status append(int32_t sequence, std::span<const int32_t> positions);
  /// Whether `slots` can be appended in as many steps as it takes, while no other
  /// sequence grows; says what `append` would.
  Status checkRoom(int32_t sequence, int64_t slots) const;
  /// Forgets all slots from `length` on, which is 0 or at least keptFrom().
  void truncate(int32_t sequence, int64_t length);
  /// The least length but 0 that the sequence can be truncated to: 0 until a window
  /// has been given up, and never more than its length.
  int64_t keptFrom(int32_t sequence) const;

  bool isOpen(int32_t sequence) const {
    return sequence >= 0 && sequence < sizes.sequences &&
           lengths[sequence] >= 0;
  }
  /// Slots in use.
  int64_t length(int32_t sequence) const { return lengths[sequence]; }
  /// Of all caches.
  int64_t freePages() const;
  const KvGeometry &geometry() const { return sizes; }

  /// Bytes of the tables, from their beginning, that steps read.
  int64_t tableBytesInUse() const;
  /// In the order of the model's caches.
  const std::vector<PagePool> &pools() const { return all; }

private:
  int64_t pagesNeeded(const PagePool &pool,
                      std::span<const KvGrowth> step) const;

  KvGeometry sizes;
  std::vector<PagePool> all;
  std::span<int32_t> lengths; // [S], -1: closed
  size_t largest = 0; // the pool whose positions are the last that steps read
};

} // namespace llmrt

#endif // LLMRT_KVCACHE_H
