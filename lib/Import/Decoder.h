//===- Decoder.h - what tells one decoder from another ----------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//   h  = x + attention(norm x)        x' = h + mlp(norm h)
//
// and what models change in it. A family is a list of features (Families.cpp);
// each fills in some fields here, from what the source says or by its name
// alone. Weights and step are made from this, and know no family.
//===----------------------------------------------------------------------===//
#ifndef LLMC_LIB_IMPORT_DECODER_H
#define LLMC_LIB_IMPORT_DECODER_H

#include "RopeScaling.h"
#include "WeightCatalog.h"

namespace llmc {

/// How the two branches of a layer join the hidden state.
enum class Residual {
  Serial,   // h = x + a(norm x), x' = h + f(norm h)
  Parallel, // x' = x + a(norm x) + f(norm x)
  Post,     // h = norm(x + a(x)), x' = norm(h + f(h))
};

/// Where queries and keys are normalised, before they are rotated.
enum class HeadNorm {
  None,
  Shared,  // each head, by one weight [D]
  PerHead, // each head, by its own row of [H, D]
  Row,     // all heads of a row together, by [H*D]
};

/// How files hold the projections to queries, keys and values.
enum class Qkv {
  Separate, // or, where a file has `attn_qkv`, as blocks
  Blocks,   // rows of all queries, then keys, then values
  PerHead,  // query, key and value of each head in turn
  PerGroup, // of each key head its queries, then key, then value
};

/// Where a layer keeps its keys and values: slot `layer` of a cache.
struct CachePlace {
  int64_t cache = 0, layer = 0;
};

/// What one layer differs in from the others.
struct LayerFacts {
  int64_t left = -1; // window to the past; -1: all of it
  int64_t rope = 0;  // index of the frequencies, -1: no positions
  bool routed = false;
};

/// A mixture of experts in place of the MLP.
struct Mixture {
  int64_t experts = 0, used = 0; // X, k
  int64_t feedForward = 0;       // of one expert
  int64_t shared = 0;            // of the expert that all tokens take
  bool sharedGate = false;       // it is weighed by a sigmoid
  bool selectBias = false;       // experts are chosen by score + bias
  mlir::llm::RouteScore score = mlir::llm::RouteScore::Softmax;
  mlir::llm::RouteWeights weights = mlir::llm::RouteWeights::Raw;
  mlir::llm::GroupScore groupScore = mlir::llm::GroupScore::Max;
  int64_t groups = 1, topGroups = 1;
  double scale = 1.0, eps = 0.0;
};

/// Attention to a compressed state (arXiv:2405.04434): a row keeps a latent of
/// `rank` and one rotated key of `rotated` columns, which all heads share. Keys and
/// values of a head are products of the latent; its matrix for keys is applied to
/// the query instead, that for values to the result.
struct Latent {
  int64_t rank = 0;      // C; 0: the model has none
  int64_t queryRank = 0; // of the queries' latent; 0: they have none
  int64_t plain = 0;     // N, columns of a head's query that are not rotated
  int64_t rotated = 0;   // R, those that are
  int64_t value = 0;     // P, columns of a head's value
  double eps = 0;        // of the latents' norms; 0: the model's
};

struct Decoder {
  int64_t layers = 0, hidden = 0, feedForward = 0; // L, E, F
  int64_t heads = 0, kvHeads = 0, headDim = 0;     // H, K, D
  int64_t vocabulary = 0, context = 0;             // V, positions
  std::vector<LayerFacts> layer;

  // Norms and topology.
  mlir::llm::NormKind norm = mlir::llm::NormKind::Rms;
  Presence normBias = Presence::Never;
  double eps = 0;
  bool normsLackOne = false; // the files hold w of 1 + w
  Residual residual = Residual::Serial;
  bool inputNorms = true;    // of what a branch reads
  bool outputNorms = false;  // of what a branch adds
  bool twoInputNorms = true; // parallel branches have one each

  // Attention.
  Qkv qkv = Qkv::Separate;
  bool transposed = false;               // the files hold matrices as [in, out]
  Presence inputBias = Presence::Never;  // of q, k, v
  Presence outputBias = Presence::Never; // of o
  HeadNorm headNorm = HeadNorm::None;
  double clip = 0;            // q, k and v lie in [-clip, clip]; 0: anywhere
  double scale = 0;           // of scores; 0: 1 / sqrt(D)
  bool scaledByLayer = false; // and divided by the layer's number from 1
  double softcap = 0;         // of scores
  std::vector<float> slopes;  // per head: what a step of distance costs

  Latent latent;

  // Positions.
  bool rotary = true;
  bool windowRope = false; // layers with windows rotate by another base
  std::vector<RopeFrequencies> ropes;
  mlir::llm::Pairing pairing = mlir::llm::Pairing::Half;
  double rotaryTheta = 10000;    // where the source names none
  double rotaryPart = 0;         // of a head likewise; 0: all, whatever it says
  int64_t learnedPositions = -1; // rows before the first position; -1: none

  // MLP.
  bool gated = true;
  bool fusedGate = false; // gate and up are one matrix, the gate first
  mlir::llm::ActFn activation = mlir::llm::ActFn::Silu;
  Presence mlpBias = Presence::Never;
  Mixture mixture;

  // Both ends.
  double embedScale = 1, residualScale = 1, logitScale = 1;
  double logitSoftcap = 0;
  bool embedNorm = false, outputNorm = true;
  int64_t embedWidth = 0; // of the table, where a matrix leads to E; 0: E
  bool tiedHead = false;
  Presence headBias = Presence::Never;

  bool has(HeadNorm kind) const { return headNorm == kind; }
  int64_t tableWidth() const { return embedWidth ? embedWidth : hidden; }
  int64_t queryDim() const { return heads * headDim; }
  int64_t keyDim() const { return kvHeads * headDim; }
  /// One per window, in the order of the first layers that have it.
  llvm::SmallVector<mlir::llm::KVType>
  getCacheTypes(mlir::MLIRContext *context) const;
  CachePlace getCachePlace(int64_t layer) const;
};

/// Emits the weights and `@step`; fails on missing, superfluous or misshapen
/// tensors.
llvm::Error emitDecoder(Source &source, const Decoder &model,
                        const NameTable &names, mlir::ModuleOp module);

} // namespace llmc

#endif // LLMC_LIB_IMPORT_DECODER_H
