//===- Source.cpp - a model's files, opened -------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Source.h"

#include "llmc/Weights/Errors.h"

using namespace llvm;
using namespace llmc;

StringRef Source::fileOf(StringRef tensor) const {
  auto it = fileOfTensor.find(tensor);
  return it == fileOfTensor.end() ? StringRef(path) : StringRef(it->second);
}

void Source::warn(const Twine &place, const Twine &message) {
  warnings.push_back(toString(fileError(path, place, message)));
}

bool llmc::hasOtherHead(Source &source, StringRef table) {
  constexpr StringLiteral name = "lm_head.weight";
  const SourceTensor *head = source.weights.find(name);
  const SourceTensor *embeddings = source.weights.find(table);
  if (!embeddings || (!head && !source.unreadable.contains(name)))
    return false;
  if (head && head->encoding == embeddings->encoding &&
      head->shape == embeddings->shape && head->bytes == embeddings->bytes)
    return false;
  source.warn("tensor " + quote(name),
              "differs from " + quote(table) +
                  " although config.json sets tie_word_embeddings: it is used");
  return true;
}
