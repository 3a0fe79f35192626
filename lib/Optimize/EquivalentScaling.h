//===- EquivalentScaling.h - where a scaled input can be made ---*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// W x = (W S) (S^-1 x) for any diagonal S. The product on the right costs nothing
// where what makes x can make S^-1 x: its weights are divided instead.
//===----------------------------------------------------------------------===//
#ifndef LLMC_LIB_OPTIMIZE_EQUIVALENTSCALING_H
#define LLMC_LIB_OPTIMIZE_EQUIVALENTSCALING_H

#include "dialects/llm/LLMDialect.h"

#include "mlir/IR/BuiltinOps.h"

#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/SmallVector.h"

#include <string>

namespace llmc {

class WeightStore;

/// The weights whose rows (numbers, for a vector) make the columns of an input, and
/// nothing else.
struct ScalingSite {
  llvm::SmallVector<mlir::llm::ParamOp, 2> makers;
  mlir::Operation *maker = nullptr; // the norm or product that has them
  // Why a bias of the maker is not one of the input; null if it is.
  const char *unshifted = nullptr;
  int64_t repeat = 1; // heads of the input that one head of rows makes
  int64_t head = 0;   // columns of a head, where heads repeat
};

/// Finds them for `input`. Returns why there are none, or an empty string.
std::string findScalingSite(mlir::Value input, ScalingSite &site);

/// Who finds the factors (#llm.equalize), with what it is to know.
struct EqualizeRequest {
  llvm::StringRef method;
  mlir::llm::GridAttr grid; // null where the method asks for none
  mlir::FloatAttr alpha;    // null: the method's own
};

/// Adds a step to the end of a weight's recipe.
void appendStep(mlir::llm::WeightOp weight, mlir::Attribute step);

/// The inputs of a module's products, and their scaling: of weights that nothing else
/// reads.
class InputScaling {
public:
  using Inputs =
      llvm::MapVector<mlir::Value, llvm::SmallVector<mlir::llm::LinearOp>>;

  explicit InputScaling(mlir::ModuleOp module);
  /// Products by the input that they have in common.
  Inputs &inputs() { return linearsByInput; }
  /// The weight of `linear`, if nothing else reads it; or null.
  mlir::llm::WeightOp getOwnWeight(mlir::llm::LinearOp linear);
  /// Has the columns of all `linears` scaled, which have that input, and what makes
  /// it the other way. Matrices of a maker are asked for with `mayScale`. Returns why
  /// not, or an empty string.
  std::string scale(mlir::Value input,
                    llvm::ArrayRef<mlir::llm::LinearOp> linears,
                    const EqualizeRequest &request,
                    llvm::function_ref<bool(mlir::llm::WeightOp)> mayScale);

  // Parts of that, for who shifts in between.

  std::string findSite(mlir::Value input,
                       llvm::ArrayRef<mlir::llm::LinearOp> linears,
                       llvm::function_ref<bool(mlir::llm::WeightOp)> mayScale,
                       ScalingSite &site);
  mlir::llm::EqualizeAttr
  makeFactors(llvm::ArrayRef<mlir::llm::LinearOp> linears,
              const EqualizeRequest &request, const ScalingSite &site);
  void apply(llvm::ArrayRef<mlir::llm::LinearOp> linears,
             const ScalingSite &site, mlir::llm::EqualizeAttr factors);
  /// Takes z of the columns of `by` off the input, by a bias of what makes it, and
  /// gives W z to the biases of the products that read it. Returns why not, or an
  /// empty string.
  std::string shift(llvm::ArrayRef<mlir::llm::LinearOp> linears,
                    ScalingSite &site, mlir::llm::EqualizeAttr by,
                    const WeightStore &store);

private:
  std::string addToBias(mlir::Operation *op, llvm::StringRef weight,
                        llvm::ArrayRef<float> added, const WeightStore &store);

  mlir::ModuleOp module;
  mlir::SymbolTable symbols;
  Inputs linearsByInput;
  llvm::StringMap<int> readers; // llm.params of each weight
};

} // namespace llmc

#endif // LLMC_LIB_OPTIMIZE_EQUIVALENTSCALING_H
