//===- CompiledModel.cpp - the test models, compiled once each ------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "CompiledModel.h"

#include "llmc/Driver/Pipelines.h"

using namespace llmc;
using namespace llmc::test;

void llmc::test::PrintTo(const ModelCase &model, std::ostream *stream) {
  *stream << model.path << " at " << getChoiceName(model.activations).str();
}

std::string
llmc::test::nameOfModel(const ::testing::TestParamInfo<ModelCase> &info) {
  std::string name = std::string(info.param.path) + "_" +
                     getChoiceName(info.param.activations).str();
  std::replace_if(
      name.begin(), name.end(), [](char c) { return !std::isalnum(c); }, '_');
  return name;
}

std::vector<ModelCase> llmc::test::modelCases() {
  return {{"llama", Activations::f32},
          {"gpt2", Activations::f32},
          {"llama-q4_1.gguf", Activations::f32},
          {"llama-q4_1.gguf", Activations::i8},
          {"llama-q4_1.gguf", Activations::i16},
          {"qwen2-q8_0.gguf", Activations::i8},
          {"qwen2-q5.gguf", Activations::i8},
          {"llama-k.gguf", Activations::f32},
          {"llama-k.gguf", Activations::i8},
          {"llama-iq.gguf", Activations::i8},
          {"llama-gptq", Activations::i8}};
}

CompiledModel::CompiledModel(const ModelCase &model) {
  auto read = importModel(std::string(LLMC_TEST_INPUTS "/models/") + model.path,
                          *context);
  if (!read) {
    ADD_FAILURE() << llvm::toString(read.takeError());
    return;
  }
  imported = std::move(*read);
  CompileOptions options;
  options.activations = model.activations;
  options.cache =
      model.activations == Activations::i8 ? CacheType::f16 : CacheType::f32;
  if (llvm::Error error =
          runStage(Stage::optimize, *imported->module, options, {})) {
    ADD_FAILURE() << llvm::toString(std::move(error));
    return;
  }
  compiled =
      std::make_unique<CompiledStep>(*imported->module, imported->weights);
}

CompiledModel &llmc::test::compiledModel(const ModelCase &model) {
  static std::map<std::string, std::unique_ptr<CompiledModel>> models;
  std::string key =
      std::string(model.path) + " " + getChoiceName(model.activations).str();
  auto &known = models[key];
  if (!known)
    known = std::make_unique<CompiledModel>(model);
  return *known;
}
