//===- ReadDecoder.cpp - what a model's files say of it -------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Families.h"
#include "ModelInfo.h"

#include "llmc/Import/SizeKeys.h"
#include "llmc/Weights/Errors.h"

using namespace llvm;
using namespace llmc;
using namespace mlir::llm;

static constexpr Key keyOf(const SizeKey &size) {
  return {size.folder, size.gguf};
}

static constexpr Key hidden = {"hidden_size|n_embd|d_model",
                               "embedding_length"};
static constexpr Key feedForward = keyOf(feedForwardKey);
static constexpr Key context = {
    "max_position_embeddings|n_positions|max_seq_len|seq_length",
    "context_length"};

/// What features need to know; zero where only some sources say it.
static void readSizes(DecoderKeys &keys, Decoder &model) {
  model.layers = keys.integer(keyOf(layersKey), Limits::layers);
  model.hidden = keys.integer(hidden, Limits::hidden);
  model.heads = keys.perLayer(keyOf(headsKey), Limits::heads, 0);
  model.kvHeads = keys.perLayer(keyOf(kvHeadsKey), Limits::heads, model.heads);
  model.headDim = keys.integer(keyOf(headDimKey), Limits::headDim, 0);
  model.feedForward = keys.integer(feedForward, Limits::feedForward, 0);
  model.context = keys.integer(context, Limits::context, 0);
  model.layer.resize(model.layers);
  model.activation = keys.activation(activationKey, "silu");
  if (model.headDim)
    return;
  model.headDim = std::max<int64_t>(model.hidden / model.heads, 1);
  if (model.hidden % model.heads)
    keys.fail("sizes", "hidden size " + Twine(model.hidden) +
                           " is no multiple of the " + Twine(model.heads) +
                           " heads, and no head dimension is given");
}

/// What a folder calls the embedding table.
static StringRef findTableName(const NameTable &names) {
  for (auto [stem, name] : names.global)
    if (stem == "token_embd")
      return name;
  return findTableName(*names.base);
}

/// What features have not said otherwise.
static void readRest(DecoderKeys &keys, const NameTable &names,
                     Decoder &model) {
  Source &source = keys.source;
  bool isRms = model.norm == NormKind::Rms;
  double absent = model.eps != 0 ? model.eps : isRms ? 1e-6 : 1e-5;
  if (keys.isGguf())
    model.eps = keys.number({"", isRms ? "attention.layer_norm_rms_epsilon"
                                       : "attention.layer_norm_epsilon"},
                            1e-12, 1);
  else
    model.eps = keys.number(
        {isRms ? "rms_norm_eps"
               : "layer_norm_eps|layer_norm_epsilon|norm_epsilon|norm_eps",
         ""},
        1e-12, 1, absent);
  if (!model.feedForward)
    model.feedForward = keys.integer(feedForward, Limits::feedForward);
  if (!model.context)
    model.context = keys.integer(context, Limits::context);
  if (keys.isGguf()) {
    const SourceTensor *table = source.weights.find("token_embd.weight");
    model.vocabulary =
        table ? table->shape[0] : 1; // its absence is found later
    model.tiedHead = !source.weights.find("output.weight");
    for (Presence *bias : {&model.inputBias, &model.outputBias, &model.mlpBias})
      *bias = *bias == Presence::Never ? Presence::IfThere : *bias;
  } else {
    model.vocabulary = keys.integer({"vocab_size", ""}, Limits::vocabulary);
    model.tiedHead = keys.flag({"tie_word_embeddings", ""}, model.tiedHead);
  }
  if (!model.tiedHead || keys.isGguf())
    return;
  StringRef full = findTableName(names), shorter = full;
  shorter.consume_front(names.optional);
  for (StringRef table : {full, shorter})
    if (hasOtherHead(source, (table + ".weight").str())) {
      model.tiedHead = false;
      return;
    }
}

/// Relations between sizes that each were in range.
static void checkSizes(DecoderKeys &keys, const Decoder &model) {
  if (model.heads % model.kvHeads)
    keys.fail("sizes", "key heads divide query heads: found " +
                           Twine(model.heads) + " query and " +
                           Twine(model.kvHeads) + " key heads");
  if (model.rotary && model.headDim % 2)
    keys.fail("sizes", "rotated heads have an even dimension, found " +
                           Twine(model.headDim));
  if (model.latent.rank)
    return;
  int64_t valueDim = keys.integer({"", "attention.value_length"},
                                  Limits::headDim, model.headDim);
  if (valueDim != model.headDim)
    keys.fail("sizes", "keys and values need the same head dimension: found " +
                           Twine(model.headDim) + " and " + Twine(valueDim));
}

static Error readRopes(DecoderKeys &keys, Decoder &model) {
  if (!model.rotary)
    return Error::success();
  Source &source = keys.source;
  RopeShape shape{model.headDim, model.context, model.rotaryTheta,
                  model.rotaryPart};
  if (source.maxContext)
    shape.longest = std::min(source.maxContext, model.context);
  StringRef kinds[] = {model.windowRope ? "full_attention" : "",
                       "sliding_attention"};
  for (StringRef kind : ArrayRef(kinds).take_front(model.windowRope ? 2 : 1)) {
    bool isWindow = kind == "sliding_attention";
    shape.theta = isWindow ? 10000 : model.rotaryTheta;
    Expected<RopeFrequencies> rope =
        keys.isGguf()
            ? isWindow
                  ? readGgufWindowRope(*source.gguf, source.architecture, shape)
                  : readGgufRope(*source.gguf, source.architecture, shape)
            : readHfRope(*source.config, shape, kind);
    if (!rope)
      return rope.takeError();
    model.ropes.push_back(std::move(*rope));
  }
  return Error::success();
}

Expected<Decoder> llmc::readDecoder(Source &source, const Family &family) {
  DecoderKeys keys(source);
  Decoder model;
  readSizes(keys, model);
  // Features divide by sizes and count layers.
  if (Error error = keys.takeError())
    return error;
  model.pairing = keys.isGguf() ? family.ggufPairing : family.pairing;
  for (const Feature &feature : family.features)
    feature(keys, model);
  readRest(keys, *family.names, model);
  checkSizes(keys, model);
  if (Error error = keys.takeError())
    return error;
  if (Error error = readRopes(keys, model))
    return error;
  if (Error error = keys.rejectUnread())
    return error;
  return model;
}
