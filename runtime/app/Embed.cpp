//===- Embed.cpp - the vectors of texts -----------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// As sentence-transformers makes them. Texts of like length are one batch, for
// what is padding is computed too; results come in the order of the texts.
//===----------------------------------------------------------------------===//
#include "Description.h"
#include "Npy.h"
#include "TextEncoder.h"

#include <algorithm>
#include <charconv>
#include <numeric>

using namespace llmrt;
using namespace llmrt::app;

namespace {

/// The command line's word, else the model's, else what suits most encoders.
struct EmbedPlan {
  Pooling pooling = Pooling::Mean;
  bool normalize = false;
  int64_t mostTokens = 0; // 0: no limit is known
};

int64_t wholeOf(const Json &facts, const char *key) {
  return facts.contains(key) && facts[key].is_number_integer()
             ? facts[key].get<int64_t>()
             : 0;
}

Expected<EmbedPlan> planEmbedding(const Application &program,
                                  const EmbedOptions &options) {
  auto info = modelInfo(program);
  if (!info)
    return info.status();
  const Json own =
      info->contains("embedding") && (*info)["embedding"].is_object()
          ? (*info)["embedding"]
          : Json::object();
  EmbedPlan plan;
  std::string pooling = options.pooling;
  if (pooling.empty())
    pooling = own.contains("pooling") && own["pooling"].is_string()
                  ? own["pooling"].get<std::string>()
                  : "mean";
  if (pooling != "mean" && pooling != "cls")
    return Status::error("the model pools by '" + asLine(pooling) +
                         "', which is not supported: give --pooling mean or "
                         "--pooling cls");
  plan.pooling = pooling == "cls" ? Pooling::Cls : Pooling::Mean;
  plan.normalize = options.normalize.value_or(own.contains("normalize") &&
                                              own["normalize"] == Json(true));
  const int64_t positions = wholeOf(*info, "context_length"),
                most = wholeOf(own, "max_tokens");
  plan.mostTokens = most > 0 && positions > 0 ? std::min(most, positions)
                                              : std::max(most, positions);
  return plan;
}

/// The text of the command line, or the lines of a file.
Expected<std::vector<std::string>> readTexts(const Application &program,
                                             const EmbedOptions &options) {
  if (options.file.empty() && options.text.empty())
    return Status::error("nothing to embed: give a TEXT, or -f FILE with one "
                         "text on each line");
  if (options.file.empty())
    return std::vector<std::string>{options.text};
  constexpr size_t mostBytes = size_t(1) << 30;
  auto all = program.readChecked(options.file, mostBytes);
  if (!all)
    return all.status();
  if (all->size() > mostBytes)
    return Status::error(options.file + ": is larger than 1 GiB: split it");
  std::vector<std::string> texts;
  for (size_t begin = 0; begin < all->size();) {
    const size_t end = std::min(all->find('\n', begin), all->size());
    texts.push_back(all->substr(begin, end - begin));
    if (texts.back().ends_with('\r'))
      texts.back().pop_back();
    begin = end + 1;
  }
  if (texts.empty())
    return Status::error(options.file + ": is empty: give one text on each "
                                        "line");
  return texts;
}

/// Leaves the beginning of a text and the tokens that the model puts behind one.
void cutTokens(std::vector<int32_t> &ids, std::span<const int32_t> ofNothing,
               int64_t most) {
  size_t behind = 0;
  while (behind < ofNothing.size() &&
         ids[ids.size() - 1 - behind] ==
             ofNothing[ofNothing.size() - 1 - behind])
    ++behind;
  behind = std::min(behind, static_cast<size_t>(most));
  ids.erase(ids.begin() + (most - static_cast<int64_t>(behind)),
            ids.end() - static_cast<int64_t>(behind));
}

Expected<std::vector<std::vector<int32_t>>>
encodeTexts(const Application &program, const EmbedOptions &options,
            const std::vector<std::string> &texts, int64_t most) {
  auto tokenizer = program.Program::needTokenizer();
  if (!tokenizer)
    return Status::error(tokenizer.message() +
                         ": 'call' runs it on token ids in .npy files");
  auto ofNothing = (*tokenizer)->encode("");
  if (!ofNothing)
    return ofNothing.status();
  std::vector<std::vector<int32_t>> all;
  for (const std::string &text : texts) {
    const std::string which = texts.size() == 1
                                  ? "the text"
                                  : "line " + std::to_string(all.size() + 1);
    auto ids = (*tokenizer)->encode(text);
    if (!ids)
      return Status::error(which + ": " + ids.message());
    if (ids->empty())
      return Status::error(which + " has no tokens: give a text with letters");
    const auto count = static_cast<int64_t>(ids->size());
    if (most > 0 && count > most && !options.truncate)
      return Status::error(which + " has " + std::to_string(count) +
                           " tokens, the model reads " + std::to_string(most) +
                           ": split it, or give --truncate to embed its "
                           "beginning");
    if (most > 0 && count > most)
      cutTokens(*ids, *ofNothing, most);
    all.push_back(std::move(*ids));
  }
  return all;
}

/// Whether a text may be padded to `longest` tokens: where that is a quarter of the
/// work at most, or a few tokens.
bool isAlike(const TextEncoder &encoder, size_t tokens, size_t longest) {
  constexpr size_t few = 8;
  return tokens == longest ||
         (encoder.takesPadding() &&
          (4 * tokens >= 3 * longest || longest - tokens <= few));
}

/// All vectors, [texts, columns].
Expected<std::vector<float>>
embedAll(TextEncoder &encoder, const std::vector<std::vector<int32_t>> &texts,
         const EmbedPlan &plan, size_t batch) {
  std::vector<size_t> order(texts.size());
  std::iota(order.begin(), order.end(), size_t(0));
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    return texts[a].size() > texts[b].size();
  });
  const auto width = static_cast<size_t>(encoder.columns());
  std::vector<float> vectors(texts.size() * width);
  for (size_t begin = 0, end; begin < order.size(); begin = end) {
    const size_t longest = texts[order[begin]].size();
    std::vector<std::span<const int32_t>> rows;
    for (end = begin; end < order.size() && rows.size() < batch; ++end) {
      const std::vector<int32_t> &text = texts[order[end]];
      if (!isAlike(encoder, text.size(), longest))
        break;
      rows.emplace_back(text);
    }
    Status status =
        encoder.encode(rows, [&](size_t i, std::span<const float> states) {
          poolRows(states, plan.pooling, plan.normalize,
                   std::span(vectors).subspan(order[begin + i] * width, width));
        });
    if (!status)
      return status;
  }
  return vectors;
}

