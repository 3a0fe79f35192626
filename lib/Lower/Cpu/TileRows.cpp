//===- TileRows.cpp - norms, quantisation, elementwise rows -----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//   for row in this worker's share
//     for head of the row (values of rank 3)
//       statistics of each norm: one pass
//       for tile of columns: evaluate the body, store or quantise
//
// Of what may be bf16 in prompts, rows of prompts are where the target multiplies these.
//===----------------------------------------------------------------------===//
#include "BFloat16.h"
#include "ByteSteps.h"
#include "Isa.h"
#include "Ranges.h"
#include "Tilers.h"

#include "dialects/llm/ActRow.h"

using namespace mlir;
using namespace mlir::llm;

namespace llmc {

namespace {

/// Centre and inverse deviation of one row, as scalars.
struct Statistics {
  Value mean; // null for rms
  Value scale;
};

class RowTiler {
public:
  RowTiler(TileBuilder &b, const KernelArgs &args) : b(b), args(args) {}

  void run() {
    Value yielded = args.getYield().getValues()[0];
    ArrayRef<int64_t> shape = getMatrixShape(yielded.getType());
    auto [begin, end] = b.share(b.dim(args.results[0], 0));
    b.loop(begin, end, 1, [&](Value row) {
      if (shape.size() == 2)
        return line({row});
      b.loop(b.index(0), b.index(shape[1]), 1,
             [&](Value head) { line({row, head}); });
    });
  }

private:
  /// Everything that happens along one line of columns.
  void line(SmallVector<Value> prefix) {
    statistics.clear();
    stored.clear();
    // In program order: what is stored once is read back, not computed again.
    KernelOp kernel = args.kernel;
    for (Operation &op : kernel.getBody().front().without_terminator()) {
      if (auto norm = dyn_cast<NormOp>(op))
        statistics[norm.getResult()] = measure(norm, prefix);
      if (op.getNumResults() == 1)
        storeResult(op.getResult(0), prefix);
    }
    for (auto [value, result] :
         llvm::zip(args.getYield().getValues(), args.results))
      if (isa<BlockArgument>(value) && isa<PackedType>(value.getType()))
        copyBytes(args.get(value), prefix, result);
      else if (isa<BlockArgument>(value))
        storeLine(value, prefix, result);
  }

  /// Quantised rows are copied as they are.
  void copyBytes(Value from, ArrayRef<Value> prefix, Value to) {
    assert(prefix.size() == 1 && "quantised rows have no heads");
    int64_t size = cast<MemRefType>(to.getType()).getDimSize(1);
    auto [first, step, lanes] = b.walk(size);
    b.loop(first, b.index(size), step, [&, lanes = lanes](Value byte) {
      Value at[] = {prefix[0], byte};
      b.storeBytes(b.loadBytesAs(from, at, b.bytes(lanes)), to, at);
    });
  }

  /// Stores a value of the body where the kernel yields it.
  void storeResult(Value value, ArrayRef<Value> prefix) {
    for (auto [yielded, result] :
         llvm::zip(args.getYield().getValues(), args.results)) {
      if (yielded != value)
        continue;
      if (auto quantise = value.getDefiningOp<QuantizeActOp>())
        narrowLine(quantise, prefix, result);
      else {
        storeLine(value, prefix, result);
        stored[value] = result;
      }
    }
  }

  Value evaluate(Value value, ArrayRef<Value> prefix, Value column,
                 int64_t lanes) {
    SmallVector<Value> at(prefix);
    at.push_back(column);
    TilePlace place{args, at, lanes, {}};
    return evaluateElementwise(b, place, value, [&](Value v) -> Value {
      if (Value memref = stored.lookup(v))
        return b.loadF32s(memref, at, lanes);
      auto norm = v.getDefiningOp<NormOp>();
      return norm ? normalise(norm, prefix, column, lanes) : Value();
    });
  }

  void storeLine(Value value, ArrayRef<Value> prefix, Value result) {
    int64_t columns = getMatrixShape(value.getType()).back();
    auto [first, step, lanes] = b.walk(columns);
    b.loop(first, b.index(columns), step, [&, lanes = lanes](Value column) {
      SmallVector<Value> at(prefix);
      at.push_back(column);
      b.storeVector(evaluate(value, prefix, column, lanes), result, at);
    });
    b.meetThreads(); // others may read it back
  }

  //===--- norms ------------------------------------------------------------===//

  Statistics measure(NormOp norm, ArrayRef<Value> prefix) {
    int64_t columns = getMatrixShape(norm.getType()).back();
    double eps = norm.getEps().convertToDouble();
    Statistics stats;
    if (norm.getKind() == NormKind::Layer)
      stats.mean = b.div(sum(norm, prefix, columns, [](Value x) { return x; }),
                         b.f32(columns));
    Value squares = sum(norm, prefix, columns, [&](Value x) {
      Value centred = x;
      if (stats.mean)
        centred = b.sub(x, b.broadcast(stats.mean, lanesOf(x)));
      return b.mul(centred, centred);
    });
    Value variance = b.div(squares, b.f32(columns));
    stats.scale =
        b.div(b.f32(1), math::SqrtOp::create(b, b.add(variance, b.f32(eps))));
    return stats;
  }

