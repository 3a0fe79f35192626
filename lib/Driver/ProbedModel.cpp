//===- ProbedModel.cpp - a model whose weights may change -----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// All windows are one step, which reads the weights once. Its rows are added up in
// one order, so the divergences are the same for any number of threads.
//===----------------------------------------------------------------------===//
#include "ProbedModel.h"

#include "Calibration.h"
#include "OpenTokenizer.h"
#include "Report.h"
#include "llmc/Driver/Isolation.h"

#include <cmath>
#include <cstring>
#include <numeric>

using namespace llmc;

static constexpr int64_t windowCount = 2;
static constexpr int64_t usualWindow = 128; // tokens

/// The window of tokens that begins with a line at about `begin`, and how long it is.
static llvm::Expected<std::vector<int32_t>>
readWindow(const llmrt::Tokenizer &tokenizer, size_t begin, int64_t window) {
  constexpr int64_t mostBytes = 32; // of a token of English, on average
  llvm::StringRef text = getBundledText().drop_front(begin).split('\n').second;
  auto encoded = tokenizer.encode(
      text.take_front(window * mostBytes).rsplit('\n').first.str());
  if (!encoded)
    return llvm::createStringError(encoded.message());
  if (static_cast<int64_t>(encoded->size()) < window)
    return llvm::createStringError(
        "the text that llmc brings has too few tokens of this model");
  encoded->resize(window);
  return std::move(*encoded);
}

/// Windows from all over the text.
llvm::Error ProbedModel::readText() {
  OpenTokenizer open;
  if (llvm::Error error = openTokenizer(
          compiler.getModel(), "there is nothing to read a text with", open))
    return error;
  window =
      std::clamp<int64_t>(compiler.getOptions().maxContext, 1, usualWindow);
  for (size_t i = 0; i < windowCount; ++i) {
    const size_t begin =
        (2 * i + 1) * getBundledText().size() / (2 * windowCount);
    auto tokens = readWindow(*open.tokenizer, begin, window);
    if (!tokens)
      return tokens.takeError();
    llvm::append_range(ids, *tokens);
  }
  return llvm::Error::success();
}

llvm::Error ProbedModel::makeWeights() {
  auto made = PackedMemory::make(
      compiler, "weights as floats, with which layers are measured");
  if (!made)
    return made.takeError();
  weights.emplace(std::move(*made));
  for (const PlannedWeight &weight : weights->weights()) {
    auto packed = llvm::dyn_cast<mlir::llm::PackedType>(weight.op.getType());
    places[weight.op.getSymName()] = {weight.offset, weight.bytes,
                                      packed && packed.getLayout()};
  }
  return llvm::Error::success();
}

llvm::Error ProbedModel::startEngine() {
  const LlmrtModel &model = program->model();
  auto created = llmrt::Engine::create(model, weights->bytes(),
                                       {.batch = windowCount,
                                        .context = window,
                                        .rowsPerStep = tokens(),
                                        .logitRows = tokens(),
                                        .device = llmrt::Device::Cpu});
  if (!created)
    return llvm::createStringError(created.message());
  engine = std::move(*created);
  for (int64_t i = 0; i < windowCount; ++i) {
    auto opened = engine->open();
    if (!opened)
      return llvm::createStringError(opened.message());
    sequences.push_back(*opened);
  }
  return llvm::Error::success();
}

llvm::Error ProbedModel::step() {
  std::vector<llmrt::StepPart> parts;
  for (auto [i, sequence] : llvm::enumerate(sequences)) {
    if (llvm::Error error = toError(engine->truncate(sequence, 0)))
      return error;
    parts.push_back({sequence,
                     {ids.data() + i * window, static_cast<size_t>(window)},
                     llmrt::LogitRows::All});
  }
  if (llvm::Error error = toError(engine->step(parts)))
    return error;
  return engine->logits(0) ? llvm::Error::success()
                           : llvm::createStringError("the model has no logits");
}

