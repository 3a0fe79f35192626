//===- JinjaFormat.cpp - values in a format of Python ---------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The operator % of texts and the filter 'format' (printf style), str.format
// without format specifications, and 'round'.
//===----------------------------------------------------------------------===//
#include "JinjaEvaluator.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstdlib>

using namespace llmrt;
using namespace llmrt::jinja;

using Kind = Value::Kind;

namespace {

constexpr int64_t widthLimit = 1000;

/// One conversion of a printf-style format: %(name)-08.3f
struct Conversion {
  std::string name; // of a member
  bool named = false;
  bool left = false, plus = false, space = false, zero = false, hash = false;
  int64_t width = 0, precision = -1;
  char type = 0;
};

int64_t parseCount(std::string_view text, size_t &at) {
  int64_t count = 0;
  for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at)
    count = std::min<int64_t>(count * 10 + (text[at] - '0'), widthLimit + 1);
  return count;
}

/// Reads a conversion behind its '%'. False where the format ends inside.
bool parseConversion(std::string_view text, size_t &at, Conversion &out) {
  if (at < text.size() && text[at] == '(') {
    size_t end = text.find(')', at);
    if (end == text.npos)
      return false;
    out.named = true;
    out.name = text.substr(at + 1, end - at - 1);
    at = end + 1;
  }
  for (; at < text.size(); ++at) {
    char c = text[at];
    bool *flag = c == '-'   ? &out.left
                 : c == '+' ? &out.plus
                 : c == ' ' ? &out.space
                 : c == '0' ? &out.zero
                 : c == '#' ? &out.hash
                            : nullptr;
    if (!flag)
      break;
    *flag = true;
  }
  out.width = parseCount(text, at);
  if (at < text.size() && text[at] == '.')
    out.precision = parseCount(text, ++at);
  while (at < text.size() &&
         (text[at] == 'l' || text[at] == 'h' || text[at] == 'L'))
    ++at;
  if (at >= text.size())
    return false;
  out.type = text[at++];
  return true;
}

std::string wholeDigits(uint64_t magnitude, const Conversion &conversion) {
  char type = conversion.type;
  int base = type == 'x' || type == 'X' ? 16 : type == 'o' ? 8 : 10;
  char buffer[72];
  auto end = std::to_chars(buffer, buffer + sizeof buffer, magnitude, base).ptr;
  std::string digits(buffer, size_t(end - buffer));
  if (type == 'X')
    std::transform(digits.begin(), digits.end(), digits.begin(),
                   [](char c) { return c >= 'a' ? char(c - 'a' + 'A') : c; });
  if (int64_t(digits.size()) < conversion.precision)
    digits.insert(0, size_t(conversion.precision) - digits.size(), '0');
  return digits;
}

std::string realDigits(double magnitude, const Conversion &conversion) {
  char format[] = {'%', '.', '*', conversion.type, 0};
  char alternate[] = {'%', '#', '.', '*', conversion.type, 0};
  int precision = conversion.precision < 0 ? 6 : int(conversion.precision);
  char buffer[2048];
  int length =
      std::snprintf(buffer, sizeof buffer, conversion.hash ? alternate : format,
                    precision, magnitude);
  return std::string(buffer, size_t(std::clamp(length, 0, 2047)));
}

/// Sign, prefix and digits in their width.
std::string layOut(bool negative, std::string digits,
                   const Conversion &conversion, bool isNumber) {
  std::string sign;
  if (isNumber)
    sign = negative ? "-" : conversion.plus ? "+" : conversion.space ? " " : "";
  if (isNumber && conversion.hash)
    sign += conversion.type == 'x'   ? "0x"
            : conversion.type == 'X' ? "0X"
            : conversion.type == 'o' ? "0o"
                                     : "";
  int64_t length = int64_t(sign.size() + characterCount(digits));
  std::string fill(size_t(std::max<int64_t>(0, conversion.width - length)),
                   ' ');
  if (conversion.left)
    return sign + digits + fill;
  if (isNumber && conversion.zero)
    return sign + std::string(fill.size(), '0') + digits;
  return fill + sign + digits;
}

/// Nothing where the value has another type than the conversion wants.
std::optional<std::string> convert(const Conversion &conversion,
                                   const Value &value) {
  switch (conversion.type) {
  case 's':
  case 'r':
  case 'a': {
    std::string text =
        conversion.type == 's' ? value.print() : value.represent();
    if (conversion.precision >= 0)
      text = sliceCharacters(text, 0, size_t(conversion.precision));
    return layOut(false, std::move(text), conversion, false);
  }
  case 'c':
    if (!value.is(Kind::String) || characterCount(value.text()) != 1)
      return std::nullopt;
    return layOut(false, value.text(), conversion, false);
  case 'd':
  case 'i':
  case 'u':
  case 'x':
  case 'X':
  case 'o': {
    bool decimal =
        std::string_view("diu").find(conversion.type) != std::string_view::npos;
    if (!value.isNumber() || (!decimal && value.is(Kind::Float)) ||
        (value.is(Kind::Float) && !(std::fabs(value.asReal()) < 9e18)))
      return std::nullopt;
    int64_t number =
        value.is(Kind::Float) ? int64_t(value.asReal()) : value.asInteger();
    uint64_t magnitude =
        number < 0 ? uint64_t(0) - uint64_t(number) : uint64_t(number);
    return layOut(number < 0, wholeDigits(magnitude, conversion), conversion,
                  true);
  }
  case 'e':
  case 'E':
  case 'f':
  case 'F':
  case 'g':
  case 'G':
    if (!value.isNumber())
      return std::nullopt;
    return layOut(std::signbit(value.asReal()),
                  realDigits(std::fabs(value.asReal()), conversion), conversion,
                  true);
  default:
    return std::nullopt;
  }
}

} // namespace

