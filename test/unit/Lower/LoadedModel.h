//===- LoadedModel.h - a module as native code in this process ----*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What `llmc compile` makes, down to the linked object.
//===----------------------------------------------------------------------===//
#ifndef LLMC_TEST_LOWER_LOADEDMODEL_H
#define LLMC_TEST_LOWER_LOADEDMODEL_H

#include "GuardedBuffer.h"
#include "llmc/Driver/Options.h"
#include "llmc/Weights/WeightStore.h"
#include "llmrt/abi.h"

#include "mlir/IR/MLIRContext.h"

#include <memory>

namespace llmc::test {

/// The machine that the tests pretend to run on: LLMC_TEST_MACHINE, a machine of
/// getMachineFeatures, `native` if unset. Variants that need more are emulated.
std::string testMachine();

/// The device that the tests compile for instead of the CPU: LLMC_TEST_DEVICE, one of
/// getKnownDevices; empty: none.
std::string testDevice();

/// Whether LLMC_TEST_VARIANTS=all asks for every variant and every shape.
bool testsEverything();

/// A context with every dialect and pass of the compiler.
std::unique_ptr<mlir::MLIRContext> createContext();

class LoadedModel {
public:
  LoadedModel() = default;
  ~LoadedModel();
  LoadedModel(const LoadedModel &) = delete;
  LoadedModel &operator=(const LoadedModel &) = delete;

  /// Compiles a clone of `module` from stage `first` on, for these instruction sets
  /// (none: the test device, or the best and the least that a native machine has, or,
  /// of one that is pretended, all that there are).
  llvm::Error compile(mlir::ModuleOp module, Stage first,
                      const WeightStore &weights, const std::string &machine,
                      llvm::ArrayRef<std::string> isas);

  /// Names of all variants, best first. Each runs on the test machine.
  std::vector<std::string> variants() const;
  /// The variant of this name, which is counted as run; null fails the test.
  const LlmrtVariant *choose(llvm::StringRef variant) const;

  const LlmrtModel *model = nullptr;
  std::vector<std::string> deviceCode; // PTX, by LlmrtVariant.image
  GuardedBuffer weightSection;

private:
  llvm::Error load(llvm::ArrayRef<llvm::SmallVector<char, 0>> objects);
  llvm::Error packWeights(mlir::ModuleOp planned, const WeightStore &store);

  void *library = nullptr;
};

} // namespace llmc::test

#endif // LLMC_TEST_LOWER_LOADEDMODEL_H
