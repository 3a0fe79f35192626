//===- Function.cpp - tensors in, tensors out -----------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "llmrt/Function.h"
#include "llmrt/Cpu.h"
#include "llmrt/Engine.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <map>

using namespace llmrt;

static constexpr ElementType elementTypes[] = {
    {LLMRT_ELEMENT_F32, "float32", "<f4", 4},
    {LLMRT_ELEMENT_F16, "float16", "<f2", 2},
    {LLMRT_ELEMENT_F64, "float64", "<f8", 8},
    // NumPy has none: this is what the package ml_dtypes writes.
    {LLMRT_ELEMENT_BF16, "bfloat16", "<V2", 2},
    {LLMRT_ELEMENT_BOOL, "bool", "|b1", 1},
    {LLMRT_ELEMENT_I8, "int8", "|i1", 1},
    {LLMRT_ELEMENT_I16, "int16", "<i2", 2},
    {LLMRT_ELEMENT_I32, "int32", "<i4", 4},
    {LLMRT_ELEMENT_I64, "int64", "<i8", 8},
    {LLMRT_ELEMENT_U8, "uint8", "|u1", 1},
    {LLMRT_ELEMENT_U16, "uint16", "<u2", 2},
    {LLMRT_ELEMENT_U32, "uint32", "<u4", 4},
    {LLMRT_ELEMENT_U64, "uint64", "<u8", 8},
    // So are these, all alike.
    {LLMRT_ELEMENT_I4, "int4", "<V1", 1},
    {LLMRT_ELEMENT_U4, "uint4", "<V1", 1},
    {LLMRT_ELEMENT_I2, "int2", "<V1", 1},
    {LLMRT_ELEMENT_U2, "uint2", "<V1", 1},
    {LLMRT_ELEMENT_F8E4M3FN, "float8_e4m3fn", "<V1", 1},
    {LLMRT_ELEMENT_F8E4M3FNUZ, "float8_e4m3fnuz", "<V1", 1},
    {LLMRT_ELEMENT_F8E5M2, "float8_e5m2", "<V1", 1},
    {LLMRT_ELEMENT_F8E5M2FNUZ, "float8_e5m2fnuz", "<V1", 1},
    {LLMRT_ELEMENT_F8E8M0FNU, "float8_e8m0fnu", "<V1", 1},
    {LLMRT_ELEMENT_F6E2M3FN, "float6_e2m3fn", "<V1", 1},
    {LLMRT_ELEMENT_F6E3M2FN, "float6_e3m2fn", "<V1", 1},
    {LLMRT_ELEMENT_F4E2M1FN, "float4_e2m1fn", "<V1", 1},
};

const ElementType *llmrt::findElementType(uint32_t kind) {
  for (const ElementType &type : elementTypes)
    if (type.kind == kind)
      return &type;
  return nullptr;
}

const ElementType *llmrt::findElementType(std::string_view npy) {
  for (const ElementType &type : elementTypes)
    if (type.npy == npy)
      return &type;
  return nullptr;
}

bool llmrt::isSpelled(const ElementType &type, std::string_view npy) {
  // Of one byte, which has no order; and ml_dtypes's one type of kind f.
  if (npy == "|V1" || (npy == "<f1" && type.kind == LLMRT_ELEMENT_F8E5M2))
    npy = "<V1";
  return type.npy == npy;
}

std::string llmrt::describeTensor(const LlmrtTensor &tensor) {
  const ElementType *type = findElementType(tensor.elementType);
  std::string text = std::string(type ? type->name : "unknown") + " [";
  for (uint32_t d = 0; d < tensor.rank; ++d) {
    text += d ? ", " : "";
    if (tensor.sizes[d] >= 0)
      text += std::to_string(tensor.sizes[d]);
    else
      text += *tensor.symbols[d] ? tensor.symbols[d] : "any";
  }
  return text + "]";
}

std::string llmrt::describeSizes(std::span<const int64_t> sizes) {
  std::string text = "[";
  for (size_t d = 0; d < sizes.size(); ++d)
    text += (d ? ", " : "") + std::to_string(sizes[d]);
  return text + "]";
}

int64_t llmrt::countElements(std::span<const int64_t> sizes) {
  int64_t count = 1;
  for (int64_t size : sizes)
    if (__builtin_mul_overflow(count, size, &count))
      return -1;
  return count;
}

