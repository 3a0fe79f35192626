//===- JinjaLexer.cpp - a chat template as tokens -------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// White space around tags is most of what templates get wrong when a renderer
// guesses; the rules here are those of jinja2.lexer.
//===----------------------------------------------------------------------===//
#include "JinjaLexer.h"

#include "JinjaValue.h"
#include "Utf8.h"

#include <algorithm>
#include <cctype>

using namespace llmrt;
using namespace llmrt::jinja;

using Kind = Token::Kind;

namespace {

bool isSpace(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r') || (c >= '\x1c' && c <= '\x1f');
}

/// Line ends become \n, and one at the very end goes.
std::string normalizeLines(std::string_view source) {
  std::string out;
  for (size_t i = 0; i < source.size(); ++i) {
    bool carriage = source[i] == '\r';
    if (carriage && i + 1 < source.size() && source[i + 1] == '\n')
      continue;
    out += carriage ? '\n' : source[i];
  }
  if (out.ends_with('\n'))
    out.pop_back();
  return out;
}

class Lexer {
public:
  explicit Lexer(std::string_view source) : source(normalizeLines(source)) {}

  Expected<std::vector<Token>> run() {
    while (error.empty() && position < source.size())
      readTextAndTag();
    if (!error.empty())
      return Status::error(error);
    add(Kind::End, "");
    return std::move(tokens);
  }

private:
  void fail(const std::string &what) {
    if (error.empty())
      error = "line " + std::to_string(line) + ": " + what;
  }

  void add(Kind kind, std::string text) {
    tokens.push_back({kind, std::move(text), line});
  }

  char at(size_t index) const {
    return index < source.size() ? source[index] : '\0';
  }

  /// Moves on, counting lines.
  void advanceTo(size_t end) {
    line += int(std::count(source.begin() + long(position),
                           source.begin() + long(end), '\n'));
    position = end;
  }

  static bool opensTag(char second) {
    return second == '%' || second == '{' || second == '#';
  }

  void readTextAndTag() {
    size_t tag = source.find('{', position);
    while (tag != std::string::npos && !opensTag(at(tag + 1)))
      tag = source.find('{', tag + 1);
    std::string_view text = std::string_view(source).substr(
        position, tag == std::string::npos ? tag : tag - position);
    if (tag != std::string::npos)
      text = stripBefore(text, at(tag + 1), at(tag + 2));
    if (!text.empty())
      add(Kind::Text, std::string(text));
    if (tag == std::string::npos)
      return advanceTo(source.size());
    advanceTo(tag);
    readTag();
  }

  std::string_view stripBefore(std::string_view text, char type,
                               char sign) const {
    if (sign == '-') {
      while (!text.empty() && isSpace(text.back()))
        text.remove_suffix(1);
      return text;
    }
    if (sign == '+' || type == '{')
      return text;
    size_t begin = text.rfind('\n') + 1; // npos + 1 is 0
    bool lineStarts = begin > 0 || atLineStart;
    bool blank = std::all_of(text.begin() + long(begin), text.end(), isSpace);
    return lineStarts && blank ? text.substr(0, begin) : text;
  }

  void readTag() {
    char type = at(position + 1);
    size_t begin = position + 2;
    if (at(begin) == '-' || at(begin) == '+')
      ++begin;
    if (type == '#')
      return readComment(begin);
    add(type == '%' ? Kind::StatementOpen : Kind::PrintOpen, "");
    advanceTo(begin);
    readInside(type);
  }

  void readComment(size_t begin) {
    size_t end = source.find("#}", begin);
    if (end == std::string::npos)
      return fail("a comment '{#' without its '#}'");
    char sign = end > begin ? at(end - 1) : '\0';
    advanceTo(end + 2);
    skipAfter(sign, /*trim=*/true);
  }

  /// Removes the white space that the end of a tag asks for.
  void skipAfter(char sign, bool trim) {
    size_t end = position;
    if (sign == '-')
      while (end < source.size() && isSpace(source[end]))
        ++end;
    else if (trim && sign != '+' && at(end) == '\n')
      ++end;
    atLineStart = end > position && source[end - 1] == '\n';
    advanceTo(end);
  }

  void readInside(char type) {
    char close = type == '%' ? '%' : '}';
    brackets.clear();
    while (error.empty()) {
      while (position < source.size() && isSpace(source[position]))
        advanceTo(position + 1);
      if (position >= source.size())
        return fail(std::string("a tag '{") + type + "' without its end");
      if (brackets.empty() && closesTag(close))
        return;
      readToken();
    }
  }

  bool closesTag(char close) {
    char sign = at(position);
    size_t mark = position + (sign == '-' || sign == '+' ? 1 : 0);
    if (at(mark) != close || at(mark + 1) != '}')
      return false;
    if (mark == position)
      sign = '\0';
    if (sign == '+' && close == '}')
      return false;
    advanceTo(mark + 2);
    add(close == '%' ? Kind::StatementClose : Kind::PrintClose, "");
    skipAfter(sign, /*trim=*/close == '%');
    return true;
  }

