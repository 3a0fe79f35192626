//===- GgufImportTest.cpp - what GGUF files become ------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "ModelFiles.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

using namespace llmc;
using namespace llmc::test;
using namespace mlir::llm;

namespace {
class GgufImport : public ImportTest {};
} // namespace

TEST_F(GgufImport, LeavesOneStepOverBatchAndCache) {
  import(LlamaGguf());
  auto functions = all<mlir::func::FuncOp>();
  ASSERT_EQ(functions.size(), 1u);
  EXPECT_EQ(functions[0].getName(), "step");
  std::string type;
  llvm::raw_string_ostream(type) << functions[0].getFunctionType();
  EXPECT_EQ(type, "(!llm.batch, !llm.kv<1x1x4x4, f32>) -> (tensor<?x10xf32>, "
                  "!llm.kv<1x1x4x4, f32>)");
}

TEST_F(GgufImport, DescribesTheModel) {
  import(LlamaGguf().string("general.name", "Tiny"));
  ASSERT_TRUE(imported);
  auto info =
      (*imported->module)->getAttrOfType<mlir::DictionaryAttr>("llm.model");
  ASSERT_TRUE(info);
  EXPECT_EQ(info.getAs<mlir::StringAttr>("name").getValue(), "Tiny");
  EXPECT_EQ(info.getAs<mlir::StringAttr>("architecture").getValue(), "llama");
  EXPECT_EQ(info.getAs<mlir::IntegerAttr>("context_length").getInt(), 16);
  EXPECT_EQ(info.getAs<mlir::IntegerAttr>("vocabulary").getInt(), 10);
}

TEST_F(GgufImport, PairsNeighboursBecauseConvertersPermuteLlama) {
  import(LlamaGguf());
  auto ropes = all<RopeOp>();
  ASSERT_EQ(ropes.size(), 2u);
  EXPECT_EQ(ropes[0].getPairing(), Pairing::Interleaved);
}

TEST_F(GgufImport, WritesEachLayersKeysBeforeItAttends) {
  import(LlamaGguf());
  auto writes = all<KVWriteOp>();
  auto attentions = all<AttentionOp>();
  ASSERT_EQ(writes.size(), 1u);
  ASSERT_EQ(attentions.size(), 1u);
  EXPECT_EQ(attentions[0].getCache(), writes[0].getResult());
  EXPECT_EQ(attentions[0].getScale().convertToDouble(), 0.5);
}

TEST_F(GgufImport, TiesTheHeadWhenThereIsNoOutputMatrix) {
  import(LlamaGguf());
  EXPECT_FALSE(weight("output.weight"));
  EXPECT_EQ(all<LinearOp>().back().getWeight(),
            all<EmbedOp>().front().getTable());
}

TEST_F(GgufImport, UsesAnOutputMatrixOfItsOwn) {
  import(LlamaGguf().tensor("output.weight", {{10, 8}}));
  EXPECT_TRUE(weight("output.weight"));
  EXPECT_NE(all<LinearOp>().back().getWeight(),
            all<EmbedOp>().front().getTable());
}

TEST_F(GgufImport, ComputesLogitsOnlyOfTheRowsThatAreAsked) {
  import(LlamaGguf());
  auto rows = all<BatchLogitRowsOp>();
  auto embeds = all<EmbedOp>();
  ASSERT_EQ(rows.size(), 1u);
  ASSERT_EQ(embeds.size(), 2u);
  EXPECT_EQ(embeds[1].getIds(), rows[0].getResult());
  EXPECT_EQ(all<LinearOp>().back().getInput(), embeds[1].getResult());
}

TEST_F(GgufImport, DividesFrequenciesByRopeFreqs) {
  LlamaGguf model;
  import(model);
  std::vector<float> plain = values("rope.inv");
  import(model.tensor("rope_freqs.weight", {{2}})); // 0.5 and 0.75
  std::vector<float> divided = values("rope.inv");
  ASSERT_EQ(plain.size(), 2u);
  EXPECT_EQ(plain[0], 1.0f);
  EXPECT_EQ(divided[0], 2.0f);
  EXPECT_EQ(divided[1], plain[1] / 0.75f);
}

TEST_F(GgufImport, RotatesOnlyTheRopeDimensions) {
  import(LlamaGguf().integer("llama.rope.dimension_count", 2));
  EXPECT_EQ(values("rope.inv").size(), 1u);
}

TEST_F(GgufImport, TakesAHeadDimensionThatIsNotAShareOfTheHiddenSize) {
  import(LlamaGguf()
             .integer("llama.attention.key_length", 6)
             .integer("llama.attention.value_length", 6)
             .tensor("blk.0.attn_q.weight", {{12, 8}})
             .tensor("blk.0.attn_k.weight", {{6, 8}})
             .tensor("blk.0.attn_v.weight", {{6, 8}})
             .tensor("blk.0.attn_output.weight", {{8, 12}}));
  ASSERT_EQ(all<KVWriteOp>().size(), 1u);
  EXPECT_EQ(all<KVWriteOp>()[0].getCache().getType().getKeyDim(), 6);
}

TEST_F(GgufImport, AddsBiasesThatTheFileHas) {
  import(LlamaGguf().tensor("blk.0.attn_q.bias", {{8}}));
  auto linears = all<LinearOp>();
  EXPECT_TRUE(linears[0].getBias());
  EXPECT_FALSE(linears[1].getBias());
}

