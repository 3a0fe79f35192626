//===- JinjaMacros.cpp - macros of a chat template ------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A macro sees the variables around its definition as they are when it is
// called, not those of its caller.
//===----------------------------------------------------------------------===//
#include "JinjaEvaluator.h"

#include <algorithm>

using namespace llmrt;
using namespace llmrt::jinja;

/// What the call gives beside the parameters: into varargs, kwargs and caller
/// where the macro reads them, else an error as in Jinja.
bool Evaluator::bindSpecials(const Statement &macro, const Arguments &arguments,
                             Members extra) {
  auto name = [&] { return "macro '" + macro.text + "'"; };
  auto caller =
      std::find_if(extra.begin(), extra.end(),
                   [](const auto &member) { return member.first == "caller"; });
  if (macro.specials & UsesCaller) {
    setVariable("caller", caller == extra.end() ? Value::undefined("caller")
                                                : caller->second);
    if (caller != extra.end())
      extra.erase(caller);
  }
  size_t most = macro.names.size();
  Items rest;
  if (arguments.positional.size() > most)
    rest.assign(arguments.positional.begin() + long(most),
                arguments.positional.end());
  if (!rest.empty() && !(macro.specials & UsesVarargs))
    fail(arguments.line, name() + " takes at most " + std::to_string(most) +
                             " arguments, found " +
                             std::to_string(arguments.positional.size()));
  if (!extra.empty() && !(macro.specials & UsesKwargs))
    fail(arguments.line,
         name() + " has no parameter '" + extra.front().first + "'");
  if (macro.specials & UsesVarargs)
    setVariable("varargs", makeList(arguments.line, std::move(rest), true));
  if (macro.specials & UsesKwargs)
    setVariable("kwargs", makeDict(arguments.line, std::move(extra)));
  return !failed();
}

/// Sets the parameters in the current scope; a default may use those before.
bool Evaluator::bindMacro(const Statement &macro, const Arguments &arguments) {
  Members extra = arguments.named;
  for (size_t i = 0; i < macro.names.size() && !failed(); ++i) {
    const std::string &name = macro.names[i];
    auto named =
        std::find_if(extra.begin(), extra.end(), [&](const auto &argument) {
          return argument.first == name;
        });
    Value value = Value::undefined(name);
    if (i < arguments.positional.size()) {
      if (named != extra.end())
        fail(arguments.line, "macro '" + macro.text + "' got '" + name +
                                 "' by place and by name");
      value = arguments.positional[i];
    } else if (named != extra.end()) {
      value = std::move(named->second);
    } else if (macro.expressions[i]) {
      value = evaluate(*macro.expressions[i]);
    }
    if (named != extra.end())
      extra.erase(named);
    setVariable(name, std::move(value));
  }
  return !failed() && bindSpecials(macro, arguments, std::move(extra));
}

Value Evaluator::callMacro(const Value &function, const Arguments &arguments) {
  const Statement &macro = *function.macroStatement();
  if (!spend(arguments.line, 512))
    return Value();
  // A macro that has outlived its surroundings still sees the template's.
  std::shared_ptr<Frame> around = function.macroScope();
  ScopeGuard inner(*this, around ? std::move(around) : root);
  if (!bindMacro(macro, arguments))
    return Value();
  return capture(arguments.line, macro.bodies[0]);
}
