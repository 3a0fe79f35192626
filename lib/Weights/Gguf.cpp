//===- Gguf.cpp - reading GGUF files --------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One cursor over the bytes; every read checks what remains first, and every
// count is compared with the bytes that its elements need at least.
//===----------------------------------------------------------------------===//
#include "llmc/Weights/Gguf.h"

#include "llmc/Weights/Errors.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/MathExtras.h"

using namespace llvm;
using namespace llmc;

// The least bytes of a key (length, type, one byte) and of a tensor description
// (length, rank, one dimension, type, offset).
static constexpr uint64_t leastKeyBytes = 8 + 4 + 1;
static constexpr uint64_t leastTensorBytes = 8 + 4 + 8 + 4 + 8;
static constexpr uint64_t longestName = 1024; // bytes
static constexpr uint32_t greatestRank = 4;
static constexpr uint64_t greatestAlignment = 1 << 20;

/// Bytes of one element; 0 for strings and arrays, which have no fixed size.
static uint64_t getValueBytes(GgufType type) {
  switch (type) {
  case GgufType::UInt8:
  case GgufType::Int8:
  case GgufType::Bool:
    return 1;
  case GgufType::UInt16:
  case GgufType::Int16:
    return 2;
  case GgufType::UInt32:
  case GgufType::Int32:
  case GgufType::Float32:
    return 4;
  case GgufType::UInt64:
  case GgufType::Int64:
  case GgufType::Float64:
    return 8;
  case GgufType::String:
  case GgufType::Array:
    return 0;
  }
  llvm_unreachable("checked when the type was read");
}

static bool isGoodName(StringRef name) {
  return !name.empty() && name.size() <= longestName && all_of(name, isPrint);
}

namespace llmc {
class GgufParser {
public:
  GgufParser(StringRef fileName, ArrayRef<uint8_t> bytes) : bytes(bytes) {
    file.fileName = fileName.str();
  }

  Expected<GgufFile> parse() {
    if (Error error = parseHeader())
      return error;
    for (uint64_t i = 0; i < keyCount; ++i)
      if (Error error = parseKey(i))
        return error;
    if (Error error = parseAlignment())
      return error;
    for (uint64_t i = 0; i < tensorCount; ++i)
      if (Error error = parseTensor(i))
        return error;
    if (Error error = placeTensors())
      return error;
    return std::move(file);
  }

private:
  GgufFile file;
  ArrayRef<uint8_t> bytes;
  uint64_t place = 0; // of the cursor, in bytes
  uint64_t keyCount = 0, tensorCount = 0, alignment = 32;
  std::vector<uint64_t> offsets; // of the tensors, from the start of the data
  StringSet<> tensorNames;

  uint64_t remaining() const {
    assert(place <= bytes.size() && "the cursor stays in the file");
    return bytes.size() - place;
  }

  /// An error at the cursor; `what` is the key or tensor that is being read.
  Error fail(const Twine &what, const Twine &message) const {
    return fileError(file.fileName, what + " at byte " + Twine(place), message);
  }

  /// Takes `count` bytes, which `what` asks for.
  Expected<ArrayRef<uint8_t>> take(uint64_t count, const Twine &what) {
    if (count > remaining())
      return fail(what, "needs " + Twine(count) + " bytes, but the file has " +
                            Twine(remaining()) +
                            " left; is the file truncated? "
                            "Download it again");
    ArrayRef<uint8_t> taken = bytes.slice(place, count);
    place += count;
    return taken;
  }

  template <typename T> Error read(T &value, const Twine &what) {
    Expected<ArrayRef<uint8_t>> taken = take(sizeof(T), what);
    if (!taken)
      return taken.takeError();
    value = support::endian::read<T, endianness::little>(taken->data());
    return Error::success();
  }

  Error readString(StringRef &text, const Twine &what) {
    uint64_t length = 0;
    if (Error error = read(length, what))
      return error;
    Expected<ArrayRef<uint8_t>> taken = take(length, what);
    if (!taken)
      return taken.takeError();
    text = toStringRef(*taken);
    return Error::success();
  }

  Error readName(StringRef &name, const Twine &what) {
    uint64_t start = place;
    if (Error error = readString(name, what))
      return error;
    if (isGoodName(name))
      return Error::success();
    place = start;
    return fail(what, "a name has 1 to " + Twine(longestName) +
                          " printable characters, found " + quote(name));
  }

