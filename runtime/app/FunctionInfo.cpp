//===- FunctionInfo.cpp - what a function program takes and gives ---------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Description.h"
#include "Report.h"

#include "llmrt/Console.h"
#include "llmrt/Cpu.h"

using namespace llmrt;
using namespace llmrt::app;

namespace {

std::span<const LlmrtTensor> inputsOf(const LlmrtSignature &signature) {
  return {signature.inputs, static_cast<size_t>(signature.inputCount)};
}
std::span<const LlmrtTensor> outputsOf(const LlmrtSignature &signature) {
  return {signature.outputs, static_cast<size_t>(signature.outputCount)};
}

/// A size is a number, or the name of one that a call decides; null: it has none.
Json shapeOf(const LlmrtTensor &tensor) {
  Json shape = Json::array();
  for (uint32_t d = 0; d < tensor.rank; ++d)
    if (tensor.sizes[d] >= 0)
      shape.push_back(tensor.sizes[d]);
    else if (*tensor.symbols[d])
      shape.push_back(tensor.symbols[d]);
    else
      shape.push_back(nullptr);
  return shape;
}

Json tensorsOf(std::span<const LlmrtTensor> tensors) {
  Json list = Json::array();
  for (const LlmrtTensor &tensor : tensors) {
    const ElementType *type = findElementType(tensor.elementType);
    list.push_back({{"name", tensor.name},
                    {"dtype", type ? type->name : "unknown"},
                    {"shape", shapeOf(tensor)}});
  }
  return list;
}

std::string jsonReport(const Application &program, const Json &info,
                       bool verified) {
  const LlmrtModel &model = program.model();
  Json all = {{"model", info},
              {"loaded_bytes", program.artifact().loadedBytes()},
              {"sections", sectionsOf(program.artifact())},
              {"variants", variantsOf(model)},
              {"cpu_features", cpuFeatureNames(cpuFeatures())},
              {"signature",
               {{"inputs", tensorsOf(inputsOf(*model.signature))},
                {"outputs", tensorsOf(outputsOf(*model.signature))}}}};
  if (verified)
    all["verified"] = true;
  return all.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string textReport(const Application &program, const Json &info,
                       bool verified) {
  const LlmrtModel &model = program.model();
  std::string text = describeFacts(info) + describeCode(program);
  for (const LlmrtTensor &tensor : inputsOf(*model.signature))
    text +=
        "input " + asLine(tensor.name) + ": " + describeTensor(tensor) + "\n";
  for (const LlmrtTensor &tensor : outputsOf(*model.signature))
    text +=
        "output " + asLine(tensor.name) + ": " + describeTensor(tensor) + "\n";
  return text + (verified ? "checksums: as written\n" : "");
}

} // namespace

Status app::functionInfo(Application &program, const InfoOptions &options,
                         const Json &info) {
  if (options.verify)
    if (Status status = program.verify(); !status)
      return status;
  return program.out.write(options.json
                               ? jsonReport(program, info, options.verify)
                               : textReport(program, info, options.verify));
}
