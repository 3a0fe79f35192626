//===- TileGeneric.cpp - a linalg.generic on buffers as loops -------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//   for this worker's items          an item: one point of the outer parallel loops,
//     for strips of the item         and a part of the lanes' dimension
//       for the reduced dimensions   sums stay in registers
//===----------------------------------------------------------------------===//
#include "TileGeneric.h"
#include "GenericBody.h"
#include "GenericPlan.h"

#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;
using namespace mlir::llm;

namespace llmc {

using linalg::GenericOp;

namespace {

/// Elements of the lanes' dimension that one item has where nothing is summed up:
/// few enough to share out, many enough that finding an item's place is cheap.
constexpr int64_t elementsPerItem = 1024;

class GenericTiler {
public:
  GenericTiler(TileBuilder &b, GenericOp op, TargetAttr target)
      : b(b), op(op), plan(planGeneric(op, target)), body(b, op) {}

  LogicalResult run() {
    if (failed(findSizes()))
      return failure();
    if (plan.kind == GenericPlan::Kind::sums)
      runSums();
    else
      runColumns();
    return success();
  }

private:
  LogicalResult findSizes() {
    sizes.resize(op.getNumLoops());
    for (OpOperand &operand : op->getOpOperands())
      for (auto [d, expr] :
           llvm::enumerate(op.getMatchingIndexingMap(&operand).getResults()))
        if (auto dim = dyn_cast<AffineDimExpr>(expr))
          if (Value &size = sizes[dim.getPosition()]; !size)
            size = b.createOrFold<memref::DimOp>(operand.get(), d);
    if (llvm::is_contained(sizes, nullptr))
      return op.emitError("no lowering yet for a loop whose size is that of no "
                          "operand's dimension");
    return success();
  }

  bool isParallel(int64_t dim) {
    return op.getIteratorTypesArray()[dim] == utils::IteratorType::parallel;
  }

  //===--- items ----------------------------------------------------------------===//

  /// Calls `run` for each of this worker's items: their first place, and the part.
  void shareItems(Value parts, llvm::function_ref<void(Value)> run) {
    SmallVector<std::pair<int64_t, Value>> outer; // loops, and their turns
    Value count = parts;
    for (int64_t dim = 0; dim < op.getNumLoops(); ++dim) {
      if (!isParallel(dim) || dim == plan.laneDim)
        continue;
      Value turns = sizes[dim];
      if (dim == plan.repeatDim)
        turns =
            b.createOrFold<arith::CeilDivUIOp>(turns, b.index(plan.repeats));
      outer.push_back({dim, turns});
      count = b.mulIndex(count, turns);
    }
    auto [begin, end] = b.share(count);
    b.loop(begin, end, 1, [&](Value item) {
      indices.assign(op.getNumLoops(), b.index(0));
      Value rest = b.createOrFold<arith::DivUIOp>(item, parts);
      Value part = b.createOrFold<arith::RemUIOp>(item, parts);
      for (auto [dim, turns] : llvm::reverse(outer)) {
        Value turn = b.createOrFold<arith::RemUIOp>(rest, turns);
        rest = b.createOrFold<arith::DivUIOp>(rest, turns);
        indices[dim] =
            dim == plan.repeatDim ? b.mulIndex(turn, plan.repeats) : turn;
      }
      run(part);
    });
  }

  /// The place of turn `repeat` of the unrolled loop. Behind its end the last one
  /// comes again, to the same result.
  GenericPlace makePlace(int64_t repeat) {
    GenericPlace place{indices, plan.laneDim, plan.lanes, {}};
    if (!repeat)
      return place;
    Value last = b.addIndex(sizes[plan.repeatDim], -1);
    Value &index = place.indices[plan.repeatDim];
    index = arith::MinSIOp::create(b, b.addIndex(index, repeat), last);
    return place;
  }

  /// Runs `innermost` for all turns of the reduced loops but `without`, carrying
  /// values.
  SmallVector<Value>
  reduce(SmallVector<Value> start, int64_t without,
         llvm::function_ref<SmallVector<Value>(ValueRange)> innermost,
         int64_t dim = 0) {
    while (dim < op.getNumLoops() && (isParallel(dim) || dim == without))
      ++dim;
    if (dim == op.getNumLoops())
      return innermost(start);
    return b.loop(b.index(0), sizes[dim], 1, start,
                  [&](Value i, ValueRange carried) {
                    indices[dim] = i;
                    return reduce(SmallVector<Value>(carried), without,
                                  innermost, dim + 1);
                  });
  }

