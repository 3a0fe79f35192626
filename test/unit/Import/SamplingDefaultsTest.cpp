//===- SamplingDefaultsTest.cpp - how the model's makers sample -----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "ModelFiles.h"

using namespace llmc;
using namespace llmc::test;

namespace {
class SamplingDefaults : public ImportTest {
protected:
  /// The entry of `llm.model` as text; empty where there is none.
  std::string sampling() {
    if (!imported)
      return "not imported";
    auto model =
        (*imported->module)->getAttrOfType<mlir::DictionaryAttr>("llm.model");
    std::string text;
    if (mlir::Attribute found = model.get("sampling"))
      llvm::raw_string_ostream(text) << found;
    return text;
  }
};
} // namespace

TEST_F(SamplingDefaults, AreAbsentWhereTheFilesSayNothing) {
  import(LlamaGguf());
  EXPECT_EQ(sampling(), "");
  import(HfModel());
  EXPECT_EQ(sampling(), "");
}

TEST_F(SamplingDefaults, ComeFromTheKeysOfAGguf) {
  import(LlamaGguf()
             .number("general.sampling.temp", 0.5f)
             .integer("general.sampling.top_k", 20)
             .number("general.sampling.penalty_repeat", 1.25f));
  EXPECT_EQ(sampling(), "{repetition_penalty = 1.250000e+00 : f64, temperature "
                        "= 5.000000e-01 : f64, top_k = 20 : i64}");
}

TEST_F(SamplingDefaults, ComeFromGenerationConfig) {
  folder.write("generation_config.json",
               R"({"do_sample": true, "temperature": 0.5, "top_p": 0.75,
                   "top_k": -1, "eos_token_id": [1, 2]})");
  import(HfModel());
  EXPECT_EQ(sampling(), "{temperature = 5.000000e-01 : f64, top_k = 0 : i64, "
                        "top_p = 7.500000e-01 : f64}");
}

TEST_F(SamplingDefaults, AreGreedyWhereTheMakersSaySo) {
  folder.write("generation_config.json",
               R"({"do_sample": false, "temperature": 0.5})");
  import(HfModel());
  EXPECT_EQ(sampling(), "{temperature = 0.000000e+00 : f64}");
}

TEST_F(SamplingDefaults, OutOfRangeAreRefused) {
  expectRefused(LlamaGguf().number("general.sampling.top_p", 1.5f),
                "key 'general.sampling.top_p': requires a float from 0 to 1");
  folder.write("generation_config.json", R"({"temperature": "hot"})");
  expectRefused(HfModel(),
                "key 'temperature': requires a number from 0 to 100");
}
