//===- RopeScaling.cpp - rotary frequencies, evaluated --------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "RopeScaling.h"

#include "llmc/Weights/Errors.h"

#include "llvm/Support/MathExtras.h"

#include <algorithm>
#include <cmath>

using namespace llvm;
using namespace llmc;

//===----------------------------------------------------------------------===//
// Formulas
//===----------------------------------------------------------------------===//

/// `theta^(2i/R)`, the waves' lengths over 2 pi.
static std::vector<float> getPeriods(double theta, int64_t rotaryDims) {
  assert(rotaryDims > 0 && rotaryDims % 2 == 0 && "dims are rotated in pairs");
  std::vector<float> periods;
  for (int64_t dim = 0; dim < rotaryDims; dim += 2) {
    float exponent = static_cast<float>(dim) / static_cast<float>(rotaryDims);
    periods.push_back(static_cast<float>(std::pow(theta, exponent)));
  }
  return periods;
}

RopeFrequencies llmc::plainFrequencies(double theta, int64_t rotaryDims) {
  RopeFrequencies rope;
  for (float period : getPeriods(theta, rotaryDims))
    rope.inv.push_back(1.0f / period);
  return rope;
}

RopeFrequencies llmc::linearFrequencies(double theta, int64_t rotaryDims,
                                        double factor) {
  RopeFrequencies rope = plainFrequencies(theta, rotaryDims);
  for (float &inv : rope.inv)
    inv /= static_cast<float>(factor);
  return rope;
}

RopeFrequencies llmc::llama3Frequencies(double theta, int64_t rotaryDims,
                                        const Llama3Scaling &scaling) {
  assert(scaling.lowFactor < scaling.highFactor &&
         "the bands do not cross: readers refuse them");
  RopeFrequencies rope = plainFrequencies(theta, rotaryDims);
  auto factor = static_cast<float>(scaling.factor);
  double longest = scaling.originalContext / scaling.lowFactor;
  double shortest = scaling.originalContext / scaling.highFactor;
  for (float &inv : rope.inv) {
    float length = static_cast<float>(2 * numbers::pi) / inv;
    if (length < shortest)
      continue;
    if (length > longest) {
      inv /= factor;
      continue;
    }
    auto smooth = static_cast<float>(
        (scaling.originalContext / length - scaling.lowFactor) /
        (scaling.highFactor - scaling.lowFactor));
    inv = (1 - smooth) * inv / factor + smooth * inv;
  }
  return rope;
}

double llmc::yarnMscale(double factor, double mscale) {
  return factor <= 1 ? 1.0 : 0.1 * mscale * std::log(factor) + 1.0;
}

RopeFrequencies llmc::yarnFrequencies(double theta, int64_t rotaryDims,
                                      const YarnScaling &scaling) {
  // The dim whose wave turns `rotations` times in the original context.
  auto dimOf = [&](double rotations) {
    return rotaryDims *
           std::log(scaling.originalContext / (rotations * 2 * numbers::pi)) /
           (2 * std::log(theta));
  };
  double low = dimOf(scaling.betaFast), high = dimOf(scaling.betaSlow);
  if (scaling.truncate)
    low = std::floor(low), high = std::ceil(high);
  low = std::max(low, 0.0);
  high = std::min(high, static_cast<double>(rotaryDims - 1));
  if (low == high)
    high += 0.001;
  RopeFrequencies rope;
  rope.mscale = scaling.attentionFactor;
  for (auto [i, period] : enumerate(getPeriods(theta, rotaryDims))) {
    auto ramp = static_cast<float>(
        std::clamp((static_cast<double>(i) - low) / (high - low), 0.0, 1.0));
    float kept = 1.0f / period;
    float stretched = 1.0f / (static_cast<float>(scaling.factor) * period);
    rope.inv.push_back(stretched * ramp + kept * (1 - ramp));
  }
  return rope;
}

double llmc::longRopeMscale(double factor, double originalContext) {
  return factor <= 1
             ? 1.0
             : std::sqrt(1 + std::log(factor) / std::log(originalContext));
}

