//===- Npy.cpp - NumPy's array files --------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Npy.h"
#include "Output.h"

#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace llmrt;
using namespace llmrt::app;

namespace {

constexpr std::string_view magic = "\x93NUMPY";
constexpr size_t headerGranule = 64;

struct Header {
  std::string_view dictionary;
  std::string_view elements;
};

Status npyError(const std::string &name, const std::string &what) {
  return Status::error(name + ": not a usable .npy file: " + what);
}

uint64_t littleEndian(std::string_view bytes) {
  uint64_t value = 0;
  for (size_t i = bytes.size(); i-- > 0;)
    value = (value << 8) | static_cast<unsigned char>(bytes[i]);
  return value;
}

Expected<Header> splitHeader(std::string_view bytes, const std::string &name) {
  if (bytes.size() < 10 || bytes.substr(0, magic.size()) != magic)
    return npyError(name, "it does not start with \\x93NUMPY");
  const int version = bytes[6];
  if (version < 1 || version > 3)
    return npyError(name, "version " + std::to_string(version) +
                              ", known are 1 to 3");
  const size_t lengthBytes = version == 1 ? 2 : 4;
  const size_t start = 8 + lengthBytes;
  if (bytes.size() < start)
    return npyError(name, "it ends in its header");
  const uint64_t length = littleEndian(bytes.substr(8, lengthBytes));
  if (length > bytes.size() - start)
    return npyError(name, "a header of " + std::to_string(length) +
                              " bytes in a file of " +
                              std::to_string(bytes.size()));
  return Header{bytes.substr(start, length), bytes.substr(start + length)};
}

/// What follows `'key':` in the dictionary; empty: no such key.
std::string_view valueOf(std::string_view dictionary, std::string_view key) {
  for (char quote : {'\'', '"'}) {
    std::string quoted = quote + std::string(key) + quote;
    size_t at = dictionary.find(quoted);
    if (at == std::string_view::npos)
      continue;
    std::string_view rest = dictionary.substr(at + quoted.size());
    size_t value = rest.find_first_not_of(" :");
    if (value != std::string_view::npos)
      return rest.substr(value);
  }
  return {};
}

/// "(2, 3)", up to its end, as numbers.
Expected<std::vector<int64_t>> parseShape(std::string_view shape,
                                          const std::string &name) {
  size_t end = shape.find(')');
  if (shape.empty() || shape.front() != '(' || end == std::string_view::npos)
    return npyError(name, "it has no shape");
  std::string text(shape.substr(0, end + 1));
  std::vector<int64_t> dims;
  const char *next = text.data() + 1, *last = text.data() + end;
  while (next < last) {
    if (*next == ' ' || *next == ',') {
      ++next;
      continue;
    }
    int64_t dim;
    auto [after, error] = std::from_chars(next, last, dim);
    if (error != std::errc() || dim < 0)
      return npyError(name, "shape " + text);
    dims.push_back(dim);
    next = after;
  }
  return dims;
}

/// The elements of shape [T] or [1, T].
Expected<int64_t> countOf(std::string_view shape, const std::string &name) {
  auto dims = parseShape(shape, name);
  if (!dims)
    return dims.status();
  if (dims->size() == 1)
    return (*dims)[0];
  if (dims->size() == 2 && (*dims)[0] == 1)
    return (*dims)[1];
  return Status::error(name +
                       ": expected token ids of shape [1, T], found shape " +
                       std::string(shape.substr(0, shape.find(')') + 1)));
}

} // namespace

Expected<NpyArray> app::parseNpy(std::string_view bytes,
                                 const std::string &name) {
  auto header = splitHeader(bytes, name);
  if (!header)
    return header.status();
  auto shape = parseShape(valueOf(header->dictionary, "shape"), name);
  if (!shape)
    return shape.status();
  std::string_view type = valueOf(header->dictionary, "descr");
  const size_t quote = type.empty() ? type.npos : type.find(type[0], 1);
  if (quote == type.npos || (type[0] != '\'' && type[0] != '"'))
    return npyError(name, "it has no element type");
  NpyArray array;
  array.type = type.substr(1, quote - 1);
  array.columnsFirst =
      valueOf(header->dictionary, "fortran_order").starts_with("True");
  array.shape = std::move(*shape);
  array.elements = header->elements;
  return array;
}

