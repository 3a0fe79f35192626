//===- GatedDecoder.cpp - the llama family: weights and step --------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "GatedDecoder.h"

#include "ModelInfo.h"
#include "StepBuilder.h"

#include "llmc/Weights/Errors.h"

#include <cmath>

using namespace llvm;
using namespace llmc;
using namespace mlir::llm;

static constexpr std::pair<StringRef, StringRef> layerNames[] = {
    {"attn_norm", "input_layernorm"},
    {"attn_q", "self_attn.q_proj"},
    {"attn_k", "self_attn.k_proj"},
    {"attn_v", "self_attn.v_proj"},
    {"attn_output", "self_attn.o_proj"},
    {"ffn_norm", "post_attention_layernorm"},
    {"ffn_gate", "mlp.gate_proj"},
    {"ffn_up", "mlp.up_proj"},
    {"ffn_down", "mlp.down_proj"}};
static constexpr std::pair<StringRef, StringRef> globalNames[] = {
    {"token_embd", "model.embed_tokens"},
    {"output_norm", "model.norm"},
    {"output", "lm_head"}};
static const NameTable names{"model.layers.", layerNames, globalNames};

namespace {
struct Layer {
  Affine attnNorm, q, k, v, o, ffnNorm, gate, up, down;
};
struct Weights {
  WeightRef table, head;
  std::vector<Layer> layers;
  Affine outputNorm;
  Rotary rotary;
};
} // namespace

static Layer collectLayer(WeightCatalog &catalog, const GatedDecoder &model,
                          int64_t index) {
  std::string prefix = "blk." + std::to_string(index) + ".";
  int64_t queryDim = model.heads * model.headDim;
  int64_t keyDim = model.kvHeads * model.headDim;
  int64_t hidden = model.hidden, inner = model.feedForward;
  Layer layer;
  layer.attnNorm = catalog.norm(prefix + "attn_norm", hidden, Presence::Never);
  layer.q =
      catalog.linear(prefix + "attn_q", queryDim, hidden, model.inputBias);
  layer.k = catalog.linear(prefix + "attn_k", keyDim, hidden, model.inputBias);
  layer.v = catalog.linear(prefix + "attn_v", keyDim, hidden, model.inputBias);
  layer.o = catalog.linear(prefix + "attn_output", hidden, queryDim,
                           model.outputBias);
  layer.ffnNorm = catalog.norm(prefix + "ffn_norm", hidden, Presence::Never);
  layer.gate =
      catalog.linear(prefix + "ffn_gate", inner, hidden, model.mlpBias);
  layer.up = catalog.linear(prefix + "ffn_up", inner, hidden, model.mlpBias);
  layer.down =
      catalog.linear(prefix + "ffn_down", hidden, inner, model.mlpBias);
  return layer;
}

/// Divides the frequencies by the file's `rope_freqs.weight`, if it has one.
static Error applyDivisors(WeightCatalog &catalog, const Source &source,
                           std::vector<float> &inv) {
  if (source.kind != SourceKind::Gguf)
    return Error::success();
  std::vector<float> divisors = catalog.values("rope_freqs.weight", inv.size());
  for (auto [i, divisor] : enumerate(divisors)) {
    if (!(divisor > 0) || !std::isfinite(divisor))
      return fileError(source.path, "tensor 'rope_freqs.weight'",
                       "requires positive divisors, found " +
                           std::to_string(divisor));
    inv[i] /= divisor;
  }
  return Error::success();
}

static Expected<Weights> collectWeights(Source &source,
                                        const GatedDecoder &model,
                                        mlir::ModuleOp module) {
  WeightCatalog catalog(source, names, module);
  Weights weights;
  int64_t hidden = model.hidden;
  weights.table =
      catalog.matrix("token_embd.weight", {model.vocabulary, hidden});
  for (int64_t i = 0; i < model.layers; ++i)
    weights.layers.push_back(collectLayer(catalog, model, i));
  weights.outputNorm = catalog.norm("output_norm", hidden, Presence::Never);
  weights.head = model.tiedHead ? weights.table
                                : catalog.matrix("output.weight",
                                                 {model.vocabulary, hidden});
  std::vector<float> inv = model.rope.inv;
  if (Error error = applyDivisors(catalog, source, inv))
    return error;
  weights.rotary = {model.pairing, catalog.constant("rope.inv", inv),
                    model.rope.mscale};
  if (model.tiedHead && source.kind == SourceKind::HuggingFace)
    catalog.ignoreSuffix("lm_head.weight"); // equal bytes, see hasOtherHead
  catalog.ignoreSuffix("rotary_emb.inv_freq");
  if (Error error = catalog.finish())
    return error;
  return weights;
}

static mlir::Value emitAttention(StepBuilder &step, const GatedDecoder &model,
                                 const Weights &weights, int64_t index,
                                 mlir::Value input) {
  const Layer &layer = weights.layers[index];
  step.enter("blk." + std::to_string(index) + ".attn");
  mlir::Value normed =
      step.norm(NormKind::Rms, input, layer.attnNorm, model.eps);
  mlir::Value q = step.splitHeads(step.linear(normed, layer.q), model.heads);
  mlir::Value k = step.splitHeads(step.linear(normed, layer.k), model.kvHeads);
  mlir::Value v = step.splitHeads(step.linear(normed, layer.v), model.kvHeads);
  q = step.rotate(q, weights.rotary);
  k = step.rotate(k, weights.rotary);
  double scale = 1.0 / std::sqrt(static_cast<double>(model.headDim));
  mlir::Value attended = step.attend(index, q, k, v, scale, model.left[index]);
  mlir::Value output = step.linear(step.mergeHeads(attended), layer.o);
  return step.add(input, output);
}

static mlir::Value emitFeedForward(StepBuilder &step, const GatedDecoder &model,
                                   const Layer &layer, int64_t index,
                                   mlir::Value input) {
  step.enter("blk." + std::to_string(index) + ".ffn");
  mlir::Value normed =
      step.norm(NormKind::Rms, input, layer.ffnNorm, model.eps);
  mlir::Value gate =
      step.activate(model.activation, step.linear(normed, layer.gate));
  mlir::Value up = step.linear(normed, layer.up);
  mlir::Value down = step.linear(step.multiply(gate, up), layer.down);
  return step.add(input, down);
}

Error llmc::emitGatedDecoder(Source &source, const GatedDecoder &model,
                             mlir::ModuleOp module) {
  Expected<Weights> weights = collectWeights(source, model, module);
  if (!weights)
    return weights.takeError();
  assert(static_cast<int64_t>(model.left.size()) == model.layers &&
         "every layer has its window");
  auto kvType = KVType::get(module.getContext(), model.layers, model.kvHeads,
                            model.headDim, model.headDim,
                            mlir::Float32Type::get(module.getContext()), 0, 0);
  StepBuilder step(module, kvType, model.vocabulary);
  step.positions();
  step.share(weights->rotary.inv);
  mlir::Value hidden = step.embed(step.tokens(), weights->table);
  for (int64_t i = 0; i < model.layers; ++i) {
    hidden = emitAttention(step, model, *weights, i, hidden);
    hidden = emitFeedForward(step, model, weights->layers[i], i, hidden);
  }
  step.enter("output_norm");
  hidden = step.norm(NormKind::Rms, hidden, weights->outputNorm, model.eps);
  step.finish(hidden, weights->head);
  setModelInfo(module, source,
               {model.layers, model.hidden, model.feedForward, model.heads,
                model.kvHeads, model.headDim, model.vocabulary, model.context,
                model.tiedHead});
  return Error::success();
}
