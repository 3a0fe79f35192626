//===- Application.h - what every command starts from ---------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef LLMRT_APP_APPLICATION_H
#define LLMRT_APP_APPLICATION_H

#include "Output.h"

#include "llmrt/Session.h"

#include <memory>
#include <string>
#include <vector>

namespace llmrt::app {

/// Where a program runs: its file, its model, its three streams.
struct Host {
  std::string artifact; // empty: the file that the model's code came from
  const LlmrtModel *model = nullptr;
  int in = 0;
  int out = 1;
  int err = 2;
};

/// A program and its streams. Errors say what to do on the command line.
class Application : public Program {
public:
  static Expected<std::unique_ptr<Application>> open(const Host &host);

  Expected<const Tokenizer *> needTokenizer() const;
  Expected<std::vector<int32_t>> encode(std::string_view text,
                                        bool addSpecial) const;
  /// A text of at most `most` bytes and one more, which is for the caller to
  /// refuse. Warns of bytes that are no UTF-8; fails on a file that is no text.
  Expected<std::string> readChecked(const std::string &path, size_t most) const;
  /// A text to complete, as long as the context may hold, without the line end
  /// that an editor or echo put there.
  Expected<std::string> readPrompt(const std::string &path) const;
  /// Warns of more threads than can run at once, and of a GPU that is not used.
  Expected<std::unique_ptr<Engine>>
  createEngine(const EngineOptions &options, const SamplerOptions &sampler = {},
               int64_t samplers = 0) const;

  Output out;
  const int in;
  const int err;

private:
  Application(const Host &host, Program program)
      : Program(std::move(program)), out(host.out), in(host.in), err(host.err) {
  }
};

/// All of a file, or of standard input where `path` is "-". Reads one byte more
/// than `most` at most: more text is for the caller to refuse.
Expected<std::string> readText(const std::string &path, int standardInput,
                               size_t most);

/// Takes off one line end, LF or CR LF: an editor's or echo's, not the author's.
void dropLineEnd(std::string &text);

/// "1,2,3" as ids.
Expected<std::vector<int32_t>> parseIds(const std::string &text);

} // namespace llmrt::app

#endif // LLMRT_APP_APPLICATION_H
