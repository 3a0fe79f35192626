//===- JinjaSyntax.h - a parsed chat template -----------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The depth of every tree is bounded where it is built, so walking one by
// recursion is safe.
//===----------------------------------------------------------------------===//
#ifndef LLMRT_TEXT_JINJASYNTAX_H
#define LLMRT_TEXT_JINJASYNTAX_H

#include "JinjaLexer.h"
#include "JinjaValue.h"

#include <memory>
#include <string>
#include <vector>

namespace llmrt::jinja {

struct Expression;
using ExpressionPtr = std::unique_ptr<Expression>;

struct Expression {
  enum class Kind {
    Literal,     // value
    Name,        // text
    List,        // operands; a tuple if text is "("
    Dict,        // operands: key, value, key, value, …
    Member,      // operands[0] . text
    Index,       // operands[0] [ operands[1] ]
    Slice,       // operands[0] [ operands[1] : operands[2] : operands[3] ]
    Call,        // operands[0] ( operands[1…], named )
    Filter,      // operands[0] | text ( operands[1…], named )
    Test,        // operands[0] is text ( operands[1…] )
    Not,         // not operands[0]
    Negate,      // - operands[0]
    And,         // operands[0] and operands[1]
    Or,          // operands[0] or operands[1]
    Arithmetic,  // operands[0] text operands[1]
    Concatenate, // operands joined as text
    Compare,     // operands[0] names[0] operands[1] names[1] operands[2] …
    Choose,      // operands[0] if operands[1] else operands[2] (may be null)
  };
  Kind kind;
  int line = 0;
  int depth = 1;
  std::string text;
  Value value;
  std::vector<ExpressionPtr> operands; // null where a slice leaves one out
  std::vector<std::string> names;      // comparison operators
  std::vector<std::pair<std::string, ExpressionPtr>> named; // f(name=…)
};

struct Statement;
using Body = std::vector<std::unique_ptr<Statement>>;

struct Statement {
  enum class Kind {
    Text,  // text
    Print, // expressions[0]
    If,    // expressions[i] → bodies[i], an else body without expression
    For,   // names in expressions[0] (if expressions[1]): bodies[0], else [1]
    Set,   // names (or text.names[0]) = expressions[0]
    SetBlock, // names[0] = bodies[0] as text, through the filter expressions[0]
    With,     // names[i] = expressions[i] in bodies[0]
    Macro,    // text (names, defaults expressions, null where none): bodies[0]
    CallBlock, // expressions[0], a call, with the macro bodies[0][0] as caller
    FilterBlock, // bodies[0] through the filter expressions[0]
    Group,       // bodies[0]
    Break,
    Continue,
  };
  Kind kind;
  int line = 0;
  std::string text;
  std::vector<std::string> names;
  std::vector<ExpressionPtr> expressions;
  std::vector<Body> bodies;
  unsigned specials = 0; // of a macro: which of SpecialName it reads
};

/// What a macro finds beside its parameters, if it asks for it.
enum SpecialName : unsigned { UsesVarargs = 1, UsesKwargs = 2, UsesCaller = 4 };

/// The variable in which the filter of a block finds the block's text; no name
/// that a template can write.
inline constexpr const char *blockTextName = "(the block)";

/// Fails on constructs outside the subset. Errors begin with "line N: ".
Expected<Body> parseTemplate(std::string_view source);

/// Whether the evaluator has the filter or the test.
bool isKnownFilter(std::string_view name);
bool isKnownTest(std::string_view name);

} // namespace llmrt::jinja

#endif // LLMRT_TEXT_JINJASYNTAX_H
