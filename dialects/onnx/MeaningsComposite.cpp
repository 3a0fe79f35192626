//===- MeaningsComposite.cpp - norms, rotations and attention -------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Meanings.h"

#include "mlir/IR/BuiltinTypes.h"

#include <cmath>

using namespace mlir;
using namespace mlir::onnx;

//===----------------------------------------------------------------------===//
// Norms
//===----------------------------------------------------------------------===//

namespace {
/// Mean and mean square of the columns that an element is normalised with.
struct Moments {
  double mean = 0, square = 0;
};
} // namespace

static int64_t firstNormalised(const Operands &in) {
  return in.axis(in.integer("axis", -1), in.rank(0));
}

static Moments findMoments(const Operands &in, Index at) {
  int64_t first = firstNormalised(in);
  ArrayRef<int64_t> inner = ArrayRef(in.sizes(0)).drop_front(first);
  Sizes place(at);
  Moments moments;
  int64_t count = countOf(inner);
  if (!in.affords(count))
    return {};
  for (int64_t flat = 0; flat < count; ++flat) {
    llvm::copy(unflatten(flat, inner), place.begin() + first);
    double x = in.read(0, place).number();
    moments.mean += x / count;
    moments.square += x * x / count;
  }
  return moments;
}

static Scalar rmsNorm(const Operands &in, unsigned, Index at) {
  double square = findMoments(in, at).square;
  double x = in.read(0, at).number();
  double y = x / std::sqrt(square + in.real("epsilon", 1e-5));
  return Scalar::of(y * in.readBroadcast(1, at).number());
}

static void layerNormSizes(const Operands &in, MutableArrayRef<Sizes> results) {
  int64_t first = firstNormalised(in);
  results[0] = in.sizes(0);
  for (Sizes &statistic : results.drop_front()) {
    statistic = in.sizes(0);
    std::fill(statistic.begin() + first, statistic.end(), 1);
  }
}

static Scalar layerNorm(const Operands &in, unsigned result, Index at) {
  Moments moments = findMoments(in, at);
  double variance = moments.square - moments.mean * moments.mean;
  double inverse = 1 / std::sqrt(variance + in.real("epsilon", 1e-5));
  if (result == 1)
    return Scalar::of(moments.mean);
  if (result == 2)
    return Scalar::of(inverse);
  double y = (in.read(0, at).number() - moments.mean) * inverse *
             in.readBroadcast(1, at).number();
  return Scalar::of(in.has(2) ? y + in.readBroadcast(2, at).number() : y);
}

//===----------------------------------------------------------------------===//
// Rotations
//===----------------------------------------------------------------------===//

namespace {
/// A dim that turns: the other of its pair, and which pair.
struct Turn {
  int64_t partner, pair;
  bool first;
};
} // namespace

static Turn findTurn(int64_t d, int64_t pairs, bool interleaved) {
  if (interleaved)
    return {d ^ 1, d / 2, d % 2 == 0};
  return d < pairs ? Turn{d + pairs, d, true}
                   : Turn{d - pairs, d - pairs, false};
}

static double turned(double x, double other, const Turn &turn, double cosine,
                     double sine) {
  return turn.first ? x * cosine - other * sine : x * cosine + other * sine;
}

static bool isContributed(const Operands &in) {
  return in.op->getName().getStringRef().contains("microsoft");
}

static void rotarySizes(const Operands &in, MutableArrayRef<Sizes> results) {
  int64_t heads = in.integer("num_heads", 0), rank = in.rank(0);
  if (rank != 3 && rank != 4)
    return in.fail("rotates something of another rank");
  unsigned cosines = isContributed(in) ? 2 : 1;
  if (in.rank(cosines) == 0 || in.rank(cosines + 1) == 0)
    return in.fail("has no tables of cosines and sines");
  if (heads < 0 || (rank == 3 && heads > 0 && in.sizes(0)[2] % heads != 0))
    return in.fail("has heads that do not divide its columns");
  results[0] = in.sizes(0);
}

