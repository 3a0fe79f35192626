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
#include "ObservedProgram.h"
#include "Report.h"
#include "llmc/Driver/Commands.h"
#include "llmc/Driver/Isolation.h"
#include "llmc/Optimize/ObservedRows.h"
#include "llmc/Weights/Files.h"

#include "llvm/ADT/MapVector.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/FormatVariadic.h"

using namespace llmc;
using mlir::llm::LinearOp;
using mlir::llm::ParamOp;

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
        window(chooseWindow(compiler.getOptions(), command.context)) {}

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
  std::unique_ptr<ObservedProgram> program;
  std::vector<ObservedInput> inputs;
  std::map<int64_t, RowAdder> adders; // by columns
  int64_t rows = 0;
};

} // namespace

llvm::Error Calibration::readText() {
  std::unique_ptr<llvm::MemoryBuffer> text =
      llvm::MemoryBuffer::getMemBuffer(getBundledText());
  if (!command.text.empty()) {
    auto file = openFile(command.text);
    if (!file)
      return file.takeError();
    text = std::move(*file);
  }
  auto read = readWindows(compiler.getModel(), text->getBuffer(),
                          command.text.empty() ? "the text that llmc brings"
                                               : command.text,
                          window, command.tokens);
  if (!read)
    return read.takeError();
  ids = std::move(*read);
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
  auto created = ObservedProgram::create(compiler, window, command.threads);
  if (!created)
    return created.takeError();
  program = std::move(*created);
  for (ObservedInput &input : inputs) {
    auto result = program->find(input.statistics.weights.front());
    if (!result)
      return result.takeError();
    input.result = *result;
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
  if (llvm::Error error = program->restart())
    return error;
  const auto most = static_cast<size_t>(program->rowsPerStep());
  for (size_t at = 0; at < tokens.size(); at += most) {
    auto part = tokens.slice(at, std::min(most, tokens.size() - at));
    if (llvm::Error error = program->step(part))
      return error;
    for (ObservedInput &input : inputs) {
      auto observed = program->result(input.result);
      if (!observed)
        return observed.takeError();
      if (llvm::Error error =
              adders.at(input.cols)
                  .add(*observed, static_cast<int64_t>(part.size()),
                       input.statistics))
        return error;
    }
    rows += static_cast<int64_t>(part.size());
  }
  return llvm::Error::success();
}

llvm::Error Calibration::run() {
  const auto all = static_cast<int64_t>(ids.size());
  for (int64_t at = 0; at < all; at += window) {
    noteActivity(
        llvm::formatv("running the model: {0} of {1} tokens", at, all).str());
    if (llvm::Error error = runWindow(llvm::ArrayRef(ids).slice(at, window)))
      return error;
  }
  noteActivity("");
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
  CompileOptions options =
      getObservingOptions(Observe::linears, command.context);
  options.cpu = command.cpu;
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
