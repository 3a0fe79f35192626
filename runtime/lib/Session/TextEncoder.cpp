//===- TextEncoder.cpp - texts to vectors ---------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "llmrt/TextEncoder.h"

#include <algorithm>
#include <cmath>
#include <string>

using namespace llmrt;

void llmrt::poolRows(std::span<const float> rows, Pooling pooling,
                     bool normalize, std::span<float> vector) {
  const size_t width = vector.size();
  const size_t count = pooling == Pooling::Cls ? 1 : rows.size() / width;
  double squares = 0;
  for (size_t column = 0; column < width; ++column) {
    double sum = 0;
    for (size_t row = 0; row < count; ++row)
      sum += rows[row * width + column];
    const double mean = sum / static_cast<double>(count);
    squares += mean * mean;
    vector[column] = static_cast<float>(mean);
  }
  // As torch.nn.functional.normalize: a vector of zeros stays one.
  constexpr double least = 1e-12;
  const double length = std::max(std::sqrt(squares), least);
  if (normalize)
    for (float &number : vector)
      number = static_cast<float>(number / length);
}

Expected<TextEncoder> TextEncoder::open(Function &function) {
  TextEncoder encoder(function);
  encoder.ids = findInput(function, "input_ids");
  encoder.mask = findInput(function, "attention_mask");
  const auto outputs = function.outputs();
  for (size_t i = 0; i < outputs.size() && encoder.states < 0; ++i)
    if (outputs[i].elementType == LLMRT_ELEMENT_F32 && outputs[i].rank == 3 &&
        outputs[i].sizes[2] > 0 && std::string(outputs[i].name) != "logits")
      encoder.states = static_cast<int64_t>(i);
  for (int64_t input : {encoder.ids, encoder.mask})
    if (input >= 0 && !isWholeMatrix(function.inputs()[input]))
      encoder.states = -1;
  if (encoder.ids < 0 || encoder.states < 0)
    return Status::error(
        "this program is no encoder of texts, from input_ids [batch, seq] to "
        "hidden states float32 [batch, seq, columns]: 'info' says what it "
        "takes "
        "and gives, 'call' runs it");
  encoder.width = outputs[encoder.states].sizes[2];
  return encoder;
}

Expected<CallTensors>
TextEncoder::run(std::span<const std::span<const int32_t>> texts,
                 int64_t length) {
  const size_t inputs = function->inputs().size();
  CallTensors given{std::vector<Sizes>(inputs), std::vector<Buffer>(inputs)};
  const Sizes sizes = {static_cast<int64_t>(texts.size()), length};
  std::vector<int64_t> tokens, seen;
  for (std::span<const int32_t> text : texts) {
    tokens.insert(tokens.end(), text.begin(), text.end());
    seen.insert(seen.end(), text.size(), 1);
    tokens.resize(tokens.size() + length - text.size()); // token 0, masked
    seen.resize(tokens.size());
  }
  fillWhole(*function, given, ids, sizes, tokens);
  if (mask >= 0)
    fillWhole(*function, given, mask, sizes, seen);
  for (size_t i = 0; i < inputs; ++i)
    if (given.sizes[i].empty() && !fillDefault(*function, given, i))
      return Status::error(
          "the function also takes " + std::string(function->inputs()[i].name) +
          " (" + describeTensor(function->inputs()[i]) +
          "), which does not follow from texts: 'call' takes files for all "
          "inputs");
  auto made = runFunction(*function, given);
  if (made && made->sizes[states] != Sizes{sizes[0], length, width})
    return Status::error("the function gives " +
                         describeSizes(made->sizes[states]) + " for " +
                         describeSizes(sizes) +
                         " tokens, which is no row for each: 'call' runs it");
  return made;
}
