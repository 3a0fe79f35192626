//===- Decode.h - one statement becomes one instruction -------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Every family of opcodes is a row of a table: its name and the function that
// reads modifiers and operands and chooses the handler. What a row does not take
// is an error, so nothing that changes a meaning is passed over.
//===----------------------------------------------------------------------===//
#ifndef LLMC_PTXSIM_DECODE_H
#define LLMC_PTXSIM_DECODE_H

#include "Program.h"
#include "Scanner.h"

#include <initializer_list>
#include <span>

namespace llmc::ptxsim {

struct Statement {
  std::string_view opcode;
  std::vector<Operand> operands;
  uint32_t line = 0;
};

class Decoder {
public:
  Decoder(const Statement &statement, Code &code, const Scanner &scanner);

  /// Takes a modifier (without its dot) if it is there.
  bool take(std::string_view name);
  /// The one of these that is there; empty where none is.
  std::string_view takeOneOf(std::initializer_list<std::string_view> names);
  /// Modifiers that change speed only.
  void drop(std::initializer_list<std::string_view> names);
  std::optional<Type> takeTypeIf();
  Type takeType();

  size_t count() const { return statement.operands.size(); }
  const Operand &operand(size_t k) const;
  void needOperands(size_t least, size_t most);
  void needOperands(size_t exactly) { needOperands(exactly, exactly); }

  /// Appends the slot of a register that is written; of one element of {...} too.
  void destination(const Operand &operand);
  void destination(size_t k) { destination(operand(k)); }
  /// Appends the slot of a value that is read; constants are given the type.
  void source(const Operand &operand, Type type);
  void source(size_t k, Type type) { source(operand(k), type); }
  /// Appends all registers of {...}, or the one that is there.
  void destinations(size_t k);
  void sources(size_t k, Type type);
  /// Appends the base of [base + offset] and sets the offset.
  void memory(size_t k);
  /// A constant, as an integer.
  int64_t integer(size_t k) const;

  void run(Handler handler) { out.run = handler; }

  [[noreturn]] void fail(const std::string &message) const;

  const Statement &statement;
  Instruction out;
  Code &code;
  std::vector<std::string_view> modifiers;

private:
  uint32_t constant(uint64_t value);
  void push(uint32_t slot);
  uint64_t valueAs(const Operand &operand, Type type) const;

  const Scanner &scanner;
};

struct Family {
  std::string_view opcode;
  void (*decode)(Decoder &decoder);
};

// Rows by what they compute; the opcode may have dots ("bar.sync"), the longest
// row that fits counts.
std::span<const Family> integerFamilies();
std::span<const Family> bitFamilies();
std::span<const Family> compareFamilies();
std::span<const Family> floatFamilies();
std::span<const Family> convertFamilies();
std::span<const Family> controlFamilies();
std::span<const Family> warpFamilies();
std::span<const Family> memoryFamilies();
std::span<const Family> atomicFamilies();
std::span<const Family> barrierFamilies();
std::span<const Family> matrixFamilies();
std::span<const Family> asyncFamilies();
std::span<const Family> warpgroupFamilies();

/// Appends what the statement means to the code. Throws Error for what is not known.
void decode(const Statement &statement, Code &code, ModuleContents &contents,
            const Scanner &scanner);

} // namespace llmc::ptxsim

#endif // LLMC_PTXSIM_DECODE_H
