//===- Warpgroup.cpp - products that end later ----------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Warpgroup.h"
#include "FloatBits.h"
#include "Grid.h"
#include "Lanes.h"
#include "MatrixDescriptor.h"
#include "MatrixOps.h"

#include <algorithm>
#include <cassert>

using namespace llmc::ptxsim;

// Layout of `mode`: columns / 8 in 6 bits, two types of 6, then flags.
uint32_t GroupShape::pack() const {
  return columns / 8 | uint32_t(a) << 6 | uint32_t(b) << 12 |
         uint32_t(transposesA) << 18 | uint32_t(transposesB) << 19 |
         uint32_t(negatesA) << 20 | uint32_t(negatesB) << 21 |
         uint32_t(saturates) << 22;
}

GroupShape GroupShape::of(uint32_t mode) {
  return {(mode & 63) * 8,      Type(mode >> 6 & 63), Type(mode >> 12 & 63),
          bool(mode >> 18 & 1), bool(mode >> 19 & 1), bool(mode >> 20 & 1),
          bool(mode >> 21 & 1), bool(mode >> 22 & 1)};
}

GroupProducts::GroupProducts(Warp &warp) : warp(warp) {
  const Code &code = warp.grid.code;
  for (const Instruction &i : code.instructions)
    if (i.run == startProduct)
      for (unsigned k = 0; k < GroupShape::of(i.mode).sums(); ++k)
        accumulators[code.pool[i.first + k]] = {};
}

void GroupProducts::fail(Error::Kind kind, const Product &product,
                         const std::string &message) const {
  warp.grid.fail(kind, "line " + std::to_string(product.instruction->line) +
                           ": wgmma.mma_async: " + warp.describe(0) + ": " +
                           message);
}

/// From here on accumulators are as they are now.
void GroupProducts::fence() {
  hasFence = true;
  for (auto &[slot, accumulator] : accumulators)
    if (!accumulator.writers)
      accumulator.seen = warp.slot(slot);
}

void GroupProducts::checkRegisters(const Instruction &i) const {
  if (i.run == startProduct)
    return; // looks for itself
  for (unsigned k = 0; k < i.count; ++k) {
    auto found = accumulators.find(warp.grid.code.pool[i.first + k]);
    if (found != accumulators.end() && found->second.writers)
      warp.fail(Error::Kind::Program,
                "uses an accumulator of the wgmma.mma_async at line " +
                    std::to_string(found->second.line) +
                    " before wgmma.wait_group says that it has ended");
  }
}

void GroupProducts::checkAccumulators(const Instruction &i) const {
  if (!hasFence)
    warp.fail(Error::Kind::Program, "comes before the first wgmma.fence");
  for (unsigned k = 0; k < GroupShape::of(i.mode).sums(); ++k) {
    uint32_t slot = warp.grid.code.pool[i.first + k];
    const Accumulator &accumulator = accumulators.at(slot);
    if (accumulator.writers) {
      if ((accumulator.mode & 63) != (i.mode & 63))
        warp.fail(Error::Kind::Program,
                  "accumulators of a product of another shape, at line " +
                      std::to_string(accumulator.line) + ", are under way");
    } else if (std::memcmp(&accumulator.seen, &warp.slot(slot),
                           sizeof(Lanes))) {
      warp.fail(Error::Kind::Program,
                "accumulator " + std::to_string(k) +
                    " was written since the last wgmma.fence");
    }
  }
}

uint64_t GroupProducts::sameInAllLanes(const Instruction &i, unsigned k,
                                       const char *what) {
  const uint64_t *values = warp.slot(i, k);
  for (unsigned lane = 1; lane < warpLanes; ++lane)
    if (values[lane] != values[0])
      warp.fail(Error::Kind::Program, lane,
                std::string("lanes give different ") + what);
  return values[0];
}

