//===- Eval.cpp - perplexity of a text ------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Counts as llama-perplexity does: the tokenised text is cut into windows, the
// second half of each is scored with the first as context, the tail is dropped.
// Where a text of the model begins with BOS, so does a window, instead of its first
// token: without it some models predict noise.
// What is predicted there can be compared with what another build predicts.
//===----------------------------------------------------------------------===//
#include "App.h"
#include "Distributions.h"

#include <algorithm>
#include <cinttypes>
#include <cmath>

using namespace llmrt;
using namespace llmrt::app;

namespace {

/// Rows whose logits are held at once: 64 of a vocabulary of 50k are 13 MB.
constexpr int64_t scoredRows = 64;

/// The largest text: 16 million tokens, days of work, and it is held in memory
/// with its ids.
constexpr size_t textLimit = size_t(64) << 20;

/// The file beside the text, if there is one.
struct Distributions {
  std::optional<PendingOutput> written;
  std::optional<DistributionReader> read;

  static Expected<Distributions> open(const EvalOptions &options,
                                      const ScoredText &text);
};

Expected<Distributions> Distributions::open(const EvalOptions &options,
                                            const ScoredText &text) {
  Distributions files;
  if (!options.klBase.empty()) {
    auto file = createDistributions(options.klBase, text);
    if (!file)
      return file.status();
    files.written.emplace(std::move(*file));
  }
  if (!options.kl.empty()) {
    auto file = DistributionReader::open(options.kl, text);
    if (!file)
      return file.status();
    files.read.emplace(std::move(*file));
  }
  return files;
}

class Scorer {
public:
  Scorer(Engine &engine, int32_t sequence, Distributions &files)
      : engine(engine), sequence(sequence), files(files) {}

  /// Adds the surprises of the second half of one window.
  Status score(std::span<const int32_t> window);

  double perplexity() const {
    return std::exp(sum / static_cast<double>(count));
  }
  double meanDivergence() const {
    return divergenceSum / static_cast<double>(count);
  }
  /// What 99 % of the tokens do not exceed.
  double highDivergence();
  double agreement() const {
    return static_cast<double>(sameLikeliest) / static_cast<double>(count);
  }

  int64_t count = 0;

private:
  Status scoreChunk(std::span<const int32_t> next);

  Engine &engine;
  int32_t sequence;
  Distributions &files;
  double sum = 0, divergenceSum = 0;
  int64_t sameLikeliest = 0;
  std::vector<float> nats; // the divergence of each token
  // Of the rows of one chunk.
  std::vector<double> surprises;
  std::vector<Divergence> divergences;
  std::vector<char> rows;
};

Status Scorer::scoreChunk(std::span<const int32_t> next) {
  // Those of the first row bring all rows.
  if (auto first = engine.logits(0); !first)
    return first.status();
  const size_t rowBytes = files.written || files.read
                              ? distributionBytes(engine.model().vocabulary)
                              : 0;
  rows.resize(rowBytes * next.size());
  if (files.read)
    if (Status status = files.read->read(rows); !status)
      return status;
  surprises.assign(next.size(), 0);
  divergences.assign(next.size(), {});
  engine.threads().run([&](int64_t worker, int64_t workers) {
    for (size_t row = worker; row < next.size(); row += workers) {
      std::span<const float> logits = *engine.logits(row);
      auto bytes = std::span(rows).subspan(row * rowBytes, rowBytes);
      surprises[row] = logSumExp(logits) - logits[next[row]];
      if (files.read)
        divergences[row] = compareDistribution(bytes, logits);
      if (files.written)
        encodeDistribution(logits, bytes);
    }
  });
  for (double value : surprises) // in order: the same sum for any thread count
    sum += value;
  count += static_cast<int64_t>(next.size());
  if (files.read)
    for (const Divergence &divergence : divergences) {
      divergenceSum += divergence.nats;
      nats.push_back(static_cast<float>(divergence.nats));
      sameLikeliest += divergence.sameLikeliest;
    }
  return files.written ? files.written->write({rows.data(), rows.size()})
                       : Status::ok();
}

double Scorer::highDivergence() {
  auto place = nats.begin() + (nats.size() * 99 + 99) / 100 - 1;
  std::nth_element(nats.begin(), place, nats.end());
  return *place;
}

Status Scorer::score(std::span<const int32_t> window) {
  if (Status status = engine.truncate(sequence, 0); !status)
    return status;
  // Row i predicts token i + 1: rows half .. size - 2 are scored.
  const size_t half = window.size() / 2;
  if (Status status =
          readPrompt(engine, sequence, window.first(half), LogitRows::None);
      !status)
    return status;
  auto next = window.subspan(half + 1);
  return readPrompt(engine, sequence,
                    window.subspan(half, window.size() - 1 - half),
                    LogitRows::All, [&](std::span<const int32_t> rows) {
                      Status status = scoreChunk(next.first(rows.size()));
                      next = next.subspan(rows.size());
                      return status;
                    });
}

} // namespace

