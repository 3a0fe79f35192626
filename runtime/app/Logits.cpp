//===- Logits.cpp - logits of every row of a prompt -----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// For comparisons with other implementations: ids [1, T] to logits [1, T, V].
//===----------------------------------------------------------------------===//
#include "App.h"
#include "Npy.h"

#include <algorithm>

using namespace llmrt;
using namespace llmrt::app;

namespace {
/// Rows whose logits are held at once: 256 of a vocabulary of 50k are 50 MB.
constexpr int64_t mostRows = 256;
} // namespace

/// Chunk by chunk, each written as soon as it is there.
static Status writeLogits(Engine &engine, std::span<const int32_t> ids,
                          PendingOutput &output) {
  auto sequence = engine.open();
  if (!sequence)
    return sequence.status();
  return readPrompt(engine, *sequence, ids, LogitRows::All,
                    [&](std::span<const int32_t> chunk) {
                      for (size_t row = 0; row < chunk.size(); ++row) {
                        auto values = std::as_bytes(engine.logits(row));
                        if (Status status = output.write(
                                {reinterpret_cast<const char *>(values.data()),
                                 values.size()});
                            !status)
                          return status;
                      }
                      return Status::ok();
                    });
}

Status app::logits(Application &program, const LogitsOptions &options) {
  // What the context holds as int64, behind the longest header.
  const size_t most = static_cast<size_t>(program.model().maxContext) * 8 +
                      (size_t(1) << 16) + 12;
  auto bytes = readText(options.ids, program.in, most);
  if (!bytes)
    return bytes.status();
  if (bytes->size() > most)
    return Status::error(options.ids + ": has more than " +
                         std::to_string(most) + " bytes: the context holds " +
                         std::to_string(program.model().maxContext) +
                         " tokens");
  auto ids = parseNpyIds(*bytes, options.ids);
  if (!ids)
    return ids.status();
  const auto count = static_cast<int64_t>(ids->size());
  if (count == 0)
    return Status::error(options.ids +
                         ": the prompt is empty: it needs at least one token");
  if (count > program.model().maxContext)
    return Status::error(options.ids + ": the prompt has " +
                         std::to_string(count) + " tokens: the context holds " +
                         std::to_string(program.model().maxContext) +
                         "; give fewer ids");
  int64_t rows = options.step
                     ? 1
                     : std::min({count, program.model().rowsPerStep, mostRows});
  if (options.rowsPerStep > 0)
    rows = std::min(rows, options.rowsPerStep);
  auto engine = program.createEngine({.batch = 1,
                                      .context = count,
                                      .rowsPerStep = rows,
                                      .logitRows = rows,
                                      .threads = options.threads});
  if (!engine)
    return engine.status();
  auto output = PendingOutput::create(options.out);
  if (!output)
    return output.status();
  const int64_t shape[] = {1, count, program.model().vocabulary};
  if (Status status = output->write(npyHeader(shape)); !status)
    return status;
  if (Status status = writeLogits(**engine, *ids, *output); !status)
    return status;
  return output->keep();
}
