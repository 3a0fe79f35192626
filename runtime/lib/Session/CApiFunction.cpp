//===- CApiFunction.cpp - function programs from C ------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "CApi.h"

using namespace llmrt;
using namespace llmrt::capi;

struct LlmrtFunction {
  std::unique_ptr<Function> function;
  Function::Plan plan;
  bool planned = false;
};

LlmrtStatus llmrt_function_create(const LlmrtProgram *program, int64_t threads,
                                  LlmrtFunction **function) {
  return guardedWith(__func__, {program, function}, [&]() -> LlmrtStatus {
    auto created = program->program.createFunction(threads);
    if (!created)
      return statusOf(created.status());
    *function = new LlmrtFunction{std::move(*created), {}};
    return LLMRT_OK;
  });
}

void llmrt_function_destroy(LlmrtFunction *function) { delete function; }

LlmrtStatus llmrt_function_counts(const LlmrtFunction *function, size_t *inputs,
                                  size_t *outputs) {
  return guardedWith(__func__, {function, inputs, outputs}, [&] {
    *inputs = function->function->inputs().size();
    *outputs = function->function->outputs().size();
    return LLMRT_OK;
  });
}

/// Tensor `index` of one side.
static LlmrtStatus describe(std::span<const LlmrtTensor> tensors, size_t index,
                            const char *side, LlmrtTensorInfo *info) {
  if (index >= tensors.size())
    return failure(LLMRT_INVALID_ARGUMENT,
                   std::string(side) + " " + std::to_string(index) +
                       " was asked for: the function has " +
                       std::to_string(tensors.size()));
  const LlmrtTensor &tensor = tensors[index];
  const ElementType *type = findElementType(tensor.elementType);
  if (!type)
    return failure(LLMRT_FAILED, std::string(side) + " " + tensor.name +
                                     " has elements of an unknown kind");
  *info = {tensor.name, type->name,   type->bytes,
           tensor.rank, tensor.sizes, tensor.symbols};
  return LLMRT_OK;
}

LlmrtStatus llmrt_function_input(const LlmrtFunction *function, size_t index,
                                 LlmrtTensorInfo *tensor) {
  return guardedWith(__func__, {function, tensor}, [&] {
    return describe(function->function->inputs(), index, "input", tensor);
  });
}

LlmrtStatus llmrt_function_output(const LlmrtFunction *function, size_t index,
                                  LlmrtTensorInfo *tensor) {
  return guardedWith(__func__, {function, tensor}, [&] {
    return describe(function->function->outputs(), index, "output", tensor);
  });
}

/// The sizes of each input out of those of all.
static Expected<std::vector<Sizes>> splitSizes(const Function &function,
                                               std::span<const int64_t> all) {
  size_t needed = 0;
  for (const LlmrtTensor &input : function.inputs())
    needed += input.rank;
  if (all.size() != needed)
    return Status::error("a call with " + std::to_string(all.size()) +
                         " sizes: all inputs together have " +
                         std::to_string(needed) + " dimensions");
  std::vector<Sizes> sizes;
  for (const LlmrtTensor &input : function.inputs()) {
    sizes.emplace_back(all.begin(), all.begin() + input.rank);
    all = all.subspan(input.rank);
  }
  return sizes;
}

LlmrtStatus llmrt_function_plan(LlmrtFunction *function,
                                const int64_t *inputSizes, size_t count,
                                int64_t *outputSizes, size_t capacity,
                                size_t *needed, int64_t *workspaceBytes) {
  return guardedWith(
      __func__,
      {function, needed, buffer(inputSizes, count),
       buffer(outputSizes, capacity)},
      [&]() -> LlmrtStatus {
        auto sizes = splitSizes(*function->function, {inputSizes, count});
        if (!sizes)
          return statusOf(sizes.status());
        auto plan = function->function->plan(*sizes);
        if (!plan)
          return statusOf(plan.status());
        function->plan = std::move(*plan);
        function->planned = true;
        if (workspaceBytes)
          *workspaceBytes = function->plan.workspaceBytes;
        std::vector<int64_t> all;
        for (const Sizes &output : function->plan.outputs)
          all.insert(all.end(), output.begin(), output.end());
        return copyOut(all.data(), all.size(), outputSizes, capacity, needed);
      });
}

/// Whether a caller's buffer holds a tensor of these sizes.
static Status checkBuffer(const LlmrtTensor &tensor,
                          std::span<const int64_t> sizes, const void *data,
                          size_t bytes) {
  const int64_t needed =
      countElements(sizes) * findElementType(tensor.elementType)->bytes;
  if (static_cast<int64_t>(bytes) < needed)
    return Status::error("the buffer of " + std::string(tensor.name) + " has " +
                         std::to_string(bytes) +
                         " bytes: " + describeTensor(tensor) + " of sizes " +
                         describeSizes(sizes) + " needs " +
                         std::to_string(needed));
  if (!data && needed > 0)
    return Status::error("the buffer of " + std::string(tensor.name) +
                         " is null");
  return Status::ok();
}

/// Checks the buffers of both sides and takes their addresses.
static Status takeBuffers(const LlmrtFunction &function,
                          std::span<const LlmrtInput> inputs,
                          std::span<const LlmrtOutput> outputs,
                          std::vector<const void *> &read,
                          std::vector<void *> &written) {
  std::span<const int64_t> sizes = function.plan.inputSizes;
  for (size_t i = 0; i < inputs.size(); ++i) {
    const LlmrtTensor &tensor = function.function->inputs()[i];
    if (Status status = checkBuffer(tensor, sizes.first(tensor.rank),
                                    inputs[i].data, inputs[i].bytes);
        !status)
      return status;
    sizes = sizes.subspan(tensor.rank);
    read.push_back(inputs[i].data);
  }
  for (size_t i = 0; i < outputs.size(); ++i) {
    if (Status status = checkBuffer(function.function->outputs()[i],
                                    function.plan.outputs[i], outputs[i].data,
                                    outputs[i].bytes);
        !status)
      return status;
    written.push_back(outputs[i].data);
  }
  return Status::ok();
}

LlmrtStatus llmrt_function_call(LlmrtFunction *function,
                                const LlmrtInput *inputs, size_t inputCount,
                                const LlmrtOutput *outputs,
                                size_t outputCount) {
  return guardedWith(
      __func__,
      {function, buffer(inputs, inputCount), buffer(outputs, outputCount)},
      [&]() -> LlmrtStatus {
        if (!function->planned)
          return failure(LLMRT_INVALID_ARGUMENT,
                         "no call is planned: llmrt_function_plan says how "
                         "large its tensors are");
        if (inputCount != function->function->inputs().size() ||
            outputCount != function->function->outputs().size())
          return failure(
              LLMRT_INVALID_ARGUMENT,
              "a call with " + std::to_string(inputCount) + " inputs and " +
                  std::to_string(outputCount) + " outputs: the function has " +
                  std::to_string(function->function->inputs().size()) +
                  " and " +
                  std::to_string(function->function->outputs().size()));
        std::vector<const void *> read;
        std::vector<void *> written;
        if (Status status = takeBuffers(*function, {inputs, inputCount},
                                        {outputs, outputCount}, read, written);
            !status)
          return statusOf(status);
        return statusOf(
            function->function->call(function->plan, read, written));
      });
}
