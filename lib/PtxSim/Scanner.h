//===- Scanner.h - the words of PTX ---------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMC_PTXSIM_SCANNER_H
#define LLMC_PTXSIM_SCANNER_H

#include "llmc/PtxSim/Module.h"

#include <string_view>

namespace llmc::ptxsim {

struct Token {
  enum class Kind { End, Word, Directive, Number, String, Mark } kind;
  std::string_view text;
  uint32_t line = 0;
  bool is(std::string_view what) const { return text == what; }
};

/// One token ahead of the text. Words may hold dots behind %: %tid.x.
class Scanner {
public:
  Scanner(std::string_view text, std::string name);

  const Token &peek() const { return ahead; }
  Token take();
  bool takeIf(std::string_view what);
  Token expect(std::string_view what);
  Token expectWord(const char *what);
  int64_t expectInteger(const char *what);
  /// The rest of an opcode whose first word was just taken: "add" -> "add.s32".
  std::string_view takeOpcode(const Token &word);
  /// Whether the word ahead ends in a colon (not in two).
  bool atLabel() const;
  /// Passes all up to and with a ';' or, of { }, its end.
  void skipStatement();

  [[noreturn]] void fail(const std::string &message, uint32_t line) const;
  [[noreturn]] void fail(const std::string &message) const {
    fail(message, ahead.line);
  }

private:
  void skipBlanks();
  Token next();
  Token make(Token::Kind kind, size_t end);

  std::string_view text;
  std::string name;
  size_t place = 0;
  uint32_t line = 1;
  Token ahead{Token::Kind::End, {}, 0};
};

/// The value of a number token; real ones as a double.
struct Number {
  uint64_t bits = 0;
  bool isReal = false;   // bits of a double
  bool isSingle = false; // bits of a float
};
/// False where it is none.
bool parseNumber(std::string_view text, Number &number);

} // namespace llmc::ptxsim

#endif // LLMC_PTXSIM_SCANNER_H
