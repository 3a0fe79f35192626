//===- Eval.cpp - perplexity of a text ------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Counts as llama-perplexity does: the tokenised text is cut into windows, the
// second half of each is scored with the first as context, the tail is dropped.
//===----------------------------------------------------------------------===//
#include "App.h"

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

/// -log p(token) of one row of logits, in double.
double surprise(std::span<const float> logits, int32_t token) {
  const float largest = *std::max_element(logits.begin(), logits.end());
  double sum = 0;
  for (float logit : logits)
    sum += std::exp(logit - largest);
  return std::log(sum) - (static_cast<double>(logits[token]) - largest);
}

class Scorer {
public:
  Scorer(Engine &engine, int32_t sequence)
      : engine(engine), sequence(sequence) {}

  /// Adds the surprises of the second half of one window.
  Status score(std::span<const int32_t> window);

  double sum = 0;
  int64_t count = 0;

private:
  void scoreChunk(std::span<const int32_t> next);

  Engine &engine;
  int32_t sequence;
  std::vector<double> surprises; // of the rows of one chunk
};

void Scorer::scoreChunk(std::span<const int32_t> next) {
  surprises.assign(next.size(), 0);
  engine.threads().run([&](int64_t worker, int64_t workers) {
    for (size_t row = worker; row < next.size(); row += workers)
      surprises[row] = surprise(engine.logits(row), next[row]);
  });
  for (double value : surprises) // in order: the same sum for any thread count
    sum += value;
  count += static_cast<int64_t>(next.size());
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
                      scoreChunk(next.first(rows.size()));
                      next = next.subspan(rows.size());
                      return Status::ok();
                    });
}

} // namespace

static Status report(Application &program, const EvalOptions &options,
                     const Scorer &scorer, int64_t windows,
                     int64_t textTokens) {
  const double perplexity =
      std::exp(scorer.sum / static_cast<double>(scorer.count));
  if (!options.json) {
    char line[128];
    std::snprintf(line, sizeof line,
                  "perplexity %.4f over %" PRId64 " tokens\n", perplexity,
                  scorer.count);
    return program.out.write(line);
  }
  JsonObject json;
  json.add("perplexity", perplexity)
      .add("tokens", scorer.count)
      .add("context", options.context)
      .add("windows", windows)
      .add("text_tokens", textTokens);
  return program.out.write(json.text() + "\n");
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
  if (options.windows > 0)
    windows = options.windows;

  const int64_t rows = std::min(program.model().rowsPerStep, options.context);
  auto engine = program.createEngine({.batch = 1,
                                      .context = options.context,
                                      .rowsPerStep = rows,
                                      .logitRows = std::min(rows, scoredRows),
                                      .threads = options.threads});
  if (!engine)
    return engine.status();
  auto sequence = (*engine)->open();
  if (!sequence)
    return sequence.status();
  Scorer scorer(**engine, *sequence);
  for (int64_t i = 0; i < windows; ++i) {
    if (Status status = scorer.score(
            std::span(*tokens).subspan(i * options.context, options.context));
        !status)
      return status;
    say(program.err, "window %" PRId64 " of %" PRId64 ": perplexity %.4f",
        i + 1, windows,
        std::exp(scorer.sum / static_cast<double>(scorer.count)));
  }
  return report(program, options, scorer, windows, textTokens);
}
