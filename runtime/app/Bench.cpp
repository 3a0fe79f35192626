//===- Bench.cpp - how fast prompts are read and tokens generated ---------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Counts as llama-bench does: random tokens, a warm-up, and both tests start at
// the same depth, so that figures can be compared. Decoding is measured a second
// time with a token of each row chosen and appended, which llama-bench leaves
// out. Medians of the repetitions.
//===----------------------------------------------------------------------===//
#include "App.h"
#include "Profile.h"
#include "Report.h"

#include "llmrt/Console.h"

#include <algorithm>
#include <cinttypes>
#include <cmath>
#include <optional>

using namespace llmrt;
using namespace llmrt::app;

namespace {

double median(std::vector<double> values) {
  if (values.empty())
    return NAN;
  std::sort(values.begin(), values.end());
  const size_t middle = values.size() / 2;
  return values.size() % 2 ? values[middle]
                           : (values[middle - 1] + values[middle]) / 2;
}

class Benchmark {
public:
  Benchmark(Engine &engine, const BenchOptions &options)
      : engine(engine), options(options) {}

  Status start();
  Status repeat(bool warmUp);
  /// One more prompt and as many tokens, kernel by kernel.
  Status profile();

  std::vector<double> prefillSeconds, decodeSeconds, sampledSeconds,
      firstTokenSeconds;
  std::optional<Profile> prefillProfile, decodeProfile;

private:
  Status step(std::span<const StepPart> parts,
              std::span<Sampler *const> samplers = {});
  std::vector<int32_t> randomTokens(int64_t count);
  Status prefill(int64_t tokens);
  Status decode(int64_t tokens);
  Status decodeSampled(int64_t tokens);
  Status rewind();

  Engine &engine;
  const BenchOptions &options;
  std::vector<int32_t> sequences;
  std::vector<Sampler> samplers; // one per sequence
  Profile *counting = nullptr;   // what counts the steps, if anything does
  uint64_t state = 0x9e3779b97f4a7c15ull;
};

std::vector<int32_t> Benchmark::randomTokens(int64_t count) {
  std::vector<int32_t> tokens(count);
  for (int32_t &token : tokens) {
    state ^= state << 13, state ^= state >> 7,
        state ^= state << 17; // xorshift64
    token = static_cast<int32_t>(
        state % static_cast<uint64_t>(engine.model().vocabulary));
  }
  return tokens;
}

Status Benchmark::step(std::span<const StepPart> parts,
                       std::span<Sampler *const> given) {
  if (counting)
    for (const StepPart &part : parts)
      counting->addRows(engine.length(part.sequence),
                        static_cast<int64_t>(part.tokens.size()));
  Status status = engine.step(parts, given);
  if (counting)
    counting->addStep(engine.logitRowCount());
  return status;
}

/// The same number of tokens into every sequence; logits of each one's last
/// row.
Status Benchmark::prefill(int64_t tokens) {
  const std::vector<int32_t> prompt = randomTokens(tokens);
  std::vector<PromptReader> readers;
  for (int32_t sequence : sequences)
    readers.emplace_back(sequence, prompt);
  std::vector<StepPart> parts;
  for (size_t first = 0; first < readers.size();) {
    parts.clear();
    int64_t room = engine.options().rowsPerStep;
    for (size_t i = first; i < readers.size() && room > 0; ++i) {
      parts.push_back(readers[i].next(room));
      readers[i].advance(parts.back());
      room -= static_cast<int64_t>(parts.back().tokens.size());
    }
    if (Status status = step(parts); !status)
      return status;
    while (first < readers.size() && readers[first].done())
      ++first;
  }
  return Status::ok();
}

Status Benchmark::decode(int64_t tokens) {
  std::vector<int32_t> next = randomTokens(tokens * options.batch);
  std::vector<StepPart> parts(sequences.size());
  for (int64_t i = 0; i < tokens; ++i) {
    for (size_t s = 0; s < sequences.size(); ++s)
      parts[s] = {sequences[s],
                  {&next[i * options.batch + s], 1},
                  LogitRows::Last,
                  LLMRT_PHASE_GENERATED};
    if (Status status = step(parts); !status)
      return status;
  }
  return Status::ok();
}

/// Continues from one random token of each sequence.
Status Benchmark::decodeSampled(int64_t tokens) {
  std::vector<int32_t> next = randomTokens(options.batch);
  std::vector<StepPart> parts(sequences.size());
  std::vector<Sampler *> given;
  for (Sampler &sampler : samplers)
    given.push_back(&sampler);
  for (int64_t i = 0; i < tokens; ++i) {
    for (size_t s = 0; s < sequences.size(); ++s)
      parts[s] = {
          sequences[s], {&next[s], 1}, LogitRows::Last, LLMRT_PHASE_GENERATED};
    if (Status status = step(parts, given); !status)
      return status;
    for (size_t s = 0; s < sequences.size(); ++s) {
      auto token = engine.token(static_cast<int64_t>(s));
      if (!token)
        return token.status();
      next[s] = *token;
    }
  }
  return Status::ok();
}

/// Back to the depth; reads it again where a window has gone on.
Status Benchmark::rewind() {
  const bool isKept =
      std::all_of(sequences.begin(), sequences.end(), [this](int32_t sequence) {
        return engine.canTruncate(sequence, options.depth);
      });
  for (int32_t sequence : sequences)
    if (Status status = engine.truncate(sequence, isKept ? options.depth : 0);
        !status)
      return status;
  return isKept ? Status::ok() : prefill(options.depth);
}

Status Benchmark::start() {
  for (int64_t i = 0; i < options.batch; ++i) {
    auto sequence = engine.open();
    if (!sequence)
      return sequence.status();
    sequences.push_back(*sequence);
    SamplerOptions own = options.sampler;
    own.seed = static_cast<uint64_t>(i);
    auto sampler =
        Sampler::create(static_cast<int32_t>(engine.model().vocabulary), own);
    if (!sampler)
      return sampler.status();
    samplers.push_back(std::move(*sampler));
  }
  return options.depth > 0 ? prefill(options.depth) : Status::ok();
}

Status Benchmark::repeat(bool warmUp) {
  if (options.prompt > 0) {
    double begin = steadySeconds();
    if (Status status = prefill(options.prompt); !status)
      return status;
    double read = steadySeconds();
    auto greedy =
        Sampler::create(static_cast<int32_t>(engine.model().vocabulary), {});
    if (!greedy)
      return greedy.status();
    if (auto token = engine.sample(0, *greedy); !token)
      return token.status();
    if (!warmUp) {
      prefillSeconds.push_back(read - begin);
      firstTokenSeconds.push_back(steadySeconds() - begin);
    }
    if (Status status = rewind(); !status)
      return status;
  }
  if (options.generate > 0) {
    double begin = steadySeconds();
    if (Status status = decode(options.generate); !status)
      return status;
    if (!warmUp)
      decodeSeconds.push_back(steadySeconds() - begin);
    if (Status status = rewind(); !status)
      return status;
    begin = steadySeconds();
    if (Status status = decodeSampled(options.generate); !status)
      return status;
    if (!warmUp)
      sampledSeconds.push_back(steadySeconds() - begin);
  }
  return rewind();
}

Status Benchmark::profile() {
  auto measure = [&](std::optional<Profile> &profile, int64_t tokens,
                     auto run) -> Status {
    if (tokens == 0)
      return Status::ok();
    counting = &profile.emplace(engine.variant());
    counting->begin(engine);
    Status status = run(tokens);
    counting->end(engine);
    counting = nullptr;
    return status ? rewind() : status;
  };
  if (Status status = measure(prefillProfile, options.prompt,
                              [&](int64_t tokens) { return prefill(tokens); });
      !status)
    return status;
  return measure(decodeProfile, options.generate,
                 [&](int64_t tokens) { return decodeSampled(tokens); });
}

} // namespace

