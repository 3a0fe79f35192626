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

/// From `rope_parameters`, or `rope_theta` and `rope_scaling`.
llvm::Expected<RopeFrequencies> readHfRope(HfConfig &config, int64_t rotaryDims,
                                           int64_t context);
llvm::Expected<RopeFrequencies> readGgufRope(const GgufFile &file,
                                             llvm::StringRef architecture,
                                             int64_t headDim, int64_t context);

} // namespace llmc

#endif // LLMC_LIB_IMPORT_ROPESCALING_H
