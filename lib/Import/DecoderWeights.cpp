//===- DecoderWeights.cpp - which tensors a decoder has -------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "DecoderWeights.h"

#include "llmc/Weights/Errors.h"

#include <cmath>

using namespace llvm;
using namespace llmc;
using namespace mlir::llm;

namespace {

/// Collects the weights of one layer, or of both ends with an empty prefix.
class Collector {
public:
  Collector(WeightCatalog &catalog, const Source &source, const Decoder &model,
            std::string prefix)
      : catalog(catalog), model(model), prefix(std::move(prefix)),
        lacksOne(model.normsLackOne && source.kind == SourceKind::HuggingFace) {
  }

  Affine norm(const Twine &stem, ArrayRef<int64_t> shape) {
    return norm(stem, shape, model.normBias);
  }
  Affine linear(const Twine &stem, int64_t out, int64_t in, Presence bias,
                Stored stored = {}) {
    stored.transposed = model.transposed;
    return catalog.linear(prefix + stem, out, in, bias, stored);
  }

  LayerWeights layer(const LayerFacts &facts) {
    LayerWeights weights;
    norms(weights);
    attention(weights);
    if (facts.routed)
      weights.mixture = mixture();
    else
      weights.mlp = mlp("", model.feedForward);
    return weights;
  }

private:
  WeightCatalog &catalog;
  const Decoder &model;
  std::string prefix;
  bool lacksOne; // files of transformers hold w of 1 + w, converters add 1

  Affine norm(const Twine &stem, ArrayRef<int64_t> shape, Presence bias) {
    Stored stored;
    stored.plus = lacksOne ? 1 : 0;
    return catalog.norm(prefix + stem, shape, bias, stored);
  }
  bool has(const Twine &stem) { return catalog.has(prefix + stem + ".weight"); }

  //===--- norms --------------------------------------------------------===//

  void norms(LayerWeights &weights) {
    bool parallel = model.residual == Residual::Parallel;
    bool post = model.residual == Residual::Post;
    if (model.inputNorms || post) {
      weights.attnNorm = norm(has("attn_norm_2") ? "attn_norm_2" : "attn_norm",
                              {model.hidden});
      if (!parallel || model.twoInputNorms)
        weights.ffnNorm =
            norm(has("attn_norm_2") ? "attn_norm" : "ffn_norm", {model.hidden});
    }
    if (model.outputNorms) {
      weights.postAttnNorm = norm("post_attention_norm", {model.hidden});
      weights.postFfnNorm = norm("post_ffw_norm", {model.hidden});
    }
  }

  //===--- attention ----------------------------------------------------===//

  /// Where the rows of q, k and v (`part` 0 to 2) lie in one matrix.
  Stored partOf(int64_t part) {
    Stored stored;
    Qkv layout = model.qkv;
    if (layout == Qkv::Separate && has("attn_qkv"))
      layout = Qkv::Blocks;
    if (layout == Qkv::Separate)
      return stored;
    stored.stem = "attn_qkv";
    stored.rows = model.queryDim() + 2 * model.keyDim();
    int64_t heads = layout == Qkv::Blocks    ? model.heads
                    : layout == Qkv::PerHead ? 1
                                             : model.heads / model.kvHeads;
    int64_t keys = layout == Qkv::Blocks ? model.kvHeads : 1;
    int64_t begins[] = {0, heads, heads + keys, heads + 2 * keys};
    stored.begin = begins[part] * model.headDim;
    stored.end = begins[part + 1] * model.headDim;
    if (layout != Qkv::Blocks)
      stored.every = begins[3] * model.headDim;
    return stored;
  }

  /// Rows of all heads that hold `every` of them; `begin` to `end` of each.
  static Stored headRows(StringRef stem, int64_t heads, int64_t begin,
                         int64_t end, int64_t every) {
    return {.stem = stem,
            .begin = begin,
            .end = end,
            .every = every,
            .rows = heads * every};
  }

