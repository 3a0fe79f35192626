//===- BytePairMerge.h - one word becomes tokens --------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A heap of candidate merges over a linked list of symbols: O(n log n), so a
// word of a megabyte takes a second and not a day.
//===----------------------------------------------------------------------===//
#ifndef LLMRT_TEXT_BYTEPAIRMERGE_H
#define LLMRT_TEXT_BYTEPAIRMERGE_H

#include "WordEncoder.h"

namespace llmrt::text {

class BytePairMerger : public WordSink {
public:
  /// Appends to `ids` the tokens of every word taken.
  BytePairMerger(const Tokenizer::Impl &tokenizer, std::vector<int32_t> &ids)
      : tokenizer(tokenizer), ids(ids) {}

  Status takeWord(std::string_view bytes) override;

private:
  struct Symbol {
    int32_t id;
    int32_t previous; // -1: none
    int32_t next;     // -1: none
    bool gone;        // merged into the one before
  };
  struct Candidate {
    uint32_t rank;
    int32_t position; // of the left symbol
    int32_t result;
  };

  void addBytes(std::string_view bytes);
  void addCharacters(std::string_view text);
  void addSymbol(int32_t id);
  void addCandidate(int32_t position);
  void mergeSymbols();

  const Tokenizer::Impl &tokenizer;
  std::vector<int32_t> &ids;
  std::vector<Symbol> symbols; // reused from word to word
  std::vector<Candidate> heap;
  std::vector<int32_t> spelled; // a character in byte tokens
};

} // namespace llmrt::text

#endif // LLMRT_TEXT_BYTEPAIRMERGE_H
