//===- Sequences.cpp - the KV cache and attention -------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The only ops that know which rows belong together. A cache is used linearly,
// so kv_write stores in place; a row sees the slots up to its own.
//===----------------------------------------------------------------------===//
#include "Evaluation.h"

#include "dialects/llm/ByteScale.h"

#include <algorithm>
#include <cmath>
#include <limits>

using namespace llmc;
using namespace llmc::reference;
using namespace mlir;
using namespace mlir::llm;

static llvm::Error checkLayer(Operation *op, KVType type, int64_t layer) {
  if (layer >= 0 && layer < type.getLayers())
    return llvm::Error::success();
  return opError(op, "layer slots lie in the cache: found " +
                         llvm::Twine(layer) + " of " +
                         llvm::Twine(type.getLayers()));
}

static llvm::Error checkRows(Operation *op, const Tensor &tensor,
                             const Rows &rows) {
  int64_t expected = rows.batch->tokens.size();
  if (tensor.shape[0] == expected)
    return llvm::Error::success();
  return opError(op, "needs one row per row of the batch: the batch has " +
                         llvm::Twine(expected) + ", found " +
                         llvm::Twine(tensor.shape[0]));
}

/// What the cache keeps of the key or value of one head.
static void roundToCache(llvm::MutableArrayRef<float> row, KVType type) {
  if (!type.hasScales()) {
    Rounder round(type.getElementType());
    for (float &x : row)
      x = round(x);
    return;
  }
  ByteScale steps(row);
  for (float &x : row)
    x = steps.scale * std::nearbyint(steps.getSteps(x));
}

/// Stores one rounded row at `slot`; rows in between stay zero until written.
static void storeRow(std::vector<float> &rows, int64_t slot, const float *row,
                     int64_t width, KVType type) {
  assert(slot >= 0 && rows.size() % width == 0 && "slots are whole rows");
  if (static_cast<int64_t>(rows.size()) < (slot + 1) * width)
    rows.resize((slot + 1) * width);
  llvm::MutableArrayRef<float> stored(&rows[slot * width], width);
  std::copy_n(row, width, stored.begin());
  for (int64_t head = 0, each = width / type.getHeads(); head < width;
       head += each)
    roundToCache(stored.slice(head, each), type);
}

static llvm::Error evalKVWrite(Evaluation &eval, KVWriteOp op) {
  std::shared_ptr<KvCache> cache = eval.cache(op.getCache());
  KVType type = cache->type;
  const Rows &rows = eval.rows(op.getBatch());
  const Tensor &key = eval.tensor(op.getKey());
  const float *value = eval.floatsOrNull(op.getValue());
  int64_t layer = eval.integer(op.getLayer());
  if (llvm::Error error = checkLayer(op, type, layer))
    return error;
  if (llvm::Error error = checkRows(op, key, rows))
    return error;
  if (value)
    if (llvm::Error error = checkRows(op, eval.tensor(op.getValue()), rows))
      return error;
  int64_t keyWidth = type.getHeads() * type.getKeyDim();
  int64_t valueWidth = type.getHeads() * type.getValueDim();
  for (auto [t, slot] : llvm::enumerate(rows.slots)) {
    std::vector<LayerRows> &layers = cache->sequences[rows.batch->sequences[t]];
    layers.resize(type.getLayers());
    storeRow(layers[layer].keys, slot, &key.floats[t * keyWidth], keyWidth,
             type);
    if (value)
      storeRow(layers[layer].values, slot, value + t * valueWidth, valueWidth,
               type);
  }
  eval.set(op.getResult(), cache);
  return llvm::Error::success();
}

/// One key that a query may see: the rows of all its heads, and where it is.
struct Key {
  const float *keys;   // [K, Dk]
  const float *values; // [K, Dv] at valueStride
  int64_t distance;    // key position - query position
};

/// Everything about an attention but its rows.
struct AttentionShape {
  int64_t heads, keyHeads, keyDim, valueDim, valueStride;
  double scale, softcap;
  const float *slopes, *sinks, *rel; // [H], [H], [B, H]; may be null
  int64_t buckets, relDistance;
  bool relBidirectional;
};

