//===- Embedder.cpp - the vectors of texts --------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "llmrt/Embedder.h"

#include "llmrt/ModelInfo.h"

#include <algorithm>
#include <cassert>
#include <numeric>

using namespace llmrt;

//===----------------------------------------------------------------------===//
// What the model's makers say
//===----------------------------------------------------------------------===//

static int64_t wholeOf(const Json &facts, const char *key) {
  return facts.contains(key) && facts[key].is_number_integer()
             ? facts[key].get<int64_t>()
             : 0;
}

static Json embeddingOf(const Json &info) {
  return info.contains("embedding") && info["embedding"].is_object()
             ? info["embedding"]
             : Json::object();
}

/// The model's pooling, else what suits most encoders.
static Expected<Pooling> readPooling(const Json &own,
                                     const EmbedderWords &words) {
  if (!own.contains("pooling") || !own["pooling"].is_string() ||
      own["pooling"] == "mean")
    return Pooling::Mean;
  if (own["pooling"] == "cls")
    return Pooling::Cls;
  std::string name = own["pooling"].get<std::string>();
  std::erase_if(name, [](unsigned char c) { return c < ' ' || c == 127; });
  return Status::error("the model pools by '" + name +
                       "', which is not supported: " + words.takePooling);
}

static int64_t readMostTokens(const Json &info, const Json &own) {
  const int64_t positions = wholeOf(info, "context_length"),
                most = wholeOf(own, "max_tokens");
  return most > 0 && positions > 0 ? std::min(most, positions)
                                   : std::max(most, positions);
}

Expected<std::unique_ptr<Embedder>> Embedder::create(const Program &program,
                                                     EmbedderOptions options) {
  if (!program.isFunction())
    return Status::error("this program completes text and has no embeddings: "
                         "compile an encoder (bert, modernbert, or an ONNX "
                         "file of one)");
  auto function = program.createFunction(options.threads);
  if (!function)
    return function.status();
  auto encoder = TextEncoder::open(**function);
  if (!encoder)
    return encoder.status();
  auto info = modelInfo(program);
  if (!info)
    return info.status();
  const Json own = embeddingOf(*info);
  auto pooling = options.pooling ? Expected<Pooling>(*options.pooling)
                                 : readPooling(own, options.words);
  if (!pooling)
    return pooling.status();
  auto tokenizer = program.needTokenizer();
  if (!tokenizer)
    return Status::error(tokenizer.message() + ": " + options.words.call);
  auto ofNothing = (*tokenizer)->encode("");
  if (!ofNothing)
    return ofNothing.status();
  std::unique_ptr<Embedder> made(new Embedder(std::move(*function), *encoder,
                                              **tokenizer, std::move(options)));
  made->pooling = *pooling;
  made->normalize = made->options.normalize.value_or(
      own.contains("normalize") && own["normalize"] == Json(true));
  made->most = readMostTokens(*info, own);
  made->ofNothing = std::move(*ofNothing);
  return made;
}

//===----------------------------------------------------------------------===//
// Tokens
//===----------------------------------------------------------------------===//

/// Leaves the beginning of a text and the tokens that the model puts behind one.
Status Embedder::cut(std::vector<int32_t> &ids,
                     const std::string &which) const {
  const auto count = static_cast<int64_t>(ids.size());
  if (most <= 0 || count <= most)
    return Status::ok();
  if (!options.truncate)
    return Status::error(which + " has " + std::to_string(count) +
                         " tokens, the model reads " + std::to_string(most) +
                         ": split it, or " + options.words.truncate);
  size_t behind = 0;
  while (behind < ofNothing.size() &&
         ids[ids.size() - 1 - behind] ==
             ofNothing[ofNothing.size() - 1 - behind])
    ++behind;
  behind = std::min(behind, static_cast<size_t>(most));
  ids.erase(ids.begin() + (most - static_cast<int64_t>(behind)),
            ids.end() - static_cast<int64_t>(behind));
  return Status::ok();
}

Expected<Embedder::Tokens>
Embedder::encode(std::span<const std::string> texts) const {
  Tokens all;
  for (const std::string &text : texts) {
    const std::string which =
        texts.size() == 1
            ? "the text"
            : options.words.text + " " +
                  std::to_string(all.size() + options.words.firstText);
    auto ids = tokenizer.encode(text);
    if (!ids)
      return Status::error(which + ": " + ids.message());
    if (ids->empty())
      return Status::error(which + " has no tokens: give a text with letters");
    if (Status status = cut(*ids, which); !status)
      return status;
    all.push_back(std::move(*ids));
  }
  return all;
}

//===----------------------------------------------------------------------===//
// Vectors
//===----------------------------------------------------------------------===//

/// Whether a text may be padded to `longest` tokens: where that is a quarter of the
/// work at most, or a few tokens.
bool Embedder::isAlike(size_t tokens, size_t longest) const {
  constexpr size_t few = 8;
  return tokens == longest ||
         (encoder.takesPadding() &&
          (4 * tokens >= 3 * longest || longest - tokens <= few));
}

Status Embedder::embed(std::span<const std::string> given,
                       std::span<float> vectors) {
  auto texts = encode(given);
  if (!texts)
    return texts.status();
  std::vector<size_t> order(texts->size());
  std::iota(order.begin(), order.end(), size_t(0));
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    return (*texts)[a].size() > (*texts)[b].size();
  });
  const auto width = static_cast<size_t>(columns()),
             batch = static_cast<size_t>(options.batch);
  assert(vectors.size() == given.size() * width && "[texts, E]");
  for (size_t begin = 0, end; begin < order.size(); begin = end) {
    const size_t longest = (*texts)[order[begin]].size();
    std::vector<std::span<const int32_t>> rows;
    for (end = begin; end < order.size() && rows.size() < batch; ++end) {
      const std::vector<int32_t> &text = (*texts)[order[end]];
      if (!isAlike(text.size(), longest))
        break;
      rows.emplace_back(text);
    }
    Status status =
        encoder.encode(rows, [&](size_t i, std::span<const float> states) {
          poolRows(states, pooling, normalize,
                   vectors.subspan(order[begin + i] * width, width));
        });
    if (!status)
      return status;
  }
  return Status::ok();
}
