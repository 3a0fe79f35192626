//===- Program.h - what every command starts from -------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef LLMRT_APP_PROGRAM_H
#define LLMRT_APP_PROGRAM_H

#include "Output.h"

#include "llmrt/Artifact.h"
#include "llmrt/Engine.h"
#include "llmrt/Sampler.h"
#include "llmrt/Status.h"
#include "llmrt/Tokenizer.h"
#include "llmrt/abi.h"

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace llmrt::app {

/// Where a program runs: its file, its model, its three streams.
struct Host {
  std::string artifact = "/proc/self/exe";
  const LlmrtModel *model = nullptr;
  int in = 0;
  int out = 1;
  int err = 2;
};

class Program {
public:
  static Expected<std::unique_ptr<Program>> open(const Host &host);

  /// Fails, saying what to do, where the model has no tokenizer.
  Expected<const Tokenizer *> needTokenizer() const;
  bool hasTokenizer() const { return tokenizer.has_value(); }
  bool hasChatTemplate() const {
    return tokenizer && !tokenizer->chatTemplate().empty();
  }
  /// The ids of `text`; special tokens written in it are read as such.
  Expected<std::vector<int32_t>> encode(std::string_view text,
                                        bool addSpecial) const;
  std::vector<int32_t> endIds() const;

  std::span<const uint8_t> weights() const {
    return artifact.section(LLMRT_SECTION_WEIGHTS);
  }
  /// JSON about the model, empty where the artifact has none.
  std::string_view infoJson() const;
  /// The engine; its contract includes the tokenizer and `samplers` samplers.
  Expected<std::unique_ptr<Engine>>
  createEngine(EngineOptions options, const SamplerOptions &sampler = {},
               int64_t samplers = 0) const;

  const LlmrtModel &model;
  const Artifact artifact;
  Output out;
  const int in;
  const int err;

private:
  Program(const Host &host, Artifact artifact)
      : model(*host.model), artifact(std::move(artifact)), out(host.out),
        in(host.in), err(host.err) {}
  Status openTokenizer();
  void warnOfThreads(int64_t threads) const;

  std::optional<Tokenizer> tokenizer;
};

/// All of a file, or of standard input where `path` is "-".
Expected<std::string> readText(const std::string &path, int standardInput);

/// "1,2,3" as ids.
Expected<std::vector<int32_t>> parseIds(const std::string &text);

} // namespace llmrt::app

#endif // LLMRT_APP_PROGRAM_H
