//===- TextEncoder.h - texts to vectors -----------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A function from token ids to hidden states, with what makes one vector of a
// text's rows. Like an average over logits that is a few
// additions on results, not a kernel: the function does all that takes time.
//===----------------------------------------------------------------------===//
#ifndef LLMRT_TEXTENCODER_H
#define LLMRT_TEXTENCODER_H

#include "llmrt/FunctionCall.h"

#include <cstdint>
#include <span>
#include <vector>

namespace llmrt {

/// Which rows of a text its vector is made of.
enum class Pooling { Mean, Cls }; // of all its tokens; the first one's

/// A text's vector of its rows [T, E]. `normalize`: of length 1. Sums are in double,
/// in order, so that neighbours in a batch change nothing.
void poolRows(std::span<const float> rows, Pooling pooling, bool normalize,
              std::span<float> vector);

class TextEncoder {
public:
  /// Fails where the function is none from input_ids to float32
  /// [batch, sequence, columns].
  static Expected<TextEncoder> open(Function &function);

  int64_t columns() const { return width; }
  /// Whether texts of different lengths may be one batch: there is a mask.
  bool takesPadding() const { return mask >= 0; }
  /// Runs texts as one batch; `pool` gets each one's rows, without padding.
  template <typename Pool>
  Status encode(std::span<const std::span<const int32_t>> texts, Pool pool);

private:
  explicit TextEncoder(Function &function) : function(&function) {}
  Expected<CallTensors> run(std::span<const std::span<const int32_t>> texts,
                            int64_t length);

  Function *function;
  int64_t ids = -1, mask = -1, states = -1; // of inputs, and of outputs
  int64_t width = 0;
};

template <typename Pool>
Status TextEncoder::encode(std::span<const std::span<const int32_t>> texts,
                           Pool pool) {
  size_t length = 0;
  for (std::span<const int32_t> text : texts)
    length = std::max(length, text.size());
  auto made = run(texts, static_cast<int64_t>(length));
  if (!made)
    return made.status();
  const auto *rows =
      reinterpret_cast<const float *>(made->buffers[states].data());
  for (size_t i = 0; i < texts.size(); ++i)
    pool(i, std::span(rows + i * length * width, texts[i].size() * width));
  return Status::ok();
}

} // namespace llmrt

#endif // LLMRT_TEXTENCODER_H
