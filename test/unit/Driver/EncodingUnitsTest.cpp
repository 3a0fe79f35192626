//===- EncodingUnitsTest.cpp - what --quantize=auto chooses between -------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "llmc/Optimize/EncodingUnits.h"
#include "DriverTesting.h"

using namespace llmc;
using namespace llmc::testing;

namespace {

/// Two products of one input, one of another, and what gives logits.
const char *const step = R"(
  llm.weight @q : tensor<32x128xf32> source "q"
  llm.weight @"k[0];x" : tensor<16x128xf32> source "k"
  llm.weight @down : !llm.packed<128x32, #llm.q8_0> source "down"
  llm.weight @head : tensor<64x128xf32> source "head"
  func.func @step(%x: tensor<?x128xf32>) -> (tensor<?x64xf32>, tensor<?x16xf32>) {
    %wq = llm.param @q : tensor<32x128xf32>
    %wk = llm.param @"k[0];x" : tensor<16x128xf32>
    %wd = llm.param @down : !llm.packed<128x32, #llm.q8_0>
    %wh = llm.param @head : tensor<64x128xf32>
    %q = llm.linear %x, %wq : (tensor<?x128xf32>, tensor<32x128xf32>) -> tensor<?x32xf32>
    %k = llm.linear %x, %wk : (tensor<?x128xf32>, tensor<16x128xf32>) -> tensor<?x16xf32>
    %a = llm.act silu %k : tensor<?x16xf32>
    %d = llm.linear %q, %wd : (tensor<?x32xf32>, !llm.packed<128x32, #llm.q8_0>) -> tensor<?x128xf32>
    %y = llm.linear %d, %wh : (tensor<?x128xf32>, tensor<64x128xf32>) -> tensor<?x64xf32>
    return %y, %a : tensor<?x64xf32>, tensor<?x16xf32>
  })";

class EncodingUnitsTest : public ::testing::Test {
protected:
  EncodingSpace find(llvm::StringRef spec,
                     CodeFormats formats = CodeFormats::panels) {
    auto space = findEncodingUnits(*module, spec, formats);
    EXPECT_TRUE(bool(space));
    if (!space)
      return {};
    llvm::cantFail(
        fitOptionValues(*space, [&](llvm::ArrayRef<FittedWeight> weights) {
          llvm::append_range(fitted, weights);
          ValueTable values(size_t(1) << weights[0].step.getGrid().getBits());
          values.front() = -9;
          values.back() = 9;
          return llvm::Expected<ValueTable>(values);
        }));
    return std::move(*space);
  }
  /// The SPEC of the options with so many bits, or the only ones.
  static std::string spell(const EncodingSpace &space, int64_t bits) {
    std::vector<size_t> chosen;
    for (const EncodingUnit &unit : space.units) {
      auto option =
          llvm::find_if(unit.options, [&](const EncodingOption &option) {
            return option.choice.bits == bits;
          });
      chosen.push_back(
          option == unit.options.end() ? 0 : option - unit.options.begin());
    }
    return spellSpec(space, chosen);
  }

  Context context;
  mlir::OwningOpRef<mlir::ModuleOp> module = context.parse(step);
  std::vector<FittedWeight> fitted;
};

const char *const base =
    "method=gptq,bits=4,scale-search=yes,group=32,scale=i8";

} // namespace

TEST_F(EncodingUnitsTest, WeightsWithOneInputShareAChoice) {
  EncodingSpace space = find("auto");
  ASSERT_EQ(space.units.size(), 3u);
  EXPECT_EQ(space.units[0].weights.size(), 2u);
  EXPECT_EQ(space.units[1].weights.size(), 1u);
  EXPECT_TRUE(space.units[2].reading.isTable);
  EXPECT_EQ(space.method, "gptq");
  EXPECT_EQ(space.group, 32);
}

TEST_F(EncodingUnitsTest, OptionsBeginWithTheFewestBits) {
  for (auto formats : {CodeFormats::panels, CodeFormats::ggml})
    for (const EncodingUnit &unit : find("auto", formats).units) {
      EXPECT_GT(unit.options.size(), 2u);
      for (size_t i = 1; i < unit.options.size(); ++i)
        EXPECT_LE(unit.options[i - 1].choice.bits, unit.options[i].choice.bits);
      EXPECT_EQ(unit.options.back().choice.bits, 8);
    }
}

