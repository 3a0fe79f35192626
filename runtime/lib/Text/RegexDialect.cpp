//===- RegexDialect.cpp - Oniguruma expressions spelled for PCRE2 ---------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The two engines disagree in places that change tokens: \s (U+180E), \w, \h,
// \v, script names (PCRE2 means script extensions), {,n}, (?m), nested classes.
// Each is rewritten here or refused by name.
//===----------------------------------------------------------------------===//
#include "Regex.h"

#include "Utf8.h"

#include <algorithm>
#include <array>
#include <cctype>

using namespace llmrt;

namespace {

// Oniguruma's \w, as class members. The six Latin-1 superscripts and fractions
// are word characters there by a quirk of its Latin-1 table.
constexpr std::string_view wordMembers = "\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}"
                                         "\\x{B2}\\x{B3}\\x{B9}\\x{BC}-\\x{BE}";

struct PropertyName {
  std::string_view folded; // lower case, without space, '_' and '-'
  std::string_view spelled;
};

constexpr std::array<PropertyName, 39> longNames = {{
    {"letter", "L"},
    {"casedletter", "L&"},
    {"uppercaseletter", "Lu"},
    {"lowercaseletter", "Ll"},
    {"titlecaseletter", "Lt"},
    {"modifierletter", "Lm"},
    {"otherletter", "Lo"},
    {"mark", "M"},
    {"nonspacingmark", "Mn"},
    {"spacingmark", "Mc"},
    {"enclosingmark", "Me"},
    {"number", "N"},
    {"decimalnumber", "Nd"},
    {"letternumber", "Nl"},
    {"othernumber", "No"},
    {"punctuation", "P"},
    {"connectorpunctuation", "Pc"},
    {"dashpunctuation", "Pd"},
    {"openpunctuation", "Ps"},
    {"closepunctuation", "Pe"},
    {"initialpunctuation", "Pi"},
    {"finalpunctuation", "Pf"},
    {"otherpunctuation", "Po"},
    {"symbol", "S"},
    {"mathsymbol", "Sm"},
    {"currencysymbol", "Sc"},
    {"modifiersymbol", "Sk"},
    {"othersymbol", "So"},
    {"separator", "Z"},
    {"spaceseparator", "Zs"},
    {"other", "C"},
    {"control", "Cc"},
    {"format", "Cf"},
    {"alphabetic", "Alphabetic"},
    {"alpha", "Alphabetic"},
    {"uppercase", "Uppercase"},
    {"lowercase", "Lowercase"},
    {"whitespace", "White_Space"},
    {"any", "Any"},
}};

constexpr std::string_view categories =
    " l lu ll lt lm lo m mn mc me n nd nl no p pc pd ps pe pi pf po s sm sc sk "
    "so z zs zl zp c cc cf co cn cs ";

std::string foldName(std::string_view name) {
  std::string folded;
  for (unsigned char c : name)
    if (c != ' ' && c != '_' && c != '-')
      folded += char(std::tolower(c));
  return folded;
}

/// PCRE2's name for an Oniguruma property; scripts become `sc:` because a bare
/// script name means Script_Extensions there.
std::string propertyName(std::string_view name) {
  std::string folded = foldName(name);
  for (const PropertyName &entry : longNames)
    if (entry.folded == folded)
      return std::string(entry.spelled);
  if (categories.find(" " + folded + " ") != std::string_view::npos) {
    folded[0] = char(std::toupper(folded[0]));
    return folded;
  }
  return "sc:" + folded;
}

class Translator {
public:
  explicit Translator(std::string_view pattern) : pattern(pattern) {}

  Expected<std::string> run() {
    while (position < pattern.size()) {
      Status status = translateNext();
      if (status.failed())
        return status;
    }
    return std::move(out);
  }

private:
  Status fail(const std::string &what) const {
    return Status::error("split pattern '" + std::string(pattern) +
                         "' is not supported: " + what + " at offset " +
                         std::to_string(position));
  }

  char peek(size_t ahead = 0) const {
    return position + ahead < pattern.size() ? pattern[position + ahead] : '\0';
  }

  Status translateNext() {
    switch (peek()) {
    case '\\':
      return translateEscape(/*inClass=*/false);
    case '[':
      return translateClass();
    case '(':
      return translateGroup();
    case '{':
      return translateInterval();
    case '#': // a comment only under (?x), which is refused
    default:
      out += pattern[position++];
      return Status::ok();
    }
  }

  Status translateGroup() {
    if (peek(1) == '*')
      return fail("a verb '(*'");
    if (peek(1) != '?') {
      out += pattern[position++];
      return Status::ok();
    }
    for (std::string_view plain : {"(?:", "(?=", "(?!", "(?>", "(?<=", "(?<!"})
      if (pattern.substr(position).starts_with(plain)) {
        out += plain;
        position += plain.size();
        return Status::ok();
      }
    if (pattern.substr(position).starts_with("(?i:")) {
      out += "(?i:";
      position += 4;
      return Status::ok();
    }
    // Elsewhere Ruby lets (?i) also swallow the alternatives that follow.
    if (position == 0 && pattern.starts_with("(?i)")) {
      out += "(?i)";
      position += 4;
      return Status::ok();
    }
    return fail("group '" + std::string(pattern.substr(position, 4)) + "'");
  }

