//===- DecoderKeys.cpp - one fact, whichever source says it ---------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "DecoderKeys.h"

#include "llmc/Weights/Errors.h"

using namespace llvm;
using namespace llmc;
using namespace mlir::llm;

// Read by RopeScaling.cpp, or without meaning.
static constexpr StringRef commonGgufKeys[] = {
    "vocab_size",
    "tensor_data_layout",
    "rope.freq_base",
    "rope.freq_base_swa",
    "rope.dimension_count",
    "rope.dimension_count_swa",
    "rope.scale_linear",
    "rope.scaling.type",
    "rope.scaling.factor",
    "rope.scaling.original_context_length",
    "rope.scaling.finetuned",
    "rope.scaling.attn_factor",
    "rope.scaling.yarn_beta_fast",
    "rope.scaling.yarn_beta_slow"};

DecoderKeys::DecoderKeys(Source &source) : source(source) {
  if (isGguf())
    gguf.emplace(*source.gguf, source.architecture);
  else
    folder.emplace(*source.config);
}

template <typename T> T DecoderKeys::keep(Expected<T> value, T harmless) {
  if (value)
    return std::move(*value);
  std::string message = toString(value.takeError());
  if (problem.empty())
    problem = message;
  return harmless;
}

std::string DecoderKeys::find(Key key) {
  if (isGguf()) {
    readGguf.push_back(key.gguf.str());
    return key.gguf.str();
  }
  SmallVector<StringRef> names;
  key.folder.split(names, '|');
  for (StringRef name : names)
    if (source.config->has(name))
      return name.str();
  return names.front().str();
}

bool DecoderKeys::has(Key key) const {
  if (isGguf())
    return !key.gguf.empty() &&
           source.gguf->find(source.architecture + "." + key.gguf.str());
  SmallVector<StringRef> names;
  key.folder.split(names, '|');
  return any_of(names,
                [&](StringRef name) { return source.config->has(name); });
}

int64_t DecoderKeys::integer(Key key, int64_t max) {
  std::string name = find(key);
  return isGguf() ? gguf->integer(name, max) : folder->integer(name, max);
}

int64_t DecoderKeys::integer(Key key, int64_t max, int64_t absent) {
  std::string name = find(key);
  if (name.empty())
    return absent;
  return isGguf() ? gguf->integer(name, max, absent)
                  : folder->integer(name, max, absent);
}

int64_t DecoderKeys::count(Key key, int64_t max, int64_t absent) {
  std::string name = find(key);
  if (name.empty())
    return absent;
  std::string full = source.architecture + "." + name;
  return keep<int64_t>(isGguf()
                           ? source.gguf->getInteger(full, 0, max, absent)
                           : source.config->getInteger(name, 0, max, absent),
                       absent);
}

int64_t DecoderKeys::perLayer(Key key, int64_t max, int64_t absent) {
  if (isGguf())
    return gguf->perLayer(find(key), max, absent);
  return absent ? integer(key, max, absent) : integer(key, max);
}

double DecoderKeys::number(Key key, double min, double max, double absent) {
  std::string name = find(key);
  if (name.empty())
    return absent;
  return isGguf() ? gguf->number(name, min, max, absent)
                  : folder->number(name, min, max, absent);
}

double DecoderKeys::number(Key key, double min, double max) {
  std::string name = find(key);
  if (isGguf())
    return gguf->number(name, min, max);
  return keep<double>(source.config->getFloat(name, min, max), min);
}

bool DecoderKeys::flag(Key key, bool absent) {
  std::string name = find(key);
  if (name.empty())
    return absent;
  if (!isGguf())
    return folder->flag(name, absent);
  return keep<bool>(
      source.gguf->getBool(source.architecture + "." + name, absent), absent);
}

std::string DecoderKeys::text(Key key, StringRef absent) {
  std::string name = find(key);
  if (name.empty())
    return absent.str();
  if (!isGguf())
    return keep<std::string>(source.config->getString(name, absent), "");
  return keep<StringRef>(
             source.gguf->getString(source.architecture + "." + name, absent),
             "")
      .str();
}

std::vector<std::string> DecoderKeys::texts(Key key) {
  std::string name = find(key);
  if (isGguf())
    return {};
  return keep<std::vector<std::string>>(source.config->getStrings(name), {});
}

std::vector<int64_t> DecoderKeys::integers(Key key, int64_t min, int64_t max) {
  std::string name = find(key);
  if (name.empty())
    return {};
  if (!isGguf())
    return keep<std::vector<int64_t>>(
        source.config->getIntegers(name, min, max), {});
  std::string full = source.architecture + "." + name;
  auto numbers = keep<std::vector<int64_t>>(source.gguf->getIntegers(full), {});
  for (int64_t number : numbers)
    if (number < min || number > max)
      fail("key " + quote(full), "requires integers from " + Twine(min) +
                                     " to " + Twine(max) + ", found " +
                                     Twine(number));
  return numbers;
}

ActFn DecoderKeys::activation(Key key, StringRef absent) {
  if (!isGguf())
    return keep<ActFn>(readHfActivation(*source.config, find(key), absent),
                       ActFn::Silu);
  HfConfig none("", {});
  return cantFail(readHfActivation(none, "activation", absent));
}

void DecoderKeys::ignore(std::initializer_list<Key> keys) {
  for (Key key : keys) {
    readGguf.push_back(key.gguf.str());
    ignoredFolder.push_back(key.folder.str());
  }
}

void DecoderKeys::fail(const Twine &place, const Twine &message) {
  if (problem.empty())
    problem = toString(fileError(source.path, place, message));
}

void DecoderKeys::failKey(Key key, const Twine &message) {
  if (isGguf())
    return fail("key " + quote(source.architecture + "." + key.gguf.str()),
                message);
  Error error = source.config->fail(find(key), message);
  std::string text = toString(std::move(error));
  if (problem.empty())
    problem = text;
}

Error DecoderKeys::takeError() {
  // A relation between sizes means nothing where one could not be read.
  if (Error error = isGguf() ? gguf->takeError() : folder->takeError())
    return error;
  return problem.empty() ? Error::success() : createStringError(problem);
}

Error DecoderKeys::rejectUnread() {
  if (!isGguf()) {
    SmallVector<StringRef> ignored(ignoredFolder.begin(), ignoredFolder.end());
    return rejectUnreadHfKeys(source, ignored);
  }
  SmallVector<StringRef> known(readGguf.begin(), readGguf.end());
  append_range(known, commonGgufKeys);
  return rejectUnknownGgufKeys(*source.gguf, source.architecture, known);
}
