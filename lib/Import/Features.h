//===- Features.h - what families of decoders are made of -------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The words in which Families.cpp says what a family is. Each is a `Feature`, or
// makes one.
//===----------------------------------------------------------------------===//
#ifndef LLMC_LIB_IMPORT_FEATURES_H
#define LLMC_LIB_IMPORT_FEATURES_H

#include "Families.h"

namespace llmc::features {

using Keys = DecoderKeys;
/// A fact that needs no key.
template <auto field, auto value> void always(Keys &, Decoder &model) {
  model.*field = value;
}

// Norms and topology (Features.cpp).
void layerNorms(Keys &, Decoder &); // with weight and bias
void biaslessLayerNorms(Keys &, Decoder &);
void outputNorms(Keys &, Decoder &); // of branches, besides the inputs'
void onlyOutputNorms(Keys &, Decoder &);
void parallelBranches(Keys &, Decoder &); // that read one norm
Feature defaultEps(double eps);
Feature headNorms(HeadNorm kind);
/// Where the config's flag, or a GGUF file's tensors, say so.
Feature headNormsIf(HeadNorm kind, llvm::StringRef flag);

// Projections.
Feature activation(llvm::StringRef name); // where the source names none
void plainMlp(Keys &, Decoder &);         // down(act(up))
void fourfoldMlp(Keys &, Decoder &);      // plain, and F = 4 E by default
void fusedGate(Keys &, Decoder &);
Feature attentionBias(llvm::StringRef flag, bool absent);
Feature inputBias(llvm::StringRef flag, bool absent); // of q, k and v alone
Feature mlpBias(llvm::StringRef flag, bool absent);
Feature allBias(llvm::StringRef flag, bool absent);
Feature fusedQkv(Qkv folder); // blocks in GGUF files
void clippedQkv(Keys &, Decoder &);
void latentAttention(Keys &, Decoder &); // deepseek's

// Positions.
Feature theta(double base); // where the source names none
Feature partialRotary(double part);
void tied(Keys &, Decoder &); // unless the config says otherwise
Feature learnedPositions(int64_t rowsBefore);
/// Every layer, all but each `period`th, or none by the config's flag; `width` is
/// that of a config that says nothing of it, 0 for none.
Feature windows(int64_t period, int64_t width = 0, llvm::StringRef flag = {},
                bool absent = true);
void qwenWindows(Keys &, Decoder &);
void localRotary(Keys &, Decoder &);     // windows have a base of their own
void rotaryInWindows(Keys &, Decoder &); // other layers have no positions
void layersWithoutRotary(Keys &, Decoder &);

// Experts.
void mixtralExperts(Keys &, Decoder &);
void qwenExperts(Keys &, Decoder &);
void qwenSharedExpert(Keys &, Decoder &);
void deepseekExperts(Keys &, Decoder &);
void olmoExperts(Keys &, Decoder &);

// One family's own (FamilyFeatures.cpp).
void gpt2(Keys &, Decoder &);
void gemma(Keys &, Decoder &);
void gemmaScores(Keys &, Decoder &); // of gemma2 and gemma3
void granite(Keys &, Decoder &);
void cohere(Keys &, Decoder &);
void phi(Keys &, Decoder &);
void neox(Keys &, Decoder &);
void opt(Keys &, Decoder &);
void bloom(Keys &, Decoder &);
void falcon(Keys &, Decoder &);
void mpt(Keys &, Decoder &);
void stablelm(Keys &, Decoder &);

} // namespace llmc::features

#endif // LLMC_LIB_IMPORT_FEATURES_H
