//===- BodyParser.cpp - the statements of a function ----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Names of registers and labels are those of the braces around them: inline
// assembly brings blocks of its own.
//===----------------------------------------------------------------------===//
#include "Lanes.h"
#include "Parser.h"

#include <algorithm>
#include <cassert>
#include <iterator>

using namespace llmc::ptxsim;

BodyParser::BodyParser(Scanner &scanner, ModuleContents &contents,
                       Function &function)
    : scanner(scanner), contents(contents), function(function) {}

void BodyParser::define(std::string_view name, Operand meaning) {
  scopes.back().names[name] = std::move(meaning);
}

uint32_t BodyParser::takeLocal(uint64_t bytes, uint32_t alignment) {
  uint64_t offset = alignTo(function.code.localBytes, alignment);
  if (bytes > (uint64_t(1) << 24) || offset + bytes > (uint64_t(1) << 24))
    scanner.fail("more than 16 MiB of local memory");
  function.code.localBytes = uint32_t(offset + bytes);
  argumentBytes[uint32_t(offset)] = uint32_t(bytes);
  return uint32_t(offset);
}

void BodyParser::parse() {
  scanner.expect("{");
  while (!scopes.empty()) {
    if (scanner.peek().kind == Token::Kind::End)
      scanner.fail("the body of '" + function.name + "' has no end");
    parseStatement();
  }
}

void BodyParser::closeScope() {
  Scope closed = std::move(scopes.back());
  scopes.pop_back();
  for (auto &[label, place] : closed.pending) {
    auto found = closed.labels.find(label);
    auto [instruction, table] = place;
    if (found == closed.labels.end()) {
      if (scopes.empty())
        scanner.fail("there is no label '" + std::string(label) + "'");
      scopes.back().pending.push_back({label, place});
    } else if (table < 0) {
      function.code.instructions[instruction].target = found->second;
    } else {
      function.code.branchTables[size_t(table)][instruction] = found->second;
    }
  }
}

void BodyParser::useLabel(std::string_view label, uint32_t instruction,
                          int table) {
  scopes.back().pending.push_back({label, {instruction, table}});
}

void BodyParser::parseStatement() {
  const Token &token = scanner.peek();
  if (scanner.takeIf("{")) {
    scopes.emplace_back();
  } else if (scanner.takeIf("}")) {
    closeScope();
  } else if (scanner.takeIf(";")) {
  } else if (token.kind == Token::Kind::Directive) {
    std::string_view directive = scanner.take().text;
    if (directive == ".reg")
      parseRegisters();
    else if (directive == ".local" || directive == ".shared" ||
             directive == ".param")
      parseVariable(directive);
    else if (directive == ".loc" || directive == ".file") {
      // Up to the line's end: they have no mark there.
      uint32_t line = scanner.peek().line;
      while (scanner.peek().line == line &&
             scanner.peek().kind != Token::Kind::End)
        scanner.take();
    } else if (directive == ".pragma")
      scanner.skipStatement();
    else
      scanner.fail("the directive '" + std::string(directive) +
                   "' is not known in a function");
  } else if (scanner.atLabel()) {
    std::string_view label = scanner.take().text;
    scanner.expect(":");
    if (scanner.takeIf(".branchtargets"))
      return parseBranchTable(label);
    if (scanner.peek().is(".callprototype"))
      scanner.fail("calls by pointer are not known");
    uint32_t place = uint32_t(function.code.instructions.size());
    if (!scopes.back().labels.emplace(label, place).second)
      scanner.fail("the label '" + std::string(label) + "' is there twice");
  } else {
    parseInstruction();
  }
}

void BodyParser::parseBranchTable(std::string_view label) {
  auto [found, isNew] =
      tables.emplace(label, function.code.branchTables.size());
  if (isNew)
    function.code.branchTables.emplace_back();
  do {
    std::vector<uint32_t> &table = function.code.branchTables[found->second];
    useLabel(scanner.expectWord("a label").text, uint32_t(table.size()),
             int(found->second));
    table.push_back(0);
  } while (scanner.takeIf(","));
  scanner.expect(";");
}

