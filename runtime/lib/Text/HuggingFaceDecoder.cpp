//===- HuggingFaceDecoder.cpp - the decoder of a tokenizer.json -----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Its steps work on one token at a time, so they run here, once per token of
// the vocabulary, and a program only looks up what a token adds to the text.
//===----------------------------------------------------------------------===//
#include "HuggingFaceJson.h"
#include "SentencePiece.h"
#include "Utf8.h"

#include <functional>

using namespace llmrt;
using namespace llmrt::text;

namespace {

void replaceEvery(std::string &text, std::string_view wanted,
                  std::string_view content) {
  std::string result;
  size_t done = 0;
  for (size_t at; (at = findText(text, wanted, done)) != text.npos;
       done = at + wanted.size())
    result.append(text, done, at - done).append(content);
  text = result.append(text, done);
}

/// What the reference calls cleaning up, in its order.
void cleanUp(std::string &text) {
  constexpr std::pair<std::string_view, std::string_view> rules[] = {
      {" .", "."},   {" ?", "?"},     {" !", "!"},    {" ,", ","},
      {" ' ", "'"},  {" n't", "n't"}, {" 'm", "'m"},  {" do not", " don't"},
      {" 's", "'s"}, {" 've", "'ve"}, {" 're", "'re"}};
  for (auto [wanted, content] : rules)
    replaceEvery(text, wanted, content);
}

/// Up to `count` times `character` from one end.
void stripEnd(std::string &text, std::string_view character, int32_t count,
              bool front) {
  for (; count > 0; --count)
    if (front && text.starts_with(character))
      text.erase(0, character.size());
    else if (!front && text.ends_with(character))
      text.resize(text.size() - character.size());
    else
      return;
}

class DecoderReader {
public:
  explicit DecoderReader(TokenizerModel &model) : model(model) {}

  Status read(const Json *decoder) {
    if (!decoder) {
      joinWithSpaces();
      return Status::ok();
    }
    return visitSequence(*decoder, "decoder", "decoders",
                         [&](const Json &json, const std::string &type) {
                           return readStep(json, type);
                         });
  }

  Status writeOutputs() {
    size_t limit = size_t(64) << 20, total = 0; // bytes
    for (const std::string &token : model.tokens)
      limit += 4 * token.size();
    model.outputs = model.tokens;
    for (std::string &output : model.outputs) {
      for (const auto &step : steps)
        if (output.size() <= longestOutput)
          step(output);
      total += output.size();
      if (output.size() > longestOutput || total > limit)
        return Status::error(
            "decoder makes more than " + std::to_string(longestOutput) +
            " bytes of a token, or " + std::to_string(limit) + " of all");
    }
    return Status::ok();
  }

private:
  static constexpr size_t longestOutput = 1 << 16; // bytes
  static constexpr size_t longestContent = 64;

  using Reader = Status (DecoderReader::*)(const Json &, const std::string &);

  Status readStep(const Json &json, const std::string &type) {
    constexpr std::pair<const char *, Reader> readers[] = {
        {"Replace", &DecoderReader::readReplace},
        {"ByteFallback", &DecoderReader::readByteFallback},
        {"Fuse", &DecoderReader::readFuse},
        {"Strip", &DecoderReader::readStrip},
        {"Metaspace", &DecoderReader::readMetaspace},
        {"WordPiece", &DecoderReader::readWordPiece}};
    if (fused && type != "Strip" && type != "Fuse")
      return Status::error("decoder has a " + type +
                           " behind a Fuse, supported is a Strip");
    for (auto [name, reader] : readers)
      if (type == name)
        return (this->*reader)(json, "decoder." + type);
    return Status::error("decoder.type is '" + type +
                         "', supported are ByteFallback, ByteLevel, Fuse, "
                         "Metaspace, Replace, Strip, WordPiece and Sequence");
  }

  Status readReplace(const Json &json, const std::string &place) {
    const Json *pattern = findMember(json, "pattern");
    const Json *literal = pattern ? findMember(*pattern, "String") : nullptr;
    if (!literal || !literal->is_string() ||
        literal->get_ref<const std::string &>().empty())
      return Status::error(place + ".pattern is not {\"String\": …}");
    Expected<std::string> content = readString(json, place, "content", "");
    if (!content)
      return content.status();
    if (content->size() > longestContent)
      return Status::error(place + ".content has " +
                           std::to_string(content->size()) +
                           " bytes, at most 64 are supported");
    steps.push_back([wanted = literal->get<std::string>(),
                     content = *content](std::string &text) {
      replaceEvery(text, wanted, content);
    });
    return Status::ok();
  }

