//===- PositionFeatures.cpp - windows, rotations, tables of positions -----===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Features.h"

#include "ModelInfo.h"

#include "llmc/Weights/Errors.h"

using namespace llvm;
using namespace llmc;
using namespace llmc::features;
using namespace mlir::llm;

Feature features::theta(double base) {
  return [base](Keys &, Decoder &model) { model.rotaryTheta = base; };
}

Feature features::partialRotary(double part) {
  return [part](Keys &, Decoder &model) { model.rotaryPart = part; };
}

void features::tied(Keys &, Decoder &model) { model.tiedHead = true; }

Feature features::learnedPositions(int64_t rowsBefore) {
  return [rowsBefore](Keys &, Decoder &model) {
    model.rotary = false;
    model.learnedPositions = rowsBefore;
  };
}

//===----------------------------------------------------------------------===//
// Windows
//===----------------------------------------------------------------------===//

using Slides = function_ref<bool(int64_t)>;
static constexpr Key layerTypes = {"layer_types", ""};

/// `layer_types`, one per layer, in place of the family's rule.
static void applyTypes(Keys &keys, ArrayRef<std::string> types, Decoder &model,
                       std::vector<bool> &slides) {
  if (types.empty())
    return;
  if (types.size() != static_cast<size_t>(model.layers))
    return keys.failKey(layerTypes, "requires one entry for each of the " +
                                        Twine(model.layers) + " layers");
  for (auto [i, type] : enumerate(types)) {
    if (type != "full_attention" && type != "sliding_attention")
      return keys.failKey(layerTypes, "knows full_attention and "
                                      "sliding_attention: layer " +
                                          Twine(i) + " is " + quote(type));
    slides[i] = type == "sliding_attention";
  }
}

/// A GGUF file's own pattern: a period, or a flag per layer.
static void applyPattern(Keys &keys, Decoder &model,
                         std::vector<bool> &slides) {
  constexpr Key pattern = {"", "attention.sliding_window_pattern"};
  std::string full = keys.source.architecture + "." + pattern.gguf.str();
  const GgufValue *value = keys.source.gguf->find(full);
  if (!value) {
    keys.ignore({pattern});
    return;
  }
  if (value->type != GgufType::Array) {
    int64_t period = keys.integer(pattern, Limits::layers);
    for (int64_t i = 0; i < model.layers; ++i)
      slides[i] = (i + 1) % period != 0;
    return;
  }
  keys.ignore({pattern});
  if (value->elementType != GgufType::Bool ||
      value->count < static_cast<uint64_t>(model.layers))
    return keys.failKey(pattern, "requires one flag for each of the " +
                                     Twine(model.layers) + " layers");
  for (int64_t i = 0; i < model.layers; ++i)
    slides[i] = value->bytes[i] != 0;
}

/// `absent` is the window where the source names none; 0: none.
static void readWindows(Keys &keys, Decoder &model, bool used, Slides rule,
                        int64_t absent = 0) {
  constexpr Key window = {"sliding_window", "attention.sliding_window"};
  std::vector<bool> slides;
  for (int64_t i = 0; i < model.layers; ++i)
    slides.push_back(rule(i));
  applyTypes(keys, keys.texts(layerTypes), model, slides);
  if (keys.isGguf())
    applyPattern(keys, model, slides);
  int64_t left = keys.count(window, Limits::context, absent);
  for (int64_t i = 0; i < model.layers; ++i)
    model.layer[i].left = used && left > 0 && slides[i] ? left - 1 : -1;
}

Feature features::windows(int64_t period, int64_t width, StringRef flag,
                          bool absent) {
  return [=](Keys &keys, Decoder &model) {
    bool used = flag.empty() || keys.isGguf() || keys.flag({flag, ""}, absent);
    keys.ignore({{"max_window_layers", ""}});
    int64_t each = period;
    if (period > 1)
      each =
          keys.integer({"sliding_window_pattern|_sliding_window_pattern", ""},
                       Limits::layers, period);
    // Converters of gemma2's first days left its window out.
    bool isOurs = keys.isGguf() ? keys.source.architecture == "gemma2"
                                : !keys.source.config->names("sliding_window");
    readWindows(
        keys, model, used,
        [each](int64_t i) { return each <= 1 || (i + 1) % each != 0; },
        isOurs ? width : 0);
  };
}

void features::qwenWindows(Keys &keys, Decoder &model) {
  bool used = keys.isGguf() || keys.flag({"use_sliding_window", ""}, false);
  std::vector<int64_t> first =
      keys.integers({"max_window_layers", ""}, 0, Limits::layers);
  int64_t from = first.empty() ? 28 : first.front();
  readWindows(
      keys, model, used, [from](int64_t i) { return i >= from; },
      keys.isGguf() ? 0 : 4096);
}

//===----------------------------------------------------------------------===//
// Layers that differ in their rotation
//===----------------------------------------------------------------------===//

void features::localRotary(Keys &keys, Decoder &model) {
  model.windowRope = true;
  for (LayerFacts &layer : model.layer)
    layer.rope = layer.left >= 0 ? 1 : 0;
}

void features::rotaryInWindows(Keys &keys, Decoder &model) {
  for (LayerFacts &layer : model.layer)
    layer.rope = layer.left >= 0 ? 0 : -1;
}

/// `no_rope_layers` has 1 for a layer that rotates; else every fourth does not,
/// which GGUF files do not say.
void features::layersWithoutRotary(Keys &keys, Decoder &model) {
  constexpr Key list = {"no_rope_layers", ""};
  int64_t each =
      keys.integer({"no_rope_layer_interval", ""}, Limits::layers, 4);
  std::vector<int64_t> rotates = keys.integers(list, 0, 1);
  if (!rotates.empty() && rotates.size() != model.layer.size())
    return keys.failKey(list, "requires one entry for each of the " +
                                  Twine(model.layers) + " layers");
  for (auto [i, layer] : enumerate(model.layer)) {
    bool is = rotates.empty() ? (static_cast<int64_t>(i) + 1) % each != 0
                              : rotates[i] != 0;
    layer.rope = is ? 0 : -1;
  }
}
