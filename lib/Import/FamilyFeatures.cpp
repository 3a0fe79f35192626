//===- FamilyFeatures.cpp - what one family alone has ---------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Features.h"

#include "ModelInfo.h"

#include "llmc/Weights/Errors.h"

#include "llvm/Support/MathExtras.h"

#include <cmath>

using namespace llvm;
using namespace llmc;
using namespace llmc::features;
using namespace mlir::llm;

static constexpr double huge = 1e9;

//===----------------------------------------------------------------------===//
// Scales
//===----------------------------------------------------------------------===//

void features::gpt2(Keys &keys, Decoder &model) {
  model.transposed = !keys.isGguf();
  if (!keys.flag({"scale_attn_weights", ""}, true))
    model.scale = 1;
  model.scaledByLayer =
      keys.flag({"scale_attn_by_inverse_layer_idx", ""}, false);
  keys.ignore({{"n_ctx", ""},
               {"reorder_and_upcast_attn", ""},
               {"summary_activation", ""},
               {"summary_use_proj", ""},
               {"summary_first_dropout", ""},
               {"summary_proj_to_labels", ""},
               {"summary_type", ""},
               {"n_special", ""},
               {"predict_special_tokens", ""}});
}

/// Configs of the first gemma call its activation gelu and mean gelu_tanh.
void features::gemma(Keys &keys, Decoder &model) {
  model.normsLackOne = true;
  model.embedScale = std::sqrt(static_cast<float>(model.hidden));
  if (model.activation == ActFn::GeluErf)
    model.activation = ActFn::GeluTanh;
  if (keys.flag({"use_bidirectional_attention", ""}, false))
    keys.failKey({"use_bidirectional_attention", ""},
                 "a language model's rows see the past alone: requires false");
  keys.ignore({{"hidden_act", ""}});
}

/// GGUF files do not say the scale: it is 1 / sqrt(D), but for the two largest.
void features::gemmaScores(Keys &keys, Decoder &model) {
  bool isFirst = keys.source.architecture == "gemma2";
  model.softcap =
      keys.number({"attn_logit_softcapping", "attn_logit_softcapping"}, 0, huge,
                  isFirst ? 50 : 0);
  model.logitSoftcap =
      keys.number({"final_logit_softcapping", "final_logit_softcapping"}, 0,
                  huge, isFirst ? 30 : 0);
  bool isLargest = model.layers == (isFirst ? 46 : 62);
  auto headDim = static_cast<double>(model.headDim);
  double squared = keys.isGguf() && isLargest
                       ? static_cast<double>(model.hidden / model.heads)
                       : headDim;
  model.scale = 1 / std::sqrt(keys.number({"query_pre_attn_scalar", ""}, 1e-6,
                                          huge, keys.isGguf() ? squared : 256));
}

void features::granite(Keys &keys, Decoder &model) {
  model.embedScale =
      keys.number({"embedding_multiplier", "embedding_scale"}, 0, huge, 1);
  model.residualScale =
      keys.number({"residual_multiplier", "residual_scale"}, 0, huge, 1);
  model.scale = keys.number({"attention_multiplier", "attention.scale"}, 0,
                            huge, keys.isGguf() ? 0 : 1);
  model.logitScale =
      1 / keys.number({"logits_scaling", "logit_scale"}, 1e-6, huge, 1);
}

void features::cohere(Keys &keys, Decoder &model) {
  model.logitScale = keys.number({"logit_scale", "logit_scale"}, 0, huge,
                                 keys.isGguf() ? 1 : 0.0625);
}

//===----------------------------------------------------------------------===//
// Parallel branches
//===----------------------------------------------------------------------===//

void features::phi(Keys &, Decoder &model) {
  model.headBias = Presence::Always;
}

/// Two norms, or none of them parallel.
void features::neox(Keys &keys, Decoder &model) {
  if (keys.flag({"use_parallel_residual", "use_parallel_residual"}, true))
    model.residual = Residual::Parallel;
  keys.ignore({{"classifier_dropout", ""}, {"rotary_emb_base", ""}});
}

/// The 12B model's branches are parallel and read one norm; converters leave
/// out the norm that is not there.
void features::stablelm(Keys &keys, Decoder &model) {
  bool parallel =
      keys.flag({"use_parallel_residual", "use_parallel_residual"}, false);
  if (keys.isGguf())
    parallel = !keys.hasTensor("blk.0.ffn_norm.weight");
  if (parallel)
    parallelBranches(keys, model);
}

//===----------------------------------------------------------------------===//
// Distances instead of positions
//===----------------------------------------------------------------------===//

/// Slopes 2^(-maxBias i/n) for the largest power of two n of heads, and those
/// between them for the rest (arXiv:2108.12409).
static void addSlopes(Decoder &model, double maxBias) {
  model.rotary = false;
  auto n = static_cast<int64_t>(bit_floor(static_cast<uint64_t>(model.heads)));
  for (int64_t h = 0; h < model.heads; ++h) {
    double step = h < n ? static_cast<double>(h + 1)
                        : static_cast<double>(2 * (h - n) + 1) / 2;
    model.slopes.push_back(static_cast<float>(
        std::exp2(-maxBias * step / static_cast<double>(n))));
  }
}

