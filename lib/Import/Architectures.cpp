//===- Architectures.cpp - the models that can be imported ----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Architectures.h"

#include "Encoders/Encoder.h"
#include "Families.h"

#include "llmc/Weights/Errors.h"

using namespace llvm;
using namespace llmc;

/// A checkpoint of another head (classification, embedding) has other tensors.
static Error checkHead(HfConfig &config) {
  Expected<std::vector<std::string>> classes =
      config.getStrings("architectures");
  if (!classes)
    return classes.takeError();
  for (StringRef name : *classes)
    if (!name.ends_with("ForCausalLM") && !name.ends_with("LMHeadModel"))
      return config.fail(
          "architectures",
          "requires a model with a language head (...ForCausalLM "
          "or ...LMHeadModel): one is " +
              quote(name));
  return Error::success();
}

/// What folders say that a model without a cache is; GGUF files are not read.
struct EncoderFamily {
  StringLiteral name;
  Error (*build)(Source &source, mlir::ModuleOp module);
};
static constexpr EncoderFamily encoders[] = {{"bert", buildBert},
                                             {"modernbert", buildModernBert}};

Error llmc::buildArchitecture(Source &source, mlir::ModuleOp module) {
  std::string known;
  for (const Family &family : getFamilies()) {
    StringRef name =
        source.kind == SourceKind::Gguf ? family.gguf : family.name;
    if (name.empty())
      continue;
    if (name != source.architecture) {
      known += (known.empty() ? "" : ", ") + name.str();
      continue;
    }
    if (source.config)
      if (Error error = checkHead(*source.config))
        return error;
    Expected<Decoder> model = readDecoder(source, family);
    if (!model)
      return model.takeError();
    return emitDecoder(source, *model, *family.names, module);
  }
  if (source.kind == SourceKind::HuggingFace)
    for (const EncoderFamily &family : encoders) {
      if (family.name == source.architecture)
        return family.build(source, module);
      known += ", " + family.name.str();
    }
  return fileError(source.path, "",
                   "has architecture " + quote(source.architecture) +
                       "; the architectures that can be imported are " + known +
                       ": take a model of one of these");
}
