//===- DropLayers.cpp - layers that go as a whole -------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A layer that is gone hands on what it is given. Where layers begin and end follows
// from liveness: between two of them only one value of the tokens' rows is read later.
//===----------------------------------------------------------------------===//
#include "DropLayers.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/AttrTypeSubElements.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace mlir::llm;

namespace llmc {

namespace {

/// A place behind which only one value of the tokens' rows is read.
struct Cut {
  Operation *behind;
  Value value;
};

} // namespace

static bool isRowsOfFloats(Value value) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  return type && type.getRank() > 1 && isa<FloatType>(type.getElementType());
}

/// In program order; a value that stays alone is one cut.
static SmallVector<Cut> findCuts(Block &block) {
  SmallVector<Cut> cuts;
  DenseSet<Value> derived;        // of the tokens' rows
  llvm::SetVector<Value> pending; // of these, what is read later
  DenseMap<Value, int64_t> readers;
  for (Operation &op : block) {
    const bool isDerived =
        isa<EmbedOp>(op) || llvm::any_of(op.getOperands(), [&](Value operand) {
          return derived.contains(operand);
        });
    for (Value operand : op.getOperands())
      if (auto it = readers.find(operand);
          it != readers.end() && --it->second == 0)
        pending.remove(operand);
    for (Value result : op.getResults())
      if (isDerived && isRowsOfFloats(result) && !result.use_empty()) {
        derived.insert(result);
        pending.insert(result);
        readers[result] = llvm::range_size(result.getUses());
      }
    if (pending.size() == 1 &&
        (cuts.empty() || cuts.back().value != pending.front()))
      cuts.push_back({&op, pending.front()});
  }
  return cuts;
}

std::string StepLayers::find(func::FuncOp function) {
  step = function;
  Block &block = step.getBody().front();
  for (auto attention : block.getOps<AttentionOp>())
    attentions.push_back(attention);
  SmallVector<Cut> cuts = findCuts(block);
  const Cut *at = cuts.begin();
  auto skipTo = [&](Operation *end) {
    const Cut *first = at;
    while (at != cuts.end() && at->behind->isBeforeInBlock(end))
      ++at;
    return at - first;
  };
  int64_t perLayer = 0;
  for (auto [i, attention] : llvm::enumerate(attentions)) {
    const int64_t count = skipTo(attention);
    if (count < 1 || (i > 1 && count != perLayer))
      return "what layer " + std::to_string(i) +
             " is given is not found: more than one value leads to it";
    perLayer = count;
    handed.push_back(std::prev(at)->value);
  }
  // Behind the last layer there are other cuts: norms and the rows that are asked.
  if (attentions.size() < 2 || cuts.end() - at < perLayer)
    return "one layer cannot be told from what is behind it";
  handed.push_back(at[perLayer - 1].value);
  if (llvm::any_of(handed, [&](Value value) {
        return value.getType() != handed.front().getType();
      }))
    return "layers hand on rows of different widths";
  return "";
}

std::string StepLayers::findObstacle(ArrayRef<int64_t> without) const {
  if (without.back() >= size())
    return "there is no layer " + std::to_string(without.back()) +
           ": layers are 0 to " + std::to_string(size() - 1);
  if (static_cast<int64_t>(without.size()) == size())
    return "no layer would be left";
  for (AttentionOp attention : attentions) {
    AttentionOp first = attentions.front();
    auto write = attention.getCache()
                     ? attention.getCache().getDefiningOp<KVWriteOp>()
                     : KVWriteOp();
    if (!write || write.getLayer() != attention.getLayer())
      return "a layer reads the keys of another one, or no cache";
    if (attention.getScale() != first.getScale())
      return "scores are scaled by the layer's number, which would be another";
  }
  DenseMap<Type, int64_t> left;
  for (int64_t layer = 0; layer < size(); ++layer) {
    AttentionOp attention = attentions[layer];
    left[attention.getCache().getType()] += !llvm::is_contained(without, layer);
  }
  for (auto [type, count] : left)
    if (!count)
      return "of the layers that see equally far back none would be left";
  return "";
}

void StepLayers::dropWrites(ArrayRef<int64_t> without) {
  for (int64_t layer : without) {
    auto write = attentions[layer].getCache().getDefiningOp<KVWriteOp>();
    write.getResult().replaceAllUsesWith(write.getCache());
  }
}

/// A cache has a slot for each layer that is left, in order.
void StepLayers::renumberSlots() {
  DenseMap<Type, int64_t> layers;
  for (BlockArgument argument : step.getArguments()) {
    if (!isa<KVType>(argument.getType()))
      continue;
    int64_t slot = 0;
    for (Value cache = argument;;) {
      auto writes =
          llvm::make_filter_range(cache.getUsers(), llvm::IsaPred<KVWriteOp>);
      if (writes.empty())
        break;
      auto write = cast<KVWriteOp>(*writes.begin());
      OpBuilder builder(write);
      Value number =
          arith::ConstantIndexOp::create(builder, write.getLoc(), slot++);
      for (Operation *reader : write.getResult().getUsers())
        if (auto attention = dyn_cast<AttentionOp>(reader))
          attention.getLayerMutable().assign(number);
      write.getLayerMutable().assign(number);
      cache = write.getResult();
    }
    layers[argument.getType()] = slot;
  }
  AttrTypeReplacer replacer;
  replacer.addReplacement([&](KVType kv) -> Type {
    return KVType::get(kv.getContext(), layers.lookup(kv), kv.getHeads(),
                       kv.getKeyDim(), kv.getValueDim(), kv.getElementType(),
                       kv.getPrefix(), kv.getWindow());
  });
  replacer.recursivelyReplaceElementsIn(step, /*replaceAttrs=*/true,
                                        /*replaceLocs=*/false,
                                        /*replaceTypes=*/true);
}

void eraseUnread(func::FuncOp step) {
  SmallVector<FlatSymbolRefAttr> weights;
  for (Operation &op :
       llvm::make_early_inc_range(llvm::reverse(step.getBody().front()))) {
    if (!isOpTriviallyDead(&op))
      continue;
    if (auto param = dyn_cast<ParamOp>(op))
      weights.push_back(param.getWeightAttr());
    op.erase();
  }
  auto module = step->getParentOfType<ModuleOp>();
  for (FlatSymbolRefAttr name : weights)
    if (auto weight = module.lookupSymbol<WeightOp>(name.getAttr());
        weight && SymbolTable::symbolKnownUseEmpty(weight, module))
      weight.erase();
}

std::string StepLayers::drop(ArrayRef<int64_t> without) {
  if (std::string problem = findObstacle(without); !problem.empty())
    return problem;
  dropWrites(without);
  for (int64_t layer : llvm::reverse(without))
    handed[layer + 1].replaceAllUsesWith(handed[layer]);
  eraseUnread(step);
  renumberSlots();
  eraseUnread(step);
  return "";
}

} // namespace llmc
