//===- Gpt2.cpp - gpt2: learned positions, layer norms, plain MLP ---------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//   x  = wte[id] + wpe[position]
//   h  = x + o(attention(q(n), k(n), v(n)))   n = layernorm(x)
//   x' = h + proj(gelu(fc(m)))                m = layernorm(h)
//
// Hugging Face keeps matrices [in, out] (Conv1D) and q, k, v in one; GGUF has
// turned them round. Either way q, k and v become three weights of one source.
//===----------------------------------------------------------------------===//
#include "Architectures.h"
#include "KeyReader.h"
#include "ModelInfo.h"
#include "StepBuilder.h"

#include "llmc/Weights/Errors.h"

#include <cmath>

using namespace llvm;
using namespace llmc;
using namespace mlir::llm;

static constexpr std::pair<StringRef, StringRef> layerNames[] = {
    {"attn_norm", "ln_1"},          {"attn_qkv", "attn.c_attn"},
    {"attn_output", "attn.c_proj"}, {"ffn_norm", "ln_2"},
    {"ffn_up", "mlp.c_fc"},         {"ffn_down", "mlp.c_proj"}};
static constexpr std::pair<StringRef, StringRef> prefixedGlobals[] = {
    {"token_embd", "transformer.wte"},
    {"position_embd", "transformer.wpe"},
    {"output_norm", "transformer.ln_f"},
    {"output", "lm_head"}};
static constexpr std::pair<StringRef, StringRef> plainGlobals[] = {
    {"token_embd", "wte"},
    {"position_embd", "wpe"},
    {"output_norm", "ln_f"},
    {"output", "lm_head"}};
static const NameTable prefixedNames{"transformer.h.", layerNames,
                                     prefixedGlobals};
static const NameTable plainNames{"h.", layerNames, plainGlobals};

namespace {
struct Gpt2 {
  int64_t layers = 0, hidden = 0, feedForward = 0, heads = 0; // L, E, F, H
  int64_t vocabulary = 0, context = 0;
  double eps = 0;
  ActFn activation = ActFn::GeluTanh;
  bool tiedHead = true;
  bool transposed = false;           // matrices are stored [in, out]
  bool scaled = true;                // scores are divided by sqrt(D)
  bool scaledByInverseIndex = false; // and by the layer's number from 1
};
struct Layer {
  Affine attnNorm, q, k, v, o, ffnNorm, up, down;
};
struct Weights {
  WeightRef table, positions, head;
  std::vector<Layer> layers;
  Affine outputNorm;
};
} // namespace

//===----------------------------------------------------------------------===//
// Keys
//===----------------------------------------------------------------------===//

static constexpr StringRef ggufKeys[] = {"block_count",
                                         "embedding_length",
                                         "feed_forward_length",
                                         "context_length",
                                         "vocab_size",
                                         "attention.head_count",
                                         "attention.head_count_kv",
                                         "attention.layer_norm_epsilon"};
static constexpr StringRef harmlessHfKeys[] = {"n_ctx",
                                               "reorder_and_upcast_attn",
                                               "summary_activation",
                                               "summary_use_proj",
                                               "summary_first_dropout",
                                               "summary_proj_to_labels",
                                               "summary_type",
                                               "n_special",
                                               "predict_special_tokens"};

static Expected<Gpt2> readGguf(Source &source) {
  GgufKeys keys(*source.gguf, source.architecture);
  Gpt2 model;
  model.layers = keys.integer("block_count", Limits::layers);
  model.hidden = keys.integer("embedding_length", Limits::hidden);
  model.feedForward = keys.integer("feed_forward_length", Limits::feedForward);
  model.context = keys.integer("context_length", Limits::context);
  model.heads = keys.perLayer("attention.head_count", Limits::heads);
  int64_t kvHeads =
      keys.perLayer("attention.head_count_kv", Limits::heads, model.heads);
  model.eps = keys.number("attention.layer_norm_epsilon", 1e-12, 1);
  if (Error error = keys.takeError())
    return error;
  if (kvHeads != model.heads)
    return fileError(source.path, "sizes",
                     "gpt2 has as many key as query heads: found " +
                         Twine(kvHeads) + " and " + Twine(model.heads));
  const SourceTensor *table = source.weights.find("token_embd.weight");
  model.vocabulary = table ? table->shape[0] : 1; // its absence is found later
  model.tiedHead = !source.weights.find("output.weight");
  if (Error error =
          rejectUnknownGgufKeys(*source.gguf, source.architecture, ggufKeys))
    return error;
  return model;
}

