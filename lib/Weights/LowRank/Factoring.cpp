//===- Factoring.cpp - two factors that stand for a matrix ----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Whatever the columns of U are, V = (U^T U)^-1 U^T W leaves the least of W, and of W X
// for any X: so it makes up for what rounding changed in U (arXiv:2310.11028).
//===----------------------------------------------------------------------===//
#include "Factoring.h"

#include "../InputStatistics.h"
#include "../MethodTable.h"
#include "../Rounding/Cholesky.h"
#include "../Rounding/Rounding.h"
#include "Matrices.h"

#include "llmc/Weights/Errors.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

#include <cmath>

using namespace llvm;
using namespace llmc;
using mlir::llm::FactorStepAttr;

namespace {
struct Method {
  StringRef name;
  FindLeft find;
  bool needsStatistics;
};
} // namespace

static const Method rows[] = {{"svd", findSingularVectors, false},
                              {"lord", findSingularVectors, true},
                              {"lplr", sketchColumns, false}};

static const MethodTable<Method> methods(rows, "factors weights");

bool llmc::isFactoringMethod(StringRef name) { return methods.find(name); }

std::string llmc::listFactoringMethods() { return methods.list(); }

bool llmc::factoringNeedsStatistics(StringRef method) {
  return methods.needsStatistics(method);
}

std::string llmc::checkStatistics(const WeightStore &store, FactorStepAttr step,
                                  int64_t cols) {
  return methods.check(store, step, cols);
}

std::string llmc::makeLeftFactor(FactorStepAttr step, const WeightStore &store,
                                 ArrayRef<float> values, int64_t cols,
                                 const InputColumns &columns,
                                 std::vector<float> &left) {
  const Method *method = methods.find(step.getMethod());
  if (!method)
    return methods.refuse(step.getMethod());
  if (std::string problem = checkStatistics(store, step, cols);
      !problem.empty())
    return problem;
  FactoringInput input{step.getContext(), values, 0, cols, step.getRank(), {}};
  input.rows = static_cast<int64_t>(values.size()) / cols;
  for (auto [i, value] : enumerate(values))
    if (!std::isfinite(value))
      return "cannot be factored: row " + std::to_string(i / cols) +
             ", column " + std::to_string(i % cols) + " is " +
             (std::isnan(value) ? "not a number" : "infinite");
  if (step.getStats())
    if (std::string problem = readSums(store, step.getStats().getValue(), cols,
                                       columns, input.xtx);
        !problem.empty())
      return problem;
  return method->find(input, left);
}

/// U becomes what its codes stand for.
static std::string roundLeft(FactorStepAttr step, const WeightStore &store,
                             std::vector<float> &left) {
  if (!step.getRound())
    return "";
  std::vector<uint8_t> codes;
  std::string problem =
      roundMatrix(step.getRound(), store, left, step.getRank(), {},
                  /*keepsZeros=*/false, codes);
  if (problem.empty())
    step.getRound().getGrid().dequantize(codes.data(), left.size(),
                                         left.data());
  return problem;
}

std::string llmc::makeRightFactor(FactorStepAttr step, const WeightStore &store,
                                  ArrayRef<float> left, ArrayRef<float> values,
                                  int64_t cols, std::vector<float> &right) {
  mlir::MLIRContext *context = step.getContext();
  const int64_t rank = step.getRank(),
                rows = static_cast<int64_t>(left.size()) / rank;
  std::vector<float> rounded(left.begin(), left.end());
  if (std::string problem = roundLeft(step, store, rounded); !problem.empty())
    return problem;
  Doubles turned = transpose(Doubles(rounded.begin(), rounded.end()), rank);
  Doubles inverse = squareRows(context, turned, rows);
  double largest = 0;
  for (int64_t k = 0; k < rank; ++k)
    largest = std::max(largest, inverse[k * rank + k]);
  // A column that others make, or that is 0, gets next to no share.
  for (int64_t k = 0; k < rank; ++k)
    inverse[k * rank + k] += largest > 0 ? 1e-12 * largest : 1;
  if (!factorInverse(inverse, rank))
    return "has a left factor that cannot be inverted: take another rank";
  for (int64_t row = 0; row < rank; ++row)
    std::fill_n(inverse.begin() + row * rank, row, 0.0);
  // (U^T U)^-1 = F^T F: first U^T W [rank, cols], then F and F^T.
  Doubles made = multiplyRows(
      context, turned, transpose(Doubles(values.begin(), values.end()), cols),
      rows);
  made = multiplyRows(context, inverse, transpose(made, cols), rank);
  made = multiplyRows(context, transpose(inverse, rank), transpose(made, cols),
                      rank);
  right.assign(made.begin(), made.end());
  return "";
}