void BodyParser::parseRegisters() {
  Token directive = scanner.take();
  std::optional<Type> type = parseType(directive.text.substr(1));
  if (!type || *type == Type::B128)
    scanner.fail("registers of type '" + std::string(directive.text) +
                 "' are not known");
  do {
    std::string_view name = scanner.expectWord("a register").text;
    Operand reg;
    reg.kind = Operand::Kind::Register;
    reg.type = *type;
    reg.slot = function.code.slotCount;
    if (!scanner.takeIf("<")) {
      define(name, reg);
      ++function.code.slotCount;
      continue;
    }
    // %r<100>: found as the name without its digits.
    int64_t count = scanner.expectInteger("how many registers");
    if (count < 0 || count > (1 << 20))
      scanner.fail("more than 2^20 registers");
    reg.value = uint64_t(count);
    reg.text = "<";
    function.code.slotCount += uint32_t(count);
    define(name, reg);
    scanner.expect(">");
  } while (scanner.takeIf(","));
  scanner.expect(";");
}

void BodyParser::parseVariable(std::string_view space) {
  Declaration variable = parseDeclaration(scanner);
  scanner.expect(";");
  Operand address;
  if (space == ".shared") {
    std::string name = function.name + "/" + std::string(variable.name);
    auto placed = contents.sharedVariables.insert_or_assign(
        name, SharedVariable{uint32_t(variable.sizeBytes), variable.alignment,
                             variable.isOpen});
    address.kind = Operand::Kind::Shared;
    address.text = placed.first->first;
    address.space = Space::Shared;
  } else {
    address.kind = Operand::Kind::Immediate;
    address.value = takeLocal(variable.sizeBytes, variable.alignment);
    address.space = Space::Local;
  }
  define(variable.name, address);
}

const Operand *BodyParser::findName(std::string_view name) const {
  for (auto scope = scopes.rbegin(); scope != scopes.rend(); ++scope)
    if (auto found = scope->names.find(name); found != scope->names.end())
      return &found->second;
  return nullptr;
}

Operand BodyParser::lookUp(const Token &word) {
  const Operand *found = findName(word.text);
  if (found && found->text != "<")
    return *found;
  // %r12 of %r<100>.
  size_t digits = word.text.size();
  while (digits > 0 && std::isdigit((unsigned char)word.text[digits - 1]))
    --digits;
  const Operand *range = findName(word.text.substr(0, digits));
  if (range && range->text == "<" && digits < word.text.size() &&
      word.text.size() - digits < 8) {
    uint64_t index = std::stoul(std::string(word.text.substr(digits)));
    if (index >= range->value)
      scanner.fail("the register '" + std::string(word.text) +
                       "' is not declared: there are " +
                       std::to_string(range->value),
                   word.line);
    Operand reg = *range;
    reg.slot += uint32_t(index);
    reg.text = {};
    return reg;
  }
  if (word.text[0] == '%' || word.is("WARP_SZ"))
    return special(word.text);
  Operand operand;
  if (auto shared = contents.sharedVariables.find(word.text);
      shared != contents.sharedVariables.end()) {
    operand.kind = Operand::Kind::Shared;
    operand.text = shared->first;
    operand.space = Space::Shared;
  } else if (auto variable = contents.variables.find(word.text);
             variable != contents.variables.end()) {
    operand.kind = Operand::Kind::Immediate;
    operand.value = variable->second.address;
    operand.space = Space::Global;
  } else {
    operand.kind = Operand::Kind::Name;
    operand.text = word.text;
  }
  return operand;
}