  Status readByteFallback(const Json &, const std::string &) {
    steps.push_back([](std::string &text) {
      if (int byte = byteOfSpelling(text); byte >= 0)
        text.assign(1, char(byte));
    });
    return Status::ok();
  }

  Status readFuse(const Json &, const std::string &) {
    fused = true;
    return Status::ok();
  }

  Status readStrip(const Json &json, const std::string &place) {
    int32_t counts[2] = {0, 0};
    for (auto [name, count] :
         {std::pair("start", &counts[0]), std::pair("stop", &counts[1])})
      if (const Json *value = findMember(json, name)) {
        Expected<int32_t> read = readId(*value, place + "." + name);
        if (!read)
          return Status::error(place + "." + name + " is not a count");
        *count = *read;
      }
    Expected<std::string> content = readString(json, place, "content", " ");
    if (!content)
      return content.status();
    if (fused) { // of the whole text, which comes in pieces
      if (*content != " " || counts[1] != 0)
        return Status::error(place + " behind a Fuse strips '" + *content +
                             "', supported are spaces at the start");
      model.firstToken = FirstToken::StripSpaces;
      model.stripSpaces = uint32_t(counts[0]);
      return Status::ok();
    }
    steps.push_back([content = *content, start = counts[0],
                     stop = counts[1]](std::string &text) {
      stripEnd(text, content, start, /*front=*/true);
      stripEnd(text, content, stop, /*front=*/false);
    });
    return Status::ok();
  }

  Status readMetaspace(const Json &json, const std::string &place) {
    Expected<std::string> mark =
        readString(json, place, "replacement", metaspace.data());
    if (!mark)
      return mark.status();
    Expected<PrefixScheme> prefix = readPrefixScheme(json, place);
    if (!prefix)
      return prefix.status();
    bool drops = *prefix != PrefixScheme::Never;
    if (mark->empty() || (drops && *mark != metaspace))
      return Status::error(place + ".replacement is '" + *mark +
                           "', supported is '" + std::string(metaspace) + "'");
    if (drops)
      model.firstToken = FirstToken::DropMetaspace;
    steps.push_back(
        [mark = *mark](std::string &text) { replaceEvery(text, mark, " "); });
    return Status::ok();
  }

  Status readWordPiece(const Json &json, const std::string &place) {
    Expected<std::string> prefix = readString(json, place, "prefix", "##");
    if (!prefix)
      return prefix.status();
    Expected<bool> clean = readBool(json, place, "cleanup", true);
    if (!clean)
      return clean.status();
    if (*prefix != model.continuingPrefix)
      return Status::error(place + ".prefix is '" + *prefix +
                           "', the model's is '" + model.continuingPrefix +
                           "'");
    joinWithSpaces();
    if (*clean)
      steps.push_back(cleanUp);
    return Status::ok();
  }

  /// A space before every token but continuations and the first.
  void joinWithSpaces() {
    model.firstToken = FirstToken::WordPiece;
    steps.push_back([prefix = model.continuingPrefix](std::string &text) {
      if (!prefix.empty() && text.starts_with(prefix))
        text.erase(0, prefix.size());
      else
        text.insert(0, " ");
    });
  }

  TokenizerModel &model;
  std::vector<std::function<void(std::string &)>> steps;
  bool fused = false;
};

/// Byte-level vocabularies have one way to decode.
Status checkByteLevel(const Json *decoder) {
  if (!decoder)
    return Status::ok();
  return visitSequence(*decoder, "decoder", "decoders",
                       [](const Json &, const std::string &type) {
                         if (type == "ByteLevel")
                           return Status::ok();
                         return Status::error("decoder.type is '" + type +
                                              "', supported for a byte-level "
                                              "vocabulary is ByteLevel");
                       });
}

} // namespace

Status text::readDecoder(const Json *decoder, TokenizerModel &result) {
  if (result.kind == TokenizerKind::ByteLevelBpe)
    return checkByteLevel(decoder);
  DecoderReader reader(result);
  if (Status status = reader.read(decoder); status.failed())
    return status;
  return reader.writeOutputs();
}
