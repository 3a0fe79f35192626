//===- TileBuilder.h - short names for what tiled kernels are made of -------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The tilers read like the loops they build. A kernel sees its inputs and
// results as memrefs: rows [T, ...] of f32, bytes of quantised rows
// [T, rowBytes], panels of weights, pages of the cache.
//===----------------------------------------------------------------------===//
#ifndef LLMC_LOWER_CPU_TILEBUILDER_H
#define LLMC_LOWER_CPU_TILEBUILDER_H

#include "dialects/llm/LLMDialect.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace llmc {

/// The most lanes (a power of two up to 16) that divide `size`.
int64_t getLanes(int64_t size);

/// Builds index and vector arithmetic, loads and loops.
class TileBuilder : public mlir::ImplicitLocOpBuilder {
public:
  using ImplicitLocOpBuilder::ImplicitLocOpBuilder;
  using Value = mlir::Value;

  mlir::VectorType f32s(int64_t lanes) {
    return mlir::VectorType::get(lanes, getF32Type());
  }
  mlir::VectorType bytes(int64_t lanes) {
    return mlir::VectorType::get(lanes, getI8Type());
  }
  mlir::VectorType i32s(int64_t lanes) {
    return mlir::VectorType::get(lanes, getI32Type());
  }

  Value index(int64_t value);
  Value addIndex(Value a, Value b);
  Value addIndex(Value a, int64_t b);
  Value mulIndex(Value a, int64_t b);
  Value mulIndex(Value a, Value b);
  Value divIndex(Value a, int64_t b);
  Value remIndex(Value a, int64_t b);
  Value toIndex(Value i32);

  Value f32(double value);
  /// A constant in every lane; `type` is a number or a vector of numbers.
  Value constant(mlir::Type type, double value);
  Value broadcast(Value scalar, int64_t lanes);

  Value add(Value a, Value b);
  Value sub(Value a, Value b);
  Value mul(Value a, Value b);
  Value div(Value a, Value b);
  /// The greater; b where one of them is NaN. So a NaN of b is kept, of a lost.
  Value max(Value a, Value b);
  Value compare(mlir::arith::CmpFPredicate predicate, Value a, Value b);
  Value compare(mlir::arith::CmpIPredicate predicate, Value a, Value b);
  Value both(Value a, Value b); // conditions
  Value negate(Value condition);
  Value fma(Value a, Value b, Value c); // a * b + c, rounded once
  Value exp(Value x);
  /// x where `condition`, else y.
  Value select(Value condition, Value x, Value y);
  Value sumLanes(Value vector);
  /// Of f32, a NaN may be lost; of i32, unsigned.
  Value maxLanes(Value vector);

  Value load(Value memref, mlir::ValueRange at);
  /// `lanes` f32, converted from the memref's floats or codes; `mask` may be null.
  Value loadF32s(Value memref, mlir::ValueRange at, int64_t lanes,
                 Value mask = {});
  /// Bytes read as `type`, a vector or a scalar of 32 or 64 bits.
  Value loadBytesAs(Value memref, mlir::ValueRange at, mlir::Type type);
  void store(Value value, Value memref, mlir::ValueRange at);
  void storeVector(Value vector, Value memref, mlir::ValueRange at,
                   Value mask = {});
  /// Stores a vector or a scalar of 32 bits to bytes.
  void storeBytes(Value value, Value memref, mlir::ValueRange at);
  Value dim(Value memref, int64_t index);
  /// Memory of the kernel's own, whose vectors cross no cache line.
  Value allocate(llvm::ArrayRef<int64_t> shape, mlir::Type element);
  /// The same where `function` begins: for code that may be in loops.
  Value allocateAtStart(llvm::ArrayRef<int64_t> shape, mlir::Type element);
  /// A pointer of LLVM to byte `byte` of a memref without offset.
  Value addressOf(Value memref, Value byte);

  /// for (i = low; i < high; i += step) body(i)
  void loop(Value low, Value high, int64_t step,
            llvm::function_ref<void(Value)> body);
  /// The same, carrying values.
  llvm::SmallVector<Value>
  loop(Value low, Value high, int64_t step, mlir::ValueRange start,
       llvm::function_ref<llvm::SmallVector<Value>(Value, mlir::ValueRange)>
           body);

