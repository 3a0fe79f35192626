//===- CalibrationPart.cpp - inputs whose sums grow at once ---------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The step hands the rows of the inputs out, compiled code adds them up: 4 K^2 bytes for
// every input of K columns, all the while.
//===----------------------------------------------------------------------===//
#include "CalibrationPart.h"

#include "mlir/IR/Threading.h"

using namespace llmc;

llvm::Expected<std::unique_ptr<CalibrationPart>>
CalibrationPart::create(Compiler &compiler,
                        llvm::ArrayRef<ObservedInput> inputs, int64_t window,
                        int64_t threads) {
  std::unique_ptr<CalibrationPart> part(
      new CalibrationPart(*compiler.getModule().getContext(), window));
  auto created = ObservedProgram::create(compiler, window, threads);
  if (!created)
    return created.takeError();
  part->program = std::move(*created);
  part->statistics.resize(inputs.size());
  part->magnitudes.resize(inputs.size());
  for (auto [input, statistics] : llvm::zip_equal(inputs, part->statistics)) {
    auto result = part->program->find(input.weights.front());
    if (!result)
      return result.takeError();
    part->places.push_back({*result, input.cols});
    startSums(statistics, input.cols);
    if (part->adders.count(input.cols))
      continue;
    auto adder = RowAdder::create(part->context, input.cols, compiler.getIsas(),
                                  threads);
    if (!adder)
      return adder.takeError();
    part->adders.emplace(input.cols, std::move(*adder));
  }
  return std::move(part);
}

/// The rows among the next `count` that are part of the sample.
void CalibrationPart::sampleRows(llvm::ArrayRef<const float *> rows,
                                 int64_t count) {
  for (int64_t token : sample)
    if (token >= done && token < done + count)
      for (size_t i = 0; i < rows.size(); ++i) {
        const float *row = rows[i] + (token - done) * places[i].cols;
        std::vector<float> &kept = statistics[i].sample;
        kept.insert(kept.end(), row, row + places[i].cols);
      }
}

/// Those of the last step.
llvm::Error CalibrationPart::addRows(int64_t count) {
  std::vector<const float *> rows;
  for (const Place &place : places) {
    auto observed = program->result(place.result);
    if (!observed)
      return observed.takeError();
    rows.push_back(*observed);
  }
  sampleRows(rows, count);
  mlir::parallelFor(&context, 0, rows.size(), [&](size_t i) {
    magnitudes[i].add({rows[i], size_t(count * places[i].cols)});
  });
  for (size_t i = 0; i < rows.size(); ++i)
    if (llvm::Error error =
            adders.at(places[i].cols).add(rows[i], count, statistics[i]))
      return error;
  return llvm::Error::success();
}

llvm::Error CalibrationPart::runWindow(llvm::ArrayRef<int32_t> tokens) {
  if (llvm::Error error = program->restart())
    return error;
  const auto most = static_cast<size_t>(program->rowsPerStep());
  for (size_t at = 0; at < tokens.size(); at += most) {
    auto some = tokens.slice(at, std::min(most, tokens.size() - at));
    const auto count = static_cast<int64_t>(some.size());
    if (llvm::Error error = program->step(some))
      return error;
    if (llvm::Error error = addRows(count))
      return error;
    done += count;
  }
  return llvm::Error::success();
}

llvm::Error CalibrationPart::run(llvm::ArrayRef<int32_t> ids,
                                 llvm::function_ref<void(int64_t)> note) {
  sample = chooseSample(static_cast<int64_t>(ids.size()));
  while (!ids.empty()) {
    note(done);
    if (llvm::Error error = runWindow(ids.take_front(window)))
      return error;
    ids = ids.drop_front(window);
  }
  for (auto [input, counts] : llvm::zip_equal(statistics, magnitudes))
    finishSums(input, counts, done);
  return llvm::Error::success();
}