/// One JSON array of numbers on each line.
Status printVectors(Output &out, std::span<const float> vectors, size_t width) {
  for (size_t begin = 0; begin < vectors.size(); begin += width) {
    std::string line = "[";
    for (float number : vectors.subspan(begin, width)) {
      char digits[32];
      line.append(line.size() > 1 ? ", " : "");
      line.append(digits,
                  std::to_chars(digits, digits + sizeof digits, number).ptr);
    }
    if (Status status = out.write(line + "]\n"); !status)
      return status;
  }
  return Status::ok();
}

Status writeVectors(const std::string &path, std::span<const float> vectors,
                    size_t width) {
  auto output = PendingOutput::create(path);
  if (!output)
    return output.status();
  const int64_t shape[] = {static_cast<int64_t>(vectors.size() / width),
                           static_cast<int64_t>(width)};
  const std::string header = npyHeader(shape);
  auto bytes = std::as_bytes(vectors);
  for (std::string_view part :
       {std::string_view(header),
        std::string_view(reinterpret_cast<const char *>(bytes.data()),
                         bytes.size())})
    if (Status status = output->write(part); !status)
      return status;
  return output->keep();
}

} // namespace

Status app::embed(Application &program, const EmbedOptions &options) {
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
  auto plan = planEmbedding(program, options);
  if (!plan)
    return plan.status();
  auto texts = readTexts(program, options);
  if (!texts)
    return texts.status();
  auto ids = encodeTexts(program, options, *texts, plan->mostTokens);
  if (!ids)
    return ids.status();
  auto vectors =
      embedAll(*encoder, *ids, *plan, static_cast<size_t>(options.batch));
  if (!vectors)
    return vectors.status();
  const auto width = static_cast<size_t>(encoder->columns());
  return options.out.empty() ? printVectors(program.out, *vectors, width)
                             : writeVectors(options.out, *vectors, width);
}
