//===- WeightCatalogTest.cpp - tensors become weights, none is forgotten --===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "lib/Import/WeightCatalog.h"

#include "../Weights/Testing.h"

#include "mlir/IR/MLIRContext.h"

#include <list>

using namespace llmc;
using namespace llmc::test;
using namespace mlir::llm;

namespace {

constexpr std::pair<llvm::StringRef, llvm::StringRef> layerNames[] = {
    {"attn_q", "self_attn.q_proj"}, {"attn_norm", "input_layernorm"}};
constexpr std::pair<llvm::StringRef, llvm::StringRef> globalNames[] = {
    {"output_norm", "model.norm"}};
const NameTable names{"model.layers.", layerNames, globalNames};

std::vector<float> floatsOf(const Bytes &bytes) {
  std::vector<float> values(bytes.size() / sizeof(float));
  std::memcpy(values.data(), bytes.data(), bytes.size());
  return values;
}

/// A source with tensors of its own making, and a module to declare them in.
class Catalog : public testing::Test {
protected:
  Catalog() { context.loadDialect<LLMDialect>(); }

  void add(const std::string &name, llvm::SmallVector<int64_t> shape,
           EncodingAttrInterface encoding = {}) {
    if (!encoding)
      encoding =
          FloatEncodingAttr::get(&context, mlir::Float32Type::get(&context));
    size_t count = 1;
    for (int64_t dim : shape)
      count *= size_t(dim);
    contents.push_back(isF32(encoding)
                           ? someFloats(count)
                           : Bytes(size_t(encoding.getBytes(count)), 0x11));
    llvm::cantFail(
        source.weights.addTensor({name, shape, encoding, contents.back()}));
  }
  bool isF32(EncodingAttrInterface encoding) {
    auto number = llvm::dyn_cast<FloatEncodingAttr>(encoding);
    return number && number.getType().isF32();
  }
  WeightCatalog open(SourceKind kind = SourceKind::HuggingFace) {
    source.kind = kind;
    return WeightCatalog(source, names, *module);
  }
  std::string finish(WeightCatalog &catalog) {
    llvm::Error error = catalog.finish();
    return error ? llvm::toString(std::move(error)) : "no error";
  }
  /// A declared weight as it prints.
  std::string print(llvm::StringRef symbol) {
    auto weight = module->lookupSymbol<WeightOp>(symbol);
    std::string text;
    if (weight)
      llvm::raw_string_ostream(text) << weight;
    return text;
  }

  mlir::MLIRContext context;
  Source source{SourceKind::HuggingFace, "model"};
  std::list<Bytes> contents;
  mlir::OwningOpRef<mlir::ModuleOp> module =
      mlir::ModuleOp::create(mlir::UnknownLoc::get(&context));
};

} // namespace

TEST_F(Catalog, NamesAreTranslatedForFoldersOnly) {
  add("model.layers.3.self_attn.q_proj.weight", {4, 8});
  add("model.norm.weight", {8});
  add("lm_head.weight", {10, 8});
  WeightCatalog catalog = open();
  EXPECT_TRUE(bool(catalog.matrix("blk.3.attn_q.weight", {4, 8})));
  EXPECT_TRUE(bool(catalog.vector("output_norm.weight", 8)));
  EXPECT_TRUE(bool(catalog.matrix("lm_head.weight", {10, 8})));
  EXPECT_EQ(finish(catalog), "no error");
  EXPECT_NE(print("blk.3.attn_q.weight")
                .find("\"model.layers.3.self_attn.q_proj.weight\""),
            std::string::npos);
  EXPECT_FALSE(open(SourceKind::Gguf).has("blk.3.attn_q.weight"));
}

TEST_F(Catalog, MissingTensorsAreNamedWithTheirShape) {
  source.architecture = "llama";
  WeightCatalog catalog = open(SourceKind::Gguf);
  EXPECT_FALSE(bool(catalog.matrix("blk.0.attn_q.weight", {4, 8})));
  EXPECT_FALSE(bool(catalog.matrix("blk.1.attn_q.weight", {4, 8})));
  EXPECT_EQ(finish(catalog), "model: tensor 'blk.0.attn_q.weight': is missing; "
                             "llama needs it with shape [4, 8]");
}

