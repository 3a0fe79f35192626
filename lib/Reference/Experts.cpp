//===- Experts.cpp - mixtures of experts ----------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// route chooses experts per row, expert_linear runs them, combine sums them.
//===----------------------------------------------------------------------===//
#include "Evaluation.h"
#include "Product.h"

#include <algorithm>
#include <cmath>
#include <limits>

using namespace llmc;
using namespace llmc::reference;
using namespace mlir;
using namespace mlir::llm;

template <typename Acc> static void softmax(std::vector<Acc> &values) {
  Acc most = *std::max_element(values.begin(), values.end()), total = 0;
  for (Acc &value : values)
    total += value = std::exp(value - most);
  for (Acc &value : values)
    value /= total;
}

template <typename Acc> static Acc softplus(Acc x) {
  return std::max(x, Acc(0)) + std::log1p(std::exp(-std::fabs(x)));
}

template <typename Acc>
static std::vector<Acc> scoreExperts(RouteScore score,
                                     llvm::ArrayRef<float> logits) {
  std::vector<Acc> scores(logits.begin(), logits.end());
  if (score == RouteScore::Softmax)
    softmax(scores);
  if (score == RouteScore::Sigmoid)
    for (Acc &s : scores)
      s = 1 / (1 + std::exp(-s));
  if (score == RouteScore::SqrtSoftplus)
    for (Acc &s : scores)
      s = std::sqrt(softplus(s));
  return scores;
}

/// The `count` greatest of `values`, ties by lower index, greatest first.
template <typename Acc>
static std::vector<int64_t> chooseGreatest(llvm::ArrayRef<Acc> values,
                                           int64_t count) {
  assert(count <= static_cast<int64_t>(values.size()) &&
         "(C2), (C3) no more are chosen than there are");
  std::vector<int64_t> chosen;
  while (static_cast<int64_t>(chosen.size()) < count) {
    int64_t best = -1;
    for (int64_t i = 0; i < static_cast<int64_t>(values.size()); ++i)
      if (!llvm::is_contained(chosen, i) &&
          (best < 0 || values[i] > values[best]))
        best = i;
    chosen.push_back(best);
  }
  return chosen;
}

/// Sends the experts outside the `topGroups` best groups to -inf.
template <typename Acc>
static void maskGroups(RouteOp op, std::vector<Acc> &choice) {
  int64_t groups = op.getGroups(), size = choice.size() / groups;
  assert(size * groups == static_cast<int64_t>(choice.size()) &&
         "(C1) groups divide experts");
  std::vector<Acc> groupScores;
  for (int64_t g = 0; g < groups; ++g) {
    auto group = llvm::ArrayRef<Acc>(choice).slice(g * size, size);
    bool pair = op.getGroupScore() == GroupScore::Top2Sum;
    Acc total = 0;
    for (int64_t i : chooseGreatest<Acc>(group, pair ? 2 : 1))
      total += group[i];
    groupScores.push_back(total);
  }
  std::vector<int64_t> kept =
      chooseGreatest<Acc>(groupScores, op.getTopGroups());
  for (int64_t i = 0; i < static_cast<int64_t>(choice.size()); ++i)
    if (!llvm::is_contained(kept, i / size))
      choice[i] = -std::numeric_limits<Acc>::infinity();
}

/// Routes one row; appends its k experts and their weights.
template <typename Acc>
static void routeRow(RouteOp op, llvm::ArrayRef<float> logits,
                     const float *bias, Tensor &indices, Tensor &weights) {
  std::vector<Acc> scores = scoreExperts<Acc>(op.getScore(), logits),
                   choice = scores;
  for (size_t i = 0; bias && i < choice.size(); ++i)
    choice[i] += bias[i];
  if (op.getGroups() > 1)
    maskGroups(op, choice);
  std::vector<int64_t> chosen = chooseGreatest<Acc>(choice, op.getK());
  std::vector<Acc> taken;
  for (int64_t i : chosen)
    taken.push_back(scores[i]);
  if (op.getWeighting() == RouteWeights::Softmax)
    softmax(taken);
  Acc divisor = 1;
  if (op.getWeighting() == RouteWeights::Sum) {
    divisor = static_cast<Acc>(op.getEps().convertToDouble());
    for (Acc weight : taken)
      divisor += weight;
  }
  for (Acc weight : taken)
    weights.floats.push_back(static_cast<float>(
        weight / divisor * static_cast<Acc>(op.getScale().convertToDouble())));
  indices.ints.insert(indices.ints.end(), chosen.begin(), chosen.end());
}

