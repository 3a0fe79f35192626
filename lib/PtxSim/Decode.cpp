//===- Decode.cpp - one statement becomes one instruction -----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Decode.h"
#include "Lanes.h"

#include <algorithm>
#include <unordered_map>

using namespace llmc::ptxsim;

Decoder::Decoder(const Statement &statement, Code &code, const Scanner &scanner)
    : statement(statement), code(code), scanner(scanner) {
  out.first = uint32_t(code.pool.size());
  out.line = statement.line;
}

void Decoder::fail(const std::string &message) const {
  scanner.fail(std::string(statement.opcode) + ": " + message, statement.line);
}

bool Decoder::take(std::string_view name) {
  auto found = std::find(modifiers.begin(), modifiers.end(), name);
  if (found == modifiers.end())
    return false;
  modifiers.erase(found);
  return true;
}

std::string_view
Decoder::takeOneOf(std::initializer_list<std::string_view> names) {
  for (std::string_view name : names)
    if (take(name))
      return name;
  return {};
}

void Decoder::drop(std::initializer_list<std::string_view> names) {
  for (std::string_view name : names)
    take(name);
}

std::optional<Type> Decoder::takeTypeIf() {
  for (size_t k = 0; k < modifiers.size(); ++k)
    if (std::optional<Type> type = parseType(modifiers[k])) {
      modifiers.erase(modifiers.begin() + ptrdiff_t(k));
      return type;
    }
  return std::nullopt;
}

Type Decoder::takeType() {
  if (std::optional<Type> type = takeTypeIf())
    return *type;
  fail("has no type");
}

const Operand &Decoder::operand(size_t k) const {
  if (k >= count())
    fail("needs more than " + std::to_string(count()) + " operands");
  return statement.operands[k];
}

void Decoder::needOperands(size_t least, size_t most) {
  if (count() < least || count() > most)
    fail("takes " + std::to_string(least) +
         (least == most ? "" : " to " + std::to_string(most)) +
         " operands, found " + std::to_string(count()));
}

void Decoder::push(uint32_t slot) {
  code.pool.push_back(slot);
  ++out.count;
}

uint32_t Decoder::constant(uint64_t value) {
  for (auto &[slot, known] : code.constants)
    if (known == value)
      return slot;
  code.constants.push_back({code.slotCount, value});
  return code.slotCount++;
}

void Decoder::destination(const Operand &operand) {
  if (operand.kind == Operand::Kind::Register)
    return push(operand.slot);
  if (operand.kind != Operand::Kind::Sink)
    fail("needs a register where it writes");
  push(code.slotCount++); // written, never read
}

uint64_t Decoder::valueAs(const Operand &operand, Type type) const {
  if (!operand.isReal && !operand.isSingle)
    return operand.value & lowBits(type == Type::None ? 64 : sizeBits(type));
  double value = operand.isSingle ? asType<float>(operand.value)
                                  : asType<double>(operand.value);
  if (operand.isSingle && sizeBits(type) == 32)
    return operand.value; // keeps what a NaN carries
  if (type == Type::F64 || (!isFloat(type) && operand.isReal))
    return toBits(value);
  if (sizeBits(type) == 32)
    return toBits(float(value));
  fail("a constant of another type");
}

void Decoder::source(const Operand &operand, Type type) {
  using Kind = Operand::Kind;
  if (operand.kind == Kind::Immediate && operand.space == Space::Local) {
    code.localAddresses.push_back({code.slotCount, operand.value});
    return push(code.slotCount++);
  }
  if (operand.kind == Kind::Immediate)
    return push(constant(valueAs(operand, type)));
  if (operand.kind == Kind::Shared) {
    code.sharedAddresses.push_back(
        {code.slotCount, std::string(operand.text), int64_t(operand.value)});
    return push(code.slotCount++);
  }
  if (operand.kind == Kind::Name || operand.kind == Kind::Label)
    fail("'" + std::string(operand.text) + "' is not declared");
  if (operand.kind != Kind::Register)
    fail("needs a register or a constant where it reads");
  if (!operand.negated)
    return push(operand.slot);
  // !%p: another instruction in front.
  Instruction negation;
  negation.run = map1<[](uint64_t p) { return p ^ 1; }, uint64_t, uint64_t>;
  negation.line = statement.line;
  negation.opcode = 0;
  uint32_t inverse = code.slotCount++;
  // The operands of this one begin anew behind those of the negation.
  std::vector<uint32_t> mine(code.pool.begin() + out.first, code.pool.end());
  code.pool.resize(out.first);
  negation.first = out.first;
  negation.count = 2;
  code.pool.insert(code.pool.end(), {inverse, operand.slot});
  code.instructions.push_back(negation);
  out.first = uint32_t(code.pool.size());
  code.pool.insert(code.pool.end(), mine.begin(), mine.end());
  push(inverse);
}

