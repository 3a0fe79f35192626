//===- CacheLatents.cpp - the cache holds what keys are computed of -------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// DeepSeek's code computes keys and values of all heads from one short row. A cache
// of both has 128 x 320 numbers per token and layer where that row, with what of the
// keys is turned by positions, has 576. Scores and sums are linear: a head's matrix
// of keys is applied to its query, and that of values to the sum of the rows.
//===----------------------------------------------------------------------===//
#include "Graph.h"
#include "HeadColumns.h"

#include "llmc/Raise/Passes.h"
#include "llmc/Support/Explain.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"

namespace llmc {
#define GEN_PASS_DEF_CACHELATENTS
#include "llmc/Raise/Passes.h.inc"

using namespace mlir;

namespace {

/// Columns of keys that all heads have the same, [T, 1, columns].
struct SharedColumns {
  int64_t begin;
  Value head;
};

/// One attention and what its cache would hold of it.
struct Layer {
  llm::KVWriteOp write;
  llm::AttentionOp attention;
  HeadProduct key, value;
  int64_t keyBegin = 0; // of the columns of keys that a product makes
  SmallVector<SharedColumns> shared;

  int64_t getRank() { return key.getRank(); }
  int64_t countShared() const {
    int64_t columns = 0;
    for (const SharedColumns &part : shared)
      columns += getHeadColumns(part.head);
    return columns;
  }
};

/// Finds how keys and values of an attention are made. Without a reason they are
/// those of another kind of attention.
class LayerFinder {
public:
  explicit LayerFinder(SymbolTable &symbols) : symbols(symbols) {}
  std::string reason;

  std::optional<Layer> find(llm::KVWriteOp write);

private:
  SymbolTable &symbols;

  std::optional<Layer> findMade(llm::KVWriteOp write) const;
  static llm::AttentionOp findReader(llm::KVWriteOp write);
  static bool pays(Layer &layer);
};

} // namespace

/// The one head that is written for all of them; null if heads differ.
static Value findSharedHead(Value heads) {
  auto concat = heads.getDefiningOp<tensor::ConcatOp>();
  bool repeats = concat && concat.getDim() == 1 &&
                 llvm::all_equal(concat.getInputs()) &&
                 getHeadCount(concat.getInputs()[0]) == 1;
  return repeats ? concat.getInputs()[0] : Value();
}

/// What is made of which matrix; nothing if keys or values are something else, or
/// made of different rows.
std::optional<Layer> LayerFinder::findMade(llm::KVWriteOp write) const {
  Layer layer;
  layer.write = write;
  auto value = HeadProduct::find(symbols, write.getValue());
  if (!value)
    return std::nullopt;
  layer.value = *value;
  SmallVector<Value> parts = {write.getKey()};
  if (auto concat = write.getKey().getDefiningOp<tensor::ConcatOp>();
      concat && concat.getDim() == 2)
    parts = llvm::to_vector(concat.getInputs());
  int64_t begin = 0;
  bool isMade = false;
  for (Value part : parts) {
    if (Value head = findSharedHead(part)) {
      layer.shared.push_back({begin, head});
    } else {
      auto key = HeadProduct::find(symbols, part);
      if (!key || isMade || key->getRows() != value->getRows())
        return std::nullopt;
      isMade = true;
      layer.key = *key;
      layer.keyBegin = begin;
    }
    begin += getHeadColumns(part);
  }
  return isMade ? std::optional(layer) : std::nullopt;
}

/// The attention that reads what is written; null if several do, or one reads
/// another layer.
llm::AttentionOp LayerFinder::findReader(llm::KVWriteOp write) {
  llm::AttentionOp reader;
  for (Operation *user : write.getResult().getUsers()) {
    auto attention = dyn_cast<llm::AttentionOp>(user);
    if (!attention)
      continue;
    if (reader || attention.getLayer() != write.getLayer())
      return {};
    reader = attention;
  }
  return reader;
}

/// Whether the cache shrinks by more than the work of a row grows: every query then
/// reads whole rows, and sums them.
bool LayerFinder::pays(Layer &layer) {
  auto product = [](int64_t memory, int64_t work) {
    return static_cast<double>(memory) * static_cast<double>(work);
  };
  int64_t both = getHeadColumns(layer.write.getKey()) +
                 getHeadColumns(layer.write.getValue());
  int64_t cached = layer.getRank() + layer.countShared();
  return product(cached, cached + layer.getRank()) <
         product(getHeadCount(layer.write.getKey()) * both, both);
}

std::optional<Layer> LayerFinder::find(llm::KVWriteOp write) {
  auto layer = write.getValue() ? findMade(write) : std::nullopt;
  if (!layer)
    return std::nullopt;
  layer->attention = findReader(write);
  if (!layer->attention)
    reason = "keys and values of one row are read by several attentions";
  else if (getHeadCount(layer->attention.getQuery()) !=
           getHeadCount(write.getKey()))
    reason = "keys and values of one row have fewer heads than queries";
  else if (!pays(*layer))
    reason = "a row in the cache would cost more work than it saves memory";
  else if (!layer->key.canDerive() || !layer->value.canDerive())
    reason = "keys and values of one row are made by codes, or with a bias";
  else
    return layer;
  return std::nullopt;
}

//===----------------------------------------------------------------------===//
// The pass
//===----------------------------------------------------------------------===//

namespace {

struct CacheLatents : impl::CacheLatentsBase<CacheLatents> {
  void runOnOperation() override {
    auto step = getOperation().lookupSymbol<func::FuncOp>("step");
    if (!step || step.isExternal())
      return;
    SymbolTable symbols(getOperation());
    bool changed = false;
    for (BlockArgument argument : step.getArguments())
      if (isa<llm::KVType>(argument.getType()))
        changed |= compress(symbols, argument);
    if (!changed)
      return;
    eraseDead(step);
    eraseUnread(symbols);
    Operation *end = step.getBody().front().getTerminator();
    step.setType(FunctionType::get(&getContext(),
                                   step.getBody().getArgumentTypes(),
                                   end->getOperandTypes()));
  }