TEST_F(Catalog, ShapesMustAgree) {
  add("w.weight", {8, 4});
  WeightCatalog catalog = open(SourceKind::Gguf);
  EXPECT_FALSE(bool(catalog.matrix("w.weight", {4, 8})));
  EXPECT_EQ(finish(catalog), "model: tensor 'w.weight': requires shape [4, 8], "
                             "found [8, 4]; are the weights those of this "
                             "configuration?");
}

TEST_F(Catalog, WhatNobodyTookIsRefusedUnlessIgnored) {
  add("a.weight", {4});
  add("b.inv_freq", {4});
  add("c.weight", {4});
  WeightCatalog catalog = open(SourceKind::Gguf);
  catalog.vector("a.weight", 4);
  catalog.ignoreSuffix(".inv_freq");
  EXPECT_EQ(finish(catalog),
            "model: tensor 'c.weight': is not part of this architecture; "
            "importing without it would compute something else");
}

TEST_F(Catalog, ATensorOfAnUnreadableTypeIsNamedWhenWanted) {
  source.unreadable["w.weight"] =
      "dtype F8_E4M3; the dtypes that can be read are F32, F16 and BF16";
  WeightCatalog catalog = open(SourceKind::Gguf);
  EXPECT_TRUE(catalog.has("w.weight"));
  EXPECT_FALSE(bool(catalog.matrix("w.weight", {4, 8})));
  EXPECT_EQ(finish(catalog), "model: tensor 'w.weight': has dtype F8_E4M3; the "
                             "dtypes that can be read are F32, F16 and BF16: "
                             "take a file in one of these");
}

TEST_F(Catalog, EncodingsAreKeptAndVectorsBecomeF32) {
  auto half =
      FloatEncodingAttr::get(&context, mlir::Float16Type::get(&context));
  add("m.weight", {4, 8}, half);
  add("v.weight", {8}, half);
  add("v.bias", {8});
  WeightCatalog catalog = open(SourceKind::Gguf);
  WeightRef matrix = catalog.matrix("m.weight", {4, 8});
  Affine vector = catalog.norm("v", 8, Presence::IfThere);
  EXPECT_EQ(finish(catalog), "no error");
  EXPECT_TRUE(
      llvm::cast<mlir::RankedTensorType>(matrix.type).getElementType().isF16());
  EXPECT_TRUE(llvm::cast<mlir::RankedTensorType>(vector.weight.type)
                  .getElementType()
                  .isF32());
  EXPECT_NE(print("v.weight").find("convert"), std::string::npos);
  EXPECT_EQ(print("v.bias").find("convert"), std::string::npos);
}

TEST_F(Catalog, PartsAreRowsOfOneTensor) {
  add("blk.0.qkv.weight", {12, 8});
  WeightCatalog catalog = open(SourceKind::Gguf);
  std::vector<float> all = floatsOf(contents.front());
  int64_t part = 0;
  for (std::string name :
       {"blk.0.q.weight", "blk.0.k.weight", "blk.0.v.weight"}) {
    Stored stored{
        .stem = "qkv", .begin = 4 * part, .end = 4 * part + 4, .rows = 12};
    ASSERT_TRUE(bool(catalog.matrix(name, {4, 8}, stored))) << name;
    auto values = llvm::cantFail(
        makeWeightValues(module->lookupSymbol<WeightOp>(name), source.weights));
    EXPECT_TRUE(
        llvm::equal(values, llvm::ArrayRef<float>(all).slice(part * 32, 32)))
        << name;
    ++part;
  }
  EXPECT_EQ(finish(catalog), "no error");
}

TEST_F(Catalog, TransposedTensorsAreReadTheOtherWayRound) {
  add("w.weight", {8, 4}); // [in, out]
  WeightCatalog catalog = open(SourceKind::Gguf);
  ASSERT_TRUE(bool(catalog.matrix("w.weight", {4, 8}, {.transposed = true})));
  EXPECT_EQ(finish(catalog), "no error");
  auto values = llvm::cantFail(makeWeightValues(
      module->lookupSymbol<WeightOp>("w.weight"), source.weights));
  std::vector<float> all = floatsOf(contents.front());
  for (size_t row = 0; row < 4; ++row)
    for (size_t column = 0; column < 8; ++column)
      EXPECT_EQ(values[row * 8 + column], all[column * 4 + row]);
}

