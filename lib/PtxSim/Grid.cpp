//===- Grid.cpp - one launch ----------------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Grid.h"
#include "Lanes.h"

#include <algorithm>
#include <cassert>
#include <numeric>
#include <utility>

using namespace llmc::ptxsim;

Grid::Grid(const Module &module, const Function &kernel,
           std::span<const uint8_t> parameters, DeviceMemory &memory,
           const LaunchOptions &options, Counters &counters)
    : module(module.contents()), kernel(kernel), code(kernel.image),
      parameters(parameters.begin(), parameters.end()), memory(memory),
      options(options), counters(counters),
      opcodeCounts(this->module.opcodes.size()), random(options.seed) {
  checkLaunch();
  warpsPerBlock = uint32_t((options.block.count() + warpLanes - 1) / warpLanes);
  order.resize(options.grid.count());
  std::iota(order.begin(), order.end(), uint64_t(0));
  if (options.seed)
    for (size_t k = order.size(); k > 1; --k)
      std::swap(order[k - 1], order[random.below(uint32_t(k))]);
  copyChance = 1u << random.below(8);
}

void Grid::fail(Error::Kind kind, const std::string &message) const {
  throw Error(kind, module.name + ": kernel '" + kernel.name + "': " + message);
}

void Grid::checkLaunch() const {
  auto need = [&](bool holds, const std::string &message) {
    if (!holds)
      fail(Error::Kind::Launch, message);
  };
  uint64_t threads = options.block.count();
  need(options.grid.count() > 0 && threads > 0,
       "a grid or a block of nothing was launched");
  need(threads <= 1024,
       "a block has at most 1024 threads, found " + std::to_string(threads));
  need(!kernel.maxThreads || threads <= kernel.maxThreads,
       "was compiled for blocks of at most " +
           std::to_string(kernel.maxThreads) + " threads, found " +
           std::to_string(threads));
  need(options.grid.count() < (uint64_t(1) << 24),
       "more than 2^24 blocks are not simulated");
  need(parameters.size() == kernel.parameterBytes,
       "takes " + std::to_string(kernel.parameterBytes) +
           " bytes of parameters, found " + std::to_string(parameters.size()));
  uint64_t shared = uint64_t(kernel.sharedBytes) + options.dynamicSharedBytes;
  need(shared <= options.sharedBytesLimit,
       "needs " + std::to_string(shared) +
           " bytes of shared memory, a block "
           "has at most " +
           std::to_string(options.sharedBytesLimit));
}

std::string Grid::describe(uint32_t warp, unsigned lane) const {
  uint32_t perBlock = numbersPerBlock();
  uint64_t block = warp / perBlock;
  const Extent &grid = options.grid, &size = options.block;
  auto triple = [](uint64_t x, uint64_t y, uint64_t z) {
    return "(" + std::to_string(x) + ", " + std::to_string(y) + ", " +
           std::to_string(z) + ")";
  };
  std::string text = "ctaid " + triple(block % grid.x, block / grid.x % grid.y,
                                       block / grid.x / grid.y);
  if (warp % perBlock == warpsPerBlock)
    return text + ", an asynchronous copy";
  if (warp % perBlock == warpsPerBlock + 1)
    return text + ", a wgmma.mma_async";
  uint64_t thread = uint64_t(warp % perBlock) * warpLanes + lane;
  return text + ", tid " +
         triple(thread % size.x, thread / size.x % size.y,
                thread / size.x / size.y);
}

void Grid::start() {
  size_t most = options.residentBlocks ? options.residentBlocks : order.size();
  while (resident.size() < most && nextBlock < order.size())
    resident.push_back(std::make_unique<Block>(*this, order[nextBlock++]));
}

bool Grid::startAnother() {
  if (nextBlock == order.size() || resident.size() >= 132)
    return false;
  resident.push_back(std::make_unique<Block>(*this, order[nextBlock++]));
  return true;
}

void Grid::finishBlocks() {
  for (size_t k = resident.size(); k-- > 0;) {
    if (!resident[k]->isDone())
      continue;
    while (resident[k]->copies.underWay())
      resident[k]->copies.completeOne(*resident[k], 0);
    for (auto &[group, issues] : resident[k]->groupIssues)
      if (!issues.empty())
        fail(Error::Kind::Program,
             "line " + std::to_string(issues.front().instruction->line) +
                 ": wgmma.mma_async: of the four warps of a warpgroup only " +
                 std::to_string(issues.front().warps) + " began it");
    resident.erase(resident.begin() + ptrdiff_t(k));
  }
}

void Grid::completeCopies(bool force) {
  if (!force && random.below(copyChance))
    return;
  for (std::unique_ptr<Block> &block : resident)
    if (size_t count = block->copies.underWay())
      block->copies.completeOne(*block, random.below(uint32_t(count)));
}

void Grid::completeProducts() {
  for (std::unique_ptr<Block> &block : resident)
    for (std::unique_ptr<Warp> &warp : block->warps)
      if (warp->products && warp->products->underWay() &&
          random.below(copyChance) == 0)
        warp->products->completeOne();
}

/// All poll for what nobody will change.
bool Grid::isStuck(const std::vector<Warp *> &ready) const {
  constexpr unsigned enough = 64; // try_wait may say no a few times
  return std::all_of(ready.begin(), ready.end(),
                     [](Warp *warp) { return warp->polls() >= enough; }) &&
         std::none_of(resident.begin(), resident.end(),
                      [](auto &block) { return block->copies.underWay() > 0; });
}

