//===- RopeScaling.h - rotary frequencies, evaluated ------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Scaling types never reach the IR: the importer evaluates them to the constant
// inverse frequencies and one factor for cosine and sine. Everything is rounded
// to f32 where transformers rounds (modeling_rope_utils.py), because an angle
// is a frequency times a position of thousands.
//===----------------------------------------------------------------------===//
#ifndef LLMC_LIB_IMPORT_ROPESCALING_H
#define LLMC_LIB_IMPORT_ROPESCALING_H

#include "HfConfig.h"

#include "llmc/Weights/Gguf.h"

#include <vector>

namespace llmc {

struct RopeFrequencies {
  std::vector<float> inv; // [R/2]
  double mscale = 1.0;    // of cosine and sine
  double scoreScale = 1;  // of scores, where the model heeds it (deepseek)
  // Of a GGUF file: the tensor that holds what each is divided by as well.
  llvm::StringRef divisors = {};
};

/// `theta^(-2i/R)` for i < R/2.
RopeFrequencies plainFrequencies(double theta, int64_t rotaryDims);
/// Positions are divided by `factor`.
RopeFrequencies linearFrequencies(double theta, int64_t rotaryDims,
                                  double factor);

/// Long waves are divided by `factor`, short ones kept, those between blended.
struct Llama3Scaling {
  double factor, lowFactor, highFactor, originalContext;
};
RopeFrequencies llama3Frequencies(double theta, int64_t rotaryDims,
                                  const Llama3Scaling &scaling);

/// YaRN (arXiv:2309.00071).
struct YarnScaling {
  double factor, originalContext;
  double betaFast = 32, betaSlow = 1;
  bool truncate = true;
  double attentionFactor = 1; // becomes mscale
};
RopeFrequencies yarnFrequencies(double theta, int64_t rotaryDims,
                                const YarnScaling &scaling);
/// `0.1 * mscale * ln(factor) + 1`, 1 for factors up to 1.
double yarnMscale(double factor, double mscale = 1);

// LongRoPE (arXiv:2402.13753) divides each frequency by a factor of its own, one
// for texts of up to the original context and one beyond. Which is a choice for
// a whole text, so it is made here, by the longest that the program can take.

/// `sqrt(1 + ln(factor) / ln(originalContext))`, 1 for factors up to 1.
double longRopeMscale(double factor, double originalContext);

/// What a model's positions are, but for what its source says of them.
struct RopeShape {
  int64_t headDim, context;
  double theta = 10000; // where the source names none
  double part = 0;      // of a head that is rotated, likewise; 0: all, always
  int64_t longest = 0;  // text that the program takes; 0: `context`

  int64_t longestText() const { return longest ? longest : context; }
};

/// From `rope_parameters`, or `rope_theta` and `rope_scaling`. Of a model whose
/// layers differ, `layers` names those that are meant: `sliding_attention`.
llvm::Expected<RopeFrequencies> readHfRope(HfConfig &config,
                                           const RopeShape &shape,
                                           llvm::StringRef layers = {});
llvm::Expected<RopeFrequencies> readGgufRope(const GgufFile &file,
                                             llvm::StringRef architecture,
                                             const RopeShape &shape);
/// Of the layers with windows, where those have a base of their own.
llvm::Expected<RopeFrequencies> readGgufWindowRope(const GgufFile &file,
                                                   llvm::StringRef architecture,
                                                   const RopeShape &shape);

} // namespace llmc

#endif // LLMC_LIB_IMPORT_ROPESCALING_H