  void latentAttention(LayerWeights &weights) {
    const Latent &facts = model.latent;
    LatentWeights &made = weights.latent;
    int64_t heads = model.heads, hidden = model.hidden, plain = facts.plain;
    int64_t rank = facts.rank, query = plain + facts.rotated;
    StringRef queryStem = facts.queryRank ? "attn_q_b" : "attn_q";
    int64_t width = facts.queryRank ? facts.queryRank : hidden;
    if (facts.queryRank) {
      made.queryDown = linear("attn_q_a", width, hidden, model.inputBias);
      made.queryNorm = norm("attn_q_a_norm", {width}, Presence::Never);
    }
    made.plainQuery =
        linear("attn_q_plain", heads * plain, width, Presence::Never,
               headRows(queryStem, heads, 0, plain, query));
    made.rotatedQuery =
        linear("attn_q_rotated", heads * facts.rotated, width, Presence::Never,
               headRows(queryStem, heads, plain, query, query));
    int64_t both = rank + facts.rotated;
    made.down = linear("attn_kv_a", rank, hidden, model.inputBias,
                       headRows("attn_kv_a_mqa", 1, 0, rank, both));
    made.norm = norm("attn_kv_a_norm", {rank}, Presence::Never);
    made.rotatedKey =
        linear("attn_k_rotated", facts.rotated, hidden, model.inputBias,
               headRows("attn_kv_a_mqa", 1, rank, both, both));
    int64_t expanded = plain + facts.value;
    Stored keys = headRows("attn_kv_b", heads, 0, plain, expanded);
    keys.transposed = true;
    made.keys = catalog.headMatrices(prefix + "attn_k_b.weight",
                                     {heads, rank, plain}, keys);
    made.values = catalog.headMatrices(
        prefix + "attn_v_b.weight", {heads, facts.value, rank},
        headRows("attn_kv_b", heads, plain, expanded, expanded));
    weights.o =
        linear("attn_output", hidden, heads * facts.value, model.outputBias);
  }

  void attention(LayerWeights &weights) {
    if (model.latent.rank)
      return latentAttention(weights);
    int64_t hidden = model.hidden, keyDim = model.keyDim();
    weights.q =
        linear("attn_q", model.queryDim(), hidden, model.inputBias, partOf(0));
    weights.k = linear("attn_k", keyDim, hidden, model.inputBias, partOf(1));
    weights.v = linear("attn_v", keyDim, hidden, model.inputBias, partOf(2));
    weights.o =
        linear("attn_output", hidden, model.queryDim(), model.outputBias);
    if (model.has(HeadNorm::None))
      return;
    Presence bias =
        model.has(HeadNorm::PerHead) ? Presence::Never : model.normBias;
    weights.qNorm = norm("attn_q_norm", headNormShape(model.heads), bias);
    weights.kNorm = norm("attn_k_norm", headNormShape(model.kvHeads), bias);
  }

  SmallVector<int64_t> headNormShape(int64_t heads) {
    if (model.has(HeadNorm::Shared))
      return {model.headDim};
    if (model.has(HeadNorm::PerHead))
      return {heads, model.headDim};
    return {heads * model.headDim};
  }

  //===--- MLP ----------------------------------------------------------===//

  MlpWeights mlp(StringRef suffix, int64_t inner) {
    auto name = [&](StringRef stem) { return (stem + suffix).str(); };
    int64_t hidden = model.hidden;
    MlpWeights weights;
    Stored up;
    if (model.fusedGate) {
      Stored gate{.stem = "ffn_up", .end = inner, .rows = 2 * inner};
      up = {.stem = "ffn_up",
            .begin = inner,
            .end = 2 * inner,
            .rows = 2 * inner};
      weights.gate =
          linear(name("ffn_gate"), inner, hidden, model.mlpBias, gate);
    } else if (model.gated) {
      weights.gate = linear(name("ffn_gate"), inner, hidden, model.mlpBias);
    }
    weights.up = linear(name("ffn_up"), inner, hidden, model.mlpBias, up);
    weights.down = linear(name("ffn_down"), hidden, inner, model.mlpBias);
    return weights;
  }

  MixtureWeights mixture() {
    const Mixture &facts = model.mixture;
    int64_t hidden = model.hidden, inner = facts.feedForward;
    MixtureWeights weights;
    weights.router =
        linear("ffn_gate_inp", facts.experts, hidden, Presence::Never);
    if (facts.selectBias)
      weights.selectBias =
          catalog.vector(prefix + "exp_probs_b.bias", facts.experts);
    weights.gate = experts("ffn_gate", inner, hidden);
    weights.up = experts("ffn_up", inner, hidden);
    weights.down = experts("ffn_down", hidden, inner);
    if (facts.shared)
      weights.shared = mlp("_shexp", facts.shared);
    if (facts.sharedGate)
      weights.sharedGate = {
          catalog.rowMatrix(prefix + "ffn_gate_inp_shexp.weight", hidden), {}};
    return weights;
  }

