//===- ModuleParser.cpp - the declarations of a module --------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Lanes.h"
#include "Parser.h"

#include <cassert>

using namespace llmc::ptxsim;

namespace {

class ModuleParser {
public:
  ModuleParser(Scanner &scanner, ModuleContents &contents)
      : scanner(scanner), contents(contents) {}
  void parse();

private:
  void parseDirective(std::string_view directive);
  void parseVariable(std::string_view space, bool isExtern);
  void initialise(const Declaration &variable, uint64_t address);
  uint64_t initialValue(const Declaration &variable);
  void parseFunction(bool isKernel);
  void parseKernelDirectives(Function &function);
  std::vector<Declaration> parseParameters();
  void passLine(uint32_t line);

  Scanner &scanner;
  ModuleContents &contents;
};

} // namespace

Declaration llmc::ptxsim::parseDeclaration(Scanner &scanner) {
  Declaration made;
  bool isPointer = false;
  unsigned vector = 1;
  while (scanner.peek().kind == Token::Kind::Directive) {
    std::string_view directive = scanner.take().text;
    if (directive == ".align") {
      int64_t alignment = scanner.expectInteger("an alignment");
      if (alignment < 1 || alignment > 4096 || (alignment & (alignment - 1)))
        scanner.fail("an alignment is a power of two up to 4096");
      if (!isPointer) // else that of what it points to
        made.alignment = uint32_t(alignment);
    } else if (directive == ".ptr") {
      isPointer = true;
    } else if (directive == ".v2" || directive == ".v4") {
      vector = unsigned(directive[2] - '0');
    } else if (std::optional<Type> type = parseType(directive.substr(1))) {
      made.type = *type;
    } else if (!isPointer && directive != ".attribute") {
      scanner.fail("the directive '" + std::string(directive) +
                   "' is not known in a declaration");
    }
  }
  if (made.type == Type::None)
    scanner.fail("a declaration without a type");
  made.name = scanner.expectWord("a name").text;
  made.sizeBytes = uint64_t(sizeBytes(made.type)) * vector;
  made.alignment = std::max(made.alignment, uint32_t(made.sizeBytes));
  while (scanner.takeIf("[")) {
    if (scanner.takeIf("]")) {
      made.isOpen = true;
      made.sizeBytes = 0;
      continue;
    }
    int64_t count = scanner.expectInteger("how many elements");
    if (count < 0 || count > (int64_t(1) << 32))
      scanner.fail("an array of more than 2^32 elements");
    made.sizeBytes *= uint64_t(count);
    scanner.expect("]");
  }
  return made;
}

/// What follows in the line of the directive that was just read.
void ModuleParser::passLine(uint32_t line) {
  while (scanner.peek().line == line && scanner.peek().kind != Token::Kind::End)
    scanner.take();
}

void ModuleParser::parse() {
  while (scanner.peek().kind != Token::Kind::End) {
    Token token = scanner.take();
    if (token.kind != Token::Kind::Directive)
      scanner.fail("expected a directive, found '" + std::string(token.text) +
                       "'",
                   token.line);
    parseDirective(token.text);
  }
}

void ModuleParser::parseDirective(std::string_view directive) {
  bool isExtern = false;
  while (directive == ".visible" || directive == ".weak" ||
         directive == ".common" || directive == ".extern") {
    isExtern |= directive == ".extern";
    directive = scanner.take().text;
  }
  if (directive == ".version") {
    contents.version = std::string(scanner.take().text);
  } else if (directive == ".target") {
    Token target = scanner.take();
    contents.target = std::string(target.text);
    passLine(target.line); // ", debug"

  } else if (directive == ".address_size") {
    if (scanner.expectInteger("the size of addresses") != 64)
      scanner.fail("addresses must have 64 bits");
  } else if (directive == ".file") {
    passLine(scanner.peek().line);
  } else if (directive == ".section" || directive == ".pragma") {
    scanner.skipStatement();
  } else if (directive == ".global" || directive == ".const" ||
             directive == ".shared") {
    parseVariable(directive, isExtern);
  } else if (directive == ".entry" || directive == ".func") {
    parseFunction(directive == ".entry");
  } else {
    scanner.fail("the directive '" + std::string(directive) + "' is not known");
  }
}

void ModuleParser::parseVariable(std::string_view space, bool isExtern) {
  Declaration variable = parseDeclaration(scanner);
  if (space == ".shared") {
    contents.sharedVariables.insert_or_assign(
        std::string(variable.name),
        SharedVariable{uint32_t(variable.sizeBytes), variable.alignment,
                       variable.isOpen});
    scanner.expect(";");
    return;
  }
  if (isExtern)
    scanner.fail("'" + std::string(variable.name) +
                 "' is extern: one module must hold all");
  std::optional<uint64_t> address =
      contents.memory->allocate(variable.sizeBytes, std::string(variable.name));
  if (!address)
    scanner.fail("no memory for '" + std::string(variable.name) + "', " +
                 std::to_string(variable.sizeBytes) + " bytes");
  contents.allocations.push_back(*address);
  contents.variables[std::string(variable.name)] = {*address,
                                                    variable.sizeBytes};
  std::memset(reinterpret_cast<void *>(*address), 0, variable.sizeBytes);
  if (scanner.takeIf("="))
    initialise(variable, *address);
  if (space == ".const")
    contents.memory->setReadOnly(*address);
  scanner.expect(";");
}

