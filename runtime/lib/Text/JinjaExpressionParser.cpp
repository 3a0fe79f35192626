//===- JinjaExpressionParser.cpp - expressions of a chat template ---------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Precedence, loosest first: if-else, or, and, not, comparison, + -, ~, * / //
// %,
// **, unary, then postfix, filters and tests (jinja2.parser).
//===----------------------------------------------------------------------===//
#include "JinjaParser.h"

#include <algorithm>
#include <charconv>

using namespace llmrt;
using namespace llmrt::jinja;

using Kind = Expression::Kind;
using TokenKind = Token::Kind;

namespace {

std::vector<ExpressionPtr> listOf(ExpressionPtr a, ExpressionPtr b = nullptr) {
  std::vector<ExpressionPtr> operands;
  operands.push_back(std::move(a));
  if (b)
    operands.push_back(std::move(b));
  return operands;
}

std::string describe(const Token &token) {
  switch (token.kind) {
  case TokenKind::End:
    return "the end of the template";
  case TokenKind::Text:
    return "text";
  case TokenKind::StatementOpen:
    return "'{%'";
  case TokenKind::StatementClose:
    return "'%}'";
  case TokenKind::PrintOpen:
    return "'{{'";
  case TokenKind::PrintClose:
    return "'}}'";
  default:
    return "'" + token.text + "'";
  }
}

} // namespace

bool ExpressionParser::atOperator(std::string_view text, size_t ahead) const {
  size_t index = std::min(position + ahead, tokens.size() - 1);
  return tokens[index].kind == TokenKind::Operator &&
         tokens[index].text == text;
}

bool ExpressionParser::take(TokenKind kind) {
  if (current().kind != kind || kind == TokenKind::End)
    return false;
  ++position;
  return true;
}

bool ExpressionParser::takeName(std::string_view name) {
  return atName(name) && take(TokenKind::Name);
}

bool ExpressionParser::takeOperator(std::string_view text) {
  return atOperator(text) && take(TokenKind::Operator);
}

std::string ExpressionParser::expectName(const char *what) {
  std::string name = current().text;
  expect(TokenKind::Name, what);
  return name;
}

void ExpressionParser::expectOperator(std::string_view text) {
  if (!takeOperator(text))
    fail("expected '" + std::string(text) + "', found " + describe(current()));
}

void ExpressionParser::expect(TokenKind kind, const char *what) {
  if (!take(kind))
    fail(std::string("expected ") + what + ", found " + describe(current()));
}

void ExpressionParser::fail(const std::string &what) {
  if (failed())
    return;
  error = "line " + std::to_string(current().line) + ": " + what;
  position = tokens.size() - 1; // the End token: every loop stops
}

ExpressionPtr ExpressionParser::make(Kind kind,
                                     std::vector<ExpressionPtr> operands,
                                     std::string text) {
  auto result = std::make_unique<Expression>();
  result->kind = kind;
  result->line = current().line;
  result->text = std::move(text);
  for (const ExpressionPtr &operand : operands)
    if (operand)
      result->depth = std::max(result->depth, operand->depth + 1);
  result->operands = std::move(operands);
  if (result->depth > depthLimit)
    fail("an expression nested deeper than " + std::to_string(depthLimit));
  return result;
}

ExpressionPtr ExpressionParser::parseTuple() {
  ExpressionPtr first = parseExpression();
  if (!atOperator(","))
    return first;
  std::vector<ExpressionPtr> items = listOf(std::move(first));
  while (takeOperator(",") && current().kind != TokenKind::StatementClose)
    items.push_back(parseExpression());
  return make(Kind::List, std::move(items), "(");
}

ExpressionPtr ExpressionParser::parseExpression() {
  if (++nesting > depthLimit)
    fail("an expression nested deeper than " + std::to_string(depthLimit));
  ExpressionPtr value = parseOr();
  while (takeName("if")) {
    std::vector<ExpressionPtr> operands = listOf(std::move(value), parseOr());
    operands.push_back(takeName("else") ? parseExpression() : nullptr);
    value = make(Kind::Choose, std::move(operands));
  }
  --nesting;
  return value;
}

