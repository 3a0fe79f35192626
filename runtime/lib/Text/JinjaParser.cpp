//===- JinjaParser.cpp - statements of a chat template --------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// for, if, set, with, macro, call, filter, break, continue and the generation
// marks of transformers.
//===----------------------------------------------------------------------===//
#include "JinjaParser.h"

#include <algorithm>
#include <utility>

using namespace llmrt;
using namespace llmrt::jinja;

using TokenKind = Token::Kind;
using Kind = Statement::Kind;

namespace {

class TemplateParser : public ExpressionParser {
public:
  using ExpressionParser::ExpressionParser;

  Expected<Body> run() {
    Body body = parseBody({});
    if (failed())
      return Status::error(message());
    return body;
  }

private:
  using Names = std::vector<std::string_view>;

  /// Up to a statement that begins with one of `ends`, whose name is left at
  /// the cursor; to the end of the template if there are none.
  Body parseBody(const Names &ends) {
    Body body;
    if (++statementDepth > statementDepthLimit)
      fail("statements nested deeper than " +
           std::to_string(statementDepthLimit));
    while (!failed()) {
      if (current().kind == TokenKind::End) {
        if (!ends.empty())
          fail("expected '" + std::string(ends.back()) +
               "' before the end of the template");
        break;
      }
      if (current().kind == TokenKind::Text)
        body.push_back(parseText());
      else if (take(TokenKind::PrintOpen))
        body.push_back(parsePrint());
      else if (take(TokenKind::StatementOpen)) {
        if (std::any_of(ends.begin(), ends.end(),
                        [&](auto end) { return atName(end); }))
          break;
        if (auto statement = parseStatement())
          body.push_back(std::move(statement));
      }
    }
    --statementDepth;
    return body;
  }

  std::unique_ptr<Statement> makeStatement(Kind kind) const {
    auto statement = std::make_unique<Statement>();
    statement->kind = kind;
    statement->line = current().line;
    return statement;
  }

  void close() { expect(TokenKind::StatementClose, "'%}'"); }

  std::unique_ptr<Statement> parseText() {
    auto statement = makeStatement(Kind::Text);
    statement->text = current().text;
    take(TokenKind::Text);
    return statement;
  }

  std::unique_ptr<Statement> parsePrint() {
    auto statement = makeStatement(Kind::Print);
    statement->expressions.push_back(parseTuple());
    expect(TokenKind::PrintClose, "'}}'");
    return statement;
  }

  std::unique_ptr<Statement> parseStatement() {
    if (takeName("if"))
      return parseIf();
    if (takeName("for"))
      return parseFor();
    if (takeName("set"))
      return parseSet();
    if (takeName("macro"))
      return parseMacro();
    if (takeName("call"))
      return parseCallBlock();
    if (takeName("filter"))
      return parseFilterBlock();
    if (takeName("with"))
      return parseWith();
    if (takeName("generation")) // marks the assistant's text while training
      return parseGroup("endgeneration");
    for (auto [name, kind] : {std::pair("break", Kind::Break),
                              std::pair("continue", Kind::Continue)})
      if (takeName(name)) {
        auto statement = makeStatement(kind);
        if (loopDepth == 0)
          fail(std::string("'") + name + "' outside a loop");
        close();
        return statement;
      }
    std::string name = current().text;
    fail(current().kind == TokenKind::Name
             ? "statement '" + name + "' is not supported"
             : "expected the name of a statement");
    return nullptr;
  }

  std::unique_ptr<Statement> parseGroup(std::string_view end) {
    auto statement = makeStatement(Kind::Group);
    parseRest(*statement, end);
    return statement;
  }

  std::unique_ptr<Statement> parseIf() {
    auto statement = makeStatement(Kind::If);
    do {
      statement->expressions.push_back(parseTuple());
      close();
      statement->bodies.push_back(parseBody({"elif", "else", "endif"}));
    } while (takeName("elif"));
    if (takeName("else")) {
      close();
      statement->bodies.push_back(parseBody({"endif"}));
    }
    takeName("endif");
    close();
    return statement;
  }

  std::unique_ptr<Statement> parseFor() {
    auto statement = makeStatement(Kind::For);
    statement->names = parseTargets();
    if (!takeName("in"))
      fail("expected 'in' after the names of a loop");
    // Without the conditional expression: `if` here filters the loop.
    statement->expressions.push_back(parseOr());
    if (takeName("if"))
      statement->expressions.push_back(parseOr());
    if (atName("recursive"))
      fail("recursive loops are not supported");
    close();
    ++loopDepth;
    statement->bodies.push_back(parseBody({"else", "endfor"}));
    --loopDepth;
    if (takeName("else")) {
      close();
      statement->bodies.push_back(parseBody({"endfor"}));
    }
    takeName("endfor");
    close();
    return statement;
  }

