//===- Values.h - what the interpreter computes with ------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Floats of every width are kept as f32 and rounded to their type after each
// op, so one set of loops serves f32, f16 and bf16.
//===----------------------------------------------------------------------===//
#ifndef LLMC_REFERENCE_VALUES_H
#define LLMC_REFERENCE_VALUES_H

#include "llmc/Reference/Interpreter.h"

#include "mlir/IR/TypeUtilities.h"

#include <map>
#include <variant>

namespace llmc::reference {

using Tensor = ReferenceTensor;
using TensorRef = std::shared_ptr<const Tensor>;

/// Rounds to a float type, once: `Rounder(type)(sum)`.
class Rounder {
public:
  /// `type` is f32, f16, bf16 or f64 (kept as f32), or a tensor of one.
  explicit Rounder(mlir::Type type);
  float operator()(float value) const {
    return kind == Kind::F32 ? value : narrow(value);
  }
  float operator()(double value) const;

private:
  enum class Kind { F32, F16, BF16 } kind;
  float narrow(float value) const;
};

/// Keys and values of one layer of one sequence, a row per slot.
struct LayerRows {
  std::vector<float> keys;   // [slots, K, Dk]
  std::vector<float> values; // [slots, K, Dv]
};

/// One `!llm.kv` value: it is used linearly, so writes happen in place.
struct KvCache {
  mlir::llm::KVType type;
  std::map<int32_t, std::vector<LayerRows>> sequences; // layers of a sequence
};

/// One `!llm.batch` value: the rows of this call and where they are stored.
struct Rows {
  const ReferenceBatch *batch;
  std::vector<int64_t> slots;                     // [T]
  std::map<int32_t, std::vector<int32_t>> stored; // positions by sequence, slot
};

using RuntimeValue = std::variant<std::monostate, TensorRef, int64_t, double,
                                  std::shared_ptr<KvCache>, const Rows *>;

/// The number of elements of `shape`, or an error if it is negative or absurd.
llvm::Expected<int64_t> countElements(llvm::ArrayRef<int64_t> shape);

/// Whether the tensor has as many elements as its shape says, all of one kind.
bool isWhole(const Tensor &tensor);

/// An error of `op`: its location, its name, the message.
llvm::Error opError(mlir::Operation *op, const llvm::Twine &message);

} // namespace llmc::reference

#endif // LLMC_REFERENCE_VALUES_H
