//===- ModernBert.cpp - modernbert from a Hugging Face folder -------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//   x = norm(table[id])
//   h = x + attention(norm x)         x' = h + mlp(norm h)
//
// and a norm behind the last layer; the first layer reads x as it is. Rotated
// heads; most layers see a window on either side (arXiv:2412.13663).
//===----------------------------------------------------------------------===//
#include "../ModelInfo.h"
#include "../RopeScaling.h"
#include "Encoder.h"

using namespace llvm;
using namespace llmc;
using mlir::Value;

namespace {

constexpr std::pair<StringRef, StringRef> layerNames[] = {
    {"attn_norm", "attn_norm"}, {"attn_qkv", "attn.Wqkv"},
    {"attn_output", "attn.Wo"}, {"ffn_norm", "mlp_norm"},
    {"ffn_up", "mlp.Wi"},       {"ffn_down", "mlp.Wo"}};
constexpr std::pair<StringRef, StringRef> globalNames[] = {
    {"token_embd", "model.embeddings.tok_embeddings"},
    {"token_embd_norm", "model.embeddings.norm"},
    {"output_norm", "model.final_norm"}};
const NameTable names = {"model.layers.", layerNames, globalNames, nullptr,
                         "model."};

constexpr StringRef headSuffixes[] = {"head.dense.weight", "head.dense.bias",
                                      "head.norm.weight",  "head.norm.bias",
                                      "decoder.weight",    "decoder.bias"};

struct Layer {
  bool slides = false; // sees a window only
  Affine norm;         // none in the first layer
  Affine q, k, v, o, ffnNorm, gate, up, down;
};

struct ModernBert {
  EncoderSizes sizes;
  double eps = 1e-5;
  int64_t window = 0; // of a token and as many on either side
  Presence attentionBias, mlpBias, normBias;
  mlir::llm::ActFn activation = mlir::llm::ActFn::GeluErf;
  RopeFrequencies wholeRope, windowRope;

  WeightRef table, wholeInv, windowInv;
  Affine tableNorm, outputNorm;
  std::vector<Layer> layers;
};

/// Tables of one kind of layer: [S, D/2], and what a token sees.
struct Sight {
  Value cosines, sines, allowed;
};

} // namespace

/// Which layers slide: `layer_types`, or all but every so many.
static Error readWindows(Source &source, ModernBert &model) {
  HfConfig &config = *source.config;
  HfKeys keys(config);
  int64_t every = keys.integer("global_attn_every_n_layers", Limits::layers, 3);
  model.window = keys.integer("local_attention", Limits::context, 128) / 2;
  if (Error error = keys.takeError())
    return error;
  Expected<std::vector<std::string>> types = config.getStrings("layer_types");
  if (!types)
    return types.takeError();
  model.layers.resize(model.sizes.layers);
  if (!types->empty() && types->size() != model.layers.size())
    return config.fail("layer_types", "requires one entry for each of the " +
                                          Twine(model.sizes.layers) +
                                          " layers");
  for (auto [i, layer] : enumerate(model.layers)) {
    layer.slides = i % every != 0;
    if (types->empty())
      continue;
    StringRef type = (*types)[i];
    if (type != "full_attention" && type != "sliding_attention")
      return config.fail("layer_types",
                         "knows full_attention and sliding_attention");
    layer.slides = type == "sliding_attention";
  }
  return Error::success();
}

static Error readRopes(Source &source, ModernBert &model) {
  RopeShape shape{model.sizes.headDim(), model.sizes.context, 160000};
  auto whole = readHfRope(*source.config, shape, "full_attention");
  if (!whole)
    return whole.takeError();
  shape.theta = 10000;
  auto window = readHfRope(*source.config, shape, "sliding_attention");
  if (!window)
    return window.takeError();
  model.wholeRope = std::move(*whole);
  model.windowRope = std::move(*window);
  return Error::success();
}

