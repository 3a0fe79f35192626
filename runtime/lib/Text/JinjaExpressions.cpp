//===- JinjaExpressions.cpp - expressions of a chat template --------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Python's semantics where templates rely on them: and/or return an operand, /
// gives a float, // and % round down, missing members are undefined.
//===----------------------------------------------------------------------===//
#include "JinjaEvaluator.h"

#include "Utf8.h"

#include <algorithm>
#include <cmath>

using namespace llmrt;
using namespace llmrt::jinja;

using Kind = Expression::Kind;
using ValueKind = Value::Kind;

Value Evaluator::evaluate(const Expression &expression) {
  lastLine = expression.line;
  if (!spend(expression.line, 16))
    return Value();
  NestingGuard nested(*this, expression.line);
  if (failed())
    return Value();
  switch (expression.kind) {
  case Kind::Literal:
    return expression.value;
  case Kind::Name:
    return lookUp(expression.text);
  case Kind::List:
    return makeList(expression.line, evaluateItems(expression, 0),
                    /*tuple=*/expression.text == "(");
  case Kind::Dict:
    return evaluateDict(expression);
  case Kind::Member:
    return evaluateMember(expression);
  case Kind::Index:
    return evaluateIndex(expression);
  case Kind::Slice:
    return evaluateSlice(expression);
  case Kind::Call:
    return evaluateCall(expression);
  case Kind::Filter: {
    Value value = evaluate(*expression.operands[0]);
    Arguments arguments = evaluateArguments(expression);
    return failed() ? Value() : applyFilter(expression.text, value, arguments);
  }
  case Kind::Test: {
    Value value = evaluate(*expression.operands[0]);
    Arguments arguments = evaluateArguments(expression);
    return failed() ? Value()
                    : Value::boolean(applyTest(expression.text, value,
                                               arguments.positional,
                                               expression.line));
  }
  case Kind::Not:
  case Kind::And:
  case Kind::Or:
    return evaluateLogic(expression);
  case Kind::Negate:
  case Kind::Arithmetic:
    return evaluateArithmetic(expression);
  case Kind::Concatenate:
    return evaluateConcatenate(expression);
  case Kind::Compare:
    return evaluateCompare(expression);
  case Kind::Choose:
    return evaluateChoose(expression);
  }
  return Value();
}

Value Evaluator::makeString(int line, std::string text) {
  if (!spend(line, text.size() + 32))
    return Value();
  return Value::string(std::move(text));
}

bool Evaluator::mayBeElement(int line, const Value &value) {
  if (value.is(ValueKind::Namespace))
    fail(line, "a namespace cannot be stored in another value");
  else if (value.nesting() >= Value::nestingLimit)
    fail(line,
         "values nested deeper than " + std::to_string(Value::nestingLimit));
  return !failed();
}

Value Evaluator::makeList(int line, Items items, bool tuple) {
  for (const Value &item : items)
    if (!mayBeElement(line, item))
      return Value();
  if (!spend(line, items.size() * sizeof(Value) + 32))
    return Value();
  return tuple ? Value::tuple(std::move(items)) : Value::list(std::move(items));
}

Value Evaluator::makeDict(int line, Members members) {
  for (const auto &[name, member] : members)
    if (!mayBeElement(line, member))
      return Value();
  if (!spend(line, members.size() * 2 * sizeof(Value) + 32))
    return Value();
  return Value::dict(std::move(members));
}

Items Evaluator::evaluateItems(const Expression &expression, size_t from) {
  Items items;
  for (size_t i = from; i < expression.operands.size() && !failed(); ++i)
    items.push_back(evaluate(*expression.operands[i]));
  return items;
}

Arguments Evaluator::evaluateArguments(const Expression &expression) {
  Arguments arguments{expression.line, evaluateItems(expression, 1), {}};
  for (const auto &[name, argument] : expression.named)
    arguments.named.emplace_back(name, evaluate(*argument));
  return arguments;
}

Value Evaluator::evaluateDict(const Expression &expression) {
  Members members;
  for (size_t i = 0; i + 1 < expression.operands.size(); i += 2) {
    Value key = evaluate(*expression.operands[i]);
    Value value = evaluate(*expression.operands[i + 1]);
    if (failed())
      return Value();
    std::optional<std::string> name = memberName(key);
    if (!name) {
      fail(expression.line, std::string("a dict key of type ") +
                                key.typeName() + " is not supported");
      return Value();
    }
    spendLookUp(members.size());
    auto known = std::find_if(members.begin(), members.end(),
                              [&](auto &m) { return m.first == *name; });
    if (known == members.end())
      members.emplace_back(std::move(*name), std::move(value));
    else
      known->second = std::move(value);
  }
  return makeDict(expression.line, std::move(members));
}

