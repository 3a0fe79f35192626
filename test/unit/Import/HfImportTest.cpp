//===- HfImportTest.cpp - what Hugging Face folders become ----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "ModelFiles.h"

using namespace llmc;
using namespace llmc::test;
using namespace mlir::llm;

namespace {
class HfImport : public ImportTest {};
} // namespace

TEST_F(HfImport, NamesWeightsAsGgufDoes) {
  import(HfModel());
  WeightOp op = weight("blk.0.attn_q.weight");
  ASSERT_TRUE(op);
  EXPECT_EQ(*op.getSource(), "model.layers.0.self_attn.q_proj.weight");
  EXPECT_TRUE(weight("output_norm.weight"));
}

TEST_F(HfImport, PairsHalves) {
  import(HfModel());
  ASSERT_EQ(all<RopeOp>().size(), 2u);
  EXPECT_EQ(all<RopeOp>()[0].getPairing(), Pairing::Half);
}

TEST_F(HfImport, ObeysTheTieUnlessTheHeadDiffers) {
  import(HfModel().tensor("lm_head.weight", {{10, 8}})); // the table's bytes
  EXPECT_FALSE(weight("output.weight"));
  EXPECT_FALSE(warns("lm_head"));
  import(HfModel().tensor("lm_head.weight", {{10, 8}, "F16"}));
  EXPECT_TRUE(weight("output.weight"));
  EXPECT_TRUE(warns("tensor 'lm_head.weight': differs from "
                    "'model.embed_tokens.weight'"));
  import(HfModel()
             .set("tie_word_embeddings", false)
             .tensor("lm_head.weight", {{10, 8}}));
  EXPECT_TRUE(weight("output.weight"));
}

TEST_F(HfImport, DoesNotTieLlamaByDefault) {
  expectRefused(HfModel().without("tie_word_embeddings"),
                "tensor 'lm_head.weight': is missing");
}

TEST_F(HfImport, WarnsOfKeysThatNoFamilyHas) {
  import(HfModel().set("unsloth_fixed", true).set("unsloth_version", "2024.9"));
  EXPECT_TRUE(warns("'unsloth_fixed', 'unsloth_version'"));
  expectRefused(HfModel().set("final_logit_softcapping", 30.0),
                "key 'final_logit_softcapping': is not a key that");
  expectRefused(HfModel().set("residual_multiplier", 0.2),
                "key 'residual_multiplier'");
}

TEST_F(HfImport, WarnsOfAModelWithoutATokenizer) {
  import(HfModel());
  EXPECT_TRUE(warns("has no tokenizer (the folder has no tokenizer.json, "
                    "tokenizer.model or vocab.txt)"));
  EXPECT_TRUE(warns("AutoTokenizer.from_pretrained"));
}

TEST_F(HfImport, AddsBiasesThatTheConfigAsksFor) {
  HfModel model;
  model.set("mlp_bias", true);
  expectRefused(model,
                "tensor 'model.layers.0.mlp.gate_proj.bias': is missing");
  std::string mlp = "model.layers.0.mlp.";
  model.tensor(mlp + "gate_proj.bias", {{12}})
      .tensor(mlp + "up_proj.bias", {{12}})
      .tensor(mlp + "down_proj.bias", {{8}});
  import(model);
  EXPECT_TRUE(weight("blk.0.ffn_down.bias"));
  expectRefused(model.set("mlp_bias", false),
                "is not part of this architecture");
}

TEST_F(HfImport, ReadsTheActivation) {
  import(HfModel().set("hidden_act", "gelu"));
  EXPECT_EQ(all<ActOp>()[0].getFn(), ActFn::GeluErf);
  import(HfModel().set("hidden_act", "gelu_pytorch_tanh"));
  EXPECT_EQ(all<ActOp>()[0].getFn(), ActFn::GeluTanh);
}

TEST_F(HfImport, TakesNullForAnAbsentKey) {
  import(HfModel().set("rope_scaling", nullptr).set("head_dim", nullptr));
  EXPECT_TRUE(imported);
}

TEST_F(HfImport, IgnoresBuffersThatAreNoParameters) {
  import(
      HfModel().tensor("model.layers.0.self_attn.rotary_emb.inv_freq", {{2}}));
  EXPECT_TRUE(imported);
  import(HfModel::gpt2()
             .tensor("h.0.attn.bias", {{1, 1, 16, 16}, "BOOL"})
             .tensor("h.0.attn.masked_bias", {{1}}));
  EXPECT_TRUE(imported);
}

TEST_F(HfImport, GivesQwen2BiasesOnQueryKeyAndValue) {
  import(HfModel::qwen2());
  auto linears = all<LinearOp>();
  ASSERT_GE(linears.size(), 4u);
  for (size_t i = 0; i < 3; ++i)
    EXPECT_TRUE(linears[i].getBias()) << i;
  EXPECT_FALSE(linears[3].getBias());
}

TEST_F(HfImport, SlidesOnlyTheLayersOfQwen2ThatSay) {
  import(HfModel::qwen2().set("sliding_window", 4).set("max_window_layers", 1));
  EXPECT_EQ(all<AttentionOp>()[0].getLeft(), -1); // not used
  import(HfModel::qwen2()
             .set("use_sliding_window", true)
             .set("sliding_window", 4)
             .set("layer_types", llvm::json::Array{"sliding_attention"}));
  EXPECT_EQ(all<AttentionOp>()[0].getLeft(), 3);
}

