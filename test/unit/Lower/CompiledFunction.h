//===- CompiledFunction.h - a function against its meaning --------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A module with @main as native code, called as the runtime calls it: buffers end at
// guard pages, and memory that a call has not written holds NaN.
//===----------------------------------------------------------------------===//
#ifndef LLMC_TEST_LOWER_COMPILEDFUNCTION_H
#define LLMC_TEST_LOWER_COMPILEDFUNCTION_H

#include "LoadedModel.h"
#include "Tolerances.h"
#include "llmc/Reference/Interpreter.h"

#include "mlir/IR/OwningOpRef.h"

#include <map>
#include <random>

namespace llmc::test {

class CompiledFunction {
public:
  /// `text` is a module with @main, a function on tensors or a graph of onnx ops,
  /// which becomes one; a failure fails the test, see `ok`.
  explicit CompiledFunction(const std::string &text, uint32_t seed = 1);
  bool ok() const { return loaded.model; }

  /// Random inputs for these sizes of symbols. Whole numbers are 0 .. `most` - 1.
  std::vector<ReferenceTensor>
  inputs(const std::map<std::string, int64_t> &symbols, int64_t most = 5);

  /// What a call gives; nothing where it does not fit.
  std::optional<std::vector<ReferenceTensor>>
  call(llvm::StringRef variant, int64_t workers,
       llvm::ArrayRef<ReferenceTensor> inputs);
  std::vector<ReferenceTensor>
  interpret(llvm::ArrayRef<ReferenceTensor> inputs);

  /// Calls every variant with one, two and three workers, and expects what the
  /// interpreter computes, or of a graph what its ops mean: max|a - b| <= tolerance * max|reference|, whole numbers
  /// exactly, and the same bits from any number of workers.
  void expectAgrees(llvm::ArrayRef<ReferenceTensor> inputs,
                    double tolerance = tolerance::floats);
  /// The same for random inputs of several sizes of all symbols.
  void expectAgrees(double tolerance = tolerance::floats);

  /// Bytes of the workspace for inputs of these shapes.
  int64_t workspaceBytes(llvm::ArrayRef<ReferenceTensor> inputs);
  const LlmrtSignature &signature() const { return *loaded.model->signature; }
  std::vector<std::string> variants() const { return loaded.variants(); }
  /// The function as it was compiled, at the end of the import stage.
  mlir::ModuleOp function() { return *module; }
  int64_t pick(int64_t low, int64_t high) {
    return std::uniform_int_distribution<int64_t>(low, high)(random);
  }

private:
  /// A tensor of random numbers in the model that weights come from.
  void addWeight(llvm::StringRef name, mlir::Type type);
  std::vector<int64_t> sizesOf(llvm::ArrayRef<ReferenceTensor> inputs);

  std::mt19937 random;
  std::unique_ptr<mlir::MLIRContext> context = createContext();
  mlir::OwningOpRef<mlir::ModuleOp> module;
  mlir::OwningOpRef<mlir::ModuleOp> graph; // null: it was a function already
  WeightStore store;
  LoadedModel loaded;
  std::unique_ptr<Interpreter> reference;
};

/// The module of one op: `arguments` and `results` as a function spells them, and
/// its body.
std::string functionModule(const std::string &arguments,
                           const std::string &results, const std::string &body,
                           const std::string &weights = {});

} // namespace llmc::test

#endif // LLMC_TEST_LOWER_COMPILEDFUNCTION_H
