//===- OnnxFile.cpp - reading ONNX files ----------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "llmc/Weights/Errors.h"
#include "llmc/Weights/Files.h"
#include "llmc/Weights/Onnx.h"

#include "dialects/onnx/ElementTypes.h"
#include "onnx-ml.pb.h"

#include "google/protobuf/io/coded_stream.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

using namespace llvm;
using namespace llmc;

OnnxFile::OnnxFile(std::string path, std::unique_ptr<::onnx::ModelProto> model)
    : name(std::move(path)), proto(std::move(model)) {}

OnnxFile::~OnnxFile() = default;

//===----------------------------------------------------------------------===//
// The message
//===----------------------------------------------------------------------===//

/// The first fields: ir_version (1), then one of 2 to 8 as bytes.
bool llmc::isOnnx(StringRef bytes) {
  if (bytes.size() < 4 || bytes[0] != 0x08 || bytes[1] < 1 || bytes[1] > 32)
    return false;
  unsigned field = uint8_t(bytes[2]) >> 3, wire = uint8_t(bytes[2]) & 7;
  return wire == 2 && field >= 2 && field <= 8;
}

static constexpr int deepestMessage = 200; // graphs in graphs count three each

static Expected<std::unique_ptr<::onnx::ModelProto>>
parseMessage(StringRef path, ArrayRef<uint8_t> bytes) {
  if (bytes.size() > INT32_MAX)
    return fileError(path, "",
                     "is larger than 2 GiB, the most that a protobuf holds: "
                     "save it with external data");
  google::protobuf::io::CodedInputStream stream(bytes.data(),
                                                static_cast<int>(bytes.size()));
  stream.SetRecursionLimit(deepestMessage);
  auto model = std::make_unique<::onnx::ModelProto>();
  if (!model->ParseFromCodedStream(&stream) || !stream.ConsumedEntireMessage())
    return fileError(path, "",
                     "is no whole ONNX model (its protobuf ends early, is "
                     "damaged near byte " +
                         Twine(stream.CurrentPosition()) +
                         ", or nests graphs too deeply): export or fetch it "
                         "again");
  return model;
}

Expected<std::unique_ptr<OnnxFile>> llmc::parseOnnx(StringRef path,
                                                    ArrayRef<uint8_t> bytes) {
  Expected<std::unique_ptr<::onnx::ModelProto>> model =
      parseMessage(path, bytes);
  if (!model)
    return model.takeError();
  if (!(*model)->has_graph() || (*model)->graph().node_size() == 0)
    return fileError(path, "", "has no graph: it is no ONNX model");
  if ((*model)->opset_import_size() == 0)
    return fileError(path, "",
                     "imports no operator set (opset_import), so its "
                     "operators have no meaning");
  return std::make_unique<OnnxFile>(path.str(), std::move(*model));
}

Expected<std::unique_ptr<OnnxFile>> llmc::openOnnxFile(StringRef path) {
  Expected<std::unique_ptr<MemoryBuffer>> buffer = openFile(path);
  if (!buffer)
    return buffer.takeError();
  return parseOnnx(path, bytesOf(**buffer));
}

std::vector<std::string> OnnxFile::files() const {
  std::vector<std::string> result = {name};
  for (const auto &entry : external) {
    SmallString<256> path(sys::path::parent_path(name));
    sys::path::append(path, entry.getKey());
    result.push_back(path.str().str());
  }
  llvm::sort(result.begin() + 1, result.end());
  return result;
}

//===----------------------------------------------------------------------===//
// External data
//===----------------------------------------------------------------------===//

static Error tensorError(StringRef file, StringRef tensor,
                         const Twine &message) {
  return fileError(file, "tensor " + quote(tensor), message);
}

