//===- Families.cpp - the decoders that can be imported -------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One row per family, one word per feature (Features.h). Names of weights are
// GGUF's; the tables say what folders call them, where they do not as llama.
//===----------------------------------------------------------------------===//
#include "Features.h"

using namespace llvm;
using namespace llmc;
using namespace llmc::features;
using namespace mlir::llm;

//===----------------------------------------------------------------------===//
// Names
//===----------------------------------------------------------------------===//

using Names = std::pair<StringRef, StringRef>;

static constexpr Names llamaLayer[] = {
    {"attn_norm", "input_layernorm"},
    {"attn_q", "self_attn.q_proj"},
    {"attn_k", "self_attn.k_proj"},
    {"attn_v", "self_attn.v_proj"},
    {"attn_qkv", "self_attn.qkv_proj"},
    {"attn_q_norm", "self_attn.q_norm"},
    {"attn_k_norm", "self_attn.k_norm"},
    {"attn_q_a", "self_attn.q_a_proj"},
    {"attn_q_a_norm", "self_attn.q_a_layernorm"},
    {"attn_q_b", "self_attn.q_b_proj"},
    {"attn_kv_a_mqa", "self_attn.kv_a_proj_with_mqa"},
    {"attn_kv_a_norm", "self_attn.kv_a_layernorm"},
    {"attn_kv_b", "self_attn.kv_b_proj"},
    {"attn_output", "self_attn.o_proj"},
    {"post_attention_norm", "post_attention_layernorm"},
    {"ffn_norm", "post_attention_layernorm"},
    {"post_ffw_norm", "post_feedforward_layernorm"},
    {"ffn_gate", "mlp.gate_proj"},
    {"ffn_up", "mlp.up_proj"},
    {"ffn_down", "mlp.down_proj"},
    {"ffn_gate_inp", "mlp.gate"},
    {"exp_probs_b", "mlp.gate.e_score_correction_bias="},
    {"ffn_gate_exps", "mlp.experts.%.gate_proj"},
    {"ffn_up_exps", "mlp.experts.%.up_proj"},
    {"ffn_down_exps", "mlp.experts.%.down_proj"},
    {"ffn_gate_shexp", "mlp.shared_expert.gate_proj"},
    {"ffn_up_shexp", "mlp.shared_expert.up_proj"},
    {"ffn_down_shexp", "mlp.shared_expert.down_proj"},
    {"ffn_gate_inp_shexp", "mlp.shared_expert_gate"}};
static constexpr Names llamaEnds[] = {{"token_embd", "model.embed_tokens"},
                                      {"output_norm", "model.norm"},
                                      {"output", "lm_head"}};
static const NameTable llama{"model.layers.", llamaLayer, llamaEnds, nullptr,
                             "model."};

static constexpr Names gemma2Layer[] = {
    {"ffn_norm", "pre_feedforward_layernorm"}};
static const NameTable gemma2{
    "model.layers.", gemma2Layer, {}, &llama, "model."};

static constexpr Names mixtralLayer[] = {
    {"ffn_gate_inp", "block_sparse_moe.gate"},
    {"ffn_gate_exps", "block_sparse_moe.experts.%.w1"},
    {"ffn_down_exps", "block_sparse_moe.experts.%.w2"},
    {"ffn_up_exps", "block_sparse_moe.experts.%.w3"}};
static const NameTable mixtral{
    "model.layers.", mixtralLayer, {}, &llama, "model."};

static constexpr Names deepseekLayer[] = {
    {"ffn_gate_shexp", "mlp.shared_experts.gate_proj"},
    {"ffn_up_shexp", "mlp.shared_experts.up_proj"},
    {"ffn_down_shexp", "mlp.shared_experts.down_proj"}};
static const NameTable deepseek{
    "model.layers.", deepseekLayer, {}, &llama, "model."};

static constexpr Names fusedLayer[] = {{"ffn_up", "mlp.gate_up_proj"}};
static const NameTable fused{"model.layers.", fusedLayer, {}, &llama, "model."};

