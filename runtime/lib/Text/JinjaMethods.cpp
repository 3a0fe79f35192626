//===- JinjaMethods.cpp - methods and functions of a chat template --------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What transformers' sandbox lets a template call: nothing that changes a value
// and nothing that reaches outside.
//===----------------------------------------------------------------------===//
#include "JinjaEvaluator.h"

#include "Unicode.h"
#include "Utf8.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <functional>

using namespace llmrt;
using namespace llmrt::jinja;

using Kind = Value::Kind;

Value Evaluator::callMethod(const Value &value, const std::string &name,
                            const Arguments &arguments) {
  int line = arguments.line;
  const Items &given = arguments.positional;
  // Methods of a text read all of it, and of the texts they are given.
  uint64_t work = value.is(Kind::String) ? value.weight() : 16;
  for (const Value &argument : given)
    work += argument.is(Kind::String) ? argument.weight() : 16;
  if (!spend(line, work))
    return Value();
  if (value.is(Kind::String) && name == "format")
    return formatBraces(line, value.text(), arguments);
  if (value.is(Kind::Dict) || value.is(Kind::Namespace))
    if (const Value *member = value.findMember(name);
        member && member->is(Kind::Function))
      return callValue(*member, name, arguments);
  if (!arguments.named.empty()) {
    fail(line, "method '" + name + "' with named arguments is not supported");
    return Value();
  }
  if (value.is(Kind::String))
    return callTextMethod(value.text(), name, given, line);
  if (value.is(Kind::Dict)) {
    if (name == "get" && (given.size() == 1 || given.size() == 2)) {
      std::optional<std::string> key = memberName(given[0]);
      const Value *member = key ? memberOf(value, *key) : nullptr;
      return member ? *member : given.size() == 2 ? given[1] : Value::none();
    }
    const Value *index = value.findMember("index0"); // of a loop
    if (name == "cycle" && !given.empty() && index && index->is(Kind::Int) &&
        index->asInteger() >= 0)
      return given[size_t(index->asInteger()) % given.size()];
    Items items;
    if (given.empty() &&
        (name == "keys" || name == "values" || name == "items")) {
      for (const auto &[key, member] : value.members()) {
        if (!spendPiece(line, key.size()))
          return Value();
        items.push_back(name == "keys" ? memberKey(key)
                        : name == "values"
                            ? member
                            : makeList(line, {memberKey(key), member},
                                       /*tuple=*/true));
      }
      return makeList(line, std::move(items));
    }
  }
  if (value.is(Kind::Undefined))
    fail(line, "method '" + name + "' of an undefined value");
  fail(line, "method '" + name + "' of a " + value.typeName() +
                 " with these arguments is not supported");
  return Value();
}

namespace {

size_t countOf(const std::string &text, const std::string &wanted) {
  size_t count = 0;
  for (size_t at = text::findText(text, wanted, 0); at != text.npos;
       at = text::findText(text, wanted, at + wanted.size()))
    ++count;
  return count;
}

/// Takes a part of a text; false: no more are wanted.
using TakePart = std::function<bool(std::string_view)>;

/// Parts between white space, the last with all that is left after `most`
/// splits.
void splitAtSpace(std::string_view text, int64_t most, const TakePart &take) {
  int64_t parts = 0;
  for (text = stripText(text, true, false); !text.empty();
       text = stripText(text, true, false)) {
    size_t end = 0;
    bool last = most >= 0 && parts++ == most;
    while (!last && end < text.size()) {
      size_t next = end;
      if (isSpaceCharacter(text::nextCodePoint(text, next)))
        break;
      end = next;
    }
    if (last)
      end = stripText(text, false, true).size();
    if (!take(text.substr(0, end)))
      return;
    text.remove_prefix(last ? text.size() : end);
  }
}

void splitLines(std::string_view text, const TakePart &take) {
  for (size_t begin = 0; begin < text.size();) {
    size_t end = std::min(text.find_first_of("\r\n", begin), text.size());
    if (!take(text.substr(begin, end - begin)))
      return;
    bool pair = text.compare(end, 2, "\r\n") == 0;
    begin = end + (pair ? 2 : 1);
  }
}

void splitAt(std::string_view text, std::string_view separator, int64_t most,
             const TakePart &take) {
  size_t begin = 0;
  for (size_t end;
       most != 0 && (end = text::findText(text, separator, begin)) != text.npos;
       begin = end + separator.size(), --most)
    if (!take(text.substr(begin, end - begin)))
      return;
  take(text.substr(begin));
}

/// Whether the method takes one text and looks for it.
bool isSearch(std::string_view name) {
  constexpr std::array<std::string_view, 8> searches = {
      "startswith", "endswith", "find",         "rfind",
      "index",      "count",    "removeprefix", "removesuffix"};
  return std::find(searches.begin(), searches.end(), name) != searches.end();
}

} // namespace

