//===- Application.cpp - what every command starts from -------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Application.h"

#include <cerrno>
#include <charconv>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

using namespace llmrt;
using namespace llmrt::app;

Expected<std::unique_ptr<Application>> Application::open(const Host &host) {
  auto program = Program::open(*host.model, host.artifact);
  if (!program)
    return program.status();
  return std::unique_ptr<Application>(
      new Application(host, std::move(*program)));
}

Expected<const Tokenizer *> Application::needTokenizer() const {
  auto needed = Program::needTokenizer();
  if (!needed)
    return Status::error(needed.message() +
                         ": give token ids (run --ids 1,2,3 --print-ids, "
                         "logits --ids FILE.npy)");
  return needed;
}

Expected<std::vector<int32_t>> Application::encode(std::string_view text,
                                                   bool addSpecial) const {
  if (auto needed = needTokenizer(); !needed)
    return needed.status();
  return Program::encode(text, addSpecial);
}

Expected<std::string> Application::readChecked(const std::string &path,
                                               size_t most) const {
  auto text = readText(path, in, most);
  if (!text)
    return text;
  const std::string name = path == "-" ? "standard input" : path;
  if (const size_t zero = text->find('\0'); zero != std::string::npos)
    return Status::error(name + ": is no text, it has a zero byte at " +
                         std::to_string(zero) + ": give a file of UTF-8 text");
  if (text->size() > most) // cut, perhaps within a character
    return text;
  if (const size_t valid = validUtf8Bytes(*text); valid < text->size())
    warn(err, name + ": byte " + std::to_string(valid) +
                  " is not UTF-8, and is read as U+FFFD; iconv -t UTF-8 "
                  "converts other texts");
  return text;
}

Expected<std::unique_ptr<Engine>>
Application::createEngine(const EngineOptions &options,
                          const SamplerOptions &sampler,
                          int64_t samplers) const {
  auto engine = Program::createEngine(options, sampler, samplers);
  if (engine && !(*engine)->place().notice.empty())
    warn(err, "this program has code for a GPU and runs on the processor: " +
                  (*engine)->place().notice +
                  "; --device cpu asks for the processor");
  const int64_t processors = ThreadPool::availableProcessors();
  if (engine && (*engine)->options().threads > processors)
    warn(err, std::to_string((*engine)->options().threads) + " threads on " +
                  std::to_string(processors) +
                  " processors: a step uses more than these only where it "
                  "proves faster; without -t they are as many as fit");
  return engine;
}

Expected<std::string> Application::readPrompt(const std::string &path) const {
  if (auto needed = needTokenizer(); !needed)
    return needed.status();
  auto text = readChecked(path, longestPrompt() + 2); // the line end
  if (!text)
    return text;
  dropLineEnd(*text);
  if (text->size() > longestPrompt())
    return Status::error(
        (path == "-" ? "standard input" : path) + ": " +
        promptTooLong("more than " + std::to_string(longestPrompt()))
            .message());
  return text;
}

Expected<std::string> app::readText(const std::string &path, int standardInput,
                                    size_t most) {
  const bool isStandard = path == "-";
  int descriptor =
      isStandard ? standardInput : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  auto failure = [&] {
    return Status::error((isStandard ? "standard input" : path) +
                         ": cannot read: " + std::strerror(errno) +
                         (isStandard ? ""
                                     : ": give another file, or - for "
                                       "standard input"));
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
    if (text.size() > most)
      break;
  }
  Status failed = got < 0 ? failure() : Status::ok();
  if (!isStandard)
    ::close(descriptor);
  if (!failed)
    return failed;
  return text;
}

void app::dropLineEnd(std::string &text) {
  if (!text.ends_with('\n'))
    return;
  text.pop_back();
  if (text.ends_with('\r'))
    text.pop_back();
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
                           "\" is not a token id: give numbers, 1,2,3");
    ids.push_back(id);
    next = after;
  }
  return ids;
}
