//===- Qwen2.cpp - qwen2: llama with biases on q, k and v -----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "GatedDecoder.h"
#include "KeyReader.h"
#include "ModelInfo.h"

#include "llmc/Weights/Errors.h"

using namespace llvm;
using namespace llmc;

/// Which layers see only a window: `layer_types`, or the layers from
/// `max_window_layers` on; none unless `use_sliding_window`.
static Error readWindows(Source &source, GatedDecoder &model) {
  HfConfig &config = *source.config;
  HfKeys keys(config);
  bool used = keys.flag("use_sliding_window", false);
  int64_t window = keys.integer("sliding_window", Limits::context, 4096);
  if (Error error = keys.takeError())
    return error;
  Expected<int64_t> first =
      config.getInteger("max_window_layers", 0, Limits::layers, 28);
  if (!first)
    return first.takeError();
  Expected<std::vector<std::string>> types = config.getStrings("layer_types");
  if (!types)
    return types.takeError();
  if (!types->empty() && types->size() != static_cast<size_t>(model.layers))
    return config.fail("layer_types", "requires one entry for each of the " +
                                          Twine(model.layers) + " layers");
  for (int64_t i = 0; i < model.layers; ++i) {
    bool slides = used && i >= *first;
    if (!types->empty()) {
      StringRef type = (*types)[i];
      if (type != "full_attention" && type != "sliding_attention")
        return config.fail("layer_types", "knows full_attention and "
                                          "sliding_attention: layer " +
                                              Twine(i) + " is " + quote(type));
      slides = type == "sliding_attention";
    }
    model.left[i] = slides ? window - 1 : -1;
  }
  return Error::success();
}

Error llmc::buildQwen2(Source &source, const Conventions &conventions,
                       mlir::ModuleOp module) {
  Expected<GatedDecoder> model = readGatedDecoder(source, conventions);
  if (!model)
    return model.takeError();
  model->inputBias = Presence::Always;
  if (source.kind == SourceKind::HuggingFace)
    if (Error error = readWindows(source, *model))
      return error;
  if (Error error = rejectUnknownKeys(source))
    return error;
  return emitGatedDecoder(source, *model, module);
}
