//===- JinjaValue.cpp - the values of a chat template ---------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Printing follows Python to the character, because prompts contain it.
//===----------------------------------------------------------------------===//
#include "JinjaValue.h"

#include "Utf8.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>

using namespace llmrt;
using namespace llmrt::jinja;

using Kind = Value::Kind;

Value Value::none() {
  Value value;
  value.kindTag = Kind::None;
  return value;
}

Value Value::boolean(bool whole) {
  Value value;
  value.kindTag = Kind::Bool;
  value.whole = whole;
  return value;
}

Value Value::integer(int64_t whole) {
  Value value;
  value.kindTag = Kind::Int;
  value.whole = whole;
  return value;
}

Value Value::real(double fraction) {
  Value value;
  value.kindTag = Kind::Float;
  value.fraction = fraction;
  return value;
}

Value Value::string(std::string text) {
  Value value;
  value.kindTag = Kind::String;
  value.textData = std::make_shared<const std::string>(std::move(text));
  return value;
}

Value Value::function(std::string name) {
  Value value = string(std::move(name));
  value.kindTag = Kind::Function;
  return value;
}

Value Value::macro(std::string name, const Statement &macro,
                   std::weak_ptr<Frame> scope) {
  Value value = function(std::move(name));
  value.macroData =
      std::make_shared<const MacroData>(MacroData{&macro, std::move(scope)});
  return value;
}

Value Value::undefined(std::string name) {
  Value value = string(std::move(name));
  value.kindTag = Kind::Undefined;
  return value;
}

namespace {

constexpr uint64_t scalarWeight = 16;

/// Saturates far above every limit: twins of twins grow as powers of two.
uint64_t addWeights(uint64_t a, uint64_t b) {
  return std::min(a + b, uint64_t(1) << 60);
}

} // namespace

Value Value::list(Items items) {
  int deepest = 0;
  uint64_t weight = scalarWeight;
  for (const Value &item : items) {
    deepest = std::max(deepest, item.nesting());
    weight = addWeights(weight, item.weight());
  }
  assert(deepest < nestingLimit && "the evaluator asks before it nests");
  Value value;
  value.kindTag = Kind::List;
  value.listData = std::make_shared<const ListData>(
      ListData{std::move(items), deepest + 1, weight});
  return value;
}

Value Value::tuple(Items items) {
  Value value = list(std::move(items));
  value.whole = 1;
  return value;
}

Value Value::dict(Members members) {
  int deepest = 0;
  uint64_t weight = scalarWeight;
  for (const auto &[name, member] : members) {
    deepest = std::max(deepest, member.nesting());
    weight = addWeights(weight, addWeights(name.size(), member.weight()));
  }
  // Comparing two dicts looks up every name of one in the other.
  weight = addWeights(weight, uint64_t(members.size()) * members.size() / 8);
  assert(deepest < nestingLimit && "the evaluator asks before it nests");
  Value value;
  value.kindTag = Kind::Dict;
  value.dictData = std::make_shared<DictData>(
      DictData{std::move(members), deepest + 1, weight});
  return value;
}

Value Value::space(Members members) {
  Value value = dict(std::move(members));
  value.kindTag = Kind::Namespace;
  return value;
}

int Value::nesting() const {
  if (is(Kind::List))
    return listData->nesting;
  return is(Kind::Dict) ? dictData->nesting : 0;
}

uint64_t Value::weight() const {
  switch (kindTag) {
  case Kind::String:
    return scalarWeight + text().size();
  case Kind::List:
    return listData->weight;
  case Kind::Dict:
    return dictData->weight;
  default:
    return scalarWeight;
  }
}

void Value::setMember(const std::string &name, Value value) const {
  assert(is(Kind::Namespace) && "every other value is immutable");
  for (auto &[known, member] : dictData->members)
    if (known == name) {
      member = std::move(value);
      return;
    }
  dictData->members.emplace_back(name, std::move(value));
}

// No UTF-8 begins with this byte.
static constexpr char numberMark = '\xFF';

std::optional<std::string> jinja::memberName(const Value &key) {
  if (key.is(Value::Kind::String))
    return key.text();
  if (key.is(Value::Kind::Int))
    return numberMark + std::to_string(key.asInteger());
  return std::nullopt;
}

Value jinja::memberKey(const std::string &name) {
  if (!name.starts_with(numberMark))
    return Value::string(name);
  return Value::integer(std::strtoll(name.c_str() + 1, nullptr, 10));
}

const Value *Value::findMember(std::string_view name) const {
  for (const auto &[known, member] : members())
    if (known == name)
      return &member;
  return nullptr;
}

bool Value::isTrue() const {
  switch (kindTag) {
  case Kind::Undefined:
  case Kind::None:
    return false;
  case Kind::Bool:
  case Kind::Int:
    return whole != 0;
  case Kind::Float:
    return fraction != 0;
  case Kind::String:
    return !text().empty();
  case Kind::List:
    return !items().empty();
  case Kind::Dict:
    return !members().empty();
  case Kind::Namespace:
  case Kind::Function:
    return true;
  }
  return false;
}