  //===--- columns ----------------------------------------------------------------===//

  void runColumns() {
    if (plan.laneDim < 0)
      return shareItems(b.index(1), [&](Value) { runTile(/*whole=*/true); });
    int64_t width = plan.lanes * plan.strips;
    int64_t perItem = op.getNumReductionLoops() ? width : elementsPerItem;
    Value size = sizes[plan.laneDim];
    Value parts = b.createOrFold<arith::CeilDivUIOp>(size, b.index(perItem));
    shareItems(parts, [&](Value part) {
      Value begin = b.mulIndex(part, perItem);
      Value end = arith::MinUIOp::create(b, b.addIndex(begin, perItem), size);
      Value whole = b.addIndex(
          begin, b.mulIndex(b.divIndex(subtract(end, begin), width), width));
      b.loop(begin, whole, width, [&](Value at) {
        indices[plan.laneDim] = at;
        runTile(/*whole=*/true);
      });
      if (isMultiple(size, width))
        return;
      // At most one turn: the rest.
      b.loop(whole, end, width, [&](Value at) {
        indices[plan.laneDim] = at;
        runTile(/*whole=*/false);
      });
    });
  }

  /// Nothing is left behind whole tiles.
  static bool isMultiple(Value size, int64_t width) {
    std::optional<int64_t> known = getConstantIntValue(size);
    return width == 1 || (known && *known % width == 0);
  }

  Value subtract(Value a, Value c) { return arith::SubIOp::create(b, a, c); }

  /// All places of a tile: repeats x strips. Not `whole`: lanes may not exist.
  SmallVector<GenericPlace> makePlaces(bool whole) {
    SmallVector<GenericPlace> places;
    for (int64_t r = 0; r < plan.repeats; ++r)
      for (int64_t s = 0; s < plan.strips; ++s) {
        GenericPlace place = makePlace(r);
        if (plan.laneDim >= 0) {
          Value &at = place.indices[plan.laneDim];
          at = b.addIndex(at, s * plan.lanes);
          if (!whole && plan.lanes > 1)
            place.count = subtract(sizes[plan.laneDim], at);
        }
        places.push_back(place);
      }
    return places;
  }

  void runTile(bool whole) {
    unsigned outputs = op.getNumDpsInits();
    bool carries = op.getNumReductionLoops() > 0;
    SmallVector<Value> start;
    SmallVector<GenericPlace> first = makePlaces(whole);
    for (const GenericPlace &place : first)
      for (OpOperand &output : op.getDpsInitsMutable())
        start.push_back(carries || op.payloadUsesValueFromOperand(&output)
                            ? body.load(output, place)
                            : Value());
    auto step = [&](ValueRange before) {
      SmallVector<Value> after;
      for (auto [i, place] : llvm::enumerate(makePlaces(whole)))
        llvm::append_range(
            after, body.yield(place, before.slice(i * outputs, outputs)));
      return after;
    };
    SmallVector<Value> results =
        carries ? reduce(start, -1, step) : step(start);
    for (auto [i, place] : llvm::enumerate(first))
      for (auto [j, output] : llvm::enumerate(op.getDpsInitsMutable()))
        body.store(results[i * outputs + j], output, place);
  }

  //===--- sums -------------------------------------------------------------------===//

  /// A vector of what adds nothing for each place and result.
  SmallVector<Value> makeNeutral() {
    SmallVector<Value> start;
    for (int64_t r = 0; r < plan.repeats; ++r)
      for (const Combiner &combiner : combiners)
        start.push_back(
            body.spread(arith::ConstantOp::create(
                            b, *arith::getNeutralElement(combiner.op)),
                        plan.lanes));
    return start;
  }

