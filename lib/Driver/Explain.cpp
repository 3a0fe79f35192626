//===- Explain.cpp - what passes say of themselves ------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Passes speak through MLIR's remark engine, which builds no text unless
// somebody listens. Layers are known by the places of ops: blk.7.attn is in the
// layer blk.7.
//===----------------------------------------------------------------------===//
#include "llmc/Driver/Explain.h"

#include "Diagnostics.h"

#include "mlir/IR/Remarks.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

#include <map>

using namespace llmc;

//===----------------------------------------------------------------------===//
// Places
//===----------------------------------------------------------------------===//

/// "blk.7" of "blk.7.attn": up to the first part that is a number; else empty.
static std::string getLayer(llvm::StringRef place) {
  size_t begin = 0;
  while (begin < place.size()) {
    llvm::StringRef part = place.drop_front(begin).split('.').first;
    size_t end = begin + part.size();
    if (!part.empty() && llvm::all_of(part, llvm::isDigit))
      return place.take_front(end).str();
    begin = end + 1;
  }
  return "";
}

/// "x7 in each of 30 layers"; layers with unequal counts are only summed.
static std::string describeLayers(const std::map<std::string, size_t> &counts) {
  size_t first = counts.begin()->second, all = 0;
  for (const auto &[layer, count] : counts)
    all += count;
  if (counts.size() == 1)
    return "x" + std::to_string(first) + " in " + counts.begin()->first;
  std::string layers = std::to_string(counts.size()) + " layers";
  bool equal = all == first * counts.size() &&
               llvm::all_of(counts, [&](auto &c) { return c.second == first; });
  return equal ? "x" + std::to_string(first) + " in each of " + layers
               : "x" + std::to_string(all) + " in " + layers;
}

static std::string describePlaces(llvm::ArrayRef<std::string> places) {
  if (places.size() == 1)
    return places[0].empty() ? "" : " at " + places[0];
  std::map<std::string, size_t> layers, others;
  for (const std::string &place : places) {
    std::string layer = getLayer(place);
    ++(layer.empty() ? others[place] : layers[layer]);
  }
  std::string text = layers.empty() ? "" : ": " + describeLayers(layers);
  if (others.empty())
    return text;
  size_t rest = 0;
  for (const auto &[place, count] : others)
    rest += count;
  text += text.empty() ? ": " : ", ";
  if (rest > 1)
    text += "x" + std::to_string(rest);
  if (others.size() == 1 && !others.begin()->first.empty())
    return text + (rest > 1 ? " at " : "at ") + others.begin()->first;
  return text + (layers.empty() ? "" : rest > 1 ? " elsewhere" : "elsewhere");
}

//===----------------------------------------------------------------------===//
// Remarks
//===----------------------------------------------------------------------===//

namespace {

class RemarkCollector : public mlir::remark::detail::MLIRRemarkStreamerBase {
public:
  explicit RemarkCollector(std::shared_ptr<Explanation> explanation)
      : explanation(std::move(explanation)) {}

  void streamOptimizationRemark(
      const mlir::remark::detail::Remark &remark) override {
    std::string text;
    for (const auto &argument : remark.getArgs())
      text += argument.val;
    explanation->add(remark.getCategoryName(), text,
                     remark.getRemarkName() == "declined",
                     getPlace(remark.getLocation()));
  }

private:
  std::shared_ptr<Explanation> explanation;
};

} // namespace

std::shared_ptr<Explanation> Explanation::listen(mlir::MLIRContext &context) {
  auto explanation = std::make_shared<Explanation>();
  mlir::remark::RemarkCategories categories;
  categories.passed = categories.missed = ".*";
  mlir::LogicalResult enabled = mlir::remark::enableOptimizationRemarks(
      context, std::make_unique<RemarkCollector>(explanation),
      std::make_unique<mlir::remark::RemarkEmittingPolicyAll>(), categories);
  assert(mlir::succeeded(enabled) && "one listener per context, valid pattern");
  (void)enabled;
  return explanation;
}

void Explanation::add(llvm::StringRef pass, llvm::StringRef text, bool declined,
                      std::string place) {
  assert(!pass.empty() && "a remark says which pass speaks");
  auto known = llvm::find_if(remarks, [&](const Remark &remark) {
    return remark.declined == declined && remark.pass == pass &&
           remark.text == text;
  });
  if (known == remarks.end())
    known = remarks.insert(known, {pass.str(), text.str(), declined, {}});
  known->places.push_back(std::move(place));
}

void Explanation::print(llvm::raw_ostream &stream) {
  for (const Remark &remark : remarks)
    stream << "  " << remark.pass << ": "
           << (remark.declined ? "declined: " : "") << remark.text
           << describePlaces(remark.places) << "\n";
  remarks.clear();
}