ExpressionPtr ExpressionParser::parseOr() {
  ExpressionPtr left = parseAnd();
  while (takeName("or"))
    left = make(Kind::Or, listOf(std::move(left), parseAnd()));
  return left;
}

ExpressionPtr ExpressionParser::parseAnd() {
  ExpressionPtr left = parseNot();
  while (takeName("and"))
    left = make(Kind::And, listOf(std::move(left), parseNot()));
  return left;
}

ExpressionPtr ExpressionParser::parseNot() {
  int count = 0;
  while (takeName("not"))
    ++count;
  ExpressionPtr value = parseComparison();
  for (; count > 0 && !failed(); --count)
    value = make(Kind::Not, listOf(std::move(value)));
  return value;
}

/// The comparison at the cursor, or an empty string.
std::string ExpressionParser::takeComparison() {
  for (std::string_view text : {"==", "!=", "<=", ">=", "<", ">"})
    if (takeOperator(text))
      return std::string(text);
  if (takeName("in"))
    return "in";
  bool notIn = atName("not") && tokens[position + 1].kind == TokenKind::Name &&
               tokens[position + 1].text == "in";
  if (!notIn)
    return {};
  position += 2;
  return "not in";
}

ExpressionPtr ExpressionParser::parseComparison() {
  ExpressionPtr first = parseSum();
  std::string comparison = takeComparison();
  if (comparison.empty())
    return first;
  std::vector<ExpressionPtr> operands = listOf(std::move(first));
  std::vector<std::string> names;
  for (; !comparison.empty(); comparison = takeComparison()) {
    names.push_back(comparison);
    operands.push_back(parseSum());
  }
  ExpressionPtr result = make(Kind::Compare, std::move(operands));
  result->names = std::move(names);
  return result;
}

ExpressionPtr ExpressionParser::parseSum() {
  ExpressionPtr left = parseConcatenation();
  while (atOperator("+") || atOperator("-")) {
    std::string text = current().text;
    take(TokenKind::Operator);
    left = make(Kind::Arithmetic, listOf(std::move(left), parseConcatenation()),
                text);
  }
  return left;
}

ExpressionPtr ExpressionParser::parseConcatenation() {
  ExpressionPtr first = parseProduct();
  if (!atOperator("~"))
    return first;
  std::vector<ExpressionPtr> operands = listOf(std::move(first));
  while (takeOperator("~"))
    operands.push_back(parseProduct());
  return make(Kind::Concatenate, std::move(operands));
}

ExpressionPtr ExpressionParser::parseProduct() {
  ExpressionPtr left = parsePower();
  while (atOperator("*") || atOperator("/") || atOperator("//") ||
         atOperator("%")) {
    std::string text = current().text;
    take(TokenKind::Operator);
    left = make(Kind::Arithmetic, listOf(std::move(left), parsePower()), text);
  }
  return left;
}

ExpressionPtr ExpressionParser::parsePower() {
  ExpressionPtr left = parseUnary(/*withFilters=*/true);
  if (atOperator("**"))
    fail("operator '**' is not supported");
  return left;
}

ExpressionPtr ExpressionParser::parseUnary(bool withFilters) {
  if (++nesting > depthLimit)
    fail("an expression nested deeper than " + std::to_string(depthLimit));
  ExpressionPtr value;
  if (takeOperator("-"))
    value = make(Kind::Negate, listOf(parseUnary(/*withFilters=*/false)));
  else if (takeOperator("+"))
    value = parseUnary(/*withFilters=*/false);
  else
    value = parsePrimary();
  value = parsePostfix(std::move(value));
  --nesting;
  return withFilters ? parseFilters(std::move(value)) : std::move(value);
}