  WeightRef experts(StringRef stem, int64_t out, int64_t in) {
    return catalog.stack(prefix + stem + "_exps.weight",
                         prefix + stem + ".%.weight",
                         {model.mixture.experts, out, in});
  }
};

} // namespace

/// Divides the frequencies by the file's `rope_freqs.weight`, if it has one.
static Error applyDivisors(WeightCatalog &catalog, const Source &source,
                           StringRef name, std::vector<float> &inv) {
  if (name.empty())
    return Error::success();
  std::vector<float> divisors = catalog.values(name, inv.size());
  for (auto [i, divisor] : enumerate(divisors)) {
    if (!(divisor > 0) || !std::isfinite(divisor))
      return fileError(source.path, "tensor " + quote(name),
                       "requires positive divisors, found " +
                           std::to_string(divisor));
    inv[i] /= divisor;
  }
  return Error::success();
}

static Error collectPositions(WeightCatalog &catalog, const Source &source,
                              const Decoder &model, DecoderWeights &weights) {
  for (auto [i, rope] : enumerate(model.ropes)) {
    std::vector<float> inv = rope.inv;
    if (source.kind == SourceKind::Gguf)
      for (StringRef name : {StringRef("rope_freqs.weight"), rope.divisors})
        if (Error error = applyDivisors(catalog, source, name, inv))
          return error;
    weights.rotaries.push_back(
        {model.pairing,
         catalog.constant(i == 0 ? "rope.inv" : "rope.inv_window", inv),
         rope.mscale});
  }
  if (!model.slopes.empty())
    weights.slopes = catalog.constant("alibi.slopes", model.slopes);
  return Error::success();
}

/// A table of positions, behind what some models keep before the first.
static WeightRef collectTable(WeightCatalog &catalog, const Decoder &model) {
  Stored stored;
  stored.begin = model.learnedPositions;
  stored.end = stored.rows = model.learnedPositions + model.context;
  return catalog.matrix("position_embd.weight", {model.context, model.hidden},
                        model.learnedPositions ? stored : Stored());
}

/// Tensors that are no weights: buffers, and a head that repeats the table.
static void ignoreBuffers(WeightCatalog &catalog, const Source &source,
                          const Decoder &model) {
  if (model.tiedHead && source.kind == SourceKind::HuggingFace)
    catalog.ignoreSuffix("lm_head.weight"); // equal bytes, see hasOtherHead
  catalog.ignoreSuffix("rotary_emb.inv_freq");
  if (source.kind == SourceKind::Gguf)
    for (StringRef divisors :
         {"rope_factors_long.weight", "rope_factors_short.weight"})
      catalog.ignoreSuffix(divisors);
  if (source.kind == SourceKind::HuggingFace && model.qkv != Qkv::Separate)
    for (StringRef mask : {".attn.bias", ".attention.bias", ".masked_bias"})
      catalog.ignoreSuffix(mask); // the causal mask, not a bias
}

Expected<DecoderWeights> llmc::collectWeights(Source &source,
                                              const Decoder &model,
                                              const NameTable &names,
                                              mlir::ModuleOp module) {
  WeightCatalog catalog(source, names, module);
  Collector ends(catalog, source, model, "");
  DecoderWeights weights;
  int64_t hidden = model.hidden, width = model.tableWidth();
  weights.table =
      catalog.matrix("token_embd.weight", {model.vocabulary, width});
  if (model.learnedPositions >= 0)
    weights.positions = collectTable(catalog, model);
  if (model.embedNorm)
    weights.embedNorm = ends.norm("token_embd_norm", {hidden});
  if (model.embedWidth)
    weights.embedProjection =
        catalog.linear("embd_projection", hidden, width, Presence::Never);
  for (auto [i, facts] : enumerate(model.layer))
    weights.layers.push_back(
        Collector(catalog, source, model, "blk." + std::to_string(i) + ".")
            .layer(facts));
  if (model.outputNorm)
    weights.outputNorm = ends.norm("output_norm", {hidden});
  if (model.embedWidth)
    weights.outputProjection =
        catalog.linear("output_projection", width, hidden, Presence::Never);
  weights.head = model.tiedHead ? weights.table
                                : catalog.matrix("output.weight",
                                                 {model.vocabulary, width});
  if (model.headBias != Presence::Never)
    weights.headBias = catalog.vector("output.bias", model.vocabulary);
  if (Error error = collectPositions(catalog, source, model, weights))
    return error;
  ignoreBuffers(catalog, source, model);
  if (Error error = catalog.finish())
    return error;
  return weights;
}
