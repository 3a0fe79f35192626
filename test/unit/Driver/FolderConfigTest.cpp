//===- FolderConfigTest.cpp - what beside weights a folder says -----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "lib/Driver/FolderConfig.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/JSON.h"

#include <fstream>
#include <gtest/gtest.h>

using namespace llmc;

namespace {

class FolderConfigTest : public testing::Test {
protected:
  FolderConfigTest() {
    EXPECT_FALSE(llvm::sys::fs::createUniqueDirectory("folder-config", path));
  }
  ~FolderConfigTest() override { llvm::sys::fs::remove_directories(path); }

  void put(const std::string &name, const std::string &text = "{}") {
    std::ofstream(path.str().str() + "/" + name) << text;
  }
  void make(const std::string &name) {
    llvm::sys::fs::create_directory(path.str().str() + "/" + name);
  }
  std::string read(const std::string &text) {
    put("config.json", text);
    auto config = readFloatConfig(path);
    return config ? *config : llvm::toString(config.takeError());
  }

  llvm::SmallString<128> path;
};

/// The quantization_config of the result.
llvm::json::Object add(const std::string &config,
                       std::vector<PackedModule> modules,
                       std::vector<std::string> floats = {}) {
  auto made =
      llvm::json::parse(addQuantization(config, modules, std::move(floats)));
  EXPECT_TRUE(bool(made));
  if (!made) {
    llvm::consumeError(made.takeError());
    return {};
  }
  return *made->getAsObject()->getObject("quantization_config");
}

std::string spell(const llvm::json::Value *value) {
  std::string text;
  llvm::raw_string_ostream(text) << *value;
  return text;
}

} // namespace

TEST_F(FolderConfigTest, TextOfFloatsStaysAsItIs) {
  EXPECT_EQ(read("{ \"eps\": 1e-05 }\n"), "{ \"eps\": 1e-05 }\n");
  EXPECT_EQ(read("{\"quantization_config\": null, \"a\": 1}"),
            "{\n  \"a\": 1\n}");
}

TEST_F(FolderConfigTest, WhatIsQuantisedAlreadyIsRefused) {
  EXPECT_NE(read(R"({"quantization_config": {"quant_method": "awq"}})")
                .find("says that the model is quantised already (awq): take "
                      "the model of floats"),
            std::string::npos);
  EXPECT_NE(read(R"({"quantization_config": 4})")
                .find("says that the model is quantised already: take"),
            std::string::npos);
  EXPECT_NE(read("{").find("is not valid JSON"), std::string::npos);
}

TEST_F(FolderConfigTest, NothingElseOfTheFileChanges) {
  std::string config = "{\n  \"eps\": 1e-05,\n  \"a\": []\n}\n";
  std::string made = addQuantization(config, {{"m", 4, 32}}, {});
  EXPECT_TRUE(llvm::StringRef(made).starts_with(
      "{\n  \"eps\": 1e-05,\n  \"a\": [],\n  \"quantization_config\": {\n"))
      << made;
  EXPECT_TRUE(llvm::StringRef(made).ends_with("\n  }\n}\n")) << made;
  EXPECT_TRUE(
      bool(llvm::json::parse(addQuantization("{}", {{"m", 4, 32}}, {}))));
}

TEST_F(FolderConfigTest, MostModulesAreMeantByTheirClass) {
  auto config =
      add("{}", {{"a", 4, 32}, {"b", 4, 32}, {"head", 8, 32}, {"c", 4, 0}},
          {"router", "lm_head"});
  EXPECT_EQ(*config.getString("format"), "pack-quantized");
  EXPECT_EQ(spell(config.get("ignore")), R"(["router","lm_head"])");
  const llvm::json::Object *groups = config.getObject("config_groups");
  ASSERT_EQ(groups->size(), 3u);
  std::map<std::string, std::string> found;
  for (const auto &group : *groups) {
    const llvm::json::Object *weights =
        group.second.getAsObject()->getObject("weights");
    EXPECT_EQ(weights->getBoolean("symmetric"), true);
    found[spell(group.second.getAsObject()->get("targets"))] =
        std::to_string(*weights->getInteger("num_bits")) + " " +
        weights->getString("strategy")->str() + " " +
        spell(weights->get("group_size"));
  }
  EXPECT_EQ(found[R"(["Linear"])"], "4 group 32");
  EXPECT_EQ(found[R"(["head"])"], "8 group 32");
  EXPECT_EQ(found[R"(["c"])"], "4 channel null");
}

TEST_F(FolderConfigTest, FloatsHaveAFormatOfTheirOwn) {
  auto config = add("{}", {{"a", 8, 0, true}, {"b", 8, 128, true}});
  EXPECT_EQ(*config.getString("format"), "float-quantized");
  for (const auto &group : *config.getObject("config_groups")) {
    const llvm::json::Object &scheme = *group.second.getAsObject();
    EXPECT_EQ(*scheme.getObject("weights")->getString("type"), "float");
    EXPECT_EQ(scheme.get("format"), nullptr);
  }
}

TEST_F(FolderConfigTest, SchemesOfTwoFormatsNameThem) {
  auto config =
      add("{}", {{"a", 8, 0, true}, {"b", 8, 0, true}, {"c", 8, 0, false}});
  EXPECT_EQ(*config.getString("format"), "mixed-precision");
  std::map<std::string, std::string> found;
  for (const auto &group : *config.getObject("config_groups"))
    found[spell(group.second.getAsObject()->get("targets"))] =
        group.second.getAsObject()->getString("format")->str();
  EXPECT_EQ(found[R"(["Linear"])"], "float-quantized");
  EXPECT_EQ(found[R"(["c"])"], "pack-quantized");
}

TEST_F(FolderConfigTest, CompanionsAreNoWeights) {
  for (const char *name :
       {"config.json", "tokenizer.model", "chat_template.jinja", "LICENSE.txt",
        "NOTICE", "modeling_x.py", "model.safetensors", "pytorch_model.bin",
        "model.safetensors.index.json", ".hidden.json", "x.gguf"})
    put(name);
  make("1_Pooling");
  put("1_Pooling/config.json");
  make("2_Dense");
  put("2_Dense/model.safetensors");
  make("onnx");
  put("onnx/config.json");
  auto names = listCompanions(path);
  ASSERT_TRUE(bool(names));
  std::vector<std::string> expected = {
      "1_Pooling/config.json", "2_Dense/model.safetensors",
      "LICENSE.txt",           "NOTICE",
      "chat_template.jinja",   "config.json",
      "modeling_x.py",         "tokenizer.model"};
  EXPECT_EQ(*names, expected);
}