ExpressionPtr ExpressionParser::parsePrimary() {
  ExpressionPtr value;
  switch (current().kind) {
  case TokenKind::Name:
    return parseWord();
  case TokenKind::Integer:
  case TokenKind::Float:
    return parseNumber();
  case TokenKind::String: {
    std::string text;
    while (current().kind == TokenKind::String) { // neighbours are one string
      text += current().text;
      take(TokenKind::String);
    }
    value = make(Kind::Literal);
    value->value = Value::string(std::move(text));
    return value;
  }
  default:
    break;
  }
  if (atOperator("("))
    return parseParentheses();
  if (atOperator("["))
    return parseList();
  if (atOperator("{"))
    return parseDict();
  fail("expected an expression, found " + describe(current()));
  return make(Kind::Literal);
}

ExpressionPtr ExpressionParser::parseNumber() {
  const std::string &text = current().text;
  const char *begin = text.data(), *end = begin + text.size();
  ExpressionPtr result = make(Kind::Literal);
  if (current().kind == TokenKind::Integer) {
    int64_t whole = 0;
    if (std::from_chars(begin, end, whole).ec != std::errc())
      fail("integer " + text + " does not fit in 64 bits");
    result->value = Value::integer(whole);
  } else {
    double fraction = 0;
    if (std::from_chars(begin, end, fraction).ec != std::errc())
      fail("number " + text + " is out of range");
    result->value = Value::real(fraction);
  }
  take(current().kind);
  return result;
}

ExpressionPtr ExpressionParser::parseWord() {
  std::string name = current().text;
  ExpressionPtr result = make(Kind::Literal);
  take(TokenKind::Name);
  if (name == "true" || name == "True") {
    result->value = Value::boolean(true);
  } else if (name == "false" || name == "False") {
    result->value = Value::boolean(false);
  } else if (name == "none" || name == "None") {
    result->value = Value::none();
  } else {
    specials |= name == "varargs"  ? UsesVarargs
                : name == "kwargs" ? UsesKwargs
                : name == "caller" ? UsesCaller
                                   : 0u;
    result->kind = Kind::Name;
    result->text = std::move(name);
  }
  return result;
}

ExpressionPtr ExpressionParser::parseParentheses() {
  expectOperator("(");
  if (takeOperator(")"))
    return make(Kind::List, {}, "(");
  ExpressionPtr first = parseExpression();
  if (!atOperator(",")) {
    expectOperator(")");
    return first;
  }
  std::vector<ExpressionPtr> items = listOf(std::move(first));
  while (takeOperator(",") && !atOperator(")"))
    items.push_back(parseExpression());
  expectOperator(")");
  return make(Kind::List, std::move(items), "(");
}

ExpressionPtr ExpressionParser::parseList() {
  expectOperator("[");
  std::vector<ExpressionPtr> items;
  while (!failed() && !atOperator("]")) {
    items.push_back(parseExpression());
    if (!takeOperator(","))
      break;
  }
  expectOperator("]");
  return make(Kind::List, std::move(items));
}

ExpressionPtr ExpressionParser::parseDict() {
  expectOperator("{");
  std::vector<ExpressionPtr> items;
  while (!failed() && !atOperator("}")) {
    items.push_back(parseExpression());
    expectOperator(":");
    items.push_back(parseExpression());
    if (!takeOperator(","))
      break;
  }
  expectOperator("}");
  return make(Kind::Dict, std::move(items));
}

ExpressionPtr ExpressionParser::parsePostfix(ExpressionPtr operand) {
  while (!failed()) {
    if (takeOperator(".")) {
      bool index = current().kind == TokenKind::Integer;
      if (index) { // a.0 is a[0]
        ExpressionPtr number = parseNumber();
        operand =
            make(Kind::Index, listOf(std::move(operand), std::move(number)));
        continue;
      }
      std::string name = expectName("the name of a member");
      operand = make(Kind::Member, listOf(std::move(operand)), name);
    } else if (atOperator("[")) {
      operand = parseSubscript(std::move(operand));
    } else if (atOperator("(")) {
      operand = parseCall(std::move(operand));
    } else {
      break;
    }
  }
  return operand;
}

