//===- SamplingDefaults.cpp - how the model's makers sample ---------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A small model that is asked greedily answers in circles; its makers mostly
// say how it wants to be asked. transformers keeps that in
// generation_config.json, llama.cpp in the keys general.sampling.*.
//===----------------------------------------------------------------------===//
#include "SamplingDefaults.h"

#include "mlir/IR/Builders.h"

#include <cmath>

using namespace llvm;
using namespace llmc;

namespace {

/// What a sampler takes; runtime/lib/Sample checks the same ranges.
struct Range {
  double min, max;
};
constexpr Range temperatures = {0, 100}, shares = {0, 1},
                penalties = {0.01, 100};
// Some files say -1 for "all", as vLLM does.
constexpr int64_t fewest = -1, most = 1 << 24;

/// Collects the entries; keeps the first error.
class Entries {
public:
  explicit Entries(mlir::MLIRContext &context) : builder(&context) {}

  void add(StringRef name, Expected<double> value) {
    if (!value)
      return keep(value.takeError());
    if (!std::isnan(*value))
      attributes.push_back(
          builder.getNamedAttr(name, builder.getF64FloatAttr(*value)));
  }
  void add(StringRef name, Expected<int64_t> value) {
    if (!value)
      return keep(value.takeError());
    if (*value != absent)
      attributes.push_back(builder.getNamedAttr(
          name, builder.getI64IntegerAttr(std::max<int64_t>(*value, 0))));
  }
  Expected<mlir::DictionaryAttr> take() {
    if (!problem.empty())
      return createStringError(problem);
    return attributes.empty() ? mlir::DictionaryAttr()
                              : builder.getDictionaryAttr(attributes);
  }

  static constexpr int64_t absent = INT64_MIN;

private:
  mlir::Builder builder;
  SmallVector<mlir::NamedAttribute> attributes;
  std::string problem;

  void keep(Error error) {
    std::string message = toString(std::move(error));
    if (problem.empty())
      problem = message;
  }
};

} // namespace

/// top-p of 0 keeps the best token alone, as the smallest positive one does.
static Expected<double> positive(Expected<double> share) {
  if (share && *share == 0)
    return 1e-6;
  return share;
}

static void readGguf(const GgufFile &file, Entries &entries) {
  auto number = [&](StringRef key, Range range) {
    return file.getFloat(("general.sampling." + key).str(), range.min,
                         range.max, NAN);
  };
  auto count = [&](StringRef key) {
    return file.getInteger(("general.sampling." + key).str(), fewest, most,
                           Entries::absent);
  };
  entries.add("temperature", number("temp", temperatures));
  entries.add("top_k", count("top_k"));
  entries.add("top_p", positive(number("top_p", shares)));
  entries.add("min_p", number("min_p", shares));
  entries.add("repetition_penalty", number("penalty_repeat", penalties));
  entries.add("repetition_window", count("penalty_last_n"));
}

static void readHuggingFace(HfConfig &config, Entries &entries) {
  auto number = [&](StringRef key, Range range) {
    return config.getFloat(key, range.min, range.max, NAN);
  };
  // Its authors ask it greedily; what stands beside it is then without effect.
  Expected<bool> samples = config.getBool("do_sample", true);
  if (!samples)
    return entries.add("temperature", Expected<double>(samples.takeError()));
  if (!*samples)
    return entries.add("temperature", Expected<double>(0.0));
  entries.add("temperature", number("temperature", temperatures));
  entries.add("top_k",
              config.getInteger("top_k", fewest, most, Entries::absent));
  entries.add("top_p", positive(number("top_p", shares)));
  entries.add("min_p", number("min_p", shares));
  entries.add("repetition_penalty", number("repetition_penalty", penalties));
}

Expected<mlir::DictionaryAttr>
llmc::readSamplingDefaults(Source &source, mlir::MLIRContext &context) {
  Entries entries(context);
  if (source.gguf)
    readGguf(*source.gguf, entries);
  else if (source.generation)
    readHuggingFace(*source.generation, entries);
  return entries.take();
}
