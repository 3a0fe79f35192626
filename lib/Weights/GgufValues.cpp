//===- GgufValues.cpp - typed access to a GGUF file's keys ----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "llmc/Support/Numbers.h"
#include "llmc/Weights/Errors.h"
#include "llmc/Weights/Gguf.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Endian.h"

#include <cmath>

using namespace llvm;
using namespace llmc;

template <typename T> static T readAt(const uint8_t *bytes) {
  return support::endian::read<T, endianness::little>(bytes);
}

/// The integer at `bytes`, or nothing when the type is another one or the value
/// does not fit.
static std::optional<int64_t> decodeInteger(GgufType type,
                                            const uint8_t *bytes) {
  switch (type) {
  case GgufType::UInt8:
    return *bytes;
  case GgufType::Int8:
    return static_cast<int8_t>(*bytes);
  case GgufType::UInt16:
    return readAt<uint16_t>(bytes);
  case GgufType::Int16:
    return readAt<int16_t>(bytes);
  case GgufType::UInt32:
    return readAt<uint32_t>(bytes);
  case GgufType::Int32:
    return readAt<int32_t>(bytes);
  case GgufType::UInt64:
    if (auto value = readAt<uint64_t>(bytes); value <= INT64_MAX)
      return static_cast<int64_t>(value);
    return std::nullopt;
  case GgufType::Int64:
    return readAt<int64_t>(bytes);
  default:
    return std::nullopt;
  }
}

static std::optional<double> decodeFloat(const GgufValue &value) {
  if (value.type == GgufType::Float32)
    return widenAsPrinted(
        bit_cast<float>(readAt<uint32_t>(value.bytes.data())));
  if (value.type == GgufType::Float64)
    return bit_cast<double>(readAt<uint64_t>(value.bytes.data()));
  return std::nullopt;
}

/// What stands there, for an error.
static std::string spellValue(const GgufValue &value) {
  if (value.type == GgufType::Array)
    return ("an array of " + Twine(value.count) + " of " +
            spellGgufType(value.elementType))
        .str();
  if (value.type == GgufType::String)
    return "the string " + quote(toStringRef(value.bytes.drop_front(8)));
  if (auto number = decodeInteger(value.type, value.bytes.data()))
    return std::to_string(*number);
  if (auto number = decodeFloat(value))
    return spellNumber(*number);
  return ("a value of type " + spellGgufType(value.type)).str();
}

const GgufValue *GgufFile::find(StringRef key) const {
  auto it = indexByKey.find(key);
  return it == indexByKey.end() || it->second >= keys.size()
             ? nullptr
             : &keys[it->second].second;
}

Error GgufFile::keyError(StringRef key, const Twine &rule) const {
  const GgufValue *value = find(key);
  return fileError(fileName, "key " + quote(key),
                   "requires " + rule + ", found " +
                       (value ? spellValue(*value) : "no such key"));
}

Expected<int64_t> GgufFile::getInteger(StringRef key, int64_t min,
                                       int64_t max) const {
  const GgufValue *value = find(key);
  std::optional<int64_t> number;
  if (value && value->type != GgufType::Array)
    number = decodeInteger(value->type, value->bytes.data());
  if (!number || *number < min || *number > max)
    return keyError(key, "an integer from " + Twine(min) + " to " + Twine(max));
  return *number;
}

Expected<int64_t> GgufFile::getInteger(StringRef key, int64_t min, int64_t max,
                                       int64_t absent) const {
  return find(key) ? getInteger(key, min, max) : Expected<int64_t>(absent);
}

Expected<double> GgufFile::getFloat(StringRef key, double min,
                                    double max) const {
  const GgufValue *value = find(key);
  std::optional<double> number;
  if (value)
    number = decodeFloat(*value);
  if (number && *number >= min && *number <= max)
    return *number;
  return keyError(key, "a float from " + spellNumber(min) + " to " +
                           spellNumber(max));
}

Expected<double> GgufFile::getFloat(StringRef key, double min, double max,
                                    double absent) const {
  return find(key) ? getFloat(key, min, max) : Expected<double>(absent);
}

Expected<bool> GgufFile::getBool(StringRef key, bool absent) const {
  const GgufValue *value = find(key);
  if (!value)
    return absent;
  if (value->type != GgufType::Bool)
    return keyError(key, "a boolean");
  assert(value->bytes.size() == 1 && "a boolean is one byte");
  return value->bytes[0] != 0;
}

Expected<StringRef> GgufFile::getString(StringRef key) const {
  const GgufValue *value = find(key);
  if (!value || value->type != GgufType::String)
    return keyError(key, "a string");
  return toStringRef(value->bytes.drop_front(8));
}

Expected<StringRef> GgufFile::getString(StringRef key, StringRef absent) const {
  return find(key) ? getString(key) : Expected<StringRef>(absent);
}

Expected<std::vector<StringRef>> GgufFile::getStrings(StringRef key) const {
  std::vector<StringRef> texts;
  const GgufValue *value = find(key);
  if (!value)
    return texts;
  if (value->type != GgufType::Array || value->elementType != GgufType::String)
    return keyError(key, "an array of strings");
  texts.reserve(value->count); // at most one per 8 bytes of the file
  ArrayRef<uint8_t> rest = value->bytes;
  for (uint64_t i = 0; i < value->count; ++i) {
    assert(rest.size() >= 8 && "parseGguf has walked over these strings");
    uint64_t length = readAt<uint64_t>(rest.data());
    assert(length <= rest.size() - 8 && "parseGguf has checked each length");
    texts.push_back(toStringRef(rest.slice(8, length)));
    rest = rest.drop_front(8 + length);
  }
  return texts;
}

Expected<std::vector<float>> GgufFile::getFloats(StringRef key) const {
  std::vector<float> numbers;
  const GgufValue *value = find(key);
  if (!value)
    return numbers;
  if (value->type != GgufType::Array || value->elementType != GgufType::Float32)
    return keyError(key, "an array of float32");
  assert(value->bytes.size() == value->count * sizeof(float) &&
         "parseGguf has checked the length");
  for (uint64_t i = 0; i < value->count; ++i)
    numbers.push_back(readAt<float>(value->bytes.data() + i * sizeof(float)));
  return numbers;
}

Expected<std::vector<int64_t>> GgufFile::getIntegers(StringRef key) const {
  std::vector<int64_t> numbers;
  const GgufValue *value = find(key);
  if (!value)
    return numbers;
  bool array = value->type == GgufType::Array;
  if (array && value->count == 0)
    return numbers;
  uint64_t stride = value->bytes.size() / std::max<uint64_t>(value->count, 1);
  for (uint64_t i = 0; array && i < value->count; ++i) {
    auto number =
        decodeInteger(value->elementType, value->bytes.data() + i * stride);
    if (!number)
      break;
    numbers.push_back(*number);
  }
  if (!array || numbers.size() != value->count)
    return keyError(key, "an array of integers");
  return numbers;
}