Operand BodyParser::special(std::string_view name) {
  static const std::unordered_map<std::string_view, Special> known = {
      {"%tid.x", Special::TidX},
      {"%tid.y", Special::TidY},
      {"%tid.z", Special::TidZ},
      {"%ntid.x", Special::NtidX},
      {"%ntid.y", Special::NtidY},
      {"%ntid.z", Special::NtidZ},
      {"%ctaid.x", Special::CtaidX},
      {"%ctaid.y", Special::CtaidY},
      {"%ctaid.z", Special::CtaidZ},
      {"%nctaid.x", Special::NctaidX},
      {"%nctaid.y", Special::NctaidY},
      {"%nctaid.z", Special::NctaidZ},
      {"%laneid", Special::LaneId},
      {"%warpid", Special::WarpId},
      {"%nwarpid", Special::NumWarps},
      {"WARP_SZ", Special::WarpSize},
      {"%smid", Special::SmId},
      {"%nsmid", Special::NumSms},
      {"%gridid", Special::GridId},
      {"%lanemask_eq", Special::LaneMaskEq},
      {"%lanemask_le", Special::LaneMaskLe},
      {"%lanemask_lt", Special::LaneMaskLt},
      {"%lanemask_ge", Special::LaneMaskGe},
      {"%lanemask_gt", Special::LaneMaskGt},
      {"%dynamic_smem_size", Special::DynamicSharedBytes},
      {"%total_smem_size", Special::TotalSharedBytes},
      {"%cluster_ctarank", Special::Zero},
      {"%cluster_ctaid.x", Special::Zero},
      {"%cluster_ctaid.y", Special::Zero},
      {"%cluster_ctaid.z", Special::Zero},
      {"%cluster_nctarank", Special::One},
      {"%cluster_nctaid.x", Special::One},
      {"%cluster_nctaid.y", Special::One},
      {"%cluster_nctaid.z", Special::One},
      {"%clusterid.x", Special::CtaidX},
      {"%clusterid.y", Special::CtaidY},
      {"%clusterid.z", Special::CtaidZ},
      {"%nclusterid.x", Special::NctaidX},
      {"%nclusterid.y", Special::NctaidY},
      {"%nclusterid.z", Special::NctaidZ},
  };
  Operand operand;
  auto found = known.find(name);
  if (found == known.end()) { // %clock, which mov reads
    operand.kind = Operand::Kind::Name;
    operand.text = name;
    return operand;
  }
  operand.kind = Operand::Kind::Register;
  operand.type = Type::U32;
  auto [slot, isNew] = specials.emplace(name, function.code.slotCount);
  if (isNew)
    function.code.specials.push_back(
        {function.code.slotCount++, found->second});
  operand.slot = slot->second;
  return operand;
}

Operand BodyParser::parseNumberOperand(bool negative) {
  Token token = scanner.take();
  Number number;
  if (token.kind != Token::Kind::Number || !parseNumber(token.text, number))
    scanner.fail("'" + std::string(token.text) + "' is no number", token.line);
  Operand operand;
  operand.kind = Operand::Kind::Immediate;
  operand.isReal = number.isReal;
  operand.isSingle = number.isSingle;
  operand.value = number.bits;
  if (negative && number.isReal)
    operand.value = toBits(-asType<double>(number.bits));
  else if (negative && number.isSingle)
    operand.value = toBits(-asType<float>(number.bits));
  else if (negative)
    operand.value = 0 - number.bits;
  return operand;
}

Operand BodyParser::parsePrimary() {
  if (scanner.takeIf("-"))
    return parseNumberOperand(true);
  if (scanner.peek().kind == Token::Kind::Number)
    return parseNumberOperand(false);
  Token word = scanner.expectWord("an operand");
  if (word.is("_"))
    return {};
  return lookUp(word);
}

Operand BodyParser::parseMemory() {
  Operand memory;
  memory.kind = Operand::Kind::Memory;
  Operand base = parsePrimary();
  auto takeOffset = [&]() -> uint64_t {
    bool minus = scanner.peek().is("-");
    if (!minus && !scanner.takeIf("+"))
      return 0;
    if (minus || scanner.peek().is("-"))
      scanner.take(), minus = true;
    uint64_t value = uint64_t(scanner.expectInteger("an offset"));
    return minus ? 0 - value : value;
  };
  memory.value = takeOffset();
  memory.space = base.space;
  memory.parts.push_back(std::move(base));
  while (scanner.takeIf(","))
    memory.parts.push_back(parseOperand());
  scanner.expect("]");
  return memory;
}

