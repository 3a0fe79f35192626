//===- GatedDecoder.h - the llama family ------------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//   h  = x + o(attention(rope(q(n)), rope(k(n)), v(n)))   n = rms(x)
//   x' = h + down(act(gate(m)) * up(m))                   m = rms(h)
//===----------------------------------------------------------------------===//
#ifndef LLMC_LIB_IMPORT_GATEDDECODER_H
#define LLMC_LIB_IMPORT_GATEDDECODER_H

#include "Architectures.h"
#include "RopeScaling.h"
#include "WeightCatalog.h"

namespace llmc {

/// Everything that tells one model of the family from another.
struct GatedDecoder {
  int64_t layers = 0, hidden = 0, feedForward = 0; // L, E, F
  int64_t heads = 0, kvHeads = 0, headDim = 0;     // H, K, D
  int64_t vocabulary = 0, context = 0;             // V, positions
  double eps = 0;
  RopeFrequencies rope;
  mlir::llm::Pairing pairing = mlir::llm::Pairing::Half;
  mlir::llm::ActFn activation = mlir::llm::ActFn::Silu;
  bool tiedHead = false;
  Presence inputBias = Presence::Never;  // of q, k, v
  Presence outputBias = Presence::Never; // of o
  Presence mlpBias = Presence::Never;    // of gate, up, down
  llvm::SmallVector<int64_t> left; // per layer: window to the past, -1: all
};

/// Reads what all models of the family have; fails on a value out of range.
/// Leaves biases and windows to the caller.
llvm::Expected<GatedDecoder> readGatedDecoder(Source &source,
                                              const Conventions &conventions);

/// Fails when the source has a key that could change the meaning and was not
/// read; `alsoKnown` are harmless keys of one architecture.
llvm::Error rejectUnknownKeys(Source &source,
                              llvm::ArrayRef<llvm::StringRef> alsoKnown = {});

/// Emits the model; fails on missing, superfluous or misshapen tensors.
llvm::Error emitGatedDecoder(Source &source, const GatedDecoder &model,
                             mlir::ModuleOp module);

} // namespace llmc

#endif // LLMC_LIB_IMPORT_GATEDDECODER_H