TEST_F(HfImport, SlidesLayersOfQwen2FromTheFirstThatSlides) {
  import(HfModel::qwen2()
             .set("use_sliding_window", true)
             .set("sliding_window", 4)
             .set("max_window_layers", 0));
  EXPECT_EQ(all<AttentionOp>()[0].getLeft(), 3);
  import(HfModel::qwen2()
             .set("use_sliding_window", true)
             .set("sliding_window", 4)
             .set("max_window_layers", 1));
  EXPECT_EQ(all<AttentionOp>()[0].getLeft(), -1);
}

TEST_F(HfImport, CallsTheModelByItsFolderWhenItHasNoName) {
  import(HfModel().set("_name_or_path", ""));
  ASSERT_TRUE(imported);
  auto info =
      (*imported->module)->getAttrOfType<mlir::DictionaryAttr>("llm.model");
  EXPECT_EQ(info.getAs<mlir::StringAttr>("name").getValue(),
            llvm::sys::path::filename(folder.path));
}

TEST_F(HfImport, TransposesAndSplitsGpt2) {
  import(HfModel::gpt2());
  EXPECT_EQ(recipe("blk.0.attn_k.weight"),
            "[#llm.transpose, #llm.rows<8, 16>]");
  EXPECT_EQ(recipe("blk.0.attn_k.bias"), "[#llm.rows<8, 16>]");
  EXPECT_EQ(recipe("blk.0.ffn_up.weight"), "[#llm.transpose]");
  EXPECT_EQ(recipe("position_embd.weight"), "");
}

TEST_F(HfImport, ScalesGpt2AsTheConfigSays) {
  auto scale = [&] {
    return all<AttentionOp>()[0].getScale().convertToDouble();
  };
  import(HfModel::gpt2());
  EXPECT_EQ(scale(), 0.5);
  import(HfModel::gpt2().set("scale_attn_weights", false));
  EXPECT_EQ(scale(), 1.0);
}

TEST_F(HfImport, GivesGpt2FourTimesTheHiddenSize) {
  import(HfModel::gpt2().set("n_inner", nullptr));
  ASSERT_TRUE(weight("blk.0.ffn_up.weight"));
  EXPECT_EQ(getMatrixShape(weight("blk.0.ffn_up.weight").getType())[0], 32);
}

TEST_F(HfImport, ReadsATokenizerWithItsEndTokens) {
  auto model = importModel(LLMC_TEST_INPUTS "/models/llama", context);
  ASSERT_TRUE(static_cast<bool>(model)) << llvm::toString(model.takeError());
  ASSERT_TRUE(model->tokenizer);
  EXPECT_EQ(model->tokenizer->tokens.size(), 320u);
  EXPECT_TRUE(llvm::is_contained(model->tokenizer->endIds, 2)); // eos_token_id
}

TEST_F(HfImport, ReadsTheSingleFileBesideAnOldIndex) {
  folder.write("model.safetensors.index.json",
               llvm::StringRef(R"({"weight_map":{"a":"gone.safetensors"}})"));
  import(HfModel());
  EXPECT_TRUE(weight("token_embd.weight"));
  EXPECT_TRUE(warns("model.safetensors.index.json: is not read"));
}

TEST_F(HfImport, KnowsAPointerOfGitLfs) {
  HfModel().write(folder);
  folder.write("model.safetensors",
               llvm::StringRef("version https://git-lfs.github.com/spec/v1\n"
                               "oid sha256:0\nsize 512\n"));
  expectError(importModel(folder.path, context), folder.path,
              "model.safetensors: is a git-lfs pointer");
}

TEST_F(HfImport, OpensOnlyTheFilesOfTheIndex) {
  HfModel model;
  TestTensors all = model.tensors;
  std::string map;
  HfModel first, second;
  first.tensors.clear(), second.tensors.clear();
  for (const auto &[name, tensor] : all) {
    bool inFirst = name < "model.layers.0.n";
    (inFirst ? first : second).tensors[name] = tensor;
    map += (map.empty() ? "\"" : ",\"") + name + "\":\"" +
           (inFirst ? "1" : "2") + ".safetensors\"";
  }
  folder.write("config.json", model.configText());
  folder.write("1.safetensors", first.safetensors());
  folder.write("2.safetensors", second.safetensors());
  folder.write("stale.safetensors", llvm::StringRef("not opened"));
  folder.write("model.safetensors.index.json",
               "{\"weight_map\":{" + map + "}}");
  auto imported = importModel(folder.path, context);
  EXPECT_TRUE(static_cast<bool>(imported))
      << llvm::toString(imported.takeError());
}

TEST(HfTokenizer, IsReadFromSentencePieceOrAVocabularyToo) {
  mlir::MLIRContext context;
  std::string inputs = LLMC_TEST_INPUTS;
  // A vocabulary of 1 line fits the smallest model's table of 10 rows; the other
  // file's tokens do not, which shows that it was read.
  TempFolder folder;
  HfModel model;
  folder.write("config.json", model.configText());
  folder.write("model.safetensors", model.safetensors());
  folder.write("vocab.txt", llvm::StringRef("[UNK]\n[CLS]\n[SEP]\na\n"));
  auto imported = importModel(folder.path, context);
  ASSERT_TRUE(static_cast<bool>(imported))
      << llvm::toString(imported.takeError());
  ASSERT_TRUE(imported->tokenizer);
  EXPECT_EQ(imported->tokenizer->tokens.size(), 4u);
  EXPECT_TRUE(llvm::is_contained(imported->files, folder.path + "/vocab.txt"));
  ASSERT_FALSE(llvm::sys::fs::copy_file(inputs + "/tokenizers/bpe.model",
                                        folder.path + "/tokenizer.model"));
  auto refused = importModel(folder.path, context);
  ASSERT_FALSE(static_cast<bool>(refused));
  std::string message = llvm::toString(refused.takeError());
  EXPECT_NE(message.find("has 1000 tokens"), std::string::npos) << message;
}
