//===- MixedFormatsTest.cpp - integers or floats for each weight ----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "lib/Driver/FittedValues.h"

#include "DriverTesting.h"

#include <cmath>
#include <functional>
#include <list>
#include <random>

using namespace llmc;

namespace {

using Floats = std::vector<float>;

const std::string scales = "group = 32, scale = f16";
const std::string fp4 = "values = [0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, "
                        "-6, -8, -12]";

class MixedFormatsTest : public ::testing::Test {
protected:
  llmc::testing::Context context;
  WeightStore store;
  std::list<Floats> contents; // what the store's tensors point into
  std::vector<std::string> names;
  mlir::OwningOpRef<mlir::ModuleOp> module;

  /// A matrix [8, 64].
  void add(const std::string &name, const std::function<double(int)> &number) {
    Floats &made = contents.emplace_back();
    for (int i = 0; i < 8 * 64; ++i)
      made.push_back(static_cast<float>(number(i)));
    auto type = mlir::llm::FloatEncodingAttr::get(
        &context, mlir::Float32Type::get(&context));
    llvm::ArrayRef<uint8_t> bytes(reinterpret_cast<uint8_t *>(made.data()),
                                  made.size() * sizeof(float));
    ASSERT_EQ(llvm::toString(store.addTensor({name, {8, 64}, type, bytes})),
              "");
    names.push_back(name);
  }
  /// Normal numbers to that power: the higher, the further a group's largest is from
  /// what most are.
  void addNormal(const std::string &name, double power) {
    std::mt19937 engine(static_cast<unsigned>(names.size()));
    std::normal_distribution<double> normal;
    add(name, [&](int) {
      double number = normal(engine);
      return std::copysign(std::pow(std::abs(number), power), number);
    });
  }
  /// What integers of 4 and 8 bits are.
  void addFlat(const std::string &name) {
    add(name, [](int i) { return i % 32 ? i % 15 - 7 : -8; });
  }
  /// What E2M1 are.
  void addSteep(const std::string &name) {
    const double values[] = {0.5, -1, 1.5, -0.5, 3, 1, -1.5};
    add(name, [&](int i) { return i % 32 ? values[i % 7] : 6; });
  }
  /// What E4M3 are.
  void addSteepest(const std::string &name) {
    add(name,
        [](int i) { return i % 32 ? std::ldexp(1.125, i % 11 - 5) : 448; });
  }

  /// The SPEC for a model that has a product with each of the matrices.
  std::string spell(const std::string &spec) {
    std::string weights, body;
    for (auto [i, name] : llvm::enumerate(names)) {
      const std::string at = std::to_string(i);
      weights += "llm.weight @\"" + name + "\" : tensor<8x64xf32> source \"" +
                 name + "\"\n";
      body += "%w" + at + " = llm.param @\"" + name +
              "\" : tensor<8x64xf32>\n%y" + at + " = llm.linear %x, %w" + at +
              " : (tensor<?x64xf32>, tensor<8x64xf32>) -> tensor<?x8xf32>\n%a" +
              at + " = llm.act silu %y" + at + " : tensor<?x8xf32>\n";
    }
    module = context.parse(
        weights + "func.func @step(%x: tensor<?x64xf32>) -> tensor<?x8xf32> {" +
        body + "return %a0 : tensor<?x8xf32> }");
    EXPECT_TRUE(bool(module));
    auto made = spellFittedValues(spec, *module, store, /*explain=*/false);
    if (made)
      return *made;
    ADD_FAILURE() << llvm::toString(made.takeError());
    return "";
  }
  /// What a SPEC says of a weight.
  static std::string valuesOf(const std::string &spec,
                              const std::string &name) {
    auto parsed = llvm::cantFail(parseQuantizeSpec(spec));
    std::string found = parsed.linears.valuesName;
    for (const auto &entry : parsed.overrides)
      if (entry.pattern.match(name))
        found = entry.choice.valuesName;
    return found;
  }
  double lose(const std::string &name, const std::string &encoding,
              const std::string &step) {
    auto one = context.parse("llm.weight @w : !llm.packed<8x64, " + encoding +
                             "> source \"" + name + "\" recipe [" + step + "]");
    auto weight = *one->getOps<mlir::llm::WeightOp>().begin();
    const Floats made = llvm::cantFail(makeWeightValues(weight, store));
    const Floats &from =
        *std::next(contents.begin(), llvm::find(names, name) - names.begin());
    double error = 0;
    for (size_t i = 0; i < made.size(); ++i)
      error += std::pow(static_cast<double>(made[i]) - from[i], 2);
    return error;
  }
  double loseOnGrid(const std::string &name, const std::string &grid) {
    return lose(name, "#llm.grid<" + grid + ">",
                "#llm.round<grid = <" + grid + ">, method = \"rtn\">");
  }
  /// The one of both that makes the smaller error, tried out.
  std::string findBest(const std::string &name, int bits) {
    if (bits == 4)
      return loseOnGrid(name, "bits = 4, " + scales + ", " + fp4) <
                     loseOnGrid(name, "bits = 4, " + scales + ", zero = 8")
                 ? "fp4"
                 : "uniform";
    const std::string floats =
        "#llm.float_codes<type = f8E4M3FN, " + scales + ">";
    return lose(name, floats, "#llm.convert<" + floats + ">") <
                   loseOnGrid(name, "bits = 8, " + scales + ", zero = 128")
               ? "e4m3"
               : "uniform";
  }
};

} // namespace

