//===- EncodingUnits.h - what --quantize=auto chooses between ---*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Weights with one input share a choice (experts apart from the router before them):
// their kernels then share its rounded rows.
// What is chosen is spelled as a SPEC that says everything (QuantizeSpec.h).
//===----------------------------------------------------------------------===//
#ifndef LLMC_OPTIMIZE_ENCODINGUNITS_H
#define LLMC_OPTIMIZE_ENCODINGUNITS_H

#include "llmc/Optimize/QuantizeSpec.h"
#include "llmc/Optimize/WeightReadings.h"
#include "llmc/Weights/ValueFit.h"

namespace llmc {

/// One way to store the weights of a unit.
struct EncodingOption {
  QuantizeChoice choice;
  std::string text; // its keys behind a pattern
};

struct EncodingUnit {
  std::vector<mlir::llm::WeightOp> weights;
  Reading reading;                     // all are read alike
  std::vector<EncodingOption> options; // fewest bits first
  size_t probe = 0;                    // the one whose effect is measured
  bool isNamed = false;                // a pattern says what becomes of it
};

struct EncodingSpace {
  std::string method;         // by which the weights are made in the end
  int64_t group = 0;          // what all weights inherit beside it,
  bool hasByteScales = false; // and whether its scale is one
  std::string patterns; // those that were given: ";PATTERN:CHOICE...", or empty
  std::vector<EncodingUnit> units;
};

/// Where codes go: into panels, into blocks of a type that GGML has, or into words of
/// compressed-tensors' pack-quantized.
enum class CodeFormats { panels, ggml, packQuantized };

/// The units of an imported step, in the order in which it reads them. Fails where
/// a pattern of `spec` (which begins with auto) asks for what is not measured.
llvm::Expected<EncodingSpace> findEncodingUnits(mlir::ModuleOp module,
                                                llvm::StringRef spec,
                                                CodeFormats formats);

/// Gives options whose values are for weights to decide those that `fit` finds for weights
/// that take so many bits of such.
llvm::Error fitOptionValues(
    EncodingSpace &space,
    llvm::function_ref<llvm::Expected<ValueTable>(llvm::ArrayRef<FittedWeight>)>
        fit);

/// The step that rounds a weight of `unit`; null if it keeps its numbers.
mlir::llm::RoundStepAttr findRoundStep(const EncodingUnit &unit,
                                       mlir::llm::WeightOp weight,
                                       const EncodingOption &option);

/// The SPEC of one option for each unit.
std::string spellSpec(const EncodingSpace &space,
                      llvm::ArrayRef<size_t> chosen);

} // namespace llmc

#endif // LLMC_OPTIMIZE_ENCODINGUNITS_H
