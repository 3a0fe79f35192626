//===- QuantizeSpec.h - how weights are to be quantised, as text -*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//   SPEC     = (CHOICE | "auto" [ ",method=" METHOD ]) { ";" PATTERN ":" CHOICE }
//   CHOICE   = "keep" | PRESET { "," KEY "=" VALUE } | KEY "=" VALUE { "," … }
//   PATTERN  = a weight's name with * and ? for what may be anything
//
// The last pattern that a weight's name matches decides; what its choice does not
// say is as in the first one.
//===----------------------------------------------------------------------===//
#ifndef LLMC_OPTIMIZE_QUANTIZESPEC_H
#define LLMC_OPTIMIZE_QUANTIZESPEC_H

#include "dialects/llm/FloatCodes.h"
#include "llmc/Optimize/FloatFormat.h"
#include "llmc/Optimize/SpecOverrides.h"

#include <optional>
#include <string>
#include <vector>

namespace llmc {

/// Which sides of a matrix are turned before it is rounded (arXiv:2307.13304).
enum class RotatedSides { none, input, both };

/// What becomes of a weight.
struct QuantizeChoice {
  bool keep = false;
  std::string rounding = "rtn"; // a method of Weights/Rounding.h
  bool scaled = false;          // columns that matter more are scaled up before
  int64_t bits = 4;             // 1 to 8
  /// Columns that share a scale; 0: the whole row. None: the largest of 128, 64 and
  /// 32 that divides every width.
  std::optional<int64_t> group;
  bool hasMin =
      false; // codes count from a minimum of the group, not around zero
  /// What codes stand for, in steps of the scale, and how the spec calls that.
  std::vector<int8_t> values; // 2^bits; empty: the codes themselves
  std::string valuesName = "uniform";
  bool fitsValues = false; // the weights decide, before anything is rounded
  /// Codes are floats of 8 bits.
  std::optional<mlir::llm::Float8> float8;
  FloatFormat scale = FloatFormat::f16;
  bool powerScales = false; // of two (E8M0), instead of `scale`
  /// Scales are integers of so many bits, of a float that groups share; 0: they are not.
  int64_t subBits = 0;
  bool search = false; // scales of least error, not those that span the range
  std::optional<double> damp;
  bool order = false;
  RotatedSides rotated = RotatedSides::none;
  double outliers = 0; // percent of each row that have more bits beside codes
  std::string outliersBy = "weight"; // which: as `#llm.outliers` says it
  bool outlierCodes = false; // they are 8 bits of what codes leave, not floats
  int64_t rank = 0;          // of factors of what rounding takes away; 0: none
  int64_t iterations = 1;    // of rounding what they leave
};

struct QuantizeSpec {
  /// A search chooses (EncodingUnits.h) for what no pattern names; `linears` is what
  /// patterns inherit.
  bool isAuto = false;
  QuantizeChoice linears;
  /// Tables of rows and the product that gives logits: few weights of a large model,
  /// and what all others depend on.
  QuantizeChoice embeddings;
  std::vector<SpecOverride<QuantizeChoice>> overrides;
};

/// By which a search rounds to measure, and what is chosen unless auto names another.
inline constexpr const char *searchedMethod = "gptq";
/// What patterns behind auto inherit, and what stands before the choices of a search.
std::string spellSearched(llvm::StringRef method);

/// Fails, saying what is known, on what is no spec.
llvm::Expected<QuantizeSpec> parseQuantizeSpec(llvm::StringRef text);

/// Whether outliers are chosen by statistics of the input.
bool weighsOutliers(const QuantizeChoice &choice);

/// Whether a weight may become what its method needs statistics for.
bool needsStatistics(const QuantizeSpec &spec);

/// Values that the weights of a model have to decide before anything is rounded, kmeans
/// or mofq; empty: all are said.
std::string findFittedValues(const QuantizeSpec &spec);

/// Whether a part of a SPEC says values=`values`, itself or by its preset.
bool saysValues(llvm::StringRef part, llvm::StringRef values);

/// `text` with values=`values` instead of values=`asked`.
std::string spellValues(llvm::StringRef text, llvm::StringRef asked,
                        llvm::StringRef values);

/// A table as values= has it.
std::string spellTable(llvm::ArrayRef<int8_t> values);

/// The choice with the values of that name.
QuantizeChoice withValues(QuantizeChoice choice, llvm::StringRef name);

} // namespace llmc

#endif // LLMC_OPTIMIZE_QUANTIZESPEC_H
