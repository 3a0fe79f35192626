//===- Einsum.cpp - products that letters pair ----------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Contraction.h"

#include "llvm/ADT/StringExtras.h"

using namespace mlir;

namespace llmc {

namespace {

/// "ij, jk -> ik": loops of the result first, then of what is summed up.
class Equation {
public:
  /// `error()` says what is wrong with it.
  Equation(StringRef text, ArrayRef<int64_t> ranks) : ranks(ranks) {
    read(text);
  }

  StringRef error() const { return reason; }
  int64_t keptLoops() const { return kept; }
  ArrayRef<int64_t> loopsOf(size_t term) const { return places[term]; }

private:
  ArrayRef<int64_t> ranks;
  StringRef reason;
  int64_t kept = 0,
          ellipsis = 0; // dims that "..." stands for, the most of them
  std::map<std::string, int64_t> loops;
  SmallVector<SmallVector<int64_t>> places;

  void read(StringRef text) {
    std::string spelled;
    llvm::copy_if(text, std::back_inserter(spelled),
                  [](char c) { return c != ' '; });
    auto [left, right] = StringRef(spelled).split("->");
    SmallVector<StringRef> terms;
    left.split(terms, ',');
    if (terms.size() != ranks.size())
      return fail("has not one term for each of its tensors");
    countEllipsis(terms);
    std::string result =
        StringRef(spelled).contains("->") ? right.str() : implicitResult(left);
    for (const std::string &label : labelsOf(result))
      if (!loops.try_emplace(label, kept++).second)
        return fail("has a letter twice in its result");
    for (auto [term, rank] : llvm::zip_equal(terms, ranks))
      addTerm(term, rank);
  }

  void fail(StringRef why) {
    if (reason.empty())
      reason = why;
  }

  /// How many letters a term has.
  static int64_t countLetters(StringRef term) {
    return llvm::count_if(term, [](char c) { return llvm::isAlpha(c); });
  }

  void countEllipsis(ArrayRef<StringRef> terms) {
    for (auto [term, rank] : llvm::zip_equal(terms, ranks))
      if (term.contains("..."))
        ellipsis = std::max(ellipsis, rank - countLetters(term));
  }

  /// Letters that are there once, in the order of the alphabet, behind "...".
  static std::string implicitResult(StringRef left) {
    std::string letters;
    for (char c : left)
      if (llvm::isAlpha(c) && left.count(c) == 1)
        letters += c;
    llvm::sort(letters);
    return (left.contains("...") ? "..." : "") + letters;
  }

  /// A label per dim: a letter, or a dim of "..." counted from its end.
  SmallVector<std::string> labelsOf(StringRef term, int64_t hidden = -1) {
    SmallVector<std::string> labels;
    while (!term.empty()) {
      if (term.consume_front("...")) {
        for (int64_t d = hidden < 0 ? ellipsis : hidden; d > 0; --d)
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

  void addTerm(StringRef term, int64_t rank) {
    SmallVector<int64_t> own;
    for (const std::string &label : labelsOf(term, rank - countLetters(term)))
      own.push_back(
          loops.try_emplace(label, int64_t(loops.size())).first->second);
    if (static_cast<int64_t>(own.size()) != rank)
      fail("has a term of other dims than its tensor");
    places.push_back(own);
  }
};

} // namespace

static LogicalResult lowerEinsum(Node &node) {
  SmallVector<SizedTensor> tensors;
  SmallVector<int64_t> ranks;
  for (unsigned i = 0; i < node.count(); ++i) {
    tensors.push_back(node.in(i));
    ranks.push_back(tensors.back().rank());
  }
  Equation equation(node.string("equation", ""), ranks);
  if (!equation.error().empty())
    return node.fail(equation.error());
  SmallVector<Factor> factors;
  for (auto [i, tensor] : llvm::enumerate(tensors))
    factors.push_back({tensor, SmallVector<int64_t>(equation.loopsOf(i))});
  auto sums = contract(node, factors, equation.keptLoops());
  if (!sums)
    return node.fail("has dims of one letter that differ in size");
  Type element = node.element();
  return node.set(node.each(
      sums->sizes, element, {sums->value}, {node.all(sums->rank())},
      [&](Scalars &s, ValueRange x) { return s.convert(x[0], element); }));
}

void addEinsumLowerings(LoweringTable &table) {
  table["onnx.Einsum"] = lowerEinsum;
}

} // namespace llmc