/// The standard's: cosines and sines are tables [B, S, n], or [P, n] that
/// position_ids choose from.
static Scalar rotaryEmbedding(const Operands &in, unsigned, Index at) {
  bool contributed = isContributed(in);
  unsigned cosines = contributed ? 2 : 1, sines = contributed ? 3 : 2;
  unsigned ids = contributed ? 1 : 3;
  bool flat = at.size() == 3; // [B, S, H*D], else [B, H, S, D]
  int64_t pairs = in.sizes(cosines).back();
  int64_t heads = in.integer("num_heads", 0);
  int64_t columns = !flat   ? in.sizes(0)[3]
                    : heads ? in.sizes(0)[2] / heads
                            : 2 * pairs;
  if (columns == 0)
    return in.fail("rotates by tables without columns"), Scalar();
  int64_t row = flat ? at[1] : at[2], d = at.back() % columns;
  if (d >= 2 * pairs)
    return in.read(0, at);
  Turn turn = findTurn(d, pairs, in.integer("interleaved", 0));
  Sizes other(at);
  other.back() += turn.partner - d;
  Sizes place = {at[0], row, turn.pair};
  if (in.has(ids)) {
    // One number counts on from itself for all rows.
    bool single = in.rank(ids) == 1;
    int64_t position = single ? wrappedSum(in.read(ids, {0}).whole(), row)
                              : in.readBroadcast(ids, {at[0], row}).whole();
    place = {position, turn.pair};
  }
  return Scalar::of(turned(in.read(0, at).number(), in.read(0, other).number(),
                           turn, in.readBroadcast(cosines, place).number(),
                           in.readBroadcast(sines, place).number()));
}

static void llmcRotarySizes(const Operands &in,
                            MutableArrayRef<Sizes> results) {
  int64_t start = in.integer("start", 0);
  in.axis(in.integer("sequence_axis", 0), in.rank(0));
  if (in.hasFailed() || in.rank(1) != 1 || start < 0 ||
      start > in.sizes(0).back())
    return in.fail("has no frequencies, or starts behind the columns");
  results[0] = in.sizes(0);
}

/// Ours; positions count from the row's place, behind no cache.
static Scalar llmcRotary(const Operands &in, unsigned, Index at) {
  int64_t start = in.integer("start", 0), pairs = in.sizes(1)[0];
  int64_t d = at.back() - start;
  if (d < 0 || d >= 2 * pairs)
    return in.read(0, at);
  Turn turn = findTurn(d, pairs, in.integer("interleaved", 0));
  Sizes other(at);
  other.back() = start + turn.partner;
  int64_t axis = in.axis(in.integer("sequence_axis", 0), at.size());
  double angle =
      static_cast<double>(at[axis]) * in.read(1, {turn.pair}).number();
  double mscale = in.real("mscale", 1);
  return Scalar::of(turned(in.read(0, at).number(), in.read(0, other).number(),
                           turn, mscale * std::cos(angle),
                           mscale * std::sin(angle)));
}

//===----------------------------------------------------------------------===//
// Attention
//===----------------------------------------------------------------------===//

/// Whether numbers of heads are some that a model may have.
static bool areHeads(ArrayRef<int64_t> numbers) {
  return llvm::all_of(
      numbers, [](int64_t heads) { return heads > 0 && heads < (1 << 20); });
}

static void attentionSizes(const Operands &in, MutableArrayRef<Sizes> results) {
  if (in.rank(0) != 4 || in.rank(1) != 4 || in.rank(2) != 4)
    return in.fail("attends to something that is no heads");
  const Sizes &query = in.sizes(0);
  if (!areHeads({query[1], in.sizes(1)[1], in.sizes(2)[1]}))
    return in.fail("has no heads");
  results[0] = {query[0], query[1], query[2], in.sizes(2)[3]};
}

/// The score of key `j` for the row at `at`; nothing where it is not allowed.
static std::optional<double> scoreOf(const Operands &in, Index at, int64_t j) {
  const Sizes &query = in.sizes(0), &key = in.sizes(1);
  int64_t position = at[2] + key[2] - query[2], distance = position - j;
  int64_t left = in.integer("left", -1), right = in.integer("right", -1);
  if ((left >= 0 && distance > left) || (right >= 0 && -distance > right))
    return std::nullopt;
  if (in.has(3) && !in.read(3, {at[0], j}).truth())
    return std::nullopt;
  int64_t group = at[1] * key[1] / query[1];
  double score = 0;
  if (!in.affords(query[3]))
    return std::nullopt;
  for (int64_t d = 0; d < query[3]; ++d)
    score += in.read(0, {at[0], at[1], at[2], d}).number() *
             in.read(1, {at[0], group, j, d}).number();
  score *= in.real("scale", 1);
  if (double cap = in.real("softcap", 0); cap > 0)
    score = cap * std::tanh(score / cap);
  if (in.has(4))
    score -= static_cast<double>(distance) * in.read(4, {at[1]}).number();
  return score;
}