const char *Value::typeName() const {
  constexpr std::array<const char *, 10> names = {
      "undefined", "None", "bool", "int",       "float",
      "str",       "list", "dict", "Namespace", "function"};
  return names[size_t(kindTag)];
}

namespace {

/// Python's shortest round-trip form of a float.
std::string printReal(double value) {
  if (std::isnan(value))
    return "nan";
  if (std::isinf(value))
    return value < 0 ? "-inf" : "inf";
  std::array<char, 64> buffer;
  auto printed = std::to_chars(buffer.data(), buffer.data() + buffer.size(),
                               value, std::chars_format::scientific);
  std::string_view text(buffer.data(), size_t(printed.ptr - buffer.data()));
  size_t mark = text.find('e');
  int exponent = 0;
  std::string_view digits = text.substr(mark + 1);
  digits.remove_prefix(digits.front() == '+');
  std::from_chars(digits.data(), digits.data() + digits.size(), exponent);
  if (exponent < -4 || exponent >= 16)
    return std::string(text);
  printed = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value,
                          std::chars_format::fixed);
  std::string fixed(buffer.data(), size_t(printed.ptr - buffer.data()));
  return fixed.find('.') == fixed.npos ? fixed + ".0" : fixed;
}

void appendHex(std::string &out, const char *prefix, uint32_t value,
               int digits) {
  out += prefix;
  for (int shift = (digits - 1) * 4; shift >= 0; shift -= 4)
    out += "0123456789abcdef"[value >> shift & 15];
}

std::string representText(const std::string &text) {
  bool single = text.find('\'') != text.npos && text.find('"') == text.npos;
  char quote = single ? '"' : '\'';
  std::string out(1, quote);
  for (unsigned char c : text) {
    if (c == quote || c == '\\')
      (out += '\\') += char(c);
    else if (c == '\n')
      out += "\\n";
    else if (c == '\r')
      out += "\\r";
    else if (c == '\t')
      out += "\\t";
    else if (c < 0x20 || c == 0x7F)
      appendHex(out, "\\x", c, 2);
    else
      out += char(c);
  }
  return out + quote;
}

/// UTF-16, as JSON escapes characters.
void appendEscaped(std::string &out, uint32_t codePoint) {
  if (codePoint >= 0x10000) {
    appendHex(out, "\\u", 0xD800 + ((codePoint - 0x10000) >> 10), 4);
    codePoint = 0xDC00 + ((codePoint - 0x10000) & 0x3FF);
  }
  appendHex(out, "\\u", codePoint, 4);
}

void appendJsonText(std::string &out, std::string_view text, bool asciiOnly) {
  out += '"';
  for (size_t position = 0; position < text.size();) {
    auto c = static_cast<unsigned char>(text[position]);
    if (c >= 0x80 && asciiOnly) {
      appendEscaped(out, text::nextCodePoint(text, position));
      continue;
    }
    ++position;
    if (c == '"' || c == '\\')
      (out += '\\') += char(c);
    else if (c == '\n')
      out += "\\n";
    else if (c == '\r')
      out += "\\r";
    else if (c == '\t')
      out += "\\t";
    else if (c == '\b')
      out += "\\b";
    else if (c == '\f')
      out += "\\f";
    else if (c < 0x20)
      appendHex(out, "\\u", c, 4);
    else
      out += char(c);
  }
  out += '"';
}

Members sorted(Members members) {
  std::sort(members.begin(), members.end(),
            [](const auto &a, const auto &b) { return a.first < b.first; });
  return members;
}

} // namespace

std::string Value::print() const {
  return is(Kind::String)      ? text()
         : is(Kind::Undefined) ? std::string()
                               : represent();
}

std::string Value::represent() const {
  switch (kindTag) {
  case Kind::Undefined:
    return "Undefined";
  case Kind::None:
    return "None";
  case Kind::Bool:
    return whole ? "True" : "False";
  case Kind::Int:
    return std::to_string(whole);
  case Kind::Float:
    return printReal(fraction);
  case Kind::String:
    return representText(text());
  case Kind::Namespace:
    return "<Namespace>";
  case Kind::Function:
    return macroData ? "<Macro " + representText(text()) + ">"
                     : "<function " + text() + ">";
  case Kind::List: {
    std::string out = isTuple() ? "(" : "[";
    for (const Value &item : items())
      out += (out.size() > 1 ? ", " : "") + item.represent();
    if (!isTuple())
      return out + "]";
    return out + (items().size() == 1 ? ",)" : ")");
  }
  case Kind::Dict: {
    std::string out = "{";
    for (const auto &[name, member] : members())
      out += (out.size() > 1 ? ", " : "") + memberKey(name).represent() + ": " +
             member.represent();
    return out + "}";
  }
  }
  return {};
}

