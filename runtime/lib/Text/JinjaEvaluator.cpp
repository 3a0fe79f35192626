//===- JinjaEvaluator.cpp - statements of a chat template -----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Scopes are Jinja's: an iteration of a loop has its own variables, `if` has
// none, and what a loop sets is gone after it (hence namespaces).
//===----------------------------------------------------------------------===//
#include "JinjaEvaluator.h"

#include <algorithm>
#include <cassert>
#include <ctime>

using namespace llmrt;
using namespace llmrt::jinja;

using Kind = Statement::Kind;
using ValueKind = Value::Kind;

namespace {

constexpr size_t outputLimit = size_t(64) << 20;

// What one element of a list takes at most: a value, which a growing vector
// holds twice, its shared text and the allocator's words.
constexpr uint64_t pieceBytes = 2 * sizeof(Value) + 64;

// The budget ends a template within about a second. Should some work not be
// paid for, this does.
constexpr double processorSeconds = 10;
constexpr uint64_t clockedBytes = 1 << 20;

double threadSeconds() {
  timespec now = {};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return double(now.tv_sec) + 1e-9 * double(now.tv_nsec);
}

Value loopValue(const Items &items, size_t index) {
  size_t count = items.size();
  auto whole = [](size_t value) { return Value::integer(int64_t(value)); };
  Members members = {
      {"index", whole(index + 1)},
      {"index0", whole(index)},
      {"revindex", whole(count - index)},
      {"revindex0", whole(count - index - 1)},
      {"first", Value::boolean(index == 0)},
      {"last", Value::boolean(index + 1 == count)},
      {"length", whole(count)},
      {"depth", whole(1)},
      {"depth0", whole(0)},
  };
  if (index > 0)
    members.emplace_back("previtem", items[index - 1]);
  if (index + 1 < count)
    members.emplace_back("nextitem", items[index + 1]);
  return Value::dict(std::move(members));
}

} // namespace

Expected<std::string> Evaluator::render(const Body &body) {
  deadline = threadSeconds() + processorSeconds;
  root = scope = std::make_shared<Frame>();
  execute(body);
  if (failed())
    return Status::error(error);
  return std::move(output);
}

void Evaluator::fail(int line, const std::string &what) {
  if (!failed())
    error = "line " + std::to_string(line) + ": " + what;
}

bool Evaluator::spend(int line, uint64_t bytes) {
  if (failed())
    return false;
  unclocked += bytes;
  if (bytes > budget || (unclocked >= clockedBytes && pastDeadline())) {
    fail(line, "the template exceeds its limit of work");
    return false;
  }
  budget -= bytes;
  return true;
}

bool Evaluator::pastDeadline() {
  unclocked = 0;
  return threadSeconds() > deadline;
}

bool Evaluator::spendPiece(int line, uint64_t bytes) {
  return spend(line, pieceBytes + bytes);
}

bool Evaluator::spendPrint(int line, const Value &value) {
  constexpr uint64_t longestEscape = 6; // \u001b, of one byte
  bool plain = value.is(ValueKind::String);
  return spend(line, value.weight() * (plain ? 1 : longestEscape));
}

void Evaluator::spendLookUp(size_t names) {
  constexpr uint64_t comparison = 2;
  spend(lastLine, names * comparison);
}

Evaluator::Flow Evaluator::execute(const Body &body) {
  for (const auto &statement : body) {
    Flow flow = executeOne(*statement);
    if (failed() || flow != Flow::Next)
      return flow;
  }
  return Flow::Next;
}

Evaluator::Flow Evaluator::executeOne(const Statement &statement) {
  lastLine = statement.line;
  if (!spend(statement.line, 16))
    return Flow::Next;
  NestingGuard nested(*this, statement.line);
  if (failed())
    return Flow::Next;
  switch (statement.kind) {
  case Kind::Text:
    print(statement.line, Value::string(statement.text));
    return Flow::Next;
  case Kind::Print:
    print(statement.line, evaluate(*statement.expressions[0]));
    return Flow::Next;
  case Kind::If:
    return executeIf(statement);
  case Kind::For:
    return executeFor(statement);
  case Kind::Set:
  case Kind::SetBlock:
    executeSet(statement);
    return Flow::Next;
  case Kind::With:
    return executeWith(statement);
  case Kind::Macro:
    setVariable(statement.text, Value::macro(statement.text, statement, scope));
    return Flow::Next;
  case Kind::CallBlock:
    executeCallBlock(statement);
    return Flow::Next;
  case Kind::FilterBlock:
    print(statement.line, capture(statement.line, statement.bodies[0],
                                  statement.expressions[0].get()));
    return Flow::Next;
  case Kind::Group:
    return execute(statement.bodies[0]);
  case Kind::Break:
    return Flow::Break;
  case Kind::Continue:
    return Flow::Continue;
  }
  return Flow::Next;
}

void Evaluator::print(int line, const Value &value) {
  if (!spendPrint(line, value))
    return;
  output += value.print();
  if (output.size() > outputLimit)
    fail(line, "the prompt exceeds 64 MiB");
}

Evaluator::Flow Evaluator::executeIf(const Statement &statement) {
  for (size_t i = 0; i < statement.bodies.size(); ++i) {
    bool taken = i == statement.expressions.size() ||
                 evaluate(*statement.expressions[i]).isTrue();
    if (failed())
      return Flow::Next;
    if (taken)
      return execute(statement.bodies[i]);
  }
  return Flow::Next;
}

