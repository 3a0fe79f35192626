//===- ProbedModel.h - a model whose weights may change ---------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What becomes of the output if a layer has other numbers: the model is compiled with
// floats, as for calibration, and its weights lie in memory.
//===----------------------------------------------------------------------===//
#ifndef LLMC_LIB_DRIVER_PROBEDMODEL_H
#define LLMC_LIB_DRIVER_PROBEDMODEL_H

#include "LoadedProgram.h"
#include "PackedMemory.h"
#include "llmrt/Engine.h"

namespace llmc {

class ProbedModel {
public:
  /// Compiles `model`, read as `options` say, and runs it over a few windows of the text that llmc brings.
  static llvm::Expected<std::unique_ptr<ProbedModel>>
  create(llvm::StringRef model, const CompileOptions &options);

  /// Where a weight of floats lies; all other weights of an f32 model do not change.
  struct Place {
    uint64_t offset = 0, bytes = 0;
    bool isPacked = false; // in panels
  };
  /// Null if the step reads no such weight.
  const Place *find(llvm::StringRef weight) const;

  /// Other bytes for the weight there, until `restore`.
  void replace(uint64_t offset, llvm::ArrayRef<uint8_t> bytes);
  void restore();

  /// The mean KL divergence of the output, in nats, from that of the weights as they
  /// were made.
  llvm::Expected<double> measure();

  int64_t tokens() const { return static_cast<int64_t>(ids.size()); }

private:
  ProbedModel() = default;
  llvm::Error readText();
  llvm::Error makeWeights();
  llvm::Error startEngine();
  llvm::Error step();
  llvm::Error noteOutput();

  Compiler compiler;
  std::optional<LoadedProgram> program;
  std::optional<PackedMemory> weights;
  llvm::StringMap<Place> places;
  std::vector<std::pair<uint64_t, std::vector<uint8_t>>> originals;
  std::unique_ptr<llmrt::Engine> engine;
  std::vector<int32_t> sequences;
  std::vector<int32_t> ids; // windows, one behind the other
  int64_t window = 0;       // tokens
  // Of each token: p, the sum of p, and the sum of p log p.
  std::vector<float> probabilities; // [tokens, V]
  std::vector<double> masses, entropies;
};

} // namespace llmc

#endif // LLMC_LIB_DRIVER_PROBEDMODEL_H