TEST_F(EncodingUnitsTest, ASpecSaysEverything) {
  EncodingSpace space = find("auto");
  std::string spec = spell(space, 5);
  EXPECT_EQ(spec, std::string(base) + ";q:bits=5;k\\[0\\]?x:bits=5;down:bits=5;"
                                      "head:bits=5,zero=asym,method=rtn");
  auto parsed = parseQuantizeSpec(spec);
  ASSERT_TRUE(bool(parsed));
  EXPECT_FALSE(parsed->isAuto);
  EXPECT_EQ(parsed->linears.rounding, "gptq");
  ASSERT_EQ(parsed->overrides.size(), 4u);
  EXPECT_TRUE(parsed->overrides[1].pattern.match("k[0];x"));
  EXPECT_EQ(parsed->overrides[1].choice.bits, 5);
  EXPECT_EQ(parsed->overrides[3].choice.rounding, "rtn");
  EXPECT_TRUE(parsed->overrides[3].choice.hasMin);
  // What is inherited is not said.
  space = find("auto", CodeFormats::ggml);
  EXPECT_EQ(spell(space, 4), "method=gptq,bits=4,scale-search=yes,group=32;"
                             "head:bits=4,method=rtn");
}

TEST_F(EncodingUnitsTest, ValuesOfFewBitsAreFitted) {
  EncodingSpace space = find("auto");
  EXPECT_EQ(fitted.size(), 6u); // three products, of 3 and of 4 bits
  const std::string four = ":bits=4,values=-9/0/0/0/0/0/0/0/0/0/0/0/0/0/0/9";
  EXPECT_EQ(spell(space, 4), base + (";q" + four) + ";k\\[0\\]?x" + four +
                                 ";down" + four +
                                 ";head:bits=4,zero=asym,method=rtn");
  EXPECT_EQ(parseQuantizeSpec(spell(space, 3))->overrides[0].choice.values,
            ValueTable({-9, 0, 0, 0, 0, 0, 0, 9}));
}

/// What is measured is gptq's, what is made in the end another's.
TEST_F(EncodingUnitsTest, AMethodIsThatOfTheSpec) {
  EncodingSpace space = find("auto,method=awq+quantease;q:bits=6");
  EXPECT_EQ(space.units[1].options[0].choice.rounding, "gptq");
  EXPECT_TRUE(llvm::StringRef(spell(space, 4))
                  .starts_with("method=awq+quantease,bits=4,scale-search=yes,"
                               "group=32,scale=i8;"))
      << spell(space, 4);
  EXPECT_EQ(space.patterns, ";q:bits=6");
  auto parsed = parseQuantizeSpec("auto,method=awq+quantease");
  ASSERT_TRUE(bool(parsed));
  EXPECT_TRUE(parsed->isAuto);
  EXPECT_EQ(parsed->linears.rounding, "quantease");
  // A search needs statistics even where the method does not.
  parsed = parseQuantizeSpec("auto,method=rtn");
  ASSERT_TRUE(bool(parsed));
  EXPECT_TRUE(needsStatistics(*parsed));
  for (const char *spec :
       {"auto,bits=3", "auto,method=gptq,bits=3", "auto,method=best"})
    EXPECT_NE(llvm::toString(parseQuantizeSpec(spec).takeError()), "") << spec;
  EXPECT_EQ(llvm::toString(parseQuantizeSpec("auto,bits=3").takeError()),
            "auto chooses the rest by itself, and takes method=METHOD alone, "
            "found 'bits=3'");
}

TEST_F(EncodingUnitsTest, WhatPatternsNameIsFixed) {
  EncodingSpace space = find("auto;q:bits=6;he*:keep");
  ASSERT_EQ(space.units.size(), 4u);
  EXPECT_TRUE(space.units[0].isNamed);
  ASSERT_EQ(space.units[0].options.size(), 1u);
  EXPECT_EQ(space.units[0].options[0].choice.bits, 6);
  EXPECT_EQ(space.units[0].options[0].choice.group, 32);
  EXPECT_FALSE(space.units[1].isNamed);
  EXPECT_TRUE(space.units[3].options[0].choice.keep);
  EXPECT_TRUE(llvm::StringRef(spell(space, 3)).ends_with(";q:bits=6;he*:keep"));
}

TEST_F(EncodingUnitsTest, WhatCannotBeMeasuredIsRefused) {
  for (const char *spec : {"auto;q:method=awq", "auto;q:rank=8"}) {
    auto space = findEncodingUnits(*module, spec, CodeFormats::panels);
    ASSERT_FALSE(bool(space));
    EXPECT_NE(llvm::toString(space.takeError()).find("is not measured"),
              std::string::npos);
  }
}

