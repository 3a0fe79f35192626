//===- JinjaSorting.cpp - filters that order and add up -------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// sort, unique, min, max, dictsort and sum, as jinja2.filters: texts compare
// without case unless asked, an attribute may be a path of names.
//===----------------------------------------------------------------------===//
#include "JinjaEvaluator.h"

#include <algorithm>
#include <bit>

using namespace llmrt;
using namespace llmrt::jinja;

using Kind = Value::Kind;

namespace {

/// Letters of ASCII only: other scripts with cases sort by their code points.
Value withoutCase(const Value &value) {
  if (!value.is(Kind::String))
    return value;
  std::string text = value.text();
  for (char &c : text)
    if (c >= 'A' && c <= 'Z')
      c = char(c - 'A' + 'a');
  return Value::string(std::move(text));
}

/// -1, 0, 1 for the first part that differs; nothing where parts do not compare.
std::optional<int> compareKeys(const Items &a, const Items &b) {
  for (size_t i = 0; i < std::min(a.size(), b.size()); ++i)
    if (std::optional<int> order = compareValues(a[i], b[i]); order != 0)
      return order;
  return 0;
}

} // namespace

Items Evaluator::sortKey(const Value &item, const Value &attribute,
                         bool caseSensitive) {
  Items key;
  std::string path = attribute.is(Kind::Undefined) || attribute.is(Kind::None)
                         ? std::string()
                         : attribute.print();
  uint64_t copied = path.size();
  if (!caseSensitive && item.is(Kind::String))
    copied += item.weight();
  if (!spend(lastLine, copied))
    return {Value()};
  for (size_t begin = 0; begin <= path.size();) {
    size_t end = std::min(path.find(',', begin), path.size());
    std::string part = path.substr(begin, end - begin);
    Value value = part.empty() ? item : attributeOf(item, part);
    key.push_back(caseSensitive ? value : withoutCase(value));
    begin = end + 1;
  }
  return key;
}

/// Sorts without disturbing equal ones; false where keys do not compare.
bool Evaluator::sortKeyed(int line, std::vector<std::pair<Items, Value>> &keyed,
                          bool descending) {
  // A comparison reads both keys, and each takes part in log2(n) of them.
  auto comparisons = uint64_t(std::bit_width(keyed.size()) + 1);
  constexpr uint64_t beyondBudget = uint64_t(1) << 40; // no product overflows
  for (const auto &[key, value] : keyed)
    for (const Value &part : key)
      if (!spend(line, std::min(part.weight(), beyondBudget) * comparisons))
        return false;
  bool comparable = true;
  std::stable_sort(keyed.begin(), keyed.end(),
                   [&](const auto &a, const auto &b) {
                     std::optional<int> order = compareKeys(a.first, b.first);
                     comparable &= order.has_value();
                     return order && (descending ? *order > 0 : *order < 0);
                   });
  if (!comparable)
    fail(line, "values of these types have no order");
  return !failed();
}

Value Evaluator::applyOrderFilter(const std::string &name, const Value &value,
                                  const Items &bound, int line) {
  if (name == "sum")
    return sumItems(value, bound, line);
  bool isDict = name == "dictsort";
  bool byValue =
      isDict && bound[1].is(Kind::String) && bound[1].text() == "value";
  Items items;
  if (isDict && !value.is(Kind::Dict))
    fail(line,
         std::string("'dictsort' wants a dict, found ") + value.typeName());
  if (isDict && !bound[1].is(Kind::Undefined) && !byValue &&
      !(bound[1].is(Kind::String) && bound[1].text() == "key"))
    fail(line, "'dictsort' sorts by 'key' or 'value'");
  if (failed())
    return Value();
  if (isDict)
    for (const auto &[key, member] : value.members())
      items.push_back(makeList(line, {memberKey(key), member}, true));
  else if (!toItems(line, value, items))
    return Value();
  if (failed()) // a pair for which no work is left is no list
    return Value();
  // Parameters: sort(reverse, case_sensitive, attribute), dictsort(
  // case_sensitive, by, reverse), the others (case_sensitive, attribute).
  const Value &caseSensitive = bound[name == "sort" ? 1 : 0];
  const Value &attribute = bound[name == "sort" ? 2 : 1];
  bool descending = name == "max" || (name == "sort" && bound[0].isTrue()) ||
                    (isDict && bound[2].isTrue());
  std::vector<std::pair<Items, Value>> keyed;
  for (Value &item : items) {
    Items key = isDict ? sortKey(item.items()[byValue ? 1 : 0], Value(),
                                 caseSensitive.isTrue())
                       : sortKey(item, attribute, caseSensitive.isTrue());
    keyed.emplace_back(std::move(key), std::move(item));
  }
  Items result;
  if (name == "unique") {
    for (size_t i = 0; i < keyed.size(); ++i) {
      bool isNew = true;
      for (size_t j = 0; j < i && isNew; ++j) {
        if (!spend(line, keyed[j].first[0].weight()))
          return Value();
        isNew = keyed[j].first != keyed[i].first;
      }
      if (isNew)
        result.push_back(keyed[i].second);
    }
    return makeList(line, std::move(result));
  }
  if (!sortKeyed(line, keyed, descending))
    return Value();
  if (name == "min" || name == "max")
    return keyed.empty() ? Value::undefined(name) : keyed.front().second;
  for (auto &[key, item] : keyed)
    result.push_back(std::move(item));
  return makeList(line, std::move(result));
}

Value Evaluator::sumItems(const Value &value, const Items &bound, int line) {
  Items items;
  if (!toItems(line, value, items))
    return Value();
  if (bound[0].is(Kind::String))
    for (Value &item : items)
      item = attributeOf(item, bound[0].text());
  if (!bound[1].is(Kind::Undefined))
    items.push_back(bound[1]);
  int64_t whole = 0;
  double real = 0;
  bool isReal = false;
  for (const Value &number : items) {
    if (!number.isNumber()) {
      fail(line,
           std::string("'sum' wants numbers, found ") + number.typeName());
      return Value();
    }
    isReal |= number.is(Kind::Float);
    real += number.asReal();
    if (!number.is(Kind::Float) &&
        __builtin_add_overflow(whole, number.asInteger(), &whole) && !isReal) {
      fail(line, "an integer exceeds 64 bits");
      return Value();
    }
  }
  return isReal ? Value::real(real) : Value::integer(whole);
}
