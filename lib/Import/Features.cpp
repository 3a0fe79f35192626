//===- Features.cpp - what families of decoders are made of ---------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Features.h"

#include "ModelInfo.h"

#include "llmc/Weights/Errors.h"

using namespace llvm;
using namespace llmc;
using namespace llmc::features;
using namespace mlir::llm;

//===----------------------------------------------------------------------===//
// Norms and topology
//===----------------------------------------------------------------------===//

void features::layerNorms(Keys &, Decoder &model) {
  model.norm = NormKind::Layer;
  model.normBias = Presence::Always;
}

void features::biaslessLayerNorms(Keys &, Decoder &model) {
  model.norm = NormKind::Layer;
}

void features::outputNorms(Keys &, Decoder &model) { model.outputNorms = true; }

void features::onlyOutputNorms(Keys &, Decoder &model) {
  model.inputNorms = false;
  model.outputNorms = true;
}

void features::parallelBranches(Keys &, Decoder &model) {
  model.residual = Residual::Parallel;
  model.twoInputNorms = false;
}

Feature features::defaultEps(double eps) {
  return [eps](Keys &, Decoder &model) { model.eps = eps; };
}

Feature features::headNorms(HeadNorm kind) {
  return [kind](Keys &, Decoder &model) { model.headNorm = kind; };
}

Feature features::headNormsIf(HeadNorm kind, StringRef flag) {
  return [kind, flag](Keys &keys, Decoder &model) {
    bool is = keys.isGguf() ? keys.hasTensor("blk.0.attn_q_norm.weight")
                            : keys.flag({flag, ""}, false);
    model.headNorm = is ? kind : HeadNorm::None;
  };
}

//===----------------------------------------------------------------------===//
// Projections
//===----------------------------------------------------------------------===//

Feature features::activation(StringRef name) {
  return [name](Keys &keys, Decoder &model) {
    model.activation = keys.activation(activationKey, name);
  };
}

void features::plainMlp(Keys &, Decoder &model) { model.gated = false; }

void features::fourfoldMlp(Keys &, Decoder &model) {
  model.gated = false;
  if (!model.feedForward)
    model.feedForward = 4 * model.hidden;
}

void features::fusedGate(Keys &, Decoder &model) { model.fusedGate = true; }

/// What the config's flag says; a GGUF file just has its biases.
static Presence readPresence(Keys &keys, StringRef flag, bool absent) {
  if (keys.isGguf())
    return Presence::IfThere;
  bool is = flag.empty() ? absent : keys.flag({flag, ""}, absent);
  return is ? Presence::Always : Presence::Never;
}

Feature features::attentionBias(StringRef flag, bool absent) {
  return [=](Keys &keys, Decoder &model) {
    model.inputBias = model.outputBias = readPresence(keys, flag, absent);
  };
}

Feature features::inputBias(StringRef flag, bool absent) {
  return [=](Keys &keys, Decoder &model) {
    model.inputBias = readPresence(keys, flag, absent);
  };
}

Feature features::mlpBias(StringRef flag, bool absent) {
  return [=](Keys &keys, Decoder &model) {
    model.mlpBias = readPresence(keys, flag, absent);
  };
}

Feature features::allBias(StringRef flag, bool absent) {
  return [=](Keys &keys, Decoder &model) {
    model.inputBias = model.outputBias = model.mlpBias =
        readPresence(keys, flag, absent);
  };
}

Feature features::fusedQkv(Qkv folder) {
  return [folder](Keys &keys, Decoder &model) {
    model.qkv = keys.isGguf() ? Qkv::Separate : folder;
  };
}

void features::clippedQkv(Keys &keys, Decoder &model) {
  model.clip = keys.number({"clip_qkv", "attention.clamp_kqv"}, 0, 1e6, 0);
}

//===----------------------------------------------------------------------===//
// Experts
//===----------------------------------------------------------------------===//

/// What all mixtures have; without `expert_count` a GGUF model has none.
static bool readMixture(Keys &keys, Decoder &model, bool normalises) {
  constexpr Key count = {"num_local_experts|num_experts|n_routed_experts",
                         "expert_count"};
  keys.ignore({{"router_aux_loss_coef", ""},
               {"router_jitter_noise", ""},
               {"output_router_logits", ""},
               {"", "expert_count"},
               {"", "expert_used_count"}});
  if (keys.isGguf() && !keys.has(count))
    return false;
  Mixture &mixture = model.mixture;
  mixture.experts = keys.integer(count, 4096);
  mixture.used =
      keys.integer({"num_experts_per_tok", "expert_used_count"}, 4096);
  if (mixture.used > mixture.experts)
    keys.failKey(count, "has at least as many experts as each token takes, " +
                            Twine(mixture.used));
  mixture.weights = normalises ? RouteWeights::Sum : RouteWeights::Raw;
  mixture.feedForward = model.feedForward;
  for (auto [i, layer] : enumerate(model.layer))
    layer.routed = !keys.isGguf() || keys.hasTensor("blk." + std::to_string(i) +
                                                    ".ffn_gate_inp.weight");
  return true;
}

void features::mixtralExperts(Keys &keys, Decoder &model) {
  readMixture(keys, model, /*normalises=*/true);
}

void features::olmoExperts(Keys &keys, Decoder &model) {
  bool normalises = keys.flag({"norm_topk_prob", "expert_weights_norm"}, false);
  readMixture(keys, model, normalises);
}

void features::qwenExperts(Keys &keys, Decoder &model) {
  // Files of qwen3_moe from before the key normalise, those of qwen2_moe not.
  bool absent = keys.isGguf() && keys.source.architecture == "qwen3moe";
  bool normalises =
      keys.flag({"norm_topk_prob", "expert_weights_norm"}, absent);
  if (!readMixture(keys, model, normalises))
    return;
  Mixture &mixture = model.mixture;
  mixture.feedForward =
      keys.integer({"moe_intermediate_size", "expert_feed_forward_length"},
                   Limits::feedForward,
                   std::max<int64_t>(model.feedForward / mixture.used, 1));
  if (keys.isGguf())
    return;
  int64_t step = keys.integer({"decoder_sparse_step", ""}, Limits::layers, 1);
  std::vector<int64_t> dense =
      keys.integers({"mlp_only_layers", ""}, 0, Limits::layers);
  for (auto [i, layer] : enumerate(model.layer))
    layer.routed = (static_cast<int64_t>(i) + 1) % step == 0 &&
                   !is_contained(dense, static_cast<int64_t>(i));
}

void features::qwenSharedExpert(Keys &keys, Decoder &model) {
  model.mixture.shared = keys.integer(
      {"shared_expert_intermediate_size", "expert_shared_feed_forward_length"},
      Limits::feedForward);
  model.mixture.sharedGate = true;
}