static Expected<ModernBert> readConfig(Source &source) {
  ModernBert model;
  Expected<EncoderSizes> sizes = readEncoderSizes(source);
  if (!sizes)
    return sizes.takeError();
  model.sizes = *sizes;
  HfKeys keys(*source.config);
  auto bias = [&](StringRef key) {
    return keys.flag(key, false) ? Presence::Always : Presence::Never;
  };
  model.eps = keys.number("norm_eps", 1e-15, 1, model.eps);
  model.attentionBias = bias("attention_bias");
  model.mlpBias = bias("mlp_bias");
  model.normBias = bias("norm_bias");
  if (Error error = keys.takeError())
    return error;
  Expected<mlir::llm::ActFn> activation =
      readEncoderActivation(*source.config, "hidden_activation");
  if (!activation)
    return activation.takeError();
  model.activation = *activation;
  if (Error error = readWindows(source, model))
    return error;
  if (Error error = readRopes(source, model))
    return error;
  if (Error error = rejectUnreadHfKeys(
          source,
          {"classifier_activation", "classifier_bias", "classifier_dropout",
           "classifier_pooling", "cls_token_id", "decoder_bias",
           "deterministic_flash_attn", "embedding_dropout",
           "initializer_cutoff_factor", "layer_norm_eps", "mlp_dropout",
           "position_embedding_type", "reference_compile",
           "repad_logits_with_grad", "sparse_pred_ignore_index",
           "sparse_prediction", "tie_word_embeddings"}))
    return error;
  return model;
}

static Layer collectLayer(WeightCatalog &catalog, const ModernBert &model,
                          int64_t index) {
  int64_t hidden = model.sizes.hidden, inner = model.sizes.feedForward;
  std::string prefix = "blk." + std::to_string(index) + ".";
  auto part = [&](StringRef name, StringRef stem, int64_t rows, int64_t which,
                  int64_t of, Presence bias) {
    Stored stored{.stem = stem,
                  .begin = which * rows,
                  .end = (which + 1) * rows,
                  .rows = of * rows};
    return catalog.linear(prefix + name, rows, hidden, bias, stored);
  };
  auto norm = [&](StringRef stem) {
    return catalog.norm(prefix + stem, {hidden}, model.normBias);
  };
  Layer layer = model.layers[index];
  if (index > 0)
    layer.norm = norm("attn_norm");
  layer.q = part("attn_q", "attn_qkv", hidden, 0, 3, model.attentionBias);
  layer.k = part("attn_k", "attn_qkv", hidden, 1, 3, model.attentionBias);
  layer.v = part("attn_v", "attn_qkv", hidden, 2, 3, model.attentionBias);
  layer.o = catalog.linear(prefix + "attn_output", hidden, hidden,
                           model.attentionBias);
  layer.ffnNorm = norm("ffn_norm");
  layer.gate = part("ffn_gate", "ffn_up", inner, 0, 2, model.mlpBias);
  layer.up = part("ffn_up", "ffn_up", inner, 1, 2, model.mlpBias);
  layer.down =
      catalog.linear(prefix + "ffn_down", hidden, inner, model.mlpBias);
  return layer;
}

static Error collectWeights(Source &source, ModernBert &model,
                            mlir::ModuleOp module) {
  WeightCatalog catalog(source, names, module);
  if (Error error = leaveOutHead(source, catalog, headSuffixes))
    return error;
  int64_t hidden = model.sizes.hidden;
  model.table =
      catalog.matrix("token_embd.weight", {model.sizes.vocabulary, hidden});
  model.tableNorm = catalog.norm("token_embd_norm", {hidden}, model.normBias);
  for (int64_t i = 0; i < model.sizes.layers; ++i)
    model.layers[i] = collectLayer(catalog, model, i);
  model.outputNorm = catalog.norm("output_norm", {hidden}, model.normBias);
  model.wholeInv = catalog.constant("rope.inv", model.wholeRope.inv);
  model.windowInv = catalog.constant("rope.inv_window", model.windowRope.inv);
  return catalog.finish();
}

//===----------------------------------------------------------------------===//
// The graph
//===----------------------------------------------------------------------===//