//===----------------------------------------------------------------------===//
// Hugging Face
//===----------------------------------------------------------------------===//

static constexpr double greatestTheta = 1e12;
static constexpr double greatestFactor = 1e6;
static constexpr double greatestContext = 1e9;

static Expected<Llama3Scaling> readLlama3(HfConfig &keys, int64_t context) {
  Expected<double> factor = keys.getFloat("factor", 1, greatestFactor);
  if (!factor)
    return factor.takeError();
  Expected<double> low = keys.getFloat("low_freq_factor", 1e-3, 1e6);
  if (!low)
    return low.takeError();
  Expected<double> high = keys.getFloat("high_freq_factor", 1e-3, 1e6);
  if (!high)
    return high.takeError();
  if (*high <= *low)
    return keys.fail("high_freq_factor", "must be above low_freq_factor");
  Expected<double> original =
      keys.getFloat("original_max_position_embeddings", 1, greatestContext,
                    static_cast<double>(context));
  if (!original)
    return original.takeError();
  return Llama3Scaling{*factor, *low, *high, *original};
}

static Expected<double> readAttentionFactor(HfConfig &keys, double factor) {
  Expected<double> given = keys.getFloat("attention_factor", 1e-3, 1e3, 0);
  if (!given || *given != 0)
    return given;
  Expected<double> mscale = keys.getFloat("mscale", 0, 1e3, 0);
  if (!mscale)
    return mscale;
  Expected<double> allDims = keys.getFloat("mscale_all_dim", 0, 1e3, 0);
  if (!allDims)
    return allDims;
  if (*mscale != 0 && *allDims != 0)
    return yarnMscale(factor, *mscale) / yarnMscale(factor, *allDims);
  return yarnMscale(factor);
}

static Expected<YarnScaling> readYarn(HfConfig &keys, int64_t context) {
  Expected<double> original =
      keys.getFloat("original_max_position_embeddings", 1, greatestContext,
                    static_cast<double>(context));
  if (!original)
    return original.takeError();
  Expected<double> factor = keys.getFloat("factor", 1, greatestFactor,
                                          std::max(1.0, context / *original));
  if (!factor)
    return factor.takeError();
  Expected<double> fast = keys.getFloat("beta_fast", 1e-3, 1e6, 32);
  if (!fast)
    return fast.takeError();
  Expected<double> slow = keys.getFloat("beta_slow", 1e-3, 1e6, 1);
  if (!slow)
    return slow.takeError();
  Expected<bool> truncate = keys.getBool("truncate", true);
  if (!truncate)
    return truncate.takeError();
  Expected<double> attention = readAttentionFactor(keys, *factor);
  if (!attention)
    return attention.takeError();
  return YarnScaling{*factor, *original, *fast, *slow, *truncate, *attention};
}

/// The list of factors, one for each pair of dims.
static Expected<std::vector<double>> readFactors(HfConfig &keys, StringRef key,
                                                 int64_t rotaryDims) {
  Expected<std::vector<double>> factors =
      keys.getFloats(key, 1e-6, greatestFactor);
  if (factors && factors->size() != static_cast<size_t>(rotaryDims / 2))
    return keys.fail(key, "requires one factor for each of the " +
                              Twine(rotaryDims / 2) + " pairs of dims");
  return factors;
}