static constexpr Names glm4Layer[] = {
    {"ffn_up", "mlp.gate_up_proj"},
    {"post_attention_norm", "post_self_attn_layernorm"},
    {"post_ffw_norm", "post_mlp_layernorm"}};
static const NameTable glm4{"model.layers.", glm4Layer, {}, &llama, "model."};

static constexpr Names stablelmLayer[] = {
    {"attn_q_norm", "self_attn.q_layernorm.norms.%"},
    {"attn_k_norm", "self_attn.k_layernorm.norms.%"}};
static const NameTable stablelmNames{
    "model.layers.", stablelmLayer, {}, &llama, "model."};

static constexpr Names starcoder2Layer[] = {{"ffn_up", "mlp.c_fc"},
                                            {"ffn_down", "mlp.c_proj"}};
static const NameTable starcoder2{
    "model.layers.", starcoder2Layer, {}, &llama, "model."};

static constexpr Names phiLayer[] = {{"attn_output", "self_attn.dense"},
                                     {"attn_q_norm", "self_attn.q_layernorm"},
                                     {"attn_k_norm", "self_attn.k_layernorm"},
                                     {"ffn_up", "mlp.fc1"},
                                     {"ffn_down", "mlp.fc2"}};
static constexpr Names phiEnds[] = {{"output_norm", "model.final_layernorm"}};
static const NameTable phiNames{"model.layers.", phiLayer, phiEnds, &llama,
                                "model."};

static constexpr Names gpt2Layer[] = {
    {"attn_norm", "ln_1"},          {"attn_qkv", "attn.c_attn"},
    {"attn_output", "attn.c_proj"}, {"ffn_norm", "ln_2"},
    {"ffn_up", "mlp.c_fc"},         {"ffn_down", "mlp.c_proj"}};
static constexpr Names gpt2Ends[] = {{"token_embd", "transformer.wte"},
                                     {"position_embd", "transformer.wpe"},
                                     {"output_norm", "transformer.ln_f"},
                                     {"output", "lm_head"}};
static const NameTable gpt2Names{"transformer.h.", gpt2Layer, gpt2Ends, nullptr,
                                 "transformer."};

static constexpr Names neoxLayer[] = {{"attn_norm", "input_layernorm"},
                                      {"attn_qkv", "attention.query_key_value"},
                                      {"attn_output", "attention.dense"},
                                      {"ffn_norm", "post_attention_layernorm"},
                                      {"ffn_up", "mlp.dense_h_to_4h"},
                                      {"ffn_down", "mlp.dense_4h_to_h"}};
static constexpr Names neoxEnds[] = {
    {"token_embd", "gpt_neox.embed_in"},
    {"output_norm", "gpt_neox.final_layer_norm"},
    {"output", "embed_out"}};
static const NameTable neoxNames{"gpt_neox.layers.", neoxLayer, neoxEnds,
                                 nullptr, "gpt_neox."};

// The two norms of falcon's parallel branches: GGUF's second is attention's.
static constexpr Names bloomLayer[] = {
    {"attn_norm_2", "ln_attn"},
    {"attn_norm", "ln_mlp|input_layernorm"},
    {"attn_qkv", "self_attention.query_key_value"},
    {"attn_output", "self_attention.dense"},
    {"ffn_norm", "post_attention_layernorm"},
    {"ffn_up", "mlp.dense_h_to_4h"},
    {"ffn_down", "mlp.dense_4h_to_h"}};
static constexpr Names bloomEnds[] = {
    {"token_embd", "transformer.word_embeddings"},
    {"token_embd_norm", "transformer.word_embeddings_layernorm"},
    {"output_norm", "transformer.ln_f"},
    {"output", "lm_head"}};
static const NameTable bloomNames{"transformer.h.", bloomLayer, bloomEnds,
                                  nullptr, "transformer."};

static constexpr Names mptLayer[] = {
    {"attn_norm", "norm_1"},          {"attn_qkv", "attn.Wqkv"},
    {"attn_output", "attn.out_proj"}, {"ffn_norm", "norm_2"},
    {"ffn_up", "ffn.up_proj"},        {"ffn_down", "ffn.down_proj"}};
