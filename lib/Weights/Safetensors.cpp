//===- Safetensors.cpp - reading safetensors files ------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "llmc/Weights/Safetensors.h"

#include "llmc/Weights/Errors.h"
#include "llmc/Weights/Json.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/MathExtras.h"

using namespace llvm;
using namespace llmc;

static constexpr uint64_t longestHeader = 100'000'000; // the format's own limit
static constexpr size_t greatestRank = 8;

/// Bytes of one element; nothing for a dtype that the format does not have.
static std::optional<int64_t> getElementBytes(StringRef dtype) {
  return StringSwitch<std::optional<int64_t>>(dtype)
      .Cases({"BOOL", "U8", "I8", "F8_E5M2", "F8_E4M3", "F8_E8M0"}, 1)
      .Cases({"U16", "I16", "F16", "BF16"}, 2)
      .Cases({"U32", "I32", "F32"}, 4)
      .Cases({"U64", "I64", "F64", "C64"}, 8)
      .Default(std::nullopt);
}

namespace {
class SafetensorsParser {
public:
  SafetensorsParser(StringRef fileName, ArrayRef<uint8_t> bytes)
      : fileName(fileName), bytes(bytes) {}

  Expected<std::vector<SafeTensor>> parse() {
    Expected<json::Object> header = parseHeader();
    if (!header)
      return header.takeError();
    for (const auto &[name, value] : *header)
      if (name != "__metadata__")
        if (Error error = parseTensor(name, value))
          return error;
    if (Error error = checkCover())
      return error;
    return std::move(tensors);
  }

private:
  StringRef fileName;
  ArrayRef<uint8_t> bytes;
  ArrayRef<uint8_t> data;
  std::vector<SafeTensor> tensors;

  Error fail(StringRef name, const Twine &message) {
    return fileError(fileName, "tensor " + quote(name), message);
  }
  Expected<json::Object> parseHeader();
  Error parseTensor(StringRef name, const json::Value &value);
  Error parseShape(SafeTensor &tensor, const json::Object &fields);
  Error parseOffsets(SafeTensor &tensor, const json::Object &fields);
  Error checkCover();
};
} // namespace

Expected<json::Object> SafetensorsParser::parseHeader() {
  if (bytes.size() < 8)
    return fileError(fileName, "header",
                     "needs 8 bytes of length, but the file has " +
                         Twine(bytes.size()));
  uint64_t length = support::endian::read64le(bytes.data());
  if (length > longestHeader || length > bytes.size() - 8)
    return fileError(fileName, "header",
                     "has length " + Twine(length) + ", but the file has " +
                         Twine(bytes.size() - 8) +
                         " bytes left; is the file truncated? "
                         "Download it again");
  data = bytes.drop_front(8 + length);
  return parseJsonObject((fileName + ": header").str(),
                         toStringRef(bytes.slice(8, length)));
}

Error SafetensorsParser::parseTensor(StringRef name, const json::Value &value) {
  const json::Object *fields = value.getAsObject();
  if (!fields)
    return fail(name, "requires an object, found " + spellJson(value));
  if (name.empty() || name.size() > 1024 || !all_of(name, isPrint))
    return fail(name, "a name has 1 to 1024 printable characters");
  SafeTensor tensor;
  tensor.name = name.str();
  std::optional<StringRef> dtype = fields->getString("dtype");
  if (!dtype || !getElementBytes(*dtype))
    return fail(name, "has an unknown dtype " + quote(dtype.value_or("")));
  tensor.dtype = dtype->str();
  if (Error error = parseShape(tensor, *fields))
    return error;
  if (Error error = parseOffsets(tensor, *fields))
    return error;
  tensors.push_back(std::move(tensor));
  return Error::success();
}

Error SafetensorsParser::parseShape(SafeTensor &tensor,
                                    const json::Object &fields) {
  const json::Array *shape = fields.getArray("shape");
  if (!shape || shape->size() > greatestRank)
    return fail(tensor.name, "requires a shape of at most 8 dimensions");
  for (const json::Value &entry : *shape) {
    std::optional<int64_t> dim = entry.getAsInteger();
    if (!dim || *dim < 1 || *dim > int64_t(1) << 40)
      return fail(tensor.name,
                  "dimensions are from 1 to 2^40, found " + spellJson(entry));
    tensor.shape.push_back(*dim);
  }
  return Error::success();
}

