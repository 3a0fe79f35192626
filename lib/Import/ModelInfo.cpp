//===- ModelInfo.cpp - the module's llm.model attribute -------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "ModelInfo.h"

#include "mlir/IR/Builders.h"

using namespace llmc;

void llmc::setModelInfo(mlir::ModuleOp module, const Source &source,
                        const ModelInfo &info) {
  mlir::Builder builder(module.getContext());
  auto text = [&](llvm::StringRef key, llvm::StringRef value) {
    return builder.getNamedAttr(key, builder.getStringAttr(value));
  };
  auto number = [&](llvm::StringRef key, int64_t value) {
    return builder.getNamedAttr(key, builder.getI64IntegerAttr(value));
  };
  llvm::SmallVector<mlir::NamedAttribute> entries = {
      text("architecture", source.architecture),
      text("name", source.name),
      text("format", source.kind == SourceKind::Gguf ? "gguf" : "huggingface"),
      number("context_length", info.context),
      number("vocabulary", info.vocabulary),
      number("layers", info.layers),
      number("embedding_length", info.hidden),
      number("feed_forward_length", info.feedForward),
      number("heads", info.heads),
      number("kv_heads", info.kvHeads),
      number("head_dim", info.headDim),
      builder.getNamedAttr("tied_embeddings",
                           builder.getBoolAttr(info.tiedHead))};
  if (!source.license.empty())
    entries.push_back(text("license", source.license));
  module->setAttr("llm.model", builder.getDictionaryAttr(entries));
}