static Expected<RopeFrequencies> readLongRope(HfConfig &keys, double theta,
                                              int64_t rotaryDims,
                                              const RopeShape &shape,
                                              double original) {
  if (original < 2) // its logarithm divides
    return keys.fail("original_max_position_embeddings",
                     "requires 2 positions or more");
  Expected<std::vector<double>> shortFactors =
      readFactors(keys, "short_factor", rotaryDims);
  if (!shortFactors)
    return shortFactors.takeError();
  Expected<std::vector<double>> longFactors =
      readFactors(keys, "long_factor", rotaryDims);
  if (!longFactors)
    return longFactors.takeError();
  Expected<double> factor =
      keys.getFloat("factor", 1e-6, greatestFactor,
                    static_cast<double>(shape.context) / original);
  if (!factor)
    return factor.takeError();
  Expected<double> attention = keys.getFloat("attention_factor", 1e-3, 1e3,
                                             longRopeMscale(*factor, original));
  if (!attention)
    return attention.takeError();
  RopeFrequencies rope = plainFrequencies(theta, rotaryDims);
  rope.mscale = *attention;
  const std::vector<double> &factors =
      static_cast<double>(shape.longestText()) > original ? *longFactors
                                                          : *shortFactors;
  for (auto [inv, by] : zip(rope.inv, factors))
    inv /= static_cast<float>(by);
  return rope;
}

/// Evaluates the scaling that `keys` describes (`rope_type`, older `type`).
static Expected<RopeFrequencies> readHfScaling(HfConfig &keys, double theta,
                                               int64_t rotaryDims,
                                               const RopeShape &shape,
                                               double original) {
  int64_t context = shape.context;
  Expected<std::string> older = keys.getString("type", "default");
  if (!older)
    return older.takeError();
  Expected<std::string> type = keys.getString("rope_type", *older);
  if (!type)
    return type.takeError();
  if (*type == "default")
    return plainFrequencies(theta, rotaryDims);
  // Frequencies change for texts beyond the model's context, which none is.
  if (*type == "dynamic") {
    Expected<double> factor = keys.getFloat("factor", 1, greatestFactor, 1);
    return factor ? plainFrequencies(theta, rotaryDims)
                  : Expected<RopeFrequencies>(factor.takeError());
  }
  if (*type == "linear") {
    Expected<double> factor = keys.getFloat("factor", 1, greatestFactor);
    if (!factor)
      return factor.takeError();
    return linearFrequencies(theta, rotaryDims, *factor);
  }
  if (*type == "llama3") {
    Expected<Llama3Scaling> scaling = readLlama3(keys, context);
    if (!scaling)
      return scaling.takeError();
    return llama3Frequencies(theta, rotaryDims, *scaling);
  }
  if (*type == "yarn") {
    Expected<YarnScaling> scaling = readYarn(keys, context);
    if (!scaling)
      return scaling.takeError();
    Expected<double> allDims = keys.getFloat("mscale_all_dim", 0, 1e3, 0);
    if (!allDims)
      return allDims.takeError();
    RopeFrequencies rope = yarnFrequencies(theta, rotaryDims, *scaling);
    double stretch = yarnMscale(scaling->factor, *allDims);
    rope.scoreScale = stretch * stretch;
    return rope;
  }
  if (*type == "longrope" || *type == "su") {
    Expected<double> own =
        keys.getFloat("original_max_position_embeddings", 1, greatestContext,
                      static_cast<double>(context));
    if (!own)
      return own.takeError();
    return readLongRope(keys, theta, rotaryDims, shape,
                        original != 0 ? original : *own);
  }
  return keys.fail(keys.has("rope_type") ? "rope_type" : "type",
                   "the rope scalings that can be imported are default, "
                   "linear, dynamic, llama3, yarn and longrope");
}

/// The first of the keys that the config has, or the default.
static Expected<double> readFirst(HfConfig &config, ArrayRef<StringRef> keys,
                                  double min, double max, double absent) {
  for (StringRef key : keys)
    if (config.has(key))
      return config.getFloat(key, min, max);
  return absent;
}

/// The object that says how positions of these layers are scaled, or null.
static Expected<std::unique_ptr<HfConfig>> findScaling(HfConfig &config,
                                                       StringRef layers) {
  StringRef key =
      config.has("rope_parameters") ? "rope_parameters" : "rope_scaling";
  Expected<std::unique_ptr<HfConfig>> keys = config.getObject(key);
  if (!keys || !*keys || layers.empty())
    return keys;
  if ((*keys)->has(layers))
    return (*keys)->getObject(layers);
  // Files of transformers 4 scale the layers that see everything.
  if (layers == "sliding_attention")
    return std::unique_ptr<HfConfig>();
  return keys;
}

