//===- DeviceSample.cpp - one token of a row of logits on a device ----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//   block = a row
//     greedy, without penalties: all threads look for the largest logit
//     anything else, and where several are largest: one thread samples
//
// The second is right and slow; filters of the whole block are yet to come.
//===----------------------------------------------------------------------===//
#include "DeviceTiler.h"
#include "Threads.h"

#include "../Cpu/Tilers.h"

#include "llmrt/abi.h"

#include <limits>

using namespace mlir;
using namespace mlir::llm;

namespace llmc {

namespace {

constexpr int64_t threads = 256;

class SampleTiler {
public:
  SampleTiler(TileBuilder &b, const KernelArgs &args, SampleOp op)
      : b(b), args(args), op(op), logits(args.get(op.getLogits())),
        columns(getMatrixShape(op.getLogits().getType())[1]) {
    assert(columns < (1 << 24) && "ids are numbers of f32");
  }

  void run() {
    row = b.worker;
    SmallVector<Value> found = b.choose(
        isPlain(), [&] { return findLargest(); },
        [&] { return SmallVector<Value>{no(), b.f32(0)}; });
    b.when(b.compare(arith::CmpIPredicate::eq, b.thread, b.index(0)), [&] {
      auto branch = scf::IfOp::create(b, found[0], /*withElseRegion=*/true);
      OpBuilder::InsertionGuard guard(b);
      b.setInsertionPointToStart(branch.thenBlock());
      b.store(arith::FPToSIOp::create(b, b.getI32Type(), found[1]),
              args.results[0], row);
      b.setInsertionPointToStart(branch.elseBlock());
      tileSampleRow(b, args, op, row);
    });
  }

private:
  Value no() { return b.constant(b.getI1Type(), 0); }

  Value loadField(size_t offset, Type type) {
    Value first = b.mulIndex(row, sizeof(LlmrtSampling));
    return b.loadBytesAs(args.batch.sampling, b.addIndex(first, offset), type);
  }

  /// The largest logit, whatever was said before.
  Value isPlain() {
    Value temperature =
        loadField(offsetof(LlmrtSampling, temperature), b.getF32Type());
    Value recent =
        loadField(offsetof(LlmrtSampling, recentCount), b.getI32Type());
    return b.both(b.compare(arith::CmpFPredicate::OEQ, temperature, b.f32(0)),
                  b.compare(arith::CmpIPredicate::eq, recent,
                            b.constant(b.getI32Type(), 0)));
  }

  /// Whether one logit is larger than all others, which are numbers, and its id.
  SmallVector<Value> findLargest() {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    auto first = visit(
        {b.f32(-infinity), b.f32(0)}, [&](Value, Value z, ValueRange carried) {
          Value isNaN = b.compare(arith::CmpFPredicate::UNO, z, z);
          return SmallVector<Value>{b.max(carried[0], z),
                                    b.add(carried[1], count(isNaN))};
        });
    Value most = maxThreads(b, first[0]), bad = b.sumThreads(first[1]);
    auto second =
        visit({b.f32(0), b.f32(0)}, [&](Value i, Value z, ValueRange carried) {
          Value isMost = b.compare(arith::CmpFPredicate::OEQ, z, most);
          Value id = arith::UIToFPOp::create(
              b, b.getF32Type(),
              Value(arith::IndexCastOp::create(b, b.getI32Type(), i)));
          return SmallVector<Value>{
              b.add(carried[0], count(isMost)),
              b.add(carried[1], b.select(isMost, id, b.f32(0)))};
        });
    Value largest = b.sumThreads(second[0]), id = b.sumThreads(second[1]);
    auto equals = [&](Value x, double y) {
      return b.compare(arith::CmpFPredicate::OEQ, x, b.f32(y));
    };
    Value isFinite =
        b.compare(arith::CmpFPredicate::OLT, most, b.f32(infinity));
    return {b.both(b.both(equals(bad, 0), equals(largest, 1)), isFinite), id};
  }

  Value count(Value condition) {
    return b.select(condition, b.f32(1), b.f32(0));
  }

  /// This thread's part of the row.
  SmallVector<Value>
  visit(ValueRange start,
        llvm::function_ref<SmallVector<Value>(Value i, Value z, ValueRange)>
            body) {
    return b.loop(b.thread, b.index(columns), threads, start,
                  [&](Value i, ValueRange carried) {
                    return body(i, b.load(logits, {row, i}), carried);
                  });
  }

  TileBuilder &b;
  const KernelArgs &args;
  SampleOp op;
  Value logits, row;
  int64_t columns;
};

} // namespace

std::optional<DeviceTiler> getDeviceSample(KernelOp kernel) {
  auto ops = kernel.getBody().front().getOps<SampleOp>();
  if (ops.empty())
    return std::nullopt;
  SampleOp op = *ops.begin();
  return DeviceTiler{
      threads, /*blocksWork=*/true,
      [](TileBuilder &, const LaunchCounts &counts) { return counts.rows; },
      [op](TileBuilder &b, const KernelArgs &args) {
        SampleTiler(b, args, op).run();
      }};
}

} // namespace llmc
