//===- DecoderWeights.h - the weights of a decoder --------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMC_LIB_IMPORT_DECODERWEIGHTS_H
#define LLMC_LIB_IMPORT_DECODERWEIGHTS_H

#include "Decoder.h"
#include "StepBuilder.h"

namespace llmc {

/// Gate, up and down; `gate` is absent where the MLP is not gated.
struct MlpWeights {
  Affine gate, up, down;
};
/// The router, the experts' matrices [X, N, K], and what all tokens take.
struct MixtureWeights {
  Affine router;
  WeightRef selectBias, gate, up, down;
  MlpWeights shared;
  Affine sharedGate;
};
/// Latent attention; `queryDown` and its norm only where queries have a latent.
struct LatentWeights {
  Affine queryDown, queryNorm, plainQuery, rotatedQuery; // rows of all heads
  Affine down, norm, rotatedKey;                         // to C, of C, to R
  WeightRef keys, values;                                // [H, C, N], [H, P, C]
};
/// Absent where the model has none there.
struct LayerWeights {
  Affine attnNorm, postAttnNorm, q, k, v, o, qNorm, kNorm;
  Affine ffnNorm, postFfnNorm;
  LatentWeights latent;
  MlpWeights mlp;
  MixtureWeights mixture;
};
struct DecoderWeights {
  WeightRef table, positions, slopes, head, headBias;
  Affine embedNorm, embedProjection, outputNorm, outputProjection;
  std::vector<LayerWeights> layers;
  std::vector<Rotary> rotaries;
};

/// Declares every weight of the model in the module.
llvm::Expected<DecoderWeights> collectWeights(Source &source,
                                              const Decoder &model,
                                              const NameTable &names,
                                              mlir::ModuleOp module);

} // namespace llmc

#endif // LLMC_LIB_IMPORT_DECODERWEIGHTS_H
