//===- Llama.cpp - llama: grouped queries, rope, RMS norms, gated MLP -----===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "GatedDecoder.h"
#include "KeyReader.h"

using namespace llvm;
using namespace llmc;

/// config.json says which biases there are; a GGUF file just has them.
static Error readBiases(Source &source, GatedDecoder &model) {
  if (source.kind == SourceKind::Gguf) {
    model.inputBias = model.outputBias = model.mlpBias = Presence::IfThere;
    return Error::success();
  }
  HfKeys keys(*source.config);
  auto presence = [&](StringRef key) {
    return keys.flag(key, false) ? Presence::Always : Presence::Never;
  };
  model.inputBias = model.outputBias = presence("attention_bias");
  model.mlpBias = presence("mlp_bias");
  return keys.takeError();
}

Error llmc::buildLlama(Source &source, const Conventions &conventions,
                       mlir::ModuleOp module) {
  Expected<GatedDecoder> model = readGatedDecoder(source, conventions);
  if (!model)
    return model.takeError();
  if (Error error = readBiases(source, *model))
    return error;
  if (Error error = rejectUnknownKeys(source))
    return error;
  return emitGatedDecoder(source, *model, module);
}
