//===- FakeModel.cpp - a compiled model for tests, without a compiler -----===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A page holds two layers of one 64-bit key per slot; that with a window keeps the
// second layer in a cache of its own. All arithmetic is modulo 2^64, so sums do not
// depend on their order and results compare exactly.
//===----------------------------------------------------------------------===//
#include "FakeModel.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>

using namespace llmrt::test;

namespace {

constexpr int64_t weightBytes = 8192;
constexpr int64_t pageTokens = LLMRT_PAGE_TOKENS;
constexpr int64_t layers = 2;
constexpr int64_t layerBytes = pageTokens * 8; // of a page
constexpr int64_t scratchBytes = 17 * 64;      // one row of logits
constexpr int64_t rowBytes = 20; // 8 hash, the rest to have odd sizes

uint64_t mix(uint64_t a, uint64_t b) {
  uint64_t x = a * 0x9e3779b97f4a7c15ull + std::rotl(b, 31) + 0x7f4a7c15ull;
  x = (x ^ (x >> 29)) * 0xbf58476d1ce4e5b9ull;
  return x ^ (x >> 32);
}

struct alignas(64) Weights {
  std::array<uint8_t, weightBytes> bytes;
  Weights() {
    for (int64_t i = 0; i < weightBytes; ++i)
      bytes[i] = static_cast<uint8_t>(mix(i, 77));
  }
};

const Weights &weights() {
  static const Weights all;
  return all;
}

uint64_t embedding(const uint8_t *weightSection, int32_t token) {
  return mix(token, weightSection[(token * 31) % weightBytes]);
}

/// Letters and the end token are likely, so that text looks like text.
float logit(uint64_t hidden, int64_t v) {
  float value = static_cast<float>(mix(hidden, v) & 0xffff) / 8192.0f;
  const bool likely = (v >= 'a' && v <= 'z') || v == ' ' || v == fakeEnd;
  return likely ? value + 8.0f : value;
}

/// One worker's share of a step.
struct Share {
  const LlmrtStep &step;
  int64_t worker, workers;
  bool hasWindow = false;

  const LlmrtCache &cacheOf(int64_t layer) const {
    return step.caches[hasWindow ? layer : 0];
  }
  uint64_t *key(int64_t layer, int64_t page, int64_t slot) const {
    uint8_t *place = hasWindow
                         ? cacheOf(layer).kv + page * layerBytes
                         : cacheOf(0).kv + (page * layers + layer) * layerBytes;
    return reinterpret_cast<uint64_t *>(place) + slot;
  }
  int64_t pageOf(int64_t layer, int64_t row, int64_t slot) const {
    return cacheOf(layer)
        .blockTable[step.sequences[row] * step.blocksPerSequence +
                    slot / pageTokens];
  }
  /// The first slot that a row sees.
  int64_t firstSlot(int64_t layer, int64_t row) const {
    return hasWindow && layer == 1
               ? std::max<int64_t>(step.slots[row] - fakeWindow + 1, 0)
               : 0;
  }
  uint64_t &hidden(int64_t row) const {
    // As generated code does: buffer after buffer, each rowCapacity long.
    return reinterpret_cast<uint64_t *>(step.arena +
                                        12 * step.rowCapacity)[row];
  }

  void writeKeys(int64_t layer) const {
    for (int64_t row = worker; row < step.rows; row += workers) {
      int64_t slot = step.slots[row];
      *key(layer, pageOf(layer, row, slot), slot % pageTokens) =
          layer == 0 ? embedding(step.weights, step.tokens[row])
                     : mix(hidden(row), layer);
    }
  }
  void attend(int64_t layer) const {
    // Other rows than those it wrote: a missing barrier shows.
    for (int64_t row = workers - 1 - worker; row < step.rows; row += workers) {
      uint64_t sum = 0;
      for (int64_t slot = firstSlot(layer, row); slot <= step.slots[row];
           ++slot) {
        int64_t page = pageOf(layer, row, slot);
        int32_t position =
            cacheOf(layer).slotPositions[page * pageTokens + slot % pageTokens];
        if (position <= step.positions[row])
          sum += mix(*key(layer, page, slot % pageTokens), position);
      }
      hidden(row) = mix(sum, step.positions[row]);
    }
  }
  void writeLogits() const {
    for (int64_t i = worker; i < step.logitRowCount; i += workers)
      for (int64_t v = 0; v < fakeVocabulary; ++v)
        logits(i)[v] = logit(hidden(step.logitRows[i]), v);
  }

