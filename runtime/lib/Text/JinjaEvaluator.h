//===- JinjaEvaluator.h - runs a chat template ----------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The first error sticks: evaluation then returns undefined values and unwinds.
// Work is paid for before it is done, so a hostile template runs out of budget
// (by default about a second, 256 MiB) and not the machine out of memory. Every
// primitive takes time linear in what it pays for; a deadline stands behind.
//===----------------------------------------------------------------------===//
#ifndef LLMRT_TEXT_JINJAEVALUATOR_H
#define LLMRT_TEXT_JINJAEVALUATOR_H

#include "JinjaSyntax.h"

#include <ctime>
#include <memory>

namespace llmrt::jinja {

/// The arguments of a filter, test, method or function.
struct Arguments {
  int line;
  Items positional;
  Members named;
};

/// The variables of one scope; the globals are outside of the outermost.
struct Frame {
  Members variables;
  std::shared_ptr<Frame> parent;
};

class Evaluator {
public:
  /// `budget`: bytes of work and memory.
  Evaluator(Members globals, const std::tm *now, uint64_t budget)
      : globals(std::move(globals)), now(now), budget(budget) {}

  /// Fails with "line N: " and what went wrong.
  Expected<std::string> render(const Body &body);

private:
  enum class Flow { Next, Break, Continue };

  /// A scope inside of `parent`, current while it lives.
  class ScopeGuard {
  public:
    ScopeGuard(Evaluator &evaluator, std::shared_ptr<Frame> parent)
        : evaluator(evaluator), outer(evaluator.scope) {
      evaluator.scope = std::make_shared<Frame>(Frame{{}, std::move(parent)});
    }
    explicit ScopeGuard(Evaluator &evaluator)
        : ScopeGuard(evaluator, evaluator.scope) {}
    ~ScopeGuard() { evaluator.scope = std::move(outer); }

  private:
    Evaluator &evaluator;
    std::shared_ptr<Frame> outer;
  };

  /// One level of nested evaluation while it lives. Macros may call themselves;
  /// parsed trees are shallow, so only their depth needs a limit here.
  class NestingGuard {
  public:
    NestingGuard(Evaluator &evaluator, int line) : evaluator(evaluator) {
      if (++evaluator.depth > nestingLimit)
        evaluator.fail(line, "calls of macros nested too deeply");
    }
    ~NestingGuard() { --evaluator.depth; }

  private:
    Evaluator &evaluator;
  };
  static constexpr int nestingLimit = 1000;

  void fail(int line, const std::string &what);
  bool failed() const { return !error.empty(); }
  /// Pays for `bytes` of work or memory; false once the budget is spent.
  bool spend(int line, uint64_t bytes);
  /// Pays for one element of a list that is made out of `bytes` of a text.
  bool spendPiece(int line, uint64_t bytes);
  /// Pays for printing: a text as it is, elements with their escapes.
  bool spendPrint(int line, const Value &value);
  /// Pays for a search through so many names.
  void spendLookUp(size_t names);
  bool pastDeadline();

  // Statements (JinjaEvaluator.cpp).
  Flow execute(const Body &body);
  Flow executeOne(const Statement &statement);
  Flow executeIf(const Statement &statement);
  Flow executeFor(const Statement &statement);
  void executeSet(const Statement &statement);
  Flow executeWith(const Statement &statement);
  void executeCallBlock(const Statement &statement);
  /// The text of a body, through the filter if there is one.
  Value capture(int line, const Body &body, const Expression *filter = nullptr);
  void print(int line, const Value &value);
  bool selectItems(const Statement &loop, Items &items);
  bool bindTargets(const Statement &statement, const Value &value);
  void setVariable(const std::string &name, Value value);
  Value lookUp(const std::string &name);
  const Value *memberOf(const Value &value, std::string_view name);
  Value undefined(const std::string &name);