/// Rotated dims of a head: an even number of them.
static Expected<int64_t> countRotary(HfConfig &config, const RopeShape &shape,
                                     double part) {
  auto dims = static_cast<int64_t>(static_cast<double>(shape.headDim) * part);
  if (dims > 0 && dims % 2 == 0)
    return dims;
  return config.fail("partial_rotary_factor",
                     "rotates an even number of the " + Twine(shape.headDim) +
                         " dims of a head, not " + Twine(dims));
}

Expected<RopeFrequencies>
llmc::readHfRope(HfConfig &config, const RopeShape &shape, StringRef layers) {
  Expected<double> theta =
      readFirst(config, {"rope_theta", "rotary_emb_base", "global_rope_theta"},
                1.001, greatestTheta, shape.theta);
  if (!theta)
    return theta.takeError();
  if (layers == "sliding_attention") {
    theta = readFirst(config, {"rope_local_base_freq", "local_rope_theta"},
                      1.001, greatestTheta, shape.theta);
    if (!theta)
      return theta.takeError();
  }
  double whole = shape.part != 0 ? shape.part : 1;
  double least = shape.part != 0 ? 1e-3 : 1;
  Expected<double> part =
      readFirst(config, {"partial_rotary_factor", "rotary_pct", "rope_pct"},
                least, 1, whole);
  if (!part)
    return part.takeError();
  Expected<double> original = config.getFloat(
      "original_max_position_embeddings", 1, greatestContext, 0);
  if (!original)
    return original.takeError();
  Expected<std::unique_ptr<HfConfig>> keys = findScaling(config, layers);
  if (!keys)
    return keys.takeError();
  if (*keys) {
    theta = (*keys)->getFloat("rope_theta", 1.001, greatestTheta, *theta);
    if (!theta)
      return theta.takeError();
    part = (*keys)->getFloat("partial_rotary_factor", least, 1, *part);
    if (!part)
      return part.takeError();
  }
  Expected<int64_t> dims = countRotary(config, shape, *part);
  if (!dims)
    return dims.takeError();
  if (!*keys)
    return plainFrequencies(*theta, *dims);
  Expected<RopeFrequencies> rope =
      readHfScaling(**keys, *theta, *dims, shape, *original);
  if (!rope)
    return rope;
  if (Error error = (*keys)->rejectUnread({}))
    return error;
  return rope;
}

//===----------------------------------------------------------------------===//
// GGUF
//===----------------------------------------------------------------------===//

namespace {
/// The positions that a stretched model was trained for, and what attention to them
/// is multiplied by.
struct GgufTraining {
  int64_t context;
  double attention;
};
} // namespace

static Expected<GgufTraining> readGgufTraining(const GgufFile &file,
                                               const std::string &prefix,
                                               int64_t context) {
  Expected<int64_t> original = file.getInteger(
      prefix + "scaling.original_context_length", 1, INT32_MAX, context);
  if (!original)
    return original.takeError();
  Expected<double> attention =
      file.getFloat(prefix + "scaling.attn_factor", 1e-3, 1e3, 1);
  if (!attention)
    return attention.takeError();
  return GgufTraining{*original, *attention};
}