Error SafetensorsParser::parseOffsets(SafeTensor &tensor,
                                      const json::Object &fields) {
  const json::Array *offsets = fields.getArray("data_offsets");
  std::optional<int64_t> begin, end;
  if (offsets && offsets->size() == 2) {
    begin = (*offsets)[0].getAsInteger();
    end = (*offsets)[1].getAsInteger();
  }
  if (!begin || !end || *begin < 0 || *end < *begin)
    return fail(tensor.name, "requires data_offsets [begin, end]");
  if (static_cast<uint64_t>(*end) > data.size())
    return fail(tensor.name, "ends at byte " + Twine(*end) +
                                 " of the data, which has " +
                                 Twine(data.size()) +
                                 " bytes; is the file truncated? "
                                 "Download it again");
  assert(getElementBytes(tensor.dtype) && "parseTensor knows the dtype");
  std::optional<int64_t> elements = countElements(tensor.shape);
  int64_t size = 0;
  if (!elements ||
      MulOverflow(*elements, *getElementBytes(tensor.dtype), size) ||
      size != *end - *begin)
    return fail(tensor.name, "shape " + spellShape(tensor.shape) + " of " +
                                 tensor.dtype + " does not fill its " +
                                 Twine(*end - *begin) + " bytes");
  tensor.bytes = data.slice(*begin, size);
  return Error::success();
}

/// Tensors follow one another from the first to the last byte of the data.
Error SafetensorsParser::checkCover() {
  sort(tensors, [](const SafeTensor &a, const SafeTensor &b) {
    return a.bytes.data() < b.bytes.data();
  });
  const uint8_t *end = data.begin();
  for (const SafeTensor &tensor : tensors) {
    if (tensor.bytes.begin() != end)
      return fail(tensor.name,
                  "starts at byte " +
                      Twine(tensor.bytes.begin() - data.begin()) +
                      " of the data, but the tensor before it ends at " +
                      Twine(end - data.begin()));
    end = tensor.bytes.end();
  }
  if (end != data.end())
    return fileError(fileName, "data",
                     "the tensors end at byte " + Twine(end - data.begin()) +
                         ", but the data has " + Twine(data.size()) + " bytes");
  return Error::success();
}

Expected<std::vector<SafeTensor>>
llmc::parseSafetensors(StringRef fileName, ArrayRef<uint8_t> bytes) {
  return SafetensorsParser(fileName, bytes).parse();
}

mlir::llm::EncodingAttrInterface
llmc::getSafetensorsEncoding(StringRef dtype, mlir::MLIRContext *context) {
  mlir::FloatType type;
  if (dtype == "F32")
    type = mlir::Float32Type::get(context);
  if (dtype == "F16")
    type = mlir::Float16Type::get(context);
  if (dtype == "BF16")
    type = mlir::BFloat16Type::get(context);
  if (!type)
    return {};
  return mlir::llm::FloatEncodingAttr::get(context, type);
}

/// A file in the folder itself: no separators, not hidden, not `..`.
static bool isPlainFileName(StringRef name) {
  return !name.empty() && name.size() <= 255 && !name.starts_with(".") &&
         all_of(name, isPrint) && name.find_first_of("/\\:") == StringRef::npos;
}

Expected<StringMap<std::string>> llmc::parseSafetensorsIndex(StringRef fileName,
                                                             StringRef text) {
  Expected<json::Object> index = parseJsonObject(fileName, text);
  if (!index)
    return index.takeError();
  const json::Object *map = index->getObject("weight_map");
  if (!map || map->empty())
    return fileError(fileName, "weight_map",
                     "requires an object of tensor names to file names");
  StringMap<std::string> shards;
  for (const auto &[name, value] : *map) {
    std::optional<StringRef> shard = value.getAsString();
    if (!shard || !isPlainFileName(*shard))
      return fileError(
          fileName, "weight_map: tensor " + quote(name),
          "requires the name of a file in the same folder, found " +
              spellJson(value));
    shards[name] = shard->str();
  }
  return shards;
}