  /// One cache: all of its layers, or none.
  bool compress(SymbolTable &symbols, BlockArgument cache) {
    SmallVector<Layer> layers;
    LayerFinder finder(symbols);
    for (llm::KVWriteOp write = findWrite(cache); write;
         write = findWrite(write.getResult())) {
      auto layer = finder.find(write);
      if (!finder.reason.empty())
        decline(write, getArgument(), finder.reason);
      if (!layer)
        return false;
      layers.push_back(*layer);
    }
    if (layers.empty())
      return false;
    int64_t rank = layers[0].getRank(), shared = layers[0].countShared();
    for (Layer &layer : layers)
      if (layer.getRank() != rank || layer.countShared() != shared) {
        decline(layer.write, getArgument(),
                "its rows have other sizes than those of the first layer");
        return false;
      }
    auto old = cast<llm::KVType>(cache.getType());
    cache.setType(llm::KVType::get(
        &getContext(), old.getLayers(), /*heads=*/1, rank + shared,
        /*valueDim=*/0, old.getElementType(), rank, old.getWindow()));
    for (Layer &layer : layers)
      rewrite(symbols, layer);
    return true;
  }

  static llm::KVWriteOp findWrite(Value cache) {
    for (Operation *user : cache.getUsers())
      if (auto write = dyn_cast<llm::KVWriteOp>(user))
        return write;
    return {};
  }

  void rewrite(SymbolTable &symbols, Layer &layer) {
    llm::KVWriteOp write = layer.write;
    llm::AttentionOp attention = layer.attention;
    OpBuilder builder(write);
    HeadColumns columns(builder, symbols, layer.key.getRowCount());
    Value query = columns.take(attention.getQuery(), layer.keyBegin,
                               layer.key.countColumns());
    SmallVector<Value> queries, keys = {columns.asHead(layer.key.getRows())};
    for (const SharedColumns &part : layer.shared) {
      queries.push_back(columns.take(attention.getQuery(), part.begin,
                                     getHeadColumns(part.head)));
      keys.push_back(part.head);
    }
    queries.insert(queries.begin(),
                   columns.multiply(query, layer.key, /*transposed=*/true));
    query = columns.join(queries);
    Value key = columns.join(keys);
    auto written = llm::KVWriteOp::create(
        builder, write.getLoc(), write.getCache().getType(), write.getCache(),
        write.getLayer(), key, /*value=*/Value(), write.getBatch());
    builder.setInsertionPoint(attention);
    auto attended = cast<llm::AttentionOp>(builder.clone(*attention));
    attended.getQueryMutable().assign(query);
    attended.getCacheMutable().assign(written);
    auto type = cast<RankedTensorType>(attention.getType());
    attended.getResult().setType(
        type.clone({type.getDimSize(0), type.getDimSize(1), layer.getRank()}));
    Value values =
        columns.multiply(attended, layer.value, /*transposed=*/false);
    applied(attention, getArgument(), [&] {
      return "keys and values of " + std::to_string(getHeadCount(query)) +
             " heads are made of rows of " + std::to_string(layer.getRank()) +
             " numbers, which the cache holds";
    });
    attention.getResult().replaceAllUsesWith(values);
    attention.erase();
    write.getResult().replaceAllUsesWith(written.getResult());
    write.erase();
  }

  /// Weights of which only others are made now.
  void eraseUnread(SymbolTable &symbols) {
    SymbolTableCollection tables;
    SymbolUserMap readers(tables, getOperation());
    for (auto weight :
         llvm::make_early_inc_range(getOperation().getOps<llm::WeightOp>()))
      if (readers.useEmpty(weight))
        symbols.erase(weight);
  }
};

} // namespace

std::unique_ptr<Pass> createCacheLatentsPass() {
  return std::make_unique<CacheLatents>();
}
} // namespace llmc