Value Evaluator::evaluateMember(const Expression &expression) {
  Value value = evaluate(*expression.operands[0]);
  if (failed())
    return Value();
  if (value.is(ValueKind::Undefined)) {
    fail(expression.line, "'" + expression.operands[0]->text +
                              "' is undefined, it has no member '" +
                              expression.text + "'");
    return Value();
  }
  bool hasMembers = value.is(ValueKind::Dict) || value.is(ValueKind::Namespace);
  const Value *member = hasMembers ? memberOf(value, expression.text) : nullptr;
  return member ? *member : undefined(expression.text);
}

Value Evaluator::evaluateIndex(const Expression &expression) {
  Value value = evaluate(*expression.operands[0]);
  Value index = evaluate(*expression.operands[1]);
  if (failed())
    return Value();
  if (value.is(ValueKind::Undefined)) {
    fail(expression.line, "'" + expression.operands[0]->text +
                              "' is undefined and cannot be indexed");
    return Value();
  }
  std::optional<std::string> name = memberName(index);
  if (name && value.is(ValueKind::Dict)) {
    const Value *member = memberOf(value, *name);
    return member ? *member : undefined(index.print());
  }
  bool sequence = value.is(ValueKind::List) || value.is(ValueKind::String);
  bool whole = index.is(ValueKind::Int) || index.is(ValueKind::Bool);
  if (!sequence || !whole)
    return spendPrint(expression.line, index) ? Value::undefined(index.print())
                                              : Value();
  if (!spend(expression.line,
             value.is(ValueKind::String) ? value.text().size() : 1))
    return Value();
  int64_t count = value.is(ValueKind::List)
                      ? int64_t(value.items().size())
                      : int64_t(characterCount(value.text()));
  int64_t at = index.asInteger();
  if (at < -count || at >= count)
    return Value::undefined(index.print());
  size_t place = size_t(at < 0 ? at + count : at);
  if (value.is(ValueKind::List))
    return value.items()[place];
  return makeString(expression.line, std::string(sliceCharacters(
                                         value.text(), place, place + 1)));
}

namespace {

/// Python's slice.indices: where a slice of `count` elements begins and ends.
void clampSlice(std::optional<int64_t> begin, std::optional<int64_t> end,
                int64_t step, int64_t count, int64_t &first, int64_t &last) {
  int64_t low = step > 0 ? 0 : -1, high = step > 0 ? count : count - 1;
  auto clamp = [&](int64_t value) {
    return std::clamp(value < 0 ? value + count : value, low, high);
  };
  first = begin ? clamp(*begin) : step > 0 ? low : high;
  last = end ? clamp(*end) : step > 0 ? high : low;
}

} // namespace

Value Evaluator::evaluateSlice(const Expression &expression) {
  Value value = evaluate(*expression.operands[0]);
  std::optional<int64_t> bounds[3];
  for (size_t i = 0; i < 3; ++i) {
    if (!expression.operands[i + 1])
      continue;
    Value bound = evaluate(*expression.operands[i + 1]);
    if (bound.is(ValueKind::Int))
      bounds[i] =
          std::clamp<int64_t>(bound.asInteger(), -(1ll << 40), 1ll << 40);
    else if (!bound.is(ValueKind::None))
      fail(expression.line,
           std::string("a slice wants integers, found ") + bound.typeName());
  }
  int64_t step = bounds[2].value_or(1);
  bool text = value.is(ValueKind::String);
  if (step == 0)
    fail(expression.line, "a slice with step 0");
  if (!text && !value.is(ValueKind::List))
    fail(expression.line,
         std::string("cannot slice a value of type ") + value.typeName());
  if (failed())
    return Value();

  int64_t first, last;
  if (text && step == 1) {
    if (!spend(expression.line, 2 * value.weight())) // counts, then cuts
      return Value();
    int64_t count = int64_t(characterCount(value.text()));
    clampSlice(bounds[0], bounds[1], step, count, first, last);
    return makeString(expression.line, std::string(sliceCharacters(
                                           value.text(), size_t(first),
                                           size_t(std::max(first, last)))));
  }
  Items items;
  if (!toItems(expression.line, value, items))
    return Value();
  clampSlice(bounds[0], bounds[1], step, int64_t(items.size()), first, last);
  Items sliced;
  for (int64_t i = first; step > 0 ? i < last : i > last; i += step)
    sliced.push_back(items[size_t(i)]);
  if (!text)
    return makeList(expression.line, std::move(sliced), value.isTuple());
  std::string joined;
  for (const Value &item : sliced)
    joined += item.text();
  return makeString(expression.line, std::move(joined));
}