Expected<std::vector<int32_t>> app::parseNpyIds(std::string_view bytes,
                                                const std::string &name) {
  auto header = splitHeader(bytes, name);
  if (!header)
    return header.status();
  std::string_view type = valueOf(header->dictionary, "descr").substr(0, 5);
  const bool wide = type == "'<i8'" || type == "\"<i8\"";
  if (!wide && type != "'<i4'" && type != "\"<i4\"")
    return Status::error(
        name + ": expected int64 token ids ('<i8'), found " +
        (type.empty() ? "no element type" : std::string(type)) +
        ": save them with numpy.save(FILE, ids.astype('int64'))");
  auto count = countOf(valueOf(header->dictionary, "shape"), name);
  if (!count)
    return count.status();
  // One row is the same in both orders, so fortran_order does not matter.
  const size_t size = wide ? 8 : 4;
  if (static_cast<uint64_t>(*count) != header->elements.size() / size ||
      header->elements.size() % size != 0)
    return npyError(
        name, "a shape of " + std::to_string(*count) + " elements, data of " +
                  std::to_string(header->elements.size()) + " bytes");
  std::vector<int32_t> ids;
  ids.reserve(*count);
  for (int64_t i = 0; i < *count; ++i) {
    uint64_t word = littleEndian(header->elements.substr(i * size, size));
    int64_t id = wide ? static_cast<int64_t>(word) : static_cast<int32_t>(word);
    if (id < 0 || id > INT32_MAX)
      return Status::error(name + ": element " + std::to_string(i) + " is " +
                           std::to_string(id) + ", not a token id");
    ids.push_back(static_cast<int32_t>(id));
  }
  return ids;
}

std::string app::npyHeader(std::span<const int64_t> shape,
                           std::string_view type) {
  std::string dictionary = "{'descr': '" + std::string(type) +
                           "', 'fortran_order': False, 'shape': (";
  for (int64_t dim : shape)
    dictionary += std::to_string(dim) + ", ";
  dictionary += "), }";
  const size_t unpadded = 10 + dictionary.size() + 1;
  dictionary.append((headerGranule - unpadded % headerGranule) % headerGranule,
                    ' ');
  dictionary += '\n';
  std::string header(magic);
  header += '\x01';
  header += '\0';
  header += static_cast<char>(dictionary.size() & 0xff);
  header += static_cast<char>(dictionary.size() >> 8);
  return header + dictionary;
}

Status PendingOutput::failure(const char *what) const {
  return Status::error(path + ": " + what + ": " + std::strerror(errno));
}

PendingOutput::PendingOutput(PendingOutput &&other) noexcept
    : path(std::move(other.path)), temporary(std::move(other.temporary)),
      descriptor(std::exchange(other.descriptor, -1)) {
  other.temporary.clear();
}

PendingOutput::~PendingOutput() {
  if (descriptor >= 0)
    close(descriptor);
  if (!temporary.empty())
    unlink(temporary.c_str());
}

Expected<PendingOutput> PendingOutput::create(const std::string &path) {
  PendingOutput output;
  output.path = path;
  std::string name = path + ".XXXXXX";
  output.descriptor = mkostemp(name.data(), O_CLOEXEC);
  if (output.descriptor < 0)
    return output.failure("cannot create it");
  output.temporary = name;
  // mkstemp makes private files; an output has the mode of any other.
  const mode_t mask = umask(0);
  umask(mask);
  fchmod(output.descriptor, 0666 & ~mask);
  return output;
}

Status PendingOutput::write(std::string_view bytes) {
  return writeAll(descriptor, bytes) ? Status::ok() : failure("cannot write");
}

Status PendingOutput::keep() {
  if (close(std::exchange(descriptor, -1)) != 0)
    return failure("cannot write");
  if (rename(temporary.c_str(), path.c_str()) != 0)
    return failure("cannot rename the finished file to it");
  temporary.clear();
  return Status::ok();
}