  /// `{n,m}`; a brace that is none is a literal in both engines.
  Status translateInterval() {
    size_t close = pattern.find('}', position);
    std::string_view body =
        close == std::string_view::npos
            ? std::string_view()
            : pattern.substr(position + 1, close - position - 1);
    bool interval = !body.empty() && body != "," &&
                    std::count(body.begin(), body.end(), ',') <= 1 &&
                    std::all_of(body.begin(), body.end(), [](unsigned char c) {
                      return std::isdigit(c) || c == ',';
                    });
    if (!interval) {
      out += "\\{";
      ++position;
      return Status::ok();
    }
    position = close + 1;
    if (peek() == '+')
      return fail("'+' after an interval");
    out += body.front() == ',' ? "{0" : "{";
    out += body;
    out += '}';
    return Status::ok();
  }

  Status translateEscape(bool inClass) {
    char next = peek(1);
    if (position + 1 >= pattern.size())
      return fail("a trailing backslash");
    if (next == 'p' || next == 'P')
      return translateProperty();
    if (next == 'x' || next == 'u')
      return translateCode(next);
    unsigned char byte = next;
    if (byte < 0x80 && !std::isalnum(byte)) {
      out += '\\';
      out += next;
      position += 2;
      return Status::ok();
    }
    Expected<std::string> spelled = escapeSpelling(next, inClass);
    if (!spelled)
      return spelled.status();
    out += *spelled;
    position += 2;
    return Status::ok();
  }

  Expected<std::string> escapeSpelling(char letter, bool inClass) const {
    std::string word(wordMembers);
    switch (letter) {
    case 's':
      return std::string("\\p{White_Space}");
    case 'S':
      return std::string("\\P{White_Space}");
    case 'd':
      return std::string("\\p{Nd}");
    case 'D':
      return std::string("\\P{Nd}");
    case 'w':
      return inClass ? word : "[" + word + "]";
    case 'h':
      return std::string(inClass ? "0-9A-Fa-f" : "[0-9A-Fa-f]");
    case 'v':
      return std::string("\\x0B");
    case 'n':
    case 'r':
    case 't':
    case 'f':
    case 'a':
    case 'e':
      return std::string("\\") + letter;
    default:
      break;
    }
    if (inClass)
      return fail(std::string("'\\") + letter + "' in a class");
    switch (letter) {
    case 'W':
      return "[^" + word + "]";
    case 'H':
      return std::string("[^0-9A-Fa-f]");
    case 'b':
      return "(?:(?<=[" + word + "])(?![" + word + "])|(?<![" + word +
             "])(?=[" + word + "]))";
    case 'B':
      return "(?:(?<=[" + word + "])(?=[" + word + "])|(?<![" + word +
             "])(?![" + word + "]))";
    case 'A':
    case 'z':
    case 'Z':
      return std::string("\\") + letter;
    default:
      return fail(std::string("'\\") + letter + "'");
    }
  }

  Status translateProperty() {
    if (peek(2) != '{')
      return fail("a property without braces");
    size_t close = pattern.find('}', position);
    if (close == std::string_view::npos)
      return fail("a property without its closing brace");
    std::string_view name = pattern.substr(position + 3, close - position - 3);
    bool negative = peek(1) == 'P';
    if (name.starts_with('^')) {
      negative = !negative;
      name.remove_prefix(1);
    }
    if (name.empty() || name.size() > 60 ||
        !std::all_of(name.begin(), name.end(), [](unsigned char c) {
          return std::isalnum(c) || c == '_' || c == ' ' || c == '-';
        }))
      return fail("property name '" + std::string(name) + "'");
    out += negative ? "\\P{" : "\\p{";
    out += propertyName(name);
    out += '}';
    position = close + 1;
    return Status::ok();
  }

  /// `\xHH`, `\x{H...}` and `\uHHHH`.
  Status translateCode(char letter) {
    size_t begin = position + 2, end = begin, limit = letter == 'u' ? 4 : 2;
    bool braced = letter == 'x' && peek(2) == '{';
    if (braced) {
      begin = end = position + 3;
      limit = 8;
    }
    while (end < pattern.size() && end - begin < limit &&
           std::isxdigit(static_cast<unsigned char>(pattern[end])))
      ++end;
    size_t digits = end - begin;
    bool complete =
        braced ? digits > 0 && end < pattern.size() && pattern[end] == '}'
               : digits > 0 && (letter == 'x' || digits == 4);
    if (!complete)
      return fail(std::string("an incomplete '\\") + letter + "'");
    std::string hex(pattern.substr(begin, digits));
    // Two digits name a byte in Oniguruma, a code point in PCRE2.
    if (!braced && letter == 'x' && std::stoul(hex, nullptr, 16) >= 0x80)
      return fail("a byte '\\x" + hex + "'");
    out += "\\x{" + hex + "}";
    position = end + (braced ? 1 : 0);
    return Status::ok();
  }

  Status translateClass() {
    out += pattern[position++];
    if (peek() == '^')
      out += pattern[position++];
    if (peek() == ']')
      return fail("an empty class");
    while (position < pattern.size() && peek() != ']') {
      Status status = translateMember();
      if (status.failed())
        return status;
    }
    if (position >= pattern.size())
      return fail("a class without its ']'");
    out += pattern[position++];
    return Status::ok();
  }

  Status translateMember() {
    if (peek() == '[')
      return fail("a class in a class");
    if (peek() == '&' && peek(1) == '&')
      return fail("a class intersection '&&'");
    if (peek() == '\\')
      return translateEscape(/*inClass=*/true);
    out += pattern[position++];
    return Status::ok();
  }

  std::string_view pattern;
  size_t position = 0;
  std::string out;
};

} // namespace

Expected<std::string> text::translateOniguruma(std::string_view pattern) {
  if (!isValidUtf8(pattern))
    return Status::error("split pattern is not valid UTF-8");
  return Translator(pattern).run();
}