void Decoder::destinations(size_t k) {
  const Operand &all = operand(k);
  if (all.kind != Operand::Kind::Vector)
    return destination(all);
  for (const Operand &part : all.parts)
    destination(part);
}

void Decoder::sources(size_t k, Type type) {
  const Operand &all = operand(k);
  if (all.kind != Operand::Kind::Vector)
    return source(all, type);
  for (const Operand &part : all.parts)
    source(part, type);
}

void Decoder::memory(size_t k) {
  const Operand &address = operand(k);
  if (address.kind != Operand::Kind::Memory)
    fail("operand " + std::to_string(k + 1) + " must be an address in [ ]");
  source(address.parts.front(), Type::U64);
  out.offset = int64_t(address.value);
}

int64_t Decoder::integer(size_t k) const {
  const Operand &constant = operand(k);
  if (constant.kind != Operand::Kind::Immediate || constant.isReal ||
      constant.isSingle)
    fail("operand " + std::to_string(k + 1) + " must be a constant integer");
  return int64_t(constant.value);
}

static const Family *findFamily(std::string_view opcode, size_t &length) {
  static const auto *table = [] {
    auto *all = new std::unordered_map<std::string_view, Family>;
    for (auto families :
         {integerFamilies(), bitFamilies(), compareFamilies(), floatFamilies(),
          convertFamilies(), controlFamilies(), warpFamilies(),
          memoryFamilies(), atomicFamilies(), barrierFamilies(),
          matrixFamilies(), asyncFamilies(), warpgroupFamilies()})
      for (const Family &family : families)
        all->emplace(family.opcode, family);
    return all;
  }();
  for (length = opcode.size();; length = opcode.rfind('.', length - 1)) {
    if (auto found = table->find(opcode.substr(0, length));
        found != table->end())
      return &found->second;
    if (length == 0 || opcode.rfind('.', length - 1) == std::string_view::npos)
      return nullptr;
  }
}

static uint16_t opcodeIndex(std::vector<std::string> &names,
                            std::string_view opcode) {
  auto found = std::find(names.begin(), names.end(), opcode);
  if (found == names.end())
    found = names.insert(names.end(), std::string(opcode));
  return uint16_t(found - names.begin());
}

void llmc::ptxsim::decode(const Statement &statement, Code &code,
                          ModuleContents &contents, const Scanner &scanner) {
  Decoder decoder(statement, code, scanner);
  size_t length = 0;
  const Family *family = findFamily(statement.opcode, length);
  if (!family)
    scanner.fail("the instruction '" + std::string(statement.opcode) +
                     "' is not known: docs/ptxsim.md lists what is",
                 statement.line);
  std::string_view rest = statement.opcode.substr(length);
  while (!rest.empty()) {
    size_t end = std::min(rest.find('.', 1), rest.size());
    decoder.modifiers.push_back(rest.substr(1, end - 1));
    rest.remove_prefix(end);
  }
  family->decode(decoder);
  if (!decoder.modifiers.empty())
    decoder.fail("the modifier '." + std::string(decoder.modifiers.front()) +
                 "' is not known here");
  if (!decoder.out.run)
    decoder.fail("is not known for this type");
  decoder.out.opcode = opcodeIndex(contents.opcodes, statement.opcode);
  code.instructions.push_back(decoder.out);
}
