//===- EinsumEquation.cpp - what the letters of Einsum pair ---------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "EinsumEquation.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace mlir::onnx;

static int64_t countLetters(StringRef term) {
  return llvm::count_if(term, [](char c) { return llvm::isAlpha(c); });
}

/// Letters that are there once, in the order of the alphabet, behind "...".
static std::string getImplicitResult(StringRef left) {
  std::string letters;
  for (char c : left)
    if (llvm::isAlpha(c) && left.count(c) == 1)
      letters += c;
  llvm::sort(letters);
  return (left.contains("...") ? "..." : "") + letters;
}

EinsumEquation::EinsumEquation(StringRef text, ArrayRef<int64_t> ranks) {
  std::string spelled;
  llvm::copy_if(text, std::back_inserter(spelled),
                [](char c) { return c != ' '; });
  auto [left, right] = StringRef(spelled).split("->");
  SmallVector<StringRef> terms;
  left.split(terms, ',');
  if (terms.size() != ranks.size()) {
    fail("has not one term for each of its tensors");
    return;
  }
  for (auto [term, rank] : llvm::zip_equal(terms, ranks))
    if (term.contains("..."))
      ellipsis = std::max(ellipsis, rank - countLetters(term));
  std::string result =
      StringRef(spelled).contains("->") ? right.str() : getImplicitResult(left);
  for (const std::string &label : labelsOf(result, ellipsis))
    if (!loops.try_emplace(label, kept++).second)
      fail("has a letter twice in its result");
  for (auto [term, rank] : llvm::zip_equal(terms, ranks))
    addTerm(term, rank);
}

void EinsumEquation::fail(StringRef why) {
  if (reason.empty())
    reason = why;
}

/// A label per dim: a letter, or a dim of "..." counted from its end.
SmallVector<std::string> EinsumEquation::labelsOf(StringRef term,
                                                  int64_t hidden) {
  SmallVector<std::string> labels;
  while (!term.empty()) {
    if (term.consume_front("...")) {
      for (int64_t d = hidden; d > 0; --d)
        labels.push_back("." + std::to_string(d));
      continue;
    }
    if (!llvm::isAlpha(term.front())) {
      fail("has something that is no letter");
      return {};
    }
    labels.push_back(term.take_front().str());
    term = term.drop_front();
  }
  return labels;
}

void EinsumEquation::addTerm(StringRef term, int64_t rank) {
  SmallVector<int64_t> own;
  for (const std::string &label : labelsOf(term, rank - countLetters(term)))
    own.push_back(
        loops.try_emplace(label, int64_t(loops.size())).first->second);
  if (static_cast<int64_t>(own.size()) != rank)
    fail("has a term of other dims than its tensor");
  places.push_back(own);
}