ExpressionPtr ExpressionParser::parseSubscript(ExpressionPtr operand) {
  expectOperator("[");
  ExpressionPtr begin, end, step;
  if (!atOperator(":"))
    begin = parseExpression();
  if (takeOperator("]"))
    return make(Kind::Index, listOf(std::move(operand), std::move(begin)));
  expectOperator(":");
  if (!atOperator("]") && !atOperator(":"))
    end = parseExpression();
  if (takeOperator(":") && !atOperator("]"))
    step = parseExpression();
  expectOperator("]");
  std::vector<ExpressionPtr> operands = listOf(std::move(operand));
  operands.push_back(std::move(begin));
  operands.push_back(std::move(end));
  operands.push_back(std::move(step));
  return make(Kind::Slice, std::move(operands));
}

ExpressionPtr ExpressionParser::parseCall(ExpressionPtr operand) {
  ExpressionPtr call = make(Kind::Call, listOf(std::move(operand)));
  parseArguments(*call);
  return call;
}

void ExpressionParser::parseArguments(Expression &call) {
  expectOperator("(");
  auto deepen = [&](const ExpressionPtr &argument) {
    call.depth = std::max(call.depth, argument->depth + 1);
    if (call.depth > depthLimit)
      fail("an expression nested deeper than " + std::to_string(depthLimit));
  };
  while (!failed() && !atOperator(")")) {
    if (atOperator("*") || atOperator("**"))
      fail("arguments by '*' are not supported");
    if (current().kind == TokenKind::Name && atOperator("=", 1)) {
      std::string name = expectName("the name of an argument");
      expectOperator("=");
      call.named.emplace_back(name, parseExpression());
      deepen(call.named.back().second);
    } else {
      call.operands.push_back(parseExpression());
      deepen(call.operands.back());
    }
    if (!takeOperator(","))
      break;
  }
  expectOperator(")");
}

ExpressionPtr ExpressionParser::parseFilters(ExpressionPtr operand) {
  while (!failed()) {
    if (atOperator("|"))
      operand = parseFilter(std::move(operand));
    else if (atName("is"))
      operand = parseTest(std::move(operand));
    else if (atOperator("("))
      operand = parseCall(std::move(operand));
    else
      break;
  }
  return operand;
}

ExpressionPtr ExpressionParser::parseBlockFilter() {
  ExpressionPtr text = make(Kind::Name, {}, blockTextName);
  ExpressionPtr value = parseFilterCall(std::move(text));
  while (!failed() && atOperator("|"))
    value = parseFilter(std::move(value));
  return value;
}

ExpressionPtr ExpressionParser::parseFilter(ExpressionPtr operand) {
  expectOperator("|");
  return parseFilterCall(std::move(operand));
}

ExpressionPtr ExpressionParser::parseFilterCall(ExpressionPtr operand) {
  std::string name = expectName("the name of a filter");
  if (!failed() && !isKnownFilter(name))
    fail("filter '" + name + "' is not supported");
  ExpressionPtr filter =
      make(Kind::Filter, listOf(std::move(operand)), std::move(name));
  if (atOperator("("))
    parseArguments(*filter);
  return filter;
}

bool ExpressionParser::startsTestArgument() const {
  switch (current().kind) {
  case TokenKind::Name:
    for (const char *name : {"else", "or", "and", "is", "if", "in", "not"})
      if (atName(name))
        return false;
    return true;
  case TokenKind::String:
  case TokenKind::Integer:
  case TokenKind::Float:
    return true;
  default:
    return atOperator("[") || atOperator("{");
  }
}

ExpressionPtr ExpressionParser::parseTest(ExpressionPtr operand) {
  takeName("is");
  bool negated = takeName("not");
  std::string name = expectName("the name of a test");
  if (!failed() && !isKnownTest(name))
    fail("test '" + name + "' is not supported");
  ExpressionPtr test =
      make(Kind::Test, listOf(std::move(operand)), std::move(name));
  if (atOperator("("))
    parseArguments(*test);
  else if (startsTestArgument()) {
    test->operands.push_back(parsePostfix(parsePrimary()));
    test->depth = std::max(test->depth, test->operands[1]->depth + 1);
  }
  return negated ? make(Kind::Not, listOf(std::move(test))) : std::move(test);
}
