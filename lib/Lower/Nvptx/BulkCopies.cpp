//===- BulkCopies.cpp - copies of many bytes by one thread ------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// As PTX: all of it orders memory for LLVM.
//===----------------------------------------------------------------------===//
#include "BulkCopies.h"
#include "TensorCores.h"
#include "Threads.h"

#include "dialects/llm/LLMDialect.h"
#include "llmc/Lower/Passes.h"

using namespace mlir;

namespace llmc {

static constexpr int global = 1, shared = 3;

static Value toWord(TileBuilder &b, Value number) {
  return arith::IndexCastOp::create(b, b.getI32Type(), number);
}

bool BulkCopies::areThere(TileBuilder &b) {
  return getComputeCapability(llm::getTarget(b.function).getIsa()) >= 90;
}

BulkCopies::BulkCopies(TileBuilder &b, int64_t stages, int64_t copiers) : b(b) {
  assert(areThere(b) && copiers <= b.threads && "threads of the block copy");
  barriers = allocateShared(b, {stages}, b.getI64Type());
  Value isFirst = b.compare(arith::CmpIPredicate::eq, b.thread, b.index(0));
  b.when(isFirst, [&] {
    for (int64_t stage = 0; stage < stages; ++stage)
      runPtx(b, {},
             {addressOfBarrier(b.index(stage)), toWord(b, b.index(copiers))},
             "mbarrier.init.shared::cta.b64 [$0], $1;", "l,r");
    runPtx(b, {}, {}, "fence.mbarrier_init.release.cluster;", "");
  });
  b.meetThreads();
}

Value BulkCopies::addressOfBarrier(Value stage) {
  constexpr int64_t bytes = 8;
  return addressOf(b, barriers, b.mulIndex(stage, bytes), shared);
}

void BulkCopies::copy(Value stage, Value from, Value byte, Value to,
                      Value toByte, Value bytes) {
  Value barrier = addressOfBarrier(stage), count = toWord(b, bytes);
  runPtx(b, {}, {barrier, count},
         "mbarrier.arrive.expect_tx.shared::cta.b64 _, [$0], $1;", "l,r");
  Value isAny = b.compare(arith::CmpIPredicate::ne, bytes, b.index(0));
  b.when(isAny, [&] {
    runPtx(b, {},
           {addressOf(b, to, toByte, shared), addressOf(b, from, byte, global),
            count, barrier},
           "cp.async.bulk.shared::cluster.global.mbarrier::complete_tx::bytes "
           "[$0], [$1], $2, [$3];",
           "l,l,r,l");
  });
}

void BulkCopies::wait(Value stage, Value parity) {
  Value barrier = addressOfBarrier(stage);
  auto loop = scf::WhileOp::create(b, TypeRange(), ValueRange());
  OpBuilder::InsertionGuard guard(b);
  b.createBlock(&loop.getBefore());
  Value isThere =
      runPtx(
          b, b.getI32Type(), {barrier, parity},
          "{ .reg .pred p; mbarrier.try_wait.parity.shared::cta.b64 p, [$1], "
          "$2; selp.u32 $0, 1, 0, p; }",
          "=r,l,r")
          .getResult(0);
  Value isMissing = b.compare(arith::CmpIPredicate::eq, isThere,
                              b.constant(b.getI32Type(), 0));
  scf::ConditionOp::create(b, isMissing, ValueRange());
  b.createBlock(&loop.getAfter());
  scf::YieldOp::create(b);
}

} // namespace llmc
