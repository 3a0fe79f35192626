//===- Scanner.cpp - the words of PTX -------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Scanner.h"

#include <algorithm>
#include <bit>
#include <cctype>
#include <charconv>
#include <cstdlib>

using namespace llmc::ptxsim;

static bool isWordStart(char c) {
  return std::isalpha((unsigned char)c) || c == '_' || c == '$' || c == '%';
}
static bool isWordPart(char c) {
  return std::isalnum((unsigned char)c) || c == '_' || c == '$';
}

Scanner::Scanner(std::string_view text, std::string name)
    : text(text), name(std::move(name)) {
  ahead = next();
}

void Scanner::fail(const std::string &message, uint32_t line) const {
  throw Error(Error::Kind::Text,
              name + ":" + std::to_string(line) + ": " + message);
}

void Scanner::skipBlanks() {
  while (place < text.size()) {
    if (text.substr(place, 2) == "//") {
      place = std::min(text.find('\n', place), text.size());
    } else if (text.substr(place, 2) == "/*") {
      size_t end = std::min(text.find("*/", place), text.size());
      line +=
          uint32_t(std::count(text.begin() + place, text.begin() + end, '\n'));
      place = std::min(end + 2, text.size());
    } else if (std::isspace((unsigned char)text[place]) ||
               text[place] == '\0') {
      line += text[place++] == '\n';
    } else {
      return;
    }
  }
}

Token Scanner::make(Token::Kind kind, size_t end) {
  Token token{kind, text.substr(place, end - place), line};
  place = end;
  return token;
}

Token Scanner::next() {
  skipBlanks();
  if (place >= text.size())
    return {Token::Kind::End, "the end", line};
  char c = text[place];
  size_t end = place + 1;
  auto passWord = [&] {
    while (end < text.size() && isWordPart(text[end]))
      ++end;
  };
  if (isWordStart(c)) {
    passWord();
    if (c == '%' && end + 1 < text.size() && text[end] == '.' &&
        isWordStart(text[end + 1])) {
      ++end;
      passWord();
    }
    return make(Token::Kind::Word, end);
  }
  if (c == '.' && end < text.size() && isWordStart(text[end])) {
    passWord();
    return make(Token::Kind::Directive, end);
  }
  if (std::isdigit((unsigned char)c)) {
    auto isExponent = [&] {
      return (text[end] == '-' || text[end] == '+') &&
             (text[end - 1] == 'e' || text[end - 1] == 'E') &&
             text.substr(place, 2) != "0x" && text.substr(place, 2) != "0X" &&
             text.substr(place, 2) != "0f" && text.substr(place, 2) != "0d";
    };
    while (end < text.size() &&
           (isWordPart(text[end]) || text[end] == '.' || isExponent()))
      ++end;
    return make(Token::Kind::Number, end);
  }
  if (c == '"') {
    end = text.find('"', end);
    if (end == std::string_view::npos)
      fail("a string without its end", line);
    return make(Token::Kind::String, end + 1);
  }
  return make(Token::Kind::Mark, end);
}

Token Scanner::take() {
  Token taken = ahead;
  ahead = next();
  return taken;
}

bool Scanner::takeIf(std::string_view what) {
  if (ahead.kind == Token::Kind::End || ahead.text != what)
    return false;
  take();
  return true;
}

Token Scanner::expect(std::string_view what) {
  if (ahead.text != what)
    fail("expected '" + std::string(what) + "', found '" +
         std::string(ahead.text) + "'");
  return take();
}

Token Scanner::expectWord(const char *what) {
  if (ahead.kind != Token::Kind::Word)
    fail(std::string("expected ") + what + ", found '" +
         std::string(ahead.text) + "'");
  return take();
}

int64_t Scanner::expectInteger(const char *what) {
  Number number;
  if (ahead.kind != Token::Kind::Number || !parseNumber(ahead.text, number) ||
      number.isReal || number.isSingle)
    fail(std::string("expected ") + what + ", found '" +
         std::string(ahead.text) + "'");
  take();
  return int64_t(number.bits);
}

std::string_view Scanner::takeOpcode(const Token &word) {
  // `ahead` is the token behind the word: start over at the word.
  size_t begin = size_t(word.text.data() - text.data());
  size_t end = begin;
  while (end < text.size() && !std::isspace((unsigned char)text[end]) &&
         text[end] != ';')
    ++end;
  place = end;
  line = word.line;
  ahead = next();
  return text.substr(begin, end - begin);
}

bool Scanner::atLabel() const {
  size_t end = size_t(ahead.text.data() + ahead.text.size() - text.data());
  while (end < text.size() && (text[end] == ' ' || text[end] == '\t'))
    ++end;
  return ahead.kind == Token::Kind::Word && end < text.size() &&
         text[end] == ':' && text.substr(end, 2) != "::";
}

void Scanner::skipStatement() {
  int depth = 0;
  while (ahead.kind != Token::Kind::End) {
    Token token = take();
    depth += token.is("{") ? 1 : token.is("}") ? -1 : 0;
    if (depth == 0 && (token.is(";") || token.is("}")))
      return;
  }
}

bool llmc::ptxsim::parseNumber(std::string_view text, Number &number) {
  number = {};
  auto startsWith = [&](const char *small, const char *large) {
    return text.starts_with(small) || text.starts_with(large);
  };
  int base = 10;
  if (startsWith("0f", "0F") || startsWith("0d", "0D")) {
    number.isSingle = text[1] == 'f' || text[1] == 'F';
    number.isReal = !number.isSingle;
    base = 16;
    text.remove_prefix(2);
    if (text.size() != (number.isSingle ? 8 : 16))
      return false;
  } else if (startsWith("0x", "0X")) {
    base = 16;
    text.remove_prefix(2);
  } else if (startsWith("0b", "0B")) {
    base = 2;
    text.remove_prefix(2);
  } else if (text.find_first_of(".eE") != std::string_view::npos) {
    std::string copy(text);
    char *end = nullptr;
    double value = std::strtod(copy.c_str(), &end);
    number.isReal = true;
    number.bits = std::bit_cast<uint64_t>(value);
    return *end == '\0';
  } else if (text.size() > 1 && text[0] == '0') {
    base = 8;
  }
  if (base != 16 || !number.isReal)
    if (text.ends_with('U'))
      text.remove_suffix(1);
  auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(),
                                        number.bits, base);
  return problem == std::errc() && end == text.data() + text.size();
}