  Error parseHeader();
  Error parseKey(uint64_t index);
  Error parseValue(GgufValue &value, const Twine &what);
  Error parseElements(GgufValue &value, const Twine &what);
  Error readType(GgufType &type, const Twine &what);
  Error parseAlignment();
  Error parseTensor(uint64_t index);
  Error parseShape(GgufTensor &tensor, const Twine &what);
  Error parseGgmlType(GgufTensor &tensor, const Twine &what);
  Error placeTensors();
  Error checkOverlaps();
};
} // namespace llmc

Error GgufParser::parseHeader() {
  uint32_t magic = 0;
  if (Error error = read(magic, "header"))
    return error;
  if (magic != 0x46554747) // "GGUF"
    return fileError(file.fileName, "header",
                     "a GGUF file starts with 'GGUF', found " +
                         quote(toStringRef(bytes.take_front(4))));
  if (Error error = read(file.version, "header"))
    return error;
  if (file.version != 2 && file.version != 3)
    return fileError(
        file.fileName, "header",
        "reads GGUF versions 2 and 3, found " + Twine(file.version) +
            (file.version > 0xffff ? " (a big-endian file?)" : "") +
            ": convert the model again, with today's llama.cpp");
  if (Error error = read(tensorCount, "header"))
    return error;
  if (Error error = read(keyCount, "header"))
    return error;
  if (keyCount > remaining() / leastKeyBytes)
    return fail("header", "counts " + Twine(keyCount) +
                              " keys, but the file has " + Twine(remaining()) +
                              " bytes left");
  if (tensorCount > remaining() / leastTensorBytes)
    return fail("header", "counts " + Twine(tensorCount) +
                              " tensors, but the file has " +
                              Twine(remaining()) + " bytes left");
  return Error::success();
}

//===----------------------------------------------------------------------===//
// Keys
//===----------------------------------------------------------------------===//

Error GgufParser::parseKey(uint64_t index) {
  StringRef key;
  if (Error error = readName(key, "key " + Twine(index)))
    return error;
  if (!file.indexByKey.try_emplace(key, file.keys.size()).second)
    return fail("key " + quote(key), "the key appears twice");
  GgufValue value;
  if (Error error = parseValue(value, "key " + quote(key)))
    return error;
  file.keys.emplace_back(key, value);
  return Error::success();
}

Error GgufParser::readType(GgufType &type, const Twine &what) {
  uint32_t number = 0;
  if (Error error = read(number, what))
    return error;
  if (number > static_cast<uint32_t>(GgufType::Float64))
    return fail(what, "value types are 0 to 12, found " + Twine(number));
  type = static_cast<GgufType>(number);
  return Error::success();
}

Error GgufParser::parseValue(GgufValue &value, const Twine &what) {
  if (Error error = readType(value.type, what))
    return error;
  value.elementType = value.type;
  value.count = 1;
  if (value.type == GgufType::Array) {
    if (Error error = readType(value.elementType, what))
      return error;
    if (value.elementType == GgufType::Array)
      return fail(what, "arrays of arrays are not read");
    if (Error error = read(value.count, what))
      return error;
  }
  return parseElements(value, what);
}

Error GgufParser::parseElements(GgufValue &value, const Twine &what) {
  uint64_t start = place;
  bool strings = value.elementType == GgufType::String;
  uint64_t leastBytes = strings ? 8 : getValueBytes(value.elementType);
  assert(leastBytes > 0 && "arrays of arrays are refused before");
  if (value.count > remaining() / leastBytes)
    return fail(what, "counts " + Twine(value.count) + " elements of " +
                          spellGgufType(value.elementType) +
                          ", but the file has " + Twine(remaining()) +
                          " bytes left");
  if (!strings)
    place += value.count * leastBytes;
  for (uint64_t i = 0; strings && i < value.count; ++i) {
    StringRef text;
    if (Error error = readString(text, what))
      return error;
  }
  value.bytes = bytes.slice(start, place - start);
  return Error::success();
}

Error GgufParser::parseAlignment() {
  Expected<int64_t> found =
      file.getInteger("general.alignment", 1, greatestAlignment, alignment);
  if (!found)
    return found.takeError();
  alignment = *found;
  if (!isPowerOf2_64(alignment) || alignment < 8)
    return fileError(file.fileName, "key 'general.alignment'",
                     "requires a power of two from 8, found " +
                         Twine(alignment));
  return Error::success();
}

