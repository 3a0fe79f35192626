//===- Races.cpp - which accesses are ordered, and which are not ----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Races.h"

#include <algorithm>

using namespace llmc::ptxsim;

const Clock::Part *Clock::find(uint32_t warp) const {
  auto found = std::lower_bound(
      parts.begin(), parts.end(), warp,
      [](const Part &part, uint32_t warp) { return part.warp < warp; });
  return found != parts.end() && found->warp == warp ? &*found : nullptr;
}

void Clock::raise(uint32_t warp, unsigned lane, uint32_t bound) {
  Part *part = const_cast<Part *>(find(warp));
  if (!part) {
    auto place = std::lower_bound(
        parts.begin(), parts.end(), warp,
        [](const Part &each, uint32_t warp) { return each.warp < warp; });
    part = &*parts.insert(place, {warp, {}});
  }
  part->bounds[lane] = std::max(part->bounds[lane], bound);
}

void Clock::join(const Clock &other) {
  size_t mine = 0;
  for (const Part &theirs : other.parts) {
    while (mine < parts.size() && parts[mine].warp < theirs.warp)
      ++mine;
    if (mine == parts.size() || parts[mine].warp != theirs.warp) {
      parts.insert(parts.begin() + ptrdiff_t(mine), theirs);
      continue;
    }
    for (unsigned lane = 0; lane < warpLanes; ++lane)
      parts[mine].bounds[lane] =
          std::max(parts[mine].bounds[lane], theirs.bounds[lane]);
  }
}

Clock Clock::seenByAsyncProxy() const {
  Clock seen;
  for (Part part : parts) // in order, as warps' numbers leave the bit free
    if (!(part.warp & asyncProxy)) {
      part.warp |= asyncProxy;
      seen.parts.push_back(part);
    }
  return seen;
}

bool WarpClock::covers(unsigned lane, uint32_t otherWarp, unsigned otherLane,
                       uint32_t otherTime) const {
  return known.covers(otherWarp, otherLane, otherTime) ||
         ((pendingLanes >> lane & 1) &&
          pending.covers(otherWarp, otherLane, otherTime));
}

Clock WarpClock::release(uint32_t lanes) {
  Clock all = known;
  if (pendingLanes & lanes)
    all.join(pending);
  for (unsigned lane = 0; lane < warpLanes; ++lane)
    if (lanes >> lane & 1)
      all.raise(id, lane, time + 1);
  ++time;
  return all;
}

Clock WarpClock::beginCopies(uint32_t lanes) {
  Clock all = known;
  if (pendingLanes & lanes)
    all.join(pending);
  ++time;
  return all;
}

void WarpClock::acquire(const Clock &clock, uint32_t lanes, uint32_t alive) {
  if ((alive & ~lanes) == 0)
    return known.join(clock);
  pending.join(clock);
  pendingLanes |= lanes;
}

void WarpClock::syncLanes(uint32_t lanes) {
  for (unsigned lane = 0; lane < warpLanes; ++lane)
    if (lanes >> lane & 1)
      known.raise(id, lane, time + 1);
  if (pendingLanes & lanes) {
    known.join(pending);
    pending.clear();
    pendingLanes = 0;
  }
  ++time;
}

void WarpClock::fence(uint32_t lanes, uint32_t alive, bool blockOnly) {
  if (seenLanes & lanes) {
    acquire(seen, lanes, alive);
    seen.clear();
    seenLanes = 0;
  }
  fenced = release(lanes);
  fencedLanes = lanes;
  fencedBlockOnly = blockOnly;
}

void WarpClock::fenceProxy(uint32_t lanes, uint32_t alive) {
  acquire(release(lanes).seenByAsyncProxy(), lanes, alive);
}

void WarpClock::saw(const Clock &clock, uint32_t lanes) {
  seen.join(clock);
  seenLanes |= lanes;
}

Shadow::Page &Shadow::page(uint64_t address, unsigned bytes) {
  uint64_t number = address >> pageBits;
  if (!lastPage || lastNumber != number) {
    std::unique_ptr<Page> &found = pages[number];
    if (!found)
      found = std::make_unique<Page>();
    lastPage = found.get();
    lastNumber = number;
  }
  unsigned shift = (address | bytes) & 1 ? 0 : (address | bytes) & 2 ? 1 : 2;
  if (shift < lastPage->shift)
    refine(*lastPage, shift);
  return *lastPage;
}

void Shadow::refine(Page &page, unsigned shift) {
  unsigned parts = 1u << (page.shift - shift);
  std::vector<Granule> finer;
  finer.reserve(page.granules.size() * parts);
  for (const Granule &granule : page.granules)
    for (unsigned part = 0; part < parts; ++part) {
      finer.push_back(granule);
      if (!granule.more)
        continue;
      finer.back().more = uint32_t(readers.size());
      readers.push_back(std::vector<Reader>(readers[granule.more]));
    }
  page.granules = std::move(finer);
  page.shift = shift;
}

void Releases::store(uint64_t address, Clock clock, bool blockOnly,
                     uint64_t block) {
  places[address] = {std::move(clock), blockOnly, block};
}

void Releases::join(uint64_t address, const Clock &clock, bool blockOnly,
                    uint64_t block) {
  Place &place = places[address];
  if (place.clock.isEmpty())
    place = {clock, blockOnly, block};
  else
    place.clock.join(clock);
}

const Clock *Releases::at(uint64_t address, uint64_t block) const {
  auto found = places.find(address);
  if (found == places.end() ||
      (found->second.blockOnly && found->second.block != block))
    return nullptr;
  return &found->second.clock;
}