static Expected<Gpt2> readHuggingFace(Source &source) {
  HfKeys keys(*source.config);
  Gpt2 model;
  model.layers = keys.integer("n_layer", Limits::layers);
  model.hidden = keys.integer("n_embd", Limits::hidden);
  model.feedForward =
      keys.integer("n_inner", Limits::feedForward, 4 * model.hidden);
  model.context = keys.integer("n_positions", Limits::context);
  model.vocabulary = keys.integer("vocab_size", Limits::vocabulary);
  model.heads = keys.integer("n_head", Limits::heads);
  model.eps = keys.number("layer_norm_epsilon", 1e-12, 1, 1e-5);
  model.tiedHead = keys.flag("tie_word_embeddings", true);
  for (StringRef table : {"transformer.wte.weight", "wte.weight"})
    if (model.tiedHead && hasOtherHead(source, table))
      model.tiedHead = false;
  model.scaled = keys.flag("scale_attn_weights", true);
  model.scaledByInverseIndex =
      keys.flag("scale_attn_by_inverse_layer_idx", false);
  if (Error error = keys.takeError())
    return error;
  Expected<ActFn> activation =
      readHfActivation(*source.config, "activation_function", "gelu_new");
  if (!activation)
    return activation.takeError();
  model.activation = *activation;
  if (Error error = rejectUnreadHfKeys(source, harmlessHfKeys))
    return error;
  return model;
}

//===----------------------------------------------------------------------===//
// Weights
//===----------------------------------------------------------------------===//

static Layer collectLayer(WeightCatalog &catalog, const Gpt2 &model,
                          int64_t index) {
  std::string prefix = "blk." + std::to_string(index) + ".";
  int64_t hidden = model.hidden, inner = model.feedForward;
  auto linear = [&](StringRef stem, int64_t out, int64_t in,
                    Stored stored = {}) {
    stored.transposed = model.transposed;
    return catalog.linear(prefix + stem, out, in, Presence::Always, stored);
  };
  Layer layer;
  layer.attnNorm = catalog.norm(prefix + "attn_norm", hidden, Presence::Always);
  layer.q = linear("attn_q", hidden, hidden, {false, 0, 3, "attn_qkv"});
  layer.k = linear("attn_k", hidden, hidden, {false, 1, 3, "attn_qkv"});
  layer.v = linear("attn_v", hidden, hidden, {false, 2, 3, "attn_qkv"});
  layer.o = linear("attn_output", hidden, hidden);
  layer.ffnNorm = catalog.norm(prefix + "ffn_norm", hidden, Presence::Always);
  layer.up = linear("ffn_up", inner, hidden);
  layer.down = linear("ffn_down", hidden, inner);
  return layer;
}

static Expected<Weights> collectWeights(const Source &source, const Gpt2 &model,
                                        mlir::ModuleOp module) {
  bool prefixed = source.weights.find("transformer.wte.weight");
  WeightCatalog catalog(source, prefixed ? prefixedNames : plainNames, module);
  Weights weights;
  int64_t hidden = model.hidden;
  weights.table =
      catalog.matrix("token_embd.weight", {model.vocabulary, hidden});
  weights.positions =
      catalog.matrix("position_embd.weight", {model.context, hidden});
  for (int64_t i = 0; i < model.layers; ++i)
    weights.layers.push_back(collectLayer(catalog, model, i));
  weights.outputNorm = catalog.norm("output_norm", hidden, Presence::Always);
  weights.head = model.tiedHead ? weights.table
                                : catalog.matrix("output.weight",
                                                 {model.vocabulary, hidden});
  if (model.tiedHead)
    catalog.ignoreSuffix("lm_head.weight"); // equal bytes, see hasOtherHead
  catalog.ignoreSuffix(".attn.bias");       // the causal mask, not a bias
  catalog.ignoreSuffix(".attn.masked_bias");
  if (Error error = catalog.finish())
    return error;
  return weights;
}