Expected<std::unique_ptr<Function>>
Function::create(const LlmrtModel &model, std::span<const uint8_t> weights,
                 int64_t threads) {
  if (Status status = checkCode(model, weights); !status)
    return status;
  if (!model.signature)
    return Status::error(
        "this program completes text: it has no function to call");
  auto variant =
      chooseVariant(model, cpuFeatures(), std::getenv("LLMRT_VARIANT"));
  if (!variant)
    return variant.status();
  auto pool =
      ThreadPool::create(threads ? threads : ThreadPool::availableCores());
  if (!pool)
    return pool.status();
  std::unique_ptr<Function> function(new Function);
  function->signature = model.signature;
  function->chosen = *variant;
  function->pool = std::move(*pool);
  function->team =
      std::min(function->pool->workers(), ThreadPool::availableProcessors());
  function->descriptor.weights = weights.data();
  function->descriptor.barrier = function->pool->barrier();
  return function;
}

/// Whether one input has the sizes that the signature says. `known` holds those of
/// symbols, and which input they came from.
static Status
checkInput(const LlmrtTensor &tensor, const Sizes &sizes,
           std::map<std::string, std::pair<int64_t, std::string>> &known) {
  const std::string found = "input " + std::string(tensor.name) +
                            " has sizes " + describeSizes(sizes);
  auto wrong = [&](const std::string &why) {
    return Status::error(found + ": the program takes " +
                         describeTensor(tensor) + why);
  };
  if (sizes.size() != tensor.rank)
    return wrong(", of " + std::to_string(tensor.rank) + " dimensions");
  for (uint32_t d = 0; d < tensor.rank; ++d) {
    if (sizes[d] < 0 || sizes[d] > INT32_MAX)
      return wrong("; a size is at least 0 and less than 2^31");
    if (tensor.sizes[d] >= 0 && sizes[d] != tensor.sizes[d])
      return wrong("; give an array of that shape");
    const std::string symbol = tensor.symbols[d];
    if (tensor.sizes[d] >= 0 || symbol.empty())
      continue;
    const auto &[size, owner] =
        known.try_emplace(symbol, sizes[d], tensor.name).first->second;
    if (size != sizes[d])
      return wrong("; " + symbol + " is " + std::to_string(size) +
                   " in input " + owner + ": give both the same");
  }
  return Status::ok();
}

Status Function::checkSizes(std::span<const Sizes> given) const {
  if (given.size() != inputs().size())
    return Status::error("a call with " + std::to_string(given.size()) +
                         " inputs: the program takes " +
                         std::to_string(inputs().size()));
  std::map<std::string, std::pair<int64_t, std::string>> known;
  for (size_t i = 0; i < given.size(); ++i)
    if (Status status = checkInput(inputs()[i], given[i], known); !status)
      return status;
  return Status::ok();
}

Expected<Function::Plan> Function::plan(std::span<const Sizes> given) const {
  if (Status status = checkSizes(given); !status)
    return status;
  Plan plan;
  for (const Sizes &sizes : given)
    plan.inputSizes.insert(plan.inputSizes.end(), sizes.begin(), sizes.end());
  size_t count = 0;
  for (const LlmrtTensor &output : outputs())
    count += output.rank;
  std::vector<int64_t> outputSizes(count);
  plan.workspaceBytes =
      signature->sizes(plan.inputSizes.data(), outputSizes.data(), team);
  std::string all;
  for (size_t i = 0; i < given.size(); ++i)
    all += (i ? ", " : "") + std::string(inputs()[i].name) + " " +
           describeSizes(given[i]);
  const bool isNegative = std::any_of(outputSizes.begin(), outputSizes.end(),
                                      [](int64_t size) { return size < 0; });
  if (plan.workspaceBytes < 0 || isNegative)
    return Status::error("the inputs do not fit one another, or the program: " +
                         all);
  auto next = outputSizes.begin();
  for (const LlmrtTensor &output : outputs()) {
    plan.outputs.emplace_back(next, next + output.rank);
    next += output.rank;
  }
  for (const Sizes &sizes : plan.outputs)
    if (plan.workspaceBytes == INT64_MAX || countElements(sizes) < 0)
      return Status::error("no machine has the memory for a call with " + all +
                           ": give smaller inputs");
  return plan;
}

Status Function::call(const Plan &plan, std::span<const void *const> inputs,
                      std::span<void *const> outputs) {
  assert(inputs.size() == this->inputs().size() &&
         outputs.size() == this->outputs().size() && "one buffer per tensor");
  if (plan.workspaceBytes > workspace.size()) {
    workspace = MappedMemory(); // not both at once
    auto mapped =
        MappedMemory::anonymous(plan.workspaceBytes, "the workspace of a call");
    if (!mapped)
      return mapped.status();
    workspace = std::move(*mapped);
  }
  descriptor.workspace = workspace.data();
  descriptor.inputs = inputs.data();
  descriptor.outputs = outputs.data();
  descriptor.sizes = plan.inputSizes.data();
  pool->run(team, [this](int64_t worker, int64_t workers) {
    chosen->call(&descriptor, worker, workers);
  });
  return Status::ok();
}
