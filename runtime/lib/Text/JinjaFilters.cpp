//===- JinjaFilters.cpp - filters of a chat template ----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// jinja2.filters, with the tojson of transformers (no HTML escapes, characters
// as they are).
//===----------------------------------------------------------------------===//
#include "JinjaEvaluator.h"

#include "Utf8.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

using namespace llmrt;
using namespace llmrt::jinja;

using Kind = Value::Kind;

namespace {

enum class Group { Text, List, Order, Number, Special };

struct FilterEntry {
  std::string_view name;
  Group group;
  std::array<const char *, 4> parameters; // null: no more
};

constexpr FilterEntry filters[] = {
    {"trim", Group::Text, {"chars"}},
    {"lower", Group::Text, {}},
    {"upper", Group::Text, {}},
    {"capitalize", Group::Text, {}},
    {"title", Group::Text, {}},
    {"replace", Group::Text, {"old", "new", "count"}},
    {"indent", Group::Text, {"width", "first", "blank"}},
    {"string", Group::Text, {}},
    {"safe", Group::Text, {}},
    {"length", Group::List, {}},
    {"count", Group::List, {}},
    {"first", Group::List, {}},
    {"last", Group::List, {}},
    {"list", Group::List, {}},
    {"reverse", Group::List, {}},
    {"items", Group::List, {}},
    {"join", Group::List, {"d", "attribute"}},
    {"sort", Group::Order, {"reverse", "case_sensitive", "attribute"}},
    {"unique", Group::Order, {"case_sensitive", "attribute"}},
    {"min", Group::Order, {"case_sensitive", "attribute"}},
    {"max", Group::Order, {"case_sensitive", "attribute"}},
    {"sum", Group::Order, {"attribute", "start"}},
    {"dictsort", Group::Order, {"case_sensitive", "by", "reverse"}},
    {"round", Group::Number, {"precision", "method"}},
    {"int", Group::Number, {"default", "base"}},
    {"float", Group::Number, {"default"}},
    {"abs", Group::Number, {}},
    {"default", Group::Special, {"default_value", "boolean"}},
    {"d", Group::Special, {"default_value", "boolean"}},
    {"tojson",
     Group::Special,
     {"ensure_ascii", "indent", "separators", "sort_keys"}},
    {"format", Group::Special, {}},
    {"map", Group::Special, {}},
    {"select", Group::Special, {}},
    {"reject", Group::Special, {}},
    {"selectattr", Group::Special, {}},
    {"rejectattr", Group::Special, {}},
};

const FilterEntry *findFilter(std::string_view name) {
  for (const FilterEntry &entry : filters)
    if (entry.name == name)
      return &entry;
  return nullptr;
}

/// The arguments in the order of the parameters, undefined where absent.
/// Nothing if there are too many or one is unknown.
std::optional<Items> bindParameters(const FilterEntry &entry,
                                    const Arguments &arguments) {
  size_t count = 0;
  while (count < entry.parameters.size() && entry.parameters[count])
    ++count;
  if (arguments.positional.size() > count)
    return std::nullopt;
  Items bound = arguments.positional;
  bound.resize(entry.parameters.size());
  for (const auto &[name, value] : arguments.named) {
    auto known = std::find_if(
        entry.parameters.begin(), entry.parameters.begin() + long(count),
        [&, wanted = std::string_view(name)](const char *parameter) {
          return wanted == parameter;
        });
    size_t index = size_t(known - entry.parameters.begin());
    if (index == count)
      return std::nullopt;
    bound[index] = value;
  }
  return bound;
}

std::string indentLines(const std::string &text, const std::string &margin,
                        bool first, bool blank) {
  std::string out = first ? margin : std::string();
  for (size_t begin = 0; begin <= text.size();) {
    size_t end = std::min(text.find('\n', begin), text.size());
    std::string line = text.substr(begin, end - begin);
    if (begin > 0)
      out += "\n" + (blank || !line.empty() ? margin : std::string());
    out += line;
    begin = end + 1;
  }
  return out;
}

/// Bytes at most of a value's JSON: escapes, one of each separator for every
/// element, and the margin of its line.
uint64_t jsonWork(const Value &value, const JsonStyle &style) {
  constexpr uint64_t leastElement = 16, longestEscape = 6;
  constexpr uint64_t beyondBudget = uint64_t(1) << 36; // no product overflows
  auto size = [](const std::string &text) {
    return std::min<uint64_t>(text.size(), 1 << 24);
  };
  uint64_t weight = std::min(value.weight(), beyondBudget);
  uint64_t each =
      size(style.itemSeparator.value_or(", ")) + size(style.keySeparator) +
      (style.indent < 0
           ? 0
           : uint64_t(style.indent) * uint64_t(value.nesting()) + 1);
  return weight * longestEscape + weight / leastElement * each;
}

} // namespace

