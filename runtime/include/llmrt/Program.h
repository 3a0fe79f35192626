//===- Program.h - a compiled model, opened -------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef LLMRT_PROGRAM_H
#define LLMRT_PROGRAM_H

#include "llmrt/Artifact.h"
#include "llmrt/Engine.h"
#include "llmrt/Function.h"
#include "llmrt/Sampler.h"
#include "llmrt/Status.h"
#include "llmrt/Tokenizer.h"
#include "llmrt/abi.h"

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace llmrt {

/// Code, weights, tokenizer and template of one model.
class Program {
public:
  /// Opens the artifact that was loaded with `model`'s code, or that in the file
  /// `path`. Code that was loaded with one opens only a copy of it: other weights
  /// under its kernels are noise.
  static Expected<Program> open(const LlmrtModel &model,
                                const std::string &path = {});

  const LlmrtModel &model() const { return *code; }
  const Artifact &artifact() const { return file; }
  /// Compares the checksums of code and model with their file, which must be
  /// readable.
  Status verify() const;

  bool hasTokenizer() const { return words.has_value(); }
  bool hasChatTemplate() const {
    return words && !words->chatTemplate().empty();
  }
  /// Null where the model has none.
  const Tokenizer *tokenizer() const { return words ? &*words : nullptr; }
  Expected<const Tokenizer *> needTokenizer() const;

  /// The ids of a prompt; special tokens written in it are read as such. Fails
  /// before any work where the prompt is longer than `longestPrompt`.
  Expected<std::vector<int32_t>> encode(std::string_view text,
                                        bool addSpecial) const;
  /// Bytes of the longest text that can fit into the context. Encoding takes up
  /// to 64 bytes of memory for each.
  size_t longestPrompt() const;
  /// "a prompt of ... bytes", and why it cannot fit.
  Status promptTooLong(const std::string &bytes) const;
  /// The tokens that end a generation.
  std::vector<int32_t> endIds() const;

  /// JSON about the model, empty where the artifact has none.
  std::string_view infoJson() const;

  /// Bytes beside the engine's, for its contract: the tokenizer, and `samplers`
  /// samplers.
  int64_t otherBytes(const SamplerOptions &sampler = {},
                     int64_t samplers = 0) const;
  /// Whether it takes and gives tensors (createFunction); else it completes text
  /// (createEngine).
  bool isFunction() const { return code->signature; }
  Expected<std::unique_ptr<Function>>
  createFunction(int64_t threads = 0) const {
    return Function::create(*code, file.section(LLMRT_SECTION_WEIGHTS),
                            threads);
  }

  /// An engine whose contract includes them.
  Expected<std::unique_ptr<Engine>>
  createEngine(EngineOptions options, const SamplerOptions &sampler = {},
               int64_t samplers = 0) const;

private:
  Program(const LlmrtModel &model, Artifact artifact)
      : code(&model), file(std::move(artifact)) {}
  Status openTokenizer();

  const LlmrtModel *code;
  Artifact file;
  std::optional<Tokenizer> words;
};

} // namespace llmrt

#endif // LLMRT_PROGRAM_H