  // Expressions (JinjaExpressions.cpp).
  Value evaluate(const Expression &expression);
  Value evaluateMember(const Expression &expression);
  Value evaluateIndex(const Expression &expression);
  Value evaluateSlice(const Expression &expression);
  Value evaluateCall(const Expression &expression,
                     const Value *caller = nullptr);
  Value evaluateArithmetic(const Expression &expression);
  Value evaluateCompare(const Expression &expression);
  Value evaluateLogic(const Expression &expression);
  Value evaluateConcatenate(const Expression &expression);
  Value evaluateDict(const Expression &expression);
  Value evaluateChoose(const Expression &expression);
  bool compare(int line, const std::string &name, const Value &a,
               const Value &b);
  bool contains(int line, const Value &container, const Value &item);
  Value computeWhole(const Expression &expression, int64_t a, int64_t b);
  Value computeReal(const Expression &expression, double a, double b);
  Value repeat(int line, const Value &value, int64_t count);
  Items evaluateItems(const Expression &expression, size_t from);
  Arguments evaluateArguments(const Expression &expression);
  Value makeString(int line, std::string text);
  Value makeList(int line, Items items, bool tuple = false);
  Value makeDict(int line, Members members);
  bool mayBeElement(int line, const Value &value);
  bool toItems(int line, const Value &value, Items &items);

  // Builtins (JinjaFilters.cpp, JinjaMethods.cpp, JinjaTests.cpp).
  Value applyFilter(const std::string &name, const Value &value,
                    const Arguments &arguments);
  Value applyTextFilter(const std::string &name, const Value &value,
                        const Items &bound, int line);
  Value applyListFilter(const std::string &name, const Value &value,
                        const Items &bound, int line);
  Value applyNumberFilter(const std::string &name, const Value &value,
                          const Items &bound, int line);
  Value applySelection(const std::string &name, const Value &value,
                       const Arguments &arguments);
  Value applyFormat(const Value &value, const Arguments &arguments);
  Value toJsonText(const Value &value, const Items &bound, int line);
  Value applyMap(const Value &value, const Arguments &arguments);
  Value attributeOf(const Value &value, const std::string &path);
  bool applyTest(const std::string &name, const Value &value,
                 const Items &arguments, int line);
  Value callMethod(const Value &value, const std::string &name,
                   const Arguments &arguments);
  Value callTextMethod(const std::string &text, const std::string &name,
                       const Items &arguments, int line);
  Value splitText(const std::string &text, const Items &arguments, int line);
  bool testCharacters(const std::string &name, std::string_view text, int line);
  Value joinTexts(const std::string &separator, const Value &list, int line);
  Value searchText(const std::string &name, const std::string &text,
                   const std::string &wanted, int line);
  Value callFunction(const std::string &name, const Arguments &arguments);
  Value callValue(const Value &function, const std::string &name,
                  const Arguments &arguments);
  Value callMacro(const Value &function, const Arguments &arguments);
  bool bindMacro(const Statement &macro, const Arguments &arguments);
  bool bindSpecials(const Statement &macro, const Arguments &arguments,
                    Members extra);
  Value makeRange(const Items &arguments, int line);
  bool wantText(int line, const std::string &what, const Value &value);
  Value changeCase(const std::string &name, const std::string &text, int line,
                   bool byMethod);
  Value replaceText(const std::string &text, const Items &arguments, int line);

  Value formatText(int line, const std::string &format, const Value &values);
  Value formatBraces(int line, const std::string &format,
                     const Arguments &arguments);
  Value roundNumber(int line, const Value &value, const Items &bound);

  // Order and sums (JinjaSorting.cpp).
  Value applyOrderFilter(const std::string &name, const Value &value,
                         const Items &bound, int line);
  Value sumItems(const Value &value, const Items &bound, int line);
  bool sortKeyed(int line, std::vector<std::pair<Items, Value>> &keyed,
                 bool descending);
  Items sortKey(const Value &item, const Value &attribute, bool caseSensitive);

  Members globals;
  const std::tm *now;
  std::shared_ptr<Frame> scope; // the innermost
  std::shared_ptr<Frame> root;  // the outermost
  int depth = 0;                // of nested statements and expressions
  std::string output;
  std::string error;
  uint64_t budget;
  uint64_t unclocked = 0; // spent since the clock was read
  double deadline = 0;    // of this thread's processor time
  int lastLine = 0;       // of the expression that is being evaluated
};

} // namespace llmrt::jinja

#endif // LLMRT_TEXT_JINJAEVALUATOR_H
