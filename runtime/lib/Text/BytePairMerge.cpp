//===- BytePairMerge.cpp - one word becomes tokens ------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Lowest rank first, then leftmost. An entry whose pair has changed is stale
// unless the pair now there gives the same token, which is the reference's rule
// and visible in the ids where one token has two merges.
//===----------------------------------------------------------------------===//
#include "BytePairMerge.h"

#include "Utf8.h"

#include <algorithm>
#include <cassert>

using namespace llmrt;
using namespace llmrt::text;

Status BytePairMerger::takeWord(std::string_view bytes) {
  if (bytes.size() > size_t(INT32_MAX))
    return Status::error("a word of " + std::to_string(bytes.size()) +
                         " bytes, at most 2 GiB are supported");
  if (tokenizer.hasFlag(blobIgnoreMerges))
    if (int32_t whole = tokenizer.findWord(bytes); whole >= 0) {
      ids.push_back(whole);
      return Status::ok();
    }
  symbols.clear();
  if (tokenizer.kind() == TokenizerKind::ByteLevelBpe)
    addBytes(bytes);
  else
    addCharacters(bytes);
  if (symbols.empty())
    return Status::ok();
  symbols.back().next = -1;
  mergeSymbols();
  for (int32_t at = 0; at >= 0; at = symbols[at].next)
    ids.push_back(symbols[at].id);
  return Status::ok();
}

void BytePairMerger::addSymbol(int32_t id) {
  int32_t at = int32_t(symbols.size());
  symbols.push_back({id, at - 1, at + 1, false});
}

void BytePairMerger::addBytes(std::string_view bytes) {
  int32_t unknown = tokenizer.header->unknownId;
  bool fuse = tokenizer.hasFlag(blobFuseUnknown);
  bool afterUnknown = false;
  symbols.reserve(bytes.size()); // exact: a long word must not double this
  for (uint8_t byte : bytes) {
    int32_t id = tokenizer.byteTokens[byte];
    bool isUnknown = id < 0;
    // A byte without a token disappears, and its neighbours may merge.
    if (isUnknown && (unknown < 0 || (fuse && afterUnknown)))
      continue;
    afterUnknown = isUnknown;
    addSymbol(isUnknown ? unknown : id);
  }
}

void BytePairMerger::addCharacters(std::string_view text) {
  int32_t unknown = tokenizer.header->unknownId;
  bool fuse = tokenizer.hasFlag(blobFuseUnknown);
  // An unknown character waits for the next one that is a token, as in the
  // reference: bytes that come between go first.
  bool waiting = false;
  symbols.reserve(countCharacters(text));
  for (size_t position = 0; position < text.size();) {
    size_t begin = position;
    nextCodePoint(text, position);
    std::string_view character = text.substr(begin, position - begin);
    if (int32_t id = tokenizer.findWord(character); id >= 0) {
      if (waiting)
        addSymbol(unknown);
      waiting = false;
      addSymbol(id);
      continue;
    }
    spelled.clear();
    if (appendByteTokens(tokenizer, character, spelled)) {
      for (int32_t id : spelled)
        addSymbol(id);
      continue;
    }
    if (waiting && !fuse)
      addSymbol(unknown);
    waiting = unknown >= 0;
  }
  if (waiting)
    addSymbol(unknown);
}

void BytePairMerger::addCandidate(int32_t position) {
  assert(!symbols[position].gone && "a merged symbol is part of no pair");
  int32_t next = symbols[position].next;
  if (next < 0)
    return;
  const BlobMerge *merge =
      tokenizer.findMerge(symbols[position].id, symbols[next].id);
  if (merge)
    heap.push_back({merge->rank, position, int32_t(merge->result)});
}

void BytePairMerger::mergeSymbols() {
  auto later = [](const Candidate &a, const Candidate &b) {
    return a.rank != b.rank ? a.rank > b.rank : a.position > b.position;
  };
  auto push = [&](int32_t position) {
    size_t before = heap.size();
    addCandidate(position);
    if (heap.size() > before)
      std::push_heap(heap.begin(), heap.end(), later);
  };

  heap.clear();
  heap.reserve(symbols.size());
  for (size_t i = 0; i + 1 < symbols.size(); ++i)
    addCandidate(int32_t(i));
  std::make_heap(heap.begin(), heap.end(), later);
  while (!heap.empty()) {
    std::pop_heap(heap.begin(), heap.end(), later);
    Candidate top = heap.back();
    heap.pop_back();
    Symbol &left = symbols[top.position];
    if (left.gone || left.next < 0)
      continue;
    Symbol &right = symbols[left.next];
    assert(!right.gone && "the list holds only symbols that are left");
    const BlobMerge *merge = tokenizer.findMerge(left.id, right.id);
    if (!merge || int32_t(merge->result) != top.result)
      continue;
    left.id = top.result;
    right.gone = true;
    left.next = right.next;
    if (left.next >= 0)
      symbols[left.next].previous = top.position;
    if (left.previous >= 0)
      push(left.previous);
    push(top.position);
  }
}
