//===- FittedValues.h - values that a model's weights decide ----*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// --quantize=values=kmeans, values=mofq. What decides is a function that writes a SPEC
// which says all that a build is made of: a row of the table in FittedValues.cpp.
//===----------------------------------------------------------------------===//
#ifndef LLMC_LIB_DRIVER_FITTEDVALUES_H
#define LLMC_LIB_DRIVER_FITTEDVALUES_H

#include "llmc/Driver/Options.h"
#include "llmc/Optimize/QuantizeSpec.h"
#include "llmc/Weights/WeightStore.h"

#include "mlir/IR/BuiltinOps.h"

namespace llmc {

/// A weight that is to be rounded.
struct ChosenWeight {
  mlir::llm::WeightOp weight;
  QuantizeChoice choice; // its group is known
  size_t part; // of the SPEC: 0, or the number of the pattern from 1 on
};

/// What is given to those that decide.
struct ValueRequest {
  mlir::ModuleOp module;
  const WeightStore &store;
  const QuantizeSpec &spec;
  llvm::SmallVector<llvm::StringRef> parts; // the text of `spec`
  std::vector<ChosenWeight> weights; // those with the values that are asked for
  bool explain = false;

  /// What part of the SPEC says for its weights.
  const QuantizeChoice &getChoice(size_t part) const {
    return part ? spec.overrides[part - 1].choice : spec.linears;
  }
};

/// values=kmeans: the SPEC with a table in its place.
llvm::Expected<std::string> fitTables(const ValueRequest &request);
/// values=mofq: the SPEC with integers or floats for each weight (MixedFormats.cpp).
llvm::Expected<std::string> mixFormats(const ValueRequest &request);

/// Those of `text` in the options' place, for a model that is imported.
llvm::Expected<std::string> spellFittedValues(llvm::StringRef text,
                                              mlir::ModuleOp module,
                                              const WeightStore &store,
                                              bool explain);

/// Where a SPEC of the options leaves values to the weights of `model`, puts those in its
/// place that they decide, and names them with `explain`.
llvm::Error chooseValues(llvm::StringRef model, bool explain,
                         CompileOptions &options);

} // namespace llmc

#endif // LLMC_LIB_DRIVER_FITTEDVALUES_H