  Value sum(NormOp norm, ArrayRef<Value> prefix, int64_t columns,
            llvm::function_ref<Value(Value)> term) {
    auto [first, step, lanes] = b.walk(columns);
    Value zero = b.constant(b.f32s(lanes), 0);
    auto sums = b.loop(first, b.index(columns), step, zero,
                       [&, lanes = lanes](Value column, ValueRange carried) {
                         Value x =
                             evaluate(norm.getInput(), prefix, column, lanes);
                         return SmallVector<Value>{b.add(carried[0], term(x))};
                       });
    return b.sumThreads(b.sumLanes(sums[0]));
  }

  Value normalise(NormOp norm, ArrayRef<Value> prefix, Value column,
                  int64_t lanes) {
    const Statistics &stats = statistics[norm.getResult()];
    Value x = evaluate(norm.getInput(), prefix, column, lanes);
    if (stats.mean)
      x = b.sub(x, b.broadcast(stats.mean, lanes));
    x = b.mul(x, b.broadcast(stats.scale, lanes));
    if (norm.getWeight())
      x = b.mul(x, loadScale(norm.getWeight(), prefix, column, lanes));
    if (norm.getBias())
      x = b.add(x, loadScale(norm.getBias(), prefix, column, lanes));
    return x;
  }

  /// [D] or, one row per head, [H, D].
  Value loadScale(Value scale, ArrayRef<Value> prefix, Value column,
                  int64_t lanes) {
    SmallVector<Value> at;
    if (getMatrixShape(scale.getType()).size() == 2)
      at.push_back(prefix.back());
    at.push_back(column);
    return b.loadF32s(args.get(scale), at, lanes);
  }

  //===--- quantisation -----------------------------------------------------===//

  void narrowLine(QuantizeActOp op, ArrayRef<Value> prefix, Value result) {
    auto keep = [&] {
      if (isa<FloatActEncodingAttr>(op.getType().getEncoding()))
        return keepLine(op, prefix, result);
      if (auto act =
              dyn_cast<RoundedActEncodingAttr>(op.getType().getEncoding()))
        return roundGroups(op, act, prefix, result);
      quantiseLine(op, prefix, result);
    };
    if (!op.getBatch() ||
        !getIsa(args).narrowsPrompts(op.getType().getEncoding()))
      return keep();
    Value isPrompt = Ranges(b, args.batch).isPromptRow(prefix[0]);
    b.when(isPrompt, [&] { roundLine(op, prefix, result); });
    b.when(b.negate(isPrompt), keep);
  }

  /// The line as f32.
  void keepLine(QuantizeActOp op, ArrayRef<Value> prefix, Value result) {
    int64_t columns = op.getType().getCols();
    auto [first, step, lanes] = b.walk(columns);
    b.loop(first, b.index(columns), step, [&, lanes = lanes](Value column) {
      b.storeBytes(evaluate(op.getInput(), prefix, column, lanes), result,
                   {prefix[0], b.mulIndex(column, 4)});
    });
  }

  /// The line as bf16, from its first byte on.
  void roundLine(QuantizeActOp op, ArrayRef<Value> prefix, Value result) {
    constexpr int64_t lanes = 16;
    int64_t columns = op.getType().getCols();
    if (b.thread)
      return roundPairs(op, prefix, result);
    b.loop(b.index(0), b.index(columns), 2 * lanes, [&](Value column) {
      Value low = evaluate(op.getInput(), prefix, column, lanes);
      Value high =
          evaluate(op.getInput(), prefix, b.addIndex(column, lanes), lanes);
      b.storeBytes(roundToBFloats(b, low, high), result,
                   {prefix[0], b.mulIndex(column, 2)});
    });
  }

  /// The same by many threads.
  void roundPairs(QuantizeActOp op, ArrayRef<Value> prefix, Value result) {
    b.loop(b.thread, b.index(op.getType().getCols() / 2), b.threads,
           [&](Value pair) {
             Value both =
                 evaluate(op.getInput(), prefix, b.mulIndex(pair, 2), 2);
             both = arith::TruncFOp::create(
                 b, VectorType::get(2, b.getBF16Type()), both);
             b.storeBytes(vector::BitCastOp::create(b, b.i32s(1), both), result,
                          {prefix[0], b.mulIndex(pair, 4)});
           });
  }

