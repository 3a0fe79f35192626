//===- CalibrateCommand.cpp - llmc calibrate ------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Compiles the model with the inputs of its products as further results
// (llm-observe-linears), runs it over a text window by window, and lets compiled code
// add the rows up. All sums are held until the end: 4 K^2 bytes for every input of K
// columns.
//===----------------------------------------------------------------------===//
#include "Calibration.h"
#include "Destination.h"
#include "InputSums.h"
#include "OpenTokenizer.h"
#include "Report.h"
#include "llmc/Driver/Commands.h"
#include "llmc/Driver/Isolation.h"
#include "llmc/Optimize/ObservedLinears.h"
#include "llmc/Weights/Files.h"
#include "llmrt/Engine.h"

#include "llvm/ADT/MapVector.h"
#include "llvm/Support/Format.h"

#include <unistd.h>

using namespace llmc;
using mlir::llm::LinearOp;
using mlir::llm::ParamOp;

/// Rows of a step: their results are held at once, and sums are the faster the more
/// rows they get.
static constexpr int64_t rowsPerStep = 256;
static constexpr int64_t usualWindow = 512;

namespace {

/// An input's place among the results of the step.
struct ObservedInput {
  InputStatistics statistics;
  int64_t result = 0;
  int64_t cols = 0;
};

class Calibration {
public:
  Calibration(Compiler &compiler, const CalibrateCommand &command)
      : compiler(compiler), command(command),
        // A function has no positions, and is refused once its step is missed.
        window(command.context
                   ? command.context
                   : std::clamp<int64_t>(compiler.getOptions().maxContext, 1,
                                         usualWindow)) {}

  llvm::Error prepare();
  llvm::Error run();
  llvm::Error write(llvm::StringRef path);
  int64_t tokens() const { return rows; }
  size_t inputCount() const { return inputs.size(); }

private:
  llvm::Error readText();
  llvm::Error findInputs();
  llvm::Error runWindow(llvm::ArrayRef<int32_t> tokens);

  Compiler &compiler;
  const CalibrateCommand &command;
  const int64_t window;     // tokens
  std::vector<int32_t> ids; // whole windows
  std::optional<LoadedProgram> program;
  std::unique_ptr<llmrt::Engine> engine;
  int32_t sequence = 0;
  std::vector<ObservedInput> inputs;
  std::map<int64_t, RowAdder> adders; // by columns
  int64_t rows = 0;
};

} // namespace

static llvm::Error toError(const llmrt::Status &status) {
  return status ? llvm::Error::success()
                : llvm::createStringError(status.message());
}

llvm::Error Calibration::readText() {
  OpenTokenizer open;
  if (llvm::Error error = openTokenizer(
          compiler.getModel(), "there is nothing to read a text with", open))
    return error;
  std::unique_ptr<llvm::MemoryBuffer> text =
      llvm::MemoryBuffer::getMemBuffer(getBundledText());
  if (!command.text.empty()) {
    auto file = openFile(command.text);
    if (!file)
      return file.takeError();
    text = std::move(*file);
  }
  auto encoded = open.tokenizer->encode(text->getBuffer().str());
  if (!encoded)
    return llvm::createStringError(encoded.message());
  ids = std::move(*encoded);
  const auto found = static_cast<int64_t>(ids.size());
  int64_t windows = command.tokens ? command.tokens / window : found / window;
  if (windows < 1 || windows * window > found)
    return llvm::createStringError(
        (command.text.empty() ? "the text that llmc brings" : command.text) +
        ": has " + llvm::Twine(found) + " tokens: " +
        (windows < 1 ? "one window needs " + llvm::Twine(window)
                     : llvm::Twine(windows * window) + " were asked for") +
        "; take a longer text, or give fewer with --tokens or --context");
  ids.resize(windows * window);
  return llvm::Error::success();
}

/// Which weights each input is multiplied with; the optimized module says it.
llvm::Error Calibration::findInputs() {
  llvm::MapVector<mlir::Value, std::vector<std::string>> weights;
  compiler.getModule()->walk([&](LinearOp linear) {
    if (isObserved(linear))
      weights[linear.getInput()].push_back(
          linear.getWeight().getDefiningOp<ParamOp>().getWeight().str());
  });
  for (auto &[input, names] : weights) {
    ObservedInput observed;
    observed.cols =
        llvm::cast<mlir::RankedTensorType>(input.getType()).getDimSize(1);
    observed.statistics.weights = std::move(names);
    inputs.push_back(std::move(observed));
  }
  return inputs.empty() ? llvm::createStringError(
                              "the model has no products of rows with weights "
                              "whose inputs could be observed")
                        : llvm::Error::success();
}

