//===- HostileModelTest.cpp - models that contradict themselves -----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The files are well formed here; what they say together makes no model.
//===----------------------------------------------------------------------===//
#include "ModelFiles.h"

using namespace llmc;
using namespace llmc::test;

namespace {
struct BadGguf {
  const char *name;
  std::function<void(LlamaGguf &)> spoil;
  const char *says;
};
struct BadHf {
  const char *name;
  std::function<void(HfModel &)> spoil;
  const char *says;
};
class HostileGguf : public ImportTest,
                    public testing::WithParamInterface<BadGguf> {};
class HostileHf : public ImportTest,
                  public testing::WithParamInterface<BadHf> {};

void PrintTo(const BadGguf &bad, std::ostream *os) { *os << bad.name; }
void PrintTo(const BadHf &bad, std::ostream *os) { *os << bad.name; }
std::string nameOf(const auto &info) { return info.param.name; }
} // namespace

TEST_P(HostileGguf, IsRefused) {
  LlamaGguf model;
  GetParam().spoil(model);
  expectRefused(model, GetParam().says);
}

static const BadGguf badGgufs[] = {
    {"NoArchitecture", [](LlamaGguf &m) { m.architecture = ""; },
     "key 'general.architecture': requires a string"},
    {"UnknownArchitecture", [](LlamaGguf &m) { m.architecture = "mamba"; },
     "has architecture 'mamba'; the architectures that can be imported are "
     "llama, qwen2, qwen3, phi3"},
    {"NoLayers", [](LlamaGguf &m) { m.integer("llama.block_count", 0); },
     "key 'llama.block_count': requires an integer from 1 to 1024, found 0"},
    {"AbsurdLayers",
     [](LlamaGguf &m) { m.integer("llama.block_count", 4000000000u); },
     "found 4000000000"},
    {"MoreLayersThanTensors",
     [](LlamaGguf &m) { m.integer("llama.block_count", 2); },
     "tensor 'blk.1.attn_norm.weight': is missing"},
    {"FewerLayersThanTensors",
     [](LlamaGguf &m) { m.tensor("blk.1.attn_q.weight", {{8, 8}}); },
     "tensor 'blk.1.attn_q.weight': is not part of this architecture"},
    {"MissingHiddenSize",
     [](LlamaGguf &m) { m.without("llama.embedding_length"); },
     "key 'llama.embedding_length': requires an integer"},
    {"AbsurdHiddenSize",
     [](LlamaGguf &m) { m.integer("llama.embedding_length", 1u << 31); },
     "key 'llama.embedding_length'"},
    {"HiddenSizeIsText",
     [](LlamaGguf &m) { m.string("llama.embedding_length", "8"); },
     "found the string '8'"},
    {"OtherHiddenSize",
     [](LlamaGguf &m) { m.integer("llama.embedding_length", 16); },
     "tensor 'token_embd.weight': requires shape [10, 16], found [10, 8]"},
    {"OtherFeedForward",
     [](LlamaGguf &m) { m.integer("llama.feed_forward_length", 24); },
     "tensor 'blk.0.ffn_gate.weight': requires shape [24, 8]"},
    {"NoHeads",
     [](LlamaGguf &m) { m.integer("llama.attention.head_count", 0); },
     "key 'llama.attention.head_count'"},
    {"HeadsThatDoNotDivide",
     [](LlamaGguf &m) { m.integer("llama.attention.head_count", 3); },
     "hidden size 8 is no multiple of the 3 heads"},
    {"KeyHeadsThatDoNotDivide",
     [](LlamaGguf &m) {
       m.integer("llama.attention.head_count", 4)
           .integer("llama.attention.head_count_kv", 3);
     },
     "key heads divide query heads"},
    {"HeadsThatDiffer",
     [](LlamaGguf &m) { m.integers("llama.attention.head_count_kv", {1, 2}); },
     "layers that differ"},
    {"OddHeadDimension",
     [](LlamaGguf &m) {
       m.integer("llama.attention.key_length", 3)
           .integer("llama.attention.value_length", 3);
     },
     "even dimension, found 3"},
    {"OtherValueLength",
     [](LlamaGguf &m) { m.integer("llama.attention.value_length", 8); },
     "same head dimension: found 4 and 8"},
    {"NoEpsilon",
     [](LlamaGguf &m) { m.without("llama.attention.layer_norm_rms_epsilon"); },
     "layer_norm_rms_epsilon"},
    {"EpsilonZero",
     [](LlamaGguf &m) {
       m.number("llama.attention.layer_norm_rms_epsilon", 0);
     },
     "layer_norm_rms_epsilon"},
    {"EpsilonNaN",
     [](LlamaGguf &m) {
       m.number("llama.attention.layer_norm_rms_epsilon", NAN);
     },
     "found nan"},
    {"ContextZero", [](LlamaGguf &m) { m.integer("llama.context_length", 0); },
     "key 'llama.context_length'"},
    {"RopeBaseNegative",
     [](LlamaGguf &m) { m.number("llama.rope.freq_base", -1); },
     "key 'llama.rope.freq_base'"},
    {"RopeBaseInfinite",
     [](LlamaGguf &m) { m.number("llama.rope.freq_base", INFINITY); },
     "found inf"},
    {"RopeDimsOdd",
     [](LlamaGguf &m) { m.integer("llama.rope.dimension_count", 3); },
     "requires an even number, found 3"},
    {"RopeDimsAboveTheHead",
     [](LlamaGguf &m) { m.integer("llama.rope.dimension_count", 6); },
     "from 2 to 4, found 6"},
    {"UnknownRopeScaling",
     [](LlamaGguf &m) { m.string("llama.rope.scaling.type", "longrope"); },
     "found 'longrope'"},
    {"RopeFactorZero",
     [](LlamaGguf &m) {
       m.string("llama.rope.scaling.type", "linear")
           .number("llama.rope.scaling.factor", 0);
     },
     "key 'llama.rope.scaling.factor'"},
    {"RopeFreqsOfOtherLength",
     [](LlamaGguf &m) { m.tensor("rope_freqs.weight", {{3}}); },
     "tensor 'rope_freqs.weight': requires shape [2], found [3]"},
    {"Experts", [](LlamaGguf &m) { m.integer("llama.expert_count", 8); },
     "key 'llama.expert_used_count': requires an integer from 1 to 4096"},
    {"UnknownKey", [](LlamaGguf &m) { m.number("llama.logit_scale", 0.5f); },
     "key 'llama.logit_scale'"},
    {"TypeThatIsNotRead",
     [](LlamaGguf &m) { m.tensor("blk.0.ffn_up.weight", {{12, 8}, "I8"}); },
     "tensor 'blk.0.ffn_up.weight': has type I8; the types that can be read "
     "are "
     "F32, F16, Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, Q2_K, Q3_K, Q4_K, Q5_K, Q6_K, "
     "IQ2_XXS, IQ2_XS, IQ3_XXS, IQ1_S, IQ4_NL, IQ3_S, IQ2_S, IQ4_XS, IQ1_M, "
     "BF16, TQ1_0, TQ2_0, MXFP4"},
    {"MissingTensor", [](LlamaGguf &m) { m.without("blk.0.ffn_up.weight"); },
     "tensor 'blk.0.ffn_up.weight': is missing; llama needs it with shape [12, "
     "8]"},
    {"MissingEmbedding", [](LlamaGguf &m) { m.without("token_embd.weight"); },
     "tensor 'token_embd.weight': is missing"},
    {"SuperfluousTensor",
     [](LlamaGguf &m) { m.tensor("blk.0.attn_q_norm.weight", {{4}}); },
     "tensor 'blk.0.attn_q_norm.weight': is not part of this architecture"},
    {"TransposedTensor",
     [](LlamaGguf &m) { m.tensor("blk.0.ffn_down.weight", {{12, 8}}); },
     "requires shape [8, 12], found [12, 8]"},
    {"EmbeddingIsAVector",
     [](LlamaGguf &m) { m.tensor("token_embd.weight", {{80}}); },
     "requires shape [80, 8], found [80]"},
    {"PartOfASplitFile", [](LlamaGguf &m) { m.integer("split.count", 3); },
     "is one of 3 files"},
    {"TokenizerOfAnotherKind",
     [](LlamaGguf &m) { m.string("tokenizer.ggml.model", "t5"); }, "tokenizer"},
    {"TokensAreNoList",
     [](LlamaGguf &m) {
       m.string("tokenizer.ggml.model", "gpt2")
           .integer("tokenizer.ggml.tokens", 3);
     },
     "key 'tokenizer.ggml.tokens': requires an array of strings"},
    {"ScoresAreNoFloats",
     [](LlamaGguf &m) {
       m.string("tokenizer.ggml.model", "llama")
           .integers("tokenizer.ggml.scores", {1, 2});
     },
     "key 'tokenizer.ggml.scores': requires an array of float32"},
    {"CharsmapIsText",
     [](LlamaGguf &m) {
       m.string("tokenizer.ggml.model", "t5")
           .string("tokenizer.ggml.precompiled_charsmap", "map");
     },
     "key 'tokenizer.ggml.precompiled_charsmap': requires an array of"},
    {"TokenIdIsText",
     [](LlamaGguf &m) {
       m.string("tokenizer.ggml.model", "gpt2")
           .string("tokenizer.ggml.bos_token_id", "1");
     },
     "key 'tokenizer.ggml.bos_token_id'"},
};