bool jinja::isKnownFilter(std::string_view name) { return findFilter(name); }

bool Evaluator::wantText(int line, const std::string &what,
                         const Value &value) {
  if (!value.is(Kind::String))
    fail(line, what + " wants text, found " + value.typeName());
  return !failed();
}

Value Evaluator::applyFilter(const std::string &name, const Value &value,
                             const Arguments &arguments) {
  const FilterEntry &entry = *findFilter(name);
  int line = arguments.line;
  // Filters of lists pay in toItems, for what they take.
  bool prints = entry.group == Group::Text || entry.group == Group::Number;
  if (prints ? !spendPrint(line, value) : !spend(line, 16))
    return Value();
  if (name == "map")
    return applyMap(value, arguments);
  if (name == "format")
    return applyFormat(value, arguments);
  if (entry.group == Group::Special && entry.parameters[0] == nullptr)
    return applySelection(name, value, arguments);

  std::optional<Items> bound = bindParameters(entry, arguments);
  if (!bound) {
    fail(line, "filter '" + name + "' with these arguments is not supported");
    return Value();
  }
  const Items &b = *bound;
  switch (entry.group) {
  case Group::Text:
    return applyTextFilter(name, value, b, line);
  case Group::List:
    return applyListFilter(name, value, b, line);
  case Group::Order:
    return applyOrderFilter(name, value, b, line);
  case Group::Number:
    return applyNumberFilter(name, value, b, line);
  case Group::Special:
    break;
  }
  if (name != "tojson") {
    bool absent =
        value.is(Kind::Undefined) || (b[1].isTrue() && !value.isTrue());
    if (!absent)
      return value;
    return b[0].is(Kind::Undefined) ? Value::string("") : b[0];
  }
  return toJsonText(value, b, line);
}

/// format(values…) or format(name=value…), as the operator %.
Value Evaluator::applyFormat(const Value &value, const Arguments &arguments) {
  int line = arguments.line;
  bool byName = arguments.positional.empty() && !arguments.named.empty();
  Value values = byName ? makeDict(line, arguments.named)
                        : makeList(line, arguments.positional, true);
  return spendPrint(line, value) ? formatText(line, value.print(), values)
                                 : Value();
}

/// tojson(ensure_ascii, indent, separators, sort_keys), as json.dumps.
Value Evaluator::toJsonText(const Value &value, const Items &b, int line) {
  JsonStyle style;
  style.asciiOnly = b[0].isTrue();
  style.sortKeys = b[3].isTrue();
  if (b[1].is(Kind::Int))
    style.indent = int(std::clamp<int64_t>(b[1].asInteger(), 0, 64));
  if (b[2].is(Kind::List) && b[2].items().size() == 2 &&
      spendPrint(line, b[2])) {
    style.itemSeparator = b[2].items()[0].print();
    style.keySeparator = b[2].items()[1].print();
  }
  if (!spend(line, jsonWork(value, style)))
    return Value();
  std::optional<std::string> json = value.toJson(style);
  if (!json)
    fail(line, std::string("a value of type ") + value.typeName() +
                   " has no JSON form, or an element of it");
  return failed() ? Value() : makeString(line, std::move(*json));
}

Value Evaluator::applyTextFilter(const std::string &name, const Value &value,
                                 const Items &bound, int line) {
  std::string text = value.print();
  if (name == "string" || name == "safe")
    return value.is(Kind::String) ? value : makeString(line, std::move(text));
  if (name == "trim") {
    std::optional<std::string_view> characters;
    if (bound[0].is(Kind::String))
      characters = bound[0].text();
    return makeString(line,
                      std::string(stripText(text, true, true, characters)));
  }
  if (name == "replace")
    return replaceText(text, bound, line);
  if (name != "indent")
    return changeCase(name, text, line, /*byMethod=*/false);
  std::string margin(4, ' ');
  if (bound[0].is(Kind::Int))
    margin.assign(size_t(std::clamp<int64_t>(bound[0].asInteger(), 0, 256)),
                  ' ');
  else if (bound[0].is(Kind::String))
    margin = bound[0].text();
  uint64_t lines = uint64_t(std::count(text.begin(), text.end(), '\n')) + 1;
  if (!spend(line, lines * (margin.size() + 1)))
    return Value();
  return makeString(
      line, indentLines(text, margin, bound[1].isTrue(), bound[2].isTrue()));
}