/// The items of a loop, after its `if`. False where evaluation failed.
bool Evaluator::selectItems(const Statement &loop, Items &items) {
  Value iterated = evaluate(*loop.expressions[0]);
  if (failed() || !toItems(loop.line, iterated, items))
    return false;
  if (loop.expressions.size() < 2)
    return true;
  Items selected;
  for (Value &item : items) {
    ScopeGuard inner(*this);
    bool kept =
        bindTargets(loop, item) && evaluate(*loop.expressions[1]).isTrue();
    if (failed())
      return false;
    if (kept)
      selected.push_back(std::move(item));
  }
  items = std::move(selected);
  return true;
}

Evaluator::Flow Evaluator::executeFor(const Statement &statement) {
  Items items;
  if (!selectItems(statement, items))
    return Flow::Next;
  if (items.empty() && statement.bodies.size() > 1)
    return execute(statement.bodies[1]);
  for (size_t index = 0; index < items.size(); ++index) {
    if (!spend(statement.line, 512))
      return Flow::Next;
    ScopeGuard inner(*this);
    setVariable("loop", loopValue(items, index));
    Flow flow = Flow::Next;
    if (bindTargets(statement, items[index]))
      flow = execute(statement.bodies[0]);
    if (failed() || flow == Flow::Break)
      return Flow::Next;
  }
  return Flow::Next;
}

bool Evaluator::bindTargets(const Statement &statement, const Value &value) {
  if (statement.names.size() == 1) {
    setVariable(statement.names[0], value);
    return true;
  }
  if (!value.is(ValueKind::List) ||
      value.items().size() != statement.names.size()) {
    fail(statement.line, std::string("cannot unpack a ") + value.typeName() +
                             " into " + std::to_string(statement.names.size()) +
                             " variables");
    return false;
  }
  for (size_t i = 0; i < statement.names.size(); ++i)
    setVariable(statement.names[i], value.items()[i]);
  return true;
}

void Evaluator::executeSet(const Statement &statement) {
  if (statement.kind == Kind::SetBlock) {
    const Expression *filter = statement.expressions.empty()
                                   ? nullptr
                                   : statement.expressions[0].get();
    setVariable(statement.names[0],
                capture(statement.line, statement.bodies[0], filter));
    return;
  }
  Value value = evaluate(*statement.expressions[0]);
  if (failed())
    return;
  if (statement.text.empty()) {
    bindTargets(statement, value);
    return;
  }
  Value space = lookUp(statement.text);
  if (!space.is(ValueKind::Namespace))
    return fail(statement.line, "cannot set a member of '" + statement.text +
                                    "', which is not a namespace");
  spendLookUp(space.members().size());
  if (mayBeElement(statement.line, value))
    space.setMember(statement.names[0], std::move(value));
}

Value Evaluator::capture(int line, const Body &body, const Expression *filter) {
  std::string outer = std::move(output);
  output.clear();
  Flow flow = execute(body);
  if (flow != Flow::Next)
    fail(line, "a loop is left from inside a block whose text is kept");
  Value value = Value::string(std::move(output));
  output = std::move(outer);
  if (!filter || failed())
    return value;
  ScopeGuard inner(*this);
  setVariable(blockTextName, std::move(value));
  return evaluate(*filter);
}

Evaluator::Flow Evaluator::executeWith(const Statement &statement) {
  Items values;
  for (const ExpressionPtr &expression : statement.expressions)
    values.push_back(evaluate(*expression));
  if (failed())
    return Flow::Next;
  ScopeGuard inner(*this);
  for (size_t i = 0; i < values.size(); ++i)
    setVariable(statement.names[i], std::move(values[i]));
  return execute(statement.bodies[0]);
}

void Evaluator::executeCallBlock(const Statement &statement) {
  const Statement &body = *statement.bodies[0][0];
  Value caller = Value::macro(body.text, body, scope);
  print(statement.line, evaluateCall(*statement.expressions[0], &caller));
}

void Evaluator::setVariable(const std::string &name, Value value) {
  assert(scope && "render has opened the outermost scope");
  spendLookUp(scope->variables.size());
  for (auto &[known, variable] : scope->variables)
    if (known == name) {
      variable = std::move(value);
      return;
    }
  scope->variables.emplace_back(name, std::move(value));
}

Value Evaluator::undefined(const std::string &name) {
  return spend(lastLine, name.size()) ? Value::undefined(name) : Value();
}

/// The member of a dict or namespace, or null.
const Value *Evaluator::memberOf(const Value &value, std::string_view name) {
  spendLookUp(value.members().size());
  return failed() ? nullptr : value.findMember(name);
}

Value Evaluator::lookUp(const std::string &name) {
  auto find = [&](const Members &members) -> const Value * {
    spendLookUp(members.size());
    for (const auto &[known, value] : members)
      if (known == name)
        return &value;
    return nullptr;
  };
  for (const Frame *frame = scope.get(); frame; frame = frame->parent.get())
    if (const Value *value = find(frame->variables))
      return *value;
  if (const Value *value = find(globals))
    return *value;
  return undefined(name);
}
