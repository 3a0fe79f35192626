//===- Threads.cpp - what the threads of a block do together ----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Spelled with LLVM's intrinsics for PTX.
//===----------------------------------------------------------------------===//
#include "Threads.h"

#include "../Cpu/Isa.h"

#include "llmc/Lower/Passes.h"

using namespace mlir;

namespace llmc {

static Value readRegister(TileBuilder &b, StringRef name) {
  std::string intrinsic = ("llvm.nvvm.read.ptx.sreg." + name + ".x").str();
  return b.toIndex(callIntrinsic(b, intrinsic, b.getI32Type(), {}));
}

void numberThreads(TileBuilder &b) {
  Value threads = readRegister(b, "ntid");
  b.worker = b.addIndex(b.mulIndex(readRegister(b, "ctaid"), threads),
                        readRegister(b, "tid"));
  b.workers = b.mulIndex(readRegister(b, "nctaid"), threads);
}

void numberBlocks(TileBuilder &b, int64_t threads) {
  b.worker = readRegister(b, "ctaid");
  b.workers = readRegister(b, "nctaid");
  b.thread = readRegister(b, "tid");
  b.threads = threads;
}

LLVM::InlineAsmOp runPtx(TileBuilder &b, TypeRange results, ValueRange operands,
                         StringRef text, StringRef constraints) {
  std::string all = constraints.str();
  all += all.empty() ? "~{memory}" : ",~{memory}";
  return LLVM::InlineAsmOp::create(
      b, results, operands, text, all, /*has_side_effects=*/true,
      /*is_align_stack=*/false, LLVM::TailCallKind::None, /*asm_dialect=*/{},
      /*operand_attrs=*/{});
}

/// LLVM's intrinsics say nothing of memory, so it could move loads across them.
static void dependOnLaunches(TileBuilder &b, StringRef how) {
  if (hasDependentLaunches(llm::getTarget(b.function).getIsa()))
    runPtx(b, {}, {}, ("griddepcontrol." + how + ";").str(), "");
}

void letNextBegin(TileBuilder &b) { dependOnLaunches(b, "launch_dependents"); }

void awaitLaunches(TileBuilder &b) { dependOnLaunches(b, "wait"); }

static MemRefType getSharedType(TileBuilder &b, ArrayRef<int64_t> shape,
                                Type element) {
  constexpr int64_t sharedSpace = 3;
  return MemRefType::get(shape, element, MemRefLayoutAttrInterface(),
                         b.getI64IntegerAttr(sharedSpace));
}

/// A variable of the block; one without a `value` is extern, and as large as the launch says.
static Value declareShared(TileBuilder &b, MemRefType type, Attribute value,
                           int64_t alignment) {
  auto module = b.function->getParentOfType<ModuleOp>();
  std::string name;
  for (int64_t number = 0; name.empty() || module.lookupSymbol(name); ++number)
    name = (b.function.getName() + "_shared" + Twine(number)).str();
  OpBuilder before(b.function);
  memref::GlobalOp::create(
      before, b.getLoc(), name, b.getStringAttr(value ? "private" : "public"),
      type, value, /*constant=*/false, b.getI64IntegerAttr(alignment));
  return memref::GetGlobalOp::create(b, type, name);
}

Value allocateShared(TileBuilder &b, ArrayRef<int64_t> shape, Type element) {
  return declareShared(b, getSharedType(b, shape, element),
                       /*not initialised*/ b.getUnitAttr(), /*alignment=*/16);
}

Value getLaunchedShared(TileBuilder &b, int64_t bytes) {
  Value begin = declareShared(b, getSharedType(b, {0}, b.getI8Type()),
                              /*value=*/{}, /*alignment=*/1024);
  return memref::ReinterpretCastOp::create(
      b, getSharedType(b, {bytes}, b.getI8Type()), begin, b.getIndexAttr(0),
      ArrayRef<OpFoldResult>{b.getIndexAttr(bytes)},
      ArrayRef<OpFoldResult>{b.getIndexAttr(1)});
}

Value exchange(TileBuilder &b, Value number, int64_t distance) {
  auto word = [&](int64_t value) {
    return b.constant(b.getI32Type(), static_cast<double>(value));
  };
  return callIntrinsic(b, "llvm.nvvm.shfl.sync.bfly.f32", b.getF32Type(),
                       {word(-1), number, word(distance), word(31)});
}

static Value reduceWarp(TileBuilder &b, Value number,
                        Value (TileBuilder::*combine)(Value, Value)) {
  for (int64_t distance = warpThreads / 2; distance; distance /= 2)
    number = (b.*combine)(number, exchange(b, number, distance));
  return number;
}

/// Of all threads of the block, in the order of the warps: the same in each.
static Value reduceThreads(TileBuilder &b, Value number,
                           Value (TileBuilder::*combine)(Value, Value)) {
  assert(b.threads % warpThreads == 0 && "blocks are whole warps");
  int64_t warps = b.threads / warpThreads;
  number = reduceWarp(b, number, combine);
  Value perWarp = allocateShared(b, {warps}, b.getF32Type());
  Value inWarp = b.remIndex(b.thread, warpThreads);
  b.when(b.compare(arith::CmpIPredicate::eq, inWarp, b.index(0)),
         [&] { b.store(number, perWarp, b.divIndex(b.thread, warpThreads)); });
  b.meetThreads();
  Value all = b.load(perWarp, b.index(0));
  for (int64_t warp = 1; warp < warps; ++warp)
    all = (b.*combine)(all, b.load(perWarp, b.index(warp)));
  b.meetThreads(); // before the next time round
  return all;
}

Value maxThreads(TileBuilder &b, Value number) {
  return reduceThreads(b, number, &TileBuilder::max);
}

Value maxWarp(TileBuilder &b, Value number) {
  return reduceWarp(b, number, &TileBuilder::max);
}

Value sumWarp(TileBuilder &b, Value number) {
  return reduceWarp(b, number, &TileBuilder::add);
}

void meetWarp(TileBuilder &b) {
  LLVM::CallIntrinsicOp::create(b, b.getStringAttr("llvm.nvvm.bar.warp.sync"),
                                ValueRange{b.constant(b.getI32Type(), -1)});
}

/// LLVM 22 drops the order of an atomicrmw, so it is PTX.
Value countArrival(TileBuilder &b, Value counters, Value byte, Value last) {
  assert(b.thread && "a block counts, by one of its threads");
  constexpr int global = 1;
  Value base = memref::ExtractAlignedPointerAsIndexOp::create(b, counters);
  Value address =
      arith::IndexCastOp::create(b, b.getI64Type(), b.addIndex(base, byte));
  Value pointer = LLVM::IntToPtrOp::create(
      b, LLVM::LLVMPointerType::get(b.getContext(), global), address);
  Value limit = arith::IndexCastOp::create(b, b.getI32Type(), last);
  return b.toIndex(runPtx(b, b.getI32Type(), {pointer, limit},
                          "atom.acq_rel.gpu.global.inc.u32 $0, [$1], $2;",
                          "=r,l,r")
                       .getResult(0));
}

void TileBuilder::meetThreads() {
  if (thread)
    LLVM::CallIntrinsicOp::create(
        *this, getStringAttr("llvm.nvvm.barrier.cta.sync.aligned.all"),
        ValueRange{constant(getI32Type(), 0)});
}

Value TileBuilder::sumThreads(Value number) {
  return thread ? reduceThreads(*this, number, &TileBuilder::add) : number;
}

} // namespace llmc
