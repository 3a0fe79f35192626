//===- FileWriter.h - GGUF and safetensors files, byte by byte --*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Writers that can also write what no honest writer would: every count, type
// and offset can be set apart from what it describes.
//===----------------------------------------------------------------------===//
#ifndef LLMC_TEST_UNIT_WEIGHTS_FILEWRITER_H
#define LLMC_TEST_UNIT_WEIGHTS_FILEWRITER_H

#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace llmc::test {

using Bytes = std::vector<uint8_t>;

/// Little-endian values, one after the other.
class ByteWriter {
public:
  Bytes bytes;

  template <typename T> ByteWriter &put(T value) {
    uint8_t raw[sizeof(T)];
    std::memcpy(raw, &value, sizeof(T));
    bytes.insert(bytes.end(), raw, raw + sizeof(T));
    return *this;
  }
  ByteWriter &u8(uint8_t value) { return put(value); }
  ByteWriter &u32(uint32_t value) { return put(value); }
  ByteWriter &u64(uint64_t value) { return put(value); }
  ByteWriter &f32(float value) { return put(value); }
  ByteWriter &raw(std::string_view text) {
    bytes.insert(bytes.end(), text.begin(), text.end());
    return *this;
  }
  ByteWriter &append(const Bytes &more) {
    bytes.insert(bytes.end(), more.begin(), more.end());
    return *this;
  }
  ByteWriter &text(std::string_view text) { return u64(text.size()).raw(text); }
  ByteWriter &pad(size_t alignment) {
    while (bytes.size() % alignment)
      bytes.push_back(0);
    return *this;
  }
};

/// The bytes of `count` floats that differ from one another.
inline Bytes someFloats(size_t count, float first = 0.5f) {
  ByteWriter writer;
  for (size_t i = 0; i < count; ++i)
    writer.f32(first + 0.25f * static_cast<float>(i % 17));
  return writer.bytes;
}

class GgufWriter {
public:
  std::string magic = "GGUF";
  uint32_t version = 3;
  uint64_t alignment = 32;
  std::optional<uint64_t> keyCount, tensorCount; // else what was added

  GgufWriter &key(std::string_view name, uint32_t type, const Bytes &value) {
    keys.text(name).u32(type).append(value);
    ++addedKeys;
    return *this;
  }
  GgufWriter &integer(std::string_view name, uint32_t value) {
    return key(name, 4, ByteWriter().u32(value).bytes);
  }
  GgufWriter &number(std::string_view name, float value) {
    return key(name, 6, ByteWriter().f32(value).bytes);
  }
  GgufWriter &flag(std::string_view name, bool value) {
    return key(name, 7, ByteWriter().u8(value).bytes);
  }
  GgufWriter &string(std::string_view name, std::string_view value) {
    return key(name, 8, ByteWriter().text(value).bytes);
  }
  GgufWriter &strings(std::string_view name,
                      const std::vector<std::string> &values) {
    ByteWriter writer;
    writer.u32(8).u64(values.size());
    for (const std::string &value : values)
      writer.text(value);
    return key(name, 9, writer.bytes);
  }
  GgufWriter &integers(std::string_view name,
                       const std::vector<uint32_t> &values) {
    ByteWriter writer;
    writer.u32(4).u64(values.size());
    for (uint32_t value : values)
      writer.u32(value);
    return key(name, 9, writer.bytes);
  }

  /// `dims` innermost first, as in the file; the data follows the one before.
  GgufWriter &tensor(std::string_view name, const std::vector<uint64_t> &dims,
                     uint32_t type, const Bytes &content) {
    data.pad(alignment);
    return tensorAt(name, dims, type, data.bytes.size(), content);
  }
  /// The same, with an offset of one's own choice.
  GgufWriter &tensorAt(std::string_view name, const std::vector<uint64_t> &dims,
                       uint32_t type, uint64_t offset,
                       const Bytes &content = {}) {
    tensors.text(name).u32(static_cast<uint32_t>(dims.size()));
    for (uint64_t dim : dims)
      tensors.u64(dim);
    tensors.u32(type).u64(offset);
    data.append(content);
    ++addedTensors;
    return *this;
  }

  Bytes finish() const {
    ByteWriter file;
    file.raw(magic).u32(version);
    file.u64(tensorCount.value_or(addedTensors));
    file.u64(keyCount.value_or(addedKeys));
    file.append(keys.bytes).append(tensors.bytes).pad(alignment);
    return file.append(data.bytes).bytes;
  }

private:
  ByteWriter keys, tensors, data;
  uint64_t addedKeys = 0, addedTensors = 0;
};

/// A safetensors file with this header text.
inline Bytes safetensors(std::string_view header, const Bytes &data = {}) {
  return ByteWriter().u64(header.size()).raw(header).append(data).bytes;
}

/// Writes tensors one after the other.
class SafetensorsWriter {
public:
  SafetensorsWriter &tensor(std::string_view name, std::string_view dtype,
                            const std::vector<uint64_t> &shape,
                            const Bytes &content) {
    std::string dims;
    for (uint64_t dim : shape)
      dims += (dims.empty() ? "" : ",") + std::to_string(dim);
    size_t begin = data.size();
    data.insert(data.end(), content.begin(), content.end());
    header += (header.empty() ? "" : ",") + ("\"" + std::string(name)) +
              "\":{\"dtype\":\"" + std::string(dtype) + "\",\"shape\":[" +
              dims + "],\"data_offsets\":[" + std::to_string(begin) + "," +
              std::to_string(data.size()) + "]}";
    return *this;
  }
  Bytes finish() const { return safetensors("{" + header + "}", data); }

private:
  std::string header;
  Bytes data;
};

} // namespace llmc::test

#endif // LLMC_TEST_UNIT_WEIGHTS_FILEWRITER_H
