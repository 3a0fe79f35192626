//===- Logits.cpp - logits of every row of a prompt -----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// For comparisons with other implementations: ids [1, T] to logits [1, T, V], by a
// step over a cache or by a function of whole sequences.
//===----------------------------------------------------------------------===//
#include "App.h"
#include "Npy.h"
#include "llmrt/FunctionCall.h"

#include <algorithm>
#include <cstring>

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
                        auto logits = engine.logits(row);
                        if (!logits)
                          return logits.status();
                        auto values = std::as_bytes(*logits);
                        if (Status status = output.write(
                                {reinterpret_cast<const char *>(values.data()),
                                 values.size()});
                            !status)
                          return status;
                      }
                      return Status::ok();
                    });
}

/// The ids of a file; at most as many as a context holds, -1 where it has no end.
static Expected<std::vector<int32_t>>
readIds(const Application &program, const std::string &file, int64_t context) {
  // Ids as int64, behind the longest header.
  const size_t most =
      context < 0 ? SIZE_MAX
                  : static_cast<size_t>(context) * 8 + (size_t(1) << 16) + 12;
  auto bytes = readText(file, program.in, most);
  if (!bytes)
    return bytes.status();
  if (bytes->size() > most)
    return Status::error(file + ": has more than " + std::to_string(most) +
                         " bytes: the context holds " +
                         std::to_string(context) + " tokens");
  auto ids = parseNpyIds(*bytes, file);
  if (!ids)
    return ids.status();
  if (ids->empty())
    return Status::error(file +
                         ": the prompt is empty: it needs at least one token");
  if (context >= 0 && static_cast<int64_t>(ids->size()) > context)
    return Status::error(file + ": the prompt has " +
                         std::to_string(ids->size()) +
                         " tokens: the context holds " +
                         std::to_string(context) + "; give fewer ids");
  return ids;
}

//===----------------------------------------------------------------------===//
// A function of ids
//===----------------------------------------------------------------------===//

/// The output that is scores per token: float32 [batch, sequence, vocabulary].
static int64_t findScores(const Function &function) {
  for (size_t i = 0; i < function.outputs().size(); ++i) {
    const LlmrtTensor &tensor = function.outputs()[i];
    if (tensor.elementType == LLMRT_ELEMENT_F32 && tensor.rank == 3)
      return static_cast<int64_t>(i);
  }
  return -1;
}

/// What the function makes of the first ids; the other inputs follow from them.
static Expected<CallTensors> callWithIds(Function &function,
                                         std::span<const int32_t> ids) {
  const int64_t place = findInput(function, "input_ids");
  const size_t count = function.inputs().size();
  CallTensors inputs{std::vector<Sizes>(count), std::vector<Buffer>(count)};
  const std::vector<int64_t> numbers(ids.begin(), ids.end());
  fillWhole(function, inputs, place, {1, static_cast<int64_t>(ids.size())},
            numbers);
  for (size_t i = 0; i < count; ++i)
    if (static_cast<int64_t>(i) != place && !fillDefault(function, inputs, i))
      return Status::error(
          "the function also takes " + std::string(function.inputs()[i].name) +
          " (" + describeTensor(function.inputs()[i]) +
          "), which does not follow from token ids: 'call' takes files for all "
          "inputs");
  return runFunction(function, inputs);
}

/// Whole, or for `--step` the last row of every beginning: there is no cache.
static Status functionLogits(Application &program,
                             const LogitsOptions &options) {
  if (options.rowsPerStep > 0)
    return Status::error("--rows: this program is a function, which takes all "
                         "rows at once; leave it out");
  auto function = program.createFunction(options.threads);
  if (!function)
    return function.status();
  const int64_t place = findInput(**function, "input_ids");
  const int64_t scores = findScores(**function);
  const uint32_t kind =
      place < 0 ? LLMRT_ELEMENT_F32 : (*function)->inputs()[place].elementType;
  if (scores < 0 || (kind != LLMRT_ELEMENT_I64 && kind != LLMRT_ELEMENT_I32))
    return Status::error("this program is no function from input_ids to rows "
                         "of numbers: 'info' says what it takes and gives, "
                         "'call' runs it");
  auto ids = readIds(program, options.ids, -1);
  if (!ids)
    return ids.status();
  auto output = PendingOutput::create(options.out);
  if (!output)
    return output.status();
  for (size_t count = options.step ? 1 : ids->size(); count <= ids->size();
       ++count) {
    auto made = callWithIds(**function, std::span(*ids).subspan(0, count));
    if (!made)
      return made.status();
    const Sizes &sizes = made->sizes[scores];
    if (sizes[0] != 1 || sizes[1] != static_cast<int64_t>(count))
      return Status::error("the function gives " + describeSizes(sizes) +
                           " for " + std::to_string(count) +
                           " tokens, which is no row for each: 'call' runs it");
    const size_t rowBytes = static_cast<size_t>(sizes[2]) * sizeof(float);
    const int64_t shape[] = {1, static_cast<int64_t>(ids->size()), sizes[2]};
    const bool first = !options.step || count == 1;
    if (Status status = first ? output->write(npyHeader(shape)) : Status::ok();
        !status)
      return status;
    const char *rows = made->buffers[scores].data();
    const size_t begin = options.step ? count - 1 : 0;
    if (Status status = output->write(
            {rows + begin * rowBytes, (count - begin) * rowBytes});
        !status)
      return status;
  }
  return output->keep();
}

//===----------------------------------------------------------------------===//
// A step
//===----------------------------------------------------------------------===//

Status app::logits(Application &program, const LogitsOptions &options) {
  if (program.isFunction())
    return functionLogits(program, options);
  auto ids = readIds(program, options.ids, program.model().maxContext);
  if (!ids)
    return ids.status();
  const auto count = static_cast<int64_t>(ids->size());
  int64_t rows = options.step
                     ? 1
                     : std::min({count, program.model().rowsPerStep, mostRows});
  if (options.rowsPerStep > 0)
    rows = std::min(rows, options.rowsPerStep);
  auto engine = program.createEngine({.batch = 1,
                                      .context = count,
                                      .rowsPerStep = rows,
                                      .logitRows = rows,
                                      .threads = options.threads,
                                      .device = options.device});
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
