//===- Bert.cpp - bert from a Hugging Face folder -------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//   x  = norm(table[id] + types[t] + positions[p])
//   h  = norm(x + attention(x))        x' = norm(h + mlp(h))
//
// (arXiv:1810.04805).
//===----------------------------------------------------------------------===//
#include "../ModelInfo.h"
#include "Encoder.h"

using namespace llvm;
using namespace llmc;
using mlir::Value;

namespace {

constexpr std::pair<StringRef, StringRef> layerNames[] = {
    {"attn_q", "attention.self.query"},
    {"attn_k", "attention.self.key"},
    {"attn_v", "attention.self.value"},
    {"attn_output", "attention.output.dense"},
    {"attn_output_norm", "attention.output.LayerNorm"},
    {"ffn_up", "intermediate.dense"},
    {"ffn_down", "output.dense"},
    {"layer_output_norm", "output.LayerNorm"}};
constexpr std::pair<StringRef, StringRef> globalNames[] = {
    {"token_embd", "bert.embeddings.word_embeddings"},
    {"position_embd", "bert.embeddings.position_embeddings"},
    {"token_types", "bert.embeddings.token_type_embeddings"},
    {"token_embd_norm", "bert.embeddings.LayerNorm"}};
const NameTable names = {"bert.encoder.layer.", layerNames, globalNames,
                         nullptr, "bert."};

/// Of heads, the pooler of next-sentence prediction, and a buffer.
constexpr StringRef headSuffixes[] = {
    "pooler.dense.weight",
    "pooler.dense.bias",
    "cls.predictions.bias",
    "cls.predictions.transform.dense.weight",
    "cls.predictions.transform.dense.bias",
    "cls.predictions.transform.LayerNorm.weight",
    "cls.predictions.transform.LayerNorm.bias",
    "cls.predictions.decoder.weight",
    "cls.predictions.decoder.bias",
    "cls.seq_relationship.weight",
    "cls.seq_relationship.bias",
    "embeddings.position_ids"};

struct Layer {
  Affine q, k, v, o, attentionNorm, up, down, outputNorm;
};

struct Bert {
  EncoderSizes sizes;
  int64_t types = 2;
  double eps = 1e-12;
  mlir::llm::ActFn activation = mlir::llm::ActFn::GeluErf;

  WeightRef table, positionTable, typeTable;
  Affine tableNorm;
  std::vector<Layer> layers;
};

} // namespace

static Expected<Bert> readConfig(Source &source) {
  Bert model;
  Expected<EncoderSizes> sizes = readEncoderSizes(source);
  if (!sizes)
    return sizes.takeError();
  model.sizes = *sizes;
  HfKeys keys(*source.config);
  model.types = keys.integer("type_vocab_size", Limits::vocabulary, 2);
  model.eps = keys.number("layer_norm_eps", 1e-15, 1, model.eps);
  if (Error error = keys.takeError())
    return error;
  Expected<mlir::llm::ActFn> activation =
      readEncoderActivation(*source.config, "hidden_act");
  if (!activation)
    return activation.takeError();
  model.activation = *activation;
  Expected<std::string> positions =
      source.config->getString("position_embedding_type", "absolute");
  if (!positions)
    return positions.takeError();
  if (*positions != "absolute")
    return source.config->fail("position_embedding_type", "requires absolute");
  if (Error error = rejectUnreadHfKeys(
          source, {"attention_probs_dropout_prob", "hidden_dropout_prob",
                   "classifier_dropout", "tie_word_embeddings",
                   "add_cross_attention", "pooler_fc_size"}))
    return error;
  return model;
}

static Error collectWeights(Source &source, Bert &model,
                            mlir::ModuleOp module) {
  WeightCatalog catalog(source, names, module);
  if (Error error = leaveOutHead(source, catalog, headSuffixes))
    return error;
  const auto [count, hidden, heads, inner, vocabulary, context] = model.sizes;
  constexpr Presence always = Presence::Always;
  model.table = catalog.matrix("token_embd.weight", {vocabulary, hidden});
  model.positionTable =
      catalog.matrix("position_embd.weight", {context, hidden});
  model.typeTable = catalog.matrix("token_types.weight", {model.types, hidden});
  model.tableNorm = catalog.norm("token_embd_norm", {hidden}, always);
  for (int64_t i = 0; i < count; ++i) {
    std::string prefix = "blk." + std::to_string(i) + ".";
    auto linear = [&](StringRef stem, int64_t out, int64_t in) {
      return catalog.linear(prefix + stem, out, in, always);
    };
    auto norm = [&](StringRef stem) {
      return catalog.norm(prefix + stem, {hidden}, always);
    };
    model.layers.push_back(
        {linear("attn_q", hidden, hidden), linear("attn_k", hidden, hidden),
         linear("attn_v", hidden, hidden),
         linear("attn_output", hidden, hidden), norm("attn_output_norm"),
         linear("ffn_up", inner, hidden), linear("ffn_down", hidden, inner),
         norm("layer_output_norm")});
  }
  return catalog.finish();
}

static Value emitLayer(EncoderWriter &w, const Bert &model, const Layer &layer,
                       Value x, Value allowed) {
  Value mixed = w.attention(w.linear(x, layer.q), w.linear(x, layer.k),
                            w.linear(x, layer.v), allowed, model.sizes.heads);
  Value h = w.layerNorm(w.make("Add", {x, w.linear(mixed, layer.o)}),
                        layer.attentionNorm, model.eps);
  Value inner = w.activate(w.linear(h, layer.up), model.activation);
  return w.layerNorm(w.make("Add", {h, w.linear(inner, layer.down)}),
                     layer.outputNorm, model.eps);
}

Error llmc::buildBert(Source &source, mlir::ModuleOp module) {
  Expected<Bert> model = readConfig(source);
  if (!model)
    return model.takeError();
  if (Error error = collectWeights(source, *model, module))
    return error;
  EncoderWriter w(module, {"input_ids", "attention_mask", "token_type_ids"});
  Value positions = w.make(
      "Slice", {w.param(model->positionTable), w.writer().integers({0}),
                w.writer().size(w.input(0), 1), w.writer().integers({0})});
  Value x = w.make("Add", {w.embed(model->table, w.input(0)),
                           w.embed(model->typeTable, w.input(2))});
  x = w.layerNorm(w.make("Add", {x, positions}), model->tableNorm, model->eps);
  Value allowed = w.keysAllowed(w.input(1));
  for (const Layer &layer : model->layers)
    x = emitLayer(w, *model, layer, x, allowed);
  w.finish(x);
  const EncoderSizes &sizes = model->sizes;
  setModelInfo(module, source,
               {sizes.layers, sizes.hidden, sizes.feedForward, sizes.heads,
                sizes.heads, sizes.headDim(), sizes.vocabulary, sizes.context,
                /*tiedHead=*/false});
  return Error::success();
}
