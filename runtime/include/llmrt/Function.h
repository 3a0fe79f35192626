//===- Function.h - tensors in, tensors out -------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Runs a compiled function: an encoder, a classifier, any graph of tensors. Nothing
// is kept between calls but the workspace, which grows to what the largest call so
// far has needed.
//===----------------------------------------------------------------------===//
#ifndef LLMRT_FUNCTION_H
#define LLMRT_FUNCTION_H

#include "llmrt/MappedMemory.h"
#include "llmrt/Status.h"
#include "llmrt/ThreadPool.h"
#include "llmrt/abi.h"

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace llmrt {

/// A type of elements as NumPy spells it.
struct ElementType {
  uint32_t kind;    // LLMRT_ELEMENT_*
  const char *name; // "float32"
  const char *npy;  // "<f4", of .npy files
  int64_t bytes;
};
/// Null: this runtime knows no such kind.
const ElementType *findElementType(uint32_t kind);
/// The first of those that a .npy file spells so.
const ElementType *findElementType(std::string_view npy);
/// Whether a .npy file's elements can be of the type: narrow ones are told apart by
/// their width only.
bool isSpelled(const ElementType &type, std::string_view npy);

/// "float32 [batch, seq, 64]"
std::string describeTensor(const LlmrtTensor &tensor);
/// "[2, 3]"
std::string describeSizes(std::span<const int64_t> sizes);

/// One call's sizes of a tensor.
using Sizes = std::vector<int64_t>;
/// Elements of sizes that are not negative; -1 where they are too many to count.
int64_t countElements(std::span<const int64_t> sizes);

class Function {
public:
  /// `weights` must outlive the function and start at a multiple of 64. 0 threads:
  /// the cores available. The environment variable LLMRT_VARIANT names the
  /// instruction set to use.
  static Expected<std::unique_ptr<Function>>
  create(const LlmrtModel &model, std::span<const uint8_t> weights,
         int64_t threads = 0);

  std::span<const LlmrtTensor> inputs() const {
    return {signature->inputs, static_cast<size_t>(signature->inputCount)};
  }
  std::span<const LlmrtTensor> outputs() const {
    return {signature->outputs, static_cast<size_t>(signature->outputCount)};
  }

  /// What a call with inputs of these sizes takes and gives.
  struct Plan {
    std::vector<int64_t> inputSizes; // of all inputs, one behind the other
    std::vector<Sizes> outputs;
    int64_t workspaceBytes = 0;
  };
  /// Fails where sizes are not those of the signature, or do not fit one another.
  Expected<Plan> plan(std::span<const Sizes> inputs) const;

  /// Runs a call that was planned. Inputs and outputs are dense, in row-major order
  /// and aligned to their elements; no output may overlap an input or another one.
  /// Fails where the workspace cannot be mapped, and then has written nothing.
  Status call(const Plan &plan, std::span<const void *const> inputs,
              std::span<void *const> outputs);

  const LlmrtVariant &variant() const { return *chosen; }
  int64_t threads() const { return pool->workers(); }

private:
  Function() = default;
  Status checkSizes(std::span<const Sizes> inputs) const;

  const LlmrtSignature *signature = nullptr;
  const LlmrtVariant *chosen = nullptr;
  std::unique_ptr<ThreadPool> pool;
  int64_t team = 1;
  MappedMemory workspace;
  LlmrtCall descriptor = {};
};

} // namespace llmrt

#endif // LLMRT_FUNCTION_H
