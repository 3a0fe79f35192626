//===- CalibrateCommand.cpp - llmc calibrate ------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Compiles the model with the inputs of its products as further results
// (llm-observe-linears), runs it over a text window by window, and lets compiled code
// add the rows up. The sums of a large model are larger than memory: then its inputs are
// parted, each part is a model and a run of its own that ends with its last input, and
// the file grows by it.
//===----------------------------------------------------------------------===//
#include "Calibration.h"
#include "CalibrationPart.h"
#include "Report.h"
#include "SpelledNumbers.h"
#include "StatisticsFile.h"
#include "llmc/Driver/Commands.h"
#include "llmc/Driver/Isolation.h"
#include "llmc/Driver/Version.h"
#include "llmc/Optimize/ObservedRows.h"
#include "llmc/Weights/Files.h"

#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/xxhash.h"

using namespace llmc;
using mlir::llm::LinearOp;
using mlir::llm::ParamOp;

namespace {

class Calibration {
public:
  /// `options` are those that the compiler has imported with.
  Calibration(Compiler &compiler, const CompileOptions &options,
              const CalibrateCommand &command, uint64_t memory,
              Progress &progress)
      : compiler(compiler), options(options), command(command), memory(memory),
        progress(progress),
        window(chooseWindow(compiler.getOptions(), command.context)) {}

  llvm::Error prepare();
  llvm::Error run();
  size_t tokens() const { return ids.size(); }
  size_t inputCount() const { return inputs.size(); }

private:
  llvm::Error readText();
  llvm::Error findInputs();
  llvm::Error openOutput();
  std::vector<size_t> planParts() const;
  llvm::Error runPart(Compiler &compiled, size_t count, llvm::StringRef name);
  llvm::Error runParts(llvm::ArrayRef<size_t> counts);

