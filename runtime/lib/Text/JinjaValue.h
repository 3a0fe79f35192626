//===- JinjaValue.h - the values of a chat template -----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Python's values as far as templates see them. Everything but a namespace is
// immutable and shared, nesting is bounded, and nothing can refer to itself, so
// destruction and printing cannot run away.
//===----------------------------------------------------------------------===//
#ifndef LLMRT_TEXT_JINJAVALUE_H
#define LLMRT_TEXT_JINJAVALUE_H

#include <cassert>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace llmrt::jinja {

class Value;
struct Statement;
struct Frame;
using Items = std::vector<Value>;
using Members = std::vector<std::pair<std::string, Value>>;

/// How Python's json.dumps writes.
struct JsonStyle {
  int indent = -1; // negative: on one line
  std::optional<std::string> itemSeparator =
      {}; // default: ", ", or "," in lines
  std::string keySeparator = ": ";
  bool sortKeys = false;
  bool asciiOnly = false; // \u escapes for everything else
};

class Value {
public:
  enum class Kind {
    Undefined,
    None,
    Bool,
    Int,
    Float,
    String,
    List,
    Dict,
    Namespace,
    Function,
  };

  Value() = default; // undefined
  static Value none();
  static Value boolean(bool value);
  static Value integer(int64_t value);
  static Value real(double value);
  static Value string(std::string value);
  /// The elements must not nest deeper than `nestingLimit` (see `nesting`).
  static Value list(Items items);
  /// A list that prints in parentheses and equals only tuples.
  static Value tuple(Items items);
  static Value dict(Members members);
  static Value space(Members members); // a namespace
  static Value function(std::string name);
  /// A function of the template: what `macro` says, with the variables that
  /// `scope` sees as long as it lives.
  static Value macro(std::string name, const Statement &macro,
                     std::weak_ptr<Frame> scope);
  /// Undefined, with the name an error should give.
  static Value undefined(std::string name);

  static constexpr int nestingLimit = 64;

  Kind kind() const { return kindTag; }
  bool is(Kind wanted) const { return kindTag == wanted; }
  bool isNumber() const {
    return is(Kind::Bool) || is(Kind::Int) || is(Kind::Float);
  }
  /// Bool, Int: as integer. Float: as real.
  int64_t asInteger() const {
    assert((is(Kind::Bool) || is(Kind::Int)) && "a whole number");
    return whole;
  }
  double asReal() const {
    assert(isNumber() && "a number");
    return is(Kind::Float) ? fraction : double(whole);
  }
  /// String, Function, or the name of an undefined value.
  const std::string &text() const {
    assert(textData && "a value with a text");
    return *textData;
  }
  const Items &items() const {
    assert(is(Kind::List) && "a list or a tuple");
    return listData->items;
  }
  bool isTuple() const { return is(Kind::List) && whole != 0; }
  const Members &members() const {
    assert((is(Kind::Dict) || is(Kind::Namespace)) && "a value with members");
    return dictData->members;
  }
  /// Of a Function: null for those that the runtime brings.
  const Statement *macroStatement() const {
    return macroData ? macroData->statement : nullptr;
  }
  std::shared_ptr<Frame> macroScope() const { return macroData->scope.lock(); }
  /// 0 for scalars, else one more than the deepest element.
  int nesting() const;
  /// About how many bytes printing takes. Shared elements count as often as
  /// they would be printed, so that work can be bounded before it is done.
  uint64_t weight() const;

  /// Only of a namespace.
  void setMember(const std::string &name, Value value) const;

  const Value *findMember(std::string_view name) const;
  bool isTrue() const;
  /// Python's name of the type, for errors.
  const char *typeName() const;
  /// What `{{ value }}` prints.
  std::string print() const;
  /// What Python's repr prints.
  std::string represent() const;
  /// Nothing if a value has no JSON form.
  std::optional<std::string> toJson(const JsonStyle &style = {}) const;

  friend bool operator==(const Value &a, const Value &b);
  friend std::optional<int> compareValues(const Value &a, const Value &b);

private:
  struct ListData {
    Items items;
    int nesting;
    uint64_t weight;
  };
  struct DictData {
    Members members;
    int nesting;
    uint64_t weight;
  };

  struct MacroData {
    const Statement *statement;
    std::weak_ptr<Frame> scope; // which may hold this value
  };

  void appendJson(std::string &out, const JsonStyle &style, int level,
                  bool &valid) const;

  Kind kindTag = Kind::Undefined;
  int64_t whole = 0;
  double fraction = 0;
  std::shared_ptr<const std::string> textData;
  std::shared_ptr<const ListData> listData;
  std::shared_ptr<const MacroData> macroData;
  std::shared_ptr<DictData> dictData; // changes only in a namespace
};

bool operator==(const Value &a, const Value &b);

/// The member that a key names: a text its own, a whole number one that no text
/// has; nothing for other keys, which are not supported.
std::optional<std::string> memberName(const Value &key);
/// The key that a member's name stands for.
Value memberKey(const std::string &name);

/// -1, 0, 1; nothing where Python would raise a TypeError.
std::optional<int> compareValues(const Value &a, const Value &b);

/// Characters (code points) of UTF-8 text.
size_t characterCount(std::string_view text);
/// `text[begin:end)` in characters.
std::string_view sliceCharacters(std::string_view text, size_t begin,
                                 size_t end);
/// Python's strip: of white space, or of any of `characters`.
std::string_view stripText(std::string_view text, bool left, bool right,
                           std::optional<std::string_view> characters = {});
/// Python's str.isspace of one character.
bool isSpaceCharacter(uint32_t codePoint);

} // namespace llmrt::jinja

#endif // LLMRT_TEXT_JINJAVALUE_H