/// Replaces `count` (default: all) occurrences of old by new.
Value Evaluator::replaceText(const std::string &text, const Items &arguments,
                             int line) {
  if (arguments.size() < 2 || !wantText(line, "'replace'", arguments[0]) ||
      !wantText(line, "'replace'", arguments[1])) {
    fail(line, "'replace' wants an old and a new text");
    return Value();
  }
  const std::string &old = arguments[0].text();
  int64_t left = arguments.size() > 2 && arguments[2].is(Kind::Int)
                     ? arguments[2].asInteger()
                     : -1;
  if (old.empty()) {
    fail(line, "'replace' of an empty text is not supported");
    return Value();
  }
  if (!spend(line, text.size() + old.size()))
    return Value();
  std::string out;
  size_t position = 0;
  for (size_t found; left != 0 && !failed() &&
                     (found = text::findText(text, old, position)) != text.npos;
       --left) {
    spend(line, arguments[1].text().size() + 1);
    out += text.substr(position, found - position) + arguments[1].text();
    position = found + old.size();
  }
  return makeString(line, out + text.substr(position));
}

Value Evaluator::changeCase(const std::string &name, const std::string &text,
                            int line, bool byMethod) {
  std::string out = text;
  bool wordStarts = true;
  for (char &c : out) {
    if (uint8_t(c) >= 0x80) {
      fail(line, "'" + name + "' of text beyond ASCII is not supported");
      return Value();
    }
    bool lower = c >= 'a' && c <= 'z', upper = c >= 'A' && c <= 'Z';
    bool raise = name == "upper" || (name != "lower" && wordStarts);
    if (lower && raise)
      c = char(c - 'a' + 'A');
    else if (upper && !raise)
      c = char(c - 'A' + 'a');
    // The method starts a word behind any other character.
    bool separates = byMethod ? !lower && !upper
                              : std::string_view("-({[< \t\n\r\v\f").find(c) !=
                                    std::string_view::npos;
    wordStarts = name == "title" && separates;
  }
  return makeString(line, std::move(out));
}

Value Evaluator::applyListFilter(const std::string &name, const Value &value,
                                 const Items &bound, int line) {
  if (name == "length" || name == "count") {
    if (value.is(Kind::String))
      return spend(line, value.weight())
                 ? Value::integer(int64_t(characterCount(value.text())))
                 : Value();
    if (value.is(Kind::Dict))
      return Value::integer(int64_t(value.members().size()));
    if (value.is(Kind::List))
      return Value::integer(int64_t(value.items().size()));
  }
  if (name == "items") {
    Items pairs;
    if (value.is(Kind::Dict))
      for (const auto &[key, member] : value.members())
        pairs.push_back(spendPiece(line, key.size())
                            ? makeList(line, {memberKey(key), member}, true)
                            : Value());
    else if (!value.is(Kind::Undefined))
      fail(line,
           std::string("'items' wants a dict, found ") + value.typeName());
    return makeList(line, std::move(pairs));
  }
  Items items;
  if (!toItems(line, value, items))
    return Value();
  if (name == "length" || name == "count")
    return Value::integer(int64_t(items.size()));
  if (name == "first" || name == "last") {
    if (items.empty())
      return Value::undefined(name);
    return name == "first" ? items.front() : items.back();
  }
  if (name == "reverse") {
    std::reverse(items.begin(), items.end());
    if (!value.is(Kind::String))
      return makeList(line, std::move(items));
  }
  if (name == "list")
    return makeList(line, std::move(items));

  if (!spendPrint(line, bound[0]))
    return Value();
  std::string separator = bound[0].print(), out;
  for (size_t i = 0; i < items.size(); ++i) {
    Value item = bound[1].is(Kind::String)
                     ? attributeOf(items[i], bound[1].text())
                     : items[i];
    if (!spendPrint(line, item) || !spend(line, separator.size()))
      return Value();
    out += (i ? separator : std::string()) + item.print();
  }
  return makeString(line, std::move(out));
}