//===----------------------------------------------------------------------===//
// Step
//===----------------------------------------------------------------------===//

static double getScale(const Gpt2 &model, int64_t layer) {
  double headDim = static_cast<double>(model.hidden / model.heads);
  double scale = model.scaled ? 1.0 / std::sqrt(headDim) : 1.0;
  return model.scaledByInverseIndex ? scale / static_cast<double>(layer + 1)
                                    : scale;
}

static mlir::Value emitLayer(StepBuilder &step, const Gpt2 &model,
                             const Layer &layer, int64_t index,
                             mlir::Value input) {
  step.enter("blk." + std::to_string(index) + ".attn");
  mlir::Value normed =
      step.norm(NormKind::Layer, input, layer.attnNorm, model.eps);
  mlir::Value q = step.splitHeads(step.linear(normed, layer.q), model.heads);
  mlir::Value k = step.splitHeads(step.linear(normed, layer.k), model.heads);
  mlir::Value v = step.splitHeads(step.linear(normed, layer.v), model.heads);
  mlir::Value attended = step.attend(index, q, k, v, getScale(model, index));
  mlir::Value middle =
      step.add(input, step.linear(step.mergeHeads(attended), layer.o));
  step.enter("blk." + std::to_string(index) + ".ffn");
  normed = step.norm(NormKind::Layer, middle, layer.ffnNorm, model.eps);
  mlir::Value inner =
      step.activate(model.activation, step.linear(normed, layer.up));
  return step.add(middle, step.linear(inner, layer.down));
}

static void emitStep(const Gpt2 &model, const Weights &weights,
                     mlir::ModuleOp module) {
  int64_t headDim = model.hidden / model.heads;
  auto kvType =
      KVType::get(module.getContext(), model.layers, model.heads, headDim,
                  headDim, mlir::Float32Type::get(module.getContext()), 0, 0);
  StepBuilder step(module, kvType, model.vocabulary);
  mlir::Value tokens = step.embed(step.tokens(), weights.table);
  mlir::Value hidden =
      step.add(tokens, step.embed(step.positions(), weights.positions));
  for (int64_t i = 0; i < model.layers; ++i)
    hidden = emitLayer(step, model, weights.layers[i], i, hidden);
  step.enter("output_norm");
  hidden = step.norm(NormKind::Layer, hidden, weights.outputNorm, model.eps);
  step.finish(hidden, weights.head);
}

Error llmc::buildGpt2(Source &source, const Conventions &conventions,
                      mlir::ModuleOp module) {
  Expected<Gpt2> model = source.kind == SourceKind::Gguf
                             ? readGguf(source)
                             : readHuggingFace(source);
  if (!model)
    return model.takeError();
  if (model->hidden % model->heads)
    return fileError(source.path, "sizes",
                     "hidden size " + Twine(model->hidden) +
                         " is no multiple of the " + Twine(model->heads) +
                         " heads");
  model->transposed = conventions.transposedMatrices;
  if (source.kind == SourceKind::Gguf)
    model->activation = conventions.activation;
  Expected<Weights> weights = collectWeights(source, *model, module);
  if (!weights)
    return weights.takeError();
  emitStep(*model, *weights, module);
  setModelInfo(module, source,
               {model->layers, model->hidden, model->feedForward, model->heads,
                model->heads, model->hidden / model->heads, model->vocabulary,
                model->context, model->tiedHead});
  return Error::success();
}