static llvm::Error evalRoute(Evaluation &eval, RouteOp op) {
  const Tensor &logits = eval.tensor(op.getLogits());
  const float *bias = eval.floatsOrNull(op.getSelectBias());
  int64_t rows = logits.shape[0], experts = logits.shape[1];
  Tensor indices{{rows, static_cast<int64_t>(op.getK())}, {}, {}},
      weights = indices;
  eval.accumulate([&](auto zero) {
    for (int64_t t = 0; t < rows; ++t)
      routeRow<decltype(zero)>(op,
                               {&logits.floats[t * experts], size_t(experts)},
                               bias, indices, weights);
  });
  eval.set(op.getIndices(), std::move(indices));
  eval.set(op.getWeights(), std::move(weights));
  return llvm::Error::success();
}

static llvm::Error evalExpertLinear(Evaluation &eval, ExpertLinearOp op) {
  const Tensor &input = eval.tensor(op.getInput()),
               &indices = eval.tensor(op.getIndices());
  const Tensor &weight = eval.tensor(op.getWeight());
  const float *bias = eval.floatsOrNull(op.getBias());
  int64_t rows = indices.shape[0], k = indices.shape[1];
  int64_t experts = weight.shape[0], outer = weight.shape[1],
          inner = weight.shape[2];
  bool perChoice = input.shape.size() == 3;
  if (input.shape[0] != rows || input.shape.back() != inner ||
      (perChoice && input.shape[1] != k))
    return opError(
        op, "(C2) input is [T, K] or [T, k, K] with the indices' T and k");
  for (int64_t expert : indices.ints)
    if (expert < 0 || expert >= experts)
      return opError(op, "(C4) indices name experts: found " +
                             llvm::Twine(expert) + " of " +
                             llvm::Twine(experts));
  Rounder round(op.getType());
  Tensor result{{rows, k, outer}, std::vector<float>(rows * k * outer), {}};
  eval.accumulate([&](auto zero) {
    for (int64_t at = 0; at < rows * k; ++at) {
      const float *row =
          input.floats.data() + (perChoice ? at : at / k) * inner;
      int64_t expert = indices.ints[at];
      multiply<decltype(zero)>(
          {row, 1, inner}, weight.floats.data() + expert * outer * inner,
          bias ? bias + expert * outer : nullptr, inner, outer, round,
          {result.floats.data() + at * outer, 1, outer});
    }
  });
  eval.set(op.getResult(), std::move(result));
  return llvm::Error::success();
}

static llvm::Error evalCombine(Evaluation &eval, CombineOp op) {
  const Tensor &input = eval.tensor(op.getInput()),
               &weights = eval.tensor(op.getWeights());
  int64_t rows = input.shape[0], k = input.shape[1], width = input.shape[2];
  if (weights.shape[0] != rows || weights.shape[1] != k)
    return opError(op, "(C1) needs one weight per row and choice");
  Rounder round(op.getType());
  Tensor result{{rows, width}, std::vector<float>(rows * width), {}};
  eval.accumulate([&](auto zero) {
    for (int64_t t = 0; t < rows; ++t)
      for (int64_t e = 0; e < width; ++e) {
        auto sum = zero;
        for (int64_t j = 0; j < k; ++j)
          sum += static_cast<decltype(zero)>(weights.floats[t * k + j]) *
                 input.floats[(t * k + j) * width + e];
        result.floats[t * width + e] = round(sum);
      }
  });
  eval.set(op.getResult(), std::move(result));
  return llvm::Error::success();
}

void reference::addExpertOps(OpTable &table) {
  table.add(evalRoute);
  table.add(evalExpertLinear);
  table.add(evalCombine);
}
