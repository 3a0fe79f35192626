//===- HuggingFaceJson.cpp - reading tokenizer.json without trust ---------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The parser recurses, and a value takes far more memory than its text: "[],"
// is 80 bytes of values. One pass over the text bounds both before it parses.
// (The parser's own callback would, too, but takes time quadratic in a list.)
//===----------------------------------------------------------------------===//
#include "HuggingFaceJson.h"

#include <limits>

using namespace llmrt;
using namespace llmrt::text;

namespace {

constexpr int depthLimit = 64;

/// What the values may take: a vocabulary of 262144 tokens with 580000 merges
/// takes 210 MiB.
constexpr size_t memoryLimit = size_t(384) << 20;

// Bytes at most, an allocator's words and a vector's growth among them.
constexpr size_t scalarMemory = 3 * sizeof(Json);
constexpr size_t textMemory = scalarMemory + sizeof(std::string) + 16;
constexpr size_t arrayMemory = scalarMemory + sizeof(Json::array_t) + 16;
constexpr size_t objectMemory = scalarMemory + sizeof(Json::object_t) + 16;
constexpr size_t memberMemory = 48; // of the tree's node, beside its two values

/// How deep a text nests and what its values take. Of a text that is no JSON
/// the numbers mean nothing, and the parser says so.
struct JsonExtent {
  int depth = 0;
  size_t memory = 0;

  explicit JsonExtent(std::string_view text) {
    int open = 0;
    for (size_t at = 0; at < text.size(); ++at) {
      char c = text[at];
      if (c == '"') {
        size_t begin = at;
        for (++at; at < text.size() && text[at] != '"'; ++at)
          at += text[at] == '\\';
        memory += textMemory + (at - begin);
      } else if (c == '[' || c == '{') {
        memory += c == '[' ? arrayMemory : objectMemory;
        depth = std::max(depth, ++open);
      } else if (c == ']' || c == '}') {
        --open;
      } else if (c == ',') {
        memory += scalarMemory;
      } else if (c == ':') {
        memory += memberMemory + scalarMemory;
      }
    }
  }
};

std::string placeOf(const std::string &place, const char *name) {
  return place + "." + name;
}

} // namespace

Expected<Json> text::parseJson(std::string_view source,
                               const std::string &file) {
  JsonExtent extent(source);
  if (extent.depth > depthLimit)
    return Status::error(file + " nests deeper than " +
                         std::to_string(depthLimit) + " levels");
  if (extent.memory > memoryLimit)
    return Status::error(file + " holds more than " +
                         std::to_string(memoryLimit >> 20) + " MiB of values");
  Json json = Json::parse(source.begin(), source.end(), nullptr,
                          /*allow_exceptions=*/false);
  if (json.is_discarded())
    return Status::error(file + " is not valid JSON");
  return json;
}

Expected<Json> text::parseTokenizerConfig(std::string_view text) {
  return text.empty() ? Expected<Json>(nullptr)
                      : parseJson(text, "tokenizer_config.json");
}

const Json *text::findMember(const Json &object, const char *name) {
  if (!object.is_object())
    return nullptr;
  auto found = object.find(name);
  return found == object.end() || found->is_null() ? nullptr : &*found;
}

Expected<bool> text::readBool(const Json &object, const std::string &place,
                              const char *name, bool absent) {
  const Json *value = findMember(object, name);
  if (!value)
    return absent;
  if (!value->is_boolean())
    return Status::error(placeOf(place, name) + " is not true or false");
  return value->get<bool>();
}

Expected<std::string> text::readString(const Json &object,
                                       const std::string &place,
                                       const char *name, const char *absent) {
  const Json *value = findMember(object, name);
  if (!value)
    return std::string(absent);
  if (!value->is_string())
    return Status::error(placeOf(place, name) + " is not a string");
  return value->get_ref<const std::string &>();
}

Status text::readPattern(const Json &object, const std::string &place,
                         std::string &pattern, bool &literal) {
  const Json *given = findMember(object, "pattern");
  const Json *regex = given ? findMember(*given, "Regex") : nullptr;
  const Json *plain = given ? findMember(*given, "String") : nullptr;
  const Json *text = regex ? regex : plain;
  if (!text || !text->is_string())
    return Status::error(placeOf(place, "pattern") +
                         " is neither {\"Regex\": …} nor {\"String\": …}");
  pattern = text->get_ref<const std::string &>();
  literal = !regex;
  return Status::ok();
}

Expected<int32_t> text::readId(const Json &value, const std::string &place) {
  if (!value.is_number_unsigned() ||
      value.get<uint64_t>() > uint64_t(std::numeric_limits<int32_t>::max() - 1))
    return Status::error(place + " is not a token id");
  return int32_t(value.get<uint64_t>());
}

Expected<std::string> text::readType(const Json &value,
                                     const std::string &place) {
  if (!findMember(value, "type"))
    return Status::error(place + " is not an object with a type");
  return readString(value, place, "type", "");
}