  std::vector<std::string> parseTargets() {
    bool parenthesised = takeOperator("(");
    std::vector<std::string> names;
    do
      names.push_back(expectName("the name of a variable"));
    while (takeOperator(","));
    if (parenthesised)
      expectOperator(")");
    return names;
  }

  std::unique_ptr<Statement> parseSet() {
    auto statement = makeStatement(Kind::Set);
    statement->names = parseTargets();
    if (takeOperator(".")) { // set space.member = …
      statement->text = statement->names.back();
      statement->names.back() = expectName("the name of a member");
      if (statement->names.size() > 1)
        fail("setting several members at once is not supported");
    }
    if (takeOperator("=")) {
      statement->expressions.push_back(parseTuple());
      close();
      return statement;
    }
    if (statement->names.size() != 1 || !statement->text.empty())
      fail("this form of 'set' without '=' is not supported");
    statement->kind = Kind::SetBlock;
    if (takeOperator("|"))
      statement->expressions.push_back(parseBlockFilter());
    parseRest(*statement, "endset");
    return statement;
  }

  /// The end of the statement, its body, and the statement that ends it.
  void parseRest(Statement &statement, std::string_view end) {
    close();
    statement.bodies.push_back(parseBody({end}));
    takeName(end);
    close();
  }

  /// (a, b=1) into names and their defaults.
  void parseParameters(Statement &macro) {
    expectOperator("(");
    while (!failed() && !atOperator(")")) {
      macro.names.push_back(expectName("the name of a parameter"));
      macro.expressions.push_back(takeOperator("=") ? parseExpression()
                                                    : nullptr);
      if (!macro.expressions.back() && macro.expressions.size() > 1 &&
          macro.expressions[macro.expressions.size() - 2])
        fail("a parameter without a default follows one with a default");
      if (!takeOperator(","))
        break;
    }
    expectOperator(")");
  }

  /// The body of a macro: what surrounds it is another text's.
  void parseMacroBody(Statement &macro, std::string_view end) {
    int outerLoops = std::exchange(loopDepth, 0);
    unsigned outerSpecials = std::exchange(specials, 0u);
    parseRest(macro, end);
    macro.specials = std::exchange(specials, outerSpecials);
    loopDepth = outerLoops;
  }

  std::unique_ptr<Statement> parseMacro() {
    auto statement = makeStatement(Kind::Macro);
    statement->text = expectName("the name of a macro");
    parseParameters(*statement);
    parseMacroBody(*statement, "endmacro");
    return statement;
  }

  std::unique_ptr<Statement> parseCallBlock() {
    auto statement = makeStatement(Kind::CallBlock);
    auto caller = makeStatement(Kind::Macro);
    caller->text = "caller";
    if (atOperator("("))
      parseParameters(*caller);
    statement->expressions.push_back(parseExpression());
    if (statement->expressions[0]->kind != Expression::Kind::Call)
      fail("expected a call of a macro after 'call'");
    parseMacroBody(*caller, "endcall");
    statement->bodies.emplace_back();
    statement->bodies[0].push_back(std::move(caller));
    return statement;
  }

  std::unique_ptr<Statement> parseFilterBlock() {
    auto statement = makeStatement(Kind::FilterBlock);
    statement->expressions.push_back(parseBlockFilter());
    parseRest(*statement, "endfilter");
    return statement;
  }

  std::unique_ptr<Statement> parseWith() {
    auto statement = makeStatement(Kind::With);
    while (!failed() && current().kind == TokenKind::Name) {
      statement->names.push_back(expectName("the name of a variable"));
      expectOperator("=");
      statement->expressions.push_back(parseExpression());
      if (!takeOperator(","))
        break;
    }
    parseRest(*statement, "endwith");
    return statement;
  }

  static constexpr int statementDepthLimit = 64;
  int statementDepth = 0;
  int loopDepth = 0;
};

} // namespace

Expected<Body> jinja::parseTemplate(std::string_view source) {
  Expected<std::vector<Token>> tokens = tokenize(source);
  if (!tokens)
    return tokens.status();
  return TemplateParser(std::move(*tokens)).run();
}
