//===- JinjaTests.cpp - tests of a chat template --------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// `value is name(arguments)`, as jinja2.tests.
//===----------------------------------------------------------------------===//
#include "JinjaEvaluator.h"

#include <algorithm>

using namespace llmrt;
using namespace llmrt::jinja;

using Kind = Value::Kind;

namespace {

struct TestEntry {
  std::string_view name;
  size_t arguments;
};

constexpr TestEntry tests[] = {
    {"defined", 0}, {"undefined", 0}, {"none", 0},     {"string", 0},
    {"mapping", 0}, {"iterable", 0},  {"sequence", 0}, {"number", 0},
    {"integer", 0}, {"float", 0},     {"boolean", 0},  {"true", 0},
    {"false", 0},   {"callable", 0},  {"even", 0},     {"odd", 0},
    {"lower", 0},   {"upper", 0},     {"equalto", 1},  {"eq", 1},
    {"ne", 1},      {"in", 1},        {"gt", 1},       {"ge", 1},
    {"lt", 1},      {"le", 1},        {"sameas", 1},   {"divisibleby", 1},
};

constexpr std::pair<std::string_view, std::string_view> comparisons[] = {
    {"equalto", "=="}, {"eq", "=="}, {"ne", "!="}, {"in", "in"},
    {"gt", ">"},       {"ge", ">="}, {"lt", "<"},  {"le", "<="},
};

const TestEntry *findTest(std::string_view name) {
  for (const TestEntry &entry : tests)
    if (entry.name == name)
      return &entry;
  return nullptr;
}

bool isAllCase(const Value &value, char first, char last) {
  if (!value.is(Kind::String))
    return false;
  auto any = [&](char from, char to) {
    return std::any_of(value.text().begin(), value.text().end(),
                       [&](char c) { return c >= from && c <= to; });
  };
  char otherFirst = first == 'a' ? 'A' : 'a',
       otherLast = last == 'z' ? 'Z' : 'z';
  return any(first, last) && !any(otherFirst, otherLast);
}

/// Tests that only look at the kind of a value.
bool testKind(std::string_view name, const Value &value) {
  bool text = value.is(Kind::String), list = value.is(Kind::List),
       dict = value.is(Kind::Dict), undefined = value.is(Kind::Undefined);
  if (name == "defined")
    return !undefined;
  if (name == "undefined")
    return undefined;
  if (name == "none")
    return value.is(Kind::None);
  if (name == "string")
    return text;
  if (name == "mapping")
    return dict;
  if (name == "iterable" || name == "sequence")
    return text || list || dict || undefined;
  if (name == "number")
    return value.isNumber();
  if (name == "integer")
    return value.is(Kind::Int);
  if (name == "float")
    return value.is(Kind::Float);
  if (name == "boolean")
    return value.is(Kind::Bool);
  if (name == "true")
    return value.is(Kind::Bool) && value.isTrue();
  if (name == "false")
    return value.is(Kind::Bool) && !value.isTrue();
  if (name == "lower")
    return isAllCase(value, 'a', 'z');
  if (name == "upper")
    return isAllCase(value, 'A', 'Z');
  return value.is(Kind::Function); // callable
}

} // namespace

bool jinja::isKnownTest(std::string_view name) { return findTest(name); }

bool Evaluator::applyTest(const std::string &name, const Value &value,
                          const Items &arguments, int line) {
  if (arguments.size() != findTest(name)->arguments) {
    fail(line, "test '" + name + "' wants " +
                   std::to_string(findTest(name)->arguments) +
                   " arguments, found " + std::to_string(arguments.size()));
    return false;
  }
  for (const auto &[known, comparison] : comparisons)
    if (known == name)
      return compare(line, std::string(comparison), value, arguments[0]);
  if (name == "sameas")
    return value.kind() == arguments[0].kind() &&
           compare(line, "==", value, arguments[0]);
  bool readsText = name == "lower" || name == "upper";
  if (readsText && !spend(line, value.weight()))
    return false;
  if (name != "even" && name != "odd" && name != "divisibleby")
    return testKind(name, value);

  int64_t divisor = name == "divisibleby" && arguments[0].is(Kind::Int)
                        ? arguments[0].asInteger()
                        : 2;
  if (!value.is(Kind::Int) || divisor == 0 ||
      (!arguments.empty() && !arguments[0].is(Kind::Int))) {
    fail(line, "test '" + name + "' wants integers");
    return false;
  }
  bool divides = divisor == -1 || value.asInteger() % divisor == 0;
  return divides != (name == "odd");
}