  Compiler &compiler; // of the whole model
  const CompileOptions &options;
  const CalibrateCommand &command;
  const uint64_t memory; // bytes
  Progress &progress;
  const int64_t window;     // tokens
  std::vector<int32_t> ids; // whole windows
  std::vector<ObservedInput> inputs;
  std::unique_ptr<StatisticsFile> file;
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
  for (auto &[input, names] : weights)
    inputs.push_back(
        {std::move(names),
         llvm::cast<mlir::RankedTensorType>(input.getType()).getDimSize(1)});
  return inputs.empty() ? llvm::createStringError(
                              "the model has no products of rows with weights "
                              "whose inputs could be observed")
                        : llvm::Error::success();
}

/// All that the statistics depend on, but neither memory nor threads.
llvm::Error Calibration::openOutput() {
  const auto model = fingerprintModel(compiler.getModel().weights);
  llvm::ArrayRef text(reinterpret_cast<const uint8_t *>(ids.data()),
                      ids.size() * sizeof(int32_t));
  const SafetensorsMetadata made = {
      {"made_by", "llmc " + getVersion()},
      {"model", llvm::toHex(model, /*LowerCase=*/true)},
      {"text", llvm::utohexstr(llvm::xxh3_64bits(text), /*LowerCase=*/true)},
      {"context", std::to_string(window)},
      {"cpu", llvm::join(compiler.getIsas(), " ")}};
  auto opened = StatisticsFile::open(
      command.output,
      StatisticsLayout(inputs, static_cast<int64_t>(ids.size()), model, made));
  if (!opened)
    return opened.takeError();
  file = std::move(*opened);
  if (file->getFound() == StatisticsFile::Found::others)
    progress.say(file->partPath() +
                 " is of another model, text or context, or of another llmc: "
                 "beginning anew");
  if (file->getFound() == StatisticsFile::Found::inputs)
    progress.say(
        llvm::formatv("going on behind {0} of {1} inputs, which {2} has",
                      file->size(), inputs.size(), file->partPath())
            .str());
  return llvm::Error::success();
}

llvm::Error Calibration::prepare() {
  if (llvm::Error error = readText())
    return error;
  if (llvm::Error error = compiler.runUntil(Stage::optimize))
    return error;
  if (llvm::Error error = findInputs())
    return error;
  return openOutput();
}

/// How many inputs each part has of those that the file has not.
std::vector<size_t> Calibration::planParts() const {
  std::vector<size_t> counts;
  llvm::ArrayRef<ObservedInput> rest = inputs;
  for (rest = rest.drop_front(file->size()); !rest.empty();
       rest = rest.drop_front(counts.back()))
    counts.push_back(
        countFitting(rest, memory, compiler.getOptions().rowsPerStep));
  return counts;
}

/// The next `count` inputs; `name` says which part it is.
llvm::Error Calibration::runPart(Compiler &compiled, size_t count,
                                 llvm::StringRef name) {
  auto part = CalibrationPart::create(
      compiled, llvm::ArrayRef(inputs).slice(file->size(), count), window,
      command.threads);
  if (!part)
    return part.takeError();
  llvm::Error ran = (*part)->run(ids, [&](int64_t done) {
    noteActivity(llvm::formatv("{0}running the model: {1} of {2} tokens", name,
                               done, ids.size())
                     .str());
  });
  noteActivity("");
  if (ran)
    return ran;
  for (const InputStatistics &input : (*part)->getStatistics())
    if (llvm::Error error = file->add(input))
      return error;
  // What was run is what the file says that it is of.
  return compiler.getModel().watch.check();
}

/// Has the step show `inputs` alone, and end with the last.
static void askFor(Compiler &compiler, llvm::ArrayRef<ObservedInput> inputs) {
  auto step = compiler.getModule().lookupSymbol<mlir::func::FuncOp>("step");
  std::vector<llvm::StringRef> names;
  for (const ObservedInput &input : inputs)
    names.push_back(input.weights.front());
  step->setAttr(observeAttrName, mlir::Builder(step).getStrArrayAttr(names));
}

llvm::Error Calibration::runParts(llvm::ArrayRef<size_t> counts) {
  for (auto [number, count] : llvm::enumerate(counts)) {
    const size_t first = file->size();
    const std::string name =
        llvm::formatv("part {0} of {1}: ", number + 1, counts.size());
    progress.say(llvm::formatv("{0}inputs {1} to {2} of {3}", name, first + 1,
                               first + count, inputs.size())
                     .str());
    Compiler own;
    own.keepQuiet();
    if (llvm::Error error = own.import(command.model, options))
      return error;
    askFor(own, llvm::ArrayRef(inputs).slice(first, count));
    if (llvm::Error error = runPart(own, count, name))
      return error;
    if (!command.isTemporary)
      if (llvm::Error error = file->keep())
        return error;
  }
  return llvm::Error::success();
}

llvm::Error Calibration::run() {
  const std::vector<size_t> counts = planParts();
  const bool isWhole = counts.size() == 1 && file->size() == 0;
  if (llvm::Error error =
          isWhole ? runPart(compiler, counts.front(), "") : runParts(counts))
    return error;
  return file->commit();
}

llvm::Error llmc::runCalibrate(const CalibrateCommand &command) {
  double memory = 0;
  if (!readBytes(command.memory, memory))
    return llvm::createStringError("--memory takes " + bytesForm +
                                   ": 2GB, found '" + command.memory + "'");
  Progress progress(!command.quiet);
  Compiler compiler([&](Stage stage) { progress.startStage(stage); });
  CompileOptions options =
      getObservingOptions(Observe::linears, command.context);
  options.cpu = command.cpu;
  if (llvm::Error error = compiler.import(command.model, options))
    return error;
  Calibration calibration(compiler, options, command,
                          static_cast<uint64_t>(memory), progress);
  if (llvm::Error error = calibration.prepare())
    return error;
  if (llvm::Error error = calibration.run())
    return error;
  if (!command.quiet)
    llvm::errs() << command.output << ": statistics of "
                 << calibration.inputCount() << " inputs over "
                 << calibration.tokens() << " tokens in "
                 << llvm::format("%.1f s", progress.seconds()) << "\n";
  return llvm::Error::success();
}
