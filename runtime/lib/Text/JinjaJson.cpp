//===- JinjaJson.cpp - JSON becomes values of a template ------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// RFC 8259 by recursive descent; depth is bounded by what a value may nest.
//===----------------------------------------------------------------------===//
#include "JinjaJson.h"

#include "Utf8.h"

#include <charconv>
#include <unordered_map>

using namespace llmrt;
using namespace llmrt::jinja;

namespace {

class JsonParser {
public:
  explicit JsonParser(std::string_view text) : text(text) {}

  /// Nothing where the text is no JSON; `position` says where.
  std::optional<Value> run() {
    std::optional<Value> value = parseValue(0);
    skipSpace();
    if (position < text.size())
      return std::nullopt;
    return value;
  }

  size_t position = 0;

private:
  void skipSpace() {
    while (position < text.size() &&
           std::string_view(" \t\r\n").find(text[position]) !=
               std::string_view::npos)
      ++position;
  }

  bool take(std::string_view wanted) {
    if (!text.substr(position).starts_with(wanted))
      return false;
    position += wanted.size();
    return true;
  }

  bool takeMark(char mark) {
    skipSpace();
    return take({&mark, 1});
  }

  std::optional<Value> parseValue(int depth) {
    skipSpace();
    if (position >= text.size() || depth >= Value::nestingLimit)
      return std::nullopt;
    switch (text[position]) {
    case '{':
      return parseObject(depth);
    case '[':
      return parseArray(depth);
    case '"': {
      std::optional<std::string> string = parseString();
      if (!string)
        return std::nullopt;
      return Value::string(std::move(*string));
    }
    default:
      return parseWord();
    }
  }

  std::optional<Value> parseWord() {
    if (take("true"))
      return Value::boolean(true);
    if (take("false"))
      return Value::boolean(false);
    if (take("null"))
      return Value::none();
    return parseNumber();
  }

  /// The digits from `position` on; false where there is none.
  bool skipDigits() {
    size_t begin = position;
    while (position < text.size() && text[position] >= '0' &&
           text[position] <= '9')
      ++position;
    return position > begin;
  }

  std::optional<Value> parseNumber() {
    size_t begin = position;
    take("-");
    if (!take("0") && !skipDigits())
      return std::nullopt;
    bool whole = true;
    if (take(".")) {
      whole = false;
      if (!skipDigits())
        return std::nullopt;
    }
    if (take("e") || take("E")) {
      whole = false;
      if (!take("+"))
        take("-");
      if (!skipDigits())
        return std::nullopt;
    }
    std::string_view digits = text.substr(begin, position - begin);
    const char *end = digits.data() + digits.size();
    int64_t integer;
    if (whole && std::from_chars(digits.data(), end, integer).ec == std::errc())
      return Value::integer(integer);
    double real;
    if (std::from_chars(digits.data(), end, real).ec != std::errc())
      return std::nullopt;
    return Value::real(real);
  }

  std::optional<Value> parseArray(int depth) {
    ++position;
    Items items;
    if (takeMark(']'))
      return Value::list(std::move(items));
    do {
      std::optional<Value> item = parseValue(depth + 1);
      if (!item)
        return std::nullopt;
      items.push_back(std::move(*item));
    } while (takeMark(','));
    if (!takeMark(']'))
      return std::nullopt;
    return Value::list(std::move(items));
  }

  std::optional<Value> parseObject(int depth) {
    ++position;
    Members members;
    if (takeMark('}'))
      return Value::dict(std::move(members));
    std::unordered_map<std::string, size_t> places;
    do {
      skipSpace();
      std::optional<std::string> name = parseString();
      if (!name || !takeMark(':'))
        return std::nullopt;
      std::optional<Value> value = parseValue(depth + 1);
      if (!value)
        return std::nullopt;
      // Of members with one name the last one counts, at the first one's place.
      auto [place, isNew] = places.emplace(*name, members.size());
      if (isNew)
        members.emplace_back(std::move(*name), std::move(*value));
      else
        members[place->second].second = std::move(*value);
    } while (takeMark(','));
    if (!takeMark('}'))
      return std::nullopt;
    return Value::dict(std::move(members));
  }

  std::optional<uint32_t> parseHex() {
    uint32_t unit = 0;
    const char *begin = text.data() + position;
    if (text.size() - position < 4)
      return std::nullopt;
    auto [end, error] = std::from_chars(begin, begin + 4, unit, 16);
    if (error != std::errc() || end != begin + 4)
      return std::nullopt;
    position += 4;
    return unit;
  }

  /// Behind "\u". A half of a pair alone is U+FFFD: no text can hold it.
  bool parseUnicode(std::string &out) {
    std::optional<uint32_t> unit = parseHex();
    if (!unit)
      return false;
    uint32_t character = *unit;
    if (character >= 0xD800 && character < 0xDC00 && take("\\u")) {
      std::optional<uint32_t> low = parseHex();
      if (!low)
        return false;
      bool pair = *low >= 0xDC00 && *low < 0xE000;
      character = pair
                      ? 0x10000 + ((character - 0xD800) << 10) + (*low - 0xDC00)
                      : 0xFFFD;
    }
    bool half = character >= 0xD800 && character < 0xE000;
    text::appendUtf8(out, half ? 0xFFFD : character);
    return true;
  }

  bool parseEscape(std::string &out) {
    constexpr std::string_view names = "\"\\/bfnrt";
    constexpr std::string_view meanings = "\"\\/\b\f\n\r\t";
    if (take("u"))
      return parseUnicode(out);
    size_t at =
        position < text.size() ? names.find(text[position]) : names.npos;
    if (at == names.npos)
      return false;
    out += meanings[at];
    ++position;
    return true;
  }

  std::optional<std::string> parseString() {
    if (!take("\""))
      return std::nullopt;
    std::string out;
    while (position < text.size()) {
      char c = text[position];
      if (uint8_t(c) < 0x20)
        return std::nullopt;
      ++position;
      if (c == '"')
        return out;
      if (c != '\\')
        out += c;
      else if (!parseEscape(out))
        return std::nullopt;
    }
    return std::nullopt;
  }

  std::string_view text;
};

} // namespace

Expected<Value> jinja::parseJsonValue(std::string_view text,
                                      const std::string &what) {
  constexpr size_t sizeLimit = size_t(64) << 20;
  if (text.size() > sizeLimit)
    return Status::error(what + " has " + std::to_string(text.size()) +
                         " bytes, at most 64 MiB are supported");
  std::string repaired = text::repairUtf8(text);
  JsonParser parser(repaired);
  std::optional<Value> value = parser.run();
  if (!value)
    return Status::error(what + " is not valid JSON, or nests deeper than " +
                         std::to_string(Value::nestingLimit) +
                         " levels, at byte " + std::to_string(parser.position));
  return std::move(*value);
}