/// What a loop over the value sees.
bool Evaluator::toItems(int line, const Value &value, Items &items) {
  switch (value.kind()) {
  case ValueKind::Undefined:
    return true;
  case ValueKind::List:
    if (!spend(line, value.items().size() * sizeof(Value)))
      return false;
    items = value.items();
    return true;
  case ValueKind::Dict:
    for (const auto &[name, member] : value.members()) {
      if (!spendPiece(line, name.size()))
        return false;
      items.push_back(memberKey(name));
    }
    return true;
  case ValueKind::String: {
    std::string_view text = value.text();
    for (size_t position = 0; position < text.size();) {
      size_t begin = position;
      if (!spendPiece(line, 1))
        return false;
      text::nextCodePoint(text, position);
      items.push_back(
          Value::string(std::string(text.substr(begin, position - begin))));
    }
    return true;
  }
  default:
    fail(line, std::string("a value of type ") + value.typeName() +
                   " cannot be iterated");
    return false;
  }
}

Value Evaluator::evaluateCall(const Expression &expression,
                              const Value *caller) {
  const Expression &callee = *expression.operands[0];
  Arguments arguments = evaluateArguments(expression);
  if (caller)
    arguments.named.emplace_back("caller", *caller);
  if (callee.kind == Kind::Member) {
    Value value = evaluate(*callee.operands[0]);
    return failed() ? Value() : callMethod(value, callee.text, arguments);
  }
  Value function = evaluate(callee);
  return failed() ? Value() : callValue(function, callee.text, arguments);
}

Value Evaluator::evaluateLogic(const Expression &expression) {
  Value left = evaluate(*expression.operands[0]);
  if (failed())
    return Value();
  if (expression.kind == Kind::Not)
    return Value::boolean(!left.isTrue());
  bool settled = left.isTrue() == (expression.kind == Kind::Or);
  return settled ? left : evaluate(*expression.operands[1]);
}

Value Evaluator::evaluateChoose(const Expression &expression) {
  bool condition = evaluate(*expression.operands[1]).isTrue();
  if (failed())
    return Value();
  const ExpressionPtr &chosen = expression.operands[condition ? 0 : 2];
  return chosen ? evaluate(*chosen) : Value::undefined("else");
}

Value Evaluator::evaluateConcatenate(const Expression &expression) {
  std::string text;
  for (const ExpressionPtr &operand : expression.operands) {
    Value value = evaluate(*operand);
    if (!spendPrint(expression.line, value))
      return Value();
    text += value.print();
  }
  return makeString(expression.line, std::move(text));
}

Value Evaluator::evaluateArithmetic(const Expression &expression) {
  Value a = evaluate(*expression.operands[0]);
  bool negate = expression.kind == Kind::Negate;
  Value b = negate ? a : evaluate(*expression.operands[1]);
  if (failed())
    return Value();
  const std::string &name = expression.text;
  if (a.isNumber() && b.isNumber()) {
    if (a.is(ValueKind::Float) || b.is(ValueKind::Float))
      return negate ? Value::real(-a.asReal())
                    : computeReal(expression, a.asReal(), b.asReal());
    return negate ? computeWhole(expression, 0, a.asInteger())
                  : computeWhole(expression, a.asInteger(), b.asInteger());
  }
  bool sameKind = !negate && a.kind() == b.kind() && a.isTuple() == b.isTuple();
  if (name == "+" && sameKind && a.is(ValueKind::String)) {
    if (!spend(expression.line, a.weight() + b.weight()))
      return Value();
    return Value::string(a.text() + b.text());
  }
  if (name == "+" && sameKind && a.is(ValueKind::List)) {
    Items items;
    if (!toItems(expression.line, a, items) ||
        !spend(expression.line, b.items().size() * sizeof(Value)))
      return Value();
    items.insert(items.end(), b.items().begin(), b.items().end());
    return makeList(expression.line, std::move(items), a.isTuple());
  }
  if (name == "%" && a.is(ValueKind::String))
    return formatText(expression.line, a.text(), b);
  if (name == "*" && b.is(ValueKind::Int))
    return repeat(expression.line, a, b.asInteger());
  for (const ExpressionPtr &operand : expression.operands)
    if (operand->kind == Kind::Name &&
        lookUp(operand->text).is(ValueKind::Undefined))
      fail(expression.line, "'" + operand->text + "' is undefined");
  fail(expression.line, "operator '" + (negate ? "-" : name) +
                            "' does not work on " + a.typeName() + " and " +
                            b.typeName());
  return Value();
}