INSTANTIATE_TEST_SUITE_P(, HostileGguf, testing::ValuesIn(badGgufs),
                         nameOf<testing::TestParamInfo<BadGguf>>);

TEST_P(HostileHf, IsRefused) {
  HfModel model;
  GetParam().spoil(model);
  expectRefused(model, GetParam().says);
}

static llvm::json::Object rope(const char *type, llvm::json::Object more = {}) {
  more["rope_type"] = type;
  return more;
}

static const BadHf badHfs[] = {
    {"NoModelType", [](HfModel &m) { m.without("model_type"); },
     "config.json: key 'model_type': requires a string, found no such key"},
    {"UnknownModelType", [](HfModel &m) { m.set("model_type", "rwkv"); },
     "has architecture 'rwkv'; the architectures that can be imported are "
     "llama, mistral, qwen2, qwen3"},
    {"OtherHead",
     [](HfModel &m) {
       m.set("architectures",
             llvm::json::Array{"LlamaForSequenceClassification"});
     },
     "key 'architectures': requires a model with a language head"},
    {"LayersAreText", [](HfModel &m) { m.set("num_hidden_layers", "1"); },
     "key 'num_hidden_layers': requires an integer from 1 to 1024, found the "
     "string '1'"},
    {"LayersAreAFraction", [](HfModel &m) { m.set("num_hidden_layers", 1.5); },
     "found 1.5"},
    {"LayersNegative", [](HfModel &m) { m.set("num_hidden_layers", -1); },
     "found -1"},
    {"AbsurdHiddenSize",
     [](HfModel &m) { m.set("hidden_size", int64_t(1) << 62); },
     "key 'hidden_size': requires an integer from 1 to 1048576"},
    {"AbsurdVocabulary",
     [](HfModel &m) { m.set("vocab_size", int64_t(1) << 40); },
     "key 'vocab_size'"},
    {"OtherVocabulary", [](HfModel &m) { m.set("vocab_size", 11); },
     "tensor 'model.embed_tokens.weight': requires shape [11, 8], found [10, "
     "8]"},
    {"EpsilonIsAList",
     [](HfModel &m) { m.set("rms_norm_eps", llvm::json::Array{1}); },
     "key 'rms_norm_eps': requires a number from 1e-12 to 1"},
    {"TieIsANumber", [](HfModel &m) { m.set("tie_word_embeddings", 1); },
     "requires true or false, found 1"},
    {"UnknownActivation", [](HfModel &m) { m.set("hidden_act", "mish"); },
     "key 'hidden_act'"},
    {"UnknownKey", [](HfModel &m) { m.set("logit_scale", 0.0625); },
     "key 'logit_scale': is not a key that this architecture is known to have, "
     "found 0.0625"},
    {"Quantised",
     [](HfModel &m) {
       m.set("quantization_config", llvm::json::Object{{"bits", 4}});
     },
     "key 'quantization_config.quant_method': requires a string"},
    {"EncoderDecoder", [](HfModel &m) { m.set("is_encoder_decoder", true); },
     "key 'is_encoder_decoder'"},
    {"HeadsThatDoNotDivide",
     [](HfModel &m) { m.set("num_attention_heads", 3); },
     "hidden size 8 is no multiple of the 3 heads"},
    {"OddHeadDimension", [](HfModel &m) { m.set("head_dim", 5); },
     "even dimension, found 5"},
    {"RopeScalingIsText", [](HfModel &m) { m.set("rope_scaling", "linear"); },
     "key 'rope_scaling': requires an object"},
    {"RopeThetaZero", [](HfModel &m) { m.set("rope_theta", 0); },
     "key 'rope_theta'"},
    {"RopeTypeUnknown",
     [](HfModel &m) {
       m.set("rope_scaling", rope("ntk", llvm::json::Object{{"factor", 2}}));
     },
     "key 'rope_scaling.rope_type': the rope scalings that can be imported are "
     "default, linear, dynamic, llama3, yarn and longrope, found the string "
     "'ntk'"},
    {"RopeFactorMissing",
     [](HfModel &m) { m.set("rope_scaling", rope("linear")); },
     "key 'rope_scaling.factor'"},
    {"Llama3BandsReversed",
     [](HfModel &m) {
       m.set("rope_scaling",
             rope("llama3", llvm::json::Object{{"factor", 8},
                                               {"low_freq_factor", 4},
                                               {"high_freq_factor", 1}}));
     },
     "must be above low_freq_factor"},
    {"LongRopeOfOnePosition",
     [](HfModel &m) {
       m.set("rope_scaling",
             rope("longrope",
                  llvm::json::Object{{"short_factor", llvm::json::Array{1, 1}},
                                     {"long_factor", llvm::json::Array{1, 1}},
                                     {"original_max_position_embeddings", 1}}));
     },
     "original_max_position_embeddings': requires 2 positions or more"},
    {"RopeKeyUnknown",
     [](HfModel &m) {
       m.set("rope_parameters",
             rope("default",
                  llvm::json::Object{{"long_factor", llvm::json::Array{1}}}));
     },
     "key 'rope_parameters.long_factor'"},
    {"PartialRotation",
     [](HfModel &m) {
       m.set(
           "rope_parameters",
           rope("default", llvm::json::Object{{"partial_rotary_factor", 0.5}}));
     },
     "key 'rope_parameters.partial_rotary_factor'"},
    {"PartialRotationOfOldConfigs",
     [](HfModel &m) { m.set("partial_rotary_factor", 0.5); },
     "key 'partial_rotary_factor'"},
    {"MissingTensor", [](HfModel &m) { m.without("model.norm.weight"); },
     "tensor 'model.norm.weight': is missing"},
    {"SuperfluousTensor",
     [](HfModel &m) {
       m.tensor("model.layers.0.self_attn.q_norm.weight", {{4}});
     },
     "model.safetensors: tensor 'model.layers.0.self_attn.q_norm.weight': is "
     "not part of this architecture"},
    {"WrongDtype",
     [](HfModel &m) { m.tensor("model.norm.weight", {{8}, "I8"}); },
     "tensor 'model.norm.weight': has dtype I8; the dtypes that can be read "
     "are F32, F16 and BF16"},
    {"SuperfluousTensorOfAnotherDtype",
     [](HfModel &m) { m.tensor("scales", {{8}, "U8"}); },
     "tensor 'scales': is not part of this architecture"},
    {"TransposedTensor",
     [](HfModel &m) {
       m.tensor("model.layers.0.mlp.up_proj.weight", {{8, 12}});
     },
     "requires shape [12, 8], found [8, 12]"},
    {"EmbeddingIsAScalar",
     [](HfModel &m) { m.tensor("model.embed_tokens.weight", {{}}); },
     "requires shape [10, 8], found []"},
    {"Qwen2WithoutBiases", [](HfModel &m) { m.set("model_type", "qwen2"); },
     "q_proj.bias': is missing"},
    {"Qwen2LayerTypesTooFew",
     [](HfModel &m) {
       m = HfModel::qwen2();
       m.set("layer_types",
             llvm::json::Array{"full_attention", "full_attention"});
     },
     "one entry for each of the 1 layers"},
    {"Qwen2LayerTypeUnknown",
     [](HfModel &m) {
       m = HfModel::qwen2();
       m.set("layer_types", llvm::json::Array{"linear_attention"});
     },
     "layer 0 is 'linear_attention'"},
    {"MptPrefixIsANumber",
     [](HfModel &m) {
       m.config = llvm::json::Object{
           {"architectures", llvm::json::Array{"MPTForCausalLM"}},
           {"model_type", "mpt"},
           {"d_model", 8},
           {"n_layers", 1},
           {"n_heads", 2},
           {"max_seq_len", 16},
           {"vocab_size", 10},
           {"attn_config",
            llvm::json::Object{{"alibi", true}, {"prefix_lm", 1}}}};
     },
     "key 'attn_config.prefix_lm': requires true or false, found 1"},
    {"Gpt2CrossAttention",
     [](HfModel &m) {
       m = HfModel::gpt2();
       m.set("add_cross_attention", true);
     },
     "key 'add_cross_attention'"},
    {"Gpt2HeadsThatDoNotDivide",
     [](HfModel &m) {
       m = HfModel::gpt2();
       m.set("n_head", 3);
     },
     "hidden size 8 is no multiple of the 3 heads"},
    {"Gpt2NotTransposed",
     [](HfModel &m) {
       m = HfModel::gpt2();
       m.tensor("h.0.attn.c_attn.weight", {{24, 8}});
     },
     "requires shape [8, 24], found [24, 8]"},
    {"Gpt2TooFewPositions",
     [](HfModel &m) {
       m = HfModel::gpt2();
       m.set("n_positions", 32);
     },
     "tensor 'wpe.weight': requires shape [32, 8]"},
};

