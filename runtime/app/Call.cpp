//===- Call.cpp - one call of a function program --------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// NAME=FILE.npy in, DIR/NAME.npy out: for scripts, and for comparisons with other
// implementations.
//===----------------------------------------------------------------------===//
#include "App.h"
#include "Npy.h"
#include "llmrt/FunctionCall.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <sys/stat.h>

using namespace llmrt;
using namespace llmrt::app;

namespace {

/// "x (float32 [batch, 64]), y (...)"
std::string listTensors(std::span<const LlmrtTensor> tensors) {
  std::string text;
  for (const LlmrtTensor &tensor : tensors)
    text += (text.empty() ? "" : ", ") + std::string(tensor.name) + " (" +
            describeTensor(tensor) + ")";
  return text.empty() ? "nothing" : text;
}

/// The files by the names of the inputs; empty: not given.
Expected<std::vector<std::string>>
assignFiles(const Function &function, const std::vector<std::string> &given) {
  std::vector<std::string> files(function.inputs().size());
  for (const std::string &one : given) {
    const size_t equals = one.find('=');
    if (equals == one.npos || equals == 0 || equals + 1 == one.size())
      return Status::error("'" + one +
                           "' is no input: give NAME=FILE.npy; the program "
                           "takes " +
                           listTensors(function.inputs()));
    const std::string name = one.substr(0, equals);
    const int64_t found = findInput(function, name);
    if (found < 0)
      return Status::error("the program has no input '" + name +
                           "': it takes " + listTensors(function.inputs()));
    std::string &file = files[found];
    if (!file.empty())
      return Status::error("input " + name + " is given twice: by " + file +
                           " and by " + one.substr(equals + 1));
    file = one.substr(equals + 1);
  }
  return files;
}

/// Reads a file as an input.
Status readInput(const Application &program, const LlmrtTensor &tensor,
                 const std::string &file, Sizes &sizes, Buffer &buffer) {
  auto bytes = readText(file, program.in, SIZE_MAX);
  if (!bytes)
    return bytes.status();
  auto array = parseNpy(*bytes, file);
  if (!array)
    return array.status();
  const std::string wants =
      ": input " + std::string(tensor.name) + " is " + describeTensor(tensor);
  const ElementType *type = findElementType(tensor.elementType);
  if (!isSpelled(*type, array->type)) {
    const ElementType *found = findElementType(array->type);
    return Status::error(file + ": has elements of type " +
                         (found ? found->name : "'" + array->type + "'") +
                         wants + "; convert it with .astype('" + type->name +
                         "')");
  }
  if (array->columnsFirst && array->shape.size() > 1)
    return Status::error(file + ": has its columns first" + wants +
                         "; save numpy.ascontiguousarray(...) of it");
  const int64_t count = countElements(array->shape);
  if (count < 0 ||
      static_cast<uint64_t>(count) != array->elements.size() / type->bytes ||
      array->elements.size() % type->bytes)
    return Status::error(file + ": not a usable .npy file: a shape of " +
                         describeSizes(array->shape) + ", data of " +
                         std::to_string(array->elements.size()) + " bytes");
  sizes = array->shape;
  buffer = Buffer(static_cast<int64_t>(array->elements.size()));
  std::memcpy(buffer.data(), array->elements.data(), array->elements.size());
  return Status::ok();
}

Expected<CallTensors> readInputs(const Application &program,
                                 const Function &function,
                                 const std::vector<std::string> &given) {
  auto files = assignFiles(function, given);
  if (!files)
    return files.status();
  CallTensors inputs;
  inputs.sizes.resize(files->size());
  inputs.buffers.resize(files->size());
  for (size_t i = 0; i < files->size(); ++i)
    if (!(*files)[i].empty())
      if (Status status = readInput(program, function.inputs()[i], (*files)[i],
                                    inputs.sizes[i], inputs.buffers[i]);
          !status)
        return status;
  std::string missing;
  for (size_t i = 0; i < files->size(); ++i) {
    const LlmrtTensor &tensor = function.inputs()[i];
    if ((*files)[i].empty() && !fillDefault(function, inputs, i))
      missing += (missing.empty() ? "" : ", ") + std::string(tensor.name) +
                 " (" + describeTensor(tensor) + ")";
  }
  if (!missing.empty())
    return Status::error("no file is given for " + missing +
                         ": give NAME=FILE.npy for each");
  return inputs;
}

/// Where an output is written.
std::string outputFile(const std::string &folder, std::string name) {
  std::replace(name.begin(), name.end(), '/', '_');
  return folder + "/" + name + ".npy";
}

/// Writes all outputs under other names first: either all files are new, or none.
Status writeOutputs(const Function &function, CallTensors &outputs,
                    const std::string &folder) {
  std::vector<PendingOutput> pending;
  for (size_t i = 0; i < outputs.buffers.size(); ++i) {
    const LlmrtTensor &tensor = function.outputs()[i];
    const ElementType &type = *findElementType(tensor.elementType);
    auto output = PendingOutput::create(outputFile(folder, tensor.name));
    if (!output)
      return output.status();
    const auto bytes =
        static_cast<size_t>(countElements(outputs.sizes[i]) * type.bytes);
    const std::string header = npyHeader(outputs.sizes[i], type.npy);
    for (std::string_view part :
         {std::string_view(header),
          std::string_view(outputs.buffers[i].data(), bytes)})
      if (Status status = output->write(part); !status)
        return status;
    pending.push_back(std::move(*output));
  }
  for (PendingOutput &output : pending)
    if (Status status = output.keep(); !status)
      return status;
  return Status::ok();
}

} // namespace

Status app::call(Application &program, const CallOptions &options) {
  if (!program.isFunction())
    return Status::error("this program completes text and has no function to "
                         "call: 'logits' runs it on token ids in .npy files");
  auto function = program.createFunction(options.threads);
  if (!function)
    return function.status();
  auto inputs = readInputs(program, **function, options.inputs);
  if (!inputs)
    return inputs.status();
  // Before the work: sizes that do not fit are said first.
  if (auto plan = (*function)->plan(inputs->sizes); !plan)
    return plan.status();
  if (::mkdir(options.out.c_str(), 0777) != 0 && errno != EEXIST)
    return Status::error(options.out +
                         ": cannot make this folder: " + std::strerror(errno));
  auto outputs = runFunction(**function, *inputs);
  if (!outputs)
    return outputs.status();
  return writeOutputs(**function, *outputs, options.out);
}
