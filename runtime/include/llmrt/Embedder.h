//===- Embedder.h - the vectors of texts ------------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// As sentence-transformers makes them: tokens, hidden states, one vector of a text's
// rows. What `app embed` and the C API share.
//===----------------------------------------------------------------------===//
#ifndef LLMRT_EMBEDDER_H
#define LLMRT_EMBEDDER_H

#include "llmrt/Program.h"
#include "llmrt/TextEncoder.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace llmrt {

/// How whoever asks is told what to do.
struct EmbedderWords {
  std::string takePooling = "ask for mean or cls";
  std::string truncate = "ask for truncation";
  std::string call = "a call of its function takes token ids";
  std::string text = "text"; // "text 3 has 32 tokens"
  int64_t firstText = 0;     // its number
};

struct EmbedderOptions {
  std::optional<Pooling> pooling; // absent: the model's, else the mean
  std::optional<bool> normalize;  // absent: as the model does
  bool truncate =
      false; // a text that is longer than the model reads; else an error
  int64_t batch = 32;  // texts at once
  int64_t threads = 0; // 0: the physical cores available
  EmbedderWords words = {};
};

class Embedder {
public:
  /// Fails where the program is no encoder of texts. It must outlive the embedder.
  static Expected<std::unique_ptr<Embedder>> create(const Program &program,
                                                    EmbedderOptions options);

  /// E, the numbers of a vector.
  int64_t columns() const { return encoder.columns(); }
  /// Tokens of the longest text; 0: no limit is known.
  int64_t mostTokens() const { return most; }

  /// Writes [texts, E] to `vectors`. Texts of like length are one batch, for what is
  /// padding is computed too.
  Status embed(std::span<const std::string> texts, std::span<float> vectors);

private:
  Embedder(std::unique_ptr<Function> function, TextEncoder encoder,
           const Tokenizer &tokenizer, EmbedderOptions options)
      : function(std::move(function)), encoder(encoder), tokenizer(tokenizer),
        options(std::move(options)) {}

  using Tokens = std::vector<std::vector<int32_t>>;
  Expected<Tokens> encode(std::span<const std::string> texts) const;
  Status cut(std::vector<int32_t> &ids, const std::string &which) const;
  bool isAlike(size_t tokens, size_t longest) const;

  std::unique_ptr<Function> function;
  TextEncoder encoder;
  const Tokenizer &tokenizer;
  EmbedderOptions options;
  Pooling pooling = Pooling::Mean;
  bool normalize = false;
  int64_t most = 0;
  std::vector<int32_t> ofNothing; // what the tokenizer puts around a text
};

} // namespace llmrt

#endif // LLMRT_EMBEDDER_H
