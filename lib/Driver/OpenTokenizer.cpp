//===- OpenTokenizer.cpp - a model's tokenizer in the compiler ------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "OpenTokenizer.h"

using namespace llmc;

llvm::Error llmc::openTokenizer(const ImportedModel &model,
                                llvm::StringRef advice, OpenTokenizer &result) {
  if (!model.tokenizer)
    return llvm::createStringError("the model has no tokenizer: " + advice);
  auto bytes = llmrt::serializeTokenizer(*model.tokenizer);
  if (!bytes)
    return llvm::createStringError("the model's tokenizer: " + bytes.message());
  result.blob.resize((bytes->size() + 7) / 8);
  std::copy(bytes->begin(), bytes->end(),
            reinterpret_cast<char *>(result.blob.data()));
  auto opened = llmrt::Tokenizer::open(std::as_bytes(std::span(
      reinterpret_cast<const char *>(result.blob.data()), bytes->size())));
  if (!opened)
    return llvm::createStringError("the model's tokenizer: " +
                                   opened.message());
  result.tokenizer.emplace(std::move(*opened));
  return llvm::Error::success();
}
