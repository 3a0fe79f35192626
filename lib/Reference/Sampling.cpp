//===- Sampling.cpp - logits to token ids ---------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The steps of llm.sample one after the other, with a sort: ties stay and every
// sum is exact, so there is one right answer.
//===----------------------------------------------------------------------===//
#include "Evaluation.h"

#include "dialects/llm/Sampling.h"

#include <algorithm>
#include <cfloat>
#include <cmath>

using namespace llmc;
using namespace llmc::reference;
using namespace mlir;
using namespace mlir::llm;

namespace {

struct Candidate {
  float weight; // an integer
  int32_t id;
};

/// Chooses the id of one row.
class RowSampler {
public:
  RowSampler(llvm::ArrayRef<float> logits, const ReferenceSampling &parameters)
      : z(logits), parameters(parameters) {}

  int32_t run() {
    if (llvm::any_of(z, [](float logit) { return std::isnan(logit); }))
      return -1;
    penalise();
    auto best = std::max_element(z.begin(), z.end());
    if (std::isinf(*best))
      return -1;
    if (parameters.temperature == 0)
      return best - z.begin();
    weigh(*best);
    keepTopK();
    keepTopP();
    keepMinP();
    return draw();
  }

private:
  void penalise() {
    const std::vector<float> logits = z; // an id may be recent twice
    for (int32_t id : parameters.recent)
      z[id] = logits[id] < 0 ? logits[id] * parameters.penalty
                             : logits[id] / parameters.penalty;
  }

  void weigh(float most) {
    float factor = std::min(sampling::log2e / parameters.temperature, FLT_MAX);
    for (auto [id, logit] : llvm::enumerate(z)) {
      float difference = logit - most;
      float weight = weightOf(difference * factor);
      if (weight >= 1)
        kept.push_back({weight, static_cast<int32_t>(id)});
    }
  }

  /// trunc(2^32 * 2^x) for x <= 0.
  static float weightOf(float x) {
    x = std::max(x, sampling::lowestExponent);
    float whole = std::floor(x);
    float rest = x - whole;
    float power = sampling::exp2Coefficients.back();
    for (size_t i = sampling::exp2Coefficients.size() - 1; i-- > 0;)
      power = std::fma(power, rest, sampling::exp2Coefficients[i]);
    return std::trunc(
        std::ldexp(power, static_cast<int>(whole) + sampling::weightBits));
  }

  double sum() const {
    double total = 0;
    for (const Candidate &candidate : kept)
      total += candidate.weight;
    return total;
  }

  void keepTopK() {
    size_t k = parameters.topK;
    if (k == 0 || k >= kept.size())
      return;
    std::vector<Candidate> sorted = kept;
    std::nth_element(sorted.begin(), sorted.begin() + (k - 1), sorted.end(),
                     [](const Candidate &a, const Candidate &b) {
                       return a.weight > b.weight;
                     });
    keepFrom(sorted[k - 1].weight);
  }

  void keepFrom(float least) {
    llvm::erase_if(kept, [&](const Candidate &candidate) {
      return candidate.weight < least;
    });
  }

  void keepTopP() {
    if (parameters.topP >= 1)
      return;
    double part = static_cast<double>(parameters.topP) * sum();
    double limit = std::max(1.0, std::ceil(part));
    std::vector<float> sorted;
    for (const Candidate &candidate : kept)
      sorted.push_back(candidate.weight);
    std::sort(sorted.begin(), sorted.end(), std::greater<float>());
    double mass = 0;
    for (float weight : sorted)
      if ((mass += weight) >= limit)
        return keepFrom(weight);
  }

  void keepMinP() {
    if (parameters.minP > 0)
      keepFrom(std::ldexp(parameters.minP, sampling::weightBits));
  }

  int32_t draw() const {
    double limit = std::floor(parameters.uniform * sum()) + 1;
    double mass = 0;
    for (const Candidate &candidate : kept) {
      mass += candidate.weight;
      if (mass >= limit)
        return candidate.id;
    }
    return -1; // the uniform number is not below 1
  }

  std::vector<float> z;
  const ReferenceSampling &parameters;
  std::vector<Candidate> kept;
};

} // namespace

static llvm::Error evalSample(Evaluation &eval, SampleOp op) {
  const Tensor &logits = eval.tensor(op.getLogits());
  const std::vector<ReferenceSampling> &sampling =
      eval.rows(op.getBatch()).batch->sampling;
  size_t rows = logits.shape[0], columns = logits.shape[1];
  if (sampling.size() != rows)
    return opError(op, "needs parameters for each row of logits: found " +
                           llvm::Twine(sampling.size()) + " for " +
                           llvm::Twine(rows));
  Tensor result{{logits.shape[0]}, {}, {}};
  for (size_t row = 0; row < rows; ++row) {
    for (int32_t id : sampling[row].recent)
      if (id < 0 || static_cast<size_t>(id) >= columns)
        return opError(op, "(C3) recent ids are below " + llvm::Twine(columns) +
                               ", found " + llvm::Twine(id));
    RowSampler sampler(
        llvm::ArrayRef(logits.floats).slice(row * columns, columns),
        sampling[row]);
    result.ints.push_back(sampler.run());
  }
  eval.set(op.getResult(), std::move(result));
  return llvm::Error::success();
}

void reference::addSamplingOps(OpTable &table) { table.add(evalSample); }