Value Evaluator::splitText(const std::string &text, const Items &arguments,
                           int line) {
  bool atSpace = arguments.empty() || arguments[0].is(Kind::None);
  int64_t most = arguments.size() > 1 && arguments[1].is(Kind::Int)
                     ? std::max<int64_t>(arguments[1].asInteger(), -1)
                     : -1;
  Items items;
  auto take = [&](std::string_view part) {
    if (spendPiece(line, part.size()))
      items.push_back(Value::string(std::string(part)));
    return !failed();
  };
  if (atSpace) {
    splitAtSpace(text, most, take);
    return makeList(line, std::move(items));
  }
  if (!wantText(line, "'split'", arguments[0]))
    return Value();
  const std::string &separator = arguments[0].text();
  if (separator.empty()) {
    fail(line, "'split' at an empty text");
    return Value();
  }
  splitAt(text, separator, most, take);
  return makeList(line, std::move(items));
}

/// Python's test of all characters of a text that is not empty.
bool Evaluator::testCharacters(const std::string &name, std::string_view text,
                               int line) {
  for (size_t position = 0; position < text.size();) {
    uint32_t c = text::nextCodePoint(text, position);
    if (name == "isdigit" && c >= 0x80 && text::isNumeric(c))
      fail(line, "'isdigit' of digits beyond ASCII is not supported");
    bool holds = name == "isdigit" ? c >= '0' && c <= '9' : isSpaceCharacter(c);
    if (!holds)
      return false;
  }
  return !text.empty();
}

Value Evaluator::joinTexts(const std::string &separator, const Value &list,
                           int line) {
  Items items;
  if (!toItems(line, list, items))
    return Value();
  std::string out;
  for (size_t i = 0; i < items.size(); ++i) {
    if (!wantText(line, "'join'", items[i]) ||
        !spend(line, items[i].weight() + separator.size()))
      return Value();
    out += (i ? separator : std::string()) + items[i].text();
  }
  return makeString(line, std::move(out));
}

Value Evaluator::searchText(const std::string &name, const std::string &text,
                            const std::string &wanted, int line) {
  bool starts = text.starts_with(wanted), ends = text.ends_with(wanted);
  if (name == "startswith")
    return Value::boolean(starts);
  if (name == "endswith")
    return Value::boolean(ends);
  if (name == "removeprefix")
    return makeString(line, starts ? text.substr(wanted.size()) : text);
  if (name == "removesuffix")
    return makeString(line, ends ? text.substr(0, text.size() - wanted.size())
                                 : text);
  if (name == "count")
    return Value::integer(int64_t(wanted.empty() ? characterCount(text) + 1
                                                 : countOf(text, wanted)));
  assert((name == "find" || name == "rfind" || name == "index") &&
         "isSearch names no other method");
  size_t found = name == "rfind" ? text::findLastText(text, wanted)
                                 : text::findText(text, wanted, 0);
  if (name == "index" && found == text.npos)
    fail(line, "'index' does not find the text");
  return Value::integer(
      found == text.npos
          ? -1
          : int64_t(characterCount(std::string_view(text).substr(0, found))));
}

