//===- MatrixParts.h - the tensors that hold one matrix ---------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMC_LIB_IMPORT_QUANTIZED_MATRIXPARTS_H
#define LLMC_LIB_IMPORT_QUANTIZED_MATRIXPARTS_H

#include "dialects/llm/Grid.h"
#include "llmc/Weights/Safetensors.h"

#include <map>
#include <optional>

namespace llmc {

/// Tensors that are called `stem` and an ending each.
class MatrixParts {
public:
  std::string stem;                        // "model.layers.0.mlp.up_proj"
  std::string file;                        // of one of them, for errors
  std::map<std::string, SafeTensor> parts; // by ending, ".qweight"

  /// Null if the files have no such part.
  const SafeTensor *find(llvm::StringRef ending) const;
  /// A part of one of these dtypes; an empty shape is any.
  llvm::Expected<SafeTensor> get(llvm::StringRef ending,
                                 llvm::ArrayRef<llvm::StringRef> dtypes,
                                 llvm::ArrayRef<int64_t> shape = {}) const;
  llvm::Error fail(llvm::StringRef ending, const llvm::Twine &message) const;
};

/// The dtypes of floats that `readFloats` reads.
inline constexpr llvm::StringRef floatDtypes[] = {"F16", "BF16", "F32"};

mlir::llm::ScaleType getScaleType(const SafeTensor &tensor);
std::vector<float> readFloats(const SafeTensor &tensor);
/// Of I32 and I64.
std::vector<int64_t> readIntegers(const SafeTensor &tensor);

/// Codes that lie in a stream of bits, the lowest first, cut into I32.
class WordStream {
public:
  /// Word i of the stream is element `first + i * stride` of `words`.
  WordStream(const SafeTensor &words, int64_t first, int64_t stride)
      : words(words), first(first), stride(stride) {}

  unsigned get(int64_t index, int64_t bits) const {
    return getAt(index * bits, bits);
  }
  /// `bits` of them from bit `bit` on.
  unsigned getAt(int64_t bit, int64_t bits) const;

private:
  const SafeTensor &words;
  int64_t first, stride;

  uint32_t word(int64_t index) const;
};

} // namespace llmc

#endif // LLMC_LIB_IMPORT_QUANTIZED_MATRIXPARTS_H
