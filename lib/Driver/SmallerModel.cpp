//===- SmallerModel.cpp - what files say of a model that shrank -----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "SmallerModel.h"

#include "dialects/llm/LLMDialect.h"
#include "llmc/Weights/Errors.h"
#include "llmc/Weights/Json.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

using namespace llvm;
using namespace llmc;

static std::optional<int64_t> getFact(mlir::DictionaryAttr facts,
                                      StringRef name) {
  auto fact = facts ? facts.getAs<mlir::IntegerAttr>(name) : nullptr;
  return fact ? std::optional(fact.getInt()) : std::nullopt;
}

SmallerModel::SmallerModel(mlir::DictionaryAttr before,
                           mlir::DictionaryAttr after,
                           std::vector<int64_t> without)
    : without(std::move(without)) {
  for (const SizeKey &key : {layersKey, headsKey, kvHeadsKey, feedForwardKey}) {
    auto from = getFact(before, key.fact), to = getFact(after, key.fact);
    if (from && to && *from != *to)
      changes.push_back({key, *from, *to});
    if (from != to && key.fact == headsKey.fact)
      headDim = getFact(after, headDimKey.fact);
  }
}

std::optional<std::string> SmallerModel::getName(StringRef tensor) const {
  SmallVector<StringRef> parts;
  tensor.split(parts, '.');
  auto *part = find_if(parts, [](StringRef part) {
    return !part.empty() && all_of(part, isDigit);
  });
  int64_t layer = 0;
  if (without.empty() || part == parts.end() || part->getAsInteger(10, layer))
    return tensor.str();
  if (is_contained(without, layer))
    return std::nullopt;
  const std::string number = std::to_string(
      layer - count_if(without, [&](int64_t gone) { return gone < layer; }));
  *part = number;
  return join(parts, ".");
}

std::string llmc::findMixedLayers(mlir::ModuleOp module) {
  llvm::StringMap<int64_t> counts; // of ops, and of attentions that see as far
  module.walk([&](mlir::Operation *op) {
    ++counts[op->getName().getStringRef()];
    if (auto attention = dyn_cast<mlir::llm::AttentionOp>(op))
      ++counts["sees " + std::to_string(attention.getLeft())];
  });
  const int64_t layers = counts.lookup("llm.attention");
  auto isMixed = [&](StringRef op) {
    return layers && counts.lookup(op) % layers;
  };
  const auto reaches = count_if(
      counts, [](auto &entry) { return entry.getKey().starts_with("sees "); });
  if (!isMixed("llm.rope") && !isMixed("llm.expert_linear") && reaches < 2)
    return "";
  return "its layers see differently far back, turn differently or have "
         "experts or not, and files say by their numbers which do: llmc "
         "compile --shrink needs no file";
}

/// The rule that the file of a model breaks whose sizes are to change.
static std::string spellRule(StringRef fact, int64_t size) {
  return ("requires " + Twine(size) + ", the model's " + fact +
          ", for a smaller model to be written; llmc compile --shrink needs no "
          "file")
      .str();
}

bool SmallerModel::mayBeAbsent(const Change &change) const {
  return change.key.fact == kvHeadsKey.fact &&
         any_of(changes, [&](const Change &other) {
           return other.key.fact == headsKey.fact &&
                  other.before == change.before;
         });
}

//===----------------------------------------------------------------------===//
// config.json
//===----------------------------------------------------------------------===//

/// Where the value of a key of the outermost object stands; empty if nowhere.
static StringRef findValue(StringRef text, StringRef key) {
  int depth = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    depth += text[i] == '{' || text[i] == '[';
    depth -= text[i] == '}' || text[i] == ']';
    if (text[i] != '"')
      continue;
    size_t end = i + 1;
    while (end < text.size() && text[end] != '"')
      end += text[end] == '\\' ? 2 : 1;
    StringRef name = text.slice(i + 1, end), rest = text.drop_front(end + 1);
    i = end;
    StringRef value = rest.ltrim();
    if (depth == 1 && name == key && value.consume_front(":"))
      return value.ltrim().take_until(
          [](char c) { return c == ',' || c == '}' || isSpace(c); });
  }
  return {};
}

/// Nothing else of the file changes.
static std::string setInteger(StringRef config, StringRef key, int64_t value) {
  StringRef old = findValue(config, key);
  if (!old.empty())
    return (config.take_front(old.begin() - config.begin()) + Twine(value) +
            config.drop_front(old.end() - config.begin()))
        .str();
  StringRef before = config.rtrim();
  assert(before.ends_with("}") && "a config is an object");
  return (before.drop_back().rtrim() + ",\n  \"" + key + "\": " + Twine(value) +
          "\n}\n")
      .str();
}

/// The name by which a config says `size`, or could; empty if there is none.
static StringRef findKey(const json::Object &config, StringRef names,
                         int64_t size) {
  StringRef null;
  for (StringRef name : split(names, '|')) {
    const json::Value *value = config.get(name);
    if (value && value->getAsInteger() == size)
      return name;
    if (value && value->getAsNull())
      null = name;
  }
  return null;
}

Expected<std::string> SmallerModel::changeConfig(StringRef text) const {
  if (changes.empty())
    return text.str();
  Expected<json::Object> config = parseJsonObject("config.json", text);
  if (!config)
    return config.takeError();
  std::string made = text.str();
  for (const Change &change : changes) {
    StringRef name = findKey(*config, change.key.folder, change.before);
    if (!name.empty())
      made = setInteger(made, name, change.after);
    else if (!mayBeAbsent(change))
      return fileError("config.json",
                       "key " + quote(change.key.folder.split('|').first),
                       spellRule(change.key.fact, change.before));
  }
  if (!headDim)
    return made;
  if (!config->get(headDimKey.folder) && !config->get(kvHeadsKey.folder))
    return fileError("config.json", "key " + quote(headDimKey.folder),
                     spellRule(headDimKey.fact, *headDim));
  return setInteger(made, headDimKey.folder, *headDim);
}

//===----------------------------------------------------------------------===//
// GGUF
//===----------------------------------------------------------------------===//

/// Whether a file says `size`, for all layers or for each.
static bool says(const GgufFile &file, StringRef key, int64_t size) {
  const GgufValue *value = file.find(key);
  if (value && value->type != GgufType::Array) {
    auto number = file.getInteger(key, size, size);
    bool isSize = static_cast<bool>(number);
    consumeError(number.takeError());
    return isSize;
  }
  auto numbers = file.getIntegers(key);
  if (!numbers) {
    consumeError(numbers.takeError());
    return false;
  }
  return !numbers->empty() &&
         all_of(*numbers, [&](int64_t number) { return number == size; });
}

Expected<GgufIntegers> SmallerModel::changeKeys(const GgufFile &file) const {
  GgufIntegers keys;
  if (changes.empty())
    return keys;
  auto architecture = file.getString("general.architecture");
  if (!architecture)
    return architecture.takeError();
  auto nameOf = [&](StringRef key) {
    return (*architecture + "." + key).str();
  };
  for (const Change &change : changes) {
    std::string name = nameOf(change.key.gguf);
    if (says(file, name, change.before))
      keys.emplace_back(name, change.after);
    else if (!mayBeAbsent(change) || file.find(name))
      return fileError(file.fileName, "key " + quote(name),
                       spellRule(change.key.fact, change.before));
  }
  if (headDim)
    for (StringRef key :
         {StringRef(headDimKey.gguf), StringRef("attention.value_length")})
      keys.emplace_back(nameOf(key), *headDim);
  return keys;
}