/// The four warps begin the same products of the same operands, in the same order.
void GroupProducts::checkGroup(const Product &product) {
  std::deque<GroupIssue> &issues =
      warp.block.groupIssues[warp.index / groupWarps];
  size_t &gone = warp.block.groupIssuesGone[warp.index / groupWarps];
  size_t place = begun++ - gone;
  assert(place <= issues.size() && "warps begin products one by one");
  if (place == issues.size())
    issues.push_back({product.instruction, product.a, product.b, 0});
  GroupIssue &issue = issues[place];
  if (issue.instruction != product.instruction || issue.a != product.a ||
      issue.b != product.b)
    warp.fail(Error::Kind::Program,
              "another warp of the warpgroup is at line " +
                  std::to_string(issue.instruction->line) +
                  ", or gives other descriptors");
  ++issue.warps;
  while (!issues.empty() && issues.front().warps == groupWarps) {
    issues.pop_front();
    ++gone;
  }
}

void GroupProducts::start(const Instruction &i) {
  GroupShape shape = GroupShape::of(i.mode);
  unsigned operands = shape.sums();
  if (warp.index / groupWarps * groupWarps + groupWarps >
          warp.block.warps.size() ||
      warp.born != ~0u)
    warp.fail(Error::Kind::Program, "needs four whole warps");
  checkAccumulators(i);
  Product product;
  product.instruction = &i;
  product.a = sameInAllLanes(i, operands, "descriptors of A");
  product.b = sameInAllLanes(i, operands + 1, "descriptors of B");
  product.adds = sameInAllLanes(i, operands + 2, "scales of D") & 1;
  for (auto [bits, name] : {std::pair(product.a, "A"), {product.b, "B"}})
    if (std::string wrong = MatrixDescriptor(bits).check(); !wrong.empty())
      warp.fail(Error::Kind::Program,
                std::string("the descriptor of ") + name + " " + wrong);
  checkGroup(product);
  product.before = std::make_shared<const Clock>(warp.clock.beginCopies(~0u));
  product.time = ++time;
  for (unsigned k = 0; k < operands; ++k) {
    Accumulator &accumulator = accumulators[warp.grid.code.pool[i.first + k]];
    ++accumulator.writers;
    accumulator.mode = i.mode;
    accumulator.line = i.line;
  }
  products.push_back(std::move(product));
  ++open;
  warp.grid.progress();
}

void GroupProducts::commit() {
  groups.push_back(open);
  open = 0;
}

void GroupProducts::wait(size_t left) {
  Clock done;
  for (; groups.size() > left; groups.pop_front())
    for (size_t count = groups.front(); count; --count) {
      if (!products.front().isDone)
        completeOne();
      const Product &product = products.front();
      release(*product.instruction);
      done.raise(warp.block.productWarp(), warp.index, product.time + 1);
      products.pop_front();
    }
  warp.clock.acquire(done, warp.active, warp.alive);
}

/// The accumulators are the warp's again, as the product left them.
void GroupProducts::release(const Instruction &i) {
  for (unsigned k = 0; k < GroupShape::of(i.mode).sums(); ++k) {
    uint32_t slot = warp.grid.code.pool[i.first + k];
    Accumulator &accumulator = accumulators[slot];
    if (--accumulator.writers == 0)
      accumulator.seen = warp.slot(slot);
  }
}

void GroupProducts::completeOne() {
  for (Product &product : products)
    if (!product.isDone) {
      product.isDone = true;
      perform(product);
      return;
    }
}

/// 16 bytes that are read when the product ends.
const uint8_t *GroupProducts::read(const Product &product, uint64_t address) {
  constexpr unsigned bytes = MatrixDescriptor::pieceBytes;
  Block &block = warp.block;
  uint64_t offset = address - sharedBegin, size = block.shared.size();
  if (address < sharedBegin || offset > size || bytes > size - offset)
    fail(Error::Kind::Address, product,
         "a descriptor names shared address " + std::to_string(address) +
             ": the block has " + std::to_string(size) + " bytes from " +
             std::to_string(sharedBegin));
  for (unsigned k = 0; k < bytes; ++k)
    if (!block.written[offset + k])
      fail(Error::Kind::Data, product,
           "reads byte " + std::to_string(offset + k) +
               " of shared memory, which nobody has written");
  if (warp.grid.options.races)
    checkRace(product, address);
  return block.shared.data() + offset;
}

