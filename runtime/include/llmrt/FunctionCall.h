//===- FunctionCall.h - the tensors of one call -----------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMRT_FUNCTIONCALL_H
#define LLMRT_FUNCTIONCALL_H

#include "llmrt/Function.h"

#include <span>
#include <string>
#include <vector>

namespace llmrt {

/// Memory that is aligned to every kind of element.
class Buffer {
public:
  explicit Buffer(int64_t bytes = 0)
      : words(static_cast<size_t>((bytes + 63) / 64 + 1)) {}
  char *data() { return reinterpret_cast<char *>(words.data()); }

private:
  struct alignas(64) Line {
    char bytes[64];
  };
  std::vector<Line> words;
};

/// A call's tensors, in the order of the signature.
struct CallTensors {
  std::vector<Sizes> sizes;
  std::vector<Buffer> buffers;
};

/// The place of the input of this name; -1: the function has none.
int64_t findInput(const Function &function, const std::string &name);

/// An input that was not given but follows from input_ids, which was: a mask of ones,
/// a segment of zeros, positions from 0 on, of its shape. False: it does not.
bool fillDefault(const Function &function, CallTensors &inputs, size_t index);

/// Whether a tensor is a matrix of whole numbers, as ids and masks are.
bool isWholeMatrix(const LlmrtTensor &tensor);
/// Fills an input of whole numbers with `numbers`, of any width it has.
void fillWhole(const Function &function, CallTensors &inputs, size_t index,
               const Sizes &sizes, std::span<const int64_t> numbers);

/// Runs the function. Its outputs, or why its inputs do not fit.
Expected<CallTensors> runFunction(Function &function, CallTensors &inputs);

} // namespace llmrt

#endif // LLMRT_FUNCTIONCALL_H