uint64_t ModuleParser::initialValue(const Declaration &variable) {
  bool minus = scanner.takeIf("-");
  if (scanner.peek().kind == Token::Kind::Number) {
    Number number;
    if (!parseNumber(scanner.peek().text, number))
      scanner.fail("'" + std::string(scanner.peek().text) + "' is no number");
    scanner.take();
    uint64_t bits = number.bits;
    if (number.isReal && variable.type == Type::F32)
      bits = toBits(float(asType<double>(bits)));
    uint64_t sign = uint64_t(1) << (sizeBits(variable.type) - 1);
    return !minus ? bits : isFloat(variable.type) ? bits ^ sign : 0 - bits;
  }
  bool isGeneric = scanner.peek().is("generic");
  std::string_view name = scanner.expectWord("a value").text;
  if (isGeneric) {
    scanner.expect("(");
    name = scanner.expectWord("a variable").text;
    scanner.expect(")");
  }
  auto found = contents.variables.find(name);
  if (found == contents.variables.end())
    scanner.fail("'" + std::string(name) + "' is not declared");
  uint64_t offset = 0;
  if (scanner.takeIf("+"))
    offset = uint64_t(scanner.expectInteger("an offset"));
  return found->second.address + offset;
}

void ModuleParser::initialise(const Declaration &variable, uint64_t address) {
  unsigned bytes = sizeBytes(variable.type);
  uint64_t place = 0;
  auto put = [&] {
    if (place + bytes > variable.sizeBytes)
      scanner.fail("'" + std::string(variable.name) + "' has " +
                   std::to_string(variable.sizeBytes) +
                   " bytes and more values");
    uint64_t bits = initialValue(variable);
    std::memcpy(reinterpret_cast<void *>(address + place), &bits, bytes);
    place += bytes;
  };
  if (!scanner.takeIf("{"))
    return put();
  int depth = 1; // rows of matrices have braces too
  while (depth > 0) {
    if (scanner.takeIf("{"))
      ++depth;
    else if (scanner.takeIf("}"))
      --depth;
    else if (!scanner.takeIf(","))
      put();
  }
}

std::vector<Declaration> ModuleParser::parseParameters() {
  std::vector<Declaration> all;
  scanner.expect("(");
  while (!scanner.takeIf(")")) {
    if (!scanner.takeIf(".param"))
      scanner.expect(".reg");
    all.push_back(parseDeclaration(scanner));
    if (!scanner.peek().is(")"))
      scanner.expect(",");
  }
  return all;
}

void ModuleParser::parseKernelDirectives(Function &function) {
  while (scanner.peek().kind == Token::Kind::Directive) {
    std::string_view directive = scanner.take().text;
    std::vector<int64_t> values;
    while (scanner.peek().kind == Token::Kind::Number) {
      values.push_back(scanner.expectInteger("a number"));
      scanner.takeIf(",");
    }
    if (directive == ".maxntid" || directive == ".reqntid") {
      int64_t threads = 1;
      for (int64_t value : values)
        threads *= value;
      function.maxThreads = uint32_t(threads);
    } else if (directive == ".reqnctapercluster") {
      for (int64_t value : values)
        if (value != 1)
          scanner.fail("clusters of several blocks are not known");
    } else if (directive == ".pragma") {
      scanner.skipStatement();
    } else if (directive != ".minnctapersm" && directive != ".maxnreg" &&
               directive != ".noreturn" && directive != ".explicitcluster" &&
               directive != ".maxclusterrank") {
      scanner.fail("the directive '" + std::string(directive) +
                   "' is not known for a function");
    }
  }
}

void ModuleParser::parseFunction(bool isKernel) {
  std::vector<Declaration> results, parameters;
  if (!isKernel && scanner.peek().is("("))
    results = parseParameters();
  Function function;
  function.isKernel = isKernel;
  function.name = std::string(scanner.expectWord("a function's name").text);
  if (scanner.peek().is("("))
    parameters = parseParameters();
  BodyParser body(scanner, contents, function);
  for (const Declaration &each : parameters) {
    Operand address;
    address.kind = Operand::Kind::Immediate;
    if (isKernel) {
      uint64_t offset = alignTo(function.parameterBytes, each.alignment);
      if (offset + each.sizeBytes > 32764)
        scanner.fail("more than 32764 bytes of parameters");
      function.parameters.push_back(
          {std::string(each.name), uint32_t(offset), uint32_t(each.sizeBytes)});
      function.parameterBytes = uint32_t(offset + each.sizeBytes);
      address.value = offset;
      address.space = Space::Param;
    } else {
      address.value = body.takeLocal(each.sizeBytes, each.alignment);
      address.space = Space::Local;
      function.arguments.push_back(
          {uint32_t(address.value), uint32_t(each.sizeBytes)});
    }
    body.define(each.name, address);
  }
  for (const Declaration &each : results) {
    Operand address;
    address.kind = Operand::Kind::Immediate;
    address.value = body.takeLocal(each.sizeBytes, each.alignment);
    address.space = Space::Local;
    function.results.push_back(
        {uint32_t(address.value), uint32_t(each.sizeBytes)});
    body.define(each.name, address);
  }
  parseKernelDirectives(function);
  if (!scanner.takeIf(";")) {
    function.isDefined = true;
    body.parse();
  }
  std::erase_if(contents.functions, [&](const Function &known) {
    return known.name == function.name && !known.isDefined;
  });
  contents.functions.push_back(std::move(function));
}

void llmc::ptxsim::parseModule(Scanner &scanner, ModuleContents &contents) {
  ModuleParser(scanner, contents).parse();
}