  float *logits(int64_t i) const {
    return static_cast<float *>(step.results[0]) + i * fakeVocabulary;
  }
  /// Softmax at a temperature, after the penalty and top-k; no other filter.
  int32_t sample(int64_t i) const {
    const LlmrtSampling &how = step.sampling[i];
    auto *z = reinterpret_cast<float *>(step.scratch + worker * scratchBytes);
    std::copy_n(logits(i), fakeVocabulary, z);
    for (int32_t r = 0; r < how.recentCount; ++r) {
      const float value = logits(i)[how.recent[r]];
      z[how.recent[r]] = value < 0 ? value * how.penalty : value / how.penalty;
    }
    if (std::any_of(z, z + fakeVocabulary,
                    [](float value) { return !std::isfinite(value); }))
      return -1;
    const float most = *std::max_element(z, z + fakeVocabulary);
    auto weigh = [&](float value) {
      const bool isKept =
          how.topK == 0 || std::count_if(z, z + fakeVocabulary, [&](float y) {
                             return y > value;
                           }) < how.topK;
      if (how.temperature == 0)
        return value == most ? 1.0 : 0.0;
      return isKept ? std::exp((value - most) / how.temperature) : 0.0;
    };
    double sum = 0, mass = 0;
    for (int64_t v = 0; v < fakeVocabulary; ++v)
      sum += weigh(z[v]);
    const double target = how.temperature == 0 ? 0 : how.uniform * sum;
    for (int32_t v = 0; v < fakeVocabulary; ++v)
      if ((mass += weigh(z[v])) > target)
        return v;
    return fakeVocabulary - 1;
  }
  void sampleTokens() const {
    // Other rows than those it computed: a missing barrier shows.
    for (int64_t i = workers - 1 - worker; i < step.logitRowCount; i += workers)
      static_cast<int32_t *>(step.results[1])[i] = sample(i);
  }
};

void runStep(const Share &share) {
  const LlmrtStep *step = &share.step;
  const int64_t worker = share.worker;
  for (int64_t layer = 0; layer < layers; ++layer) {
    llmrt_enter(step->barrier, worker, 0);
    share.writeKeys(layer);
    llmrt_barrier(step->barrier);
    llmrt_enter(step->barrier, worker, 1);
    share.attend(layer);
    llmrt_barrier(step->barrier);
  }
  llmrt_enter(step->barrier, worker, 2);
  share.writeLogits();
}

void fakeStep(const LlmrtStep *step, int64_t worker, int64_t workers) {
  runStep({*step, worker, workers});
}

void windowStep(const LlmrtStep *step, int64_t worker, int64_t workers) {
  runStep({*step, worker, workers, /*hasWindow=*/true});
}

void fakeSample(const LlmrtStep *step, int64_t worker, int64_t workers) {
  Share{*step, worker, workers}.sampleTokens();
}

/// The step's fields, with its two results in place of what is the host's, those of
/// its cache and a number.
void launch(const LlmrtStep &step, int64_t kernel, int64_t blocks,
            uint64_t number = 0) {
  LlmrtStep fields = step;
  fields.results = static_cast<void *const *>(step.results[0]);
  fields.barrier = step.results[1];
  fields.caches = nullptr;
  uint64_t arguments[fakeKernelArguments];
  static_assert(sizeof fields + sizeof(LlmrtCache) ==
                8 * (fakeKernelArguments - 1));
  std::memcpy(arguments, &fields, sizeof fields);
  std::memcpy(arguments + sizeof fields / 8, step.caches, sizeof(LlmrtCache));
  arguments[fakeKernelArguments - 1] = number;
  llmrt_launch(step.barrier, kernel, blocks, arguments, fakeKernelArguments);
}

void deviceStep(const LlmrtStep *step, int64_t, int64_t) {
  for (int64_t layer = 0; layer < layers; ++layer) {
    launch(*step, 0, step->rows, layer);
    launch(*step, 1, step->rows, layer);
  }
  launch(*step, 2, step->logitRowCount);
}

void deviceSample(const LlmrtStep *step, int64_t, int64_t) {
  launch(*step, 3, step->logitRowCount);
}

void neverStep(const LlmrtStep *, int64_t, int64_t) { __builtin_trap(); }

// Figures as of no model, to be told from one another.
const LlmrtKernel kernels[] = {
    {"write_keys", 5000, 70, 11, 0, 0, 0, LLMRT_ROWS_BATCH, 0, 0},
    {"attend", 0, 3, 0, 8, 2, 110, LLMRT_ROWS_BATCH, 0, 0},
    {"write_logits", 900, 40, 600, 0, 0, 0, LLMRT_ROWS_ASKED, 0, 0},
};

const LlmrtKernel deviceKernels[] = {
    {"write_keys", 5000, 70, 11, 0, 0, 0, LLMRT_ROWS_BATCH, 32, 0},
    {"attend", 0, 3, 0, 8, 2, 110, LLMRT_ROWS_BATCH, 32, fakeSharedBytes},
    {"write_logits", 900, 40, 600, 0, 0, 0, LLMRT_ROWS_ASKED, 64, 0},
    {"sample", 0, 0, 0, 0, 0, 0, LLMRT_ROWS_ASKED, 64, 0},
};

const LlmrtVariant variants[] = {
    {"future", 1ull << 40, neverStep, neverStep, nullptr, nullptr, 0,
     LLMRT_DEVICE_CPU, 0}, // no processor has this
    {"fake", 0, fakeStep, fakeSample, nullptr, kernels, std::size(kernels),
     LLMRT_DEVICE_CPU, 0},
};

const LlmrtVariant windowVariants[] = {
    {"fake", 0, windowStep, fakeSample, nullptr, kernels, std::size(kernels),
     LLMRT_DEVICE_CPU, 0},
};

const LlmrtCacheShape caches[] = {{layers * layerBytes, 0}};
const LlmrtCacheShape windowCaches[] = {{layerBytes, 0},
                                        {layerBytes, fakeWindow}};

const LlmrtResult results[] = {
    {"logits", fakeVocabulary, LLMRT_ELEMENT_F32, LLMRT_ROWS_ASKED},
    {"tokens", 1, LLMRT_ELEMENT_I32, LLMRT_ROWS_ASKED},
};

} // namespace

