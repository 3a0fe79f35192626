//===- JinjaParser.h - expressions of a chat template ---------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The first error sticks and moves the parser to the end, so that parsing code
// reads as the grammar and needs no check after each step.
//===----------------------------------------------------------------------===//
#ifndef LLMRT_TEXT_JINJAPARSER_H
#define LLMRT_TEXT_JINJAPARSER_H

#include "JinjaSyntax.h"

#include <cassert>

namespace llmrt::jinja {

/// A cursor over tokens that parses expressions with Jinja's precedence.
class ExpressionParser {
public:
  explicit ExpressionParser(std::vector<Token> tokens)
      : tokens(std::move(tokens)) {}

  ExpressionPtr parseExpression(); // with `a if b else c`
  ExpressionPtr parseTuple();      // a, b is a list
  ExpressionPtr parseOr();
  /// `name(arguments) | name …` on the text of a block.
  ExpressionPtr parseBlockFilter();

  const Token &current() const {
    assert(position < tokens.size() && "the last token is never taken");
    return tokens[position];
  }
  bool atName(std::string_view name) const {
    return current().kind == Token::Kind::Name && current().text == name;
  }
  bool atOperator(std::string_view text, size_t ahead = 0) const;
  bool takeName(std::string_view name);
  bool takeOperator(std::string_view text);
  bool take(Token::Kind kind);
  std::string expectName(const char *what);
  void expectOperator(std::string_view text);
  void expect(Token::Kind kind, const char *what);

  void fail(const std::string &what);
  bool failed() const { return !error.empty(); }
  const std::string &message() const { return error; }

protected:
  static constexpr int depthLimit = 128;
  unsigned specials = 0; // SpecialNames that were read since it was cleared

  ExpressionPtr make(Expression::Kind kind,
                     std::vector<ExpressionPtr> operands = {},
                     std::string text = {});

private:
  ExpressionPtr parseAnd();
  ExpressionPtr parseNot();
  ExpressionPtr parseComparison();
  ExpressionPtr parseSum();
  ExpressionPtr parseConcatenation();
  ExpressionPtr parseProduct();
  ExpressionPtr parsePower();
  ExpressionPtr parseUnary(bool withFilters);
  ExpressionPtr parsePrimary();
  ExpressionPtr parseNumber();
  ExpressionPtr parseWord();
  ExpressionPtr parseParentheses();
  ExpressionPtr parseList();
  ExpressionPtr parseDict();
  ExpressionPtr parsePostfix(ExpressionPtr operand);
  ExpressionPtr parseFilters(ExpressionPtr operand);
  ExpressionPtr parseSubscript(ExpressionPtr operand);
  ExpressionPtr parseCall(ExpressionPtr operand);
  ExpressionPtr parseFilter(ExpressionPtr operand);
  ExpressionPtr parseFilterCall(ExpressionPtr operand);
  ExpressionPtr parseTest(ExpressionPtr operand);
  void parseArguments(Expression &call);
  bool startsTestArgument() const;
  std::string takeComparison();

  std::vector<Token> tokens;
  size_t position = 0;
  int nesting = 0;
  std::string error;
};

} // namespace llmrt::jinja

#endif // LLMRT_TEXT_JINJAPARSER_H