static Expected<RopeFrequencies>
readGgufYarn(const GgufFile &file, const std::string &prefix, double theta,
             double factor, int64_t rotaryDims, int64_t context) {
  Expected<GgufTraining> training = readGgufTraining(file, prefix, context);
  if (!training)
    return training.takeError();
  Expected<double> fast =
      file.getFloat(prefix + "scaling.yarn_beta_fast", 1e-3, 1e6, 32);
  if (!fast)
    return fast.takeError();
  Expected<double> slow =
      file.getFloat(prefix + "scaling.yarn_beta_slow", 1e-3, 1e6, 1);
  if (!slow)
    return slow.takeError();
  Expected<double> multiplier =
      file.getFloat(prefix + "scaling.yarn_log_multiplier", 0, 1e3, 0);
  if (!multiplier)
    return multiplier.takeError();
  // Deepseek's factors of cosines are equal, which leaves one of scores.
  double ofCosines = *multiplier != 0 ? 1 : yarnMscale(factor);
  YarnScaling scaling{factor,
                      static_cast<double>(training->context),
                      *fast,
                      *slow,
                      /*truncate=*/true,
                      training->attention * ofCosines};
  RopeFrequencies rope = yarnFrequencies(theta, rotaryDims, scaling);
  double ofScores = yarnMscale(factor, 10 * *multiplier);
  rope.scoreScale = ofScores * ofScores;
  return rope;
}

/// The factors are tensors of their own; `attn_factor` is their mscale.
static Expected<RopeFrequencies>
readGgufLongRope(const GgufFile &file, const std::string &prefix, double theta,
                 int64_t rotaryDims, const RopeShape &shape) {
  Expected<GgufTraining> training =
      readGgufTraining(file, prefix, shape.context);
  if (!training)
    return training.takeError();
  RopeFrequencies rope = plainFrequencies(theta, rotaryDims);
  rope.mscale = training->attention;
  rope.divisors = shape.longestText() > training->context
                      ? "rope_factors_long.weight"
                      : "rope_factors_short.weight";
  return rope;
}

Expected<RopeFrequencies> llmc::readGgufRope(const GgufFile &file,
                                             StringRef architecture,
                                             const RopeShape &shape) {
  std::string prefix = (architecture + ".rope.").str();
  Expected<double> theta =
      file.getFloat(prefix + "freq_base", 1.001, greatestTheta, shape.theta);
  if (!theta)
    return theta.takeError();
  Expected<int64_t> dims = file.getInteger(prefix + "dimension_count", 2,
                                           shape.headDim, shape.headDim);
  if (!dims)
    return dims.takeError();
  if (*dims % 2)
    return fileError(file.fileName, "key '" + prefix + "dimension_count'",
                     "requires an even number, found " + Twine(*dims));
  Expected<double> older =
      file.getFloat(prefix + "scale_linear", 1, greatestFactor, 1);
  if (!older)
    return older.takeError();
  Expected<StringRef> type =
      file.getString(prefix + "scaling.type", *older == 1 ? "none" : "linear");
  if (!type)
    return type.takeError();
  Expected<double> factor =
      file.getFloat(prefix + "scaling.factor", 1, greatestFactor, *older);
  if (!factor)
    return factor.takeError();
  auto isFactors = [](const GgufTensor &tensor) {
    return tensor.name.starts_with("rope_factors_");
  };
  if (*type == "longrope" && count_if(file.tensors, isFactors) < 2)
    return fileError(file.fileName, "key '" + prefix + "scaling.type'",
                     "needs the tensors rope_factors_long.weight and "
                     "rope_factors_short.weight, found 'longrope' without "
                     "them");
  if (*type == "none" || *type == "longrope")
    return readGgufLongRope(file, prefix, *theta, *dims, shape);
  if (*type == "linear")
    return linearFrequencies(*theta, *dims, *factor);
  if (*type == "yarn")
    return readGgufYarn(file, prefix, *theta, *factor, *dims, shape.context);
  return fileError(file.fileName, "key '" + prefix + "scaling.type'",
                   "the rope scalings that can be imported are none, linear, "
                   "yarn and longrope, found " +
                       quote(*type));
}

Expected<RopeFrequencies> llmc::readGgufWindowRope(const GgufFile &file,
                                                   StringRef architecture,
                                                   const RopeShape &shape) {
  Expected<double> theta =
      file.getFloat((architecture + ".rope.freq_base_swa").str(), 1.001,
                    greatestTheta, shape.theta);
  if (!theta)
    return theta.takeError();
  return plainFrequencies(*theta, shape.headDim);
}