Value Evaluator::callTextMethod(const std::string &text,
                                const std::string &name, const Items &arguments,
                                int line) {
  size_t count = arguments.size();
  if (name == "split" && count <= 2)
    return splitText(text, arguments, line);
  if (name == "replace" && (count == 2 || count == 3))
    return replaceText(text, arguments, line);
  if (count == 0 && (name == "upper" || name == "lower" || name == "title" ||
                     name == "capitalize"))
    return changeCase(name, text, line, /*byMethod=*/true);
  if (count == 0 && name == "splitlines") {
    Items items;
    splitLines(text, [&](std::string_view part) {
      if (spendPiece(line, part.size()))
        items.push_back(Value::string(std::string(part)));
      return !failed();
    });
    return makeList(line, std::move(items));
  }
  if ((name == "strip" || name == "lstrip" || name == "rstrip") && count <= 1) {
    std::optional<std::string_view> characters;
    if (count == 1 && !arguments[0].is(Kind::None)) {
      if (!wantText(line, "'" + name + "'", arguments[0]))
        return Value();
      characters = arguments[0].text();
    }
    return makeString(line,
                      std::string(stripText(text, name != "rstrip",
                                            name != "lstrip", characters)));
  }
  if (count == 1 && name == "join")
    return joinTexts(text, arguments[0], line);
  bool atEdge = name == "startswith" || name == "endswith";
  if (count == 1 && atEdge && arguments[0].isTuple()) {
    for (const Value &wanted : arguments[0].items())
      if (wantText(line, "'" + name + "'", wanted) &&
          searchText(name, text, wanted.text(), line).isTrue())
        return Value::boolean(true);
    return Value::boolean(false);
  }
  if (count == 0 && (name == "isdigit" || name == "isspace"))
    return Value::boolean(testCharacters(name, text, line));
  if (count == 1 && isSearch(name)) {
    if (!wantText(line, "'" + name + "'", arguments[0]))
      return Value();
    return searchText(name, text, arguments[0].text(), line);
  }
  fail(line, "method '" + name +
                 "' of a str with these arguments is not "
                 "supported");
  return Value();
}

Value Evaluator::makeRange(const Items &arguments, int line) {
  int64_t bounds[3] = {0, 0, 1};
  bool valid = !arguments.empty() && arguments.size() <= 3;
  for (size_t i = 0; valid && i < arguments.size(); ++i) {
    valid = arguments[i].is(Kind::Int) &&
            std::abs(arguments[i].asInteger() / 2) < int64_t(1) << 40;
    if (valid)
      bounds[arguments.size() == 1 ? 1 : i] = arguments[i].asInteger();
  }
  auto [begin, end, step] = bounds;
  if (!valid || step == 0) {
    fail(line, "'range' wants one to three integers, the step not 0");
    return Value();
  }
  int64_t span = step > 0 ? end - begin : begin - end;
  int64_t count = span <= 0 ? 0 : (span - 1) / std::abs(step) + 1;
  if (count > 100000) { // the limit of jinja2's sandbox
    fail(line, "'range' of more than 100000 numbers");
    return Value();
  }
  Items items;
  for (int64_t i = 0; i < count; ++i)
    items.push_back(Value::integer(begin + i * step));
  return makeList(line, std::move(items));
}

Value Evaluator::callValue(const Value &function, const std::string &name,
                           const Arguments &arguments) {
  if (function.is(Kind::Function))
    return function.macroStatement() ? callMacro(function, arguments)
                                     : callFunction(function.text(), arguments);
  if (function.is(Kind::Undefined))
    fail(arguments.line, "'" + name + "' is undefined and cannot be called");
  else
    fail(arguments.line, std::string("a value of type ") + function.typeName() +
                             " cannot be called");
  return Value();
}

Value Evaluator::callFunction(const std::string &name,
                              const Arguments &arguments) {
  int line = arguments.line;
  const Items &given = arguments.positional;
  for (const Value &argument : given)
    if (!spendPrint(line, argument))
      return Value();
  if (name == "raise_exception") {
    constexpr size_t longestReason = 1000; // bytes; an error is one line
    fail(line,
         "the template refuses these messages: " +
             (given.empty() ? "" : given[0].print()).substr(0, longestReason));
    return Value();
  }
  if (name == "namespace" && given.empty()) {
    for (const auto &[member, value] : arguments.named)
      if (!mayBeElement(line, value))
        return Value();
    return Value::space(arguments.named);
  }
  if (name == "dict" && given.empty())
    return makeDict(line, arguments.named);
  if (name == "range" && arguments.named.empty())
    return makeRange(given, line);
  if (name == "strftime_now" && given.size() == 1 && now &&
      wantText(line, "'strftime_now'", given[0]) && !given[0].text().empty()) {
    std::array<char, 256> buffer;
    size_t length = std::strftime(buffer.data(), buffer.size(),
                                  given[0].text().c_str(), now);
    return makeString(line, std::string(buffer.data(), length));
  }
  fail(line, "function '" + name + "' with these arguments is not supported");
  return Value();
}