llvm::Error Calibration::prepare() {
  if (llvm::Error error = readText())
    return error;
  if (llvm::Error error = compiler.runUntil(Stage::optimize))
    return error;
  if (llvm::Error error = findInputs())
    return error;
  if (llvm::Error error = compiler.runUntil(Stage::lower))
    return error;
  auto loaded = LoadedProgram::load(compiler);
  if (!loaded)
    return loaded.takeError();
  program.emplace(std::move(*loaded));
  const LlmrtModel &model = program->model();
  auto created = llmrt::Engine::create(model, program->weights(),
                                       {.batch = 1,
                                        .context = window,
                                        .rowsPerStep = model.rowsPerStep,
                                        .logitRows = 1,
                                        .threads = command.threads,
                                        .device = llmrt::Device::Cpu});
  if (!created)
    return llvm::createStringError(created.message());
  engine = std::move(*created);
  auto opened = engine->open();
  if (!opened)
    return llvm::createStringError(opened.message());
  sequence = *opened;
  for (ObservedInput &input : inputs) {
    std::string name = observedPrefix.str() + input.statistics.weights.front();
    while (model.results[input.result].name != name)
      if (++input.result == model.resultCount)
        return llvm::createStringError("internal error: no result '" + name +
                                       "'");
    startSums(input.statistics, input.cols);
    if (adders.count(input.cols))
      continue;
    auto adder =
        RowAdder::create(*compiler.getModule().getContext(), input.cols,
                         compiler.getIsas(), command.threads);
    if (!adder)
      return adder.takeError();
    adders.emplace(input.cols, std::move(*adder));
  }
  return llvm::Error::success();
}

llvm::Error Calibration::runWindow(llvm::ArrayRef<int32_t> tokens) {
  if (llvm::Error error = toError(engine->truncate(sequence, 0)))
    return error;
  const auto most = static_cast<size_t>(compiler.getOptions().rowsPerStep);
  for (size_t at = 0; at < tokens.size(); at += most) {
    auto part = tokens.slice(at, std::min(most, tokens.size() - at));
    llmrt::StepPart step{
        sequence, {part.data(), part.size()}, llmrt::LogitRows::None};
    if (llvm::Error error = toError(engine->step({&step, 1})))
      return error;
    for (ObservedInput &input : inputs) {
      auto observed = engine->result(input.result);
      if (!observed)
        return llvm::createStringError(observed.message());
      if (llvm::Error error =
              adders.at(input.cols)
                  .add(static_cast<const float *>(*observed),
                       static_cast<int64_t>(part.size()), input.statistics))
        return error;
    }
    rows += static_cast<int64_t>(part.size());
  }
  return llvm::Error::success();
}

llvm::Error Calibration::run() {
  noteActivity("running the model");
  const bool shows = !command.quiet && ::isatty(STDERR_FILENO);
  const auto all = static_cast<int64_t>(ids.size());
  for (int64_t at = 0; at < all; at += window) {
    if (llvm::Error error = runWindow(llvm::ArrayRef(ids).slice(at, window)))
      return error;
    if (shows)
      llvm::errs() << "\r          " << rows << " of " << all << " tokens   ";
  }
  if (shows)
    llvm::errs() << "\n";
  for (ObservedInput &input : inputs)
    finishSums(input.statistics, rows);
  return llvm::Error::success();
}

llvm::Error Calibration::write(llvm::StringRef path) {
  auto file = PendingFile::create(path);
  if (!file)
    return file.takeError();
  std::error_code code;
  llvm::raw_fd_ostream stream(file->path(), code);
  if (code)
    return cannotWrite(path, code);
  std::vector<InputStatistics> statistics;
  for (ObservedInput &input : inputs)
    statistics.push_back(std::move(input.statistics));
  llvm::Error written = writeStatistics(
      statistics, rows, fingerprintModel(compiler.getModel().weights),
      [&](llvm::StringRef bytes) {
        stream << bytes;
        return stream.has_error() ? cannotWrite(path, stream.error())
                                  : llvm::Error::success();
      });
  stream.flush();
  if (!written && stream.has_error())
    written = cannotWrite(path, stream.error());
  stream.clear_error();
  if (written)
    return written;
  return file->commit();
}

llvm::Error llmc::runCalibrate(const CalibrateCommand &command) {
  Progress progress(!command.quiet);
  Compiler compiler([&](Stage stage) { progress.startStage(stage); });
  CompileOptions options;
  options.activations = Activations::f32;
  options.cache = CacheType::f32;
  options.cpu = command.cpu;
  options.maxContext = command.context;
  options.maxBatch = 1;
  options.rowsPerStep =
      command.context ? std::min(rowsPerStep, command.context) : rowsPerStep;
  options.observe = true;
  if (llvm::Error error = compiler.import(command.model, options))
    return error;
  Calibration calibration(compiler, command);
  if (llvm::Error error = calibration.prepare())
    return error;
  if (llvm::Error error = calibration.run())
    return error;
  if (llvm::Error error = calibration.write(command.output))
    return error;
  if (!command.quiet)
    llvm::errs() << command.output << ": statistics of "
                 << calibration.inputCount() << " inputs over "
                 << calibration.tokens() << " tokens in "
                 << llvm::format("%.1f s", progress.seconds()) << "\n";
  return llvm::Error::success();
}