INSTANTIATE_TEST_SUITE_P(, HostileHf, testing::ValuesIn(badHfs),
                         nameOf<testing::TestParamInfo<BadHf>>);

//===----------------------------------------------------------------------===//
// Folders and paths
//===----------------------------------------------------------------------===//

namespace {
class HostileFolder : public ImportTest {
protected:
  void expectImportError(const std::string &path, const std::string &says) {
    expectError(importModel(path, context), path, says);
  }
};
} // namespace

TEST_F(HostileFolder, DoesNotExist) {
  expectImportError(folder.path + "/none", "cannot be opened");
}

TEST_F(HostileFolder, IsEmpty) {
  expectImportError(folder.path, "is an empty folder: a model's folder has");
}

TEST_F(HostileFolder, HasNoTensors) {
  folder.write("config.json", HfModel().configText());
  expectImportError(folder.path, "neither model.safetensors nor");
}

TEST_F(HostileFolder, IsAFileOfAnotherKind) {
  expectImportError(folder.write("model.bin", llvm::StringRef("PK\3\4")),
                    "is a zip archive: unpack it");
  expectImportError(folder.write("empty", llvm::StringRef()),
                    "is empty (0 bytes)");
}

TEST_F(HostileFolder, IsQuantizedInAnUnknownWay) {
  HfModel().write(folder);
  folder.write("config.json",
               llvm::StringRef(R"({"model_type": "llama", "quantization_config":
                 {"bits": 4, "quant_method": "quip"}})"));
  expectImportError(folder.path,
                    "the methods that are read are gptq, awq, "
                    "compressed-tensors, bitsandbytes, fp8, fbgemm_fp8: take "
                    "the model unquantised, quantised with one of these, or as "
                    "GGUF, found the string 'quip'");
}