  void readToken() {
    unsigned char c = source[position];
    if (std::isalpha(c) || c == '_')
      return readWord();
    if (std::isdigit(c))
      return readNumber();
    if (c == '\'' || c == '"')
      return readString(char(c));
    readOperator();
  }

  void readWord() {
    size_t end = position;
    while (std::isalnum(static_cast<unsigned char>(at(end))) || at(end) == '_')
      ++end;
    add(Kind::Name, source.substr(position, end - position));
    advanceTo(end);
  }

  void readNumber() {
    auto isDigit = [&](size_t i) {
      return std::isdigit(static_cast<unsigned char>(at(i))) != 0;
    };
    size_t end = position;
    auto skipDigits = [&] {
      while (isDigit(end) || (at(end) == '_' && isDigit(end + 1)))
        ++end;
    };
    skipDigits();
    // In `a.0.1` the numbers are two indices.
    bool member = position > 0 && source[position - 1] == '.';
    bool real = !member && at(end) == '.' && isDigit(end + 1);
    if (real) {
      ++end;
      skipDigits();
    }
    size_t sign = end + 1 + (at(end + 1) == '-' || at(end + 1) == '+');
    if (!member && (at(end) == 'e' || at(end) == 'E') && isDigit(sign)) {
      real = true;
      end = sign;
      skipDigits();
    }
    std::string text = source.substr(position, end - position);
    std::erase(text, '_');
    add(real ? Kind::Float : Kind::Integer, text);
    advanceTo(end);
  }

  void readString(char quote) {
    size_t end = position + 1;
    while (end < source.size() && source[end] != quote)
      end += source[end] == '\\' ? 2 : 1;
    if (end >= source.size())
      return fail("a string without its closing quote");
    std::string text;
    for (size_t i = position + 1; i < end && error.empty();)
      if (source[i] == '\\')
        i = readEscape(i, end, text);
      else
        text += source[i++];
    add(Kind::String, std::move(text));
    advanceTo(end + 1);
  }

  /// Python's escapes; an unknown one stays as it is. Returns where it ends.
  size_t readEscape(size_t i, size_t end, std::string &out) {
    constexpr std::string_view letters = "abfnrtv\\'\"";
    constexpr std::string_view meanings = "\a\b\f\n\r\t\v\\'\"";
    char c = source[i + 1];
    if (size_t index = letters.find(c); index != letters.npos) {
      out += meanings[index];
      return i + 2;
    }
    if (c == '\n')
      return i + 2;
    if (c == 'x')
      return readCode(i + 2, end, 2, 2, 16, out);
    if (c == 'u')
      return readCode(i + 2, end, 4, 4, 16, out);
    if (c == 'U')
      return readCode(i + 2, end, 8, 8, 16, out);
    if (c >= '0' && c <= '7')
      return readCode(i + 1, end, 1, 3, 8, out);
    out += '\\';
    return i + 1;
  }

  size_t readCode(size_t begin, size_t end, size_t least, size_t most,
                  uint32_t base, std::string &out) {
    uint32_t code = 0;
    size_t i = begin;
    for (; i < end && i - begin < most; ++i) {
      unsigned char c = source[i];
      uint32_t digit = std::isdigit(c)    ? uint32_t(c - '0')
                       : std::isxdigit(c) ? uint32_t((c | 32) - 'a' + 10)
                                          : 99;
      if (digit >= base)
        break;
      code = code * base + digit;
    }
    if (i - begin < least || code > 0x10FFFF ||
        (code >= 0xD800 && code < 0xE000))
      fail("a string escape that names no character");
    else
      text::appendUtf8(out, code);
    return i;
  }

  /// False if `c` closes what is not open.
  bool trackBracket(char c) {
    constexpr std::string_view opening = "([{", closing = ")]}";
    if (size_t index = opening.find(c); index != opening.npos)
      brackets += closing[index];
    if (closing.find(c) == closing.npos)
      return true;
    if (brackets.empty())
      fail(std::string("unexpected '") + c + "'");
    else if (brackets.back() != c)
      fail(std::string("expected '") + brackets.back() + "', found '" + c +
           "'");
    else
      brackets.pop_back();
    return error.empty();
  }

  void readOperator() {
    std::string_view rest = std::string_view(source).substr(position);
    for (std::string_view two : {"==", "!=", "<=", ">=", "//", "**"})
      if (rest.starts_with(two)) {
        add(Kind::Operator, std::string(two));
        return advanceTo(position + 2);
      }
    char c = rest.front();
    if (std::string_view("+-*/%~|=<>()[]{}.,:").find(c) ==
        std::string_view::npos)
      return fail(std::string("unexpected character '") + c + "'");
    if (!trackBracket(c))
      return;
    add(Kind::Operator, std::string(1, c));
    advanceTo(position + 1);
  }

  std::string source;
  size_t position = 0;
  int line = 1;
  bool atLineStart = true; // the text that follows begins a line
  std::string brackets;    // what closes the open ones: '}}' may end two dicts
  std::vector<Token> tokens;
  std::string error;
};

} // namespace

Expected<std::vector<Token>> jinja::tokenize(std::string_view source) {
  return Lexer(source).run();
}