/// `format % values`: a tuple gives one value to each conversion, a dict gives
/// its members to %(name)s, anything else is the one value.
Value Evaluator::formatText(int line, const std::string &format,
                            const Value &values) {
  Items given = values.isTuple() ? values.items() : Items{values};
  size_t used = 0;
  std::string out;
  spend(line, format.size());
  for (size_t at = 0; at < format.size() && !failed();) {
    size_t mark = std::min(format.find('%', at), format.size());
    out.append(format, at, mark - at);
    at = mark + 1;
    if (mark == format.size())
      break;
    Conversion conversion;
    if (!parseConversion(format, at, conversion)) {
      fail(line, "the format '" + format + "' ends inside a conversion");
      break;
    }
    if (conversion.type == '%') {
      out += '%';
      continue;
    }
    if (conversion.width > widthLimit || conversion.precision > widthLimit) {
      fail(line, "a width of more than " + std::to_string(widthLimit) +
                     " in the format '" + format + "'");
      break;
    }
    const Value *value = nullptr;
    if (conversion.named && values.is(Kind::Dict))
      value = memberOf(values, conversion.name);
    else if (!conversion.named && used < given.size())
      value = &given[used++];
    if (!value) {
      fail(line, "the format '" + format + "' wants more values than given");
      break;
    }
    if (!spendPrint(line, *value) || !spend(line, 2 * widthLimit))
      break;
    std::optional<std::string> text = convert(conversion, *value);
    if (!text)
      fail(line, std::string("%") + conversion.type + " does not format a " +
                     value->typeName());
    else
      out += *text;
  }
  if (used < given.size() && !values.is(Kind::Dict))
    fail(line, "the format '" + format + "' takes " + std::to_string(used) +
                   " values, given are " + std::to_string(given.size()));
  return failed() ? Value() : makeString(line, std::move(out));
}

/// str.format with fields {}, {0} and {name}.
Value Evaluator::formatBraces(int line, const std::string &format,
                              const Arguments &arguments) {
  std::string out;
  size_t next = 0;
  for (size_t at = 0; at < format.size() && !failed(); ++at) {
    char c = format[at];
    bool doubled = at + 1 < format.size() && format[at + 1] == c;
    if ((c == '{' || c == '}') && doubled) {
      out += c;
      ++at;
      continue;
    }
    if (c != '{' && c != '}') {
      out += c;
      continue;
    }
    size_t end = c == '{' ? format.find('}', at) : format.npos;
    std::string field =
        end == format.npos ? "!" : format.substr(at + 1, end - at - 1);
    size_t index = 0;
    auto [last, error] =
        std::from_chars(field.data(), field.data() + field.size(), index);
    bool numbered = error == std::errc() && last == field.data() + field.size();
    const Value *value = nullptr;
    if (field.empty() || numbered) {
      index = field.empty() ? next++ : index;
      if (index < arguments.positional.size())
        value = &arguments.positional[index];
    }
    for (const auto &[name, argument] : arguments.named)
      if (name == field)
        value = &argument;
    if (!value) {
      fail(line, "'format' with the field '{" + field +
                     "}' is not supported, "
                     "or has no argument");
      break;
    }
    if (spendPrint(line, *value))
      out += value->print();
    at = end;
  }
  return failed() ? Value() : makeString(line, std::move(out));
}

/// round(precision, method): whole numbers stay whole, as Python's do.
Value Evaluator::roundNumber(int line, const Value &value, const Items &bound) {
  int64_t precision = bound[0].is(Kind::Int) ? bound[0].asInteger() : 0;
  std::string method = bound[1].is(Kind::String) ? bound[1].text() : "common";
  bool known = method == "common" || method == "ceil" || method == "floor";
  if (!value.isNumber() || !known || precision < 0 || precision > 300) {
    fail(line, "'round' with these arguments is not supported");
    return Value();
  }
  if (method == "common") {
    if (!value.is(Kind::Float))
      return Value::integer(value.asInteger());
    // Decimal digits as Python counts them: the nearest, of the exact value.
    Conversion digits;
    digits.type = 'f';
    digits.precision = precision;
    std::string text = realDigits(std::fabs(value.asReal()), digits);
    double rounded = std::strtod(text.c_str(), nullptr);
    return Value::real(std::copysign(rounded, value.asReal()));
  }
  double unit = std::pow(10.0, double(precision));
  double scaled = value.asReal() * unit;
  return Value::real(
      (method == "ceil" ? std::ceil(scaled) : std::floor(scaled)) / unit);
}
