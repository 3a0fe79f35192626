//===- Architectures.cpp - the models that can be imported ----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The one table of what (format, architecture) implies. Converters to GGUF
// permute llama's query and key rows so that rotated pairs are neighbours, and
// leave qwen2's alone; nothing in the file says so.
//===----------------------------------------------------------------------===//
#include "Architectures.h"

#include "llmc/Weights/Errors.h"

using namespace llvm;
using namespace llmc;
using namespace mlir::llm;

namespace {
struct Architecture {
  SourceKind kind;
  StringLiteral name;
  Conventions conventions;
  ArchitectureBuilder build;
};
} // namespace

static constexpr auto gguf = SourceKind::Gguf;
static constexpr auto folder = SourceKind::HuggingFace;

static const Architecture architectures[] = {
    {gguf, "llama", {Pairing::Interleaved, ActFn::Silu, false}, buildLlama},
    {folder, "llama", {Pairing::Half, ActFn::Silu, false}, buildLlama},
    {gguf, "qwen2", {Pairing::Half, ActFn::Silu, false}, buildQwen2},
    {folder, "qwen2", {Pairing::Half, ActFn::Silu, false}, buildQwen2},
    {gguf, "gpt2", {Pairing::Half, ActFn::GeluTanh, false}, buildGpt2},
    {folder, "gpt2", {Pairing::Half, ActFn::GeluTanh, true}, buildGpt2},
};

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
  for (const Architecture &architecture : architectures) {
    if (architecture.kind != source.kind)
      continue;
    if (architecture.name != source.architecture) {
      known += (known.empty() ? "" : ", ") + architecture.name.str();
      continue;
    }
    if (source.config)
      if (Error error = checkHead(*source.config))
        return error;
    return architecture.build(source, architecture.conventions, module);
  }
  return fileError(source.path, "",
                   "has architecture " + quote(source.architecture) +
                       "; the architectures that can be imported are " + known +
                       ": take a model of one of these");
}
