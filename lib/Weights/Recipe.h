//===- Recipe.h - weights on their way, for others of this folder -*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMC_LIB_WEIGHTS_RECIPE_H
#define LLMC_LIB_WEIGHTS_RECIPE_H

#include "llmc/Weights/Errors.h"
#include "llmc/Weights/WeightStore.h"

namespace llmc {

/// A tensor on its way: a view of the file until a step makes new bytes.
struct Material {
  llvm::SmallVector<int64_t> shape;
  mlir::llm::EncodingAttrInterface encoding;
  llvm::ArrayRef<uint8_t> bytes;
  std::vector<uint8_t> owned; // holds `bytes` once a step has made them
  // What columns were multiplied by, so that their input is divided by it; or none.
  std::vector<float> columnScale = {};
  bool isPruned = false; // numbers that are 0 stay that

  int64_t elements() const {
    std::optional<int64_t> count = countElements(shape);
    assert(count && "shapes are counted when a file is read");
    return *count;
  }
  void replace(std::vector<uint8_t> made) {
    owned = std::move(made);
    bytes = owned;
  }
  std::vector<float> dequantize() const;
  void encode(llvm::ArrayRef<float> values,
              mlir::llm::EncodingAttrInterface as);
  /// As f32.
  void encodeFloats(llvm::ArrayRef<float> values);
};

/// The numbers that the model has: those before the steps of quantisers.
llvm::Expected<std::vector<float>> makeModelValues(mlir::llm::WeightOp weight,
                                                   const WeightStore &store);

// Steps of quantisers. Each returns why it cannot be done, or an empty string.

std::string roundStep(Material &material, mlir::llm::RoundStepAttr step,
                      const WeightStore &store);
std::string pruneStep(Material &material, mlir::llm::PruneStepAttr step,
                      const WeightStore &store);
std::string outliersStep(Material &material, mlir::llm::OutliersStepAttr step,
                         const WeightStore &store);
std::string floatCodesStep(Material &material, mlir::llm::FloatCodesAttr codes);
std::string lowRankStep(Material &material, mlir::llm::LowRankStepAttr step,
                        mlir::llm::WeightOp weight, const WeightStore &store);
std::string factorStep(Material &material, mlir::llm::FactorStepAttr step,
                       mlir::llm::WeightOp weight, const WeightStore &store);

/// Why kernels cannot multiply a material's codes of floats, or an empty string.
std::string checkFloatCodes(const Material &material);

} // namespace llmc

#endif // LLMC_LIB_WEIGHTS_RECIPE_H
