//===- DeepseekFeatures.cpp - what deepseek_v2 and deepseek_v3 are --------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Features.h"

#include "ModelInfo.h"

using namespace llvm;
using namespace llmc;
using namespace llmc::features;
using namespace mlir::llm;

/// Both are one architecture in GGUF files, told apart by how experts are chosen.
static bool isThird(Keys &keys) {
  if (!keys.isGguf())
    return keys.source.architecture == "deepseek_v3";
  constexpr int64_t sigmoid = 2; // of llama.cpp's gating functions
  return keys.count({"", "expert_gating_func"}, 16, 1) == sigmoid;
}

/// GGUF files say of a head how long its keys are, and name those of the cache
/// likewise; files from before the cache was compressed have only the former.
static int64_t readHeadLength(Keys &keys, StringRef what) {
  std::string own = ("attention." + what + "_mla").str(),
              older = ("attention." + what).str();
  int64_t both = keys.integer({"", older}, Limits::headDim, 0);
  return keys.integer({"", own}, Limits::headDim, both);
}

void features::latentAttention(Keys &keys, Decoder &model) {
  Latent &latent = model.latent;
  latent.rank = keys.integer({"kv_lora_rank", "attention.kv_lora_rank"},
                             Limits::hidden, 512);
  // A null, or no such key in a GGUF file, says that queries have no latent.
  latent.queryRank =
      keys.count({"q_lora_rank", "attention.q_lora_rank"}, Limits::hidden, 0);
  latent.rotated = keys.integer({"qk_rope_head_dim", "rope.dimension_count"},
                                Limits::headDim, 64);
  latent.plain = keys.integer({"qk_nope_head_dim", ""}, Limits::headDim, 128);
  latent.value = keys.integer({"v_head_dim", ""}, Limits::headDim, 128);
  if (keys.isGguf()) {
    latent.plain = readHeadLength(keys, "key_length") - latent.rotated;
    latent.value = readHeadLength(keys, "value_length");
    if (latent.plain < 1 || latent.value < 1)
      keys.fail("sizes", "keys of a head are longer than the " +
                             Twine(latent.rotated) +
                             " columns that are rotated, values not empty: "
                             "found " +
                             Twine(latent.plain + latent.rotated) + " and " +
                             Twine(latent.value));
  }
  latent.eps =
      keys.isGguf() ? 0 : 1e-6; // whatever the config says of the other norms
  // One head of the cache, of which positions know the rotated part.
  model.kvHeads = 1;
  model.headDim = latent.rotated;
  if (latent.rotated % 2)
    keys.failKey({"qk_rope_head_dim", "rope.dimension_count"},
                 "requires an even number");
  if (isThird(keys) && !keys.flag({"rope_interleave", ""}, true))
    model.pairing = Pairing::Half;
  keys.ignore({{"num_key_value_heads", ""},
               {"qk_head_dim", ""},
               {"", "rope.scaling.yarn_log_multiplier"}}); // see readGgufYarn
}

/// How the experts of a row are chosen: v2 by the best of each group and without a
/// bias, v3 by the best two and with one.
static void readRouting(Keys &keys, Decoder &model, bool isV3) {
  Mixture &mixture = model.mixture;
  mixture.scale = keys.number({"routed_scaling_factor", "expert_weights_scale"},
                              0, 1e6, isV3 ? 2.5 : 1);
  std::string method =
      keys.text({"topk_method", ""}, isV3 ? "noaux_tc" : "greedy");
  bool grouped = isV3 || method == "group_limited_greedy";
  if (method != (isV3 ? "noaux_tc" : grouped ? method : "greedy"))
    keys.failKey({"topk_method", ""},
                 isV3 ? "requires noaux_tc"
                      : "requires greedy or group_limited_greedy");
  int64_t groups = keys.integer({"n_group", "expert_group_count"},
                                mixture.experts, isV3 ? 8 : 1);
  int64_t top = keys.integer({"topk_group", "expert_group_used_count"}, groups,
                             isV3 ? 4 : 1);
  if (grouped || keys.isGguf()) {
    mixture.groups = groups;
    mixture.topGroups = top;
  }
  if (mixture.experts % mixture.groups ||
      mixture.used > mixture.topGroups * (mixture.experts / mixture.groups))
    keys.failKey({"n_group", "expert_group_count"},
                 "divides the " + Twine(mixture.experts) +
                     " experts, of which the chosen groups have at least " +
                     Twine(mixture.used) + "; there are " +
                     Twine(mixture.groups) + " groups, " +
                     Twine(mixture.topGroups) + " are chosen");
  bool normalises = keys.flag({"norm_topk_prob", "expert_weights_norm"}, isV3);
  if (normalises && !isV3)
    keys.failKey({"norm_topk_prob", ""},
                 "requires false: transformers does not normalise, others do");
  std::string score =
      keys.text({"scoring_func", ""}, isV3 ? "sigmoid" : "softmax");
  if (score != (isV3 ? "sigmoid" : "softmax"))
    keys.failKey({"scoring_func", ""},
                 isV3 ? "requires sigmoid" : "requires softmax");
  if (!isV3)
    return;
  mixture.score = RouteScore::Sigmoid;
  mixture.selectBias = true;
  mixture.groupScore = GroupScore::Top2Sum;
  mixture.weights = normalises ? RouteWeights::Sum : RouteWeights::Raw;
  mixture.eps = 1e-20;
}

/// Layers behind the last predict tokens further ahead: training's, and a way to
/// speed generation up, but not the model.
static void ignorePredictors(Keys &keys, const Decoder &model) {
  keys.ignore({{"num_nextn_predict_layers", ""}, {"num_mtp_layers", ""}});
  for (const SourceTensor &tensor : keys.source.weights.tensors()) {
    StringRef name = tensor.name;
    int64_t layer = 0;
    if (name.consume_front("model.layers.") &&
        !name.consumeInteger(10, layer) && layer >= model.layers)
      keys.source.meaningless.insert(tensor.name);
  }
}

void features::deepseekExperts(Keys &keys, Decoder &model) {
  bool isV3 = isThird(keys);
  mixtralExperts(keys, model);
  Mixture &mixture = model.mixture;
  mixture.weights = RouteWeights::Raw;
  mixture.feedForward =
      keys.integer({"moe_intermediate_size", "expert_feed_forward_length"},
                   Limits::feedForward, isV3 ? 2048 : 1407);
  mixture.shared = mixture.feedForward *
                   keys.count({"n_shared_experts", "expert_shared_count"}, 4096,
                              isV3 ? 1 : 2);
  int64_t dense =
      keys.count({"first_k_dense_replace", "leading_dense_block_count"},
                 Limits::layers, isV3 ? 3 : 0);
  for (auto [i, layer] : enumerate(model.layer))
    layer.routed = static_cast<int64_t>(i) >= dense;
  if (keys.integer({"moe_layer_freq", ""}, Limits::layers, 1) != 1)
    keys.failKey({"moe_layer_freq", ""},
                 "requires 1: layers behind the dense ones all have experts");
  readRouting(keys, model, isV3);
  ignorePredictors(keys, model);
  keys.ignore({{"ep_size", ""},
               {"aux_loss_alpha", ""},
               {"seq_aux", ""},
               {"mlp_bias", ""}});
}