TEST_F(HostileFolder, HasAPointerForWeights) {
  HfModel().write(folder);
  folder.write("model.safetensors",
               llvm::StringRef("version https://git-lfs.github.com/spec/v1\n"
                               "oid sha256:0\nsize 123\n"));
  expectImportError(folder.path, "model.safetensors: is a git-lfs pointer, not "
                                 "the file of 123 bytes");
}

TEST_F(HostileFolder, IsADevice) {
  expectImportError("/dev/zero", "is not a regular file");
}

TEST_F(HostileFolder, HasAFolderForAConfig) {
  llvm::sys::fs::create_directory(folder.path + "/config.json");
  expectImportError(folder.path, "config.json: is not a regular file");
}

TEST_F(HostileFolder, HasAConfigThatIsNoJson) {
  HfModel().write(folder);
  folder.write("config.json", llvm::StringRef("{\"model_type\": \"llama\","));
  expectImportError(folder.path, "config.json: is not valid JSON");
  folder.write("config.json", std::string(1 << 20, '['));
  expectImportError(folder.path, "nested deeper than 64 levels");
}

TEST_F(HostileFolder, HasAnIndexThatNamesAMissingShard) {
  folder.write("config.json", HfModel().configText());
  folder.write("model.safetensors.index.json",
               llvm::StringRef(R"({"weight_map":{"a":"gone.safetensors"}})"));
  expectImportError(folder.path,
                    "names 'gone.safetensors', which is not in the folder");
}

