//===- Json.cpp - JSON from a file that nobody vouches for ----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// llvm::json recurses without a limit, keeps the last of two equal keys, and a
// value takes far more memory than its text: {"":0} is 4 KiB. One pass over the
// text checks all three before it parses.
//===----------------------------------------------------------------------===//
#include "llmc/Weights/Json.h"

#include "llmc/Weights/Errors.h"

#include "llvm/ADT/StringSet.h"

using namespace llvm;
using namespace llmc;

static constexpr size_t deepest = 64;

// What the values of one file may take; a tensor of a safetensors header takes
// 5 KiB.
static constexpr size_t mostMemory = size_t(384) << 20;

// Bytes at most: a growing vector holds its values three times, a hash table is
// at most three quarters full and has 64 buckets from the first key on.
static constexpr size_t valueMemory = 3 * sizeof(json::Value);
static constexpr size_t keyMemory =
    3 * (sizeof(json::ObjectKey) + sizeof(json::Value)) + sizeof(std::string);
static constexpr size_t firstKeyMemory =
    64 * (sizeof(json::ObjectKey) + sizeof(json::Value));

namespace {
/// Finds nesting and repeated keys; leaves syntax to the parser.
class JsonScan {
public:
  JsonScan(StringRef fileName, StringRef text)
      : fileName(fileName), text(text) {}

  Error check() {
    for (place = 0; place < text.size(); ++place) {
      if (Error error = step(text[place]))
        return error;
    }
    return Error::success();
  }

private:
  StringRef fileName, text;
  size_t place = 0;
  size_t memory = 0;
  struct Level {
    bool isObject;
    StringSet<> keys;
  };
  std::vector<Level> levels;

  Error fail(const Twine &message) {
    size_t line = 1 + text.take_front(place).count('\n');
    return fileError(fileName, "line " + Twine(line), message);
  }

  Error step(char c) {
    if (c == '"')
      return passString();
    if (c == '{' || c == '[') {
      if (levels.size() == deepest)
        return fail("nested deeper than " + Twine(deepest) + " levels");
      levels.push_back({c == '{', {}});
    }
    if (c == '{' || c == '[' || c == ',')
      memory += valueMemory;
    if (memory > mostMemory)
      return fail("the values take more than " + Twine(mostMemory >> 20) +
                  " MiB of memory");
    if ((c == '}' || c == ']') && !levels.empty())
      levels.pop_back();
    return Error::success();
  }

  /// Moves to the closing quote, and notes the string if it is a key.
  Error passString() {
    size_t start = place++;
    bool escaped = false;
    for (; place < text.size() && text[place] != '"'; ++place)
      if (text[place] == '\\') {
        escaped = true;
        ++place;
      }
    memory += place - start;
    StringRef next = text.drop_front(std::min(place + 1, text.size())).ltrim();
    if (levels.empty() || !levels.back().isObject || !next.starts_with(":"))
      return Error::success();
    return noteKey(text.slice(start + 1, place), escaped);
  }

  Error noteKey(StringRef raw, bool escaped) {
    std::string key = raw.str();
    if (escaped) { // two spellings of one key are the same key
      Expected<json::Value> decoded = json::parse("\"" + key + "\"");
      if (!decoded)
        consumeError(decoded.takeError()); // the parser will say it better
      else if (auto spelled = decoded->getAsString())
        key = spelled->str();
    }
    memory += levels.back().keys.empty() ? firstKeyMemory : 2 * keyMemory;
    if (levels.back().keys.insert(key).second)
      return Error::success();
    return fail("the key " + quote(key) + " appears twice");
  }
};
} // namespace

Expected<json::Value> llmc::parseJson(StringRef fileName, StringRef text) {
  if (Error error = JsonScan(fileName, text).check())
    return error;
  Expected<json::Value> value = json::parse(text);
  if (!value)
    return fileError(fileName, "",
                     "is not valid JSON: " + toString(value.takeError()) +
                         "; download it again, or mend it there");
  return value;
}

Expected<json::Object> llmc::parseJsonObject(StringRef fileName,
                                             StringRef text) {
  Expected<json::Value> value = parseJson(fileName, text);
  if (!value)
    return value.takeError();
  json::Object *object = value->getAsObject();
  if (!object)
    return fileError(fileName, "",
                     "requires a JSON object, found " + spellJson(*value));
  return std::move(*object);
}

std::string llmc::spellJson(const json::Value &value) {
  switch (value.kind()) {
  case json::Value::Array:
    return "an array of " + std::to_string(value.getAsArray()->size());
  case json::Value::Object:
    return "an object";
  case json::Value::String:
    return "the string " + quote(*value.getAsString());
  default:
    std::string text;
    raw_string_ostream(text) << value;
    return text;
  }
}
