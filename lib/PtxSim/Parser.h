//===- Parser.h - PTX text becomes functions and variables ----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMC_PTXSIM_PARSER_H
#define LLMC_PTXSIM_PARSER_H

#include "Decode.h"

#include <unordered_map>

namespace llmc::ptxsim {

/// How a variable or parameter is declared, without its value.
struct Declaration {
  std::string_view name;
  uint64_t sizeBytes = 0;
  uint32_t alignment = 1;
  Type type = Type::None;
  bool isOpen = false; // name[]
};
Declaration parseDeclaration(Scanner &scanner);
/// `.x ... [size]` rounded up.
inline uint64_t alignTo(uint64_t value, uint64_t alignment) {
  return (value + alignment - 1) / alignment * alignment;
}

/// Reads the body of one function.
class BodyParser {
public:
  BodyParser(Scanner &scanner, ModuleContents &contents, Function &function);

  /// What a parameter's name means in the body.
  void define(std::string_view name, Operand meaning);
  /// Bytes of the thread's own memory.
  uint32_t takeLocal(uint64_t bytes, uint32_t alignment);
  void parse();

private:
  struct Scope {
    std::unordered_map<std::string_view, Operand> names;
    std::unordered_map<std::string_view, uint32_t> labels;
    std::vector<std::pair<std::string_view, std::pair<uint32_t, int>>> pending;
  };

  void parseStatement();
  void parseRegisters();
  void parseVariable(std::string_view space);
  void parseInstruction();
  void parseCall(Statement &statement);
  void parseBranchTable(std::string_view label);
  std::vector<Operand> parseArguments();
  Operand parseOperand();
  Operand parsePrimary();
  Operand parseMemory();
  Operand parseNumberOperand(bool negative);
  Operand lookUp(const Token &word);
  Operand special(std::string_view name);
  const Operand *findName(std::string_view name) const;
  Argument argument(const Operand &operand) const;
  void useLabel(std::string_view label, uint32_t instruction, int table = -1);
  void closeScope();

  Scanner &scanner;
  ModuleContents &contents;
  Function &function;
  std::vector<Scope> scopes{1};
  std::unordered_map<std::string_view, uint32_t> specials;
  std::unordered_map<uint32_t, uint32_t> argumentBytes; // by local offset
  std::unordered_map<std::string_view, uint32_t> tables;
};

/// Reads a module: fills `contents`.
void parseModule(Scanner &scanner, ModuleContents &contents);

/// Gives a kernel its image: shared memory laid out, callees behind its code.
void linkKernel(ModuleContents &contents, Function &kernel);

} // namespace llmc::ptxsim

#endif // LLMC_PTXSIM_PARSER_H