TEST_F(MixedFormatsTest, EachWeightLosesLess) {
  const double powers[] = {0.5, 1, 1.3, 1.6, 2, 2.5, 3, 4, 5, 6};
  for (auto [i, power] : llvm::enumerate(powers))
    addNormal("w" + std::string(1, static_cast<char>('a' + i)), power);
  for (int bits : {4, 8}) {
    const std::string spec =
        spell("bits=" + std::to_string(bits) + ",values=mofq,group=32");
    int floats = 0;
    for (const std::string &name : names) {
      const std::string found = valuesOf(spec, name);
      EXPECT_EQ(found, findBest(name, bits)) << spec << " " << name;
      floats += found != "uniform";
    }
    EXPECT_GT(floats, 0) << spec;
    EXPECT_LT(floats, 10) << spec;
  }
}

TEST_F(MixedFormatsTest, WhatAllTakeIsSaidOnce) {
  for (int layer = 0; layer < 12; ++layer)
    addSteep("blk." + std::to_string(layer) + ".down");
  EXPECT_EQ(spell("w4,values=mofq,group=32"), "w4,values=fp4,group=32");
}

TEST_F(MixedFormatsTest, LayersShareAPattern) {
  for (int layer = 0; layer < 12; ++layer) {
    const std::string name = "blk." + std::to_string(layer);
    addFlat(name + ".up");
    layer == 7 ? addFlat(name + ".down") : addSteep(name + ".down");
  }
  EXPECT_EQ(spell("w4,values=mofq,group=32"),
            "w4,values=uniform,group=32;blk.*.down:values=fp4;blk.7.down:"
            "values=uniform");
}

TEST_F(MixedFormatsTest, PatternsMatchNothingElse) {
  for (const char *name : {"a", "b", "c"})
    addFlat(name);
  addSteep("blk.0.down");
  addSteep("blk.1.down");
  addFlat("blk.2.down");
  EXPECT_EQ(spell("w4,values=mofq,group=32;blk.2.down:keep"),
            "w4,values=uniform,group=32;blk.2.down:keep;blk.0.down:values=fp4;"
            "blk.1.down:values=fp4");
}

TEST_F(MixedFormatsTest, APatternsChoiceIsRepeated) {
  addFlat("up");
  addFlat("down.a");
  addSteep("down.b");
  EXPECT_EQ(spell("w8;down*:w4,group=32,values=mofq"),
            "w8;down*:w4,group=32,values=uniform;down.b:w4,group=32,values="
            "fp4");
}

/// Of other bits what the first part gets is none of theirs.
TEST_F(MixedFormatsTest, WhatAPatternInheritsIsSaidThere) {
  addSteep("up");
  addFlat("down.a");
  addFlat("down.b");
  addSteepest("down.c");
  const std::string spec = spell("w4,values=mofq,group=32;down*:bits=8");
  EXPECT_EQ(findBest("down.c", 8), "e4m3");
  EXPECT_EQ(spec, "w4,values=fp4,group=32;down*:bits=8,values=uniform;down.c:"
                  "bits=8,values=e4m3");
}

TEST_F(MixedFormatsTest, TablesOfKmeansGoWithIt) {
  addFlat("up");
  addSteep("down");
  const std::string spec = spell("w4,values=mofq;down:values=kmeans");
  EXPECT_EQ(valuesOf(spec, "up"), "uniform");
  EXPECT_EQ(llvm::StringRef(valuesOf(spec, "down")).count('/'), 15U);
}

TEST_F(MixedFormatsTest, NumbersThatAreNoneAreRefused) {
  addFlat("up");
  contents.front()[70] = NAN;
  EXPECT_EQ(spell("w8"), "w8");
  auto made = spellFittedValues("w4,values=mofq", *module, store, false);
  ASSERT_FALSE(bool(made));
  EXPECT_EQ(llvm::toString(made.takeError()),
            "weight 'up': cannot be quantised: row 1, column 6 is not a "
            "number");
}