TEST_F(HostileFolder, HasAnIndexThatNamesAMissingTensor) {
  folder.write("config.json", HfModel().configText());
  folder.write(
      "1.safetensors",
      SafetensorsWriter().tensor("b", "F32", {1}, someFloats(1)).finish());
  folder.write(
      "model.safetensors.index.json",
      llvm::StringRef(
          R"({"weight_map":{"a":"1.safetensors","b":"1.safetensors"}})"));
  expectImportError(folder.path, "tensor 'a': is not in '1.safetensors'");
}

TEST_F(HostileFolder, HasAShardWithATensorOfAnother) {
  folder.write("config.json", HfModel().configText());
  Bytes shard =
      SafetensorsWriter().tensor("a", "F32", {1}, someFloats(1)).finish();
  folder.write("1.safetensors", shard);
  folder.write("2.safetensors", shard);
  folder.write(
      "model.safetensors.index.json",
      llvm::StringRef(
          R"({"weight_map":{"a":"1.safetensors","b":"2.safetensors"}})"));
  expectImportError(folder.path,
                    "2.safetensors: tensor 'a': the index does not place it");
}

TEST_F(HostileFolder, HasAnIndexThatLeavesTheFolder) {
  folder.write("config.json", HfModel().configText());
  folder.write("model.safetensors.index.json",
               llvm::StringRef(R"({"weight_map":{"a":"../1.safetensors"}})"));
  expectImportError(folder.path,
                    "requires the name of a file in the same folder");
}