static constexpr Names mptEnds[] = {{"token_embd", "transformer.wte"},
                                    {"output_norm", "transformer.norm_f"},
                                    {"output", "lm_head"}};
static const NameTable mptNames{"transformer.blocks.", mptLayer, mptEnds,
                                nullptr, "transformer."};

static constexpr Names optLayer[] = {{"attn_norm", "self_attn_layer_norm"},
                                     {"attn_q", "self_attn.q_proj"},
                                     {"attn_k", "self_attn.k_proj"},
                                     {"attn_v", "self_attn.v_proj"},
                                     {"attn_output", "self_attn.out_proj"},
                                     {"ffn_norm", "final_layer_norm"},
                                     {"ffn_up", "fc1"},
                                     {"ffn_down", "fc2"}};
static constexpr Names optEnds[] = {
    {"token_embd", "model.decoder.embed_tokens"},
    {"position_embd", "model.decoder.embed_positions"},
    {"embd_projection", "model.decoder.project_in"},
    {"output_projection", "model.decoder.project_out"},
    {"output_norm", "model.decoder.final_layer_norm"},
    {"output", "lm_head"}};
static const NameTable optNames{"model.decoder.layers.", optLayer, optEnds,
                                nullptr, "model."};

//===----------------------------------------------------------------------===//
// Families
//===----------------------------------------------------------------------===//

static constexpr Pairing half = Pairing::Half;
static constexpr Pairing mixed = Pairing::Interleaved;

/// In a GGUF file a mixture is a llama with experts.
static void expertsOfGguf(Keys &keys, Decoder &model) {
  if (keys.isGguf())
    mixtralExperts(keys, model);
}

