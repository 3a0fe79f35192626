//===- LayerChoice.cpp - --shrink=layers=N --------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A layer adds to what it is given; where that hardly turns it, others do without.
//===----------------------------------------------------------------------===//
#include "LayerChoice.h"

#include "Calibration.h"
#include "ObservedProgram.h"
#include "llmc/Driver/Commands.h"
#include "llmc/Lower/Signature.h"
#include "llmc/Optimize/ObservedRows.h"
#include "llmc/Optimize/ShrinkSpec.h"

#include "llvm/Support/Format.h"

#include <cmath>
#include <numeric>

using namespace llmc;

/// Four windows for the usual ones: means over tokens, seconds of a run.
static constexpr int64_t observedTokens = 2048;

namespace {

class Influence {
public:
  llvm::Error run(llvm::StringRef model, const CompileOptions &wanted);
  /// Of each layer.
  std::vector<double> get() const;

private:
  llvm::Error load(llvm::StringRef model, const CompileOptions &wanted);
  llvm::Error addRows(int64_t rows);

  Compiler compiler;
  std::unique_ptr<ObservedProgram> program;
  std::vector<int64_t>
      results;                 // what layers are given, and the last one leaves
  std::vector<double> cosines; // of each layer, added up
  std::vector<int32_t> ids;
  int64_t window = 0;
};

} // namespace

llvm::Error Influence::load(llvm::StringRef model,
                            const CompileOptions &wanted) {
  CompileOptions options = getObservingOptions(Observe::layers, /*window=*/0);
  options.preTokenizer = wanted.preTokenizer;
  compiler.keepQuiet();
  if (llvm::Error error = compiler.import(model, options))
    return error;
  if (isFunctionProgram(compiler.getModule()))
    return llvm::createStringError(
        "--shrink=layers=N is for models that complete text, and " + model +
        " is a function");
  window = chooseWindow(compiler.getOptions(), /*window=*/0);
  auto read = readWindows(compiler.getModel(), getBundledText(),
                          "the text that llmc brings", window, observedTokens);
  if (!read)
    return read.takeError();
  ids = std::move(*read);
  auto created = ObservedProgram::create(compiler, window, /*threads=*/0);
  if (!created)
    return created.takeError();
  program = std::move(*created);
  for (size_t number = 0; number < program->list().size(); ++number) {
    auto result = program->find(nameLayer(static_cast<int64_t>(number)));
    if (!result)
      return result.takeError();
    results.push_back(*result);
  }
  cosines.resize(results.size() - 1);
  return llvm::Error::success();
}

static double getCosine(llvm::ArrayRef<float> a, llvm::ArrayRef<float> b) {
  double product = 0, first = 0, second = 0;
  for (auto [x, y] : llvm::zip_equal(a, b)) {
    product += double(x) * y;
    first += double(x) * x;
    second += double(y) * y;
  }
  const double size = std::sqrt(first * second);
  return size > 0 ? product / size : 1;
}

llvm::Error Influence::addRows(int64_t rows) {
  const int64_t columns = program->columns(results.front());
  for (size_t layer = 0; layer < cosines.size(); ++layer) {
    auto given = program->result(results[layer]);
    auto left = program->result(results[layer + 1]);
    if (!given || !left)
      return llvm::joinErrors(given.takeError(), left.takeError());
    for (int64_t row = 0; row < rows; ++row)
      cosines[layer] += getCosine({*given + row * columns, size_t(columns)},
                                  {*left + row * columns, size_t(columns)});
  }
  return llvm::Error::success();
}

llvm::Error Influence::run(llvm::StringRef model,
                           const CompileOptions &wanted) {
  if (llvm::Error error = load(model, wanted))
    return error;
  for (size_t at = 0; at < ids.size(); at += window) {
    if (llvm::Error error = program->restart())
      return error;
    llvm::ArrayRef<int32_t> rest = llvm::ArrayRef(ids).slice(at, window);
    while (!rest.empty()) {
      llvm::ArrayRef<int32_t> part = rest.take_front(program->rowsPerStep());
      if (llvm::Error error = program->step(part))
        return error;
      if (llvm::Error error = addRows(static_cast<int64_t>(part.size())))
        return error;
      rest = rest.drop_front(part.size());
    }
  }
  return llvm::Error::success();
}

std::vector<double> Influence::get() const {
  std::vector<double> influence;
  for (double cosine : cosines)
    influence.push_back(1 - cosine / static_cast<double>(ids.size()));
  return influence;
}

/// The layers of least influence, in order; of equal ones the first.
static std::vector<int64_t> chooseLeast(llvm::ArrayRef<double> influence,
                                        int64_t count) {
  std::vector<int64_t> order(influence.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](int64_t a, int64_t b) {
    return influence[a] < influence[b];
  });
  order.resize(count);
  llvm::sort(order);
  return order;
}

llvm::Error llmc::chooseLayers(llvm::StringRef model, bool explain, bool quiet,
                               CompileOptions &options) {
  if (options.shrink.empty())
    return llvm::Error::success();
  auto spec = parseShrinkSpec(options.shrink);
  if (!spec)
    return llvm::createStringError("--shrink: " +
                                   llvm::toString(spec.takeError()));
  if (!spec->layers)
    return llvm::Error::success();
  if (isModuleFile(model))
    return llvm::createStringError(
        "--shrink=layers=N chooses layers of a model, and " + model +
        " is IR: name them (without=20/21)");
  if (!quiet)
    llvm::errs() << "llmc: measuring which layers change what they are given, "
                    "for --shrink=layers="
                 << spec->layers << "\n";
  Influence measured;
  if (llvm::Error error = measured.run(model, options))
    return error;
  const std::vector<double> influence = measured.get();
  if (spec->layers >= static_cast<int64_t>(influence.size()))
    return llvm::createStringError(
        "--shrink=layers=" + llvm::Twine(spec->layers) + ": the model has " +
        llvm::Twine(influence.size()) + " layers, and one stays at least");
  options.shrink =
      spellLayers(options.shrink, chooseLeast(influence, spec->layers));
  if (!explain)
    return llvm::Error::success();
  for (auto [layer, number] : llvm::enumerate(influence))
    llvm::errs() << "  shrink: layer " << layer << ": block influence "
                 << llvm::format("%.6f", number) << "\n";
  llvm::errs() << "llmc: --shrink='" << options.shrink << "'\n";
  return llvm::Error::success();
}
