//===- WordPiece.cpp - the longest token first ----------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "WordPiece.h"

#include "Utf8.h"

#include <cstring>

using namespace llmrt;
using namespace llmrt::text;

Status WordPieceEncoder::takeWord(std::string_view word) {
  size_t before = ids.size();
  if (countCharacters(word) <= tokenizer.header->maxWordCharacters &&
      appendPieces(word))
    return Status::ok();
  if (budget.isSpent())
    return Status::error("finding the tokens of " +
                         std::to_string(word.size()) +
                         " bytes of text takes too long; pass the text in "
                         "smaller parts");
  ids.resize(before);
  ids.push_back(tokenizer.header->unknownId);
  return Status::ok();
}

/// False where a part of the word is no token.
bool WordPieceEncoder::appendPieces(std::string_view word) {
  BlobString stored = tokenizer.header->continuingPrefix;
  std::string_view prefix =
      tokenizer.strings.substr(stored.offset, stored.length);
  // The prefix is written over what has been read, right before the rest.
  buffer.assign(prefix);
  buffer += word;
  for (size_t done = 0; done < word.size();) {
    size_t begin = done == 0 ? prefix.size() : done;
    size_t least = done == 0 ? 0 : prefix.size(); // what is no text of the word
    if (done > 0)
      std::memcpy(buffer.data() + done, prefix.data(), prefix.size());
    size_t taken = 0;
    search.visit(std::string_view(buffer).substr(begin),
                 [&](int32_t id, size_t length) {
                   if (length <= least)
                     return false;
                   taken = length - least;
                   ids.push_back(id);
                   return false; // the first is the longest
                 });
    if (taken == 0)
      return false;
    done += taken;
  }
  return true;
}
