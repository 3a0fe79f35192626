//===- HfConfig.cpp - typed access to config.json -------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "HfConfig.h"

#include "llmc/Weights/Errors.h"
#include "llmc/Weights/Json.h"

#include "llvm/ADT/STLExtras.h"

using namespace llvm;
using namespace llmc;

bool HfConfig::has(StringRef key) const {
  const json::Value *value = fields.get(key);
  return value && value->kind() != json::Value::Null;
}

const json::Value *HfConfig::find(StringRef key) {
  read.insert(key);
  return has(key) ? fields.get(key) : nullptr;
}

Error HfConfig::fail(StringRef key, const Twine &message) const {
  const json::Value *value = fields.get(key);
  return fileError(fileName, "key " + quote(prefix + key.str()),
                   message + ", found " +
                       (value ? spellJson(*value) : "no such key"));
}

Expected<int64_t> HfConfig::getInteger(StringRef key, int64_t min,
                                       int64_t max) {
  const json::Value *value = find(key);
  std::optional<int64_t> number;
  if (value)
    number = value->getAsInteger();
  if (!number || *number < min || *number > max)
    return fail(key,
                "requires an integer from " + Twine(min) + " to " + Twine(max));
  return *number;
}

Expected<int64_t> HfConfig::getInteger(StringRef key, int64_t min, int64_t max,
                                       int64_t absent) {
  return find(key) ? getInteger(key, min, max) : Expected<int64_t>(absent);
}

Expected<double> HfConfig::getFloat(StringRef key, double min, double max) {
  const json::Value *value = find(key);
  std::optional<double> number;
  if (value)
    number = value->getAsNumber();
  if (number && *number >= min && *number <= max)
    return *number;
  return fail(key, "requires a number from " + spellNumber(min) + " to " +
                       spellNumber(max));
}

Expected<double> HfConfig::getFloat(StringRef key, double min, double max,
                                    double absent) {
  return find(key) ? getFloat(key, min, max) : Expected<double>(absent);
}

Expected<bool> HfConfig::getBool(StringRef key, bool absent) {
  const json::Value *value = find(key);
  if (!value)
    return absent;
  if (std::optional<bool> flag = value->getAsBoolean())
    return *flag;
  return fail(key, "requires true or false");
}

Expected<std::string> HfConfig::getString(StringRef key) {
  const json::Value *value = find(key);
  if (!value || !value->getAsString())
    return fail(key, "requires a string");
  return value->getAsString()->str();
}

Expected<std::string> HfConfig::getString(StringRef key, StringRef absent) {
  return find(key) ? getString(key) : Expected<std::string>(absent.str());
}

Expected<std::vector<std::string>> HfConfig::getStrings(StringRef key) {
  std::vector<std::string> texts;
  const json::Value *value = find(key);
  if (!value)
    return texts;
  const json::Array *array = value->getAsArray();
  for (size_t i = 0; array && i < array->size(); ++i)
    if (std::optional<StringRef> text = (*array)[i].getAsString())
      texts.push_back(text->str());
  if (!array || texts.size() != array->size())
    return fail(key, "requires a list of strings");
  return texts;
}

Expected<std::vector<int64_t>> HfConfig::getIntegers(StringRef key, int64_t min,
                                                     int64_t max) {
  std::vector<int64_t> numbers;
  const json::Value *value = find(key);
  if (!value)
    return numbers;
  json::Array single;
  const json::Array *array = value->getAsArray();
  if (!array) {
    single.push_back(*value);
    array = &single;
  }
  for (const json::Value &entry : *array)
    if (std::optional<int64_t> number = entry.getAsInteger();
        number && *number >= min && *number <= max)
      numbers.push_back(*number);
  if (numbers.size() != array->size())
    return fail(key,
                "requires integers from " + Twine(min) + " to " + Twine(max));
  return numbers;
}

Expected<std::vector<double>> HfConfig::getFloats(StringRef key, double min,
                                                  double max) {
  std::vector<double> numbers;
  const json::Value *value = find(key);
  if (!value)
    return numbers;
  const json::Array *array = value->getAsArray();
  for (size_t i = 0; array && i < array->size(); ++i)
    if (std::optional<double> number = (*array)[i].getAsNumber();
        number && *number >= min && *number <= max)
      numbers.push_back(*number);
  if (!array || numbers.size() != array->size())
    return fail(key, "requires a list of numbers from " + spellNumber(min) +
                         " to " + spellNumber(max));
  return numbers;
}

Expected<std::unique_ptr<HfConfig>> HfConfig::getObject(StringRef key) {
  const json::Value *value = find(key);
  if (!value)
    return std::unique_ptr<HfConfig>();
  const json::Object *object = value->getAsObject();
  if (!object)
    return fail(key, "requires an object");
  return std::make_unique<HfConfig>(fileName, *object,
                                    prefix + key.str() + ".");
}

std::vector<std::string>
HfConfig::getUnread(ArrayRef<StringRef> ignored) const {
  std::vector<std::string> unread;
  for (const auto &[key, value] : fields) {
    bool off = value.kind() == json::Value::Null || value == json::Value(false);
    if (!off && !read.contains(key) && !is_contained(ignored, StringRef(key)))
      unread.push_back(key.str());
  }
  llvm::sort(unread);
  return unread;
}

Error HfConfig::rejectUnread(ArrayRef<StringRef> ignored) const {
  std::vector<std::string> unread = getUnread(ignored);
  return unread.empty() ? Error::success() : failUnread(unread.front());
}

Error HfConfig::failUnread(StringRef key) const {
  return fail(key, "is not a key that this architecture is known to have");
}