/// Why a location does not name a file in or below the model's folder, or "".
static std::string checkLocation(StringRef location) {
  if (location.empty())
    return "has external data, but no location of it";
  if (location.contains('\0'))
    return "has external data in a file whose name has a zero byte";
  bool leaves = sys::path::is_absolute(location);
  for (StringRef part :
       make_range(sys::path::begin(location), sys::path::end(location)))
    leaves |= part == "..";
  return leaves ? "has external data in " + quote(location) +
                      ", outside of the model's folder, which is not read"
                : "";
}

/// Whether `path`, with all links followed, lies in `folder`.
static bool staysInside(StringRef path, StringRef folder) {
  SmallString<256> real, realFolder;
  if (sys::fs::real_path(path, real) ||
      sys::fs::real_path(folder.empty() ? "." : folder, realFolder))
    return false;
  StringRef rest = real;
  return rest.consume_front(realFolder) &&
         (realFolder == "/" || rest.starts_with("/"));
}

Expected<const MemoryBuffer *> OnnxFile::openExternal(StringRef tensor,
                                                      StringRef location) {
  if (auto found = external.find(location); found != external.end())
    return found->second.get();
  if (std::string problem = checkLocation(location); !problem.empty())
    return tensorError(name, tensor, problem);
  StringRef folder = sys::path::parent_path(name);
  SmallString<256> path(folder);
  sys::path::append(path, location);
  if (!sys::fs::is_regular_file(path))
    return tensorError(name, tensor,
                       "has its data in " + quote(location) +
                           ", and no such file is beside the model: fetch it, "
                           "too");
  if (!staysInside(path, folder))
    return tensorError(name, tensor,
                       "has external data in " + quote(location) +
                           ", a link that leaves the model's folder: copy the "
                           "file there");
  Expected<std::unique_ptr<MemoryBuffer>> buffer = openFile(path);
  if (!buffer)
    return buffer.takeError();
  return (external[location] = std::move(*buffer)).get();
}

namespace {
struct ExternalPlace {
  std::string location;
  uint64_t offset = 0;
  std::optional<uint64_t> length;
};
} // namespace

static Expected<ExternalPlace> readPlace(StringRef file,
                                         const ::onnx::TensorProto &tensor) {
  ExternalPlace place;
  for (const auto &entry : tensor.external_data()) {
    StringRef key = entry.key(), value = entry.value();
    uint64_t number = 0;
    if (key == "location")
      place.location = value.str();
    if (key != "offset" && key != "length")
      continue;
    if (value.getAsInteger(10, number))
      return tensorError(file, tensor.name(),
                         "has external data with " + key + " " + quote(value) +
                             ", which is no number of bytes");
    if (key == "offset")
      place.offset = number;
    else
      place.length = number;
  }
  return place;
}

Expected<ArrayRef<uint8_t>>
OnnxFile::readExternal(const ::onnx::TensorProto &tensor) {
  Expected<ExternalPlace> place = readPlace(name, tensor);
  if (!place)
    return place.takeError();
  Expected<const MemoryBuffer *> buffer =
      openExternal(tensor.name(), place->location);
  if (!buffer)
    return buffer.takeError();
  ArrayRef<uint8_t> all = bytesOf(**buffer);
  uint64_t rest = place->offset > all.size() ? 0 : all.size() - place->offset;
  uint64_t length = place->length.value_or(rest);
  if (place->offset > all.size() || length > rest)
    return tensorError(name, tensor.name(),
                       "has " + Twine(length) + " bytes from " +
                           Twine(place->offset) + " on in " +
                           quote(place->location) + ", which has " +
                           Twine(all.size()) + ": fetch that file again");
  return all.slice(place->offset, length);
}

ArrayRef<uint8_t> OnnxFile::keep(std::vector<uint8_t> bytes) {
  converted.push_back(std::make_unique<std::vector<uint8_t>>(std::move(bytes)));
  return *converted.back();
}

//===----------------------------------------------------------------------===//
// Tensors
//===----------------------------------------------------------------------===//