/// T5's bucket of a distance (arXiv:1910.10683): half of the buckets are exact,
/// the others logarithmic up to `relDistance`.
static int64_t getBucket(const AttentionShape &shape, int64_t distance) {
  int64_t buckets = shape.buckets, first = 0;
  if (shape.relBidirectional) {
    buckets /= 2;
    first = distance > 0 ? buckets : 0;
    distance = std::abs(distance);
  } else {
    distance = std::max<int64_t>(-distance, 0);
  }
  int64_t exact = buckets / 2;
  if (distance < exact)
    return first + distance;
  // In f32, as T5 computes it: the truncation below is not forgiving.
  float spread = std::log(static_cast<float>(shape.relDistance) /
                          static_cast<float>(exact));
  float log =
      std::log(static_cast<float>(distance) / static_cast<float>(exact));
  auto bucket = exact + static_cast<int64_t>(
                            log / spread * static_cast<float>(buckets - exact));
  return first + std::min(bucket, buckets - 1);
}

template <typename Acc>
static Acc score(const AttentionShape &shape, const float *query, int64_t head,
                 const Key &key) {
  const float *row =
      key.keys + head * shape.keyHeads / shape.heads * shape.keyDim;
  Acc sum = 0;
  for (int64_t d = 0; d < shape.keyDim; ++d)
    sum += static_cast<Acc>(query[d]) * row[d];
  sum *= static_cast<Acc>(shape.scale);
  if (auto cap = static_cast<Acc>(shape.softcap); cap > 0)
    sum = cap * std::tanh(sum / cap);
  if (shape.slopes)
    sum += static_cast<Acc>(shape.slopes[head]) * key.distance;
  if (shape.rel)
    sum += shape.rel[getBucket(shape, key.distance) * shape.heads + head];
  return sum;
}

/// Attends one head of one row to `keys`.
template <typename Acc>
static void attend(const AttentionShape &shape, const float *query,
                   int64_t head, llvm::ArrayRef<Key> keys, Rounder round,
                   float *result) {
  assert(shape.heads % shape.keyHeads == 0 && "(C1) key heads divide heads");
  std::vector<Acc> weights;
  Acc most = shape.sinks ? Acc(shape.sinks[head])
                         : -std::numeric_limits<Acc>::infinity();
  for (const Key &key : keys) {
    weights.push_back(score<Acc>(shape, query, head, key));
    most = std::max(most, weights.back());
  }
  Acc total = shape.sinks ? std::exp(shape.sinks[head] - most) : Acc(0);
  for (Acc &weight : weights)
    total += weight = std::exp(weight - most);
  std::vector<Acc> sums(shape.valueDim);
  int64_t group = head * shape.keyHeads / shape.heads;
  for (auto [weight, key] : llvm::zip_equal(weights, keys))
    for (int64_t d = 0; d < shape.valueDim; ++d)
      sums[d] += weight * key.values[group * shape.valueStride + d];
  for (int64_t d = 0; d < shape.valueDim; ++d)
    result[d] = keys.empty() ? 0.0f : round(sums[d] / total);
}

/// Whether the masks let a query at `at` see a key at `position`.
static bool isAllowed(AttentionOp op, int64_t at, int64_t position) {
  int64_t left = op.getLeft(), right = op.getRight(), chunk = op.getChunk();
  return (left < 0 || at - position <= left) &&
         (right < 0 || position - at <= right) &&
         (chunk == 0 || at / chunk == position / chunk);
}

/// The stored keys of row `t`: slots up to its own, filtered by position.
static llvm::Expected<std::vector<Key>>
findCachedKeys(Evaluation &eval, AttentionOp op, const Rows &rows, size_t t) {
  std::shared_ptr<KvCache> cache = eval.cache(op.getCache());
  KVType type = cache->type;
  int64_t layer = eval.integer(op.getLayer());
  if (llvm::Error error = checkLayer(op, type, layer))
    return error;
  int32_t sequence = rows.batch->sequences[t];
  const std::vector<int32_t> &positions = rows.stored.at(sequence);
  int64_t keyWidth = type.getHeads() * type.getKeyDim();
  int64_t valueWidth = type.getHeads() * type.getValueDim();
  int64_t slots = rows.slots[t] + 1;
  assert(slots <= static_cast<int64_t>(positions.size()) &&
         "every slot up to the row's own has a position");
  auto layers = cache->sequences.find(sequence);
  if (layers == cache->sequences.end() ||
      static_cast<int64_t>(layers->second[layer].keys.size()) <
          slots * keyWidth)
    return opError(op, "reads layer slot " + llvm::Twine(layer) +
                           ", which holds no keys of this step's rows");
  const LayerRows &stored = layers->second[layer];
  std::vector<Key> keys;
  for (int64_t slot = 0; slot < slots; ++slot) {
    if (!isAllowed(op, rows.batch->positions[t], positions[slot]))
      continue;
    const float *key = &stored.keys[slot * keyWidth];
    keys.push_back({key, valueWidth ? &stored.values[slot * valueWidth] : key,
                    int64_t(positions[slot]) - rows.batch->positions[t]});
  }
  return keys;
}