void GroupProducts::checkRace(const Product &product, uint64_t address) {
  Block &block = warp.block;
  Shadow::Query query;
  query.address = address;
  query.bytes = MatrixDescriptor::pieceBytes;
  query.me = {block.productWarp(), warp.index, product.time,
              product.instruction->line};
  Conflict conflict;
  bool found = block.shadow.access(
      query,
      [&](uint32_t other, unsigned lane, uint32_t time) {
        return product.before->covers(other, lane, time) &&
               product.before->covers(other | asyncProxy, lane, time);
      },
      conflict);
  if (!found)
    return;
  const Toucher &other = conflict.other;
  bool isOrdered = product.before->covers(other.warp, other.lane, other.time);
  fail(Error::Kind::Race, product,
       "reads shared address " + std::to_string(address) + ", which " +
           warp.grid.describe(other.warp, other.lane) + " wrote at line " +
           std::to_string(other.line) +
           (isOrdered ? " with no fence.proxy.async between"
                      : " with nothing that orders the two"));
}

/// Elements of rows first .. first + count - 1: place(row, k) is where one goes.
template <typename Place>
void GroupProducts::readMatrix(const Product &product, uint64_t bits, Type type,
                               bool isTransposed, unsigned first,
                               unsigned count, Place place) {
  MatrixDescriptor descriptor(bits);
  unsigned bytes = sizeBytes(type), inner = 32 / bytes,
           inPiece = MatrixDescriptor::pieceBytes / bytes;
  unsigned along = isTransposed ? count : inner,
           across = isTransposed ? inner : count;
  for (unsigned far = 0; far < across; ++far)
    for (unsigned near = 0; near < along; near += inPiece) {
      unsigned row = isTransposed ? near : far, k = isTransposed ? far : near;
      const uint8_t *piece =
          read(product,
               descriptor.placeOfPiece(first + row, k, bytes, isTransposed));
      for (unsigned e = 0; e < inPiece; ++e) {
        uint32_t word = 0;
        std::memcpy(&word, piece + e * bytes, bytes);
        (isTransposed ? place(row + e, k) : place(row, k + e)) =
            float(elementOf(word, 0, type));
      }
    }
}

/// Column and row of sum `k` of a lane are those of mma.sync, 8 columns after 8.
void GroupProducts::perform(const Product &product) {
  const Instruction &i = *product.instruction;
  GroupShape shape = GroupShape::of(i.mode);
  constexpr unsigned rows = GroupShape::warpRows;
  unsigned columns = shape.columns, inner = shape.inner();
  std::vector<float> a(rows * inner), b(inner * columns);
  unsigned firstRow = warp.index % groupWarps * rows;
  readMatrix(
      product, product.a, shape.a, shape.transposesA, firstRow, rows,
      [&](unsigned row, unsigned k) -> float & { return a[row * inner + k]; });
  readMatrix(product, product.b, shape.b, shape.transposesB, 0, columns,
             [&](unsigned row, unsigned k) -> float & {
               return b[k * columns + row];
             });
  double sign = shape.negatesA != shape.negatesB ? -1 : 1;
  std::vector<double> sums(columns);
  for (unsigned row = 0; row < rows; ++row) {
    auto placeOf = [&](unsigned column) -> uint64_t & {
      unsigned number = column / 8 * 4 + row / 8 * 2 + column % 2;
      return warp.slot(i, number)[row % 8 * 4 + column % 8 / 2];
    };
    for (unsigned column = 0; column < columns; ++column)
      sums[column] =
          product.adds ? accumulatorOf(placeOf(column), shape.sum()) : 0;
    for (unsigned k = 0; k < inner; ++k) {
      double x = sign * a[row * inner + k];
      for (unsigned column = 0; column < columns; ++column)
        sums[column] += x * b[k * columns + column];
    }
    for (unsigned column = 0; column < columns; ++column)
      placeOf(column) = resultOf(sums[column], shape.sum(), shape.saturates);
  }
}
