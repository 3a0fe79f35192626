//===- Races.h - which accesses are ordered, and which are not ------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Happens-before, not the order that a run happened to have: every thread carries
// a vector clock (FastTrack, Flanagan and Freund 2009). Barriers, mbarriers, fences
// and releases hand clocks on; memory remembers who touched it last. Two accesses
// of which neither knows of the other and one writes are a race, unless both are
// strong (atomic, relaxed, volatile).
//===----------------------------------------------------------------------===//
#ifndef LLMC_PTXSIM_RACES_H
#define LLMC_PTXSIM_RACES_H

#include "Program.h"

#include <array>
#include <memory>
#include <unordered_map>

namespace llmc::ptxsim {

/// Set in the number of a warp: what the asynchronous proxy knows of it.
constexpr uint32_t asyncProxy = uint32_t(1) << 31;

/// Per thread, before which of its times all is known. Warps have numbers that are
/// theirs alone in a launch; asynchronous copies have one more warp per block.
class Clock {
public:
  void join(const Clock &other);
  /// All that the thread did before `bound` is known.
  void raise(uint32_t warp, unsigned lane, uint32_t bound);
  bool covers(uint32_t warp, unsigned lane, uint32_t time) const {
    const Part *part = find(warp);
    return part && part->bounds[lane] > time;
  }
  bool isEmpty() const { return parts.empty(); }
  /// What a fence.proxy.async adds: all that is known now, under `asyncProxy`. Reads of
  /// wgmma and of bulk copies ask for both.
  Clock seenByAsyncProxy() const;
  void clear() { parts.clear(); }

private:
  struct Part {
    uint32_t warp;
    std::array<uint32_t, warpLanes> bounds;
  };
  const Part *find(uint32_t warp) const;

  std::vector<Part> parts; // by warp
};

/// The number, among warps, of the launch before.
constexpr uint32_t launchBefore = ~0u;

/// What the lanes of one warp know. One time for all: it grows at each release.
class WarpClock {
public:
  void begin(uint32_t warp) { id = warp; }
  uint32_t warp() const { return id; }
  uint32_t now() const { return time; }
  bool covers(unsigned lane, uint32_t otherWarp, unsigned otherLane,
              uint32_t otherTime) const;
  /// What these lanes did until now, and all that they know.
  Clock release(uint32_t lanes);
  /// What they know, without what they did themselves: each copy of a lane adds
  /// its own until now.
  Clock beginCopies(uint32_t lanes);
  /// The lanes know more; those of `alive` that did not take part do not.
  void acquire(const Clock &clock, uint32_t lanes, uint32_t alive);
  /// bar.warp.sync: the lanes know of one another.
  void syncLanes(uint32_t lanes);

  // A fence makes relaxed writes behind it releases, and relaxed reads before it
  // acquires.
  void fence(uint32_t lanes, uint32_t alive, bool blockOnly);
  void fenceProxy(uint32_t lanes, uint32_t alive);
  void saw(const Clock &clock, uint32_t lanes);
  const Clock *fencedClock(uint32_t lanes) const {
    return (lanes & ~fencedLanes) == 0 ? &fenced : nullptr;
  }
  bool fencedForBlock() const { return fencedBlockOnly; }

private:
  uint32_t id = 0, time = 1;
  Clock known, pending, fenced, seen;
  uint32_t pendingLanes = 0, fencedLanes = 0, seenLanes = 0;
  bool fencedBlockOnly = false;
};

/// Who touches memory, and when.
struct Toucher {
  uint32_t warp = 0;
  unsigned lane = 0;
  uint32_t time = 0;
  uint32_t line = 0;
};

struct Conflict {
  Toucher other;
  bool otherWrites = false;
};

/// The last accesses of each byte. Bytes are watched in words until something
/// shorter is accessed in their page.
class Shadow {
public:
  struct Query {
    uint64_t address = 0;
    unsigned bytes = 0;
    Toucher me;
    bool writes = false, isStrong = false;
    /// Lanes of one instruction may write the same value to one place.
    bool repeatsValue = false;
  };
  /// Notes the access. True where it is a race; `known` says what is ordered
  /// before it: bool(warp, lane, time).
  template <typename Known>
  bool access(const Query &query, Known known, Conflict &conflict);
  void clear() { pages.clear(), lastPage = nullptr; }

private:
  static constexpr unsigned pageBits = 10;
  struct Granule {
    uint32_t writeTime = 0, writeWarp = 0, writeLine = 0;
    uint32_t readTime = 0, readWarp = 0, readLine = 0, readLanes = 0;
    uint8_t writeLane = 0;
    bool strongWrite = false, strongReads = false;
    uint8_t unused = 0;
    uint32_t more = 0; // further readers
  };
  struct Reader {
    uint32_t warp, time, lanes, line;
  };
  struct Page {
    unsigned shift = 2;
    std::vector<Granule> granules{size_t(1) << (pageBits - 2)};
  };
  Page &page(uint64_t address, unsigned bytes);
  void refine(Page &page, unsigned shift);
  template <typename Known>
  bool touch(Granule &granule, const Query &query, Known known,
             Conflict &conflict);
  template <typename Known>
  void addReader(Granule &granule, const Query &query, Known known);

