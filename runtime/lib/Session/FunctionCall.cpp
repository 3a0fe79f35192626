//===- FunctionCall.cpp - the tensors of one call -------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "llmrt/FunctionCall.h"

#include <algorithm>
#include <cstring>

using namespace llmrt;

int64_t llmrt::findInput(const Function &function, const std::string &name) {
  auto found = std::find_if(
      function.inputs().begin(), function.inputs().end(),
      [&](const LlmrtTensor &tensor) { return name == tensor.name; });
  return found == function.inputs().end() ? -1
                                          : found - function.inputs().begin();
}

/// Writes a whole number as an element of `width` bytes.
static void writeElement(char *place, int64_t width, int64_t number) {
  std::memcpy(place, &number, static_cast<size_t>(width)); // little endian
}

static bool isWhole(uint32_t kind) {
  return (kind >= LLMRT_ELEMENT_I32 && kind <= LLMRT_ELEMENT_I64) ||
         (kind >= LLMRT_ELEMENT_U8 && kind <= LLMRT_ELEMENT_U64);
}

bool llmrt::isWholeMatrix(const LlmrtTensor &tensor) {
  return tensor.rank == 2 && isWhole(tensor.elementType);
}

void llmrt::fillWhole(const Function &function, CallTensors &inputs,
                      size_t index, const Sizes &sizes,
                      std::span<const int64_t> numbers) {
  const int64_t width =
      findElementType(function.inputs()[index].elementType)->bytes;
  inputs.sizes[index] = sizes;
  inputs.buffers[index] = Buffer(static_cast<int64_t>(numbers.size()) * width);
  char *place = inputs.buffers[index].data();
  for (int64_t number : numbers) {
    writeElement(place, width, number);
    place += width;
  }
}

bool llmrt::fillDefault(const Function &function, CallTensors &inputs,
                        size_t index) {
  const LlmrtTensor &tensor = function.inputs()[index];
  const std::string name = tensor.name;
  const bool ones = name == "attention_mask";
  const bool positions = name == "position_ids";
  const int64_t ids = findInput(function, "input_ids");
  if ((!ones && !positions && name != "token_type_ids") || ids < 0 ||
      !isWhole(tensor.elementType))
    return false;
  const Sizes sizes = inputs.sizes[ids];
  const int64_t count = countElements(sizes);
  if (count < 0 || sizes.empty())
    return false;
  std::vector<int64_t> numbers(static_cast<size_t>(count), ones ? 1 : 0);
  for (size_t at = 0; positions && at < numbers.size(); ++at)
    numbers[at] = static_cast<int64_t>(at) % sizes.back();
  fillWhole(function, inputs, index, sizes, numbers);
  return true;
}

Expected<CallTensors> llmrt::runFunction(Function &function,
                                         CallTensors &inputs) {
  auto plan = function.plan(inputs.sizes);
  if (!plan)
    return plan.status();
  CallTensors outputs{plan->outputs, {}};
  std::vector<const void *> read;
  std::vector<void *> written;
  for (Buffer &buffer : inputs.buffers)
    read.push_back(buffer.data());
  for (size_t i = 0; i < outputs.sizes.size(); ++i) {
    const uint32_t kind = function.outputs()[i].elementType;
    outputs.buffers.emplace_back(countElements(outputs.sizes[i]) *
                                 findElementType(kind)->bytes);
    written.push_back(outputs.buffers.back().data());
  }
  if (Status status = function.call(*plan, read, written); !status)
    return status;
  return outputs;
}