/// Eight bits stay where eight are asked.
TEST_F(EncodingUnitsTest, FewerBitsThanTheFilesAreRounded) {
  EncodingSpace space = find("auto");
  const EncodingUnit &down = space.units[1];
  mlir::llm::WeightOp weight = down.weights.front();
  EXPECT_FALSE(findRoundStep(down, weight, down.options.back()));
  auto round = findRoundStep(down, weight, down.options[down.probe]);
  ASSERT_TRUE(bool(round));
  EXPECT_EQ(round.getGrid().getBits(), 3);
  EXPECT_EQ(round.getMethod(), "gptq");
  EXPECT_EQ(round.getStats(), "down");
  const EncodingUnit &head = space.units[2];
  round = findRoundStep(head, head.weights.front(), head.options[head.probe]);
  EXPECT_EQ(round.getGrid().getBits(), 4);
  EXPECT_EQ(round.getMethod(), "rtn");
  EXPECT_FALSE(round.getStats());
}

/// Zeros of pack-quantized are codes: a minimum of least error is none.
TEST_F(EncodingUnitsTest, AFolderHasCodesOfLinearsAroundZero) {
  EncodingSpace space = find("auto", CodeFormats::packQuantized);
  for (const EncodingUnit &unit : space.units) {
    EXPECT_EQ(unit.options.size(), unit.reading.isTable ? 1u : 5u);
    for (const EncodingOption &option : unit.options) {
      EXPECT_FALSE(option.choice.hasMin) << option.text;
      EXPECT_EQ(option.choice.keep, unit.reading.isTable);
    }
  }
  EXPECT_TRUE(llvm::StringRef(spell(space, 4)).ends_with(";head:keep"));
}

/// GGML's types have 32 codes with a scale.
TEST_F(EncodingUnitsTest, AFileHasTypesOfItsOwn) {
  for (const EncodingUnit &unit : find("auto", CodeFormats::ggml).units)
    for (const EncodingOption &option : unit.options) {
      EXPECT_EQ(option.choice.group, 32);
      EXPECT_TRUE(option.choice.bits == 4 || option.choice.bits == 5 ||
                  option.choice.bits == 8);
    }
}

/// A router has statistics of its input, its experts none; and each width its group.
TEST_F(EncodingUnitsTest, ExpertsAreApartFromTheirRouter) {
  module = context.parse(R"(
    llm.weight @router : tensor<4x64xf32> source "router"
    llm.weight @gate : tensor<4x48x64xf32> source "gate"
    llm.weight @up : tensor<4x48x64xf32> source "up"
    llm.weight @narrow : tensor<8x48xf32> source "narrow"
    func.func @step(%x: tensor<?x64xf32>, %i: tensor<?x2xi32>, %z: tensor<?x48xf32>) {
      %r = llm.param @router : tensor<4x64xf32>
      %g = llm.param @gate : tensor<4x48x64xf32>
      %u = llm.param @up : tensor<4x48x64xf32>
      %n = llm.param @narrow : tensor<8x48xf32>
      %0 = llm.linear %x, %r : (tensor<?x64xf32>, tensor<4x64xf32>) -> tensor<?x4xf32>
      %1 = llm.expert_linear %x, %i, %g : (tensor<?x64xf32>, tensor<?x2xi32>, tensor<4x48x64xf32>) -> tensor<?x2x48xf32>
      %2 = llm.expert_linear %x, %i, %u : (tensor<?x64xf32>, tensor<?x2xi32>, tensor<4x48x64xf32>) -> tensor<?x2x48xf32>
      %3 = llm.linear %z, %n : (tensor<?x48xf32>, tensor<8x48xf32>) -> tensor<?x8xf32>
      return
    })");
  EncodingSpace space = find("auto");
  ASSERT_EQ(space.units.size(), 3u);
  EXPECT_EQ(space.units[0].weights.size(), 1u);
  EXPECT_TRUE(space.units[0].reading.isObserved);
  ASSERT_EQ(space.units[1].weights.size(), 2u);
  EXPECT_FALSE(space.units[1].reading.isObserved);
  auto methodOf = [&](size_t unit) {
    const EncodingUnit &found = space.units[unit];
    return findRoundStep(found, found.weights.front(), found.options.front())
        .getMethod()
        .str();
  };
  EXPECT_EQ(methodOf(0), "gptq");
  EXPECT_EQ(methodOf(1), "rtn");
  // No group of 32 divides 48, and those of 16 have no codes of 3 bits.
  const EncodingUnit &narrow = space.units[2];
  EXPECT_TRUE(llvm::none_of(narrow.options, [](const EncodingOption &option) {
    return option.choice.bits == 3 || option.choice.group != 16;
  }));
  EXPECT_TRUE(llvm::StringRef(spell(space, 4))
                  .contains(";narrow:bits=4,group=16,values="));
}