  /// The line as f32s that were rounded. A group may be a whole line, more than registers
  /// hold: it is evaluated twice.
  void roundGroups(QuantizeActOp op, RoundedActEncodingAttr act,
                   ArrayRef<Value> prefix, Value result) {
    int64_t group = act.getGroup(), lanes = getLanes(group);
    Value own = b.thread ? b.thread : b.index(0);
    b.loop(
        own, b.index(op.getType().getCols() / group), b.threads, [&](Value g) {
          Value first = b.mulIndex(g, group), end = b.addIndex(first, group);
          Value none = b.constant(b.i32s(lanes), 0);
          Value most = b.loop(
              first, end, lanes, none,
              [&](Value column, ValueRange before) -> SmallVector<Value> {
                Value x = evaluate(op.getInput(), prefix, column, lanes);
                return {ByteSteps::maxBits(b, x, before[0])};
              })[0];
          ByteSteps steps(b, ByteSteps::toMagnitude(b, most), act.getLevels());
          b.loop(first, end, lanes, [&](Value column) {
            Value x = evaluate(op.getInput(), prefix, column, lanes);
            Value code = roundToCodes(b, act.getType(), steps.getSteps(x));
            b.storeBytes(b.mul(b.broadcast(steps.getScale(), lanes), code),
                         result, {prefix[0], b.mulIndex(column, 4)});
          });
        });
  }

  void quantiseLine(QuantizeActOp op, ArrayRef<Value> prefix, Value result) {
    ActRow act(op.getType());
    int64_t group = act.getGroup(), lanes = getLanes(group);
    Value fixed; // the scale of all, if it is known before
    if (op.getScale())
      fixed = b.load(args.get(op.getScale()), b.index(0));
    // A group is one thread's: its codes are one unit of rounding.
    Value own = b.thread ? b.thread : b.index(0);
    b.loop(own, b.index(act.getGroups()), b.threads, [&](Value g) {
      Value first = b.mulIndex(g, group);
      SmallVector<Value> values;
      for (int64_t c = 0; c < group; c += lanes)
        values.push_back(
            evaluate(op.getInput(), prefix, b.addIndex(first, c), lanes));
      Value most = ByteSteps::toMagnitude(b, ByteSteps::maxBits(b, values));
      ByteSteps steps =
          fixed ? ByteSteps::withScale(b, fixed, most) : ByteSteps(b, most);
      Value scale = steps.getScale(), quarter = b.mulIndex(g, 4);
      for (Value &x : values)
        x = steps.getSteps(x);
      Value sum; // of the values, in steps
      for (int64_t plane = 0; plane < act.getPlanes(); ++plane) {
        if (plane == 1)
          for (Value &x : values)
            x = b.mul(x,
                      b.constant(x.getType(), Int8ActEncodingAttr::fineSteps));
        Value codes = b.sumLanes(
            storeCodes(values, result, prefix,
                       b.addIndex(first, act.getCodesOffset(plane))));
        b.storeBytes(
            codes, result,
            {prefix[0], b.addIndex(quarter, act.getSumsOffset(plane))});
        Value more = arith::SIToFPOp::create(b, b.getF32Type(), codes);
        sum =
            plane == 0
                ? more
                : b.fma(more, b.f32(1.0 / Int8ActEncodingAttr::fineSteps), sum);
      }
      b.storeBytes(scale, result,
                   {prefix[0], b.addIndex(quarter, act.getScalesOffset())});
      b.storeBytes(b.mul(scale, sum), result,
                   {prefix[0], b.addIndex(quarter, act.getScaledSumsOffset())});
    });
  }

  /// Rounds and stores a group's codes; returns their sums as i32. What rounding
  /// took away stays in `values`.
  Value storeCodes(MutableArrayRef<Value> values, Value result,
                   ArrayRef<Value> prefix, Value column) {
    Value total;
    int64_t lanes = lanesOf(values[0]);
    for (auto [i, x] : llvm::enumerate(values)) {
      Value rounded = math::RoundEvenOp::create(b, x);
      Value codes = arith::FPToSIOp::create(b, b.i32s(lanes), rounded);
      b.storeBytes(arith::TruncIOp::create(b, b.bytes(lanes), codes), result,
                   {prefix[0], b.addIndex(column, i * lanes)});
      total = total ? Value(arith::AddIOp::create(b, total, codes)) : codes;
      x = b.sub(x, rounded);
    }
    return total;
  }

  static int64_t lanesOf(Value vector) {
    return cast<VectorType>(vector.getType()).getDimSize(0);
  }

  TileBuilder &b;
  const KernelArgs &args;
  DenseMap<Value, Statistics> statistics;
  DenseMap<Value, Value> stored; // yielded values, in their memrefs
};

} // namespace

void tileRows(TileBuilder &b, const KernelArgs &args) {
  RowTiler(b, args).run();
}

namespace {
template <typename Op>
struct TileRows : CpuTilerOpInterface::ExternalModel<TileRows<Op>, Op> {
  void tile(Operation *, TileBuilder &b, const KernelArgs &args) const {
    tileRows(b, args);
  }
};
} // namespace

void attachRowTilers(MLIRContext *context) {
  NormOp::attachInterface<TileRows<NormOp>>(*context);
  QuantizeActOp::attachInterface<TileRows<QuantizeActOp>>(*context);
}

} // namespace llmc