Value Evaluator::repeat(int line, const Value &value, int64_t count) {
  if (!value.is(ValueKind::String) && !value.is(ValueKind::List)) {
    fail(line, std::string("operator '*' does not work on ") +
                   value.typeName() + " and int");
    return Value();
  }
  bool text = value.is(ValueKind::String);
  uint64_t times = uint64_t(std::max<int64_t>(count, 0));
  uint64_t unit = text ? value.text().size() + 1
                       : (value.items().size() + 1) * sizeof(Value);
  if (times > budget / unit) {
    fail(line, "the template exceeds its limit of work");
    return Value();
  }
  if (!spend(line, times)) // what is repeated may be empty
    return Value();
  std::string repeatedText;
  Items repeatedItems;
  for (uint64_t i = 0; i < times; ++i)
    if (text)
      repeatedText += value.text();
    else
      repeatedItems.insert(repeatedItems.end(), value.items().begin(),
                           value.items().end());
  return text ? makeString(line, std::move(repeatedText))
              : makeList(line, std::move(repeatedItems), value.isTuple());
}

Value Evaluator::computeWhole(const Expression &expression, int64_t a,
                              int64_t b) {
  const std::string name = expression.text.empty() ? "-" : expression.text;
  if (name == "/")
    return computeReal(expression, double(a), double(b));
  int64_t result = 0;
  bool overflow = false;
  if (name == "+")
    overflow = __builtin_add_overflow(a, b, &result);
  else if (name == "-")
    overflow = __builtin_sub_overflow(a, b, &result);
  else if (name == "*")
    overflow = __builtin_mul_overflow(a, b, &result);
  else if (b == 0)
    fail(expression.line, "division by zero");
  else if (b == -1) // INT64_MIN / -1 traps
    overflow = name == "//" && __builtin_sub_overflow(0, a, &result);
  else {
    int64_t remainder = a % b;
    bool down = remainder != 0 && (remainder < 0) != (b < 0);
    result = name == "//" ? a / b - down : remainder + (down ? b : 0);
  }
  if (overflow)
    fail(expression.line, "an integer exceeds 64 bits");
  return failed() ? Value() : Value::integer(result);
}

Value Evaluator::computeReal(const Expression &expression, double a, double b) {
  const std::string &name = expression.text;
  if (name == "+")
    return Value::real(a + b);
  if (name == "-")
    return Value::real(a - b);
  if (name == "*")
    return Value::real(a * b);
  if (b == 0) {
    fail(expression.line, "division by zero");
    return Value();
  }
  if (name == "/")
    return Value::real(a / b);
  if (name == "//")
    return Value::real(std::floor(a / b));
  double remainder = std::fmod(a, b);
  bool down = remainder != 0 && (remainder < 0) != (b < 0);
  return Value::real(down ? remainder + b : remainder);
}

Value Evaluator::evaluateCompare(const Expression &expression) {
  Value left = evaluate(*expression.operands[0]);
  for (size_t i = 0; i < expression.names.size(); ++i) {
    Value right = evaluate(*expression.operands[i + 1]);
    if (failed())
      return Value();
    if (!compare(expression.line, expression.names[i], left, right))
      return failed() ? Value() : Value::boolean(false);
    left = std::move(right);
  }
  return Value::boolean(true);
}

bool Evaluator::compare(int line, const std::string &name, const Value &a,
                        const Value &b) {
  if (!spend(line, std::min(a.weight(), b.weight())))
    return false;
  bool searches = name == "in" || name == "not in";
  if (searches && !spend(line, a.weight()))
    return false;
  if (name == "==")
    return a == b;
  if (name == "!=")
    return !(a == b);
  if (name == "in")
    return contains(line, b, a);
  if (name == "not in")
    return !contains(line, b, a);
  std::optional<int> order = compareValues(a, b);
  if (!order) {
    fail(line, "operator '" + name + "' does not work on " + a.typeName() +
                   " and " + b.typeName());
    return false;
  }
  return name == "<"    ? *order < 0
         : name == ">"  ? *order > 0
         : name == "<=" ? *order <= 0
                        : *order >= 0;
}

bool Evaluator::contains(int line, const Value &container, const Value &item) {
  if (!spend(line, container.weight()))
    return false;
  switch (container.kind()) {
  case ValueKind::Undefined:
    return false;
  case ValueKind::List:
    return std::any_of(container.items().begin(), container.items().end(),
                       [&](const Value &element) { return element == item; });
  case ValueKind::Dict:
    return memberName(item) && memberOf(container, *memberName(item));
  case ValueKind::String:
    if (item.is(ValueKind::String))
      return text::findText(container.text(), item.text(), 0) !=
             std::string::npos;
    break;
  default:
    break;
  }
  fail(line, std::string("cannot look for a ") + item.typeName() + " in a " +
                 container.typeName());
  return false;
}