TEST_F(HostileFolder, HasATokenizerThatIsNoJson) {
  HfModel().write(folder);
  folder.write("tokenizer.json", llvm::StringRef("{"));
  expectImportError(folder.path, "tokenizer");
}

TEST_F(HostileFolder, HasMoreTokensThanRows) {
  HfModel().write(folder);
  std::string tokenizer = LLMC_TEST_INPUTS "/models/llama/tokenizer.json";
  ASSERT_FALSE(
      llvm::sys::fs::copy_file(tokenizer, folder.path + "/tokenizer.json"));
  expectImportError(
      folder.path,
      "tokenizer: has 320 tokens, but the embedding table 10 rows");
}

TEST_F(HostileFolder, HasABadEndToken) {
  ASSERT_FALSE(llvm::sys::fs::remove_directories(folder.path));
  llvm::sys::fs::create_directory(folder.path);
  for (const char *file : {"config.json", "model.safetensors", "tokenizer.json",
                           "tokenizer_config.json"})
    ASSERT_FALSE(llvm::sys::fs::copy_file(
        std::string(LLMC_TEST_INPUTS "/models/llama/") + file,
        folder.path + "/" + file));
  folder.write("generation_config.json",
               llvm::StringRef(R"({"eos_token_id":[2,"x"]})"));
  expectImportError(folder.path, "generation_config.json: key 'eos_token_id'");
}

//===----------------------------------------------------------------------===//
// Mutations
//===----------------------------------------------------------------------===//

TEST_F(HostileFolder, MutatedGgufFilesDoNoHarm) {
  expectNoHarm(LlamaGguf().write(), 1500,
               [&](const Bytes &bytes) -> llvm::Expected<int> {
                 auto model =
                     importModel(folder.write("model.gguf", bytes), context);
                 if (!model)
                   return model.takeError();
                 return 0;
               });
}

TEST_F(HostileFolder, MutatedConfigsDoNoHarm) {
  HfModel model;
  model.write(folder);
  std::string text = model.configText();
  expectNoHarm(Bytes(text.begin(), text.end()), 1500,
               [&](const Bytes &bytes) -> llvm::Expected<int> {
                 folder.write("config.json", bytes);
                 auto imported = importModel(folder.path, context);
                 if (!imported)
                   return imported.takeError();
                 return 0;
               });
}

TEST_F(HostileFolder, MutatedTokenizersDoNoHarm) {
  auto buffer =
      llvm::MemoryBuffer::getFile(LLMC_TEST_INPUTS "/models/llama-q4_1.gguf");
  ASSERT_TRUE(static_cast<bool>(buffer));
  llvm::StringRef text = (*buffer)->getBuffer();
  expectNoHarm(Bytes(text.begin(), text.end()), 300,
               [&](const Bytes &bytes) -> llvm::Expected<int> {
                 auto imported =
                     importModel(folder.write("model.gguf", bytes), context);
                 if (!imported)
                   return imported.takeError();
                 return 0;
               });
}
