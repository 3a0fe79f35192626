//===- KeyReaderTest.cpp - many keys, one error ---------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "lib/Import/KeyReader.h"

#include "../Weights/Testing.h"

#include "llmc/Weights/Json.h"

using namespace llmc;
using namespace llmc::test;
using mlir::llm::ActFn;

namespace {

/// A parsed GGUF file, with the bytes that it points into.
struct Keys {
  explicit Keys(const GgufWriter &writer)
      : bytes(GgufWriter(writer).finish()),
        file(llvm::cantFail(parseGguf("m.gguf", bytes))) {}
  Bytes bytes;
  GgufFile file;
};

std::string messageOf(llvm::Error error) {
  return error ? llvm::toString(std::move(error)) : "no error";
}

HfConfig parse(const char *text) {
  return HfConfig("config.json", llvm::cantFail(parseJsonObject("c", text)));
}

} // namespace

TEST(GgufKeys, StandUnderTheArchitecture) {
  Keys keys(GgufWriter()
                .integer("llama.block_count", 30)
                .integer("qwen2.block_count", 24)
                .number("llama.eps", 1e-5f));
  GgufKeys reader(keys.file, "llama");
  EXPECT_EQ(reader.integer("block_count", 100), 30);
  EXPECT_EQ(reader.integer("missing", 100, 7), 7);
  EXPECT_EQ(reader.number("eps", 0, 1), 1e-5);
  EXPECT_EQ(messageOf(reader.takeError()), "no error");
}

TEST(GgufKeys, TheFirstErrorIsKept) {
  Keys keys(GgufWriter().integer("llama.a", 0).string("llama.b", "x"));
  GgufKeys reader(keys.file, "llama");
  reader.integer("a", 100);
  reader.integer("b", 100);
  reader.integer("c", 100);
  EXPECT_EQ(messageOf(reader.takeError()),
            "m.gguf: key 'llama.a': requires an integer from 1 to 100, found "
            "0");
}

TEST(GgufKeys, AWrongValueReadsAsAHarmlessOne) {
  Keys keys(GgufWriter().integer("llama.a", 0).number("llama.eps", 7));
  GgufKeys reader(keys.file, "llama");
  EXPECT_EQ(reader.integer("a", 100), 1); // divides, and makes no array huge
  EXPECT_EQ(reader.number("eps", 0.5, 1), 0.5);
  EXPECT_NE(messageOf(reader.takeError()), "no error");
}

TEST(GgufKeys, LayersThatAgreeAreOneNumber) {
  Keys keys(GgufWriter()
                .integers("llama.same", {4, 4, 4})
                .integers("llama.differ", {4, 2})
                .integers("llama.zero", {0, 0})
                .integer("llama.one", 3));
  GgufKeys reader(keys.file, "llama");
  EXPECT_EQ(reader.perLayer("same", 8), 4);
  EXPECT_EQ(reader.perLayer("one", 8), 3);
  EXPECT_EQ(reader.perLayer("missing", 8, 5), 5);
  EXPECT_EQ(messageOf(reader.takeError()), "no error");
  reader.perLayer("differ", 8);
  EXPECT_EQ(messageOf(reader.takeError()),
            "m.gguf: key 'llama.differ': layers that differ in it cannot be "
            "imported; requires equal integers from 1 to 8");
  for (const char *key : {"zero", "missing"}) {
    GgufKeys other(keys.file, "llama");
    other.perLayer(key, 8);
    EXPECT_NE(messageOf(other.takeError()), "no error") << key;
  }
}

TEST(HfKeys, ReadAndRememberTheFirstError) {
  HfConfig config = parse(R"({"layers": 2, "tie": true, "eps": 0.5,
                              "bad": -1, "worse": "x"})");
  HfKeys reader(config);
  EXPECT_EQ(reader.integer("layers", 9), 2);
  EXPECT_EQ(reader.integer("missing", 9, 4), 4);
  EXPECT_EQ(reader.number("eps", 0, 1, 0), 0.5);
  EXPECT_EQ(reader.number("missing", 0, 1, 0.125), 0.125);
  EXPECT_TRUE(reader.flag("tie", false));
  EXPECT_EQ(messageOf(reader.takeError()), "no error");
  EXPECT_EQ(reader.integer("bad", 9), 1);
  EXPECT_FALSE(reader.flag("worse", false));
  EXPECT_NE(messageOf(reader.takeError()).find("key 'bad'"), std::string::npos);
}

TEST(HfActivation, NamesAreThoseOfTransformers) {
  const std::pair<const char *, ActFn> names[] = {
      {"silu", ActFn::Silu},
      {"swish", ActFn::Silu},
      {"gelu", ActFn::GeluErf},
      {"gelu_new", ActFn::GeluTanh},
      {"gelu_pytorch_tanh", ActFn::GeluTanh},
      {"gelu_fast", ActFn::GeluTanh},
      {"quick_gelu", ActFn::QuickGelu},
      {"relu", ActFn::Relu},
      {"relu2", ActFn::Relu2},
  };
  for (auto [name, fn] : names) {
    std::string text = "{\"act\": \"" + std::string(name) + "\"}";
    HfConfig config = parse(text.c_str());
    EXPECT_EQ(llvm::cantFail(readHfActivation(config, "act", "relu")), fn)
        << name;
  }
  HfConfig absent = parse("{}");
  EXPECT_EQ(llvm::cantFail(readHfActivation(absent, "act", "gelu_new")),
            ActFn::GeluTanh);
}

TEST(HfActivation, AnotherNameIsRefused) {
  HfConfig config = parse(R"({"act": "SiLU"})");
  auto fn = readHfActivation(config, "act", "silu");
  ASSERT_FALSE(bool(fn));
  EXPECT_EQ(llvm::toString(fn.takeError()),
            "config.json: key 'act': requires silu, gelu, gelu_new, "
            "gelu_pytorch_tanh, quick_gelu, relu or relu2, found the string "
            "'SiLU'");
}

TEST(UnknownGgufKeys, OfTheArchitectureAreRefused) {
  Keys keys(GgufWriter()
                .integer("llama.block_count", 1)
                .integer("llama.expert_count", 0)
                .integer("general.file_type", 2)
                .number("llama.logit_scale", 0.5f));
  EXPECT_EQ(messageOf(rejectUnknownGgufKeys(keys.file, "llama",
                                            {"block_count", "logit_scale"})),
            "no error"); // what is 0 is off
  EXPECT_NE(
      messageOf(rejectUnknownGgufKeys(keys.file, "llama", {"block_count"}))
          .find("key 'llama.logit_scale': is not a key"),
      std::string::npos);
}
