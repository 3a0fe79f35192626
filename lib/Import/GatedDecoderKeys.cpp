//===- GatedDecoderKeys.cpp - the llama family: what the files say --------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "GatedDecoder.h"

#include "KeyReader.h"
#include "ModelInfo.h"

#include "llmc/Weights/Errors.h"

using namespace llvm;
using namespace llmc;
using namespace mlir::llm;

/// Relations between sizes that each were in range.
static Error checkSizes(const Source &source, const GatedDecoder &model) {
  auto fail = [&](const Twine &message) {
    return fileError(source.path, "sizes", message);
  };
  if (model.heads % model.kvHeads)
    return fail("key heads divide query heads: found " + Twine(model.heads) +
                " query and " + Twine(model.kvHeads) + " key heads");
  if (model.headDim % 2)
    return fail("rotated heads have an even dimension, found " +
                Twine(model.headDim));
  return Error::success();
}

/// E / H, where no key gives the head dimension.
static Expected<int64_t> getEvenShare(const Source &source,
                                      const GatedDecoder &model) {
  if (model.hidden % model.heads == 0)
    return model.hidden / model.heads;
  return fileError(source.path, "sizes",
                   "hidden size " + Twine(model.hidden) +
                       " is no multiple of the " + Twine(model.heads) +
                       " heads, and no head dimension is given");
}

//===----------------------------------------------------------------------===//
// GGUF
//===----------------------------------------------------------------------===//

static Expected<GatedDecoder> readGguf(Source &source) {
  GgufKeys keys(*source.gguf, source.architecture);
  GatedDecoder model;
  model.layers = keys.integer("block_count", Limits::layers);
  model.hidden = keys.integer("embedding_length", Limits::hidden);
  model.feedForward = keys.integer("feed_forward_length", Limits::feedForward);
  model.context = keys.integer("context_length", Limits::context);
  model.heads = keys.perLayer("attention.head_count", Limits::heads);
  model.kvHeads =
      keys.perLayer("attention.head_count_kv", Limits::heads, model.heads);
  model.eps = keys.number("attention.layer_norm_rms_epsilon", 1e-12, 1);
  int64_t keyLength = keys.integer("attention.key_length", Limits::headDim, 0);
  int64_t valueLength =
      keys.integer("attention.value_length", Limits::headDim, 0);
  if (Error error = keys.takeError())
    return error;
  model.headDim = keyLength;
  if (!keyLength) {
    Expected<int64_t> share = getEvenShare(source, model);
    if (!share)
      return share.takeError();
    model.headDim = *share;
  }
  if (valueLength && valueLength != model.headDim)
    return fileError(source.path, "sizes",
                     "keys and values need the same head dimension: found " +
                         Twine(model.headDim) + " and " + Twine(valueLength));
  const SourceTensor *table = source.weights.find("token_embd.weight");
  model.vocabulary = table ? table->shape[0] : 1; // its absence is found later
  model.tiedHead = !source.weights.find("output.weight");
  return model;
}

//===----------------------------------------------------------------------===//
// Hugging Face
//===----------------------------------------------------------------------===//

static Expected<GatedDecoder> readHuggingFace(Source &source) {
  HfKeys keys(*source.config);
  GatedDecoder model;
  model.layers = keys.integer("num_hidden_layers", Limits::layers);
  model.hidden = keys.integer("hidden_size", Limits::hidden);
  model.feedForward = keys.integer("intermediate_size", Limits::feedForward);
  model.context = keys.integer("max_position_embeddings", Limits::context);
  model.vocabulary = keys.integer("vocab_size", Limits::vocabulary);
  model.heads = keys.integer("num_attention_heads", Limits::heads);
  model.kvHeads =
      keys.integer("num_key_value_heads", Limits::heads, model.heads);
  model.headDim = keys.integer("head_dim", Limits::headDim, 0);
  model.eps = keys.number("rms_norm_eps", 1e-12, 1, 1e-6);
  model.tiedHead = keys.flag("tie_word_embeddings", false);
  if (Error error = keys.takeError())
    return error;
  if (model.tiedHead && hasOtherHead(source, "model.embed_tokens.weight"))
    model.tiedHead = false;
  Expected<ActFn> activation =
      readHfActivation(*source.config, "hidden_act", "silu");
  if (!activation)
    return activation.takeError();
  model.activation = *activation;
  if (!model.headDim) {
    Expected<int64_t> share = getEvenShare(source, model);
    if (!share)
      return share.takeError();
    model.headDim = *share;
  }
  return model;
}

Expected<GatedDecoder> llmc::readGatedDecoder(Source &source,
                                              const Conventions &conventions) {
  bool isGguf = source.kind == SourceKind::Gguf;
  Expected<GatedDecoder> model =
      isGguf ? readGguf(source) : readHuggingFace(source);
  if (!model)
    return model;
  if (Error error = checkSizes(source, *model))
    return error;
  Expected<RopeFrequencies> rope =
      isGguf ? readGgufRope(*source.gguf, source.architecture, model->headDim,
                            model->context)
             : readHfRope(*source.config, model->headDim, model->context);
  if (!rope)
    return rope.takeError();
  model->rope = std::move(*rope);
  model->pairing = conventions.pairing;
  if (isGguf)
    model->activation = conventions.activation;
  model->left.assign(model->layers, -1);
  return model;
}

//===----------------------------------------------------------------------===//
// Keys that nobody read
//===----------------------------------------------------------------------===//

static constexpr StringRef gatedGgufKeys[] = {
    "block_count",
    "embedding_length",
    "feed_forward_length",
    "context_length",
    "vocab_size",
    "attention.head_count",
    "attention.head_count_kv",
    "attention.layer_norm_rms_epsilon",
    "attention.key_length",
    "attention.value_length",
    "rope.freq_base",
    "rope.dimension_count",
    "rope.scale_linear",
    "rope.scaling.type",
    "rope.scaling.factor",
    "rope.scaling.original_context_length",
    "rope.scaling.finetuned",
    "rope.scaling.attn_factor",
    "rope.scaling.yarn_beta_fast",
    "rope.scaling.yarn_beta_slow",
    "tensor_data_layout"};

Error llmc::rejectUnknownKeys(Source &source, ArrayRef<StringRef> alsoKnown) {
  if (source.kind == SourceKind::HuggingFace)
    return rejectUnreadHfKeys(source, alsoKnown);
  return rejectUnknownGgufKeys(*source.gguf, source.architecture,
                               gatedGgufKeys);
}
