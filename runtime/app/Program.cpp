//===- Program.cpp - what every command starts from -----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Program.h"

#include <cerrno>
#include <charconv>
#include <cinttypes>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

using namespace llmrt;
using namespace llmrt::app;

Expected<std::unique_ptr<Program>> Program::open(const Host &host) {
  auto artifact = Artifact::open(host.artifact);
  if (!artifact)
    return artifact.status();
  std::unique_ptr<Program> program(new Program(host, std::move(*artifact)));
  if (Status status = program->openTokenizer(); !status)
    return status;
  return program;
}

Status Program::openTokenizer() {
  auto blob = artifact.section(LLMRT_SECTION_TOKENIZER);
  if (blob.empty())
    return Status::ok();
  auto opened = Tokenizer::open(std::as_bytes(blob));
  if (!opened)
    return Status::error(artifact.path() +
                         ": tokenizer section: " + opened.message());
  tokenizer.emplace(std::move(*opened));
  return Status::ok();
}

Expected<const Tokenizer *> Program::needTokenizer() const {
  if (!tokenizer)
    return Status::error(
        "this model has no tokenizer: give token ids (run --ids 1,2,3 "
        "--print-ids, logits --ids FILE.npy)");
  return &*tokenizer;
}

Expected<std::vector<int32_t>> Program::encode(std::string_view text,
                                               bool addSpecial) const {
  auto needed = needTokenizer();
  if (!needed)
    return needed.status();
  return (*needed)->encode(text, {addSpecial, /*parseSpecial=*/true});
}

std::vector<int32_t> Program::endIds() const {
  if (!tokenizer)
    return {};
  auto ids = tokenizer->endIds();
  return {ids.begin(), ids.end()};
}

std::string_view Program::infoJson() const {
  auto bytes = artifact.section(LLMRT_SECTION_INFO);
  return {reinterpret_cast<const char *>(bytes.data()), bytes.size()};
}

/// What a sampler allocates, as Sampler.h says.
static int64_t samplerBytes(const SamplerOptions &options, int64_t vocabulary) {
  int64_t perToken = options.temperature > 0 ? 8 : 0;
  if (options.repetitionPenalty != 1.0f)
    perToken += 8;
  return perToken * vocabulary;
}

Expected<std::unique_ptr<Engine>>
Program::createEngine(EngineOptions options, const SamplerOptions &sampler,
                      int64_t samplers) const {
  options.otherBytes =
      static_cast<int64_t>(artifact.section(LLMRT_SECTION_TOKENIZER).size()) +
      samplers * samplerBytes(sampler, model.vocabulary);
  auto engine = Engine::create(model, weights(), options);
  if (engine)
    warnOfThreads((*engine)->options().threads);
  return engine;
}

void Program::warnOfThreads(int64_t threads) const {
  const int64_t processors = ThreadPool::availableProcessors();
  if (threads > processors)
    say(err,
        "warning: %" PRId64 " threads on %" PRId64
        " processors: they take turns, and steps of a token each use as many "
        "as prove fastest",
        threads, processors);
}

Expected<std::string> app::readText(const std::string &path,
                                    int standardInput) {
  const bool isStandard = path == "-";
  int descriptor =
      isStandard ? standardInput : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  auto failure = [&] {
    return Status::error((isStandard ? "standard input" : path) +
                         ": cannot read: " + std::strerror(errno));
  };
  if (descriptor < 0)
    return failure();
  std::string text;
  char buffer[1 << 16];
  ssize_t got;
  while ((got = ::read(descriptor, buffer, sizeof buffer)) != 0) {
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      break;
    text.append(buffer, static_cast<size_t>(got));
  }
  Status failed = got < 0 ? failure() : Status::ok();
  if (!isStandard)
    ::close(descriptor);
  if (!failed)
    return failed;
  return text;
}

Expected<std::vector<int32_t>> app::parseIds(const std::string &text) {
  std::vector<int32_t> ids;
  const char *next = text.data(), *end = next + text.size();
  while (next < end) {
    while (next < end && (*next == ' ' || *next == ','))
      ++next;
    if (next == end)
      break;
    int32_t id;
    auto [after, error] = std::from_chars(next, end, id);
    if (error != std::errc() || id < 0 ||
        (after < end && *after != ',' && *after != ' '))
      return Status::error("--ids " + text + ": \"" +
                           std::string(next, std::min<size_t>(end - next, 12)) +
                           "\" is not a token id");
    ids.push_back(id);
    next = after;
  }
  return ids;
}
