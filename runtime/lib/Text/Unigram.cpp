//===- Unigram.cpp - the most likely tokens of a word ---------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Sums are doubles and added from left to right, as in the reference, so that
// ties and near ties fall the same way.
//===----------------------------------------------------------------------===//
#include "Unigram.h"

#include "Utf8.h"

using namespace llmrt;
using namespace llmrt::text;

Status UnigramEncoder::takeWord(std::string_view word) {
  if (word.size() > size_t(INT32_MAX))
    return Status::error("a word of " + std::to_string(word.size()) +
                         " bytes, at most 2 GiB are supported");
  findBestCuts(word);
  if (budget.isSpent())
    return Status::error("finding the tokens of " +
                         std::to_string(word.size()) +
                         " bytes of text takes too long; pass the text in "
                         "smaller parts");
  return appendTokens(word);
}

void UnigramEncoder::improve(size_t begin, size_t end, double score,
                             int32_t id) {
  Node &node = nodes[end];
  double sum = score + nodes[begin].score;
  if (node.begin != none && sum <= node.score)
    return;
  node = {sum, uint32_t(begin), id};
}

void UnigramEncoder::findBestCuts(std::string_view word) {
  nodes.clear();
  nodes.resize(word.size() + 1);
  for (size_t begin = 0; begin < word.size();) {
    size_t next = begin;
    nextCodePoint(word, next);
    bool single = false; // there is a token of this one character
    search.visit(word.substr(begin), [&](int32_t id, size_t length) {
      improve(begin, begin + length, tokenizer.scores[id], id);
      single |= begin + length == next;
      return true;
    });
    if (!single)
      improve(begin, next, tokenizer.header->unknownScore, -1);
    begin = next;
  }
}

/// The nodes lead from the end to the start: they are turned around in place.
Status UnigramEncoder::appendTokens(std::string_view word) {
  uint32_t after = none;
  for (uint32_t end = uint32_t(word.size()); end > 0;) {
    uint32_t begin = nodes[end].begin;
    nodes[end].begin = after; // from now on: the end of the next token
    after = end;
    end = begin;
  }
  bool fuse = tokenizer.hasFlag(blobFuseUnknown);
  uint32_t begin = 0;
  for (uint32_t end = after; end != none; end = nodes[end].begin) {
    int32_t id = nodes[end].id;
    uint32_t next = nodes[end].begin;
    if (fuse && id < 0 && next != none && nodes[next].id < 0)
      continue; // one piece with what follows
    if (Status status = appendPiece(word.substr(begin, end - begin), id);
        status.failed())
      return status;
    begin = end;
  }
  return Status::ok();
}

Status UnigramEncoder::appendPiece(std::string_view piece, int32_t id) {
  if (id >= 0)
    ids.push_back(id);
  else if (!appendByteTokens(tokenizer, piece, ids))
    ids.push_back(tokenizer.header->unknownId);
  return Status::ok();
}