/// Explicit keys belong to the rows of the batch: those of row t's sequence.
static std::vector<Key> findExplicitKeys(Evaluation &eval, AttentionOp op,
                                         const Rows &rows, size_t t) {
  const Tensor &key = eval.tensor(op.getKey()),
               &value = eval.tensor(op.getValue());
  int64_t keyWidth = key.shape[1] * key.shape[2],
          valueWidth = value.shape[1] * value.shape[2];
  const ReferenceBatch &batch = *rows.batch;
  std::vector<Key> keys;
  for (size_t u = 0; u < batch.tokens.size(); ++u)
    if (batch.sequences[u] == batch.sequences[t] &&
        isAllowed(op, batch.positions[t], batch.positions[u]))
      keys.push_back({&key.floats[u * keyWidth], &value.floats[u * valueWidth],
                      int64_t(batch.positions[u]) - batch.positions[t]});
  return keys;
}

static AttentionShape getShape(Evaluation &eval, AttentionOp op) {
  AttentionShape shape = {};
  ArrayRef<int64_t> query = eval.tensor(op.getQuery()).shape;
  shape.heads = query[1], shape.keyDim = query[2];
  if (op.getCache()) {
    KVType type = op.getCache().getType();
    shape.keyHeads = type.getHeads();
    shape.valueDim = type.getValueChannels();
    shape.valueStride =
        type.getValueDim() ? type.getValueDim() : type.getKeyDim();
  } else {
    shape.keyHeads = eval.tensor(op.getKey()).shape[1];
    shape.valueDim = shape.valueStride = eval.tensor(op.getValue()).shape[2];
  }
  shape.scale = op.getScale().convertToDouble();
  shape.softcap = op.getSoftcap().convertToDouble();
  shape.slopes = eval.floatsOrNull(op.getSlopes());
  shape.sinks = eval.floatsOrNull(op.getSinks());
  shape.rel = eval.floatsOrNull(op.getRel());
  shape.buckets = op.getRel() ? eval.tensor(op.getRel()).shape[0] : 0;
  shape.relDistance = op.getRelDist();
  shape.relBidirectional = op.getRelBidir();
  return shape;
}

static llvm::Error evalAttention(Evaluation &eval, AttentionOp op) {
  const Tensor &query = eval.tensor(op.getQuery());
  const Rows &rows = eval.rows(op.getBatch());
  for (Value perRow :
       {Value(op.getQuery()), Value(op.getKey()), Value(op.getValue())})
    if (perRow)
      if (llvm::Error error = checkRows(op, eval.tensor(perRow), rows))
        return error;
  AttentionShape shape = getShape(eval, op);
  Rounder round(op.getType());
  Tensor result{{query.shape[0], shape.heads, shape.valueDim}, {}, {}};
  result.floats.resize(query.shape[0] * shape.heads * shape.valueDim);
  for (int64_t t = 0; t < query.shape[0]; ++t) {
    std::vector<Key> keys;
    if (op.getCache()) {
      auto found = findCachedKeys(eval, op, rows, t);
      if (!found)
        return found.takeError();
      keys = std::move(*found);
    } else {
      keys = findExplicitKeys(eval, op, rows, t);
    }
    eval.accumulate([&](auto zero) {
      for (int64_t h = 0; h < shape.heads; ++h)
        attend<decltype(zero)>(
            shape, &query.floats[(t * shape.heads + h) * shape.keyDim], h, keys,
            round, &result.floats[(t * shape.heads + h) * shape.valueDim]);
    });
  }
  eval.set(op.getResult(), std::move(result));
  return llvm::Error::success();
}

void reference::addSequenceOps(OpTable &table) {
  table.add(evalKVWrite);
  table.add(evalAttention);
}
