//===- HuggingFaceNormalizer.cpp - the normaliser of a tokenizer.json -----===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "HuggingFaceJson.h"

#include <optional>

using namespace llmrt;
using namespace llmrt::text;

namespace {

using Kind = NormalizerStep::Kind;

/// The bytes that base64 (RFC 4648) spells, or nothing.
std::optional<std::string> decodeBase64(std::string_view text) {
  constexpr std::string_view digits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  while (text.ends_with('='))
    text.remove_suffix(1);
  std::string bytes;
  uint32_t bits = 0;
  int count = 0;
  for (char c : text) {
    size_t digit = digits.find(c);
    if (digit == digits.npos)
      return std::nullopt;
    bits = bits << 6 | uint32_t(digit);
    count += 6;
    if (count >= 8) {
      count -= 8;
      bytes += char(bits >> count);
    }
  }
  return bytes;
}

Status readReplace(const Json &json, const std::string &place,
                   NormalizerStep &step) {
  step.kind = Kind::Replace;
  if (Status status = readPattern(json, place, step.pattern, step.literal);
      status.failed())
    return status;
  Expected<std::string> content = readString(json, place, "content", "");
  if (!content)
    return content.status();
  step.content = *content;
  return Status::ok();
}

Status readPrepend(const Json &json, const std::string &place,
                   NormalizerStep &step) {
  step.kind = Kind::Prepend;
  Expected<std::string> content = readString(json, place, "prepend", "");
  if (!content)
    return content.status();
  step.content = *content;
  return Status::ok();
}

Status readStrip(const Json &json, const std::string &place,
                 NormalizerStep &step) {
  step.kind = Kind::Strip;
  for (auto [name, flag] : {std::pair("strip_left", &step.left),
                            std::pair("strip_right", &step.right)}) {
    Expected<bool> value = readBool(json, place, name, true);
    if (!value)
      return value.status();
    *flag = *value;
  }
  return Status::ok();
}

Status readCharsmap(const Json &json, const std::string &place,
                    NormalizerStep &step) {
  step.kind = Kind::Charsmap;
  step.byGrapheme = true;
  Expected<std::string> text =
      readString(json, place, "precompiled_charsmap", "");
  if (!text)
    return text.status();
  std::optional<std::string> bytes = decodeBase64(*text);
  if (!bytes)
    return Status::error(place + ".precompiled_charsmap is not base64");
  step.pattern = std::move(*bytes);
  return Status::ok();
}

struct StepReader {
  const char *type;
  Status (*read)(const Json &, const std::string &, NormalizerStep &);
};

constexpr StepReader stepReaders[] = {{"Replace", readReplace},
                                      {"Prepend", readPrepend},
                                      {"Strip", readStrip},
                                      {"Precompiled", readCharsmap}};

/// Steps that have no options.
constexpr std::pair<const char *, Kind> plainSteps[] = {
    {"NFC", Kind::Nfc},
    {"NFD", Kind::Nfd},
    {"NFKC", Kind::Nfkc},
    {"NFKD", Kind::Nfkd},
    {"Lowercase", Kind::Lowercase},
    {"StripAccents", Kind::StripAccents}};

Status readBert(const Json &json, TokenizerModel &result) {
  const std::string place = "normalizer.BertNormalizer";
  Expected<bool> lowercase = readBool(json, place, "lowercase", true);
  if (!lowercase)
    return lowercase.status();
  // In the order in which they run; accents go with the case unless said.
  for (auto [name, absent, kind] :
       {std::tuple("clean_text", true, Kind::CleanText),
        std::tuple("handle_chinese_chars", true, Kind::SpaceIdeographs),
        std::tuple("strip_accents", *lowercase, Kind::StripBertAccents),
        std::tuple("lowercase", true, Kind::Lowercase)}) {
    Expected<bool> value = readBool(json, place, name, absent);
    if (!value)
      return value.status();
    if (!*value)
      continue;
    result.normalizers.emplace_back().kind = kind;
  }
  return Status::ok();
}

Status readStep(const Json &json, const std::string &type,
                TokenizerModel &result) {
  if (type == "BertNormalizer")
    return readBert(json, result);
  for (auto [name, kind] : plainSteps)
    if (type == name) {
      result.normalizers.emplace_back().kind = kind;
      return Status::ok();
    }
  for (const StepReader &reader : stepReaders)
    if (type == reader.type) {
      NormalizerStep step;
      Status status = reader.read(json, "normalizer." + type, step);
      result.normalizers.push_back(std::move(step));
      return status;
    }
  return Status::error(
      "normalizer.type is '" + type +
      "', supported are BertNormalizer, Lowercase, NFC, NFD, NFKC, NFKD, "
      "Precompiled, Prepend, Replace, Strip, StripAccents and Sequence");
}

} // namespace

Status text::readNormalizer(const Json *normalizer, TokenizerModel &result) {
  if (!normalizer)
    return Status::ok();
  return visitSequence(*normalizer, "normalizer", "normalizers",
                       [&](const Json &json, const std::string &type) {
                         return readStep(json, type, result);
                       });
}
