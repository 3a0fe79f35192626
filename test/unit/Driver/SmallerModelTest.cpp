//===- SmallerModelTest.cpp - what files say of a model that shrank -------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "lib/Driver/SmallerModel.h"

#include "Weights/FileWriter.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/MLIRContext.h"

#include <gtest/gtest.h>

using namespace llmc;

namespace {

/// A model of 4 layers, 4 heads of 16 that read 2, and 160 channels.
class SmallerModelTest : public testing::Test {
protected:
  using Sizes = std::vector<std::pair<const char *, int64_t>>;

  mlir::DictionaryAttr facts(const Sizes &sizes) {
    mlir::Builder builder(&context);
    mlir::NamedAttrList list;
    for (auto [name, size] : sizes)
      list.set(name, builder.getI64IntegerAttr(size));
    return list.getDictionary(&context);
  }
  SmallerModel make(int64_t layers, int64_t heads, int64_t kvHeads,
                    int64_t channels, std::vector<int64_t> without = {}) {
    auto sizes = [](int64_t layers, int64_t heads, int64_t kvHeads,
                    int64_t channels) {
      return Sizes{{"layers", layers},
                   {"heads", heads},
                   {"kv_heads", kvHeads},
                   {"head_dim", 16},
                   {"feed_forward_length", channels}};
    };
    return {facts(sizes(4, 4, 2, 160)),
            facts(sizes(layers, heads, kvHeads, channels)), std::move(without)};
  }
  static std::string config(const SmallerModel &model, const char *text) {
    auto made = model.changeConfig(text);
    return made ? *made : llvm::toString(made.takeError());
  }

  mlir::MLIRContext context;
};

} // namespace

TEST_F(SmallerModelTest, NothingElseOfAConfigChanges) {
  const char *text = R"({
  "inner": {"intermediate_size": 160, "note": "\"intermediate_size\": 160"},
  "intermediate_size": 160,
  "rms_norm_eps": 1e-06
}
)";
  EXPECT_EQ(config(make(4, 4, 2, 96), text), R"({
  "inner": {"intermediate_size": 160, "note": "\"intermediate_size\": 160"},
  "intermediate_size": 96,
  "rms_norm_eps": 1e-06
}
)");
  EXPECT_EQ(config(SmallerModel(), text), text);
  EXPECT_EQ(config(make(4, 4, 2, 96), R"({"n_inner":null})"),
            R"({"n_inner":96})");
}

TEST_F(SmallerModelTest, HeadsKeepTheirDimension) {
  EXPECT_EQ(config(make(4, 2, 1, 160),
                   R"({"num_attention_heads": 4, "num_key_value_heads": 2})"),
            "{\"num_attention_heads\": 2, \"num_key_value_heads\": 1,\n  "
            "\"head_dim\": 16\n}\n");
  const char *same = R"({"head_dim": null, "n_head": 4})";
  EXPECT_EQ(config(make(4, 2, 2, 160), same),
            R"({"head_dim": 16, "n_head": 2})");
  EXPECT_NE(config(make(4, 2, 1, 160), same)
                .find("config.json: key 'num_key_value_heads': requires 2"),
            std::string::npos);
  EXPECT_NE(config(make(4, 2, 2, 160), R"({"n_head": 4})")
                .find("config.json: key 'head_dim': requires 16"),
            std::string::npos);
}

TEST_F(SmallerModelTest, AConfigThatDoesNotSayASizeIsRefused) {
  for (const char *text : {"{}", R"({"intermediate_size": 128})"})
    EXPECT_NE(config(make(4, 4, 2, 96), text)
                  .find("requires 160, the model's feed_forward_length, for a "
                        "smaller model to be written; llmc compile --shrink "
                        "needs no file"),
              std::string::npos)
        << text;
}

TEST_F(SmallerModelTest, LayersBehindOnesThatGoAreNumberedAnew) {
  SmallerModel model = make(2, 4, 2, 160, {0, 2});
  EXPECT_EQ(model.getName("blk.0.attn_q.weight"), std::nullopt);
  EXPECT_EQ(model.getName("blk.1.attn_q.weight"), "blk.0.attn_q.weight");
  EXPECT_EQ(model.getName("model.layers.3.experts.2.up.weight"),
            "model.layers.1.experts.2.up.weight");
  EXPECT_EQ(model.getName("output.weight"), "output.weight");
  EXPECT_EQ(SmallerModel().getName("blk.0.attn_q.weight"),
            "blk.0.attn_q.weight");
}

TEST_F(SmallerModelTest, KeysOfGgufFilesAreChangedOrAdded) {
  test::Bytes bytes =
      test::GgufWriter()
          .string("general.architecture", "llama")
          .integer("llama.block_count", 4)
          .integer("llama.attention.head_count", 4)
          .integers("llama.attention.head_count_kv", {2, 2, 2, 2})
          .integer("llama.feed_forward_length", 160)
          .finish();
  GgufFile file = llvm::cantFail(parseGguf("m.gguf", bytes));
  EXPECT_TRUE(llvm::cantFail(SmallerModel().changeKeys(file)).empty());
  EXPECT_EQ(llvm::cantFail(make(3, 2, 1, 96, {1}).changeKeys(file)),
            (GgufIntegers{{"llama.block_count", 3},
                          {"llama.attention.head_count", 2},
                          {"llama.attention.head_count_kv", 1},
                          {"llama.feed_forward_length", 96},
                          {"llama.attention.key_length", 16},
                          {"llama.attention.value_length", 16}}));
}

TEST_F(SmallerModelTest, AGgufFileThatDoesNotSayASizeIsRefused) {
  test::Bytes bytes = test::GgufWriter()
                          .string("general.architecture", "llama")
                          .integers("llama.feed_forward_length", {160, 128})
                          .finish();
  GgufFile file = llvm::cantFail(parseGguf("m.gguf", bytes));
  auto keys = make(4, 4, 2, 96).changeKeys(file);
  ASSERT_FALSE(bool(keys));
  EXPECT_NE(llvm::toString(keys.takeError())
                .find("m.gguf: key 'llama.feed_forward_length': requires 160"),
            std::string::npos);
}