static Scalar attend(const Operands &in, unsigned, Index at) {
  int64_t group = at[1] * in.sizes(2)[1] / in.sizes(0)[1];
  std::optional<double> sink;
  if (in.has(5))
    sink = in.read(5, {at[1]}).number();
  double most = sink.value_or(-INFINITY);
  if (!in.affords(in.sizes(1)[2]))
    return {};
  SmallVector<std::optional<double>> scores;
  for (int64_t j = 0; j < in.sizes(1)[2]; ++j) {
    scores.push_back(scoreOf(in, at, j));
    most = std::fmax(most, scores.back().value_or(-INFINITY));
  }
  double sum = sink ? std::exp(*sink - most) : 0, result = 0;
  for (auto [j, score] : llvm::enumerate(scores)) {
    if (!score)
      continue;
    double weight = std::exp(*score - most);
    sum += weight;
    Sizes place = {at[0], group, static_cast<int64_t>(j), at[3]};
    result += weight * in.read(2, place).number();
  }
  return Scalar::of(result / sum);
}

//===----------------------------------------------------------------------===//
// Gates and caches
//===----------------------------------------------------------------------===//

static Scalar swiGlu(const Operands &in, unsigned, Index at) {
  double gate = in.read(0, at).number();
  double sigmoid = 1 / (1 + std::exp(-in.real("alpha", 1) * gate));
  return Scalar::of(gate * sigmoid * in.readBroadcast(1, at).number());
}

/// Rows written from each batch's place on, which may run round.
static Scalar tensorScatter(const Operands &in, unsigned, Index at) {
  int64_t axis = in.axis(in.integer("axis", -2), at.size());
  int64_t most = in.sizes(0)[axis];
  if (in.rank(1) != in.rank(0))
    return in.fail("has an update of another rank"), Scalar();
  int64_t start = in.has(2) ? in.read(2, {at[0]}).whole() : 0;
  int64_t row = wrappedSum(at[axis], wrappedProduct(start, -1));
  if (in.string("mode", "linear") == "circular")
    row = ((row % most) + most) % most;
  if (row < 0 || row >= in.sizes(1)[axis])
    return in.read(0, at);
  Sizes place(at);
  place[axis] = row;
  return in.read(1, place);
}

//===----------------------------------------------------------------------===//
// Sizes alone: operators that are decomposed before anything else
//===----------------------------------------------------------------------===//

/// Positions of a cache [B, K, P, D]; 0 without it.
static int64_t getPast(const Operands &in, unsigned i) {
  if (!in.has(i))
    return 0;
  if (in.rank(i) == 4)
    return in.sizes(i)[2];
  in.fail("has a cache of another rank");
  return 0;
}

static void standardAttentionSizes(const Operands &in,
                                   MutableArrayRef<Sizes> results) {
  const Sizes &query = in.sizes(0), &key = in.sizes(1), &value = in.sizes(2);
  bool flat = query.size() == 3;
  int64_t heads = in.integer("q_num_heads", 0);
  int64_t keyHeads = in.integer("kv_num_heads", 0);
  if (flat && !areHeads({heads, keyHeads}))
    return in.fail("does not say its heads");
  if (key.size() != query.size() || value.size() != query.size() ||
      (!flat && query.size() != 4))
    return in.fail("has inputs of different ranks");
  results[0] = query;
  results[0].back() =
      flat ? boundedProduct(value[2] / keyHeads, heads) : value[3];
  for (unsigned i : {1, 2}) {
    const Sizes &from = in.sizes(i);
    results[i] =
        flat ? Sizes{from[0], keyHeads, from[1], from[2] / keyHeads} : from;
    results[i][2] = boundedSum(results[i][2], getPast(in, 3 + i));
  }
  results[3] = {query[0], flat ? heads : query[1], query[flat ? 1 : 2],
                results[1][2]};
}

static void groupQuerySizes(const Operands &in,
                            MutableArrayRef<Sizes> results) {
  const Sizes &query = in.sizes(0);
  int64_t heads = in.integer("num_heads", 0);
  int64_t keyHeads = in.integer("kv_num_heads", 0);
  if (!areHeads({heads, keyHeads}) || query.size() != 3)
    return in.fail("does not say its heads");
  int64_t columns = query[2] / (in.has(1) ? heads : heads + 2 * keyHeads);
  results[0] = {query[0], query[1], heads * columns};
  int64_t positions = boundedSum(getPast(in, 3), query[1]);
  results[1] = results[2] = {query[0], keyHeads, positions, columns};
  results[3] = {query[0], heads, query[1], positions};
}