//===----------------------------------------------------------------------===//
// Tensors
//===----------------------------------------------------------------------===//

Error GgufParser::parseTensor(uint64_t index) {
  GgufTensor tensor;
  if (Error error = readName(tensor.name, "tensor " + Twine(index)))
    return error;
  std::string what = "tensor " + quote(tensor.name);
  if (!tensorNames.insert(tensor.name).second)
    return fail(what, "the name is used twice");
  if (Error error = parseShape(tensor, what))
    return error;
  if (Error error = parseGgmlType(tensor, what))
    return error;
  uint64_t offset = 0;
  if (Error error = read(offset, what))
    return error;
  if (offset % alignment)
    return fail(what, "offsets are multiples of the alignment " +
                          Twine(alignment) + ", found " + Twine(offset));
  offsets.push_back(offset);
  file.tensors.push_back(std::move(tensor));
  return Error::success();
}

Error GgufParser::parseShape(GgufTensor &tensor, const Twine &what) {
  uint32_t rank = 0;
  if (Error error = read(rank, what))
    return error;
  if (rank < 1 || rank > greatestRank)
    return fail(what, "tensors have 1 to 4 dimensions, found " + Twine(rank));
  for (uint32_t i = 0; i < rank; ++i) {
    uint64_t dim = 0;
    if (Error error = read(dim, what))
      return error;
    if (dim == 0 || dim > uint64_t(1) << 40)
      return fail(what, "dimensions are from 1 to 2^40, found " + Twine(dim));
    tensor.shape.insert(tensor.shape.begin(), static_cast<int64_t>(dim));
  }
  if (!countElements(tensor.shape))
    return fail(what,
                "shape " + spellShape(tensor.shape) + " has too many elements");
  return Error::success();
}

/// Any number is a type: what cannot be read can still be listed.
Error GgufParser::parseGgmlType(GgufTensor &tensor, const Twine &what) {
  uint32_t number = 0;
  if (Error error = read(number, what))
    return error;
  tensor.type = static_cast<GgmlType>(number);
  auto block = getGgmlTypeBlock(tensor.type);
  if (block && tensor.shape.back() % block->first)
    return fail(what, "rows of " + spellGgmlType(tensor.type) +
                          " are multiples of " + Twine(block->first) +
                          " elements, found shape " + spellShape(tensor.shape));
  return Error::success();
}

Error GgufParser::placeTensors() {
  assert(offsets.size() == file.tensors.size() && "each tensor has its place");
  // A file of tensors without bytes may end before the data would begin.
  uint64_t dataStart =
      std::min<uint64_t>(alignTo(place, alignment), bytes.size());
  uint64_t dataBytes = bytes.size() - dataStart;
  for (auto [tensor, offset] : zip(file.tensors, offsets)) {
    auto [blockElems, blockBytes] =
        getGgmlTypeBlock(tensor.type).value_or(std::pair(1, 0));
    int64_t blocks = *countElements(tensor.shape) / blockElems;
    int64_t size = 0;
    if (MulOverflow(blocks, blockBytes, size) || offset > dataBytes ||
        static_cast<uint64_t>(size) > dataBytes - offset)
      return fileError(file.fileName, "tensor " + quote(tensor.name),
                       "shape " + spellShape(tensor.shape) + " at offset " +
                           Twine(offset) + " does not fit into the " +
                           Twine(dataBytes) +
                           " bytes of data; is the file truncated? "
                           "Download it again");
    tensor.bytes = bytes.slice(dataStart + offset, size);
  }
  return checkOverlaps();
}

Error GgufParser::checkOverlaps() {
  std::vector<const GgufTensor *> byPlace;
  for (const GgufTensor &tensor : file.tensors)
    byPlace.push_back(&tensor);
  sort(byPlace, [](const GgufTensor *a, const GgufTensor *b) {
    return a->bytes.data() < b->bytes.data();
  });
  for (size_t i = 1; i < byPlace.size(); ++i)
    if (byPlace[i - 1]->bytes.end() > byPlace[i]->bytes.begin())
      return fileError(file.fileName, "tensor " + quote(byPlace[i]->name),
                       "its bytes overlap those of tensor " +
                           quote(byPlace[i - 1]->name));
  return Error::success();
}

Expected<GgufFile> llmc::parseGguf(StringRef fileName,
                                   ArrayRef<uint8_t> bytes) {
  return GgufParser(fileName, bytes).parse();
}