void Grid::runSome() {
  std::vector<Warp *> ready;
  for (std::unique_ptr<Block> &block : resident)
    for (std::unique_ptr<Warp> &warp : block->warps)
      if (!warp->isDone() && warp->canRun())
        ready.push_back(warp.get());
  if (ready.empty()) {
    if (std::any_of(resident.begin(), resident.end(),
                    [](auto &block) { return block->copies.underWay() > 0; }))
      return completeCopies(true);
    deadlock();
  }
  if (isStuck(ready)) {
    // They may wait for a block that has not begun: a device has room for it.
    if (!startAnother())
      deadlock();
    return;
  }
  // Every warp that can run gets a turn, in an order of the seed's.
  bool mayFinish = false;
  while (!ready.empty()) {
    size_t choice = random.below(uint32_t(ready.size()));
    Warp *warp = ready[choice];
    ready[choice] = ready.back();
    ready.pop_back();
    uint64_t before = step;
    warp->run(1 + random.below(64));
    sinceProgress += step - before;
    mayFinish |= warp->isDone();
    completeCopies(sinceProgress > 4096);
    completeProducts();
  }
  if (mayFinish)
    finishBlocks();
  if (sinceProgress > options.patience)
    deadlock();
}

void Grid::deadlock() const {
  std::string all;
  unsigned shown = 0;
  for (const std::unique_ptr<Block> &block : resident)
    for (const std::unique_ptr<Warp> &warp : block->warps) {
      if (warp->isDone() || ++shown > 8)
        continue;
      all += "\n  block " + std::to_string(block->index) + ", " +
             warp->describeWait();
    }
  fail(Error::Kind::Deadlock, "nothing goes on any more: " +
                                  std::to_string(shown) + " warps wait" + all);
}

void Grid::run() {
  start();
  while (!resident.empty()) {
    runSome();
    start();
  }
  // Who waits for this launch does not wait for the one before, if this did not.
  if (options.written && options.before && !hasWaited)
    options.written->sectors.insert(options.before->sectors.begin(),
                                    options.before->sectors.end());
  counters.warpInstructions += step;
  for (size_t k = 0; k < opcodeCounts.size(); ++k)
    if (opcodeCounts[k])
      counters.opcodes[module.opcodes[k]] += opcodeCounts[k];
}

Block::Block(Grid &grid, uint64_t index) : grid(grid), index(index) {
  const Extent &size = grid.options.grid;
  ctaid = {uint32_t(index % size.x), uint32_t(index / size.x % size.y),
           uint32_t(index / size.x / size.y)};
  shared.assign(grid.kernel.sharedBytes + grid.options.dynamicSharedBytes,
                0xff);
  written.assign(shared.size(), 0);
  for (unsigned warp = 0; warp < grid.warpsPerBlock; ++warp)
    warps.push_back(std::make_unique<Warp>(*this, warp));
}

uint32_t Block::asyncWarp() const {
  return uint32_t(index * grid.numbersPerBlock() + grid.warpsPerBlock);
}

uint32_t Block::livingThreads() const {
  uint32_t count = 0;
  for (const std::unique_ptr<Warp> &warp : warps)
    count += unsigned(std::popcount(warp->alive));
  return count;
}

bool Block::isDone() const {
  return std::all_of(warps.begin(), warps.end(),
                     [](auto &warp) { return warp->isDone(); });
}

void Block::checkBarrier(unsigned number) {
  Barrier &barrier = barriers[number];
  if (!barrier.arrived)
    return;
  uint32_t expected = barrier.expected ? barrier.expected : livingThreads();
  if (barrier.arrived < expected)
    return;
  barrier.passed = std::move(barrier.clock);
  barrier.clock.clear();
  barrier.arrived = 0;
  barrier.passedVotes = std::exchange(barrier.votes, 0);
  barrier.passedVoters = std::exchange(barrier.voters, 0);
  grid.progress();
  for (std::unique_ptr<Warp> &warp : warps)
    warp->releaseBarrier(number);
}

void Block::arrive(unsigned number, uint32_t threads, uint32_t expected,
                   Warp &warp) {
  Barrier &barrier = barriers[number];
  if (barrier.arrived && barrier.expected != expected)
    warp.fail(Error::Kind::Program,
              "barrier " + std::to_string(number) + " is used for " +
                  std::to_string(expected) + " threads while others wait for " +
                  std::to_string(barrier.expected) +
                  " (0: all of the block) there");
  barrier.expected = expected;
  barrier.arrived += threads;
  barrier.clock.join(warp.clock.release(warp.active));
  if (expected && barrier.arrived > expected)
    warp.fail(Error::Kind::Program, "more than " + std::to_string(expected) +
                                        " threads came to barrier " +
                                        std::to_string(number));
  checkBarrier(number);
}

void llmc::ptxsim::launch(const Module &module, const Function &kernel,
                          std::span<const uint8_t> parameters,
                          DeviceMemory &memory, const LaunchOptions &options,
                          Counters *counters) {
  Counters unused;
  Grid grid(module, kernel, parameters, memory, options,
            counters ? *counters : unused);
  grid.run();
}
