//===- Routing.h - how experts are chosen -----------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMC_DIALECTS_ONNX_ROUTING_H
#define LLMC_DIALECTS_ONNX_ROUTING_H

#include "mlir/IR/Operation.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"

#include <optional>

namespace mlir::onnx {

/// How k of X experts are chosen from X logits, and weighted: `s = score(logits)`;
/// `c = s + bias`; of several groups only the `topGroups` greatest by their score
/// (greatest c, or sum of the two greatest) stay; the k greatest of c are chosen.
/// Their weights are s (raw), s / (sum s + eps) (sum) or the softmax of the k s
/// (softmax), times `scale`. Groups: DeepSeek-V3 (arXiv:2412.19437), 2.1.2.
struct Routing {
  enum Score { Softmax, Sigmoid, SqrtSoftplus, Identity };
  enum Weighting { Raw, Sum, SoftmaxOfChosen };
  enum GroupScore { Max, Top2Sum };

  Score score = Softmax;
  Weighting weighting = Raw;
  GroupScore groupScore = Max;
  int64_t k = 1, groups = 1, topGroups = 1;
  double scale = 1, eps = 0;

  /// From the attributes of an `onnx.llmc.Route`; nothing if one is not known.
  static std::optional<Routing> of(Operation *route);
  /// Whether so many experts can be chosen from so: (C1), (C2), (C3).
  bool fits(int64_t experts) const;
};

struct ChosenExpert {
  int64_t expert;
  double weight;
};

/// The chosen of a row, the most wanted first, of equals the lower index. `bias`
/// has a number per logit or is empty; the routing fits the logits.
llvm::SmallVector<ChosenExpert> chooseExperts(const Routing &routing,
                                              llvm::ArrayRef<double> logits,
                                              llvm::ArrayRef<double> bias);

// The words of the attributes.
llvm::StringRef getWord(Routing::Score score);
llvm::StringRef getWord(Routing::Weighting weighting);
llvm::StringRef getWord(Routing::GroupScore score);

} // namespace mlir::onnx

#endif // LLMC_DIALECTS_ONNX_ROUTING_H