Operand BodyParser::parseOperand() {
  if (scanner.takeIf("["))
    return parseMemory();
  if (scanner.takeIf("!")) {
    Operand operand = parsePrimary();
    if (operand.kind != Operand::Kind::Register || operand.type != Type::Pred)
      scanner.fail("only a predicate can have '!'");
    operand.negated = true;
    return operand;
  }
  Operand operand;
  if (scanner.takeIf("{")) {
    operand.kind = Operand::Kind::Vector;
    do
      operand.parts.push_back(parsePrimary());
    while (scanner.takeIf(","));
    scanner.expect("}");
    return operand;
  }
  operand = parsePrimary();
  if (scanner.takeIf("|")) {
    Operand pair;
    pair.kind = Operand::Kind::Vector;
    pair.text = "|";
    pair.parts = {operand, parsePrimary()};
    return pair;
  }
  if (scanner.peek().is("+") && operand.kind != Operand::Kind::Register) {
    scanner.take();
    operand.value += uint64_t(scanner.expectInteger("an offset"));
  }
  return operand;
}

std::vector<Operand> BodyParser::parseArguments() {
  std::vector<Operand> all;
  scanner.expect("(");
  while (!scanner.takeIf(")")) {
    all.push_back(parseOperand());
    if (!scanner.peek().is(")"))
      scanner.expect(",");
  }
  return all;
}

Argument BodyParser::argument(const Operand &operand) const {
  auto found = argumentBytes.find(uint32_t(operand.value));
  if (operand.space != Space::Local || found == argumentBytes.end())
    scanner.fail("a call takes .param variables only");
  return {uint32_t(operand.value), found->second};
}

void BodyParser::parseCall(Statement &statement) {
  Call call;
  call.line = statement.line;
  if (scanner.peek().is("(")) {
    for (const Operand &result : parseArguments())
      call.results.push_back(argument(result));
    scanner.expect(",");
  }
  Token callee = scanner.expectWord("the name of a function");
  if (callee.text[0] == '%')
    scanner.fail("calls by pointer are not known");
  call.callee = std::string(callee.text);
  if (scanner.takeIf(","))
    for (const Operand &given : parseArguments())
      call.arguments.push_back(argument(given));
  call.instruction = uint32_t(function.code.instructions.size());
  function.calls.push_back(std::move(call));
}

void BodyParser::parseInstruction() {
  Statement statement;
  Operand guard;
  bool isGuarded = scanner.takeIf("@"), isNegated = scanner.takeIf("!");
  if (isGuarded) {
    guard = parsePrimary();
    if (guard.kind != Operand::Kind::Register || guard.type != Type::Pred)
      scanner.fail("'@' needs a predicate");
  }
  Token word = scanner.expectWord("an instruction");
  statement.line = word.line;
  statement.opcode = scanner.takeOpcode(word);
  Code &code = function.code;
  if (word.is("call")) {
    parseCall(statement);
  } else {
    while (!scanner.peek().is(";")) {
      statement.operands.push_back(parseOperand());
      if (!scanner.peek().is(";"))
        scanner.expect(",");
    }
  }
  scanner.expect(";");
  decode(statement, code, contents, scanner);
  Instruction &made = code.instructions.back();
  if (word.is("call"))
    function.calls.back().instruction = uint32_t(code.instructions.size() - 1);
  if (isGuarded) {
    made.guard = guard.slot;
    made.guardNegated = isNegated;
  }
  // Labels are the only names that an instruction may still have.
  for (const Operand &operand : statement.operands)
    if (word.is("bra") && operand.kind == Operand::Kind::Name)
      useLabel(operand.text, uint32_t(code.instructions.size() - 1));
  if (word.is("brx")) {
    auto [table, isNew] = tables.emplace(statement.operands.back().text,
                                         code.branchTables.size());
    if (isNew)
      code.branchTables.emplace_back();
    made.target = table->second;
  }
}