static Status report(Application &program, const EvalOptions &options,
                     Scorer &scorer, int64_t windows, int64_t textTokens) {
  const bool compares = !options.kl.empty();
  if (!options.json) {
    char line[256];
    int length = std::snprintf(line, sizeof line,
                               "perplexity %.4f over %" PRId64 " tokens\n",
                               scorer.perplexity(), scorer.count);
    if (compares)
      std::snprintf(line + length, sizeof line - length,
                    "KL divergence: mean %.3g, 99 %% of tokens at most %.3g; "
                    "the same likeliest token: %.2f %%\n",
                    scorer.meanDivergence(), scorer.highDivergence(),
                    100 * scorer.agreement());
    return program.out.write(line);
  }
  JsonObject json;
  json.add("perplexity", scorer.perplexity())
      .add("tokens", scorer.count)
      .add("context", options.context)
      .add("windows", windows)
      .add("text_tokens", textTokens);
  if (compares)
    json.add("kl_mean", scorer.meanDivergence())
        .add("kl_p99", scorer.highDivergence())
        .add("top1_agreement", scorer.agreement());
  return program.out.write(json.text() + "\n");
}

/// How many windows are scored.
static Expected<int64_t> countWindows(const EvalOptions &options,
                                      int64_t textTokens) {
  int64_t windows = textTokens / options.context;
  if (windows == 0)
    return Status::error(options.text + ": has " + std::to_string(textTokens) +
                         " tokens: one window needs " +
                         std::to_string(options.context) +
                         "; take a longer text, or smaller windows with -c");
  if (options.windows > windows)
    return Status::error(options.text + ": has " + std::to_string(windows) +
                         " windows of " + std::to_string(options.context) +
                         " tokens: " + std::to_string(options.windows) +
                         " were asked for, give --windows " +
                         std::to_string(windows) + " or fewer");
  return options.windows > 0 ? options.windows : windows;
}

/// Replaces the first token of every window; nothing where texts begin without BOS.
static Status beginWindows(const Tokenizer &tokenizer, int64_t context,
                           std::vector<int32_t> &tokens) {
  auto ofNothing = tokenizer.encode("");
  if (!ofNothing)
    return ofNothing.status();
  if (ofNothing->empty() || ofNothing->front() != tokenizer.bosId())
    return Status::ok();
  for (size_t at = 0; at < tokens.size(); at += static_cast<size_t>(context))
    tokens[at] = tokenizer.bosId();
  return Status::ok();
}

Status app::eval(Application &program, const EvalOptions &options) {
  if (auto needed = program.needTokenizer(); !needed)
    return needed.status();
  auto text = program.readChecked(options.text, textLimit);
  if (!text)
    return text.status();
  if (text->size() > textLimit)
    return Status::error(options.text +
                         ": is larger than 64 MiB: measure a part of it");
  auto tokens = program.tokenizer()->encode(*text);
  if (!tokens)
    return tokens.status();
  const auto textTokens = static_cast<int64_t>(tokens->size());
  auto windows = countWindows(options, textTokens);
  if (!windows)
    return windows.status();
  if (Status status =
          beginWindows(*program.tokenizer(), options.context, *tokens);
      !status)
    return status;

  const int64_t rows = std::min(program.model().rowsPerStep, options.context);
  auto engine = program.createEngine({.batch = 1,
                                      .context = options.context,
                                      .rowsPerStep = rows,
                                      .logitRows = std::min(rows, scoredRows),
                                      .threads = options.threads,
                                      .device = options.device});
  if (!engine)
    return engine.status();
  auto sequence = (*engine)->open();
  if (!sequence)
    return sequence.status();
  auto files = Distributions::open(
      options, {.vocabulary = program.model().vocabulary,
                .context = options.context,
                .windows = *windows,
                .ids = std::span(*tokens).first(*windows * options.context)});
  if (!files)
    return files.status();
  Scorer scorer(**engine, *sequence, *files);
  for (int64_t i = 0; i < *windows; ++i) {
    if (Status status = scorer.score(
            std::span(*tokens).subspan(i * options.context, options.context));
        !status)
      return status;
    say(program.err, "window %" PRId64 " of %" PRId64 ": perplexity %.4f",
        i + 1, *windows, scorer.perplexity());
  }
  if (files->written)
    if (Status status = files->written->keep(); !status)
      return status;
  return report(program, options, scorer, *windows, textTokens);
}