static void multiHeadSizes(const Operands &in, MutableArrayRef<Sizes> results) {
  const Sizes &query = in.sizes(0);
  int64_t heads = in.integer("num_heads", 0);
  if (query.size() != 3 || !areHeads(heads))
    return in.fail("has packed inputs");
  results[0] = query;
  for (unsigned i : {1, 2}) {
    const Sizes &from = in.sizes(i);
    results[i] = from.size() == 3
                     ? Sizes{from[0], heads, from[1], from[2] / heads}
                     : from;
    if (results[i].size() == 4)
      results[i][2] = boundedSum(results[i][2], getPast(in, 5 + i));
  }
}

static void skipNormSizes(const Operands &in, MutableArrayRef<Sizes> results) {
  for (Sizes &result : results)
    result = in.sizes(0);
}

static void fusedMatMulSizes(const Operands &in,
                             MutableArrayRef<Sizes> results) {
  Sizes a = in.sizes(0), b = in.sizes(1);
  if (a.size() < 2 || b.size() < 2)
    return in.fail("multiplies vectors");
  bool ta = in.integer("transA", 0), tb = in.integer("transB", 0);
  results[0] = a.size() >= b.size() ? a : b;
  results[0][results[0].size() - 2] = ta ? a.back() : a[a.size() - 2];
  results[0].back() = tb ? b[b.size() - 2] : b.back();
}

static void matMulNBitsSizes(const Operands &in,
                             MutableArrayRef<Sizes> results) {
  results[0] = in.sizes(0);
  if (results[0].empty() || results[0].back() != in.integer("K", -1))
    return in.fail("has other columns than K");
  results[0].back() = in.integer("N", 0);
}

/// Bytes hold several codes of the last dim each.
static void gatherBlocksSizes(const Operands &in,
                              MutableArrayRef<Sizes> results) {
  Sizes data = in.sizes(0);
  int64_t axis = in.axis(in.integer("gather_axis", 0), data.size());
  int64_t bits = in.integer("bits", 4);
  if (data.empty() || bits < 1 || bits > 8)
    return in.fail("gathers codes of no size");
  if (in.elementType(0).isUnsignedInteger(8))
    data.back() *= 8 / bits;
  results[0].assign(data.begin(), data.begin() + axis);
  llvm::append_range(results[0], in.sizes(1));
  llvm::append_range(results[0], ArrayRef(data).drop_front(axis + 1));
}

static void addSizes(MeaningTable &table) {
  table["onnx.microsoft.GatherBlockQuantized"] = {gatherBlocksSizes, nullptr};
  table["onnx.Attention"] = {standardAttentionSizes, nullptr};
  table["onnx.microsoft.GroupQueryAttention"] = {groupQuerySizes, nullptr};
  table["onnx.microsoft.MultiHeadAttention"] = {multiHeadSizes, nullptr};
  table["onnx.microsoft.FusedMatMul"] = {fusedMatMulSizes, nullptr};
  table["onnx.microsoft.MatMulNBits"] = {matMulNBitsSizes, nullptr};
  for (StringRef name : {"onnx.SimplifiedLayerNormalization",
                         "onnx.microsoft.SimplifiedLayerNormalization",
                         "onnx.microsoft.SkipSimplifiedLayerNormalization",
                         "onnx.microsoft.SkipLayerNormalization",
                         "onnx.microsoft.FastGelu", "onnx.microsoft.BiasGelu",
                         "onnx.microsoft.Gelu", "onnx.microsoft.QuickGelu"})
    table[name] = {skipNormSizes, nullptr};
}

void mlir::onnx::addCompositeMeanings(MeaningTable &table) {
  addSizes(table);
  table["onnx.RMSNormalization"] = {sizesOfFirst, rmsNorm};
  table["onnx.LayerNormalization"] = {layerNormSizes, layerNorm};
  table["onnx.SwiGLU"] = {sizesOfFirst, swiGlu};
  table["onnx.TensorScatter"] = {sizesOfFirst, tensorScatter};
  table["onnx.RotaryEmbedding"] = {rotarySizes, rotaryEmbedding};
  table["onnx.microsoft.RotaryEmbedding"] = {rotarySizes, rotaryEmbedding};
  table["onnx.llmc.RotaryEmbedding"] = {llmcRotarySizes, llmcRotary};
  table["onnx.llmc.Attention"] = {attentionSizes, attend};
}
