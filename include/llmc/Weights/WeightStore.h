//===- WeightStore.h - the tensors of a model's files -----------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Weights never enter the IR: an llm.weight names a source tensor, and the
// bytes stay in the memory-mapped files until emission makes the weight, one
// tensor at a time.
//===----------------------------------------------------------------------===//
#ifndef LLMC_WEIGHTS_WEIGHTSTORE_H
#define LLMC_WEIGHTS_WEIGHTSTORE_H

#include "dialects/llm/LLMDialect.h"

#include "llvm/ADT/StringMap.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/MemoryBuffer.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace llmc {

/// One tensor as a file holds it.
struct SourceTensor {
  std::string name;
  llvm::SmallVector<int64_t> shape; // outermost first, [out, in] for matrices
  mlir::llm::EncodingAttrInterface encoding;
  llvm::ArrayRef<uint8_t> bytes; // into a buffer that the store owns
  // Instead of bytes: makes them, of parts that lie in several tensors.
  std::function<std::vector<uint8_t>()> make = {};

  /// The bytes, in the file or in `made`.
  llvm::ArrayRef<uint8_t> read(std::vector<uint8_t> &made) const;
  int64_t getSizeBytes() const;
};

/// Source tensors by name, and the buffers that hold them.
class WeightStore {
public:
  /// Takes ownership of a (mapped) file that tensors point into.
  void addBuffer(std::unique_ptr<llvm::MemoryBuffer> buffer);
  /// The same for whatever else holds bytes of tensors.
  void keep(std::shared_ptr<const void> holder);
  /// Adds a tensor; fails if the name is taken or its bytes do not fit its
  /// shape.
  llvm::Error addTensor(SourceTensor tensor);
  /// The tensor of that name, or null.
  const SourceTensor *find(llvm::StringRef name) const;
  /// Numbers that several weights need and `make` finds: it is called once for each
  /// key, and returns why there are none, or an empty string. From several threads.
  /// With `uses` they are forgotten once so many have asked, and made again for others.
  std::string derive(mlir::Attribute key, std::vector<float> &numbers,
                     llvm::function_ref<std::string(std::vector<float> &)> make,
                     unsigned uses = 0) const;
  /// All tensors in file order.
  llvm::ArrayRef<SourceTensor> tensors() const { return list; }

private:
  std::vector<std::unique_ptr<llvm::MemoryBuffer>> buffers;
  std::vector<std::shared_ptr<const void>> holders;
  std::vector<SourceTensor> list;
  llvm::StringMap<size_t> indexByName;

  struct Derived;
  std::shared_ptr<Derived> derived = makeDerived();
  static std::shared_ptr<Derived> makeDerived();
};

/// Makes the bytes of `weight` as its type says (encoding, then layout), by its
/// recipe from its source or from its value. Fails when the source is missing
/// or its shape does not lead to the weight's type.
llvm::Expected<std::vector<uint8_t>> makeWeight(mlir::llm::WeightOp weight,
                                                const WeightStore &store);

/// The same, dequantised to f32 in row-major order whatever the type's
/// encoding.
llvm::Expected<std::vector<float>> makeWeightValues(mlir::llm::WeightOp weight,
                                                    const WeightStore &store);

} // namespace llmc

#endif // LLMC_WEIGHTS_WEIGHTSTORE_H
