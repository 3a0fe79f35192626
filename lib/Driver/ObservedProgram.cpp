//===- ObservedProgram.cpp - a step that shows what it computes -----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "ObservedProgram.h"

#include "OpenTokenizer.h"
#include "llmc/Optimize/ObservedRows.h"

using namespace llmc;

/// Rows of a step: their results are held at once, and sums are the faster the more
/// rows they get.
static constexpr int64_t mostRows = 256;
static constexpr int64_t usualWindow = 512;

void llmc::observeRows(CompileOptions &options, Observe observe,
                       int64_t window) {
  options.cpu = "native";
  options.maxContext = window;
  options.maxBatch = 1;
  options.rowsPerStep = window ? std::min(mostRows, window) : mostRows;
  options.observe = observe;
}

CompileOptions llmc::getObservingOptions(Observe observe, int64_t window) {
  CompileOptions options;
  options.activations = Activations::f32;
  options.cache = CacheType::f32;
  observeRows(options, observe, window);
  return options;
}

/// A function has no positions, and is refused once its step is missed.
int64_t llmc::chooseWindow(const CompileOptions &options, int64_t window) {
  return window ? window
                : std::clamp<int64_t>(options.maxContext, 1, usualWindow);
}

llvm::Expected<std::vector<int32_t>>
llmc::readWindows(const ImportedModel &model, llvm::StringRef text,
                  llvm::StringRef name, int64_t window, int64_t tokens) {
  OpenTokenizer open;
  if (llvm::Error error =
          openTokenizer(model, "there is nothing to read a text with", open))
    return std::move(error);
  auto encoded = open.tokenizer->encode(text.str());
  if (!encoded)
    return llvm::createStringError(encoded.message());
  std::vector<int32_t> ids = std::move(*encoded);
  const auto found = static_cast<int64_t>(ids.size());
  const int64_t windows = tokens ? tokens / window : found / window;
  if (windows < 1 || windows * window > found)
    return llvm::createStringError(
        name + ": has " + llvm::Twine(found) + " tokens: " +
        (windows < 1 ? "one window needs " + llvm::Twine(window)
                     : llvm::Twine(windows * window) + " were asked for") +
        "; take a longer text, or fewer tokens or windows");
  ids.resize(windows * window);
  return ids;
}

llvm::Expected<std::unique_ptr<ObservedProgram>>
ObservedProgram::create(Compiler &compiler, int64_t window, int64_t threads) {
  if (llvm::Error error = compiler.runUntil(Stage::lower))
    return std::move(error);
  auto loaded = LoadedProgram::load(compiler);
  if (!loaded)
    return loaded.takeError();
  std::unique_ptr<ObservedProgram> made(
      new ObservedProgram(std::move(*loaded)));
  const LlmrtModel &model = made->program.model();
  auto created = llmrt::Engine::create(model, made->program.weights(),
                                       {.batch = 1,
                                        .context = window,
                                        .rowsPerStep = model.rowsPerStep,
                                        .logitRows = 1,
                                        .threads = threads,
                                        .device = llmrt::Device::Cpu});
  if (!created)
    return llvm::createStringError(created.message());
  made->engine = std::move(*created);
  auto opened = made->engine->open();
  if (!opened)
    return llvm::createStringError(opened.message());
  made->sequence = *opened;
  return std::move(made);
}

llvm::Expected<int64_t> ObservedProgram::find(llvm::StringRef weight) const {
  const std::string name = (observedPrefix + weight).str();
  const LlmrtModel &model = program.model();
  for (int64_t number = 0; number < model.resultCount; ++number)
    if (model.results[number].name == name)
      return number;
  return llvm::createStringError("internal error: no result '" + name + "'");
}

std::vector<std::string> ObservedProgram::list() const {
  std::vector<std::string> weights;
  const LlmrtModel &model = program.model();
  for (int64_t number = 0; number < model.resultCount; ++number) {
    llvm::StringRef name = model.results[number].name;
    if (name.consume_front(observedPrefix))
      weights.push_back(name.str());
  }
  return weights;
}

llvm::Error ObservedProgram::restart() {
  return toError(engine->truncate(sequence, 0));
}

llvm::Error ObservedProgram::step(llvm::ArrayRef<int32_t> tokens) {
  llmrt::StepPart part{
      sequence, {tokens.data(), tokens.size()}, llmrt::LogitRows::None};
  return toError(engine->step({&part, 1}));
}

llvm::Expected<const float *> ObservedProgram::result(int64_t number) {
  auto observed = engine->result(number);
  if (!observed)
    return llvm::createStringError(observed.message());
  return static_cast<const float *>(*observed);
}