extern "C" const LlmrtModel llmrt_model = {
    .abiVersion = LLMRT_ABI_VERSION,
    .variantCount = 2,
    .variants = variants,
    .results = results,
    .resultCount = 2,
    .vocabulary = fakeVocabulary,
    .arenaBytesPerRow = rowBytes,
    .scratchBytesPerWorker = scratchBytes,
    .caches = caches,
    .cacheCount = 1,
    .contextLength = 1024,
    .maxContext = 512,
    .maxBatch = 8,
    .rowsPerStep = 96,
    .weightBytes = weightBytes,
    .signature = nullptr,
};

LlmrtModel llmrt::test::fakeDeviceModel(bool processors, bool exact) {
  static const LlmrtVariant portable[] = {
      {"sm_80", 80, deviceStep, deviceSample, nullptr, deviceKernels,
       std::size(deviceKernels), LLMRT_DEVICE_CUDA, 0},
      variants[1]};
  static const LlmrtVariant exactly[] = {
      {"sm_90a", 90 | LLMRT_CUDA_EXACT | LLMRT_CUDA_DEPENDENT, deviceStep,
       deviceSample, nullptr, deviceKernels, std::size(deviceKernels),
       LLMRT_DEVICE_CUDA, 0},
      variants[1]};
  LlmrtModel model = llmrt_model;
  model.variants = exact ? exactly : portable;
  model.variantCount = processors ? 2 : 1;
  return model;
}

LlmrtModel llmrt::test::fakeWindowModel() {
  LlmrtModel model = llmrt_model;
  model.variants = windowVariants;
  model.variantCount = 1;
  model.caches = windowCaches;
  model.cacheCount = 2;
  return model;
}

void llmrt::test::runFakeKernel(const std::string &name, int64_t blocks,
                                const uint64_t *arguments) {
  LlmrtStep step;
  std::memcpy(&step, arguments, sizeof step);
  void *const results[] = {const_cast<void **>(step.results), step.barrier};
  step.results = results;
  LlmrtCache cache;
  std::memcpy(&cache, arguments + sizeof step / 8, sizeof cache);
  step.caches = &cache;
  const auto layer = static_cast<int64_t>(arguments[fakeKernelArguments - 1]);
  for (int64_t block = 0; block < blocks; ++block) {
    const Share share{step, block, blocks};
    if (name == "write_keys")
      share.writeKeys(layer);
    else if (name == "attend")
      share.attend(layer);
    else if (name == "write_logits")
      share.writeLogits();
    else
      share.sampleTokens();
  }
}

std::span<const uint8_t> llmrt::test::fakeWeights() { return weights().bytes; }

std::vector<float> llmrt::test::expectedLogits(std::span<const int32_t> tokens,
                                               int64_t window) {
  const auto count = static_cast<int64_t>(tokens.size());
  std::vector<uint64_t> keys(count);
  for (int64_t i = 0; i < count; ++i)
    keys[i] = embedding(weights().bytes.data(), tokens[i]);
  uint64_t hidden = 0;
  for (int64_t layer = 0; layer < layers; ++layer) {
    uint64_t sum = 0;
    const std::vector<uint64_t> before = keys;
    for (int64_t i = 0; i < count; ++i) {
      sum += mix(keys[i], i);
      if (layer == 1 && window > 0 && i >= window)
        sum -= mix(before[i - window], i - window);
      hidden = mix(sum, i);
      keys[i] = mix(hidden, layer + 1);
    }
  }
  std::vector<float> logits(fakeVocabulary);
  for (int64_t v = 0; v < fakeVocabulary; ++v)
    logits[v] = logit(hidden, v);
  return logits;
}

std::vector<int32_t> llmrt::test::expectedGreedy(std::vector<int32_t> prompt,
                                                 int64_t count, bool stops,
                                                 int64_t window) {
  const size_t start = prompt.size();
  for (int64_t i = 0; i < count; ++i) {
    std::vector<float> logits = expectedLogits(prompt, window);
    auto best = static_cast<int32_t>(
        std::max_element(logits.begin(), logits.end()) - logits.begin());
    if (stops && (best == fakeEnd || best == fakeEndOfText))
      break;
    prompt.push_back(best);
  }
  return {prompt.begin() + static_cast<std::ptrdiff_t>(start), prompt.end()};
}

std::vector<int32_t> llmrt::test::someTokens(int64_t count, uint32_t seed) {
  std::vector<int32_t> tokens(count);
  for (int64_t i = 0; i < count; ++i)
    tokens[i] = static_cast<int32_t>(mix(i, seed) % 256);
  return tokens;
}