// clang-format off
static const std::vector<Family> families = {
    // llama, and what changes little of it.
    {"llama", "llama", half, mixed, &llama,
     {attentionBias("attention_bias", false), mlpBias("mlp_bias", false), expertsOfGguf}},
    {"mistral", "", half, mixed, &llama, {windows(1, 4096)}},
    {"qwen2", "qwen2", half, half, &llama, {inputBias("", true), qwenWindows}},
    {"qwen3", "qwen3", half, half, &llama,
     {attentionBias("attention_bias", false), headNorms(HeadNorm::Shared), qwenWindows}},
    {"phi3", "phi3", half, half, &fused,
     {defaultEps(1e-5), partialRotary(1), fusedQkv(Qkv::Blocks), fusedGate, windows(1)}},
    {"olmo2", "olmo2", half, half, &llama,
     {defaultEps(1e-5), attentionBias("attention_bias", false), headNorms(HeadNorm::Row), onlyOutputNorms}},
    {"granite", "granite", half, mixed, &llama,
     {attentionBias("attention_bias", false), mlpBias("mlp_bias", false), granite}},
    {"smollm3", "smollm3", half, mixed, &llama,
     {tied, theta(2e6), attentionBias("attention_bias", false), mlpBias("mlp_bias", false),
      windows(1, 0, "use_sliding_window", false), layersWithoutRotary}},
    {"glm", "chatglm", mixed, mixed, &fused,
     {partialRotary(0.5), defaultEps(1.5625e-7), inputBias("attention_bias", true), fusedGate}},
    {"glm4", "glm4", mixed, mixed, &glm4,
     {partialRotary(0.5), defaultEps(1.5625e-7), inputBias("attention_bias", true), fusedGate, outputNorms}},
    // gemma: norms that lack one, scaled embeddings, from the second on norms on both sides.
    {"gemma", "gemma", half, half, &llama,
     {tied, activation("gelu_pytorch_tanh"), gemma, attentionBias("attention_bias", false)}},
    {"gemma2", "gemma2", half, half, &gemma2,
     {tied, activation("gelu_pytorch_tanh"), gemma, attentionBias("attention_bias", false), outputNorms, gemmaScores,
      windows(2, 4096)}},
    {"gemma3_text", "gemma3", half, half, &gemma2,
     {tied, activation("gelu_pytorch_tanh"), gemma, attentionBias("attention_bias", false), outputNorms, gemmaScores,
      headNorms(HeadNorm::Shared), theta(1e6), windows(6, 4096), localRotary}},
    // Mixtures of experts.
    {"mixtral", "", half, mixed, &mixtral, {theta(1e6), defaultEps(1e-5), windows(1), mixtralExperts}},
    {"qwen2_moe", "qwen2moe", half, half, &llama,
     {inputBias("qkv_bias", true), qwenWindows, qwenExperts, qwenSharedExpert}},
    {"qwen3_moe", "qwen3moe", half, half, &llama,
     {attentionBias("attention_bias", false), headNorms(HeadNorm::Shared), qwenWindows, qwenExperts}},
    {"olmoe", "olmoe", half, half, &llama,
     {defaultEps(1e-5), attentionBias("attention_bias", false), headNorms(HeadNorm::Row), clippedQkv, olmoExperts}},
    {"deepseek_v2", "deepseek2", mixed, mixed, &deepseek,
     {attentionBias("attention_bias", false), latentAttention, deepseekExperts}},
    {"deepseek_v3", "", mixed, mixed, &deepseek,
     {attentionBias("attention_bias", false), latentAttention, deepseekExperts}},
    // Layer norms.
    {"starcoder2", "starcoder2", half, half, &starcoder2,
     {tied, layerNorms, plainMlp, activation("gelu_pytorch_tanh"), allBias("use_bias", true), windows(1)}},
    {"cohere", "command-r", mixed, mixed, &llama,
     {tied, theta(5e5), biaslessLayerNorms, parallelBranches, attentionBias("attention_bias", false),
      headNormsIf(HeadNorm::PerHead, "use_qk_norm"), cohere}},
    {"cohere2", "cohere2", mixed, mixed, &llama,
     {tied, biaslessLayerNorms, parallelBranches, attentionBias("attention_bias", false), windows(4, 4096), rotaryInWindows,
      cohere}},
    {"stablelm", "stablelm", half, half, &stablelmNames,
     {layerNorms, partialRotary(0.25), inputBias("use_qkv_bias", false),
      headNormsIf(HeadNorm::PerHead, "qk_layernorm"), stablelm}},
    {"phi", "phi2", half, half, &phiNames,
     {layerNorms, plainMlp, parallelBranches, activation("gelu_new"), allBias("", true), partialRotary(0.5),
      headNormsIf(HeadNorm::Shared, "qk_layernorm"), phi}},
    {"gpt_neox", "gptneox", half, half, &neoxNames,
     {layerNorms, plainMlp, activation("gelu"), mlpBias("", true), attentionBias("attention_bias", true),
      partialRotary(0.25), fusedQkv(Qkv::PerHead), neox}},
    {"falcon", "falcon", half, half, &bloomNames,
     {tied, layerNorms, fourfoldMlp, activation("gelu"), allBias("bias", false), fusedQkv(Qkv::PerGroup), falcon}},
    // Without rotation: tables of positions, distances.
    {"gpt2", "gpt2", half, half, &gpt2Names,
     {tied, layerNorms, fourfoldMlp, activation("gelu_new"), allBias("", true), learnedPositions(0),
      fusedQkv(Qkv::Blocks), gpt2}},
    {"opt", "", half, half, &optNames,
     {tied, layerNorms, plainMlp, activation("relu"), allBias("enable_bias", true), learnedPositions(2), opt}},
    {"bloom", "bloom", half, half, &bloomNames,
     {tied, layerNorms, fourfoldMlp, activation("gelu_new"), allBias("", true), fusedQkv(Qkv::PerHead), bloom}},
    {"mpt", "mpt", half, half, &mptNames,
     {tied, biaslessLayerNorms, fourfoldMlp, activation("gelu"), fusedQkv(Qkv::Blocks), mpt}},
};
// clang-format on

ArrayRef<Family> llmc::getFamilies() { return families; }
