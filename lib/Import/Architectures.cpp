//===- Architectures.cpp - the models that can be imported ----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Architectures.h"

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
  return fileError(source.path, "",
                   "has architecture " + quote(source.architecture) +
                       "; the architectures that can be imported are " + known +
                       ": take a model of one of these");
}