  /// `body` where `condition` holds.
  void when(Value condition, llvm::function_ref<void()> body);

  /// What the one or the other branch computes.
  llvm::SmallVector<Value>
  choose(Value condition, llvm::function_ref<llvm::SmallVector<Value>()> isTrue,
         llvm::function_ref<llvm::SmallVector<Value>()> isFalse);
  Value choose(Value condition, llvm::function_ref<Value()> isTrue,
               llvm::function_ref<Value()> isFalse);

  /// This worker's part of `count` items.
  std::pair<Value, Value> share(Value count);

  Value worker, workers; // index

  //===--- a worker of several threads ----------------------------------------===//

  /// On a device a worker may be a block of threads, which share what tilers give
  /// them to share and do all else alike: which of them this is, and how many there
  /// are. Null and 1: a worker is one thread.
  Value thread; // index
  int64_t threads = 1;
  mlir::func::FuncOp
      function; // that is built; its threads' memory lies beside it

  /// How the threads of this worker walk over a line of `columns`: each from `first`
  /// on, `lanes` columns at a time, to the ones that are `step` further.
  struct Walk {
    Value first;
    int64_t step, lanes;
  };
  Walk walk(int64_t columns);
  /// Of row `row` of f32s the elements that `columns`, a vector of i32, name; counted from
  /// `first` on, if that is given.
  Value gather(Value rows, Value row, Value columns, Value first = {});

  /// The f32s of all threads added up, in an order that the number of threads alone
  /// decides; of one thread its own.
  Value sumThreads(Value number);
  /// What threads stored before is seen by all of them behind.
  void meetThreads();
};

/// The cache and batch arguments of a kernel function.
struct BatchArgs {
  mlir::Value positions, slots, sequences; // memref<?xi32>
  mlir::Value blockTable, slotPositions;   // likewise; of the kernel's cache
  mlir::Value blocksPerSequence;           // index
  mlir::Value sampling;   // memref<?xi8>, LlmrtSampling per asked row
  mlir::Value ranges;     // memref<?xi32>, LlmrtRange each
  mlir::Value rangeCount; // index
};

/// A kernel's body with the memrefs that stand for its inputs and results.
struct KernelArgs {
  mlir::llm::KernelOp kernel;
  llvm::DenseMap<mlir::Value, mlir::Value>
      inputs;                             // region argument → memref or index
  llvm::SmallVector<mlir::Value> results; // memref; null for caches
  BatchArgs batch;
  // memref<?xi8>: that of all workers, one behind the other, and this worker's; null
  // where none was asked. Of the team's a kernel may use any byte between two barriers.
  mlir::Value teamScratch, scratch;

  mlir::Value get(mlir::Value argument) const {
    return inputs.lookup(argument);
  }
  mlir::llm::YieldOp getYield() const {
    mlir::llm::KernelOp op = kernel;
    return mlir::cast<mlir::llm::YieldOp>(op.getBody().front().getTerminator());
  }
};

/// Builds a kernel: this worker's share, by the tiler of its anchor.
void tileKernel(TileBuilder &b, const KernelArgs &args);

/// Where one tile of a kernel's rows lies: element `at` and the `lanes` - 1 behind
/// it; `mask` says which exist (null: all).
struct TilePlace {
  const KernelArgs &args;
  mlir::ValueRange at;
  int64_t lanes;
  mlir::Value mask;
};

/// Evaluates a body value at a place as a vector of its lanes, from the loads
/// of region arguments up. `leaf` may supply values of non-elementwise ops.
mlir::Value
evaluateElementwise(TileBuilder &b, const TilePlace &place, mlir::Value value,
                    llvm::function_ref<mlir::Value(mlir::Value)> leaf);

} // namespace llmc

#include "llmc/Lower/Cpu/CpuInterfaces.h.inc"

#endif // LLMC_LOWER_CPU_TILEBUILDER_H