Value Evaluator::applyNumberFilter(const std::string &name, const Value &value,
                                   const Items &bound, int line) {
  if (name == "round")
    return roundNumber(line, value, bound);
  if (name == "abs") {
    if (value.is(Kind::Float))
      return Value::real(std::fabs(value.asReal()));
    if (value.is(Kind::Int) && value.asInteger() > INT64_MIN)
      return Value::integer(std::abs(value.asInteger()));
    fail(line, std::string("'abs' wants a number, found ") + value.typeName());
    return Value();
  }
  bool whole = name == "int";
  if (bound[1].is(Kind::Int) && bound[1].asInteger() != 10)
    fail(line, "'int' with a base other than 10 is not supported");
  double number = 0;
  if (value.isNumber()) {
    if (whole && !value.is(Kind::Float))
      return Value::integer(value.asInteger());
    number = value.asReal();
  } else {
    std::string text(stripText(value.print(), true, true));
    const char *begin = text.data(), *end = begin + text.size();
    int64_t parsed = 0;
    auto result = std::from_chars(begin, end, parsed);
    if (whole && result.ec == std::errc() && result.ptr == end)
      return Value::integer(parsed);
    auto real = std::from_chars(begin, end, number);
    if (real.ec != std::errc() || real.ptr != end || text.empty()) {
      if (!bound[0].is(Kind::Undefined))
        return bound[0];
      return whole ? Value::integer(0) : Value::real(0);
    }
  }
  if (!whole)
    return Value::real(number);
  if (!(std::fabs(number) < 9e18)) {
    fail(line, "'int' of a number beyond 64 bits");
    return Value();
  }
  return Value::integer(int64_t(number));
}

/// The member a dotted path names; undefined where one is missing.
Value Evaluator::attributeOf(const Value &value, const std::string &path) {
  Value current = value;
  for (size_t begin = 0; begin <= path.size();) {
    size_t end = std::min(path.find('.', begin), path.size());
    const Value *member =
        current.is(Kind::Dict)
            ? memberOf(current,
                       std::string_view(path).substr(begin, end - begin))
            : nullptr;
    if (!member)
      return undefined(path);
    current = Value(*member);
    begin = end + 1;
  }
  return current;
}

/// map(attribute='name', default=…) and map('filter', arguments…).
Value Evaluator::applyMap(const Value &value, const Arguments &arguments) {
  int line = arguments.line;
  const Value *attribute = nullptr, *absent = nullptr;
  for (const auto &[name, argument] : arguments.named) {
    if (name == "attribute" && argument.is(Kind::String))
      attribute = &argument;
    else if (name == "default")
      absent = &argument;
  }
  size_t named = size_t(attribute != nullptr) + size_t(absent != nullptr);
  bool byFilter = !attribute && !absent && !arguments.positional.empty() &&
                  arguments.positional[0].is(Kind::String) &&
                  isKnownFilter(arguments.positional[0].text());
  if (named != arguments.named.size() ||
      (attribute ? !arguments.positional.empty() : !byFilter)) {
    fail(line, "'map' with these arguments is not supported");
    return Value();
  }
  Items items, mapped;
  if (!toItems(line, value, items))
    return Value();
  Arguments rest{line, {}, {}};
  if (byFilter)
    rest.positional.assign(arguments.positional.begin() + 1,
                           arguments.positional.end());
  for (const Value &item : items) {
    Value result = byFilter
                       ? applyFilter(arguments.positional[0].text(), item, rest)
                       : attributeOf(item, attribute->text());
    if (failed())
      return Value();
    bool replace = absent && result.is(Kind::Undefined);
    mapped.push_back(replace ? *absent : result);
  }
  return makeList(line, std::move(mapped));
}

/// select, reject ([test, arguments…]) and selectattr, rejectattr (attribute
/// [, test, arguments…]); without a test an item counts by its truth.
Value Evaluator::applySelection(const std::string &name, const Value &value,
                                const Arguments &arguments) {
  int line = arguments.line;
  const Items &given = arguments.positional;
  bool byAttribute = name.ends_with("attr");
  size_t test = byAttribute ? 1 : 0;
  bool valid = arguments.named.empty() && given.size() >= test &&
               (!byAttribute || given[0].is(Kind::String));
  if (valid && given.size() > test)
    valid = given[test].is(Kind::String) && isKnownTest(given[test].text());
  if (!valid) {
    fail(line, "'" + name + "' with these arguments is not supported");
    return Value();
  }
  Items items, kept;
  if (!toItems(line, value, items))
    return Value();
  Items rest;
  if (given.size() > test)
    rest.assign(given.begin() + long(test) + 1, given.end());
  bool wanted = name.starts_with("select");
  for (Value &item : items) {
    Value tested = byAttribute ? attributeOf(item, given[0].text()) : item;
    bool holds = given.size() > test
                     ? applyTest(given[test].text(), tested, rest, line)
                     : tested.isTrue();
    if (failed())
      return Value();
    if (holds == wanted)
      kept.push_back(std::move(item));
  }
  return makeList(line, std::move(kept));
}