  std::unordered_map<uint64_t, std::unique_ptr<Page>> pages;
  std::vector<std::vector<Reader>> readers{1};
  Page *lastPage = nullptr;
  uint64_t lastNumber = 0;
};

/// What was released at an address, for those who acquire there.
class Releases {
public:
  void store(uint64_t address, Clock clock, bool blockOnly, uint64_t block);
  void join(uint64_t address, const Clock &clock, bool blockOnly,
            uint64_t block);
  const Clock *at(uint64_t address, uint64_t block) const;

private:
  struct Place {
    Clock clock;
    bool blockOnly = false;
    uint64_t block = 0;
  };
  std::unordered_map<uint64_t, Place> places;
};

template <typename Known>
bool Shadow::access(const Query &query, Known known, Conflict &conflict) {
  uint64_t place = query.address, end = query.address + query.bytes;
  while (place < end) {
    Page &page = this->page(place, query.bytes);
    uint64_t pageEnd = ((place >> pageBits) + 1) << pageBits;
    uint64_t stop = std::min(end, pageEnd);
    for (uint64_t step = uint64_t(1) << page.shift; place < stop;
         place += step) {
      size_t index = (place & ((1 << pageBits) - 1)) >> page.shift;
      if (touch(page.granules[index], query, known, conflict))
        return true;
    }
  }
  return false;
}

template <typename Known>
bool Shadow::touch(Granule &g, const Query &query, Known known,
                   Conflict &conflict) {
  const Toucher &me = query.me;
  auto isMe = [&](uint32_t warp, unsigned lane) {
    return warp == me.warp && lane == me.lane;
  };
  if (g.writeTime && !isMe(g.writeWarp, g.writeLane) &&
      !(query.isStrong && g.strongWrite) &&
      !(query.repeatsValue && g.writeWarp == me.warp &&
        g.writeTime == me.time && g.writeLine == me.line) &&
      !known(g.writeWarp, g.writeLane, g.writeTime)) {
    conflict = {{g.writeWarp, g.writeLane, g.writeTime, g.writeLine}, true};
    return true;
  }
  if (!query.writes) {
    addReader(g, query, known);
    return false;
  }
  auto readBy = [&](uint32_t warp, uint32_t time, uint32_t lanes,
                    uint32_t line) {
    for (unsigned lane = 0; lane < warpLanes; ++lane)
      if ((lanes >> lane & 1) && !isMe(warp, lane) &&
          !known(warp, lane, time)) {
        conflict = {{warp, lane, time, line}, false};
        return true;
      }
    return false;
  };
  if (!(query.isStrong && g.strongReads)) {
    if (g.readTime && readBy(g.readWarp, g.readTime, g.readLanes, g.readLine))
      return true;
    for (const Reader &reader : readers[g.more])
      if (readBy(reader.warp, reader.time, reader.lanes, reader.line))
        return true;
  }
  g.writeTime = me.time, g.writeWarp = me.warp, g.writeLine = me.line;
  g.writeLane = uint8_t(me.lane), g.strongWrite = query.isStrong;
  g.readTime = g.readLanes = 0;
  readers[g.more].clear();
  return false;
}

template <typename Known>
void Shadow::addReader(Granule &g, const Query &query, Known known) {
  const Toucher &me = query.me;
  uint32_t lane = uint32_t(1) << me.lane;
  auto isKnown = [&](uint32_t warp, uint32_t time, uint32_t lanes) {
    for (unsigned k = 0; k < warpLanes; ++k)
      if ((lanes >> k & 1) && !(warp == me.warp && k == me.lane) &&
          !known(warp, k, time))
        return false;
    return true;
  };
  if (g.readTime && g.readWarp == me.warp && g.readTime == me.time) {
    g.readLanes |= lane;
    g.strongReads &= query.isStrong;
    return;
  }
  if (g.readTime && !isKnown(g.readWarp, g.readTime, g.readLanes)) {
    if (!g.more) {
      g.more = uint32_t(readers.size());
      readers.emplace_back();
    }
    std::vector<Reader> &list = readers[g.more];
    std::erase_if(list, [&](const Reader &reader) {
      return isKnown(reader.warp, reader.time, reader.lanes);
    });
    list.push_back({g.readWarp, g.readTime, g.readLanes, g.readLine});
    g.strongReads &= query.isStrong;
  } else {
    // Of older readers, those that nothing orders yet stay what they were.
    g.strongReads =
        query.isStrong && (readers[g.more].empty() || g.strongReads);
  }
  g.readTime = me.time, g.readWarp = me.warp, g.readLine = me.line;
  g.readLanes = lane;
}

} // namespace llmc::ptxsim

#endif // LLMC_PTXSIM_RACES_H
