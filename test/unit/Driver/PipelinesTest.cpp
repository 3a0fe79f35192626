//===- PipelinesTest.cpp - the stages between import and emit -------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "DriverTesting.h"

using namespace llmc;
using namespace llmc::testing;

static std::string pipeline(Stage stage, const CompileOptions &options,
                            llvm::ArrayRef<std::string> isas = {}) {
  mlir::OpPassManager manager("builtin.module");
  buildStagePipeline(stage, manager, options, isas);
  std::string text;
  llvm::raw_string_ostream stream(text);
  manager.printAsTextualPipeline(stream);
  return text;
}

static bool contains(llvm::StringRef text, llvm::StringRef part) {
  return text.contains(part);
}

TEST(Pipelines, OptimizeConvertsOnlyWhatIsAsked) {
  CompileOptions options;
  options.activations = Activations::f32;
  options.cache = CacheType::f32;
  std::string plain = pipeline(Stage::optimize, options);
  EXPECT_FALSE(contains(plain, "llm-quantize-activations")) << plain;
  EXPECT_FALSE(contains(plain, "llm-convert")) << plain;
  options.activations = Activations::i8;
  options.cache = CacheType::f16;
  std::string integer = pipeline(Stage::optimize, options);
  EXPECT_TRUE(contains(integer, "llm-quantize-activations")) << integer;
  EXPECT_TRUE(contains(integer, "llm-convert-kv{to=f16}")) << integer;
}

/// Who asks for 16 bits of every row gets them in prompts, too; who names other codes gets
/// them where products read them.
TEST(Pipelines, PromptsAreNarrowWhereSomeRowsAreBytes) {
  for (Activations choice : {Activations::f32, Activations::i8,
                             Activations::mixed, Activations::i16}) {
    CompileOptions options;
    options.activations = choice;
    std::string text = pipeline(Stage::optimize, options);
    bool areAll = choice == Activations::mixed;
    EXPECT_EQ(contains(text, "llm-narrow-prompts{products=true}"), areAll)
        << text;
    EXPECT_EQ(contains(text, "llm-narrow-prompts{products=false}"),
              choice == Activations::i8)
        << text;
    if (areAll)
      EXPECT_LT(text.find("llm-quantize-activations"),
                text.find("llm-narrow-prompts"))
          << text;
  }
}

TEST(Pipelines, TypesAreFinalBeforeLayersAreOutlined) {
  CompileOptions options;
  options.activations = Activations::i8;
  std::string text = pipeline(Stage::optimize, options);
  EXPECT_LT(text.find("llm-quantize-activations"),
            text.find("llm-outline-layers"))
      << text;
}

TEST(Pipelines, ScheduleNamesItsInstructionSets) {
  std::string text = pipeline(Stage::schedule, {}, {"avx512-vnni", "avx2"});
  EXPECT_TRUE(contains(text, "llm-clone-targets{isas={avx512-vnni,avx2}}"))
      << text;
}

TEST(Pipelines, AStageThatFailsSaysWhy) {
  Context context;
  auto module = context.parse("func.func private @other()");
  std::string text = message(
      runStage(Stage::lower, *module, {}, {std::string("no-such-isa")}));
  EXPECT_FALSE(text.empty());
  EXPECT_EQ(text.find('\n'), std::string::npos) << text;
}
