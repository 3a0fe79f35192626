//===- CompiledModel.h - the test models, compiled once each ------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef LLMC_TEST_LOWER_COMPILEDMODEL_H
#define LLMC_TEST_LOWER_COMPILEDMODEL_H

#include "CompiledStep.h"
#include "Graph.h"
#include "llmc/Import/Import.h"

namespace llmc::test {

/// A model of test/Inputs/models and how it is compiled: i8 goes with an f16
/// cache, f32 with an f32 one, like the driver's defaults.
struct ModelCase {
  const char *path;
  Activations activations;
};
void PrintTo(const ModelCase &model, std::ostream *stream);
std::string nameOfModel(const ::testing::TestParamInfo<ModelCase> &info);
std::vector<ModelCase> modelCases();

struct CompiledModel {
  explicit CompiledModel(const ModelCase &model);
  bool ok() const { return compiled && compiled->ok(); }

  std::unique_ptr<mlir::MLIRContext> context = createContext();
  std::optional<ImportedModel> imported; // module: after optimize
  std::unique_ptr<CompiledStep> compiled;
};

/// The model, compiled at its first use in this process.
CompiledModel &compiledModel(const ModelCase &model);

} // namespace llmc::test

#endif // LLMC_TEST_LOWER_COMPILEDMODEL_H