TEST_F(Catalog, BlocksOfNumbersCannotBeTransposed) {
  add("w.weight", {32, 64}, GgmlEncodingAttr::get(&context, GgmlFormat::Q8_0));
  WeightCatalog catalog = open(SourceKind::Gguf);
  EXPECT_FALSE(
      bool(catalog.matrix("w.weight", {64, 32}, {.transposed = true})));
  EXPECT_EQ(finish(catalog), "model: tensor 'w.weight': has to be transposed, "
                             "which blocks of numbers cannot be");
}

TEST_F(Catalog, BiasesAreAskedForOrTakenWhereTheyAre) {
  add("a.weight", {4, 8});
  add("a.bias", {4});
  add("b.weight", {4, 8});
  WeightCatalog catalog = open(SourceKind::Gguf);
  EXPECT_TRUE(bool(catalog.linear("a", 4, 8, Presence::IfThere).bias));
  EXPECT_FALSE(bool(catalog.linear("b", 4, 8, Presence::IfThere).bias));
  EXPECT_EQ(finish(catalog), "no error");
  WeightCatalog strict = open(SourceKind::Gguf);
  strict.linear("b", 4, 8, Presence::Always);
  EXPECT_NE(finish(strict).find("'b.bias': is missing"), std::string::npos);
}

TEST_F(Catalog, ABiasThatIsNotWantedIsNotForgotten) {
  add("a.weight", {4, 8});
  add("a.bias", {4});
  WeightCatalog catalog = open(SourceKind::Gguf);
  EXPECT_FALSE(bool(catalog.linear("a", 4, 8, Presence::Never).bias));
  EXPECT_NE(finish(catalog).find("'a.bias': is not part"), std::string::npos);
}

TEST_F(Catalog, SmallTensorsAreRead) {
  add("rope_freqs.weight", {4});
  WeightCatalog catalog = open(SourceKind::Gguf);
  EXPECT_EQ(catalog.values("rope_freqs.weight", 4),
            (std::vector<float>{0.5f, 0.75f, 1.0f, 1.25f}));
  EXPECT_TRUE(catalog.values("missing.weight", 4).empty());
  EXPECT_EQ(finish(catalog), "no error"); // it counts as taken
}

TEST_F(Catalog, ConstantsAreValuesOfTheModule) {
  WeightCatalog catalog = open();
  WeightRef inv = catalog.constant("rope.inv", {1.0f, 0.5f});
  EXPECT_TRUE(bool(inv));
  auto weight = module->lookupSymbol<WeightOp>("rope.inv");
  ASSERT_TRUE(weight);
  EXPECT_FALSE(weight.getSource());
  EXPECT_EQ(llvm::cantFail(makeWeightValues(weight, source.weights)),
            (std::vector<float>{1.0f, 0.5f}));
}

TEST_F(Catalog, ShapesCanBeAskedForBeforehand) {
  add("w.weight", {4, 8});
  WeightCatalog catalog = open(SourceKind::Gguf);
  EXPECT_EQ(catalog.shapeOf("w.weight"), llvm::ArrayRef<int64_t>({4, 8}));
  EXPECT_TRUE(catalog.shapeOf("missing.weight").empty());
}

TEST_F(Catalog, ExpertsOfSeveralTensorsAreOneWeight) {
  for (std::string expert : {"0", "1", "2"})
    add("blk.0.ffn_up." + expert + ".weight", {4, 8});
  WeightCatalog catalog = open(SourceKind::Gguf);
  ASSERT_TRUE(bool(catalog.stack("blk.0.ffn_up_exps.weight",
                                 "blk.0.ffn_up.%.weight", {3, 4, 8})));
  EXPECT_EQ(finish(catalog), "no error");
  auto values = llvm::cantFail(makeWeightValues(
      module->lookupSymbol<WeightOp>("blk.0.ffn_up_exps.weight"),
      source.weights));
  std::vector<float> all;
  for (const Bytes &content : contents)
    llvm::append_range(all, floatsOf(content));
  EXPECT_EQ(values, all);
}

TEST_F(Catalog, AMissingExpertIsNamed) {
  source.architecture = "llama";
  add("blk.0.ffn_up.0.weight", {4, 8});
  WeightCatalog catalog = open(SourceKind::Gguf);
  EXPECT_FALSE(bool(catalog.stack("blk.0.ffn_up_exps.weight",
                                  "blk.0.ffn_up.%.weight", {2, 4, 8})));
  EXPECT_EQ(finish(catalog), "model: tensor 'blk.0.ffn_up.1.weight': is "
                             "missing; llama needs it with shape [4, 8]");
}