TEST_F(GgufImport, ConvertsSmallParametersToF32) {
  import(LlamaGguf()
             .tensor("output_norm.weight", {{8}, "F16"})
             .tensor("blk.0.ffn_up.weight", {{12, 8}, "F16"}));
  EXPECT_EQ(recipe("output_norm.weight"), "[#llm.convert<#llm.float<f32>>]");
  EXPECT_EQ(recipe("blk.0.ffn_up.weight"), "");
  EXPECT_TRUE(
      getEncoding(weight("blk.0.ffn_up.weight").getType()) ==
      FloatEncodingAttr::get(&context, mlir::Float16Type::get(&context)));
}

TEST_F(GgufImport, ReadsHeadCountsPerLayerWhenTheyAreEqual) {
  import(LlamaGguf().integers("llama.attention.head_count_kv", {1}));
  ASSERT_TRUE(imported);
}

TEST_F(GgufImport, WorksWithoutATokenizer) {
  import(LlamaGguf());
  ASSERT_TRUE(imported);
  EXPECT_FALSE(imported->tokenizer);
}

TEST_F(GgufImport, ReadsTheTokenizer) {
  auto model = importModel(LLMC_TEST_INPUTS "/models/llama-q4_1.gguf", context);
  ASSERT_TRUE(static_cast<bool>(model)) << llvm::toString(model.takeError());
  ASSERT_TRUE(model->tokenizer);
  EXPECT_EQ(model->tokenizer->tokens.size(), 320u);
  EXPECT_FALSE(model->tokenizer->merges.empty());
  EXPECT_FALSE(model->tokenizer->chatTemplate.empty());
}

TEST_F(GgufImport, TheCallerNamesThePreTokenizer) {
  std::string path = LLMC_TEST_INPUTS "/models/llama-q4_1.gguf";
  auto own = importModel(path, context);
  auto other = importModel(path, context, {.preTokenizer = "qwen2"});
  ASSERT_TRUE(own && other);
  EXPECT_TRUE(own->tokenizer->normalizers.empty());
  EXPECT_EQ(other->tokenizer->normalizers.size(), 1u); // NFC
  auto unknown = importModel(path, context, {.preTokenizer = "elvish"});
  ASSERT_FALSE(static_cast<bool>(unknown));
  std::string message = llvm::toString(unknown.takeError());
  EXPECT_NE(message.find("tokenizer.ggml.pre is 'elvish', known are gpt-2"),
            std::string::npos);
  EXPECT_NE(message.find("--pre-tokenizer=NAME"), std::string::npos);
}

TEST_F(GgufImport, KeepsTheQuantisedEncodings) {
  auto model = importModel(LLMC_TEST_INPUTS "/models/llama-q4_1.gguf", context);
  ASSERT_TRUE(static_cast<bool>(model)) << llvm::toString(model.takeError());
  imported = std::move(*model);
  EXPECT_EQ(getEncoding(weight("token_embd.weight").getType()),
            GgmlEncodingAttr::get(&context, GgmlFormat::Q8_0));
  EXPECT_EQ(getEncoding(weight("blk.0.attn_q.weight").getType()),
            GgmlEncodingAttr::get(&context, GgmlFormat::Q4_1));
}

namespace {
class SplitGguf : public GgufImport {
protected:
  /// The model in two files, the second with its blocks.
  void write() {
    LlamaGguf first, second;
    for (auto [number, part] : llvm::enumerate(std::array{&first, &second})) {
      part->integer("split.no", static_cast<uint32_t>(number));
      part->integer("split.count", 2).integer("split.tensors.count", 11);
    }
    for (auto &[name, tensor] : LlamaGguf().tensors)
      (llvm::StringRef(name).starts_with("blk.") ? first : second)
          .tensors.erase(name);
    second.architecture = "";
    paths = {folder.write("m-00001-of-00002.gguf", first.write()),
             folder.write("m-00002-of-00002.gguf", second.write())};
  }
  std::vector<std::string> paths;
};
} // namespace

TEST_F(SplitGguf, OpensAllPartsOfAny) {
  write();
  for (const std::string &path : paths) {
    auto model = importModel(path, context);
    ASSERT_TRUE(bool(model)) << llvm::toString(model.takeError());
    EXPECT_EQ(model->weights.tensors().size(), 11u);
    EXPECT_EQ(model->files, paths);
    auto facts =
        (*model->module)->getAttrOfType<mlir::DictionaryAttr>("llm.model");
    EXPECT_EQ(facts.getAs<mlir::StringAttr>("name").getValue(), "m");
  }
}

TEST_F(SplitGguf, NeedsThePartsBesideIt) {
  write();
  llvm::sys::fs::remove(paths[1]);
  expectError(importModel(paths[0], context), paths[0],
              "is one of 2 files, and 'm-00002-of-00002.gguf' is not beside "
              "it: download it, too");
  folder.write("m-00002-of-00002.gguf", LlamaGguf().write());
  expectError(importModel(paths[0], context), paths[1], "key 'split.no'");
  llvm::sys::fs::rename(paths[0], folder.path + "/other.gguf");
  expectError(importModel(folder.path + "/other.gguf", context), "other.gguf",
              "is one of 2 files, but its name does not say which");
}

TEST_F(GgufImport, SplitsFusedProjectionsOfGpt2ByRows) {
  auto model = importModel(LLMC_TEST_INPUTS "/models/gpt2-q8_0.gguf", context);
  ASSERT_TRUE(static_cast<bool>(model)) << llvm::toString(model.takeError());
  imported = std::move(*model);
  EXPECT_EQ(recipe("blk.0.attn_q.weight"), "[#llm.rows<0, 64>]");
  EXPECT_EQ(recipe("blk.0.attn_v.weight"), "[#llm.rows<128, 192>]");
  EXPECT_EQ(*weight("blk.0.attn_v.weight").getSource(),
            "blk.0.attn_qkv.weight");
}
