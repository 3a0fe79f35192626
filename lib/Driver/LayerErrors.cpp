//===- LayerErrors.cpp - llmc eval --layers -------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The build and the model in floats read the same text side by side. What norms read is
// compared: it is what layers hand on, and no method that scales inputs of products
// changes it.
//===----------------------------------------------------------------------===//
#include "EncodingSearch.h"
#include "ObservedProgram.h"
#include "Report.h"
#include "llmc/Driver/Commands.h"
#include "llmc/Driver/Isolation.h"
#include "llmc/Lower/Signature.h"
#include "llmc/Weights/Files.h"

#include "llvm/Support/Format.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MemoryBuffer.h"

#include <cmath>

using namespace llmc;

namespace {

/// Sums over the rows that a norm reads.
struct LayerError {
  std::string weight;      // of the norm
  int64_t expected, found; // results of the two programs
  double error = 0,
         square = 0; // sums of squares: of the difference, of the floats

  double relative() const { return square > 0 ? std::sqrt(error / square) : 0; }
};

class LayerErrors {
public:
  explicit LayerErrors(const EvalCommand &command) : command(command) {}
  llvm::Error run();

private:
  llvm::Error load();
  llvm::Error compare(llvm::ArrayRef<int32_t> window);
  llvm::Error addRows(LayerError &layer, int64_t rows);
  void print() const;

  const EvalCommand &command;
  std::vector<int32_t> ids;
  llvm::FileRemover statistics;
  std::optional<Compiler> floatCompiler,
      buildCompiler; // their weights are mapped
  std::unique_ptr<ObservedProgram> floats, build;
  std::vector<LayerError> layers;
};

} // namespace

static llvm::Expected<std::unique_ptr<ObservedProgram>>
compile(std::optional<Compiler> &compiler, const EvalCommand &command,
        const CompileOptions &options) {
  compiler.emplace();
  compiler->keepQuiet();
  if (llvm::Error error = compiler->import(command.model, options))
    return std::move(error);
  if (isFunctionProgram(compiler->getModule()))
    return llvm::createStringError(
        "--layers is for models that complete text, and " + command.model +
        " is a function");
  if (int64_t most = compiler->getOptions().maxContext; command.context > most)
    return llvm::createStringError(
        "windows of %lld tokens: the model has %lld positions, give as many, "
        "or fewer, with -c",
        static_cast<long long>(command.context), static_cast<long long>(most));
  return ObservedProgram::create(*compiler, command.context, command.threads);
}

llvm::Error LayerErrors::load() {
  CompileOptions changed = command.options;
  if (llvm::Error error = prepareQuantizing(
          command.model,
          {CodeFormats::panels, /*explain=*/false, command.quiet}, changed,
          statistics))
    return error;
  observeRows(changed, Observe::norms, /*window=*/0);
  CompileOptions plain = getObservingOptions(Observe::norms, /*window=*/0);
  plain.weights = WeightMode::f32;
  plain.preTokenizer = changed.preTokenizer;
  noteActivity("compiling the model in floats");
  auto expected = compile(floatCompiler, command, plain);
  if (!expected)
    return expected.takeError();
  floats = std::move(*expected);
  noteActivity("compiling the build");
  auto found = compile(buildCompiler, command, changed);
  if (!found)
    return found.takeError();
  build = std::move(*found);
  const std::vector<std::string> left = build->list();
  for (const std::string &weight : floats->list()) {
    if (!llvm::is_contained(left, weight))
      continue; // of a layer that is gone
    auto first = floats->find(weight), second = build->find(weight);
    if (!first || !second)
      return llvm::joinErrors(first.takeError(), second.takeError());
    layers.push_back({weight, *first, *second});
  }
  return layers.empty() ? llvm::createStringError(
                              command.model +
                              ": has no norms with weights whose rows could be "
                              "compared")
                        : llvm::Error::success();
}

llvm::Error LayerErrors::addRows(LayerError &layer, int64_t rows) {
  auto expected = floats->result(layer.expected);
  auto found = build->result(layer.found);
  if (!expected || !found)
    return llvm::joinErrors(expected.takeError(), found.takeError());
  const int64_t count = rows * floats->columns(layer.expected);
  for (int64_t i = 0; i < count; ++i) {
    const double difference = double((*found)[i]) - (*expected)[i];
    layer.error += difference * difference;
    layer.square += double((*expected)[i]) * (*expected)[i];
  }
  return llvm::Error::success();
}

llvm::Error LayerErrors::compare(llvm::ArrayRef<int32_t> window) {
  for (ObservedProgram *program : {floats.get(), build.get()})
    if (llvm::Error error = program->restart())
      return error;
  const auto most = static_cast<size_t>(floats->rowsPerStep());
  for (; !window.empty();
       window = window.drop_front(std::min(most, window.size()))) {
    llvm::ArrayRef<int32_t> part = window.take_front(most);
    for (ObservedProgram *program : {floats.get(), build.get()})
      if (llvm::Error error = program->step(part))
        return error;
    for (LayerError &layer : layers)
      if (llvm::Error error = addRows(layer, static_cast<int64_t>(part.size())))
        return error;
  }
  return llvm::Error::success();
}

void LayerErrors::print() const {
  if (command.json) {
    llvm::json::Array rows;
    for (const LayerError &layer : layers)
      rows.push_back(llvm::json::Object{{"input_of", layer.weight},
                                        {"relative_error", layer.relative()}});
    llvm::outs() << llvm::formatv(
        "{0:2}\n", llvm::json::Value(llvm::json::Object{
                       {"tokens", static_cast<int64_t>(ids.size())},
                       {"layers", std::move(rows)}}));
    return;
  }
  size_t width = 0;
  for (const LayerError &layer : layers)
    width = std::max(width, layer.weight.size());
  llvm::outs() << "| " << llvm::left_justify("input of", width)
               << " | relative error |\n| " << std::string(width, '-')
               << " | -------------- |\n";
  for (const LayerError &layer : layers)
    llvm::outs() << "| " << llvm::left_justify(layer.weight, width) << " | "
                 << llvm::format("%12.4f %%", 100 * layer.relative()) << " |\n";
}

llvm::Error LayerErrors::run() {
  Progress progress(!command.quiet);
  auto text = openFile(command.text);
  if (!text)
    return text.takeError();
  if (llvm::Error error = load())
    return error;
  auto read =
      readWindows(floatCompiler->getModel(), (*text)->getBuffer(), command.text,
                  command.context, command.windows * command.context);
  if (!read)
    return read.takeError();
  ids = std::move(*read);
  for (size_t at = 0; at < ids.size(); at += command.context) {
    noteActivity(
        llvm::formatv("running both: {0} of {1} tokens", at, ids.size()).str());
    if (llvm::Error error =
            compare(llvm::ArrayRef(ids).slice(at, command.context)))
      return error;
  }
  progress.finish();
  print();
  return llvm::Error::success();
}

llvm::Error llmc::runLayerErrors(const EvalCommand &command) {
  return LayerErrors(command).run();
}
