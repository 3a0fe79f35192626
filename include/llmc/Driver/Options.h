//===- Options.h - what a compilation may be asked --------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef LLMC_DRIVER_OPTIONS_H
#define LLMC_DRIVER_OPTIONS_H

#include "llmc/Optimize/CacheType.h"
#include "llmc/Schedule/ZeroSkipping.h"
#include "llmc/Support/Choice.h"

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/JSON.h"

#include "mlir/IR/BuiltinOps.h"

#include <string>
#include <vector>

namespace llmc {

/// The compiler's stages, in order; docs/architecture.md shows what each
/// leaves.
enum class Stage { import, optimize, schedule, lower, emit };

/// i16: integers of 15 bits, in two planes of bytes; i8: of 8 bits; mixed: of 8, and
/// 15 where errors stay or are large; the others are those of Optimize/RowRounding.h.
enum class Activations {
  automatic,
  f32,
  i16,
  mixed,
  i8,
  i8Static,
  i6,
  i4,
  e4m3
};
enum class WeightMode { keep, f32 };
/// What further results of a step show: inputs of products, for calibration, of norms,
/// which are what layers hand on, or of layers alone.
enum class Observe { nothing, linears, norms, layers };
enum class EmitKind { exe, so, obj, assembly, ptx, cubin, llvm, mlir };

struct CompileOptions {
  /// automatic: mixed if a linear's weight is an integer grid or, in a step, has 16 bits
  /// or fewer, else f32.
  Activations activations = Activations::automatic;
  std::string inputScales; // of i8Static, a spec of Optimize/InputScaleSpec.h
  WeightMode weights = WeightMode::keep;
  std::string quantize; // a spec of Optimize/QuantizeSpec.h; empty: as they are
  // What --quantize=auto keeps to, as it was given (lib/Driver/QuantizeBudget.h).
  std::string bitsBudget, sizeBudget, klBudget;
  std::string shrink;   // a spec of Optimize/ShrinkSpec.h
  std::string equalize; // a spec of Optimize/EqualizeSpec.h
  std::string sparsify; // a spec of Optimize/SparsifySpec.h
  ZeroSkipping skipZeros = ZeroSkipping::faster; // that --sparsify makes
  std::string lowRank; // a spec of Optimize/LowRankSpec.h
  std::string stats;   // what llmc calibrate wrote; empty: none
  /// automatic: f32 with f32 activations or if a graph's caches are, else f16.
  CacheType cache = CacheType::automatic;
  Observe observe = Observe::nothing;
  int64_t maxContext = 0;    // per sequence; 0: the model's limit, or 4096
  int64_t maxBatch = 8;      // sequences at once
  int64_t rowsPerStep = 256; // rows of one step (prompt chunk)
  bool tune = false;         // tiles by measuring (lib/Driver/ScheduleTuning.h)
  std::string cpu = "portable";
  /// `cpu`, `cuda`, `cuda:sm_80` or several of them with commas between.
  std::string target = "cpu";
  /// A machine of getMachineFeatures: what it lacks becomes plain code, so that
  /// tests run every variant. Empty: none.
  std::string emulateOn;
  bool cubin = false; // machine code for exact GPUs, by ptxas, instead of PTX
  /// Of a GGUF file, by name; empty: the file's own.
  std::string preTokenizer;
};

llvm::StringRef getStageName(Stage stage);

/// What can be asked; automatic is what nobody asked.
llvm::ArrayRef<Choice<Activations>> getChoices(Activations);
llvm::ArrayRef<Choice<WeightMode>> getChoices(WeightMode);
llvm::ArrayRef<Choice<EmitKind>> getChoices(EmitKind);

/// The instruction sets that `cpu` stands for, best first. Fails on an unknown
/// name, and for `native` on a machine below all of them.
llvm::Expected<std::vector<std::string>> getIsas(llvm::StringRef cpu);

/// All that `options.target` and `options.cpu` stand for: instruction sets of the CPU,
/// then of devices. Fails on unknown names as well.
llvm::Expected<std::vector<std::string>>
getTargetIsas(const CompileOptions &options);

/// The positions of a program: those that are wanted, or as many as the model was
/// made for where that is 0, or as are assumed where nobody says.
int64_t getContext(mlir::ModuleOp imported, int64_t wanted);

/// Replaces what is automatic by what fits the imported module, and checks the
/// limits against the model's.
llvm::Expected<CompileOptions> resolveOptions(CompileOptions options,
                                              mlir::ModuleOp imported);

/// As --activations takes it: "i8-static,clip=0.001".
std::string spellActivations(const CompileOptions &options);

/// Every option by name, for the artifact and for cache keys.
llvm::json::Object describeOptions(const CompileOptions &options);

} // namespace llmc

#endif // LLMC_DRIVER_OPTIONS_H