static std::string profileText(const Benchmark &measured) {
  std::string text;
  if (measured.prefillProfile)
    text += "\n" + measured.prefillProfile->text("prefill");
  if (measured.decodeProfile)
    text += "\n" + measured.decodeProfile->text("decode with sampling");
  while (!text.empty() && text.back() == '\n')
    text.pop_back();
  return text;
}

static std::string report(const Engine &engine, const BenchOptions &options,
                          const Benchmark &measured) {
  const double prefillRate =
      static_cast<double>(options.prompt * options.batch) /
      median(measured.prefillSeconds);
  const auto decoded = static_cast<double>(options.generate * options.batch);
  const double decodeRate = decoded / median(measured.decodeSeconds);
  const double sampledRate = decoded / median(measured.sampledSeconds);
  if (!options.json) {
    std::string text;
    auto add = [&](const char *format, double figure) {
      char words[64];
      std::snprintf(words, sizeof words, format, figure);
      text += words;
    };
    if (options.prompt > 0)
      add("prefill %.1f tokens/s, ", prefillRate);
    if (options.generate > 0) {
      add("decode %.1f tokens/s ", decodeRate);
      add("(%.1f with sampling), ", sampledRate);
    }
    if (options.prompt > 0)
      add("first token %.4f s, ", median(measured.firstTokenSeconds));
    text += "peak memory " + formatBytes(peakMemoryBytes());
    return text + profileText(measured);
  }
  JsonObject json;
  json.add("prefill_tokens_per_s", prefillRate)
      .add("decode_tokens_per_s", decodeRate)
      .add("decode_sampled_tokens_per_s", sampledRate)
      .add("time_to_first_token_s", median(measured.firstTokenSeconds))
      .add("peak_memory_bytes", peakMemoryBytes())
      .add("memory_contract_bytes", engine.contract().total())
      .add("prompt", options.prompt)
      .add("generate", options.generate)
      .add("depth", options.depth)
      .add("batch", options.batch)
      .add("threads", engine.options().threads)
      .add("repetitions", options.repetitions)
      .add("variant", std::string_view(engine.variant().name))
      .add("device", deviceName(engine.place().device))
      .add("device_memory_bytes", engine.contract().device);
  if (measured.prefillProfile)
    json.addRaw("prefill_kernels", measured.prefillProfile->json().dump());
  if (measured.decodeProfile)
    json.addRaw("decode_kernels", measured.decodeProfile->json().dump());
  return json.text();
}

Status app::bench(Application &program, const BenchOptions &options) {
  const int64_t context =
      options.depth + std::max(options.prompt, options.generate);
  if (options.prompt + options.generate == 0)
    return Status::error(
        "nothing to measure: -p and -n are both 0, give one of them");
  if (context > program.model().maxContext)
    return Status::error("depth and tokens need a context of " +
                         std::to_string(context) +
                         ": this program was compiled for " +
                         std::to_string(program.model().maxContext) +
                         " at most; lower -d, -p or -n");
  auto engine = program.createEngine({.batch = options.batch,
                                      .context = context,
                                      .threads = options.threads,
                                      .device = options.device});
  if (!engine)
    return engine.status();
  Benchmark benchmark(**engine, options);
  if (Status status = benchmark.start(); !status)
    return status;
  for (int64_t i = -1; i < options.repetitions; ++i)
    if (Status status = benchmark.repeat(/*warmUp=*/i < 0); !status)
      return status;
  if (options.profile)
    if (Status status = benchmark.profile(); !status)
      return status;
  return program.out.write(report(**engine, options, benchmark) + "\n");
}