/// The logarithm of the sum of exponentials.
static double sumExponents(std::span<const float> logits) {
  const float most = *std::max_element(logits.begin(), logits.end());
  double sum = 0;
  for (float logit : logits)
    sum += std::exp(logit - most);
  return most + std::log(sum);
}

llvm::Error ProbedModel::noteOutput() {
  if (llvm::Error error = step())
    return error;
  const size_t vocabulary = program->model().vocabulary;
  probabilities.resize(ids.size() * vocabulary);
  masses.assign(ids.size(), 0);
  entropies.assign(ids.size(), 0);
  engine->threads().run([&](int64_t worker, int64_t workers) {
    for (int64_t row = worker; row < tokens(); row += workers) {
      std::span<const float> logits = *engine->logits(row);
      const double all = sumExponents(logits);
      for (size_t i = 0; i < vocabulary; ++i) {
        float &p = probabilities[row * vocabulary + i];
        p = static_cast<float>(std::exp(logits[i] - all));
        masses[row] += p;
        entropies[row] += p * (logits[i] - all);
      }
    }
  });
  return llvm::Error::success();
}

llvm::Expected<double> ProbedModel::measure() {
  if (llvm::Error error = step())
    return std::move(error);
  std::vector<double> rows(ids.size());
  engine->threads().run([&](int64_t worker, int64_t workers) {
    for (int64_t row = worker; row < tokens(); row += workers) {
      std::span<const float> logits = *engine->logits(row);
      const float *p = &probabilities[row * logits.size()];
      double mean = 0;
      for (size_t i = 0; i < logits.size(); ++i)
        mean += static_cast<double>(p[i]) * logits[i];
      rows[row] = entropies[row] - mean + masses[row] * sumExponents(logits);
    }
  });
  double sum = std::accumulate(rows.begin(), rows.end(), 0.0);
  if (!std::isfinite(sum))
    return llvm::createStringError(
        "its output is no numbers once a layer is rounded: its weights or "
        "statistics have some that are not finite");
  // Less than nothing is what is left of sums that cancel.
  return std::max(0.0, sum / static_cast<double>(tokens()));
}

const ProbedModel::Place *ProbedModel::find(llvm::StringRef weight) const {
  auto it = places.find(weight);
  return it == places.end() ? nullptr : &it->second;
}

void ProbedModel::replace(uint64_t offset, llvm::ArrayRef<uint8_t> bytes) {
  assert(offset + bytes.size() <= weights->bytes().size() && "its place");
  uint8_t *place = weights->bytes().data() + offset;
  originals.emplace_back(offset,
                         std::vector<uint8_t>(place, place + bytes.size()));
  std::memcpy(place, bytes.data(), bytes.size());
}

void ProbedModel::restore() {
  for (const auto &[offset, bytes] : llvm::reverse(originals))
    std::memcpy(weights->bytes().data() + offset, bytes.data(), bytes.size());
  originals.clear();
}

llvm::Expected<std::unique_ptr<ProbedModel>>
ProbedModel::create(llvm::StringRef model, const CompileOptions &wanted) {
  std::unique_ptr<ProbedModel> made(new ProbedModel);
  CompileOptions options;
  options.activations = Activations::f32;
  options.cache = CacheType::f32;
  options.weights = WeightMode::f32;
  options.cpu = "native";
  options.preTokenizer = wanted.preTokenizer;
  options.maxBatch = windowCount;
  options.rowsPerStep = windowCount * usualWindow;
  made->compiler.keepQuiet();
  if (llvm::Error error = made->compiler.import(model, options))
    return std::move(error);
  if (llvm::Error error = made->readText())
    return std::move(error);
  if (llvm::Error error = made->compiler.runUntil(Stage::lower))
    return std::move(error);
  auto loaded = LoadedProgram::loadCode(made->compiler.getModule());
  if (!loaded)
    return loaded.takeError();
  made->program.emplace(std::move(*loaded));
  noteActivity("making weights of floats");
  if (llvm::Error error = made->makeWeights())
    return std::move(error);
  if (llvm::Error error = made->startEngine())
    return std::move(error);
  if (llvm::Error error = made->noteOutput())
    return std::move(error);
  return std::move(made);
}