/// Cosines and sines of all positions, [S, D/2].
static void addTables(EncoderWriter &w, const WeightRef &inv, double mscale,
                      Value positions, Sight &sight) {
  mlir::NamedAttrList toFloat;
  toFloat.append(w.writer().attribute("to", int64_t{1}));
  Value angles =
      w.make("Mul", {w.unsqueeze(w.make("Cast", {positions}, toFloat), {1}),
                     w.param(inv)});
  auto scaled = [&](Value table) {
    if (mscale == 1)
      return table;
    mlir::Type f32 = w.writer().builder.getF32Type();
    return w.make("Mul", {table, w.writer().number(mscale, f32)});
  };
  sight.cosines = scaled(w.make("Cos", {angles}));
  sight.sines = scaled(w.make("Sin", {angles}));
}

/// Keys that are no padding and within the window. A token always sees itself:
/// one that is padding, far from every text, would be 0 / 0, which its value
/// carries into the next layer.
static Value allowNear(EncoderWriter &w, Value keys, Value positions,
                       int64_t window) {
  Value distance =
      w.make("Sub", {w.unsqueeze(positions, {1}), w.unsqueeze(positions, {0})});
  distance = w.make("Abs", {distance});
  Value near = w.make("LessOrEqual", {distance, w.writer().integer(window)});
  Value itself = w.make("Equal", {distance, w.writer().integer(0)});
  return w.make("And", {near, w.make("Or", {keys, itself})});
}

static Value emitLayer(EncoderWriter &w, const ModernBert &model,
                       const Layer &layer, Value x, const Sight &sight,
                       Value ids) {
  Value read = layer.norm.weight ? w.layerNorm(x, layer.norm, model.eps) : x;
  mlir::NamedAttrList heads;
  heads.append(w.writer().attribute("num_heads", model.sizes.heads));
  auto rotated = [&](const Affine &projection) {
    return w.make("RotaryEmbedding",
                  {w.linear(read, projection), sight.cosines, sight.sines, ids},
                  heads);
  };
  Value mixed =
      w.attention(rotated(layer.q), rotated(layer.k), w.linear(read, layer.v),
                  sight.allowed, model.sizes.heads);
  Value h = w.make("Add", {x, w.linear(mixed, layer.o)});
  read = w.layerNorm(h, layer.ffnNorm, model.eps);
  Value inner =
      w.make("Mul", {w.activate(w.linear(read, layer.gate), model.activation),
                     w.linear(read, layer.up)});
  return w.make("Add", {h, w.linear(inner, layer.down)});
}

Error llmc::buildModernBert(Source &source, mlir::ModuleOp module) {
  Expected<ModernBert> model = readConfig(source);
  if (!model)
    return model.takeError();
  if (Error error = collectWeights(source, *model, module))
    return error;
  EncoderWriter w(module, {"input_ids", "attention_mask"});
  Value positions = w.positions();
  Value ids =
      w.make("Expand", {positions, w.make("Shape", {w.input(0)})}); // [B, S]
  Sight whole, window;
  addTables(w, model->wholeInv, model->wholeRope.mscale, positions, whole);
  addTables(w, model->windowInv, model->windowRope.mscale, positions, window);
  whole.allowed = w.keysAllowed(w.input(1));
  window.allowed = allowNear(w, whole.allowed, positions, model->window);
  Value x = w.layerNorm(w.embed(model->table, w.input(0)), model->tableNorm,
                        model->eps);
  for (const Layer &layer : model->layers)
    x = emitLayer(w, *model, layer, x, layer.slides ? window : whole, ids);
  w.finish(w.layerNorm(x, model->outputNorm, model->eps));
  const EncoderSizes &sizes = model->sizes;
  setModelInfo(module, source,
               {sizes.layers, sizes.hidden, sizes.feedForward, sizes.heads,
                sizes.heads, sizes.headDim(), sizes.vocabulary, sizes.context,
                /*tiedHead=*/false});
  return Error::success();
}
