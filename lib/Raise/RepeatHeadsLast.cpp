//===- RepeatHeadsLast.cpp - heads are turned, then repeated --------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "RepeatHeadsLast.h"

#include "dialects/onnx/Create.h"

#include "mlir/IR/IRMapping.h"

using namespace llmc;
using namespace mlir;

namespace {
/// What repeats heads, and what of it turns them.
struct Repetition {
  onnx::ExpandOp expand;
  int64_t dim = -1;               // that of 1 which becomes the group
  int64_t batch = -1, row = -1;   // dims that count sequences and their rows
  SmallVector<Operation *> moves; // behind it
  Operation *rotation = nullptr;  // behind those; null: none
};
} // namespace

/// The dims of an op that repeats heads; nothing if it repeats something else.
static std::optional<Repetition> findRepetition(const Graph &graph,
                                                onnx::ExpandOp expand) {
  const Graph::Sizes *from = graph.sizes(expand->getOperand(0));
  const Graph::Sizes *to = graph.sizes(expand->getResult(0));
  if (!graph.isData(expand->getResult(0)) || !from || !to ||
      from->size() != 5 || to->size() != 5 || from->back() != to->back())
    return std::nullopt;
  Repetition found{expand};
  for (auto [i, sizes] : llvm::enumerate(llvm::zip_equal(*from, *to))) {
    auto [before, after] = sizes;
    if (before == graph.lengths().batch)
      found.batch = i;
    else if (before == graph.lengths().seq)
      found.row = i;
    if (before == after)
      continue;
    if (before != 1 || found.dim >= 0)
      return std::nullopt;
    found.dim = i;
  }
  if (found.dim < 0 || found.batch < 0 || found.row < 0)
    return std::nullopt;
  return found;
}

/// Whether the last dim of a rotation's source is that of the heads, and its rows are
/// their rows.
static bool keepsColumnsAndRows(const Graph &graph, const Repetition &found) {
  Value source = found.rotation->getOperand(0);
  auto axis = found.rotation->getAttrOfType<IntegerAttr>("sequence_axis");
  if (!axis)
    return false;
  Lengths lengths = graph.settle({2, 5, 3});
  onnx::Evaluator evaluator = graph.evaluator(lengths);
  Graph::Sizes heads = *graph.sizes(found.expand->getOperand(0));
  heads[found.batch] = lengths.batch;
  heads[found.row] = lengths.seq;
  const double columns = heads.back();
  auto number = [&](int64_t row, int64_t column) {
    return row * columns + column;
  };
  evaluator.bind(found.expand->getOperand(0), heads, [&](onnx::Index at) {
    return onnx::Scalar::of(number(at[found.row], at.back()));
  });
  const Graph::Sizes *tried = evaluator.sizes(source);
  if (!tried || tried->back() != heads.back() ||
      (*tried)[axis.getInt()] != lengths.seq)
    return false;
  const Graph::Sizes all = *tried;
  int64_t count = 1;
  for (int64_t size : all)
    count *= size;
  constexpr int64_t mostTried = 1024, step = 7919; // a prime: no place twice
  for (int64_t i = 0; i < std::min(count, mostTried); ++i) {
    Graph::Sizes at = onnx::unflatten(i * step % count, all);
    auto element = evaluator.element(source, at);
    if (!element || element->number() != number(at[axis.getInt()], at.back()))
      return false;
  }
  return true;
}

/// Follows the only reader of repeated heads to the rotation of all of them.
static void findRotation(const Graph &graph, Repetition &found) {
  Value value = found.expand->getResult(0);
  while (value.hasOneUse() && onnx::isMovement(*value.user_begin())) {
    found.moves.push_back(*value.user_begin());
    value = found.moves.back()->getResult(0);
  }
  if (!value.hasOneUse() || value.user_begin()->getName().getStringRef() !=
                                "onnx.llmc.RotaryEmbedding")
    return;
  found.rotation = *value.user_begin();
  if (found.rotation->getOperand(0) != value ||
      !keepsColumnsAndRows(graph, found))
    found.rotation = nullptr;
}

static void rewrite(const Repetition &found) {
  Operation *expand = found.expand;
  Operation *end = found.rotation ? found.rotation : expand;
  OpBuilder builder(end);
  onnx::GraphWriter writer(builder, end->getLoc());
  Value axis = writer.integers({found.dim});
  Value heads = writer.make("Squeeze", {expand->getOperand(0), axis});
  if (found.rotation) {
    Operation *rotation = builder.clone(*found.rotation);
    rotation->setOperand(0, heads);
    int64_t row = found.dim < found.row ? found.row - 1 : found.row;
    rotation->setAttr("sequence_axis", builder.getI64IntegerAttr(row));
    heads = rotation->getResult(0);
    heads.setType(UnrankedTensorType::get(getElementTypeOrSelf(heads)));
  }
  IRMapping mapping;
  mapping.map(expand->getOperand(0), writer.make("Unsqueeze", {heads, axis}));
  Operation *last = builder.clone(*expand, mapping);
  if (found.rotation)
    for (Operation *move : found.moves)
      last = builder.clone(*move, mapping);
  end->getResult(0).replaceAllUsesWith(last->getResult(0));
}

bool llmc::repeatHeadsLast(const Graph &graph) {
  bool changed = false;
  for (auto expand : llvm::make_early_inc_range(
           graph.function.getBody().front().getOps<onnx::ExpandOp>()))
    if (auto found = findRepetition(graph, expand)) {
      findRotation(graph, *found);
      if (found->rotation || !isa_and_nonnull<onnx::UnsqueezeOp>(
                                 expand->getOperand(0).getDefiningOp())) {
        rewrite(*found);
        changed = true;
      }
    }
  return changed;
}
