//===- Arguments.cpp - what a kernel is given on the command line ---------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Arguments.h"
#include "Npy.h"

#include <charconv>
#include <cstring>
#include <fstream>
#include <sstream>

using namespace llmc::ptxsim;

[[noreturn]] static void fail(const std::string &text,
                              const std::string &problem) {
  throw Error(Error::Kind::Launch, "--arg " + text + ": " + problem);
}

/// "a:b:c"
static std::vector<std::string> split(const std::string &text, char mark) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, mark);)
    parts.push_back(part);
  return parts;
}

static uint64_t elementBytes(const std::string &type) {
  return type.size() == 3 && std::isdigit((unsigned char)type[2])
             ? uint64_t(type[2] - '0')
             : 0;
}

void Arguments::addValue(const void *value, size_t bytes,
                         const std::string &text) {
  const uint8_t *begin = static_cast<const uint8_t *>(value);
  values.push_back({{begin, begin + bytes}, text});
}

uint64_t Arguments::allocate(uint64_t bytes, const std::string &text) {
  std::optional<uint64_t> address = memory.allocate(bytes, text);
  if (!address)
    fail(text, "there are no " + std::to_string(bytes) + " bytes of memory");
  addValue(&*address, sizeof *address, text);
  return *address;
}

/// The array of a file; `bytes` keeps it alive.
static llmrt::app::NpyArray readArray(const std::string &file,
                                      std::string &bytes) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream)
    fail(file, "cannot be read: " + std::string(std::strerror(errno)));
  std::ostringstream all;
  all << stream.rdbuf();
  bytes = all.str();
  auto array = llmrt::app::parseNpy(bytes, file);
  if (!array)
    fail(file, array.message());
  if (array->columnsFirst)
    fail(file, "is in the order of Fortran: save it in C order");
  return *array;
}

void Arguments::addIn(const std::string &rest) {
  std::string bytes;
  llmrt::app::NpyArray array = readArray(rest, bytes);
  uint64_t address = allocate(array.elements.size(), "in:" + rest);
  std::memcpy(reinterpret_cast<void *>(address), array.elements.data(),
              array.elements.size());
}

void Arguments::addInOut(const std::string &rest) {
  std::vector<std::string> parts = split(rest, ':');
  if (parts.size() != 2)
    fail("inout:" + rest, "needs the form inout:FILE.npy:OUT.npy");
  std::string bytes;
  llmrt::app::NpyArray array = readArray(parts[0], bytes);
  uint64_t address = allocate(array.elements.size(), "inout:" + rest);
  std::memcpy(reinterpret_cast<void *>(address), array.elements.data(),
              array.elements.size());
  outputs.push_back(
      {parts[1], array.type, array.shape, address, array.elements.size()});
}

void Arguments::addOut(const std::string &rest) {
  std::vector<std::string> parts = split(rest, ':');
  if (parts.size() != 3 || !elementBytes(parts[1]))
    fail("out:" + rest, "needs the form out:FILE.npy:TYPE:DIMS, for example "
                        "out:y.npy:<f4:8x64");
  Output output{parts[0], parts[1], {}, 0, elementBytes(parts[1])};
  for (const std::string &side : split(parts[2], 'x')) {
    int64_t value = 0;
    auto [end, problem] =
        std::from_chars(side.data(), side.data() + side.size(), value);
    if (problem != std::errc() || end != side.data() + side.size() ||
        value < 1 || output.bytes > (uint64_t(1) << 40) / uint64_t(value))
      fail("out:" + rest, "'" + side + "' is no side of an array");
    output.shape.push_back(value);
    output.bytes *= uint64_t(value);
  }
  output.address = allocate(output.bytes, "out:" + rest);
  outputs.push_back(std::move(output));
}

void Arguments::addZeros(const std::string &rest) {
  uint64_t bytes = 0;
  auto [end, problem] =
      std::from_chars(rest.data(), rest.data() + rest.size(), bytes);
  if (problem != std::errc() || end != rest.data() + rest.size() || !bytes)
    fail("zeros:" + rest, "needs a number of bytes");
  uint64_t address = allocate(bytes, "zeros:" + rest);
  std::memset(reinterpret_cast<void *>(address), 0, bytes);
}

template <typename T>
static bool parse(const std::string &text, std::vector<uint8_t> &bytes) {
  T value;
  auto [end, problem] =
      std::from_chars(text.data(), text.data() + text.size(), value);
  if (problem != std::errc() || end != text.data() + text.size())
    return false;
  bytes.resize(sizeof value);
  std::memcpy(bytes.data(), &value, sizeof value);
  return true;
}

bool Arguments::addNumber(const std::string &type, const std::string &rest) {
  std::vector<uint8_t> bytes;
  bool isNumber = type == "u32"   ? parse<uint32_t>(rest, bytes)
                  : type == "s32" ? parse<int32_t>(rest, bytes)
                  : type == "u64" ? parse<uint64_t>(rest, bytes)
                  : type == "s64" ? parse<int64_t>(rest, bytes)
                  : type == "f32" ? parse<float>(rest, bytes)
                                  : type == "f64" && parse<double>(rest, bytes);
  if (isNumber)
    addValue(bytes.data(), bytes.size(), type + ":" + rest);
  return isNumber;
}

void Arguments::add(const std::string &text) {
  size_t mark = text.find(':');
  std::string kind = text.substr(0, mark);
  std::string rest = mark == std::string::npos ? "" : text.substr(mark + 1);
  if (kind == "in")
    return addIn(rest);
  if (kind == "out")
    return addOut(rest);
  if (kind == "inout")
    return addInOut(rest);
  if (kind == "zeros")
    return addZeros(rest);
  if (!addNumber(kind, rest))
    fail(text, "is none of in:FILE.npy, out:FILE.npy:TYPE:DIMS, "
               "inout:FILE.npy:OUT.npy, zeros:BYTES, u32:N, s32:N, u64:N, "
               "s64:N, f32:X and f64:X");
}

std::vector<uint8_t> Arguments::bytesFor(const Module &module,
                                         const Function &kernel) const {
  const std::vector<Parameter> &wanted = module.parameters(kernel);
  auto count = [](size_t n) {
    return std::to_string(n) + (n == 1 ? " argument" : " arguments");
  };
  if (wanted.size() != values.size())
    throw Error(Error::Kind::Launch, "the kernel takes " +
                                         count(wanted.size()) + ", found " +
                                         std::to_string(values.size()));
  std::vector<uint8_t> bytes(module.parameterBytes(kernel));
  for (size_t k = 0; k < wanted.size(); ++k) {
    if (wanted[k].sizeBytes != values[k].bytes.size())
      fail(values[k].text, "has " + std::to_string(values[k].bytes.size()) +
                               " bytes, the parameter '" + wanted[k].name +
                               "' has " + std::to_string(wanted[k].sizeBytes));
    std::memcpy(bytes.data() + wanted[k].offset, values[k].bytes.data(),
                values[k].bytes.size());
  }
  return bytes;
}

void Arguments::writeFiles() const {
  for (const Output &output : outputs) {
    auto file = llmrt::app::PendingOutput::create(output.file);
    if (!file)
      throw Error(Error::Kind::Launch, file.message());
    std::string_view elements(reinterpret_cast<const char *>(output.address),
                              output.bytes);
    for (llmrt::Status status :
         {file->write(llmrt::app::npyHeader(output.shape, output.type)),
          file->write(elements), file->keep()})
      if (status.failed())
        throw Error(Error::Kind::Launch, status.message());
  }
}
