//===- MatrixParts.cpp - the tensors that hold one matrix -----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "MatrixParts.h"

#include "llmc/Weights/Errors.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Endian.h"

using namespace llvm;
using namespace llmc;
using namespace mlir::llm;

const SafeTensor *MatrixParts::find(StringRef ending) const {
  auto it = parts.find(ending.str());
  return it == parts.end() ? nullptr : &it->second;
}

Error MatrixParts::fail(StringRef ending, const Twine &message) const {
  return fileError(file, "tensor " + quote(stem + ending.str()), message);
}

Expected<SafeTensor> MatrixParts::get(StringRef ending,
                                      ArrayRef<StringRef> dtypes,
                                      ArrayRef<int64_t> shape) const {
  const SafeTensor *part = find(ending);
  if (!part)
    return fail(ending, "is missing, though other parts of the matrix are "
                        "there: download the model again");
  if (!is_contained(dtypes, StringRef(part->dtype)))
    return fail(ending, "requires dtype " + join(dtypes, " or ") + ", found " +
                            part->dtype);
  if (!shape.empty() && ArrayRef<int64_t>(part->shape) != shape)
    return fail(ending, "requires shape " + spellShape(shape) + ", found " +
                            spellShape(part->shape));
  return *part;
}

ScaleType llmc::getScaleType(const SafeTensor &tensor) {
  assert(is_contained(floatDtypes, StringRef(tensor.dtype)) &&
         "forms ask for these");
  return tensor.dtype == "F16"    ? ScaleType::f16
         : tensor.dtype == "BF16" ? ScaleType::bf16
                                  : ScaleType::f32;
}

std::vector<float> llmc::readFloats(const SafeTensor &tensor) {
  ScaleType type = getScaleType(tensor);
  int64_t size = getScaleBytes(type);
  std::vector<float> values;
  for (size_t at = 0; at < tensor.bytes.size(); at += size) {
    const uint8_t *bytes = tensor.bytes.data() + at;
    values.push_back(decodeScale(type, size == 4
                                           ? support::endian::read32le(bytes)
                                           : support::endian::read16le(bytes)));
  }
  return values;
}

std::vector<int64_t> llmc::readIntegers(const SafeTensor &tensor) {
  bool isWide = tensor.dtype == "I64";
  std::vector<int64_t> values;
  for (size_t at = 0; at < tensor.bytes.size(); at += isWide ? 8 : 4) {
    const uint8_t *bytes = tensor.bytes.data() + at;
    values.push_back(
        isWide ? static_cast<int64_t>(support::endian::read64le(bytes))
               : static_cast<int32_t>(support::endian::read32le(bytes)));
  }
  return values;
}

uint32_t WordStream::word(int64_t index) const {
  int64_t at = 4 * (first + index * stride);
  assert(at + 4 <= static_cast<int64_t>(words.bytes.size()) &&
         "forms compare shapes first");
  return support::endian::read32le(words.bytes.data() + at);
}

unsigned WordStream::getAt(int64_t bit, int64_t bits) const {
  int64_t from = bit % 32;
  uint64_t found = word(bit / 32);
  if (from + bits > 32)
    found |= static_cast<uint64_t>(word(bit / 32 + 1)) << 32;
  return static_cast<unsigned>(found >> from & ((1u << bits) - 1));
}