void features::bloom(Keys &keys, Decoder &model) {
  model.embedNorm = true;
  if (!model.context)
    model.context = 2048; // any: distances have no end
  addSlopes(model, keys.number({"", "attention.max_alibi_bias"}, 1e-3, 1e3, 8));
  keys.ignore({{"slow_but_exact", ""},
               {"attention_softmax_in_fp32", ""},
               {"masked_softmax_fusion", ""},
               {"bias_dropout_fusion", ""},
               {"offset_alibi", ""},
               {"skip_bias_add", ""},
               {"skip_bias_add_qkv", ""},
               {"unk_token_id", ""}});
}

/// The older a model the more of its keys are gone; what they mean is this.
void features::falcon(Keys &keys, Decoder &model) {
  bool isNew = keys.flag({"new_decoder_architecture", ""}, false);
  bool multiQuery = keys.flag({"multi_query", ""}, true);
  bool parallel = keys.flag({"parallel_attn", ""}, true) || isNew;
  int64_t keyHeads =
      keys.integer({"num_kv_heads|n_head_kv", ""}, Limits::heads, model.heads);
  int64_t norms =
      keys.integer({"num_ln_in_parallel_attn", ""}, 2, isNew ? 2 : 1);
  if (keys.isGguf())
    norms = keys.hasTensor("blk.0.attn_norm_2.weight") ? 2 : 1;
  else
    model.kvHeads = isNew ? keyHeads : multiQuery ? 1 : model.heads;
  if (parallel) {
    model.residual = Residual::Parallel;
    model.twoInputNorms = norms == 2;
  }
  keys.ignore({{"num_key_value_heads", ""}});
  if (!keys.flag({"alibi", ""}, false))
    return;
  addSlopes(model, 8);
  keys.ignore({{"rope_parameters", ""}, {"rope_theta", ""}});
  // Distances were multiplied in bfloat16 and divided like the scores.
  for (float &slope : model.slopes) {
    APFloat rounded(slope);
    bool losesInfo;
    rounded.convert(APFloat::BFloat(), APFloat::rmNearestTiesToEven,
                    &losesInfo);
    rounded.convert(APFloat::IEEEsingle(), APFloat::rmNearestTiesToEven,
                    &losesInfo);
    slope =
        rounded.convertToFloat() / std::sqrt(static_cast<float>(model.headDim));
  }
}

/// What `attn_config` of a mpt model says; its other keys are about training.
static void readMptAttention(Keys &keys, Decoder &model, double &maxBias) {
  Expected<std::unique_ptr<HfConfig>> config =
      keys.source.config->getObject("attn_config");
  if (!config)
    return keys.fail("", toString(config.takeError()));
  if (!*config)
    return;
  HfKeys own(**config);
  maxBias = own.number("alibi_bias_max", 1e-3, 1e3, 8);
  model.clip = own.number("clip_qkv", 0, 1e6, 0);
  model.scale = own.number("softmax_scale", 0, huge, 0);
  bool distances = own.flag("alibi", false);
  if (Error error = own.takeError())
    return keys.fail("", toString(std::move(error)));
  if (!distances)
    return keys.fail("key 'attn_config.alibi'",
                     "requires true: mpt without distances has a table of "
                     "positions, which is not imported");
  for (StringRef key : {"prefix_lm", "qk_ln"}) {
    Expected<bool> isSet = (*config)->getBool(key, false);
    if (!isSet)
      return keys.fail("", toString(isSet.takeError()));
    if (*isSet)
      keys.fail("key 'attn_config." + key + "'",
                "requires false: a model with it is not imported");
  }
}

void features::mpt(Keys &keys, Decoder &model) {
  double maxBias = keys.number({"", "attention.max_alibi_bias"}, 1e-3, 1e3, 8);
  if (keys.isGguf())
    clippedQkv(keys, model);
  else
    readMptAttention(keys, model, maxBias);
  model.feedForward =
      keys.isGguf()
          ? model.feedForward
          : model.hidden * keys.integer({"expansion_ratio", ""}, 64, 4);
  addSlopes(model, maxBias);
  keys.ignore({{"learned_pos_emb", ""},
               {"norm_type", ""},
               {"embedding_fraction", ""},
               {"init_device", ""},
               {"logit_scale", ""},
               {"no_bias", ""},
               {"init_config", ""},
               {"emb_pdrop", ""},
               {"verbose", ""}});
}

//===----------------------------------------------------------------------===//
// A table narrower than the model
//===----------------------------------------------------------------------===//

void features::opt(Keys &keys, Decoder &model) {
  bool before = keys.flag({"do_layer_norm_before", ""}, true);
  bool removed = keys.flag({"_remove_final_layer_norm", ""}, false);
  int64_t width =
      keys.integer({"word_embed_proj_dim", ""}, Limits::hidden, model.hidden);
  if (!before)
    model.residual = Residual::Post;
  model.outputNorm = before && !removed;
  model.embedWidth = width == model.hidden ? 0 : width;
  if (!keys.flag({"layer_norm_elementwise_affine", ""}, true))
    keys.failKey({"layer_norm_elementwise_affine", ""},
                 "requires true: norms without weights are not imported");
  keys.ignore({{"init_std", ""},
               {"layerdrop", ""},
               {"dropout", ""},
               {"num_key_value_heads", ""}});
}
