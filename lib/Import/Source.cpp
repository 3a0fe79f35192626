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

/// A model's own words may be in it: they must not steer a terminal. C1
/// controls are 0xC2 and one byte of 0x80 to 0x9F in UTF-8.
static std::string replaceControls(std::string text) {
  for (size_t i = 0; i < text.size(); ++i) {
    auto byte = static_cast<unsigned char>(text[i]);
    auto next =
        static_cast<unsigned char>(i + 1 < text.size() ? text[i + 1] : 0);
    if (byte == 0xC2 && next >= 0x80 && next < 0xA0)
      text[i] = text[i + 1] = '?';
    else if (byte < 0x20 || byte == 0x7F)
      text[i] = '?';
  }
  return text;
}

void Source::warn(const Twine &place, const Twine &message) {
  warnings.push_back(
      replaceControls(toString(fileError(path, place, message))));
}

bool llmc::hasOtherHead(Source &source, StringRef table) {
  constexpr StringLiteral name = "lm_head.weight";
  const SourceTensor *head = source.weights.find(name);
  const SourceTensor *embeddings = source.weights.find(table);
  if (!embeddings || (!head && !source.unreadable.contains(name)))
    return false;
  if (head && !head->make && head->encoding == embeddings->encoding &&
      head->shape == embeddings->shape && head->bytes == embeddings->bytes)
    return false;
  source.warn("tensor " + quote(name),
              "differs from " + quote(table) +
                  " although config.json sets tie_word_embeddings: it is used");
  return true;
}
