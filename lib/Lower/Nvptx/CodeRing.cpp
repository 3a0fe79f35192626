//===- CodeRing.cpp - panels of codes on their way to a block ---------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Threads that load weights themselves have 4 bytes each under way, 64 contiguous ones of a
// panel; a stage is copied by all of them in requests of 512 bytes, and stages ahead are
// some 36 KB of a block.
//===----------------------------------------------------------------------===//
#include "CodeRing.h"
#include "TensorCores.h"
#include "Threads.h"

#include "../Cpu/PanelLoads.h"

using namespace mlir;
using namespace mlir::llm;

namespace llmc {

static constexpr int64_t pieceBytes = 16; // a copy's
/// What a block may have of shared memory, and a slice of that.
static constexpr int64_t ringBytes = 48 * 1024;
static constexpr int64_t sliceBytes = ringBytes / CodeRing::slices;

CodeRing::Plan::Plan(PackedType weight, int64_t products, int64_t tileRows)
    : blockBytes(getGridPanel(weight)->getBytes()) {
  // Threads meet once for as many k, and four stages are better than fewer.
  constexpr int64_t stageDepth = 128, enoughStages = 4;
  int64_t inSlice = llvm::divideCeil(countTiles(weight), slices);
  int64_t most = std::max<int64_t>(1, stageDepth / getTileDepth(weight));
  blocks = std::clamp<int64_t>(sliceBytes / enoughStages / blockBytes, 1,
                               std::min(most, inSlice));
  // The two slices of a warp are half of all banks apart.
  constexpr int64_t banksBytes = 128;
  stride = llvm::alignTo(blocks * blockBytes + banksBytes / 2, banksBytes) -
           banksBytes / 2;
  total = llvm::divideCeil(inSlice, blocks) * products;
  stages = std::min(sliceBytes / stride, total);
  ahead = stages == total ? total : stages - 1;
  sumBytes = products * tileRows * threads * int64_t(sizeof(float));
}

bool CodeRing::Plan::fits() const {
  return blockBytes % pieceBytes == 0 && ahead > 0 && sumBytes <= ringBytes;
}

int64_t CodeRing::Plan::countPieces() const {
  return blocks * blockBytes / pieceBytes;
}

bool CodeRing::fits(KernelOp kernel, int64_t tileRows) {
  auto products = llvm::to_vector(kernel.getBody().front().getOps<LinearOp>());
  auto weight = cast<PackedType>(products[0].getWeight().getType());
  auto isAlike = [&](LinearOp product) {
    return product.getWeight().getType() == weight;
  };
  std::optional<GridPanel> drawing = getGridPanel(weight);
  return drawing && !drawing->kept.hasBlocks() &&
         getPanelRows(weight) == panelRows && llvm::all_of(products, isAlike) &&
         isa<Int8ActEncodingAttr>(
             getEncoding(products[0].getInput().getType())) &&
         Plan(weight, static_cast<int64_t>(products.size()), tileRows).fits();
}

CodeRing::CodeRing(TileBuilder &b, DeviceProduct &kernel, Value panel,
                   int64_t tileRows)
    : b(b), kernel(kernel),
      products(static_cast<int64_t>(kernel.products.size())),
      tileRows(tileRows), plan(kernel.weight, products, tileRows),
      panel(panel) {
  int64_t bytes = std::max(plan.stages * plan.getStageBytes(), plan.sumBytes);
  memory = allocateShared(b, {bytes}, b.getI8Type());
  if (BulkCopies::areThere(b))
    bulk.emplace(b, plan.stages, slices);
  else
    findPieces();
}

Value CodeRing::isBelow(Value index, Value end) {
  return b.compare(arith::CmpIPredicate::ult, index, end);
}

//===----------------------------------------------------------------------===//
// Copies
//===----------------------------------------------------------------------===//

void CodeRing::findPieces() {
  int64_t perSlice = plan.countPieces(), all = slices * perSlice;
  for (int64_t at = 0; at < all; at += threads) {
    Value number = b.addIndex(b.thread, at);
    Value ofSlice = b.divIndex(number, perSlice);
    Value inSlice = b.mulIndex(b.remIndex(number, perSlice), pieceBytes);
    Value begin = b.mulIndex(kernel.getFirstBlock(kernel.weight, ofSlice),
                             plan.blockBytes);
    Value end =
        b.mulIndex(kernel.getFirstBlock(kernel.weight, b.addIndex(ofSlice, 1)),
                   plan.blockBytes);
    Value from = b.addIndex(begin, inSlice);
    // Threads behind the last slice have nothing.
    if (at + threads > all)
      end = b.select(isBelow(number, b.index(all)), end, begin);
    Value left =
        arith::SubIOp::create(b, end, arith::MinUIOp::create(b, from, end));
    pieces.push_back(
        {from, left, b.addIndex(b.mulIndex(ofSlice, plan.stride), inSlice)});
  }
}

/// Chunk `chunk` of k of a product to a slot of the ring.
void CodeRing::copyStage(int64_t product, Value chunk, Value slot) {
  const Value w = kernel.operands[product].w;
  Value offset = b.mulIndex(chunk, plan.blocks * plan.blockBytes);
  bulk ? copySlices(w, offset, slot) : copyPieces(w, offset, slot);
}

void CodeRing::copyPieces(Value w, Value offset, Value slot) {
  Value from = b.addIndex(
      b.mulIndex(panel, countTiles(kernel.weight) * plan.blockBytes), offset);
  Value to = b.mulIndex(slot, plan.getStageBytes());
  for (const Piece &piece : pieces)
    b.when(isBelow(offset, piece.bytes), [&] {
      copyAhead(b, w, b.addIndex(from, piece.from), memory,
                b.addIndex(to, piece.to), pieceBytes);
    });
}

void CodeRing::endStage() {
  if (!bulk)
    commitCopies(b);
}

/// So many threads have a slice each.
void CodeRing::copySlices(Value w, Value offset, Value slot) {
  b.when(isBelow(b.thread, b.index(slices)), [&] {
    auto findByte = [&](Value slice) {
      return b.mulIndex(kernel.getFirstBlock(kernel.weight, slice),
                        plan.blockBytes);
    };
    Value from = b.addIndex(findByte(b.thread), offset);
    Value end = findByte(b.addIndex(b.thread, 1));
    Value left =
        arith::SubIOp::create(b, end, arith::MinUIOp::create(b, from, end));
    Value bytes =
        arith::MinUIOp::create(b, left, b.index(plan.blocks * plan.blockBytes));
    Value first =
        b.mulIndex(panel, countTiles(kernel.weight) * plan.blockBytes);
    bulk->copy(slot, w, b.addIndex(first, from), memory,
               b.addIndex(b.mulIndex(slot, plan.getStageBytes()),
                          b.mulIndex(b.thread, plan.stride)),
               bytes);
  });
}

/// What is under way before anything is used: nobody writes weights, so no launch is waited for.
void CodeRing::fill() {
  for (int64_t i = 0; i < plan.ahead; ++i) {
    copyStage(i % products, b.index(i / products), b.index(i));
    endStage();
  }
  awaitLaunches(b);
}

/// For all threads; who reads the stage before has done so. `parity` is that of the slot's
/// filling.
void CodeRing::awaitStage(Value slot, Value parity) {
  bulk ? bulk->wait(slot, parity) : waitForCopies(b, plan.ahead - 1);
  b.meetThreads();
}

//===----------------------------------------------------------------------===//
// Sums over k
//===----------------------------------------------------------------------===//

Value CodeRing::isLast(Value slot) {
  return b.compare(arith::CmpIPredicate::eq, slot, b.index(plan.stages - 1));
}

SmallVector<Value> CodeRing::multiply(int64_t sums, Value zero,
                                      AddStage addStage) {
  int64_t chunks = plan.total / products;
  fill();
  // The slots that are read and filled next, the last bit of how often the first was filled.
  SmallVector<Value> state = {b.index(0), b.index(plan.ahead % plan.stages),
                              b.constant(b.getI32Type(), 0)};
  state.append(products * sums, zero);
  auto getNext = [&](Value slot) {
    return b.select(isLast(slot), b.index(0), b.addIndex(slot, 1));
  };
  state = b.loop(b.index(0), b.index(chunks), 1, state,
                 [&](Value chunk, ValueRange carried) {
                   SmallVector<Value> all(carried);
                   for (int64_t p = 0; p < products; ++p) {
                     awaitStage(all[0], all[2]);
                     int64_t next = p + plan.ahead;
                     Value behind = b.addIndex(chunk, next / products);
                     if (plan.ahead < plan.total)
                       b.when(isBelow(behind, b.index(chunks)), [&] {
                         copyStage(next % products, behind, all[1]);
                       });
                     endStage();
                     addStage(chunk, all[0],
                              MutableArrayRef(all).slice(3 + p * sums, sums));
                     Value turned = arith::XOrIOp::create(
                         b, all[2], b.constant(b.getI32Type(), 1));
                     all[2] = b.select(isLast(all[0]), turned, all[2]);
                     all[0] = getNext(all[0]);
                     all[1] = getNext(all[1]);
                   }
                   return all;
                 });
  b.meetThreads(); // nobody reads the ring
  return SmallVector<Value>(ArrayRef(state).drop_front(3));
}

CodeRing::Part CodeRing::getPart(Value slice, Value chunk, Value slot) {
  Value firstBlock = kernel.getFirstBlock(kernel.weight, slice);
  Value blocks = arith::SubIOp::create(
      b, kernel.getFirstBlock(kernel.weight, b.addIndex(slice, 1)), firstBlock);
  Value begin = b.mulIndex(chunk, plan.blocks);
  return {b.addIndex(b.mulIndex(slot, slices), slice), begin,
          arith::MinUIOp::create(b, blocks, b.addIndex(begin, plan.blocks)),
          firstBlock};
}

Value CodeRing::getPanels() {
  auto type = MemRefType::get(
      {plan.stages * slices, plan.blocks, plan.blockBytes}, b.getI8Type(),
      StridedLayoutAttr::get(b.getContext(), 0,
                             {plan.stride, plan.blockBytes, int64_t(1)}),
      cast<MemRefType>(memory.getType()).getMemorySpace());
  return memref::ReinterpretCastOp::create(
      b, type, memory, /*offset=*/0, type.getShape(),
      ArrayRef<int64_t>{plan.stride, plan.blockBytes, 1});
}

//===----------------------------------------------------------------------===//
// Results
//===----------------------------------------------------------------------===//

Value CodeRing::getSums() {
  auto type =
      MemRefType::get({products, tileRows, slices, panelRows}, b.getF32Type(),
                      MemRefLayoutAttrInterface(),
                      cast<MemRefType>(memory.getType()).getMemorySpace());
  return memref::ViewOp::create(b, type, memory, b.index(0), ValueRange());
}

Value CodeRing::addSlices(int64_t product, Value row, Value lane) {
  return llmc::addSlices(b, getSums(), product, row, lane);
}

} // namespace llmc
