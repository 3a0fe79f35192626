//===- GgufWriter.cpp - writing GGUF files --------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "llmc/Weights/GgufWriter.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/EndianStream.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/raw_ostream.h"

#include <map>

using namespace llvm;
using namespace llmc;
using namespace mlir::llm;

static constexpr uint64_t alignment = 32; // of a file that names none

//===----------------------------------------------------------------------===//
// Types
//===----------------------------------------------------------------------===//

static bool haveEqualCodes(const Grid &a, const Grid &b) {
  return a.bits == b.bits && a.group == b.group && a.scale == b.scale &&
         a.powerScales == b.powerScales && a.zero == b.zero &&
         a.hasMin == b.hasMin && a.superBlock == b.superBlock &&
         a.subBits == b.subBits && a.subSigned == b.subSigned &&
         a.table == b.table;
}

std::optional<GgmlType> llmc::findGgmlType(EncodingAttrInterface encoding) {
  mlir::MLIRContext *context = encoding.getContext();
  for (uint32_t number = 0; number <= getMaxEnumValForGgmlFormat(); ++number) {
    EncodingAttrInterface known = getGgmlEncoding(GgmlType(number), context);
    if (!known)
      continue;
    if (known == encoding)
      return GgmlType(number);
    std::optional<Grid> grid = encoding.getGrid(), other = known.getGrid();
    if (grid && other && known.canQuantize() && haveEqualCodes(*grid, *other))
      return GgmlType(number);
  }
  return std::nullopt;
}

std::vector<uint8_t> llmc::toGgmlBlocks(ArrayRef<uint8_t> bytes,
                                        EncodingAttrInterface encoding,
                                        GgmlType type) {
  EncodingAttrInterface to = getGgmlEncoding(type, encoding.getContext());
  if (to == encoding)
    return bytes.vec();
  const int64_t from = encoding.getBlockBytes(), count = bytes.size() / from;
  std::vector<uint8_t> made(count * to.getBlockBytes());
  GridBlock block(*encoding.getGrid());
  for (int64_t i = 0; i < count; ++i) {
    encoding.unpackBlock(bytes.data() + i * from, block);
    to.packBlock(block, made.data() + i * to.getBlockBytes());
  }
  return made;
}

/// llama.cpp's number for a file that is mostly of a type; what it has none for is
/// one that it guesses.
static uint32_t findFileType(ArrayRef<GgufPlace> tensors) {
  // By GGML type: F32, F16, Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, Q3_K, Q4_K, Q5_K, Q6_K,
  // IQ4_NL, IQ4_XS, MXFP4.
  static constexpr std::pair<uint32_t, uint32_t> known[] = {
      {0, 0},   {1, 1},   {2, 2},   {3, 3},   {6, 8},   {7, 9},   {8, 7},
      {11, 11}, {12, 14}, {13, 16}, {14, 18}, {20, 25}, {23, 30}, {39, 38}};
  constexpr uint32_t guessed = 1024;
  std::map<uint32_t, uint64_t> bytes;
  for (const GgufPlace &tensor : tensors)
    bytes[static_cast<uint32_t>(tensor.type)] += tensor.bytes;
  uint32_t most = 0;
  for (auto [type, count] : bytes)
    if (count > bytes[most])
      most = type;
  const auto *it =
      find_if(known, [&](auto entry) { return entry.first == most; });
  return it == std::end(known) ? guessed : it->second;
}

//===----------------------------------------------------------------------===//
// The header
//===----------------------------------------------------------------------===//

namespace {

class HeaderWriter {
public:
  HeaderWriter() : stream(text), writer(stream, endianness::little) {}

  template <typename T> void number(T value) { writer.write(value); }
  void string(StringRef value) {
    number(static_cast<uint64_t>(value.size()));
    stream << value;
  }
  void integerKey(StringRef name, uint32_t value) {
    string(name);
    number(static_cast<uint32_t>(GgufType::UInt32));
    number(value);
  }
  void key(StringRef name, const GgufValue &value) {
    string(name);
    number(static_cast<uint32_t>(value.type));
    if (value.type == GgufType::Array) {
      number(static_cast<uint32_t>(value.elementType));
      number(value.count);
    }
    stream << toStringRef(value.bytes);
  }
  void tensor(const GgufPlace &place, uint64_t offset) {
    string(place.name);
    number(static_cast<uint32_t>(place.shape.size()));
    for (int64_t size : reverse(place.shape))
      number(static_cast<uint64_t>(size));
    number(static_cast<uint32_t>(place.type));
    number(offset);
  }
  std::string take() { return std::move(text); }

private:
  std::string text;
  raw_string_ostream stream;
  support::endian::Writer writer;
};

} // namespace

/// Written anew, or of no use in one file.
static bool isReplaced(StringRef key) {
  return key == "general.file_type" || key == "general.alignment" ||
         key == "general.quantization_version" || key.starts_with("split.");
}

std::string llmc::makeGgufHeader(const GgufFile &from,
                                 const GgufIntegers &changed,
                                 MutableArrayRef<GgufPlace> tensors) {
  auto isKept = [&](StringRef key) {
    return !isReplaced(key) &&
           none_of(changed, [&](auto &entry) { return entry.first == key; });
  };
  HeaderWriter header;
  header.number(uint32_t(0x46554747)); // "GGUF"
  header.number(uint32_t(3));
  header.number(static_cast<uint64_t>(tensors.size()));
  uint64_t kept =
      count_if(from.keys, [&](auto &key) { return isKept(key.first); });
  header.number(kept + changed.size() + 2);
  for (const auto &[name, value] : from.keys)
    if (isKept(name))
      header.key(name, value);
  for (const auto &[name, value] : changed)
    header.integerKey(name, value);
  header.integerKey("general.file_type", findFileType(tensors));
  header.integerKey("general.quantization_version", 2);
  uint64_t offset = 0;
  for (GgufPlace &tensor : tensors) {
    tensor.offset = offset;
    header.tensor(tensor, offset);
    offset = alignTo(offset + tensor.bytes, alignment);
  }
  std::string text = header.take();
  text.resize(alignTo(text.size(), alignment));
  for (GgufPlace &tensor : tensors)
    tensor.offset += text.size();
  return text;
}
