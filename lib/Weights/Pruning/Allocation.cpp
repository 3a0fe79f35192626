//===- Allocation.cpp - which layers lose more weights than others --------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A layer of weight m_l, whose mean over all weights is m, gets the share
// S - lambda * (m_l - m) / max |m_l - m| of zeros: none is further from S than lambda,
// and the mean is S. A method of matrices has each for a layer of its own, and compares
// only those of a kind, such as are called alike behind their layer's name.
//===----------------------------------------------------------------------===//
#include "Allocation.h"

#include "../InputStatistics.h"
#include "../MethodTable.h"
#include "../Recipe.h"

#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

#include <cmath>

using namespace llvm;
using namespace llmc;
using mlir::llm::WeightOp;

namespace {

struct Method {
  StringRef name;
  WeighLayer weigh;
  bool ofMatrices = false;
};

struct Layer {
  SmallVector<size_t> matrices; // numbers of weights
  double numbers = 0;           // how many they have
  double weight = 0;
};

} // namespace

static const Method rows[] = {{"owl", weighByOutliers},
                              {"trace", weighByTrace, /*ofMatrices=*/true}};
static const MethodTable<Method> methods(rows, "allocates zeros");

bool llmc::isAllocationMethod(StringRef name) { return methods.find(name); }

std::string llmc::listAllocationMethods() { return methods.list(); }

float ObservedMatrix::score(size_t i) const {
  return std::abs(values[i]) * norms[i % norms.size()];
}

/// "blk.12" of "blk.12.ffn_up.weight": layers are what names count first.
static StringRef getLayerName(StringRef weight) {
  const size_t first = weight.find_first_of("0123456789");
  return first == StringRef::npos
             ? weight
             : weight.take_front(weight.find_first_not_of("0123456789", first));
}

static Error readMatrix(WeightOp weight, const Method &method,
                        const WeightStore &store, ObservedMatrix &matrix) {
  auto material = makeModelMaterial(weight, store);
  if (!material)
    return material.takeError();
  matrix.values = material->dequantize();
  const int64_t cols = mlir::llm::getMatrixShape(weight.getType()).back();
  std::string problem = readColumns(store, weight.getSymName(), "l2", cols,
                                    material->columns, matrix.norms);
  if (problem.empty() && method.ofMatrices)
    problem = readSums(store, weight.getSymName(), cols, material->columns,
                       matrix.xtx);
  if (problem.empty() &&
      !all_of(matrix.values, [](float value) { return std::isfinite(value); }))
    problem = "has weights that are no numbers";
  return problem.empty() ? Error::success()
                         : createStringError("weight '" + weight.getSymName() +
                                             "': " + problem);
}

static Error weighLayer(Layer &layer, const Method &method,
                        ArrayRef<WeightOp> weights, const WeightStore &store,
                        const SparsityAllocation &how) {
  std::vector<ObservedMatrix> matrices(layer.matrices.size());
  for (auto [i, matrix] : zip_equal(layer.matrices, matrices)) {
    if (Error error = readMatrix(weights[i], method, store, matrix))
      return error;
    layer.numbers += static_cast<double>(matrix.values.size());
  }
  layer.weight = method.weigh(how, matrices);
  return Error::success();
}

/// Shares of zeros: one for each layer.
static std::vector<double> spreadShares(ArrayRef<Layer> layers, double share,
                                        double lambda) {
  double sum = 0, numbers = 0, furthest = 0;
  for (const Layer &layer : layers) {
    sum += layer.weight * layer.numbers;
    numbers += layer.numbers;
  }
  for (const Layer &layer : layers)
    furthest = std::max(furthest, std::abs(layer.weight - sum / numbers));
  std::vector<double> shares;
  for (const Layer &layer : layers)
    shares.push_back(furthest == 0
                         ? share
                         : share - lambda * (layer.weight - sum / numbers) /
                                       furthest);
  return shares;
}

Expected<std::vector<double>>
llmc::allocateSparsity(ArrayRef<WeightOp> weights, const WeightStore &store,
                       const SparsityAllocation &how, double share) {
  const Method *method = methods.find(how.method);
  assert(method && "the spec's parser knows all");
  MapVector<StringRef, MapVector<StringRef, Layer>> byKind;
  for (size_t i = 0; i < weights.size(); ++i) {
    WeightOp weight = weights[i];
    const StringRef name = weight.getSymName(), layer = getLayerName(name);
    const StringRef kind =
        method->ofMatrices ? name.drop_front(layer.size()) : StringRef();
    byKind[kind][layer].matrices.push_back(i);
  }
  std::vector<double> result(weights.size());
  for (auto &[kind, byName] : byKind) {
    std::vector<Layer> layers;
    for (auto &[name, layer] : byName) {
      if (Error error = weighLayer(layer, *method, weights, store, how))
        return error;
      layers.push_back(layer);
    }
    for (auto [layer, zeros] :
         zip_equal(layers, spreadShares(layers, share, how.lambda)))
      for (size_t i : layer.matrices)
        result[i] = zeros;
  }
  return result;
}