std::string llmc::spellOnnxType(int32_t dataType) {
  using Tensor = ::onnx::TensorProto;
  if (!Tensor::DataType_IsValid(dataType))
    return std::to_string(dataType);
  auto type = static_cast<Tensor::DataType>(dataType);
  return StringRef(Tensor::DataType_Name(type)).lower();
}

/// Appends the lowest `bytes` bytes of each number.
template <typename Field>
static std::vector<uint8_t> narrow(const Field &numbers, size_t bytes) {
  std::vector<uint8_t> result;
  result.reserve(numbers.size() * bytes);
  for (auto number : numbers) {
    uint64_t bits = 0;
    std::memcpy(&bits, &number, sizeof(number)); // little endian, as checked
    for (size_t i = 0; i < bytes; ++i)
      result.push_back(static_cast<uint8_t>(bits >> 8 * i));
  }
  return result;
}

Expected<ArrayRef<uint8_t>>
OnnxFile::readTyped(const ::onnx::TensorProto &tensor, mlir::Type elementType) {
  size_t bits = elementType.getIntOrFloatBitWidth();
  size_t bytes = std::max<size_t>(1, bits / 8);
  if (elementType.isF32())
    return keep(narrow(tensor.float_data(), 4));
  if (elementType.isF64())
    return keep(narrow(tensor.double_data(), 8));
  if (elementType.isInteger(64) && !elementType.isUnsignedInteger())
    return keep(narrow(tensor.int64_data(), 8));
  if (elementType.isUnsignedInteger(64) || elementType.isUnsignedInteger(32))
    return keep(narrow(tensor.uint64_data(), bytes));
  return keep(narrow(tensor.int32_data(), bytes)); // narrow ones already packed
}

Expected<OnnxTensor> OnnxFile::read(const ::onnx::TensorProto &tensor,
                                    mlir::MLIRContext &context) {
  OnnxTensor result;
  if (tensor.dims_size() > mostOnnxDims)
    return tensorError(name, tensor.name(),
                       "has " + Twine(tensor.dims_size()) +
                           " dims; tensors of up to " + Twine(mostOnnxDims) +
                           " are read");
  result.shape.assign(tensor.dims().begin(), tensor.dims().end());
  result.elementType = mlir::onnx::getElementType(tensor.data_type(), &context);
  if (!result.elementType)
    return tensorError(name, tensor.name(),
                       "has elements of type " +
                           spellOnnxType(tensor.data_type()) +
                           ", which are not read");
  if (tensor.has_segment())
    return tensorError(name, tensor.name(),
                       "is one segment of a tensor: join "
                       "the segments first");
  int64_t count = 1;
  for (int64_t size : result.shape)
    if (size < 0 || MulOverflow(count, size, count) || count > INT64_MAX / 64)
      return tensorError(name, tensor.name(),
                         "has shape " + spellShape(result.shape) +
                             ", which no tensor has");
  Expected<ArrayRef<uint8_t>> bytes =
      tensor.data_location() == ::onnx::TensorProto::EXTERNAL
          ? readExternal(tensor)
      : tensor.has_raw_data() ? ArrayRef(reinterpret_cast<const uint8_t *>(
                                             tensor.raw_data().data()),
                                         tensor.raw_data().size())
                              : readTyped(tensor, result.elementType);
  if (!bytes)
    return bytes.takeError();
  int64_t bits = result.elementType.isInteger(1)
                     ? 8 // a bool takes a byte
                     : result.elementType.getIntOrFloatBitWidth();
  if (static_cast<int64_t>(bytes->size()) != (count * bits + 7) / 8)
    return tensorError(name, tensor.name(),
                       "has shape " + spellShape(result.shape) + " of " +
                           spellOnnxType(tensor.data_type()) + ", so " +
                           Twine((count * bits + 7) / 8) + " bytes, found " +
                           Twine(bytes->size()));
  result.bytes = *bytes;
  return result;
}
