//===- Recipe.h - weights on their way, for others of this folder -*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMC_LIB_WEIGHTS_RECIPE_H
#define LLMC_LIB_WEIGHTS_RECIPE_H

#include "InputStatistics.h"

#include "dialects/llm/LLMRotation.h"
#include "llmc/Weights/Errors.h"

#include "mlir/IR/BuiltinOps.h"

namespace llmc {

/// A tensor on its way: a view of the file until a step makes new bytes.
struct Material {
  llvm::SmallVector<int64_t> shape;
  mlir::llm::EncodingAttrInterface encoding;
  llvm::ArrayRef<uint8_t> bytes;
  std::vector<uint8_t> owned; // holds `bytes` once a step has made them
  InputColumns columns = {};  // of the product that this is the weight of
  bool isPruned = false;      // numbers that are 0 stay that
  mlir::llm::OutliersStepAttr outliers = {}; // that the next codes leave out

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

/// The weight that the model has: before the steps of quantisers. With `selection`
/// before what that keeps.
llvm::Expected<Material>
makeModelMaterial(mlir::llm::WeightOp weight, const WeightStore &store,
                  mlir::llm::SelectionAttr selection = {});

/// The weights that have one input, one below the other, and that input's columns.
struct InputWeights {
  std::vector<float> values;
  int64_t cols = 0;
  InputColumns columns;
};
std::string readWeights(mlir::llm::EqualizeAttr by, mlir::ModuleOp module,
                        const WeightStore &store, InputWeights &weights);

/// The weight up to what its codes are: its columns are those of the input that the
/// program has.
llvm::Expected<Material> makeReadMaterial(mlir::llm::WeightOp weight,
                                          const WeightStore &store);

/// Leaves the units that a selection keeps. Returns why that cannot be, or an empty
/// string.
std::string keepStep(Material &material, mlir::llm::KeepStepAttr step,
                     mlir::llm::WeightOp weight, const WeightStore &store);

std::string inputScaleStep(Material &material,
                           mlir::llm::InputScaleStepAttr step,
                           mlir::llm::WeightOp weight,
                           const WeightStore &store);

// Steps of quantisers. Each returns why it cannot be done, or an empty string.

std::string roundStep(Material &material, mlir::llm::RoundStepAttr step,
                      mlir::llm::WeightOp weight, const WeightStore &store);
std::string pruneStep(Material &material, mlir::llm::PruneStepAttr step,
                      const WeightStore &store);
std::string outliersStep(Material &material, mlir::llm::OutliersStepAttr step,
                         mlir::llm::WeightOp weight, const WeightStore &store);
std::string floatCodesStep(Material &material, mlir::llm::FloatCodesAttr codes);
/// The same of few numbers of each block, for which there is a place.
std::string sparseCodesStep(Material &material,
                            mlir::llm::SparseCodesAttr codes);
std::string lowRankStep(Material &material, mlir::llm::LowRankStepAttr step,
                        mlir::llm::WeightOp weight, const WeightStore &store);
std::string factorStep(Material &material, mlir::llm::FactorStepAttr step,
                       mlir::llm::WeightOp weight, const WeightStore &store);
std::string kronRotateStep(Material &material,
                           mlir::llm::KronRotateStepAttr step,
                           mlir::llm::WeightOp weight,
                           const WeightStore &store);

/// Why `entries` are too few for some block of rows of `cols`, or an empty string: what has no
/// place would be lost.
std::string checkZeros(llvm::ArrayRef<float> values, int64_t cols,
                       int64_t block, int64_t entries);

/// Why kernels cannot multiply a material's codes of floats, or an empty string.
std::string checkFloatCodes(const Material &material);

} // namespace llmc

#endif // LLMC_LIB_WEIGHTS_RECIPE_H
