//===- Gguf.h - reading GGUF files ------------------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Versions 2 and 3, little endian (github.com/ggml-org/ggml, docs/gguf.md):
//
//   magic "GGUF" | u32 version | u64 tensors | u64 keys
//   keys:    string name | u32 type | value
//   tensors: string name | u32 rank | u64 dims[rank], innermost first
//            | u32 GGML type | u64 offset from the start of the data
//   padding to `general.alignment`, then the data
//
// A pure function over bytes. Nothing is copied: names and values are views
// into the file, checked once by `parseGguf`, so that a count in a file never
// decides how much memory is taken.
//===----------------------------------------------------------------------===//
#ifndef LLMC_WEIGHTS_GGUF_H
#define LLMC_WEIGHTS_GGUF_H

#include "dialects/llm/LLMDialect.h"

#include "llvm/ADT/StringMap.h"
#include "llvm/Support/Error.h"

#include <optional>
#include <string>
#include <vector>

namespace llmc {

/// Types of metadata values, numbered as in the file.
enum class GgufType : uint32_t {
  UInt8 = 0,
  Int8 = 1,
  UInt16 = 2,
  Int16 = 3,
  UInt32 = 4,
  Int32 = 5,
  Float32 = 6,
  Bool = 7,
  String = 8,
  Array = 9,
  UInt64 = 10,
  Int64 = 11,
  Float64 = 12,
};

/// `uint32`, `string`, …
llvm::StringRef spellGgufType(GgufType type);

/// Types of tensors, numbered as in the file. A file may hold any number; this
/// compiler reads these and the block formats of mlir::llm::GgmlFormat.
enum class GgmlType : uint32_t {
  F32 = 0,
  F16 = 1,
  BF16 = 30,
};

/// Name of any GGML tensor type, also of those that are not read (`Q2_K`); the
/// number itself when it is unknown.
std::string spellGgmlType(GgmlType type);

/// Elements and bytes of a block of any type with a name; nothing for others.
std::optional<std::pair<int64_t, int64_t>> getGgmlTypeBlock(GgmlType type);

/// The encoding of a tensor type; null for those that are not read.
mlir::llm::EncodingAttrInterface getGgmlEncoding(GgmlType type,
                                                 mlir::MLIRContext *context);

/// "F32, F16, Q4_0, …": every type that has an encoding.
std::string spellReadableGgmlTypes(mlir::MLIRContext *context);

/// One metadata value as the file holds it. For an array, `type` is Array and
/// `elementType` and `count` say what it holds; otherwise `count` is 1.
struct GgufValue {
  GgufType type;
  GgufType elementType;
  uint64_t count;
  llvm::ArrayRef<uint8_t> bytes; // of the elements; strings with their lengths
};

/// One tensor of the file.
struct GgufTensor {
  llvm::StringRef name;
  llvm::SmallVector<int64_t> shape; // outermost first
  GgmlType type;
  llvm::ArrayRef<uint8_t> bytes; // empty, at its place, if the type has no name
};

/// A checked file. Getters fail with the key, the rule and what was found.
class GgufFile {
public:
  uint32_t version = 0;
  std::string fileName;
  std::vector<std::pair<llvm::StringRef, GgufValue>> keys; // in file order
  std::vector<GgufTensor> tensors;                         // in file order

  const GgufValue *find(llvm::StringRef key) const;

  /// Integers of any width, from `min` to `max`.
  llvm::Expected<int64_t> getInteger(llvm::StringRef key, int64_t min,
                                     int64_t max) const;
  /// The same; `absent` when the file lacks the key.
  llvm::Expected<int64_t> getInteger(llvm::StringRef key, int64_t min,
                                     int64_t max, int64_t absent) const;
  /// Finite floats, from `min` to `max`. A float32 becomes the double that
  /// prints alike: 1e-5, not 9.99999974e-6.
  llvm::Expected<double> getFloat(llvm::StringRef key, double min,
                                  double max) const;
  llvm::Expected<double> getFloat(llvm::StringRef key, double min, double max,
                                  double absent) const;
  llvm::Expected<bool> getBool(llvm::StringRef key, bool absent) const;
  llvm::Expected<llvm::StringRef> getString(llvm::StringRef key) const;
  llvm::Expected<llvm::StringRef> getString(llvm::StringRef key,
                                            llvm::StringRef absent) const;
  /// An array of strings; empty when the file lacks the key.
  llvm::Expected<std::vector<llvm::StringRef>>
  getStrings(llvm::StringRef key) const;
  /// An array of integers; empty when the file lacks the key.
  llvm::Expected<std::vector<int64_t>> getIntegers(llvm::StringRef key) const;
  /// An array of float32; empty when the file lacks the key.
  llvm::Expected<std::vector<float>> getFloats(llvm::StringRef key) const;

private:
  friend class GgufParser;
  llvm::StringMap<size_t> indexByKey;
  /// The error of `key`: requires `rule`, found the value.
  llvm::Error keyError(llvm::StringRef key, const llvm::Twine &rule) const;
};

/// Reads the bytes of a whole file, which must outlive the result.
llvm::Expected<GgufFile> parseGguf(llvm::StringRef fileName,
                                   llvm::ArrayRef<uint8_t> bytes);

} // namespace llmc

#endif // LLMC_WEIGHTS_GGUF_H