  void runSums() {
    for (unsigned i = 0; i < op.getNumDpsInits(); ++i) {
      Combiner combiner;
      combiner.op = findCombiner(op, i, combiner.element);
      combiners.push_back(combiner);
    }
    shareItems(b.index(1), [&](Value) {
      SmallVector<Value> sums =
          reduce(makeNeutral(), plan.laneDim,
                 [&](ValueRange carried) { return addLanes(carried); });
      for (int64_t r = 0; r < plan.repeats; ++r)
        for (auto [i, output] : llvm::enumerate(op.getDpsInitsMutable())) {
          GenericPlace place = makePlace(r);
          place.lanes = 1;
          Value sum =
              combineLanes(combiners[i].op, sums[r * combiners.size() + i]);
          Value before = body.load(output, place);
          results.push_back(
              {combine(combiners[i].op, before, sum), &output, place});
        }
      // Behind all loads: a place may be there more than once.
      for (auto &[value, output, place] : results)
        body.store(value, *output, place);
      results.clear();
    });
  }

  /// One run over the dimension of the lanes.
  SmallVector<Value> addLanes(ValueRange carried) {
    Value size = sizes[plan.laneDim];
    Value whole = b.mulIndex(b.divIndex(size, plan.lanes), plan.lanes);
    auto turn = [&](bool isWhole) {
      return [this, isWhole](Value at, ValueRange before) {
        indices[plan.laneDim] = at;
        return addTile(isWhole, before);
      };
    };
    SmallVector<Value> sums =
        b.loop(b.index(0), whole, plan.lanes, carried, turn(true));
    if (isMultiple(size, plan.lanes))
      return sums;
    return b.loop(whole, size, plan.lanes, sums, turn(false));
  }

  SmallVector<Value> addTile(bool whole, ValueRange before) {
    SmallVector<Value> after;
    for (int64_t r = 0; r < plan.repeats; ++r) {
      GenericPlace place = makePlace(r);
      if (!whole)
        place.count = subtract(sizes[plan.laneDim], indices[plan.laneDim]);
      for (auto [i, combiner] : llvm::enumerate(combiners)) {
        Value sum = before[r * combiners.size() + i];
        Value element = body.evaluate(combiner.element, place);
        // Lanes that do not exist keep their sum.
        Value mask = body.makeMask(place);
        Value next = addElement(combiner, sum, element);
        after.push_back(mask ? b.select(mask, next, sum) : next);
      }
    }
    return after;
  }

  struct Combiner {
    Operation *op = nullptr;
    Value element; // of the body
  };

  Value addElement(const Combiner &combiner, Value sum, Value element) {
    auto product = element.getDefiningOp<arith::MulFOp>();
    Type type = getElementTypeOrSelf(sum.getType());
    if (isa<arith::AddFOp>(combiner.op) && product &&
        (type.isF32() || type.isF64()))
      return b.fma(product.getLhs(), product.getRhs(), sum);
    return combine(combiner.op, sum, element);
  }

  Value combine(Operation *combiner, Value a, Value c) {
    OperationState state(b.getLoc(), combiner->getName());
    state.addOperands({a, c});
    state.addTypes(a.getType());
    state.attributes = combiner->getAttrDictionary();
    return b.create(state)->getResult(0);
  }

  /// Halves meet until one is left: the same order wherever it runs.
  Value combineLanes(Operation *combiner, Value vector) {
    int64_t lanes = cast<VectorType>(vector.getType()).getDimSize(0);
    for (; lanes > 1; lanes /= 2) {
      auto half = [&](int64_t from) -> Value {
        return vector::ExtractStridedSliceOp::create(
            b, vector, ArrayRef<int64_t>{from}, ArrayRef<int64_t>{lanes / 2},
            ArrayRef<int64_t>{1});
      };
      vector = combine(combiner, half(0), half(lanes / 2));
    }
    return vector::ExtractOp::create(b, vector, ArrayRef<int64_t>{0});
  }

  struct Result {
    Value value;
    OpOperand *output;
    GenericPlace place;
  };

  TileBuilder &b;
  GenericOp op;
  GenericPlan plan;
  GenericBody body;
  SmallVector<Value> sizes;   // of the loops
  SmallVector<Value> indices; // of the loops, as far as they are known
  SmallVector<Combiner> combiners;
  SmallVector<Result> results;
};

} // namespace

LogicalResult tileGeneric(TileBuilder &b, GenericOp op, TargetAttr target) {
  return GenericTiler(b, op, target).run();
}

} // namespace llmc