void Value::appendJson(std::string &out, const JsonStyle &style, int level,
                       bool &valid) const {
  auto breakLine = [&](int depth) {
    if (style.indent >= 0)
      out += "\n" + std::string(size_t(style.indent) * size_t(depth), ' ');
  };
  std::string comma =
      style.itemSeparator.value_or(style.indent >= 0 ? "," : ", ");
  size_t count = 0;
  switch (kindTag) {
  case Kind::None:
    out += "null";
    return;
  case Kind::Bool:
    out += whole ? "true" : "false";
    return;
  case Kind::Int:
  case Kind::Float:
    out += std::isfinite(asReal()) ? represent()
           : std::isnan(fraction)  ? "NaN"
           : fraction < 0          ? "-Infinity"
                                   : "Infinity";
    return;
  case Kind::String:
    appendJsonText(out, text(), style.asciiOnly);
    return;
  case Kind::List:
    out += '[';
    for (const Value &item : items()) {
      if (count++)
        out += comma;
      breakLine(level + 1);
      item.appendJson(out, style, level + 1, valid);
    }
    if (count)
      breakLine(level);
    out += ']';
    return;
  case Kind::Dict:
    out += '{';
    for (const auto &[name, member] :
         style.sortKeys ? sorted(members()) : members()) {
      if (count++)
        out += comma;
      breakLine(level + 1);
      appendJsonText(out, memberKey(name).print(), style.asciiOnly);
      out += style.keySeparator;
      member.appendJson(out, style, level + 1, valid);
    }
    if (count)
      breakLine(level);
    out += '}';
    return;
  case Kind::Undefined:
  case Kind::Namespace:
  case Kind::Function:
    valid = false;
    return;
  }
}

std::optional<std::string> Value::toJson(const JsonStyle &style) const {
  std::string out;
  bool valid = true;
  appendJson(out, style, 0, valid);
  return valid ? std::optional(out) : std::nullopt;
}

bool jinja::operator==(const Value &a, const Value &b) {
  if (a.isNumber() && b.isNumber())
    return a.is(Kind::Float) || b.is(Kind::Float) ? a.asReal() == b.asReal()
                                                  : a.whole == b.whole;
  if (a.kindTag != b.kindTag)
    return false;
  switch (a.kindTag) {
  case Kind::String:
    return a.text() == b.text();
  case Kind::Function:
    return a.text() == b.text() && a.macroData == b.macroData;
  case Kind::List:
    return a.isTuple() == b.isTuple() && a.items() == b.items();
  case Kind::Namespace:
    return a.dictData == b.dictData;
  case Kind::Dict:
    return a.members().size() == b.members().size() &&
           std::all_of(a.members().begin(), a.members().end(),
                       [&](const auto &member) {
                         const Value *other = b.findMember(member.first);
                         return other && *other == member.second;
                       });
  default:
    return true; // undefined or none, twice
  }
}

std::optional<int> jinja::compareValues(const Value &a, const Value &b) {
  auto order = [](const auto &x, const auto &y) {
    return x < y ? -1 : x > y ? 1 : 0;
  };
  if (a.isNumber() && b.isNumber()) // a double holds no 64-bit integer
    return a.is(Kind::Float) || b.is(Kind::Float)
               ? order(a.asReal(), b.asReal())
               : order(a.whole, b.whole);
  if (a.is(Kind::String) && b.is(Kind::String))
    return order(a.text(), b.text()); // UTF-8 sorts as code points do
  return std::nullopt;
}

size_t jinja::characterCount(std::string_view text) {
  return size_t(std::count_if(text.begin(), text.end(), [](char c) {
    return (uint8_t(c) & 0xC0) != 0x80;
  }));
}

std::string_view jinja::sliceCharacters(std::string_view text, size_t begin,
                                        size_t end) {
  auto skip = [&](size_t from, size_t characters) {
    while (characters > 0 && from < text.size()) {
      ++from;
      while (from < text.size() && (uint8_t(text[from]) & 0xC0) == 0x80)
        ++from;
      --characters;
    }
    return from;
  };
  if (begin >= end)
    return {};
  size_t first = skip(0, begin);
  return text.substr(first, skip(first, end - begin) - first);
}

bool jinja::isSpaceCharacter(uint32_t c) {
  return (c >= 0x09 && c <= 0x0D) || (c >= 0x1C && c <= 0x20) || c == 0x85 ||
         c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) ||
         c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F ||
         c == 0x3000;
}

std::string_view jinja::stripText(std::string_view text, bool left, bool right,
                                  std::optional<std::string_view> characters) {
  std::vector<uint32_t> set; // sorted: a search costs no scan of `characters`
  for (size_t position = 0; characters && position < characters->size();)
    set.push_back(text::nextCodePoint(*characters, position));
  std::sort(set.begin(), set.end());
  auto strips = [&](std::string_view character) {
    size_t position = 0;
    uint32_t codePoint = text::nextCodePoint(character, position);
    return characters ? std::binary_search(set.begin(), set.end(), codePoint)
                      : isSpaceCharacter(codePoint);
  };
  while (left && !text.empty()) {
    std::string_view first = sliceCharacters(text, 0, 1);
    if (!strips(first))
      break;
    text.remove_prefix(first.size());
  }
  while (right && !text.empty()) {
    size_t begin = text.size() - 1;
    while (begin > 0 && (uint8_t(text[begin]) & 0xC0) == 0x80)
      --begin;
    if (!strips(text.substr(begin)))
      break;
    text.remove_suffix(text.size() - begin);
  }
  return text;
}
