//===- JinjaEvaluator.h - runs a chat template ----------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The first error sticks: evaluation then returns undefined values and unwinds.
// Work is paid for before it is done, so a hostile template runs out of budget
// (about a second) and not the machine out of memory.
//===----------------------------------------------------------------------===//
#ifndef LLMRT_TEXT_JINJAEVALUATOR_H
#define LLMRT_TEXT_JINJAEVALUATOR_H

#include "JinjaSyntax.h"

#include <ctime>

namespace llmrt::jinja {

/// The arguments of a filter, test, method or function.
struct Arguments {
  int line;
  Items positional;
  Members named;
};

class Evaluator {
public:
  /// `inputBytes`, the size of the messages, adds to the budget: a template may
  /// read each of them a few times.
  Evaluator(Members globals, const std::tm *now, uint64_t inputBytes)
      : globals(std::move(globals)), now(now),
        budget((uint64_t(1) << 28) + 32 * inputBytes) {}

  /// Fails with "line N: " and what went wrong.
  Expected<std::string> render(const Body &body);

private:
  enum class Flow { Next, Break, Continue };

  void fail(int line, const std::string &what);
  bool failed() const { return !error.empty(); }
  /// Pays for `bytes` of work or memory; false once the budget is spent.
  bool spend(int line, uint64_t bytes);

  // Statements (JinjaEvaluator.cpp).
  Flow execute(const Body &body);
  Flow executeOne(const Statement &statement);
  Flow executeIf(const Statement &statement);
  Flow executeFor(const Statement &statement);
  void executeSet(const Statement &statement);
  void print(int line, const Value &value);
  bool selectItems(const Statement &loop, Items &items);
  bool bindTargets(const Statement &statement, const Value &value);
  void setVariable(const std::string &name, Value value);
  Value lookUp(const std::string &name) const;

  // Expressions (JinjaExpressions.cpp).
  Value evaluate(const Expression &expression);
  Value evaluateMember(const Expression &expression);
  Value evaluateIndex(const Expression &expression);
  Value evaluateSlice(const Expression &expression);
  Value evaluateCall(const Expression &expression);
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
  Value applyMap(const Value &value, const Arguments &arguments);
  Value attributeOf(const Value &value, const std::string &path);
  bool applyTest(const std::string &name, const Value &value,
                 const Items &arguments, int line);
  Value callMethod(const Value &value, const std::string &name,
                   const Arguments &arguments);
  Value callTextMethod(const std::string &text, const std::string &name,
                       const Items &arguments, int line);
  Value splitText(const std::string &text, const Items &arguments, int line);
  Value joinTexts(const std::string &separator, const Value &list, int line);
  Value searchText(const std::string &name, const std::string &text,
                   const std::string &wanted, int line);
  Value callFunction(const std::string &name, const Arguments &arguments);
  Value makeRange(const Items &arguments, int line);
  bool wantText(int line, const std::string &what, const Value &value);
  Value changeCase(const std::string &name, const std::string &text, int line,
                   bool byMethod);
  Value replaceText(const std::string &text, const Items &arguments, int line);

  Members globals;
  const std::tm *now;
  std::vector<Members> frames; // the innermost last
  std::string output;
  std::string error;
  uint64_t budget;
};

} // namespace llmrt::jinja

#endif // LLMRT_TEXT_JINJAEVALUATOR_H
